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


def retention_of_store(source: StoredRun, rule: str) -> Retention:
    """Count newcomers with an event, and those who came back in each bracket of days.

    Args:
        rule: `n-day`, `unbounded`, or brackets of days such as `0,1-7,8-14`.

    Raises:
        UsageError: The rule is none of these.
    """
    n_days = (source.until_ms - source.start_ms) // DAY_MS
    brackets = brackets_of(rule, n_days)
    days = _days(source)
    people = dict(
        _pairs(
            source,
            f"SELECT first, count(*) FROM (SELECT person, first FROM ({days}) AS d GROUP BY person, first) AS p "
            "GROUP BY first",
        )
    )
    counts: dict[tuple[int, int], int] = {}
    for number, bracket in enumerate(brackets):
        rows = _pairs(source, _back(days, bracket))
        counts |= {(day, number): back for day, back in rows}
    cohorts = cohorts_of(counts, people, brackets, n_days)
    nobody = Cohort(0, 0, 0, tuple(Retained(0, 0) for _ in brackets))
    whole = together(cohorts) or nobody
    return Retention(rule, brackets, source.start_ms, whole, by_week(cohorts, n_days))


def _pairs(source: StoredRun, sql: str) -> list[tuple[int, int]]:
    return [(int(day), int(people)) for day, people in source.rows(sql)]


def _days(source: StoredRun) -> str:
    """Return SQL for the days on which newcomers did anything: person, first (their first day), day; from 0."""
    since = f"{source.ms('e.time')} - {source.start_ms}"
    # The rest is taken off first: what one database divides as integers the other makes a fraction of.
    day = f"CAST(({since} - ({since}) % {DAY_MS}) / {DAY_MS} AS BIGINT)"
    active = f"""
        SELECT DISTINCT e.person, {day} AS day
        FROM {source.table("events")} AS e
        JOIN {source.table("arrivals")} AS a ON a.person = e.person
        WHERE {source.ms("a.arrived")} >= {source.start_ms}"""
    return f"SELECT person, day, min(day) OVER (PARTITION BY person) AS first FROM ({active}) AS active"


def _back(days: str, bracket: Bracket) -> str:
    until = "" if bracket.last is None else f" AND day - first <= {bracket.last}"
    return f"""
        SELECT first, count(DISTINCT person) FROM ({days}) AS d
        WHERE day - first >= {bracket.first}{until} GROUP BY first"""
