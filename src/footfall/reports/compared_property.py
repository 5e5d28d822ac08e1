"""The property that steps are compared by: what it is of a person who enters a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from footfall.data.schema import field_called
from footfall.errors import UsageError
from footfall.reports.stored_run import StoredRun
from footfall.store.column_names import column_of
from footfall.store.dialect import literal
from footfall.units import nearest_hint

HOME_COLUMNS = ("city", "country", "language", "time_zone")
EVENT_COLUMNS = ("platform", "os_name")


@dataclass(frozen=True, slots=True)
class ComparedProperty:
    """A property of people, of their homes or of events.

    Args:
        find: Run, entries, `expression` → SQL for all values of the property, and SQL for the
            entries with its value at their time.
        expression: What the values are found by: SQL, or a user property's name.
    """

    find: Callable[[StoredRun, str, str], tuple[str, str]]
    expression: str

    @property
    def is_of_visit(self) -> bool:
        """Whether events have it, and the visit of the entry counts."""
        return self.find is _of_visit

    def queries(self, source: StoredRun, entered: str) -> tuple[str, str]:
        """Return SQL for all values, and for the entries with the value at their time."""
        return self.find(source, entered, self.expression)


def compared_property(source: StoredRun, by: str) -> ComparedProperty:
    """Return the property that a user means.

    A name means what is nearest to people: a column of home or of events, a user property, and
    then an event property; with the struct before it (`event_properties.source`) that alone.

    Raises:
        UsageError: There is none.
    """
    struct, _, member = by.partition(".")
    # The whole name first: names may have dots.
    found = _found(source, "", by) or _found(source, struct, member)
    if found is None:
        raise _unknown(source, by)
    return found


def _found(source: StoredRun, struct: str, name: str) -> ComparedProperty | None:
    schema = source.schema
    if not struct and name in HOME_COLUMNS:
        return ComparedProperty(_home, name)
    if not struct and name in EVENT_COLUMNS:
        return ComparedProperty(_of_event, name)
    kinds = {
        "home": (_home, schema.home),
        "user_properties": (_of_person, schema.user_properties),
        "event_properties": (_of_visit, schema.event_properties),
    }
    for kind, (find, fields) in kinds.items():
        field = field_called(fields, name) if struct in ("", kind) else None
        if field is not None and (kind == "user_properties" or _is_scalar(field.type)):
            is_own = find is _of_person
            return ComparedProperty(
                find, field.name if is_own else source.member(kind, column_of(field))
            )
    return None


def _is_scalar(kind: str) -> bool:
    return kind not in ("list", "record")


def _unknown(source: StoredRun, by: str) -> UsageError:
    schema = source.schema
    own = [field.name for field in (*schema.home, *schema.user_properties)]
    of_events = [f.name for f in schema.event_properties if _is_scalar(f.type)]
    accepted = list(dict.fromkeys((*HOME_COLUMNS, *EVENT_COLUMNS, *own, *of_events)))
    hint = nearest_hint(by, accepted)
    return UsageError(
        f'run {source.info.id} has no property "{by}"\n  accepted: {", ".join(accepted)}'
        + (f"\n  hint: {hint}" if hint else "")
    )


def _home(source: StoredRun, entered: str, column: str) -> tuple[str, str]:
    values = (
        f"SELECT person, {source.json(column)} AS value FROM {source.table('arrivals')} AS a"
    )
    return (
        values,
        f"SELECT e.*, value FROM ({entered}) AS e JOIN ({values}) AS h ON h.person = e.person",
    )


def _of_event(source: StoredRun, entered: str, column: str) -> tuple[str, str]:
    """Take the value of the event that made a person enter."""
    events = source.table("events")
    value = source.json(column)
    return (
        f"SELECT {value} AS value FROM {events} AS x UNION ALL SELECT 'null' AS value",
        _at_entry(source, entered, f"{value} AS value", "coalesce(v.value, 'null')"),
    )


def _at_entry(
    source: StoredRun, entered: str, column: str, value: str, visits: str = ""
) -> str:
    """Return SQL for entries with a value of the event that made a person enter.

    At arrival it is their first event; no two events of a person share a time.

    Args:
        source: The run.
        entered: SQL for the entries.
        column: What is taken of events (`v`).
        value: What it makes of it.
        visits: A join that it needs besides.
    """
    events, ms = source.table("events"), source.ms("time")
    return f"""
        SELECT e.person, e.stage, e.at_ms, e.took_ms, {value} AS value
        FROM ({entered}) AS e
        LEFT JOIN (SELECT person, min({ms}) AS first_ms FROM {events} AS x GROUP BY person) AS f ON f.person = e.person
        LEFT JOIN (SELECT person, {ms} AS time_ms, {column} FROM {events} AS y) AS v
            ON v.person = e.person AND v.time_ms = CASE WHEN e.is_arrival = 1 THEN f.first_ms ELSE e.at_ms END
        {visits}"""


def _of_visit(source: StoredRun, entered: str, member: str) -> tuple[str, str]:
    """Take the value of the visit in which a person entered: of its first event that has one."""
    values = f"SELECT person, session_id, time, {source.json(member)} AS value FROM {source.table('events')} AS x"
    place = "row_number() OVER (PARTITION BY person, session_id ORDER BY time) AS place"
    visits = f"""
        SELECT person, session_id, value FROM (
            SELECT person, session_id, value, {place} FROM ({values}) AS y
            WHERE session_id IS NOT NULL AND value <> 'null'
        ) AS z WHERE place = 1"""
    join = f"""
        LEFT JOIN ({visits}) AS s ON s.person = v.person AND s.session_id = v.session_id"""
    return (
        f"SELECT value FROM ({visits}) AS x UNION ALL SELECT 'null' AS value",
        _at_entry(source, entered, "session_id", "coalesce(s.value, 'null')", join),
    )


def _of_person(source: StoredRun, entered: str, name: str) -> tuple[str, str]:
    """Take the value of the latest change up to the entry, that of the same instant included.

    Where there is none, the value at arrival counts.
    """
    field = field_called(source.schema.user_properties, name)
    assert field is not None
    value = source.json(source.member("properties", column_of(field)))
    starts = f"SELECT person, {value} AS value FROM {source.table('arrivals')} AS a"
    changes = f"SELECT * FROM {source.table('changes')} AS c WHERE property = {literal(name)}"
    ms = source.ms("time")
    valued = f"""
        SELECT e.person, e.stage, e.at_ms, e.took_ms, coalesce(s.value, a.value) AS value
        FROM ({entered}) AS e
        JOIN ({starts}) AS a ON a.person = e.person
        LEFT JOIN (
            SELECT person, new AS value, {ms} AS from_ms,
                lead({ms}) OVER (PARTITION BY person ORDER BY sequence) AS until_ms
            FROM ({changes}) AS c
        ) AS s ON s.person = e.person AND s.from_ms <= e.at_ms AND (s.until_ms IS NULL OR e.at_ms < s.until_ms)"""
    return (
        f"SELECT value FROM ({starts}) AS a UNION ALL SELECT new AS value FROM ({changes}) AS c",
        valued,
    )
