"""Kinds of values that properties have in the events, counted in SQL, whether right or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from footfall.foreign.common_columns import is_endless
from footfall.store.dialect import literal, literals, one_of, quote
from footfall.validation.audit import Audit
from footfall.validation.expectations import ExpectedProperty

Declared = Mapping[str, Sequence[ExpectedProperty]]
"""Name → property as it is declared, once for each type that it has: events may differ in it."""
_KINDS = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "HUGEINT": "integer",
    "BOOLEAN": "boolean",
}
_JSON_KINDS = {**_KINDS, "ARRAY": "list", "OBJECT": "object", "NULL": "null"}
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_INTEGERS = frozenset((*_SIGNED, "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"))
_NUMBERS = ("integer", "whole", "fraction")
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    # A time is a text wherever it is sent, and digits are one where other events have a number.
    "text": ("text", "time", "digits"),
    "id": ("text", "time", "digits"),
    "integer": ("integer", "whole"),
    "number": _NUMBERS,
    "money": _NUMBERS,
    "boolean": ("boolean",),
    "time": ("time", "integer"),
    "date-time": ("time",),
    "list": ("list",),
    "record": ("object",),
    "any": ("text", "digits", "boolean", "time", "list", "object", *_NUMBERS),
}
"""Declared type → kinds of values that are right."""
MOST_GROUPS = 20_000
"""Kinds that are counted, the most frequent first: keys of foreign events may be as many as their values."""
CATEGORY, STAGE = "category", "stage"


@dataclass(frozen=True, slots=True)
class AllowedTexts:
    """The texts that a property may have.

    Args:
        events: The event types they hold for; none: all.
    """

    values: tuple[str, ...]
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KindCount:
    """So many values of a kind, under a key, in events of a type (of user properties: in any)."""

    event: str
    key: str
    kind: str
    count: int


def own_category(category: str) -> dict[str, ExpectedProperty]:
    """Return the category as a property: our Amplitude sink puts it among those of the event."""
    values = (category,) if category else ()
    return {CATEGORY: ExpectedProperty(CATEGORY, "text", values=values)}


# --- counting --------------------------------------------------------------------------------------------------------


def kind_counts(audit: Audit, column: str, declared: Declared) -> Iterator[KindCount]:
    """Yield how many values of which kind the properties of events (`ep`) or users (`up`) have."""
    fields = audit.source.properties[column]
    if fields is not None:
        yield from _in_struct(audit, column, fields, declared)
    else:
        yield from _in_json(audit, column, declared)


def _in_json(audit: Audit, column: str, declared: Declared) -> Iterator[KindCount]:
    event = "e.event_type" if column == "ep" else "''"
    kinds = _kind_of_any(audit, column, declared, "e.event_type", "j.key", "j.type", "j.value")
    rows = audit.source.rows(
        f"SELECT {event} AS event, j.key, {kinds} AS kind, count(*) AS n "
        f"FROM e, json_each(e.{column}) AS j "
        f"WHERE e.event_type IS NOT NULL AND j.key IS NOT NULL "
        f"GROUP BY ALL ORDER BY n DESC, event, j.key, kind LIMIT {MOST_GROUPS}"
    )
    yield from (KindCount(*row) for row in rows)


def _in_struct(
    audit: Audit, column: str, fields: Mapping[str, str], declared: Declared
) -> Iterator[KindCount]:
    """Count values per kind with one scan: a typed column has one kind, and what is wrong within it."""
    kinds = {
        name: _kinds_of_field(stored, f"{column}.{quote(name)}", declared.get(name, ()))
        for name, stored in fields.items()
    }
    asked = [
        (name, kind, where) for name, found in kinds.items() for kind, where in found.items()
    ]
    if not asked:
        return
    event = "event_type" if column == "ep" else "''"
    counts = ", ".join(f"count(CASE WHEN {where} THEN 1 END)" for _, _, where in asked)
    outside = _counts_outside(audit, column, fields)
    for row in audit.source.rows(f"SELECT {event}, {counts} FROM e GROUP BY ALL ORDER BY 1"):
        for (name, kind, _), count in zip(asked, row[1:], strict=True):
            # A value outside the declared is of the field's own kind too, and is counted once.
            wrong = outside.pop((row[0], name), 0) if kind == "text" else 0
            if wrong:
                yield KindCount(str(row[0]), name, "outside", wrong)
            if count > wrong:
                yield KindCount(str(row[0]), name, kind, count - wrong)


def _counts_outside(
    audit: Audit, column: str, fields: Mapping[str, str]
) -> dict[tuple[str, str], int]:
    """Return (event, name) → how many values are outside the declared.

    Equal values are brought together first: comparing each of many rows with hundreds of texts
    takes ten times as long.
    """
    event = "event_type" if column == "ep" else "''"
    found: dict[tuple[str, str], int] = {}
    for name, rules in _allowed_texts(audit, column).items():
        if name in fields and kind_of_type(fields[name]) == "text":
            outside = _any_outside("v", rules)
            value = f"{column}.{quote(name)}"
            columns = f"{event} AS event_type, {value} AS v, count(*) AS n"
            groups = f"SELECT {columns} FROM e WHERE {value} IS NOT NULL GROUP BY ALL"
            # Materialized: DuckDB would push the comparison below the grouping, down to every
            # row.
            for of, count in audit.source.rows(
                f"WITH g AS MATERIALIZED ({groups}) "
                "SELECT event_type, CAST(sum(n) AS BIGINT) FROM g "
                f"WHERE {outside} GROUP BY ALL"
            ):
                found[of, name] = count
    return found


def where_kind(
    audit: Audit, column: str, counted: KindCount, declared: Declared
) -> tuple[str, str]:
    """Return SQL that holds for the events whose values were counted, and SQL for the value.

    Args:
        audit: What is audited.
        column: Properties of events (`ep`) or of users (`up`).
        counted: The values.
        declared: As they were counted by.
    """
    fields = audit.source.properties[column]
    of_event = f"event_type = {literal(counted.event)} AND " if column == "ep" else ""
    value = audit.source.value(column, counted.key)
    if fields is None:
        own = {counted.key: declared.get(counted.key, ())}
        key, kind = literal(counted.key), f"json_type({value})"
        kind = _kind_of_any(audit, column, own, "event_type", key, kind, value)
        return f"{of_event}{value} IS NOT NULL AND {kind} = {literal(counted.kind)}", value
    stored = fields[counted.key]
    if counted.kind == "outside":
        rules = _allowed_texts(audit, column)[counted.key]
        outside = _any_outside(value, rules)
        return f"{of_event}({outside})", value
    kinds = _kinds_of_field(stored, value, declared.get(counted.key, ()))
    return f"{of_event}{kinds[counted.kind]}", value


# --- kinds of typed columns ------------------------------------------------------------------------------------------


def kind_of_type(stored: str) -> str:
    """Return the kind of value that a column of a type holds."""
    if stored.endswith("]"):
        return "list"
    if stored.startswith(("VARCHAR", "ENUM", "UUID")):
        return "text"
    if stored.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return "fraction"
    if stored.startswith(("TIMESTAMP", "DATE")):
        return "time"
    if stored in _INTEGERS:
        return "integer"
    return "boolean" if stored == "BOOLEAN" else "object"


def _kinds_of_field(
    stored: str, value: str, declared: Sequence[ExpectedProperty]
) -> dict[str, str]:
    """Return kind → SQL that holds for its values, of a field of a struct.

    The kinds exclude each other.
    """
    base, is_there = kind_of_type(stored), f"{value} IS NOT NULL"
    special: dict[str, str] = {}
    if base == "fraction" and any(one.type == "integer" for one in declared):
        special["whole"] = f"{value} = floor({value}) AND NOT {_is_endless(stored, value)}"
    if declared and base == "fraction":
        special["endless"] = _is_endless(stored, value)
    if base == "text":
        special |= _text_kinds(declared, f"CAST({value} AS VARCHAR)")
    if base == "list" and any(one.item is not None for one in declared):
        special["repeats"] = _repeats(value)
    others = "".join(f" AND NOT coalesce({where}, false)" for where in special.values())
    kinds = {kind: f"{is_there} AND {where}" for kind, where in special.items()}
    return {base: is_there + others, **kinds}


def _repeats(items: str) -> str:
    # A null repeats nothing: `list_distinct` leaves nulls out, so they are not counted either.
    there = f"list_filter({items}, lambda v: v IS NOT NULL)"
    return f"len({there}) > len(list_distinct({items}))"


def _is_endless(stored: str, value: str) -> str:
    return is_endless(value) if stored in ("DOUBLE", "FLOAT") else "false"


_DIGITS = "regexp_full_match({}, '[+-]?[0-9]+([.,][0-9]+)?')"
_TIME = "TRY_CAST({} AS TIMESTAMPTZ) IS NOT NULL"


def _text_kinds(declared: Sequence[ExpectedProperty], text: str) -> dict[str, str]:
    """Return what a text can be where something else is declared."""
    types = {one.type for one in declared}
    found: dict[str, str] = {}
    if not types.isdisjoint(("integer", "number", "money")):
        found["digits"] = _DIGITS.format(text)
    if not types.isdisjoint(("time", "date-time")):
        is_other = f" AND NOT {found['digits']}" if found else ""
        found["time"] = _TIME.format(text) + is_other
    return found


# --- texts outside the declared --------------------------------------------------------------------------------------


def _allowed_texts(audit: Audit, column: str) -> dict[str, list[AllowedTexts]]:
    """Return name → which texts are allowed, in which events."""
    if column == "up":
        stages = tuple(stage.name for stage in audit.expected.stages)
        own = {STAGE: ExpectedProperty(STAGE, "text", values=stages)}
        people = {**own, **audit.expected.user_properties}
        return {
            name: [AllowedTexts(declared.values)]
            for name, declared in people.items()
            if _allows_texts(declared)
        }
    # Events with the same texts share a comparison: most properties have one list in all of
    # them.
    found: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for event in audit.expected.events.values():
        for declared in {**own_category(event.category), **event.properties}.values():
            if _allows_texts(declared):
                of_name = found.setdefault(declared.name, {})
                of_name.setdefault(declared.values, []).append(event.name)
    return {
        name: [AllowedTexts(values, tuple(events)) for values, events in rules.items()]
        for name, rules in found.items()
    }


def _allows_texts(declared: ExpectedProperty) -> bool:
    # Those of a list are its elements', which are looked at one by one.
    return bool(declared.values) and declared.type != "list"


def _any_outside(value: str, rules: Iterable[AllowedTexts]) -> str:
    """Return SQL for whether a value is outside of what one of some rules allows."""
    return " OR ".join(_outside(value, rule, "event_type") for rule in rules)


def _outside(value: str, rule: AllowedTexts, event: str) -> str:
    of_events = f"{event} IN ({literals(rule.events)}) AND " if rule.events else ""
    return f"({of_events}{value} NOT IN ({literals(rule.values)}))"


# --- kinds of JSON ---------------------------------------------------------------------------------------------------


def _kind_of_any(
    audit: Audit,
    column: str,
    declared: Declared,
    event: str,
    key: str,
    kind: str,
    value: str,
) -> str:
    """Return SQL for the kind of a JSON value under any key.

    `declared` says which keys are looked at closer.
    """
    text = f"({value} ->> '$')"
    number = f"TRY_CAST({text} AS DOUBLE)"
    rules = _allowed_texts(audit, column)
    items = f"CAST({value} AS VARCHAR[])"
    # The first that holds counts, so what is special stands before the kind that JSON itself
    # tells.
    specials = {name: _text_kinds(of, text) for name, of in declared.items()}
    names_by_kind: dict[tuple[str, str], list[str]] = {}
    for name, kinds in specials.items():
        for special in kinds.items():
            names_by_kind.setdefault(special, []).append(name)
    whens = [
        f"WHEN {kind} = 'VARCHAR' AND {one_of(key, names)} AND {sql} THEN '{special}'"
        for (special, sql), names in names_by_kind.items()
    ]
    lists = [n for n, of in declared.items() if any(one.item is not None for one in of)]
    whens.append(
        f"WHEN {kind} = 'DOUBLE' THEN CASE WHEN NOT coalesce(isfinite({number}), false) "
        f"THEN 'endless' WHEN {number} = floor({number}) THEN 'whole' ELSE 'fraction' END"
    )
    whens.append(
        f"WHEN {kind} = 'ARRAY' AND {one_of(key, lists)} AND {_repeats(items)} THEN 'repeats'"
    )
    found = _outside_by_key(text, rules, key, event)
    whens += [f"WHEN {kind} = 'VARCHAR' AND {where} THEN 'outside'" for where in found]
    whens += [f"WHEN {kind} = '{name}' THEN '{word}'" for name, word in _JSON_KINDS.items()]
    return f"CASE {' '.join(whens)} END"


def _outside_by_key(
    value: str,
    rules: Mapping[str, list[AllowedTexts]],
    key: str,
    event: str,
) -> Iterator[str]:
    for name, of_name in rules.items():
        for rule in of_name:
            yield f"{key} = {literal(name)} AND {_outside(value, rule, event)}"
