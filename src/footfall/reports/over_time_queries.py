"""The SQL behind `over_time`: what happened on each day, and who was active in the days before."""

from __future__ import annotations

from itertools import accumulate

from footfall.reports.over_time import MONTH, WEEK, OverTime, TimeCounts
from footfall.reports.stored_run import StoredRun
from footfall.units import DAY_MS


def over_time_of_store(source: StoredRun) -> OverTime:
    """Count newcomers, active people, visits, events and revenue of each day of a run."""
    length_ms = source.until_ms - source.start_ms
    n_days = -(-length_ms // DAY_MS)
    happened = source.rows(f"""
        SELECT day, count(*), coalesce(sum({source.minor("revenue")}), 0)
        FROM (SELECT {_day(source, source.ms("time"))} AS day, revenue FROM {source.table("events")} AS e) AS x
        GROUP BY day""")
    events = {int(day): (int(count), int(revenue)) for day, count, revenue in happened}
    newcomers = _per_day(
        source,
        f"SELECT {_day(source, source.ms('arrived'))} AS day FROM {source.table('arrivals')} AS a "
        f"WHERE {source.ms('arrived')} >= {source.start_ms}",
    )
    visits = _per_day(
        source,
        f"SELECT {_day(source, 'session_id')} AS day FROM ("
        f"SELECT DISTINCT person, session_id FROM {source.table('events')} AS e "
        f"WHERE session_id >= {source.start_ms}) AS s",
    )
    active = [_active(source, days, n_days) for days in (1, WEEK, MONTH)]
    days = tuple(
        TimeCounts(
            day=day,
            n_days=1,
            newcomers=newcomers.get(day, 0),
            active=active[0][day],
            active_7=active[1][day],
            active_28=active[2][day],
            visits=visits.get(day, 0),
            events=events.get(day, (0, 0))[0],
            revenue=events.get(day, (0, 0))[1],
        )
        for day in range(n_days)
    )
    schema = source.schema
    is_cut_short = length_ms % DAY_MS != 0
    return OverTime(source.start_ms, schema.currency, schema.minor_digits, is_cut_short, days)


def _day(source: StoredRun, ms: str) -> str:
    """Return SQL for the day of a time, from 0."""
    since = f"({ms} - {source.start_ms})"
    # The rest is taken off first: what one database divides as integers the other makes a fraction of.
    return f"CAST(({since} - {since} % {DAY_MS}) / {DAY_MS} AS BIGINT)"


def _per_day(source: StoredRun, days: str) -> dict[int, int]:
    rows = source.rows(f"SELECT day, count(*) FROM ({days}) AS x GROUP BY day")
    return {int(day): int(count) for day, count in rows}


def _active(source: StoredRun, days: int, n_days: int) -> list[int]:
    """Return, per day, how many people had an event on it or in the days before, so many in all."""
    # Somebody's day counts for that many days, or until their next one, which counts on from there: then each
    # person is counted once, and only the first and the last of those days have to be known.
    active = f"""
        SELECT DISTINCT person, {_day(source, source.ms("time"))} AS day FROM {source.table("events")} AS e"""
    spans = f"""
        SELECT day, CAST(least(day + {days}, coalesce(
            lead(day) OVER (PARTITION BY person ORDER BY day), day + {days}
        )) AS BIGINT) AS until
        FROM ({active}) AS active"""
    rows = source.rows(f"SELECT day, until, count(*) FROM ({spans}) AS s GROUP BY day, until")
    change = [0] * (n_days + days + 1)
    for day, until, people in rows:
        change[int(day)] += int(people)
        change[int(until)] -= int(people)
    return list(accumulate(change))[:n_days]
