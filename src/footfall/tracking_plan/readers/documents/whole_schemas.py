"""Whole schemas: references followed, what must hold together joined, alternatives united.

What a plan says of a property is one type and one range. So of `allOf` the narrowest counts, of
`anyOf` and `oneOf` the widest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from footfall.errors import UsageError, shown
from footfall.tracking_plan.readers.documents.references import References

MOST_JOINED = 200_000
"""Schemas of a plan that are joined: a few lines that refer to each other can stand for billions."""
Schema = Mapping[str, Any]
Whole = Callable[[Any], Schema]
"""Makes a schema whole."""
LeaveOut = Callable[[str], None]
"""Takes what is not read, such as `keyword not`."""
_ALTERNATIVES = ("anyOf", "oneOf")
_FIRST = ("title", "description", "format", "pattern", "additionalProperties", "default")
_LARGEST = ("minimum", "minLength", "minItems")
_SMALLEST = ("maximum", "maxLength", "maxItems")
_RANGES = (*_LARGEST, *_SMALLEST, "exclusiveMinimum", "exclusiveMaximum")


class WholeSchemas:
    """Makes schemas whole; each once, however often it is referred to.

    Args:
        leave_out: Where to say what is not read.
    """

    def __init__(self, references: References, leave_out: LeaveOut) -> None:
        self.references, self.leave_out = references, leave_out
        # The schema is kept beside the result: an identity is only good while it lives.
        self.made: dict[int, tuple[Any, Schema | None]] = {}
        self.n_joined = 0

    def of(self, schema: Any) -> Schema:
        """Return a schema without references and without alternatives.

        Raises:
            UsageError: Schemas refer to each other more often than a plan can.
        """
        if not isinstance(schema, Mapping):
            return {}
        if id(schema) in self.made:
            whole = self.made[id(schema)][1]
            if whole is None:
                self.leave_out("a reference that leads in a circle")
            return whole or {}
        self.made[id(schema)] = schema, None
        whole = self._joined([*self._parts(schema)])
        self.made[id(schema)] = schema, whole
        return whole

    def _parts(self, schema: Schema) -> Iterable[Schema]:
        own = {
            key: value
            for key, value in schema.items()
            if key not in ("$ref", "allOf", *_ALTERNATIVES)
        }
        yield _listed(own)
        if isinstance(schema.get("$ref"), str):
            target = self.references.target(schema)
            if target is None:
                self.leave_out(
                    f"{shown(schema['$ref'])}, which leads out of the file to nothing that was given,"
                )
            yield self.of(target)
        for part in _schemas(schema, "allOf"):
            yield self.of(part)
        for key in _ALTERNATIVES:
            yield self._united([self.of(part) for part in _schemas(schema, key)])

    # --- all of them ----------------------------------------------------------------------------------------------

    def _joined(self, parts: Sequence[Schema]) -> Schema:
        """Return what holds where all of some schemas hold."""
        found: dict[str, Any] = {}
        for part in filter(None, parts):
            self.n_joined += 1
            if self.n_joined > MOST_JOINED:
                raise UsageError(
                    f"the schemas refer to each other more than {MOST_JOINED:,} times\n"
                    "  accepted: references that lead to something of its own each"
                )
            for key, value in part.items():
                found[key] = self._both(key, found[key], value) if key in found else value
        return found

    def _both(self, key: str, one: Any, other: Any) -> Any:
        """Return what a keyword says where two schemas hold."""
        if one == other or key in _FIRST:
            if one != other and key in ("format", "pattern"):
                self.leave_out(f"the second {key} of a property")
            return one
        if key == "properties":
            return _by_name(one, other, "allOf")
        if key == "items":
            return {"allOf": [one, other]}
        if key == "required" and isinstance(one, list) and isinstance(other, list):
            return [*one, *other]
        if key == "type":
            return _narrower(one, other)
        if key == "enum":
            return [value for value in one if value in other] or one
        if key == "examples" and isinstance(one, list) and isinstance(other, list):
            return [*one, *other]
        if key in _RANGES and _is_number(one) and _is_number(other):
            return (
                max(one, other) if key in (*_LARGEST, "exclusiveMinimum") else min(one, other)
            )
        return one

    # --- one of them ----------------------------------------------------------------------------------------------

    def _united(self, parts: Sequence[Schema]) -> Schema:
        """Return what holds where any of some schemas holds."""
        wanted = [part for part in parts if not _is_null(part)]
        null: Schema = {"nullable": True} if len(wanted) < len(parts) else {}
        if len(wanted) < 2:
            return {**next(iter(wanted), {}), **null}
        found: dict[str, Any] = {}
        for key in dict.fromkeys(key for part in wanted for key in part):
            values = [part[key] for part in wanted if key in part]
            value = self._any(key, values, is_everywhere=len(values) == len(wanted))
            if value is not None:
                found[key] = value
        if any(part.get("nullable") for part in wanted):
            found["nullable"] = True
        return {**found, **null}

    def _any(self, key: str, values: Sequence[Any], *, is_everywhere: bool) -> Any:
        """Return what a keyword says where one of some schemas holds, None where it says nothing then."""
        first = values[0]
        if key in ("title", "description"):
            return first
        if key == "properties":
            found = first
            for other in values[1:]:
                found = _by_name(found, other, "anyOf")
            if any(set(first) != set(other) for other in values[1:] if _are_maps(first, other)):
                self.leave_out("which properties of alternatives (anyOf, oneOf) come together")
            return found
        if not is_everywhere:
            if key in (*_RANGES, "enum", "pattern", "format"):
                self.leave_out(f"keyword {key} of one of several alternatives (anyOf, oneOf)")
            return [] if key == "required" else None
        if all(value == first for value in values):
            return first
        return self._widest(key, values)

    def _widest(self, key: str, values: Sequence[Any]) -> Any:
        if key in ("type", "enum", "examples"):
            listed = [each if isinstance(each, list) else [each] for each in values]
            return [value for n, each in enumerate(listed) for value in each
                    if not any(value in before for before in listed[:n])]  # fmt: skip
        if key == "required":
            return [name for name in values[0] if all(name in other for other in values)]
        if key == "items":
            return {"anyOf": list(values)}
        if key in _RANGES and all(map(_is_number, values)):
            is_least = key in (*_LARGEST, "exclusiveMinimum")
            return min(values) if is_least else max(values)
        if key not in ("$id", "id", "$comment", "additionalProperties"):
            self.leave_out(f"keyword {key} that differs between alternatives (anyOf, oneOf)")
        return None


def _listed(schema: dict[str, Any]) -> Schema:
    """Return a schema in the words of newer drafts, so that all are joined alike: `const` is an `enum` of one.

    In draft 4 `exclusiveMinimum` says of `minimum` whether it is one.
    """
    for key, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(key), bool) and schema.pop(key) and bound in schema:
            schema[key] = schema.pop(bound)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "enum" in schema and not isinstance(schema["enum"], list):
        schema["enum"] = [schema["enum"]]
    if "required" in schema and not isinstance(schema["required"], list | bool):
        del schema["required"]
    for key in ("properties", "patternProperties"):
        if not isinstance(schema.get(key, {}), Mapping):
            del schema[key]
    return schema


def _schemas(schema: Schema, key: str) -> list[Any]:
    found = schema.get(key)
    return (
        [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []
    )


def _by_name(one: Any, other: Any, key: str) -> Any:
    """Return properties of two schemas; those of both are what a keyword says of the two."""
    if not _are_maps(one, other):
        return one
    both = {name: {key: [one[name], other[name]]} for name in one if name in other}
    alike = {name: one[name] for name in both if one[name] == other[name]}
    return {**one, **other, **both, **alike}


def _are_maps(one: Any, other: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)


def _narrower(one: Any, other: Any) -> Any:
    """Return the types that two schemas allow; an integer is a number."""
    first, second = ([kind] if isinstance(kind, str) else kind for kind in (one, other))
    if not isinstance(first, list) or not isinstance(second, list):
        return one
    both = [kind for kind in first if kind in second]
    integers = [
        "integer"
        for kinds, others in ((first, second), (second, first))
        if "integer" in kinds and "number" in others and "integer" not in both
    ]
    return both + integers[:1] or one


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_null(schema: Schema) -> bool:
    kinds = schema.get("type")
    return kinds in ("null", ["null"]) or schema.get("enum") == [None]
