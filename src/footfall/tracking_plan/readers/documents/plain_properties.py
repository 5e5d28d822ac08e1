"""Properties as people write them by hand, as JSON Schema: lists of names, maps to types, values or ranges.

What a key means is told by its name; what no JSON Schema has is kept as it is, and named by the
reader of schemas as not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import starmap
from typing import Any

from footfall.tracking_plan.cells import is_yes, type_of
from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.readers.documents.constraint_keywords import keywords_of, of_range
from footfall.tracking_plan.readers.documents.whole_schemas import Schema
from footfall.tracking_plan.readers.property_cells import typed
from footfall.tracking_plan.same_as import same_as
from footfall.tracking_plan.written_numbers import certain_range, range_of

_NAMES = ("name", "property_name", "propertyName", "property", "key", "title", "id")
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "type": ("type", "types", "dataType", "data_type", "valueType", "value_type", "propertyType", "property_type"),
    "description": ("description", "about", "desc", "definition", "comment", "notes", "meaning", "summary"),
    "enum": (
        "enum", "values", "allowed", "allowed_values", "allowedValues", "options", "permitted_values",
        "permittedValues", "possible_values", "possibleValues", "enum_values", "enumValues", "choices", "one_of",
    ),
    "examples": (
        "examples", "example", "sample", "samples", "sample_value", "sample_values", "example_value", "exampleValue",
    ),
    "range": ("range", "$range"),
    "minimum": ("minimum", "min", "$min", "gte", "min_value", "minValue"),
    "maximum": ("maximum", "max", "$max", "lte", "max_value", "maxValue"),
    "minLength": ("minLength", "min_length"),
    "maxLength": ("maxLength", "max_length"),
    "minItems": ("minItems", "min_items"),
    "maxItems": ("maxItems", "max_items"),
    "exclusiveMinimum": ("exclusiveMinimum", "exclusive_minimum"),
    "exclusiveMaximum": ("exclusiveMaximum", "exclusive_maximum"),
    "multipleOf": ("multipleOf", "multiple_of"),
    "pattern": ("pattern", "regex", "regexp"),
    "items": ("items", "item_type", "itemType", "item_types", "itemTypes", "of", "element"),
    "properties": ("properties", "fields", "children"),
    "is_array": ("isArray", "is_array", "isList", "is_list", "is_array_type"),
    "required": ("required", "isRequired", "is_required", "mandatory", "presence"),
    "optional": ("optional", "isOptional", "is_optional"),
    "config": ("config", "propConfig", "constraints", "validation"),
}  # fmt: skip
_MEANING = {word.casefold(): key for key, words in KEYWORDS.items() for word in words}
_SCHEMA_WORDS = ("$ref", "allOf", "anyOf", "oneOf", "const", "format", "nullable", "default")
_TYPES: Mapping[PlanType, Schema] = {
    "text": {"type": "string"}, "integer": {"type": "integer"}, "number": {"type": "number"},
    "money": {"type": "money"}, "boolean": {"type": "boolean"}, "time": {"type": "time"},
    "list": {"type": "array"}, "record": {"type": "object"}, "any": {},
}  # fmt: skip
_JSON_TYPES = (
    "string",
    "integer",
    "number",
    "boolean",
    "array",
    "object",
    "null",
    "money",
    "time",
)
_ABOUT_EVENTS = (
    "properties",
    "description",
    "name",
    "event",
    "type",
    "required",
    "category",
    "tags",
    "$ref",
)
BEHIND_TYPE = "behind a type"
"""Key for the texts that stand behind a type and mean nothing."""
SAME_AS = "the properties of another event"
"""Key for what stands in place of a property."""
IN_FILE = "the file of a property"
"""Key for the name of the file in which a property is declared, where that is not the event's."""
_BOUNDS = (
    "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
)  # fmt: skip
_LISTED = re.compile(r"(.*[^\s\]])\s?\[\](?:\s*\((?:list|array)\))?")


def schema_of_properties(written: Any, required: Any = None) -> Schema:
    """Return the schema of an object whose properties are written as a list or a map.

    Args:
        required: The names of those that are always there, where they stand beside.
    """
    found: dict[str, Any] = {}
    names = required if isinstance(required, list) else []
    needed = [_element(name) or name for name in names if isinstance(name, str)]
    for name, spec, marked in starmap(_marked, _pairs(written)):
        schema, is_required = schema_of_property(spec)
        listed = _element(name)
        key = listed or name
        found[key] = {"type": "array", "items": schema} if listed else schema
        if marked or is_required:
            needed.append(key)
    return {"type": "object", "properties": found, "required": list(dict.fromkeys(needed))}


def _element(name: str) -> str:
    """Return the name of a list that is written with brackets, as `items[]`; "" of another property."""
    listed = _LISTED.fullmatch(name)
    return listed[1] if listed else ""


def are_properties(written: Any) -> bool:
    """Return whether a map can only be one of names to types, values or records, without a word about an event."""
    if not isinstance(written, Mapping) or not written or set(written) & {*_ABOUT_EVENTS}:
        return False
    return all(
        isinstance(each, list | Mapping) or _names_type(each) for each in written.values()
    )


def _pairs(written: Any) -> list[tuple[str, Any]]:
    """Return names with what is said of each."""
    if isinstance(written, Mapping):
        return [(name, spec) for name, spec in written.items() if isinstance(name, str)]
    if isinstance(written, str):
        written = [written]
    pairs: list[tuple[str, Any]] = []
    for item in written if isinstance(written, list) else []:
        if isinstance(item, str):
            # `amount: number` in a text, as a cell of a sheet would hold it.
            name, colon, spec = item.partition(":")
            refers = same_as(item)
            if refers and (refers.is_sure or not colon):
                pairs.append((item, {SAME_AS: True}))
            else:
                pairs.append((name.strip(), spec.strip() if colon else None))
        elif isinstance(item, Mapping):
            key = next((key for key in _NAMES if isinstance(item.get(key), str)), "")
            if key:
                pairs.append((item[key], {k: v for k, v in item.items() if k != key}))
            elif len(item) == 1:
                pairs += _pairs(item)
    return pairs


def _marked(name: str, spec: Any) -> tuple[str, Any, bool]:
    """Return a name without the sign that says whether it is always there, and whether it says so."""
    if name[-1:] in "?*!" and len(name) > 1:
        return name[:-1], spec, name[-1] != "?"
    if isinstance(spec, str) and spec[-1:] in "?!" and type_of(spec[:-1]):
        return name, spec[:-1], spec[-1] == "!"
    return name, spec, False


def schema_of_property(spec: Any) -> tuple[Schema, bool]:
    """Return the schema of a property, and whether it is always there."""
    if isinstance(spec, Mapping) and SAME_AS in spec:
        return spec, False
    if isinstance(spec, str):
        schema = dict(_of_text(spec))
        return schema, schema.pop("required", None) is True
    if isinstance(spec, list):
        return _of_list(spec), False
    if isinstance(spec, Mapping):
        return _of_map(spec)
    return ({} if spec is None else {"examples": [spec]}), False


def _of_text(text: str) -> Schema:
    """Return the schema that a text means: a type, values between bars, a range, a description, else an example."""
    parts = [part.strip() for part in text.split("|")]
    listed = [part.strip() for part in text.split(",")]
    if all(map(_names_one_type, listed)):
        parts = listed
    types = [_bounded(part) for part in parts]
    known = [kind for kind in types if kind is not None]
    if len(known) == len(parts):
        return known[0] if len(known) == 1 else {"anyOf": known}
    if len(parts) > 1:
        return {"enum": [part.strip("'\"") for part in parts]}
    between = certain_range(text)
    if between:
        return of_range(between)
    if " " in text.strip():
        return {"description": text}
    return {"examples": [text]} if text else {}


def _names_one_type(text: str) -> bool:
    return " " not in text and _typed(text) is not None


def _bounded(text: str) -> Schema | None:
    """Return the schema of a type with what stands in brackets or behind it, as cells of types are read."""
    # A sentence names no type, one within brackets may stand behind a type.
    head = re.split(r"[(\[]", text)[0] if text[-1:] in ")]" else text
    schema = _typed(text if len(text.split()) <= 4 else head)
    if schema is None or schema.get("type") == "null":
        return schema
    read = typed(PlanProperty(""), text)
    if not read.is_typed:
        return {**schema, BEHIND_TYPE: [text]}
    found: dict[str, Any] = {**schema, **keywords_of(read.found.constraint)}
    if "format" in found:
        found["type"] = "string"  # a `date` is a text of this format
    if read.found.values:
        found["enum"] = list(read.found.values)
    if read.found.is_required:
        found["required"] = True
    if read.found.type == "money":
        found["type"] = "money"
    unread = [*read.unread, *filter(None, (read.currency,))]
    return {**found, BEHIND_TYPE: unread} if unread else found


def _typed(word: str) -> Schema | None:
    """Return the schema of a type that is named in any words; None where none is."""
    if word.casefold() in ("null", "none", "nil"):
        return {"type": "null"}
    # A sentence that holds the word "date" names no type.
    found = type_of(word) if len(word.split()) <= 4 else None
    if found is None:
        return None
    kind, item = found
    if kind != "list":
        return {"type": "object"} if word.casefold() in ("object", "record") else _TYPES[kind]
    return {"type": "array", "items": {"type": "object"} if item is None else _TYPES[item]}


def _of_list(values: list[Any]) -> Schema:
    """Return the schema that a list means: of records, of a type, or the values that are allowed."""
    if len(values) == 1 and isinstance(values[0], Mapping):
        return {"type": "array", "items": schema_of_property(values[0])[0]}
    if len(values) == 1 and isinstance(values[0], str) and _typed(values[0]):
        return {"type": "array", "items": _typed(values[0])}
    if values and all(isinstance(value, str) and value in _JSON_TYPES for value in values):
        return {"type": values}
    return {"enum": values}


def _of_map(spec: Mapping[str, Any]) -> tuple[Schema, bool]:
    meant = {
        key: _MEANING.get(key.casefold(), key) if isinstance(key, str) else "" for key in spec
    }
    if not _is_said(spec, meant):
        return schema_of_properties(spec), False
    found: dict[str, Any] = {}
    for key, value in spec.items():
        if meant[key] == "config" and isinstance(value, Mapping):
            inner, _ = _of_map({"type": spec.get("type"), **value})
            found = {**inner, **found}
        else:
            found.setdefault(meant[key], value)
    return _schema(found)


def _is_said(spec: Mapping[str, Any], meant: Mapping[str, str]) -> bool:
    """Return whether the keys of a map speak of one property, rather than being fields themselves."""
    # A record may have a field called `type`, `values` or `min`, whose type is then named.
    known = [key for key in spec if meant[key] in KEYWORDS or meant[key] in _SCHEMA_WORDS]
    others = [value for key, value in spec.items() if key not in known]
    if any(meant[key] == "type" for key in known):
        return not others or not all(map(_names_type, others))
    is_described = any(meant[key] in ("description", "required") for key in known)
    is_mostly = is_described or 2 * len(known) >= len(spec)
    return bool(known) and is_mostly and not all(map(_names_type, spec.values()))


def _names_type(value: Any) -> bool:
    return isinstance(value, str) and _typed(value) is not None


def _schema(found: dict[str, Any]) -> tuple[Schema, bool]:
    """Return the schema of a property's keys, whose meanings are known, and whether it is always there."""
    required = found.pop("required", None)
    optional = found.pop("optional", None)
    if isinstance(required, list):
        found["required"] = required  # of the fields
        required = None
    is_array = found.pop("is_array", False)
    between = found.pop("range", None)
    if "properties" in found and not _is_schema_map(found["properties"]):
        fields = schema_of_properties(found.pop("properties"), found.get("required"))
        found = {**fields, **found, "required": fields["required"]}
    kind = dict(_kind(found.pop("type", None), found))
    is_marked = kind.pop("required", None) is True
    # What a key of its own says counts before what stands behind the type.
    found |= {
        key: value for key, value in kind.items() if key not in found or key not in _BOUNDS
    }
    if isinstance(found.get("items"), str | list):
        found["items"] = _of_items(found["items"])
    elif isinstance(found.get("items"), Mapping):
        found["items"] = schema_of_property(found["items"])[0]
    if isinstance(found.get("enum"), str):
        found["enum"] = [part.strip() for part in re.split(r"[|,;]", found["enum"])]
    if "examples" in found and not isinstance(found["examples"], list):
        found["examples"] = [found["examples"]]
    if between is not None:
        found |= _ranged(between)
    if (is_array is True or is_yes(str(is_array))) and found.get("type") != "array":
        about = found.pop("description", "")
        found = {"type": "array", "items": found, "description": about}
    is_required = required is True or (isinstance(required, str) and is_yes(required))
    return found, is_required or is_marked or optional is False


def _kind(written: Any, found: Mapping[str, Any]) -> Schema:
    """Return what a written type says as keywords."""
    if isinstance(written, list):
        kinds = [kind for kind in written if isinstance(kind, str)]
        return (
            {"type": kinds} if all(kind in _JSON_TYPES for kind in kinds) else _of_items(kinds)
        )
    if not isinstance(written, str):
        return {}
    if written in _JSON_TYPES:
        return {"type": written}
    listed = [part.strip() for part in written.split(",")]
    if all(part in _JSON_TYPES for part in listed):
        return {"type": listed}
    if written.casefold() in ("enum", "const") and found.get("enum"):
        return {}
    typed = _of_text(written)
    # What is no type is said in the words of the file, and named as not read.
    return {"type": written} if set(typed) <= {"examples", "description"} else typed


def _of_items(written: Any) -> Schema:
    kinds = (
        [written]
        if isinstance(written, str)
        else [kind for kind in written if isinstance(kind, str)]
    )
    found = [_typed(kind) or {} for kind in kinds]
    return found[0] if len(found) == 1 else {"anyOf": found}


def _ranged(between: Any) -> Schema:
    if isinstance(between, Mapping):
        return _schema(
            {_MEANING.get(str(key).casefold(), str(key)): end for key, end in between.items()}
        )[0]
    if isinstance(between, str):
        found = range_of(between)
        return of_range(found) if found else {"range": between}
    numbers = (
        [end for end in between if isinstance(end, int | float)]
        if isinstance(between, list)
        else []
    )
    if len(numbers) != 2:
        return {"range": between}
    kind = "integer" if all(isinstance(end, int) for end in numbers) else "number"
    return {"type": kind, "minimum": min(numbers), "maximum": max(numbers)}


def _is_schema_map(value: Any) -> bool:
    """Return whether a map is one of names to JSON Schemas, which stays as it is."""
    return isinstance(value, Mapping) and all(
        isinstance(inner, Mapping)
        and (
            not inner
            or inner.get("type") in _JSON_TYPES
            or any(word in inner for word in _SCHEMA_WORDS)
        )
        for inner in value.values()
    )
