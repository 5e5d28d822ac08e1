"""Retention: of the people who came on a day, those who came back so many days later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from footfall.errors import UsageError, shown
from footfall.reports.intervals import Interval, mid_p
from footfall.text import date
from footfall.units import DAY_MS

DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 180, 365)
"""Days that are asked for where no brackets are."""
MOST_BRACKETS = 60
WEEK, MOST_DAILY = 7, 14
"""Cohorts are weeks where there are more than so many days."""
_BRACKET = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class Bracket:
    """Days after somebody's first one, in which they count as back if they do anything.

    Args:
        first, last: From 0, both inclusive; `last` is None for all that follow.
    """

    first: int
    last: int | None

    @property
    def name(self) -> str:
        """Name as people say it: `day 7`, `day 7 on`, `days 8–14`."""
        if self.last is None:
            return f"day {self.first} on"
        return (
            f"day {self.first}" if self.first == self.last else f"days {self.first}–{self.last}"
        )


@dataclass(frozen=True, slots=True)
class Retained:
    """People who came back in a bracket, of those for whom all of it is within the run."""

    people: int
    of: int

    @property
    def share(self) -> float | None:
        """Share of them, 0..1; None of nobody."""
        return self.people / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """95 % mid-P interval of the share."""
        return mid_p(self.people, self.of)

    def __add__(self, other: Retained) -> Retained:
        return Retained(self.people + other.people, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of the same first days.

    Args:
        day: Their first day, from 0.
        n_days: How many days; all of them at once in `Retention.whole`.
        people: How many they are.
        retained: Per bracket.
    """

    day: int
    n_days: int
    people: int
    retained: tuple[Retained, ...]

    def __add__(self, other: Cohort) -> Cohort:
        return Cohort(
            self.day,
            other.day + other.n_days - self.day,
            self.people + other.people,
            tuple(a + b for a, b in zip(self.retained, other.retained, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Retention:
    """People who came back, by bracket and by cohort.

    Days have 24 hours and are counted from the start of the run, whose midnight is that of the scenario's time zone.

    Args:
        rule: `n-day`, `unbounded`, or the brackets as they were asked for.
        brackets: In order.
        start_ms: Start of day 0, ms since the epoch, UTC.
        whole: All newcomers with at least one event.
        cohorts: By their first days: single days, or weeks.
    """

    rule: str
    brackets: tuple[Bracket, ...]
    start_ms: int
    whole: Cohort
    cohorts: tuple[Cohort, ...]

    def date(self, cohort: Cohort) -> str:
        """Return the ISO date of a cohort's first day."""
        return date(self.start_ms + cohort.day * DAY_MS)

    def to_arrow(self) -> pa.Table:
        """Return one row per cohort and bracket: cohort (a date, null for all), days, people, first, last, of, back."""
        rows = [
            {
                "cohort": name,
                "days": cohort.n_days,
                "people": cohort.people,
                "first": bracket.first,
                "last": bracket.last,
                "of": retained.of,
                "back": retained.people,
            }
            for name, cohort in ((None, self.whole), *((self.date(c), c) for c in self.cohorts))
            for bracket, retained in zip(self.brackets, cohort.retained, strict=True)
        ]
        kinds = {"cohort": pa.string()}
        columns = [
            (name, kinds.get(name, pa.int64()))
            for name in ("cohort", "days", "people", "first", "last", "of", "back")
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def brackets_of(rule: str, n_days: int) -> tuple[Bracket, ...]:
    """Return the brackets of a rule in a run of some days.

    Args:
        rule: `n-day`, `unbounded`, or brackets such as `0,1-7,8-14`.

    Raises:
        UsageError: It is none of these.
    """
    if rule == "n-day":
        return tuple(Bracket(day, day) for day in DAYS if day < n_days)
    if rule == "unbounded":
        return tuple(Bracket(day, None) for day in DAYS if day < n_days)
    made = tuple(_brackets(rule))
    if len(made) > MOST_BRACKETS:
        raise UsageError(
            f"{len(made)} brackets of retention\n  accepted: at most {MOST_BRACKETS}\n  hint: wider ones"
        )
    return made


def _brackets(rule: str) -> Iterator[Bracket]:
    for part in rule.split(","):
        found = _BRACKET.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            raise UsageError(
                f"retention by {shown(rule)}: {shown(part.strip())} names no days\n"
                "  accepted: n-day, unbounded, or brackets of days such as 0,1-7,8-14,15-30"
            )
        yield Bracket(first, last)


def cohorts_of(
    counts: dict[tuple[int, int], int],
    people: dict[int, int],
    brackets: tuple[Bracket, ...],
    n_days: int,
) -> tuple[Cohort, ...]:
    """Return a cohort per day on which somebody came first.

    Args:
        counts: (first day, number of the bracket) → people who came back in it.
        people: First day → people.
        n_days: Whole days of the run: who has fewer left than a bracket needs is not counted there.
    """
    made = []
    for day in sorted(people):
        retained = []
        for number, bracket in enumerate(brackets):
            needed = bracket.first if bracket.last is None else bracket.last
            is_whole = day + needed < n_days
            back = counts.get((day, number), 0)
            retained.append(Retained(back, people[day]) if is_whole else Retained(0, 0))
        made.append(Cohort(day, 1, people[day], tuple(retained)))
    return tuple(made)


def together(cohorts: tuple[Cohort, ...]) -> Cohort | None:
    """Return several cohorts as one; None of none."""
    whole: Cohort | None = None
    for cohort in cohorts:
        whole = cohort if whole is None else whole + cohort
    return whole


def by_week(cohorts: tuple[Cohort, ...], n_days: int) -> tuple[Cohort, ...]:
    """Return cohorts of weeks where days would be too many to read."""
    if n_days <= MOST_DAILY:
        return cohorts
    weeks: dict[int, list[Cohort]] = {}
    for cohort in cohorts:
        weeks.setdefault(cohort.day // WEEK, []).append(cohort)
    made = []
    for week, members in weeks.items():
        one = together(tuple(members))
        assert one is not None
        made.append(Cohort(week * WEEK, WEEK, one.people, one.retained))
    return tuple(made)
