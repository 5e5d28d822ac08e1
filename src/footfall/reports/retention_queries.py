"""The SQL behind `retention`: on which days after their first one people do anything."""

from __future__ import annotations

from footfall.reports.retention import (
    Bracket,
    Cohort,
    Retained,
    Retention,
    brackets_of,
    by_week,
    cohorts_of,
    together,
)
from footfall.reports.stored_run import StoredRun
from footfall.units import DAY_MS

_EVERYBODY = -1
"""Number of the bracket of everybody's first day, in which all are."""


def retention_of_store(source: StoredRun, rule: str) -> Retention:
    """Count newcomers with an event, and those who came back in each bracket of days.

    Args:
        rule: `n-day`, `unbounded`, or brackets of days such as `0,1-7,8-14`.

    Raises:
        UsageError: The rule is none of these.
    """
    n_days = (source.until_ms - source.start_ms) // DAY_MS
    brackets = brackets_of(rule, n_days)
    people: dict[int, int] = {}
    counts: dict[tuple[int, int], int] = {}
    for number, day, found in _counted(source, brackets):
        if number == _EVERYBODY:
            people[day] = found
        else:
            counts[day, number] = found
    cohorts = cohorts_of(counts, people, brackets, n_days)
    nobody = Cohort(0, 0, 0, tuple(Retained(0, 0) for _ in brackets))
    whole = together(cohorts) or nobody
    return Retention(rule, brackets, source.start_ms, whole, by_week(cohorts, n_days))


def _counted(source: StoredRun, brackets: tuple[Bracket, ...]) -> list[tuple[int, int, int]]:
    """Return how many people there are and came back: number of the bracket, first day, people."""
    asked = [(_EVERYBODY, Bracket(0, 0)), *enumerate(brackets)]
    back = " UNION ALL ".join(_back(number, bracket) for number, bracket in asked)
    rows = source.rows(f"WITH days AS MATERIALIZED ({_days(source)}) {back}")
    return [(int(number), int(day), int(people)) for number, day, people in rows]


def _days(source: StoredRun) -> str:
    """Return SQL for the days on which newcomers did anything: person, first (their first day), day; from 0."""
    active = f"""
        SELECT DISTINCT e.person, {source.day(source.ms("e.time"))} AS day
        FROM {source.table("events")} AS e
        JOIN {source.table("arrivals")} AS a ON a.person = e.person
        WHERE {source.ms("a.arrived")} >= {source.start_ms}"""
    return f"SELECT person, day, min(day) OVER (PARTITION BY person) AS first FROM ({active}) AS active"


def _back(number: int, bracket: Bracket) -> str:
    until = "" if bracket.last is None else f" AND day - first <= {bracket.last}"
    return f"""
        SELECT {number} AS bracket, first, count(DISTINCT person) FROM days
        WHERE day - first >= {bracket.first}{until} GROUP BY first"""
