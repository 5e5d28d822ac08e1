"""The counts behind groups of people: from tallies, and by the SQL of a store."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.data.tallies import has_powers
from footfall.reports.people_groups import PeopleGroup
from footfall.reports.property_values import coded
from footfall.reports.stored_run import StoredRun

TALLIED = (
    *("people", "active", "returned", "sessions", "events", "events_squared", "events_cubed"),
    *("converted", "revenue", "buyers", "revenue_squared", "revenue_cubed"),
)
"""The measures that tallies hold of each city, in the order of the record."""


def cities_of_tallies(tallies: Mapping[tuple[str, str], int]) -> list[PeopleGroup]:
    """Return the cities that tallies hold ((city, measure) → sum), in no order."""
    # A ledger of before knows sums of revenue alone: nothing says how far it varies.
    is_whole = has_powers({measure for _, measure in tallies})
    measures = TALLIED if is_whole else TALLIED[: TALLIED.index("buyers")]

    def city(name: str) -> PeopleGroup:
        return PeopleGroup(name, *(tallies.get((name, measure), 0) for measure in measures))

    return [city(name) for name in {name for name, _ in tallies}]


def cities_of_store(source: StoredRun) -> list[PeopleGroup]:
    """Count the people of a run by home city, in no order."""
    people = f"SELECT person, city AS name FROM {source.table('arrivals')} AS a"
    return [_group(*row) for row in source.rows(_counts(source, people))]


def groups_of_store(source: StoredRun, by: str) -> list[PeopleGroup]:
    """Count the people of a run by the value of a property when they came, in no order.

    Of a property of events, of the visit with which they came.

    Raises:
        UsageError: There is no such property, or it has too many values.
    """
    arrived = f"""
        SELECT person, 0 AS stage, {source.ms("arrived")} AS at_ms, 1 AS is_arrival, CAST(NULL AS BIGINT) AS took_ms
        FROM {source.table("arrivals")} AS a"""
    values = coded(source, arrived, by)
    if not values.labels:
        return []
    people = f"SELECT person, code AS name FROM ({values.sql}) AS coded"
    return [
        _group(values.labels[int(code)], *counts)
        for code, *counts in source.rows(_counts(source, people))
    ]


def _counts(source: StoredRun, people: str) -> str:
    """Return SQL for the counts of each group.

    Args:
        source: The run.
        people: SQL: person, name.
    """
    # Distinct: a person may have entered several stages from the goal on, and counts once.
    converted = f"SELECT DISTINCT person FROM ({source.entries()}) AS s WHERE stage >= {source.schema.goal}"
    # Powers as decimals of 38 digits: squares of cents leave 64 bits where a person spends 30 million, and cubes of
    # cents these 38 digits where ten people spend 10 billion each.
    # Left joins, since people without an event count too, as 0.
    return f"""
        SELECT p.name, count(*), count(e.person), count(CASE WHEN e.sessions >= 2 THEN 1 END), sum(e.sessions),
            sum(e.events), sum(e.events * e.events), sum({_power("e.events", 3)}), count(g.person), sum(e.revenue),
            count(CASE WHEN e.revenue <> 0 THEN 1 END), sum({_power("e.revenue", 2)}), sum({_power("e.revenue", 3)})
        FROM ({people}) AS p
        LEFT JOIN ({_per_person(source)}) AS e ON e.person = p.person
        LEFT JOIN ({converted}) AS g ON g.person = p.person
        GROUP BY p.name"""


def _power(column: str, power: int) -> str:
    return " * ".join([f"CAST({column} AS NUMERIC(38, 0))"] * power)


def _group(name: str | None, *counts: int | None) -> PeopleGroup:
    """Return a group from its counts, in the order of the record; a sum of nothing is 0."""
    return PeopleGroup(name, *(int(count or 0) for count in counts))


def _per_person(source: StoredRun) -> str:
    """Return SQL: person, events, sessions, revenue (minor units).

    The id of a session is the time of its first event, so sessions are counted by the events whose time is their
    session's id: no set of ids has to be kept in memory. Nobody is in two sessions at once, so of those that were open
    when the run began a person has one at most.
    """
    return f"""
        SELECT person, count(*) AS events,
            count(CASE WHEN session_id = {source.ms("time")} THEN 1 END)
                + max(CASE WHEN session_id < {source.start_ms} THEN 1 ELSE 0 END) AS sessions,
            coalesce({source.minor("sum(revenue)")}, 0) AS revenue
        FROM {source.table("events")} AS x GROUP BY person"""
