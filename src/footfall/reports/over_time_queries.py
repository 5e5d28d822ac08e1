"""The SQL behind `over_time`: what happened on each day, and who was active in the days before."""

from __future__ import annotations

from itertools import accumulate

from footfall.reports.over_time import MONTH, WEEK, OverTime, TimeCounts
from footfall.reports.stored_run import StoredRun
from footfall.units import DAY_MS

WINDOWS = (1, WEEK, MONTH)
"""Days in which somebody counts as active."""


def over_time_of_store(source: StoredRun) -> OverTime:
    """Count newcomers, active people, visits, events and revenue of each day of a run."""
    length_ms = source.until_ms - source.start_ms
    n_days = -(-length_ms // DAY_MS)
    happened = source.rows(f"""
        SELECT day, count(*), coalesce(sum({source.minor("revenue")}), 0)
        FROM (SELECT {source.day(source.ms("time"))} AS day, revenue FROM {source.table("events")} AS e) AS x
        GROUP BY day""")
    events = {int(day): (int(count), int(revenue)) for day, count, revenue in happened}
    newcomers = _per_day(
        source,
        f"SELECT {source.day(source.ms('arrived'))} AS day FROM {source.table('arrivals')} AS a "
        f"WHERE {source.ms('arrived')} >= {source.start_ms}",
    )
    visits = _per_day(
        source,
        f"SELECT {source.day('session_id')} AS day FROM ("
        f"SELECT DISTINCT person, session_id FROM {source.table('events')} AS e "
        f"WHERE session_id >= {source.start_ms}) AS s",
    )
    active, active_7, active_28 = _active(source, n_days)
    days = tuple(
        TimeCounts(
            day=day,
            n_days=1,
            newcomers=newcomers.get(day, 0),
            active=active[day],
            active_7=active_7[day],
            active_28=active_28[day],
            visits=visits.get(day, 0),
            events=events.get(day, (0, 0))[0],
            revenue=events.get(day, (0, 0))[1],
        )
        for day in range(n_days)
    )
    schema, is_cut_short = source.schema, length_ms % DAY_MS != 0
    return OverTime(source.start_ms, schema.currency, schema.minor_digits, is_cut_short, days)


def _per_day(source: StoredRun, days: str) -> dict[int, int]:
    rows = source.rows(f"SELECT day, count(*) FROM ({days}) AS x GROUP BY day")
    return {int(day): int(count) for day, count in rows}


def _active(source: StoredRun, n_days: int) -> list[list[int]]:
    """Return, per window and day, how many people had an event on it or in the days before, so many in all."""
    # Somebody's day counts for that many days, or until their next one, which counts on from there: then each
    # person is counted once, and only the first and the last of those days have to be known.
    active = f"""
        SELECT day, lead(day) OVER (PARTITION BY person ORDER BY day) AS next
        FROM (
            SELECT DISTINCT person, {source.day(source.ms("time"))} AS day FROM {source.table("events")} AS e
        ) AS active"""
    windows = " UNION ALL ".join(
        f"SELECT {days} AS days, day, least(day + {days}, coalesce(next, day + {days})) AS until FROM active"
        for days in WINDOWS
    )
    rows = source.rows(f"""
        WITH active AS MATERIALIZED ({active})
        SELECT days, day, until, count(*) FROM ({windows}) AS w GROUP BY days, day, until""")
    change = {days: [0] * (n_days + days + 1) for days in WINDOWS}
    for days, day, until, people in rows:
        change[int(days)][int(day)] += int(people)
        change[int(days)][int(until)] -= int(people)
    return [list(accumulate(change[days]))[:n_days] for days in WINDOWS]
