"""A log's tracking plan: its events, their properties, types and values, as they were seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from footfall.errors import UsageError
from footfall.foreign.event_source import EventSource
from footfall.store.dialect import literal, one_of
from footfall.text import plural
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanRemark, PlanType

LEAST_PEOPLE = 20
"""People who must have a value before a plan names it: a rarer one may tell who somebody is."""
CATEGORY = "Log"
"""The one category: a log tells nothing of processes."""
MOST_EVENTS, MOST_PROPERTIES = 2000, 300
MOST_EXAMPLES = 5
PRIVACY = f"values are named only where {LEAST_PEOPLE} people or more have them"
_JSON_TYPES: Mapping[str, PlanType] = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "ARRAY": "list",
    "OBJECT": "any",
}
_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?"


@dataclass(slots=True)
class _Seen:
    """A property of an event type, as it was seen.

    Args:
        types: Type → so many values.
        item: Of a list: type of its elements, None where they are records.
        values: Value → people, of values that enough people have.
    """

    types: dict[PlanType, int] = field(default_factory=lambda: defaultdict(int))
    item: PlanType | None = "any"
    values: dict[str, int] = field(default_factory=dict)

    @property
    def type(self) -> PlanType:
        """The one type of all values."""
        if set(self.types) == {"integer", "number"}:
            return "number"
        return next(iter(self.types)) if len(self.types) == 1 else "any"


def plan_of_log(source: EventSource) -> Plan:
    """Return the plan of a log.

    No value is declared as allowed: what was seen is no rule for what comes.

    Args:
        source: Its events.

    Raises:
        UsageError: It has more event types, or properties, than a plan can.
    """
    events = source.rows(
        "SELECT event_type, count(*), count(DISTINCT who) FROM e WHERE NOT is_nameless "
        f"AND NOT {_is_call(source)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_EVENTS + 1}"
    )
    if len(events) > MOST_EVENTS:
        raise UsageError(
            f"{source.name}: more than {MOST_EVENTS:,} event types\n"
            "  accepted: a column of types, not of texts\n  hint: --type COLUMN names another one"
        )
    seen = _properties(source, "ep")
    people = _properties(source, "up").get(_PEOPLE, {})
    return Plan(
        name=_name(source.name),
        about=f"Made of a log: {PRIVACY}.",
        categories=((CATEGORY, ""),),
        events=tuple(
            PlanEvent(
                name,
                CATEGORY,
                about=f"Seen {plural(n, 'time')}, of {plural(people, 'person', 'people')}.",
                properties=tuple(
                    _property(key, one, n) for key, one in seen.get(name, {}).items()
                ),
            )
            for name, n, people in events
        ),
        user_properties=tuple(
            replace(_property(key, one, 0), is_required=False) for key, one in people.items()
        ),
        remarks=tuple(_left_out(source)),
    )


def _is_call(source: EventSource) -> str:
    """Return SQL for whether an event is a call that tells of a person or a group."""
    return one_of("event_type", sorted(source.calls))


def _left_out(source: EventSource) -> Iterable[PlanRemark]:
    """Yield what a log holds and its plan does not: calls that tell of people."""
    calls = source.rows(
        f"SELECT event_type, count(*) FROM e WHERE {_is_call(source)} GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    if calls:
        told = ", ".join(f"{n:,} {name}" for name, n in calls)
        yield PlanRemark(
            "not read", f"{source.name}: calls that tell of people are no events: {told}"
        )


def _name(log: str) -> str:
    return Path(log.rstrip("/")).name.split(".")[0] or "log"


def _property(name: str, seen: _Seen, n_events: int) -> PlanProperty:
    names = sorted(seen.values, key=lambda value: (-seen.values[value], value))
    return PlanProperty(
        name,
        seen.type,
        item=seen.item if seen.type == "list" else None,
        examples=tuple(names[:MOST_EXAMPLES]),
        is_required=sum(seen.types.values()) == n_events,
    )


_PEOPLE = "people"
_EVENT_OF = {"ep": "event_type", "up": literal(_PEOPLE)}
"""Column → SQL for the event type to which its properties belong; those of people are of one."""


def _properties(source: EventSource, column: str) -> dict[str, dict[str, _Seen]]:
    """Return event type → property → what was seen of it.

    Args:
        source: The events.
        column: `ep`, or `up` for properties of people, which stand below one name.
    """
    fields = source.properties[column]
    found: dict[str, dict[str, _Seen]] = defaultdict(dict)
    rows = _in_json(source, column) if fields is None else _in_struct(source, column, fields)
    for event, key, kind, n in rows:
        found[event].setdefault(key, _Seen()).types[kind] += n
    keys = {key: None for of_event in found.values() for key in of_event}
    if len(keys) > MOST_PROPERTIES:
        raise UsageError(
            f"{source.name}: more than {MOST_PROPERTIES} properties\n"
            "  accepted: keys that name properties, not values"
        )
    for key in keys:
        _add_values(source, found, column, key)
    return found


# --- types -----------------------------------------------------------------------------------------------------------


def _in_struct(
    source: EventSource, column: str, fields: Mapping[str, str]
) -> Iterable[tuple[str, str, PlanType, int]]:
    if not fields:
        return
    counts = ", ".join(
        f"count({value}), {_n_stamps(value) if kind == 'VARCHAR' else '0'}"
        for name, kind in fields.items()
        for value in [source.value(column, name)]
    )
    for event, *numbers in source.rows(
        f"SELECT {_EVENT_OF[column]}, {counts} FROM e WHERE NOT is_nameless GROUP BY 1"
    ):
        for (name, stored), n, stamps in zip(
            fields.items(), numbers[::2], numbers[1::2], strict=True
        ):
            if n:
                yield event, name, "time" if stamps == n else _type_of(stored), n


def _n_stamps(text: str) -> str:
    return f"count(*) FILTER (regexp_full_match({text}, {literal(_STAMP)}))"


def _type_of(stored: str) -> PlanType:
    """Return the type of a column by its type in DuckDB."""
    if stored.endswith("]"):
        return "list"
    if stored.startswith(("TIMESTAMP", "DATE")):
        return "time"
    if _INTEGERS.fullmatch(stored):
        return "integer"
    if stored.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return "number"
    if stored.startswith(("VARCHAR", "ENUM", "UUID", "BLOB")):
        return "text"
    return "boolean" if stored == "BOOLEAN" else "any"


def _in_json(source: EventSource, column: str) -> Iterable[tuple[str, str, PlanType, int]]:
    text = "(j.value ->> '$')"
    rows = source.rows(
        f"SELECT {_EVENT_OF[column]}, j.key, j.type, count(*), {_n_stamps(text)} "
        f"FROM e, json_each(e.{column}) AS j WHERE NOT e.is_nameless AND j.type <> 'NULL' "
        "GROUP BY ALL ORDER BY 1, 2, 3 LIMIT 200000"
    )
    for event, key, kind, n, stamps in rows:
        is_time = kind == "VARCHAR" and stamps == n
        yield event, key, "time" if is_time else _JSON_TYPES.get(kind, "any"), n


# --- values ----------------------------------------------------------------------------------------------------------


def _add_values(
    source: EventSource, found: Mapping[str, Mapping[str, _Seen]], column: str, key: str
) -> None:
    """Add the values that enough people have, of the event types that have the property."""
    is_struct = source.properties[column] is not None
    value = source.value(column, key)
    text = f"CAST({value} AS VARCHAR)" if is_struct else f"({value} ->> '$')"
    rows = source.rows(f"""
        SELECT {_EVENT_OF[column]} AS event, {text} AS v, count(DISTINCT who) AS people FROM e
        WHERE {value} IS NOT NULL AND v IS NOT NULL GROUP BY 1, 2 HAVING people >= {LEAST_PEOPLE}
        QUALIFY row_number() OVER (PARTITION BY event ORDER BY people DESC, v) <= {MOST_EXAMPLES}""")
    for event, written, people in rows:
        seen = found.get(event, {}).get(key)
        if seen is not None and seen.type in ("text", "integer", "number", "boolean", "time"):
            seen.values[written] = people
