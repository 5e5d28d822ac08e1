"""Checks of properties: unknown ones, wrong types, missing ones, values outside the declared, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from footfall.store.dialect import literal, quote
from footfall.validation.audit import Audit, nearest
from footfall.validation.expectations import ExpectedProperty, ExpectedType

_KINDS = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "HUGEINT": "integer",
    "BOOLEAN": "boolean",
}
_JSON_KINDS = {**_KINDS, "ARRAY": "list", "OBJECT": "object", "NULL": "null"}
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_NUMBERS = ("integer", "whole", "fraction")
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "time"),  # which is a text wherever it is sent
    "id": ("text",),
    "integer": ("integer", "whole"),
    "number": _NUMBERS,
    "money": _NUMBERS,
    "boolean": ("boolean",),
    "time": ("time", "integer"),
    "list": ("list",),
    "any": ("text", "boolean", "time", "list", "object", *_NUMBERS),
}
"""Declared type → kinds of values that are right."""
_WORDS = {
    "digits": "a number sent as text",
    "fraction": "a number with a fraction",
    "integer": "a whole number",
}
_WORDS |= {
    "whole": "a number",
    "list": "a list",
    "object": "an object",
    "text": "a text",
    "boolean": "true or false",
}
_TYPES = {"id": "text", "money": "number"}
MOST_GROUPS = 20_000
CATEGORY, STAGE = "category", "stage"


@dataclass(frozen=True, slots=True)
class Seen:
    """So many values of a kind, under a key, in events of a type (of user properties: in any)."""

    event: str
    key: str
    kind: str
    count: int


def check_properties(audit: Audit) -> None:
    """Check the properties of events and of users."""
    groups = _groups_of_events(audit)
    seen = list(_seen(audit, "ep", groups))
    for found in seen:
        event = audit.expected.events.get(found.event)
        if event is not None:
            known = {**_own_category(event.category), **event.properties}
            _judge(audit, "ep", found, known, f"{found.event}.{found.key}")
    _check_missing(audit, seen)
    if not audit.expected.tells_of_people:
        return
    people = {
        STAGE: ExpectedProperty(
            STAGE, "text", values=tuple(s.name for s in audit.expected.stages)
        )
    }
    people |= audit.expected.user_properties
    for found in _seen(audit, "up", people):
        _judge(audit, "up", found, people, f"user property {found.key}")


def _own_category(category: str) -> dict[str, ExpectedProperty]:
    """Return the category as a property: our Amplitude sink puts it among those of the event."""
    return {
        CATEGORY: ExpectedProperty(CATEGORY, "text", values=(category,) if category else ())
    }


def _groups_of_events(audit: Audit) -> dict[str, ExpectedProperty]:
    """Return the properties of all events by name; their values, which may differ between events, are in `_rules`."""
    found: dict[str, ExpectedProperty] = {}
    for event in audit.expected.events.values():
        found = {**event.properties, **found}
    return found


# --- what is there ---------------------------------------------------------------------------------------------------


def _seen(audit: Audit, column: str, known: Mapping[str, ExpectedProperty]) -> Iterator[Seen]:
    fields = audit.source.properties[column]
    if fields is not None:
        yield from _seen_in_struct(audit, column, fields, known)
    else:
        yield from _seen_in_json(audit, column, known)


def _seen_in_json(
    audit: Audit, column: str, known: Mapping[str, ExpectedProperty]
) -> Iterator[Seen]:
    event = "e.event_type" if column == "ep" else "''"
    kinds = _kind_of_any(audit, column, known, "e.event_type", "j.key", "j.type", "j.value")
    rows = audit.source.rows(
        f"SELECT {event} AS event, j.key, {kinds} AS kind, count(*) AS n FROM e, json_each(e.{column}) AS j "
        f"WHERE e.event_type IS NOT NULL AND j.key IS NOT NULL "
        f"GROUP BY ALL ORDER BY n DESC, event, j.key, kind LIMIT {MOST_GROUPS}"
    )
    yield from (Seen(*row) for row in rows)


def _seen_in_struct(
    audit: Audit, column: str, fields: Mapping[str, str], known: Mapping[str, ExpectedProperty]
) -> Iterator[Seen]:
    """Count values per kind with one scan: a typed column has one kind, and what is wrong within it."""
    kinds = {
        name: _kinds_of_field(stored, f"{column}.{quote(name)}", known.get(name))
        for name, stored in fields.items()
    }
    asked = [
        (name, kind, where) for name, found in kinds.items() for kind, where in found.items()
    ]
    event = "event_type" if column == "ep" else "''"
    counts = ", ".join(f"count(CASE WHEN {where} THEN 1 END)" for _, _, where in asked)
    outside = _counts_outside(audit, column, fields)
    for row in (
        audit.source.rows(f"SELECT {event}, {counts} FROM e GROUP BY ALL ORDER BY 1")
        if asked
        else ()
    ):
        for (name, kind, _), count in zip(asked, row[1:], strict=True):
            wrong = outside.pop((row[0], name), 0) if kind in ("text", "list") else 0
            if wrong:
                yield Seen(str(row[0]), name, "outside", wrong)
            if count > wrong:
                yield Seen(str(row[0]), name, kind, count - wrong)


def _counts_outside(
    audit: Audit, column: str, fields: Mapping[str, str]
) -> dict[tuple[str, str], int]:
    """Return (event, name) → how many values are outside the declared.

    Equal values are brought together first: comparing each of many rows with hundreds of texts takes ten times as long.
    """
    event = "event_type" if column == "ep" else "''"
    found: dict[tuple[str, str], int] = {}
    for name, rules in _rules(audit, column).items():
        base = kind_of_type(fields[name]) if name in fields else ""
        if base in ("text", "list"):
            outside = " OR ".join(_outside(base, "v", rule, "event_type") for rule in rules)
            value = f"{column}.{quote(name)}"
            columns = f"{event} AS event_type, {value} AS v, count(*) AS n"
            groups = f"SELECT {columns} FROM e WHERE {value} IS NOT NULL GROUP BY ALL"
            for of, count in audit.source.rows(
                f"WITH g AS MATERIALIZED ({groups}) "  # else the comparison is made before rows are brought together
                f"SELECT event_type, CAST(sum(n) AS BIGINT) FROM g WHERE {outside} GROUP BY ALL"
            ):
                found[of, name] = count
    return found


def _kinds_of_field(stored: str, value: str, known: ExpectedProperty | None) -> dict[str, str]:
    """Return kind → SQL that holds for its values, of a field of a struct; the kinds exclude each other."""
    base, has = kind_of_type(stored), f"{value} IS NOT NULL"
    special: dict[str, str] = {}
    if known is not None and base == "fraction" and known.type == "integer":
        special["whole"] = f"{value} = floor({value})"
    if known is not None and base == "text":
        special |= _text_kinds(known, f"CAST({value} AS VARCHAR)")
    if known is not None and base == "list" and known.item is not None:
        special["repeats"] = f"len({value}) > len(list_distinct({value}))"
    others = "".join(f" AND NOT coalesce({where}, false)" for where in special.values())
    return {
        base: has + others,
        **{kind: f"{has} AND {where}" for kind, where in special.items()},
    }


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
    return "integer" if stored in _WHOLE else "boolean" if stored == "BOOLEAN" else "object"


def _text_kinds(known: ExpectedProperty, text: str) -> dict[str, str]:
    """Return what a text can be where something else is declared."""
    if known.type in ("integer", "number", "money"):
        return {"digits": f"regexp_full_match({text}, '[+-]?[0-9]+([.,][0-9]+)?')"}
    return (
        {"time": f"TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL"} if known.type == "time" else {}
    )


Rule = tuple[tuple[str, ...], tuple[str, ...]]
"""Allowed texts, and the event types they hold for (none: all)."""


def _rules(audit: Audit, column: str) -> dict[str, list[Rule]]:
    """Return name → which texts are allowed, in which events."""
    if column == "up":
        stages = tuple(stage.name for stage in audit.expected.stages)
        people = {
            STAGE: stages,
            **{p.name: p.values for p in audit.expected.user_properties.values()},
        }
        return {name: [(values, ())] for name, values in people.items() if values}
    found: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for event in audit.expected.events.values():
        for known in {**_own_category(event.category), **event.properties}.values():
            if known.values:
                found.setdefault(known.name, {}).setdefault(known.values, []).append(event.name)
    return {
        name: [(values, tuple(events)) for values, events in rules.items()]
        for name, rules in found.items()
    }


def _outside(base: str, value: str, rule: Rule, event: str) -> str:
    values, events = rule
    listed = ", ".join(map(literal, values))
    if base == "list":
        outside = (
            f"len(list_filter({value}, lambda v: CAST(v AS VARCHAR) NOT IN ({listed}))) > 0"
        )
    else:
        outside = f"{value} NOT IN ({listed})"
    return (
        f"({event} IN ({', '.join(map(literal, events))}) AND {outside})"
        if events
        else f"({outside})"
    )


def _kind_of_any(
    audit: Audit,
    column: str,
    known: Mapping[str, ExpectedProperty],
    event: str,
    key: str,
    kind: str,
    value: str,
) -> str:
    """Return SQL for the kind of a JSON value under any key."""
    text = f"({value} ->> '$')"
    number = f"TRY_CAST({text} AS DOUBLE)"
    rules = _rules(audit, column)
    numeric = [p.name for p in known.values() if p.type in ("integer", "number", "money")]
    times = [p.name for p in known.values() if p.type == "time"]
    lists = [p.name for p in known.values() if p.type == "list" and p.item is not None]
    items = f"CAST({value} AS VARCHAR[])"
    cases = [
        (f"{kind} = 'VARCHAR' AND {_in(key, numeric)}", ExpectedProperty("", "number")),
        (f"{kind} = 'VARCHAR' AND {_in(key, times)}", ExpectedProperty("", "time")),
    ]
    whens = [
        f"WHEN {where} AND {sql} THEN '{k}'"
        for where, p in cases
        for k, sql in _text_kinds(p, text).items()
    ]
    whens.append(
        f"WHEN {kind} = 'DOUBLE' THEN CASE WHEN {number} = floor({number}) THEN 'whole' ELSE 'fraction' END"
    )
    whens.append(
        f"WHEN {kind} = 'ARRAY' AND {_in(key, lists)} AND len({items}) > len(list_distinct({items})) THEN 'repeats'"
    )
    for base, name, of in (("text", "VARCHAR", text), ("list", "ARRAY", items)):
        found = _outside_by_key(base, of, rules, known, key, event)
        whens += [f"WHEN {kind} = '{name}' AND {where} THEN 'outside'" for where in found]
    whens += [f"WHEN {kind} = '{name}' THEN '{word}'" for name, word in _JSON_KINDS.items()]
    return f"CASE {' '.join(whens)} END"


def _outside_by_key(
    base: str,
    value: str,
    rules: Mapping[str, list[Rule]],
    known: Mapping[str, ExpectedProperty],
    key: str,
    event: str,
) -> Iterator[str]:
    for name, of_name in rules.items():
        is_list = name in known and known[name].type == "list"
        if is_list == (base == "list"):
            yield from (
                f"{key} = {literal(name)} AND {_outside(base, value, rule, event)}"
                for rule in of_name
            )


def _in(key: str, names: Iterable[str]) -> str:
    listed = ", ".join(map(literal, names))
    return f"{key} IN ({listed})" if listed else "false"


# --- what is wrong with it -------------------------------------------------------------------------------------------


def _judge(
    audit: Audit, column: str, seen: Seen, known: Mapping[str, ExpectedProperty], subject: str
) -> None:
    declared = known.get(seen.key)
    if seen.key != seen.key.strip():
        check, detail = "key_spaces", f"written {seen.key!r}"
    elif declared is None:
        check, detail = "property_unknown", nearest(seen.key, list(known))
    elif seen.kind == "outside":
        check, detail = "value_undeclared", listed(declared.values)
    elif seen.kind == "repeats":
        check, detail = "list_repeats", ""
    elif seen.kind == "null" or seen.kind in ACCEPTED[declared.type]:
        return
    else:
        check, detail = _wrong(declared, seen.kind)
    where, value = _where(audit, column, seen, declared)
    audit.add(check, subject, seen.count, detail, where, value)


def _wrong(declared: ExpectedProperty, kind: str) -> tuple[str, str]:
    found = _WORDS.get(kind, f"a {kind}")
    check = "list_is_text" if declared.type == "list" and kind == "text" else "property_type"
    return check, f"{found}; declared {type_text(declared.type)}"


def type_text(of: ExpectedType) -> str:
    """Return what a declared type is called in findings."""
    return _TYPES.get(of, of)


def listed(values: tuple[str, ...]) -> str:
    """Return a sentence with the accepted texts, the first ones if they are many."""
    more = f", … ({len(values)} in all)" if len(values) > 6 else ""
    return "accepted: " + ", ".join(values[:6]) + more


def _where(
    audit: Audit, column: str, seen: Seen, declared: ExpectedProperty | None
) -> tuple[str, str]:
    """Return SQL that holds for the events with these values, and SQL for the value."""
    fields = audit.source.properties[column]
    of_event = f"event_type = {literal(seen.event)} AND " if column == "ep" else ""
    if fields is not None:
        value = f"{column}.{quote(seen.key)}"
        if seen.kind == "outside":
            base, rules = kind_of_type(fields[seen.key]), _rules(audit, column)[seen.key]
            return (
                f"{of_event}({' OR '.join(_outside(base, value, rule, 'event_type') for rule in rules)})",
                value,
            )
        return (
            f"{of_event}{_kinds_of_field(fields[seen.key], value, declared)[seen.kind]}",
            value,
        )
    value = f"json_extract({column}, {literal(pointer(seen.key))})"
    known = {seen.key: declared} if declared is not None else {}
    kind = _kind_of_any(
        audit, column, known, "event_type", literal(seen.key), f"json_type({value})", value
    )
    return f"{of_event}{value} IS NOT NULL AND {kind} = {literal(seen.kind)}", value


def pointer(key: str) -> str:
    """Return the JSON pointer of a key (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _check_missing(audit: Audit, seen: list[Seen]) -> None:
    present: dict[tuple[str, str], int] = {}
    for found in seen:
        if found.kind != "null":
            present[found.event, found.key] = (
                present.get((found.event, found.key), 0) + found.count
            )
    totals = dict(
        audit.source.rows(
            "SELECT event_type, count(*) FROM e WHERE event_type IS NOT NULL GROUP BY ALL"
        )
    )
    for event in audit.expected.events.values():
        for known in event.properties.values():
            missing = totals.get(event.name, 0) - present.get((event.name, known.name), 0)
            if known.is_required and missing > 0:
                where = (
                    f"event_type = {literal(event.name)} AND {_is_absent(audit, known.name)}"
                )
                audit.add(
                    "property_missing",
                    f"{event.name}.{known.name}",
                    missing,
                    "declared as required",
                    where,
                )


def _is_absent(audit: Audit, name: str) -> str:
    fields = audit.source.properties["ep"]
    if fields is not None:
        return f"ep.{quote(name)} IS NULL" if name in fields else "true"
    return f"coalesce(json_type(json_extract(ep, {literal(pointer(name))})), 'NULL') = 'NULL'"
