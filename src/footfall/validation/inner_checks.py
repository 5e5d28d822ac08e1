"""Checks of what stands within a property: fields of records `shipping.city`, elements of lists `lines[].price`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from footfall.foreign.json_pointer import pointer
from footfall.store.dialect import literal, literals
from footfall.validation.audit import Audit, nearest
from footfall.validation.constraint_rules import (
    clause_rules,
    length_rule,
    number_rule,
    truth_rule,
)
from footfall.validation.expectations import ExpectedProperty
from footfall.validation.property_checks import accepted_texts, type_word
from footfall.validation.property_kinds import kind_of_type

_INTEGERS = "('BIGINT', 'UBIGINT', 'HUGEINT')"
_IS_TIME = "TRY_CAST((x ->> '$') AS TIMESTAMPTZ) IS NOT NULL"
MOST_KEYS = 1000
"""Unknown fields that are looked at: the keys of foreign records may be as many as the records."""
_NULL = "coalesce(json_type(x), 'NULL') = 'NULL'"
Declared = Mapping[str, ExpectedProperty]
"""Event ("" for people) → a property of it that has something within."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place within a property: every value that stands there is `x` in SQL, as JSON.

    Args:
        path: As findings name it: `[]`, `[].price`, `.city`.
        way: SQL that makes a list of the values there of a list of JSON, which is `{}` in it.
    """

    path: str
    way: str = "{}"

    def values(self, start: str) -> str:
        return self.way.replace("{}", start)

    def field(self, name: str) -> _Place:
        member = f"json_extract(x, {_braced(literal(pointer(name)))})"
        return _Place(f"{self.path}.{name}", f"list_transform({self.way}, lambda x: {member})")

    def elements(self) -> _Place:
        lists = f"list_transform({self.way}, lambda x: json_extract(x, '$[*]'))"
        return _Place(f"{self.path}[]", f"flatten({lists})")


def _braced(sql: str) -> str:
    # `{}` in a member's name is no place for the list.
    return sql.replace("{}", "{' || '}")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A mistake that a value may be: `where` holds of `x` then, and `value` is what to show."""

    check: str
    place: _Place
    detail: str
    where: str
    value: str = "x"

    def holds(self, start: str) -> str:
        """Return SQL for whether one of the values is the mistake."""
        found = f"lambda x: coalesce({self.where}, false)"
        return f"len(list_filter({self.place.values(start)}, {found})) > 0"

    def first(self, start: str) -> str:
        """Return SQL for what to show of the first one."""
        wrong = f"list_filter({self.place.values(start)}, lambda x: {self.where})"
        return f"list_transform({wrong}, lambda x: {self.value})[1]"


def check_inner(audit: Audit) -> None:
    """Check fields of records and elements of lists: unknown ones, types, required ones, values, constraints."""
    of_events: dict[tuple[str, bool], dict[str, ExpectedProperty]] = {}
    for event in audit.expected.events.values():
        for declared in event.properties.values():
            if _has_inside(declared):
                alike = (declared.name, declared.type == "list")
                of_events.setdefault(alike, {})[event.name] = declared
    for (name, is_list), of in of_events.items():
        _check(audit, _values(audit, "ep", name, is_list=is_list), of)
    for declared in audit.expected.user_properties.values():
        if _has_inside(declared):
            values = _values(audit, "up", declared.name, is_list=declared.type == "list")
            _check(audit, values, {"": declared})


def _has_inside(declared: ExpectedProperty) -> bool:
    return bool(declared.fields) or (
        declared.type == "list" and declared.item not in (None, "any")
    )


def _check(audit: Audit, values: _Values | None, of: Declared) -> None:
    if values is None:
        return  # there is none, or it is another type: a finding of the property's type
    _make_values(audit, values, [event for event in of if event])
    for event, declared in of.items():
        _check_event(audit, event, declared, values.as_json())


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a property as a list: its elements, or itself.

    Args:
        property: SQL for the property.
        is_json: Whether it is stored as JSON.
    """

    property: str
    is_json: bool
    is_list: bool

    def stored(self) -> str:
        """Return SQL for the list of values as they are stored."""
        if self.is_json and self.is_list:
            # `$[*]` takes the elements of a list, and none of what is no list.
            return f"json_extract({self.property}, '$[*]')"
        return self.property if self.is_list else f"[{self.property}]"

    def as_json(self) -> str:
        """Return SQL for the list of values as JSON."""
        whole = self.property if self.is_json else f"to_json({self.property})"
        return f"json_extract({whole}, '$[*]')" if self.is_list else f"[{whole}]"


def _values(audit: Audit, column: str, name: str, *, is_list: bool) -> _Values | None:
    fields, value = audit.source.properties[column], audit.source.value(column, name)
    if fields is None:
        return _Values(value, True, is_list) if column in audit.source.has else None
    wanted = "list" if is_list else "object"
    is_right = kind_of_type(fields.get(name, "BOOLEAN")) == wanted
    return _Values(value, False, is_list) if is_right else None


def _make_values(audit: Audit, values: _Values, events: Sequence[str]) -> None:
    """Make the table of the different values in events: far fewer than events, and each is looked at once.

    Args:
        audit: What is audited.
        values: The values.
        events: None for people.
    """
    event = "event_type" if events else "''"
    of = f"WHERE event_type IN ({literals(events)})" if events else ""
    audit.source.rows(
        "CREATE OR REPLACE TEMP TABLE inner_values AS SELECT event_type, to_json(r) AS r FROM "
        f"(SELECT DISTINCT {event} AS event_type, unnest({values.stored()}) AS r FROM e {of})"
    )


def _check_event(audit: Audit, event: str, declared: ExpectedProperty, start: str) -> None:
    """Look for what is wrong among the different values, and count events only where something is."""
    of_event = f"event_type = {literal(event)}"
    root = _Place("[]" if declared.type == "list" else "")
    # That a record is no object, or lacks where it is required, the property's own checks tell.
    found_rules = (
        _rules_of(audit, _element(declared), root, of_event)
        if declared.type == "list"
        else _rules_of_fields(audit, declared, root, of_event)
    )
    rules = list(found_rules)
    asked = ", ".join(f"coalesce(bool_or({rule.holds('[r]')}), false)" for rule in rules)
    (found,) = audit.source.rows(f"SELECT {asked} FROM inner_values WHERE {of_event}")
    subject = f"{event}.{declared.name}" if event else f"user property {declared.name}"
    for rule, is_found in zip(rules, found, strict=True):
        if is_found:
            where = f"{of_event} AND {rule.holds(start)}" if event else rule.holds(start)
            ((count,),) = audit.source.rows(f"SELECT count(*) FROM e WHERE {where}")
            at = subject + rule.place.path
            audit.add(rule.check, at, count, rule.detail, where, rule.first(start))


def _element(declared: ExpectedProperty) -> ExpectedProperty:
    kind = "record" if declared.fields else declared.item or "any"
    return replace(
        declared,
        type=kind,
        item=None,
        is_required=declared.is_filled and kind != "record",
    )


def _rules_of(
    audit: Audit, declared: ExpectedProperty, place: _Place, of_event: str
) -> Iterator[_Rule]:
    """Yield what may be wrong with the values at a place, and with what stands within them."""
    word = f"declared {type_word(declared.type)}"
    is_right = f"coalesce({_is_right(declared)}, false)"
    yield _Rule("property_type", place, word, f"NOT ({_NULL}) AND NOT {is_right}")
    if declared.is_required and place.path.endswith("[]"):
        yield _Rule("property_type", place, word, _NULL)
    if declared.values and declared.type != "list":
        listed = literals(declared.values)
        outside = f"json_type(x) = 'VARCHAR' AND (x ->> '$') NOT IN ({listed})"
        yield _Rule("value_undeclared", place, accepted_texts(declared.values), outside)
    is_text, is_number = "json_type(x) = 'VARCHAR'", f"json_type(x) IN {_NUMBERS}"
    text = f"CASE WHEN {is_text} THEN (x ->> '$') END"
    number = f"CASE WHEN {is_number} THEN TRY_CAST((x ->> '$') AS DOUBLE) END"
    is_true = "CASE WHEN json_type(x) = 'BOOLEAN' THEN (x ->> '$') = 'true' END"
    if declared.type != "list":
        allowed = (
            number_rule(declared.numbers, number),
            truth_rule(declared.truth, is_true),
        )
        broken = clause_rules(declared.constraint, text, number)
        for clause in (*broken, *filter(None, allowed)):
            yield _Rule(clause.check, place, clause.detail, clause.where)
    elif counted := length_rule(declared.length, "json_array_length(x)"):
        where = f"json_type(x) = 'ARRAY' AND {counted.where}"
        yield _Rule(counted.check, place, counted.detail, where)
    if declared.type == "list" and _has_inside(declared):
        yield from _rules_of(audit, _element(declared), place.elements(), of_event)
    elif declared.fields:
        yield from _rules_of_fields(audit, declared, place, of_event)


_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"


def _rules_of_fields(
    audit: Audit, declared: ExpectedProperty, place: _Place, of_event: str
) -> Iterator[_Rule]:
    for field in declared.fields.values():
        within = place.field(field.name)
        if field.is_required:
            where = f"json_type(x) = 'OBJECT' AND {_is_null(field.name)}"
            if others := _others_are_there(declared, field):
                where += f" AND ({others})"
            yield replace(
                _Rule("property_missing", place, "a required field", where, "NULL"),
                place=_Place(within.path, place.way),
            )
        yield from _rules_of(audit, field, within, of_event)
    if not declared.is_open:
        yield from _unknown(audit, declared, place, of_event)


def _is_null(name: str) -> str:
    return f"coalesce(json_type(json_extract(x, {_braced(literal(pointer(name)))})), 'NULL') = 'NULL'"


def _others_are_there(declared: ExpectedProperty, field: ExpectedProperty) -> str:
    """Return SQL for whether a record is more than nulls; nothing where it must be there itself.

    It is where it has another field, a required one if there are some, or no member at all.
    Without it a list of nothing but nulls, as exports write an empty one, would lack each of
    its fields.
    """
    if declared.is_required:
        return ""
    others = [other for other in declared.fields.values() if other.name != field.name]
    names = [other.name for other in others if other.is_required]
    beside = names or [other.name for other in others]
    are_there = [f"NOT ({_is_null(name)})" for name in beside]
    return " OR ".join([*are_there, "len(json_keys(x)) = 0"]) if beside else ""


def _unknown(
    audit: Audit, declared: ExpectedProperty, place: _Place, of_event: str
) -> Iterator[_Rule]:
    objects = f"list_filter({place.values('[r]')}, lambda x: json_type(x) = 'OBJECT')"
    keys = f"flatten(list_transform({objects}, lambda x: json_keys(x)))"
    rows = audit.source.rows(
        f"SELECT DISTINCT unnest({keys}) AS k FROM inner_values WHERE {of_event} "
        f"ORDER BY k LIMIT {MOST_KEYS + len(declared.fields)}"
    )
    for (name,) in rows:
        if name not in declared.fields:
            within = _Place(place.field(str(name)).path, place.way)
            check = "property_unknown" if name == name.strip() else "key_spaces"
            hint = nearest(name, list(declared.fields))
            is_there = f"NOT ({_is_null(name)})"
            value = f"json_extract(x, {_braced(literal(pointer(name)))})"
            yield _Rule(check, within, hint, is_there, value)


def _is_right(declared: ExpectedProperty) -> str:
    """Return SQL for whether a JSON value `x` is of a declared type."""
    number = "TRY_CAST((x ->> '$') AS DOUBLE)"
    match declared.type:
        case "integer":
            return f"(json_type(x) IN {_INTEGERS} OR (json_type(x) = 'DOUBLE' AND {number} = floor({number})))"
        case "number" | "money":
            return f"json_type(x) IN {_NUMBERS}"
        case "time":
            return f"(json_type(x) IN {_INTEGERS} OR {_IS_TIME})"
        case "date-time":
            return f"(json_type(x) = 'VARCHAR' AND {_IS_TIME})"
        case "boolean":
            return "json_type(x) = 'BOOLEAN'"
        case "list":
            return "json_type(x) = 'ARRAY'"
        case "record":
            return "json_type(x) = 'OBJECT'"
        case "any":
            return "true"
    return "json_type(x) = 'VARCHAR'"
