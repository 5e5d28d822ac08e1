"""Figures of each city, and their ranks, as ranges where cities cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import pyarrow as pa

from footfall.errors import UsageError
from footfall.reports.intervals import MIN_PEOPLE, Interval, mean_interval, rank_ranges, wilson
from footfall.reports.stored_run import StoredRun

RankBy = Literal["engagement", "conversion", "revenue"]


@dataclass(frozen=True, slots=True)
class City:
    """The people of one city, counted.

    Args:
        name: As in the scenario.
        people: Who came, or were there at the start.
        active: With at least one event.
        returned: With at least two sessions.
        sessions, events: Of all.
        events_squared: Sum over people of the square of their events.
        converted: People who reached the goal.
        revenue_minor: Minor units of the currency.
        revenue_squared: Sum over people of the square of their revenue; None where it was not counted (tallies).
        ranks: Best and worst rank that can be meant; None for fewer than `MIN_PEOPLE` people.
    """

    name: str
    people: int
    active: int
    returned: int
    sessions: int
    events: int
    events_squared: int
    converted: int
    revenue_minor: int
    revenue_squared: int | None = None
    ranks: tuple[int, int] | None = None

    @property
    def active_share(self) -> float:
        """Share of people with at least one event."""
        return self.active / self.people

    @property
    def return_rate(self) -> float | None:
        """Share of active people with at least two sessions; None if nobody was active."""
        return self.returned / self.active if self.active else None

    @property
    def sessions_per_person(self) -> float:
        """Mean over all people, inactive ones too."""
        return self.sessions / self.people

    @property
    def events_per_person(self) -> float:
        """Mean over all people, inactive ones too."""
        return self.events / self.people

    @property
    def conversion(self) -> float:
        """Share of people who reached the goal."""
        return self.converted / self.people

    @property
    def revenue_per_person_minor(self) -> float:
        """Mean over all people, in minor units of the currency."""
        return self.revenue_minor / self.people

    @property
    def events_interval(self) -> Interval | None:
        """95 % interval of events per person; None for few people."""
        return mean_interval(self.people, self.events, self.events_squared)

    @property
    def conversion_interval(self) -> Interval | None:
        """Wilson's 95 % interval of the conversion."""
        return wilson(self.converted, self.people)

    @property
    def revenue_interval(self) -> Interval | None:
        """95 % interval of revenue per person, in minor units.

        None for few people or where it was not counted.
        """
        if self.revenue_squared is None:
            return None
        return mean_interval(self.people, self.revenue_minor, self.revenue_squared)


@dataclass(frozen=True, slots=True)
class Cities:
    """All cities with people, best first.

    Args:
        cities: Sorted by what `rank_by` names, greatest first, then by the bytes of the name.
        goal: Name of the stage that counts as conversion.
        currency, minor_digits: Of revenue.
        rank_by: What the ranks compare.
    """

    cities: tuple[City, ...]
    goal: str
    currency: str
    minor_digits: int
    rank_by: RankBy

    @property
    def are_alike(self) -> bool:
        """Whether several cities were compared and no two of them can be told apart."""
        ranks = [city.ranks for city in self.cities if city.ranks]
        return len(ranks) > 1 and set(ranks) == {(1, len(ranks))}

    def largest(self, most: int | None) -> tuple[City, ...]:
        """Return at most so many cities, those with most people, in the order of all."""
        kept = sorted(self.cities, key=lambda city: -city.people)[:most]
        return tuple(city for city in self.cities if city in kept)

    def to_arrow(self) -> pa.Table:
        """Return one row per city; `revenue_per_person` in major units of the currency."""
        return pa.Table.from_pylist(
            [city_record(c, self.minor_digits) for c in self.cities], schema=_COLUMNS
        )


_INTEGERS = ("people", "active", "returned", "sessions", "events", "converted", "revenue_minor")
_NUMBERS = (
    *(
        "active_share",
        "return_rate",
        "sessions_per_person",
        "events_per_person",
        "events_low",
        "events_high",
    ),
    *(
        "conversion",
        "conversion_low",
        "conversion_high",
        "revenue_per_person",
        "revenue_low",
        "revenue_high",
    ),
)
_COLUMNS = pa.schema(
    [
        ("city", pa.string()),
        *((name, pa.int64()) for name in _INTEGERS),
        *((name, pa.float64()) for name in _NUMBERS),
        ("best_rank", pa.int64()),
        ("worst_rank", pa.int64()),
    ]
)


def city_record(city: City, minor_digits: int) -> dict[str, str | int | float | None]:
    """Return the numbers of a city by name, in the order of the Arrow columns.

    Amounts are in major units.
    """
    unit = 10**minor_digits
    events, conversion, revenue = (
        city.events_interval,
        city.conversion_interval,
        city.revenue_interval,
    )
    best, worst = city.ranks or (None, None)
    return {
        "city": city.name,
        "people": city.people,
        "active": city.active,
        "returned": city.returned,
        "sessions": city.sessions,
        "events": city.events,
        "converted": city.converted,
        "revenue_minor": city.revenue_minor,
        "active_share": city.active_share,
        "return_rate": city.return_rate,
        "sessions_per_person": city.sessions_per_person,
        "events_per_person": city.events_per_person,
        "events_low": events.low if events else None,
        "events_high": events.high if events else None,
        "conversion": city.conversion,
        "conversion_low": conversion.low if conversion else None,
        "conversion_high": conversion.high if conversion else None,
        "revenue_per_person": city.revenue_per_person_minor / unit,
        "revenue_low": revenue.low / unit if revenue else None,
        "revenue_high": revenue.high / unit if revenue else None,
        "best_rank": best,
        "worst_rank": worst,
    }


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that cities can be ranked by.

    Args:
        label: What it is called.
        value: City → its estimate.
        interval: City, confidence → the interval of the estimate; None where it has none.
    """

    label: str
    value: Callable[[City], float]
    interval: Callable[[City, float], Interval | None]


def _revenue_interval(city: City, confidence: float) -> Interval | None:
    if city.revenue_squared is None:
        return None
    return mean_interval(city.people, city.revenue_minor, city.revenue_squared, confidence)


MEASURES: Mapping[RankBy, Measure] = {
    "engagement": Measure(
        "events per person",
        lambda c: c.events_per_person,
        lambda c, level: mean_interval(c.people, c.events, c.events_squared, level),
    ),
    "conversion": Measure(
        "share who reached the goal",
        lambda c: c.conversion,
        lambda c, level: wilson(c.converted, c.people, level),
    ),
    "revenue": Measure(
        "revenue per person", lambda c: c.revenue_per_person_minor, _revenue_interval
    ),
}


def check_rank_by(text: str) -> RankBy:
    """Return the measure that a user named.

    Raises:
        UsageError: It is none of those that cities can be ranked by.
    """
    for accepted in get_args(RankBy):
        if text == accepted:
            return accepted  # type: ignore[no-any-return]  # an element of RankBy
    raise UsageError(
        f'cities cannot be ranked by "{text}"\n  accepted: {", ".join(get_args(RankBy))}'
    )


def ranked(cities: Iterable[City], rank_by: RankBy) -> tuple[City, ...]:
    """Return the cities that have people, best first, with the ranks that can be meant.

    Ranks compare cities of at least `MIN_PEOPLE` people (see `rank_ranges`).
    """
    measure = MEASURES[rank_by]
    ordered = sorted(
        (c for c in cities if c.people), key=lambda c: (-measure.value(c), c.name.encode())
    )
    large = [c for c in ordered if c.people >= MIN_PEOPLE]
    if rank_by == "revenue" and any(c.revenue_squared is None for c in large):
        # Tallies do not hold the squares: cities are sorted, but nothing can be said of their order.
        return tuple(ordered)

    def intervals_at(confidence: float) -> list[Interval]:
        return [i for c in large if (i := measure.interval(c, confidence))]

    ranges = rank_ranges([measure.value(c) for c in large], intervals_at)
    ranks = {
        city.name: best_and_worst for city, best_and_worst in zip(large, ranges, strict=True)
    }
    return tuple(replace(c, ranks=ranks.get(c.name)) for c in ordered)


def cities_of_tallies(tallies: Mapping[tuple[str, str], int]) -> list[City]:
    """Return the cities that tallies hold ((city, measure) → sum), in no order."""

    def city(name: str) -> City:
        return _city(name, *(tallies.get((name, measure), 0) for measure in measures))

    measures = (
        "people",
        "active",
        "returned",
        "sessions",
        "events",
        "events_squared",
        "converted",
        "revenue",
    )
    return [city(name) for name in {name for name, _ in tallies}]


def cities_of_store(source: StoredRun) -> list[City]:
    """Count the people, sessions, events and money of a run by home city, in no order.

    The id of a session is the time of its first event, so sessions are counted by the events whose time is their
    session's id: no set of ids has to be kept in memory. Nobody is in two sessions at once, so of those that were open
    when the run began a person has one at most.
    """
    # Squares as decimals of 38 digits: those of cents leave 64 bits where a person spends 30 million.
    # Distinct: a person may have entered several stages from the goal on, and counts once.
    converted = f"SELECT DISTINCT person FROM ({source.entries()}) AS s WHERE stage >= {source.schema.goal}"
    # Left joins, since people without an event count too, as 0.
    rows = source.rows(f"""
        SELECT a.city, count(*), count(e.person), count(CASE WHEN e.sessions >= 2 THEN 1 END), sum(e.sessions),
            sum(e.events), sum(e.events * e.events), count(g.person), sum(e.revenue),
            sum(CAST(e.revenue AS NUMERIC(19, 0)) * CAST(e.revenue AS NUMERIC(19, 0)))
        FROM {source.table("arrivals")} AS a
        LEFT JOIN ({_per_person(source)}) AS e ON e.person = a.person
        LEFT JOIN ({converted}) AS g ON g.person = a.person
        GROUP BY a.city""")
    return [_city(*row) for row in rows]


def _city(name: str, *numbers: int | None) -> City:
    """Return a city from its counts, in the order of the record; a sum of nothing is 0."""
    people, active, returned, sessions, events, squares, converted, revenue, *more = (
        int(n or 0) for n in numbers
    )
    city = City(name, people, active, returned, sessions, events, squares, converted, revenue)
    return replace(city, revenue_squared=more[0]) if more else city


def _per_person(source: StoredRun) -> str:
    """Return SQL: person, events, sessions, revenue (minor units)."""
    return f"""
        SELECT person, count(*) AS events,
            count(CASE WHEN session_id = {source.ms("time")} THEN 1 END)
                + max(CASE WHEN session_id < {source.start_ms} THEN 1 ELSE 0 END) AS sessions,
            coalesce({source.minor("sum(revenue)")}, 0) AS revenue
        FROM {source.table("events")} AS x GROUP BY person"""
