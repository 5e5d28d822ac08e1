"""Curves over time: stages day by day, and activity by the hours of people's own clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import pyarrow as pa

from footfall.reports.stored_run import StoredRun
from footfall.store.dialect import literal
from footfall.text import date
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS
from footfall.units.zones import offset_ms

QUARTER_MS = 15 * MINUTE_MS
MAX_LINES = 6
"""As many as the page has colours for lines."""


@dataclass(frozen=True, slots=True)
class Days:
    """People who had reached each stage by the end of each day.

    Args:
        start_ms: Start of the first day, ms since the epoch, UTC; days have 24 hours.
        stages: Names, in order.
        before: Per stage: people at the start.
        reached: Per stage: people by the end of day 1, day 2, …; the last day may be cut short.
    """

    start_ms: int
    stages: tuple[str, ...]
    before: tuple[int, ...]
    reached: tuple[tuple[int, ...], ...]

    def date(self, day: int) -> str:
        """Return the ISO date of a day, from 0."""
        return date(self.start_ms + day * DAY_MS)

    def to_arrow(self) -> pa.Table:
        """Return one row per stage and day: stage, day (from 1), date, people."""
        rows = [
            {"stage": stage, "day": day + 1, "date": self.date(day), "people": people}
            for stage, counts in zip(self.stages, self.reached, strict=True)
            for day, people in enumerate(counts)
        ]
        columns = [
            ("stage", pa.string()),
            ("day", pa.int64()),
            ("date", pa.string()),
            ("people", pa.int64()),
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


@dataclass(frozen=True, slots=True)
class HourlyCurve:
    """Events of some people per hour of their local day, 24 integers.

    `name` is None for all others together.
    """

    name: str | None
    events: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of the line's events in each hour; adds up to 1."""
        total = sum(self.events)
        return tuple(count / total if total else 0.0 for count in self.events)


@dataclass(frozen=True, slots=True)
class Hours:
    """Activity by local hour: per country, or per city where there is one country."""

    by: Literal["country", "city"]
    lines: tuple[HourlyCurve, ...]

    def to_arrow(self) -> pa.Table:
        """Return a row per line and hour: group (null: others), hour (0..23), events, share."""
        rows = [
            {"group": line.name, "hour": hour, "events": events, "share": share}
            for line in self.lines
            for hour, (events, share) in enumerate(zip(line.events, line.shares, strict=True))
        ]
        columns = [
            ("group", pa.string()),
            ("hour", pa.int64()),
            ("events", pa.int64()),
            ("share", pa.float64()),
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


@dataclass(frozen=True, slots=True)
class Curves:
    """The numbers of the charts over time."""

    days: Days
    hours: Hours


def curves_of_store(source: StoredRun) -> Curves:
    """Count a run's people per stage and day, and its events per hour of the local day."""
    return Curves(_days(source), _hours(source))


def _days(source: StoredRun) -> Days:
    """Count moves (from, to, day); a move over several stages fills each of them."""
    start_ms, names = source.start_ms, source.schema.stages
    since = f"(at_ms - {start_ms})"
    rows = source.rows(f"""
        SELECT came_from, stage, day_ms, count(*)
        FROM (
            SELECT stage, coalesce(lag(stage) OVER (PARTITION BY person ORDER BY stage), -1) AS came_from,
                CASE WHEN {since} < 0 THEN -1 ELSE {since} - {since} % {DAY_MS} END AS day_ms
            FROM ({source.entries()}) AS e
        ) AS moves
        GROUP BY came_from, stage, day_ms""")
    # (stage, day) → people who came to it then; day -1 is all before the start, where the running sum begins.
    came: Counter[tuple[int, int]] = Counter()
    for came_from, to, day_ms, people in rows:
        for stage in range(int(came_from) + 1, int(to) + 1):
            came[stage, int(day_ms) // DAY_MS] += int(people)
    last = (source.until_ms - start_ms - 1) // DAY_MS
    stages = range(len(names))
    sums = [
        list(accumulate(came[stage, day] for day in range(-1, last + 1))) for stage in stages
    ]
    return Days(start_ms, names, tuple(s[0] for s in sums), tuple(tuple(s[1:]) for s in sums))


def _hours(source: StoredRun) -> Hours:
    homes = source.rows(f"""
        SELECT city, country, min(time_zone) FROM {source.table("arrivals")} AS a GROUP BY city, country""")
    if not homes:
        return Hours("country", ())
    by_home = _by_home(source, homes)
    is_abroad = len({country for _, country, _ in homes}) > 1
    totals: dict[str, Counter[int]] = {}
    for (city, country), hours in by_home.items():
        totals.setdefault(country if is_abroad else city, Counter()).update(hours)
    return Hours("country" if is_abroad else "city", _lines(totals))


def _by_home(
    source: StoredRun, homes: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str], Counter[int]]:
    """Count events per (city, country) and local hour.

    Offsets from UTC are multiples of a quarter of an hour, so quarters are counted first: the join with the spans of
    constant offset is then one over counts, not over events. Offsets come from Python, since a database has time zone
    data of its own.
    """
    quarter = f"{source.ms('time')} - {source.ms('time')} % {QUARTER_MS}"
    spans = ", ".join(_spans(source, homes))
    rows = source.rows(f"""
        SELECT q.city, q.country, (q.at_ms + s.offset_ms) % {DAY_MS} - (q.at_ms + s.offset_ms) % {HOUR_MS} AS hour_ms,
            sum(q.events)
        FROM (
            SELECT city, country, {quarter} AS at_ms, count(*) AS events
            FROM {source.table("events")} AS x GROUP BY city, country, {quarter}
        ) AS q
        JOIN (VALUES {spans}) AS s (city, country, from_ms, until_ms, offset_ms)
            ON s.city = q.city AND s.country = q.country AND q.at_ms >= s.from_ms AND q.at_ms < s.until_ms
        GROUP BY q.city, q.country, hour_ms""")
    found: dict[tuple[str, str], Counter[int]] = {}
    for city, country, hour_ms, events in rows:
        found.setdefault((city, country), Counter())[int(hour_ms) // HOUR_MS] += int(events)
    return found


def _spans(source: StoredRun, homes: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield SQL rows: city, country, from, until, offset; one per span of constant offset."""
    # The quarter of the first event may begin before the run does.
    start_ms = source.start_ms - source.start_ms % QUARTER_MS
    of_zone: dict[str, list[tuple[int, int, int]]] = {}
    for city, country, zone in homes:
        if zone not in of_zone:
            of_zone[zone] = offsets(zone, start_ms, source.until_ms)
        for from_ms, until_ms, offset in of_zone[zone]:
            yield f"({literal(city)}, {literal(country)}, {from_ms}, {until_ms}, {offset})"


def _lines(totals: dict[str, Counter[int]]) -> tuple[HourlyCurve, ...]:
    """Return the lines with most events.

    More than `MAX_LINES` are cut to one less and a line of all others.
    """
    ordered = sorted(totals, key=lambda name: (-totals[name].total(), name.encode()))
    kept = ordered if len(ordered) <= MAX_LINES else ordered[: MAX_LINES - 1]
    lines = [_line(name, totals[name]) for name in kept]
    others = sum((totals[name] for name in ordered[len(kept) :]), Counter[int]())
    return (*lines, _line(None, others)) if others else tuple(lines)


def _line(name: str | None, hours: Counter[int]) -> HourlyCurve:
    return HourlyCurve(name, tuple(hours[hour] for hour in range(24)))


def offsets(zone: str, from_ms: int, until_ms: int) -> list[tuple[int, int, int]]:
    """Return the spans of constant offset from UTC within a span: (from, until, offset), ms.

    Changes are looked for day by day, to the minute.
    """
    spans: list[tuple[int, int, int]] = []
    start = from_ms
    for day in range(from_ms, until_ms, DAY_MS):
        end = min(day + DAY_MS, until_ms)
        # No zone has ever changed its offset twice within two days, so halving finds the one change.
        if offset_ms(zone, day) != offset_ms(zone, end):
            change = _change(zone, day, end)
            spans.append((start, change, offset_ms(zone, start)))
            start = change
    spans.append((start, until_ms, offset_ms(zone, start)))
    return spans


def _change(zone: str, low_ms: int, high_ms: int) -> int:
    """Return the first minute with the later offset, by halving."""
    while high_ms - low_ms > MINUTE_MS:
        middle = low_ms + (high_ms - low_ms) // (2 * MINUTE_MS) * MINUTE_MS
        if offset_ms(zone, middle) == offset_ms(zone, low_ms):
            low_ms = middle
        else:
            high_ms = middle
    return high_ms
