"""Reader of a JSON Schema's properties: types, allowed values, ranges, records to any depth.

A keyword that a plan has no place for is named, once per plan with how often it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import isfinite
from typing import Any

from footfall.data.patterns import FORMATS
from footfall.errors import UsageError, shown
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.cells import list_text
from footfall.tracking_plan.plan import Origin, PlanProperty, PlanType
from footfall.tracking_plan.readers.documents.members import (
    list_at,
    map_at,
    text_at,
    text_of,
    unread,
)
from footfall.tracking_plan.readers.documents.plain_properties import (
    BEHIND_TYPE,
    IN_FILE,
    SAME_AS,
)
from footfall.tracking_plan.readers.documents.references import References
from footfall.tracking_plan.readers.documents.whole_schemas import Schema, WholeSchemas
from footfall.tracking_plan.readers.documents.yaml_values import WrittenFraction
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.grid import clean
from footfall.tracking_plan.readers.infer import is_version
from footfall.tracking_plan.same_as import SameAsCell
from footfall.units.currencies import MINOR_DIGITS

MOST_PROPERTIES = 100_000
"""Of a plan, fields of records included: schemas that hold each other can stand for billions."""
MOST_LEVELS = 20
"""Records within each other."""
_TYPES: Mapping[str, PlanType] = {
    "string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "array": "list",
    "object": "record", "money": "money", "time": "time",
}  # fmt: skip
_SAYS_TYPE: Mapping[PlanType, tuple[str, ...]] = {
    "record": ("properties",),
    "list": ("items", "minItems", "maxItems"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "text": ("pattern", "format", "minLength", "maxLength"),
}
"""Keywords that mean something for one type alone, where none is named."""
_OF_ALL = (
    "type", "enum", "description", "title", "default", "example", "examples", "nullable", "required",
    "$schema", "$id", "id", "$anchor", "$comment", "$defs", "definitions", "self", IN_FILE,
)  # fmt: skip
_MEANT: Mapping[PlanType, tuple[str, ...]] = {
    **_SAYS_TYPE,
    "integer": _SAYS_TYPE["number"],
    "time": ("format",),
    "record": ("properties", "additionalProperties", "unevaluatedProperties"),
}
_PERMISSIONS = ("additionalProperties", "unevaluatedProperties")


class SchemaReader:
    """Reads the properties of schemas.

    Args:
        draft: Takes what is not read.
    """

    def __init__(self, references: References, draft: Draft) -> None:
        self.draft, self.file, self.place = draft, draft.file, ""
        self.whole = WholeSchemas(references, self.leave_out)
        self.n_properties = 0
        self.holders: list[int] = []
        """Identities of the records that the one being read is in."""

    def leave_out(self, what: str, within: str = "") -> None:
        """Note that something of a schema is not read."""
        place = ".".join(filter(None, (self.place, within)))
        self.draft.leave_out(what, Origin(self.file, place=place))

    def begin(self, file: str, place: str = "") -> None:
        """Begin with another schema.

        Args:
            file: In which it stands, for messages.
            place: In it, such as the name of an event.
        """
        self.file, self.place = file, place

    def properties(self, schema: Schema) -> Iterator[tuple[PlanProperty, bool]]:
        """Yield the properties of a whole schema, and whether each says what type it has.

        Raises:
            UsageError: There are more of them than a plan can have.
        """
        required = list_at(schema, "required")
        for name, inner in map_at(schema, "properties").items():
            if text_of(name):
                whole = self.whole.of(inner)
                read = self._property(name, whole, is_required=name in required)
                yield read, read.type != "any" or "type" in whole or _is_mixed(whole)
        # What must be there and is not declared may be anything.
        for name in dict.fromkeys(filter(text_of, required)):
            if name not in map_at(schema, "properties"):
                yield self._property(name, {}, is_required=True), False

    def is_open(self, schema: Schema) -> bool:
        """Return whether a schema welcomes properties that it does not declare; of which type is not read."""
        said = [schema.get(key) for key in _PERMISSIONS]
        for key, value in zip(_PERMISSIONS, said, strict=True):
            if isinstance(value, Mapping) and value:
                self.leave_out(f"what {key} asks of properties that are not declared")
        return any(value is True or isinstance(value, Mapping) for value in said)

    def rest(self, schema: Schema, read: Sequence[str], within: str = "") -> None:
        """Name the keywords of a schema that are not read, those that say something."""
        for key in unread(schema, (*_OF_ALL, *read)):
            self.leave_out(f"keyword {key}", within)
        for key in unread(map_at(schema, "self"), ("name", "format")):
            self.leave_out(f"key {key} of self", within)

    def _property(self, name: str, schema: Schema, *, is_required: bool) -> PlanProperty:
        before = self.file
        self.file = text_at(schema, IN_FILE) or before
        read = self._read(name, schema, is_required=is_required)
        self.file = before
        # Where it is declared elsewhere, the event's file says whether it must be there.
        required = replace(read.origin, file=before) if read.origin else None
        return replace(read, places={"required": required}) if required else read

    def _read(self, name: str, schema: Schema, *, is_required: bool) -> PlanProperty:
        self.n_properties += 1
        if self.n_properties > MOST_PROPERTIES:
            raise UsageError(
                f"{self.file}: the schemas hold more than {MOST_PROPERTIES:,} properties, with those that they refer to"
            )
        if SAME_AS in schema:
            return SameAsCell(name, origin=Origin(self.file, place=self.place))
        kind, can_be_null = self._type(name, schema)
        is_always = is_required or schema.get("required") is True
        read = PlanProperty(
            clean(name),
            kind,
            about=text_at(schema, "description") or _title(schema, name),
            values=_values(schema),
            examples=_examples(schema),
            is_required=is_always and not can_be_null,
            is_text=kind == "time" and "string" in _types(schema),
            origin=Origin(self.file, place=".".join(filter(None, (self.place, name)))),
        )
        self.rest(schema, (*_MEANT.get(kind, ()), BEHIND_TYPE), name)
        for text in map(text_of, list_at(schema, BEHIND_TYPE)):
            if kind == "money" and text in MINOR_DIGITS and self.draft.currency in ("", text):
                self.draft.currency = text
            else:
                self.leave_out(f"{shown(text[:40])} behind a type", name)
        if kind == "list":
            return self._with_elements(read, schema)
        if kind == "record":
            return self._with_fields(read, schema)
        return replace(read, constraint=self._kept(_constraint(kind, schema), name))

    # --- types ----------------------------------------------------------------------------------------------------

    def _type(self, name: str, schema: Schema) -> tuple[PlanType, bool]:
        """Return a type, and whether null is allowed beside it."""
        names = _types(schema)
        allowed = list_at(schema, "enum")
        can_be_null = "null" in names or schema.get("nullable") is True or None in allowed
        kinds = {_TYPES[each] for each in names if isinstance(each, str) and each in _TYPES}
        # Of two types that are both numbers one holds both.
        if kinds == {"integer", "number"}:
            kinds = {"number"}
        for each in names:
            if each not in ("null", *_TYPES):
                self.leave_out(f"type {shown(str(each))}", name)
        if set(map(str, names)) == {"null"} and not allowed:
            self.leave_out("type null", name)
        if not kinds and _is_mixed(schema):
            self.leave_out("of which types the values of an enum are", name)
        if len(kinds) > 1:
            self.leave_out("a choice of several types", name)
            return "any", can_be_null
        kind = kinds.pop() if kinds else _implied(name, schema)
        if kind == "number" and schema.get("multipleOf") == 1:
            kind = "integer"
        elif kind in ("integer", "number") and "multipleOf" in schema:
            self.leave_out("keyword multipleOf", name)
        if kind == "text" and schema.get("format") == "date-time":
            kind = "time"
        return kind, can_be_null

    def _kept(self, constraint: Constraint, name: str) -> Constraint:
        """Return a constraint without what no value can keep to, and what nothing can be held against."""
        low, high = constraint.minimum, constraint.maximum
        if low is not None and high is not None:
            is_open = constraint.excludes_minimum or constraint.excludes_maximum
            if low > high or (is_open and low == high):
                self.leave_out("a range that holds no number", name)
                constraint = Constraint()
        if None not in (constraint.least, constraint.most) and (constraint.least or 0) > (
            constraint.most or 0
        ):
            self.leave_out("a length that nothing has", name)
            constraint = replace(constraint, least=None, most=None)
        if constraint.format and constraint.format not in FORMATS:
            self.leave_out(f"format {shown(constraint.format)}", name)
            constraint = replace(constraint, format="")
        return constraint

    # --- lists and records ----------------------------------------------------------------------------------------

    def _with_elements(self, read: PlanProperty, schema: Schema) -> PlanProperty:
        if isinstance(schema.get("items"), list):
            self.leave_out("keyword items of one schema per place", read.name)
        items = self.whole.of(schema.get("items"))
        length = Constraint(least=_count(schema, "minItems"), most=_count(schema, "maxItems"))
        element = self._property(f"{read.name}[]", items, is_required=False)
        self.n_properties -= 1
        if element.type == "list":
            self.leave_out("what lists within lists hold", read.name)
            element = PlanProperty(element.name)
        return replace(
            read,
            item=None if element.type == "record" else element.type,
            fields=element.fields,
            examples=tuple(filter(None, (*read.examples, list_text(element.examples)))),
            is_open=element.is_open,
            is_text=element.is_text,
            about=read.about or element.about,
            values=read.values or element.values,
            constraint=element.constraint,
            length=self._kept(length, read.name),
        )

    def _with_fields(self, read: PlanProperty, schema: Schema) -> PlanProperty:
        if not map_at(schema, "properties"):
            if schema.get("additionalProperties") not in (None, True, False, {}):
                self.leave_out("keyword additionalProperties", read.name)
            return read
        if id(schema) in self.holders or len(self.holders) >= MOST_LEVELS:
            self.leave_out("what a record holds that holds itself", read.name)
            return replace(read, type="any")
        self.holders.append(id(schema))
        before, self.place = self.place, ".".join(filter(None, (self.place, read.name)))
        fields = tuple(read for read, _ in self.properties(schema))
        is_open = self.is_open(schema)
        self.place = before
        self.holders.pop()
        return replace(read, fields=fields, is_open=is_open)


def _types(schema: Schema) -> list[Any]:
    """Return the types that a schema names."""
    written = schema.get("type")
    return [written] if isinstance(written, str) else list_at(schema, "type")


def _implied(name: str, schema: Schema) -> PlanType:
    """Return the type that the keywords of a schema speak of, where it names none."""
    if list_at(schema, "enum"):
        kind = _type_of(list_at(schema, "enum"))
        return "text" if kind == "number" and is_version(name) else kind
    for kind, keywords in _SAYS_TYPE.items():
        if any(schema.get(keyword) is not None for keyword in keywords):
            return kind
    return "any"


def _is_mixed(schema: Schema) -> bool:
    """Return whether allowed values are of several types, or of none that a plan has values of."""
    values = [value for value in list_at(schema, "enum") if value is not None]
    return bool(values) and _type_of(values) == "any"


def _type_of(values: Sequence[Any]) -> PlanType:
    """Return the type that all of some values have."""
    # Exact types, since a bool is an int for `isinstance`.
    of: dict[type, PlanType] = {bool: "boolean", int: "integer", float: "number", str: "text"}
    kinds = {
        float if isinstance(value, float) else type(value)
        for value in values
        if value is not None
    }
    if kinds == {int, float}:
        return "number"
    return of.get(kinds.pop(), "any") if len(kinds) == 1 else "any"


def _constraint(kind: PlanType, schema: Schema) -> Constraint:
    """Return what a schema says of values of a type besides their type."""
    if kind == "text":
        return Constraint(
            least=_count(schema, "minLength"),
            most=_count(schema, "maxLength"),
            pattern=_plain(schema, "pattern"),
            format=_plain(schema, "format"),
        )
    if kind not in ("integer", "number"):
        return FREE
    low, high = _number(schema, "minimum"), _number(schema, "maximum")
    above, below = _number(schema, "exclusiveMinimum"), _number(schema, "exclusiveMaximum")
    is_above = above is not None and (low is None or above >= low)
    is_below = below is not None and (high is None or below <= high)
    return Constraint(
        minimum=above if is_above else low,
        maximum=below if is_below else high,
        excludes_minimum=is_above,
        excludes_maximum=is_below,
    )


def _number(schema: Schema, key: str) -> Decimal | None:
    found = schema.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
        return None
    return Decimal(str(found))


def _count(schema: Schema, key: str) -> int | None:
    found = _number(schema, key)
    return None if found is None or found < 0 else int(found)


def _values(schema: Schema) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_texts(list_at(schema, "enum"))))


def _examples(schema: Schema) -> tuple[str, ...]:
    found = [*list_at(schema, "examples"), schema.get("example"), schema.get("default")]
    return tuple(dict.fromkeys(_texts(found)))


def _texts(values: Sequence[Any]) -> Iterator[str]:
    """Yield values as a plan writes them; null and objects are left out."""
    for value in values:
        if value is None or isinstance(value, Mapping):
            continue
        written = value.written if isinstance(value, WrittenFraction) else json.dumps(value)
        text = clean(value if isinstance(value, str) else written)
        if text:
            yield text


def _title(schema: Schema, name: str) -> str:
    title = text_at(schema, "title")
    return "" if title.casefold() == name.casefold() else title


def _plain(schema: Schema, key: str) -> str:
    found = schema.get(key)
    return found if isinstance(found, str) else ""
