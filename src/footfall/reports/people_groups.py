"""Groups of people, by their home city or by the value of a property: what was counted, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from footfall.reports.intervals import Interval, mid_p

RankBy = Literal["engagement", "conversion", "revenue"]
Verdict = Literal["above", "below", "unclear"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of a group's long-run value that takes into account how the other groups are.

    Args:
        value: Middle of what is likely, given the group's own people and all other groups.
        interval: 95 % of what is likely.
        verdict: Whether it is above or below the average of all people; of all groups of a table that are called
            above or below, at most 1 in 20 is expected to be wrong.
        best_prob: Probability to be among the best `PeopleGroups.n_best`.
    """

    value: float
    interval: Interval
    verdict: Verdict
    best_prob: float


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """The people of one city, or with one value of a property, counted.

    Args:
        name: City as in the scenario, or value as text; None for people without a value.
        people: Who came, or were there at the start.
        active: With at least one event.
        returned: With at least two sessions.
        sessions, events: Of all.
        events_squared, events_cubed: Sums over people of powers of their events.
        converted: People who reached the goal.
        revenue_minor: Minor units of the currency.
        buyers: People with revenue; this and the next two are None where they were not counted.
        revenue_squared, revenue_cubed: Sums over people of powers of their revenue.
        events_interval: 95 % interval of events per person; None for few people.
        revenue_interval: Of revenue per person, in minor units; None for few buyers, or where they were not counted.
        estimate: Of what the groups are ranked by; None for a group that is too small to be judged.
        ranks: Best and worst rank that can be meant; None for a group that is too small.
    """

    name: str | None
    people: int
    active: int
    returned: int
    sessions: int
    events: int
    events_squared: int
    events_cubed: int
    converted: int
    revenue_minor: int
    buyers: int | None = None
    revenue_squared: int | None = None
    revenue_cubed: int | None = None
    events_interval: Interval | None = field(default=None, kw_only=True)
    revenue_interval: Interval | None = field(default=None, kw_only=True)
    estimate: Estimate | None = field(default=None, kw_only=True)
    ranks: tuple[int, int] | None = field(default=None, kw_only=True)

    @property
    def label(self) -> str:
        """The name, as it stands in tables."""
        return "(none)" if self.name is None else self.name

    @property
    def sort_key(self) -> tuple[bool, bytes]:
        """Order of names: by their bytes, and no name last."""
        return (self.name is None, (self.name or "").encode())

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
    def conversion_interval(self) -> Interval | None:
        """95 % mid-P interval of the conversion."""
        return mid_p(self.converted, self.people)


@dataclass(frozen=True, slots=True)
class PeopleGroups:
    """All groups with people, best first; those that are too small to be judged last, largest first.

    Args:
        groups: In that order.
        by: `city`, or the property that tells the groups apart.
        goal: Name of the stage that counts as conversion.
        currency, minor_digits: Of revenue.
        rank_by: What is estimated and compared.
        average: Estimate of what all people do; None where no group can be judged.
        n_best: How many are the best, of which each one's probability to be among them is told.
    """

    groups: tuple[PeopleGroup, ...]
    goal: str
    currency: str
    minor_digits: int
    rank_by: RankBy
    by: str = "city"
    average: float | None = None
    n_best: int = 0

    @property
    def are_alike(self) -> bool:
        """Whether several groups were judged, and of none it can be said that it differs from the average."""
        verdicts = [group.estimate.verdict for group in self.groups if group.estimate]
        return len(verdicts) > 1 and set(verdicts) == {"unclear"}

    def largest(self, most: int | None) -> tuple[PeopleGroup, ...]:
        """Return at most so many groups, those with most people, in the order of all."""
        kept = sorted(self.groups, key=lambda group: -group.people)[:most]
        return tuple(group for group in self.groups if group in kept)

    def to_arrow(self) -> pa.Table:
        """Return one row per group; amounts in major units of the currency."""
        rows = [group_record(group, self) for group in self.groups]
        names = {"city" if self.by == "city" else "value": pa.string()}
        return pa.Table.from_pylist(rows, schema=pa.schema([*names.items(), *_COLUMNS]))


_INTEGERS = ("people", "active", "returned", "sessions", "events", "converted", "revenue_minor")
_SHARES = ("active_share", "return_rate", "sessions_per_person")
_EVENTS = ("events_per_person", "events_low", "events_high")
_CONVERSION = ("conversion", "conversion_low", "conversion_high")
_REVENUE = ("revenue_per_person", "revenue_low", "revenue_high")
_ESTIMATE = ("estimate", "estimate_low", "estimate_high", "against_average")
_COLUMNS = [
    *((name, pa.int64()) for name in _INTEGERS),
    *((name, pa.float64()) for name in (*_SHARES, *_EVENTS, *_CONVERSION, *_REVENUE)),
    *((name, pa.int64()) for name in ("best_rank", "worst_rank", "buyers")),
    *((name, pa.float64()) for name in _ESTIMATE),
    ("verdict", pa.string()),
    ("best_prob", pa.float64()),
]

Record = dict[str, str | int | float | None]


def group_record(group: PeopleGroup, of: PeopleGroups) -> Record:
    """Return the numbers of a group by name, in the order of the Arrow columns.

    Amounts are in major units.
    """
    unit = 10**of.minor_digits
    best, worst = group.ranks or (None, None)
    return {
        "city" if of.by == "city" else "value": group.name,
        **{name: getattr(group, name) for name in (*_INTEGERS, *_SHARES)},
        **_with_interval(_EVENTS, group.events_per_person, group.events_interval),
        **_with_interval(_CONVERSION, group.conversion, group.conversion_interval),
        **_with_interval(
            _REVENUE, group.revenue_per_person_minor, group.revenue_interval, unit
        ),
        "best_rank": best,
        "worst_rank": worst,
        "buyers": group.buyers,
        **_estimate_record(group.estimate, of, unit if of.rank_by == "revenue" else 1),
    }


def _with_interval(
    names: tuple[str, str, str], value: float, interval: Interval | None, unit: int = 1
) -> Record:
    low, high = (interval.low / unit, interval.high / unit) if interval else (None, None)
    return dict(zip(names, (value / unit, low, high), strict=True))


def _estimate_record(estimate: Estimate | None, of: PeopleGroups, unit: int) -> Record:
    if estimate is None or of.average is None:
        return dict.fromkeys((*_ESTIMATE, "verdict", "best_prob"))
    return {
        **_with_interval(_ESTIMATE[:3], estimate.value, estimate.interval, unit),
        "against_average": estimate.value / of.average - 1,
        "verdict": estimate.verdict,
        "best_prob": estimate.best_prob,
    }
