"""A validator for the part of JSON Schema that our export uses; it refuses to guess about any other keyword."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from footfall.scenario.leaf_records import Text
from footfall.scenario.tree import ListNode, MapNode

NUMBER = (int, float)
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": NUMBER,
}
IGNORED = {"$schema", "$defs", "title", "description", "examples"}


def seen_by_an_editor(node: Any) -> Any:
    """Return a tree as YAML 1.2 types it: what editors hand to a JSON Schema."""
    if isinstance(node, ListNode):
        return [seen_by_an_editor(item) for item in node.items]
    if isinstance(node, MapNode):
        return {key.text: seen_by_an_editor(value) for key, value in node.entries}
    return _typed(node)


def _typed(node: Text) -> Any:
    if node.is_null or node.is_quoted:
        return None if node.is_null else node.text
    if node.text in ("true", "false"):
        return node.text == "true"
    if re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    is_number = re.fullmatch(
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?", node.text
    )
    return float(node.text) if is_number else node.text


def errors(value: Any, schema: dict, root: dict, path: str = "$") -> Iterator[str]:
    """Yield what is wrong with a value, with its path."""
    for keyword, rule in schema.items():
        if keyword not in IGNORED:
            yield from (
                f"{path}: {text}"
                for text in globals()[f"_{keyword.lstrip('$')}"](
                    value, rule, schema, root, path
                )
            )


def is_valid(value: Any, schema: dict, root: dict) -> bool:
    """Return whether a value matches a schema."""
    return not any(errors(value, schema, root))


def _is(value: Any, name: str) -> bool:
    if name == "integer":
        return _is(value, "number") and value == int(value)
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _ref(value, rule, schema, root, path):
    name = unquote(rule.removeprefix("#/$defs/")).replace("~1", "/").replace("~0", "~")
    yield from errors(value, root["$defs"][name], root, path)


def _type(value, rule, schema, root, path):
    names = rule if isinstance(rule, list) else [rule]
    if not any(_is(value, name) for name in names):
        yield f"{value!r} is not {rule}"


def _enum(value, rule, schema, root, path):
    if value not in rule:
        yield f"{value!r} is not in {rule}"


def _pattern(value, rule, schema, root, path):
    if isinstance(value, str) and not re.search(rule, value):
        yield f"{value!r} does not match {rule}"


def _format(value, rule, schema, root, path):
    assert rule == "date-time"
    if isinstance(value, str) and not re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value
    ):
        yield f"{value!r} is no time"


def _minimum(value, rule, schema, root, path):
    if _is(value, "number") and value < rule:
        yield f"{value!r} is below {rule}"


def _maximum(value, rule, schema, root, path):
    if _is(value, "number") and value > rule:
        yield f"{value!r} is above {rule}"


def _anyOf(value, rule, schema, root, path):  # noqa: N802  # the keyword's name
    if not any(is_valid(value, part, root) for part in rule):
        yield f"{value!r} matches none"


def _oneOf(value, rule, schema, root, path):  # noqa: N802
    if sum(is_valid(value, part, root) for part in rule) != 1:
        yield f"{value!r} does not match exactly one"


def _allOf(value, rule, schema, root, path):  # noqa: N802
    for part in rule:
        yield from errors(value, part, root, path)


def _not(value, rule, schema, root, path):
    if is_valid(value, rule, root):
        yield f"{value!r} matches {rule}"


def _properties(value, rule, schema, root, path):
    if isinstance(value, dict):
        for name in value.keys() & rule.keys():
            yield from errors(value[name], rule[name], root, f"{path}.{name}")


def _additionalProperties(value, rule, schema, root, path):  # noqa: N802
    for name in value if isinstance(value, dict) else ():
        if name not in schema.get("properties", {}):
            if rule is False:
                yield f"has the unknown key {name!r}"
            else:
                yield from errors(value[name], rule, root, f"{path}.{name}")


def _propertyNames(value, rule, schema, root, path):  # noqa: N802
    for name in value if isinstance(value, dict) else ():
        yield from errors(name, rule, root, f"{path}.{name}")


def _required(value, rule, schema, root, path):
    if isinstance(value, dict) and not set(rule) <= value.keys():
        yield f"lacks {set(rule) - value.keys()}"


def _minProperties(value, rule, schema, root, path):  # noqa: N802
    if isinstance(value, dict) and len(value) < rule:
        yield f"has fewer than {rule} keys"


def _items(value, rule, schema, root, path):
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from errors(item, rule, root, f"{path}[{number}]")


def _minItems(value, rule, schema, root, path):  # noqa: N802
    if isinstance(value, list) and len(value) < rule:
        yield f"has fewer than {rule} items"


def _maxItems(value, rule, schema, root, path):  # noqa: N802
    if isinstance(value, list) and len(value) > rule:
        yield f"has more than {rule} items"
