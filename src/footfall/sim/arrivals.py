"""Arrivals: who comes, when, and where they live.

How many come on a day is a draw of that day (`daily_counts`), or of the days together where a total is asked for. When
they come within it, each draws alone, by the activity of that day over all cities; the city is then drawn given the
instant, so that in every city arrivals follow local time.

People are numbered by day, and within a day in no order of time. A campaign that raises activity brings people of its
own, by a channel of its own, numbered behind the others of the day; as many as it would bring if it were the only one.
One that lowers activity keeps some people away. Their numbers stay empty, so that no identity depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np

from footfall.errors import UsageError
from footfall.model.model import ACTIVITY_BITS, CampaignSpec, Model
from footfall.model.values import Array
from footfall.sim import keys
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.daily_counts import KeyedCounts
from footfall.sim.households import households
from footfall.sim.identities import FIRST_DAY, PLACE_BITS, identities, parts_of
from footfall.sim.shared_days import factors
from footfall.sim.zone_offsets import SLOT_MS, SLOTS_PER_DAY
from footfall.units import DAY_MS

_GROWTH_BITS = 40
_HISTORY, _DECLARED, _FREE = 1, 2, 3
"""Names of the draws of how many come per day."""
_MASS_SHIFT = 18
"""Of activity times weights of homes with a sum of 2**30: a quarter hour at mean activity has a mass of 2**28."""
_MOST_MASS = 1 << 40
"""4,096 times the mean: what is more counts as this, so that the sum over 98 years fits in 63 bits."""
_BLOCK = 4096
"""People whose homes are drawn at once: a matrix (homes, people), 1.5 MB for 46 cities."""
_MANY = 1 << 20
"""Numbers that are counted at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """People who come.

    Args:
        persons: Shape (n,), int64: their numbers, rising.
        identities: Shape (n,), int64.
        times_ms: Shape (n,), int64, UTC; in no order within a day.
        homes: Shape (n,), int32: row of the home catalogue.
    """

    persons: Array
    identities: Array
    times_ms: Array
    homes: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """A flow of people: the ordinary one, or that of a campaign.

    Args:
        channel: By which they come.
        mass: Shape (days * 96 + 1,), int64: mass of the quarter hours, cumulated.
        counts: Per day.
    """

    channel: int
    mass: Array
    counts: list[int]


class Arrivals:
    """Arrivals of a stream, from the first of those already here.

    Args:
        calendar: Its grid reaches over the declared length.
        until_ms: Nobody who comes later is asked for.

    Raises:
        UsageError: More people come on a day, or later, than identities can tell apart.
    """

    def __init__(self, model: Model, calendar: ActivityCalendar, until_ms: int) -> None:
        people = model.people
        self._model, self._calendar = model, calendar
        self._counts = KeyedCounts(people.count_key, people.normal)
        self._first_day = -people.span_days
        self._first_slot = (
            model.start_ms - calendar.origin_ms
        ) // SLOT_MS - people.span_days * SLOTS_PER_DAY
        n_days = max(people.length_days, -(-(until_ms - model.start_ms) // DAY_MS))
        self._days = range(self._first_day, n_days)
        # By channel: the order in which they stand in the file changes nothing.
        campaigns = sorted(model.calendar.campaigns, key=lambda campaign: campaign.channel)
        self._is_even = people.law == "even"
        # The even law takes campaigns for a part of the day's course, and nobody stays away.
        self._raising = () if self._is_even else tuple(c for c in campaigns if not c.lowers)
        self._lowering = () if self._is_even else tuple(c for c in campaigns if c.lowers)
        flows = list(self._flows())
        counts = np.array([flow.counts for flow in flows], object)
        _check_widths(self._days, counts)
        counts = counts.astype(np.int64)
        self._channels = np.array([flow.channel for flow in flows])
        self._flow_mass = [flow.mass for flow in flows]
        self._edges = np.append(0, np.cumsum(counts.sum(axis=0)))
        # Shape (flows + 1, days): the first place of each flow within the day.
        self._places = np.cumsum(np.append(counts[:1] * 0, counts, axis=0), axis=0)

    def numbers_until(self, until_ms: int) -> int:
        """Return how many numbers have a day that begins before an instant: who could have come."""
        day = -(-(until_ms - self._model.start_ms) // DAY_MS) - self._first_day
        return int(self._edges[min(max(day, 0), len(self._days))])

    def people_until(self, until_ms: int) -> int:
        """Return how many people arrive before an instant."""
        end = self.numbers_until(until_ms)
        # Whole days are counted, those that may have empty numbers are looked through.
        looked = [
            (int(self._edges[row]), int(self._edges[row + 1]))
            for row, day in enumerate(self._days)
            if self._edges[row + 1] <= end and self._may_lack(day, until_ms)
        ]
        lacking = sum(
            part_end - part - len(self.of(part, part_end, until_ms, with_homes=False).persons)
            for first, last in looked
            for part in range(first, last, _MANY)
            for part_end in (min(part + _MANY, last),)
        )
        return end - lacking

    def _may_lack(self, day: int, until_ms: int) -> bool:
        begin = self._model.start_ms + day * DAY_MS
        return begin + DAY_MS > until_ms or any(
            begin < campaign.until_ms and campaign.from_ms < begin + DAY_MS
            for campaign in self._lowering
        )

    def number_of(self, identity: int) -> int | None:
        """Return the number of an identity; None if nobody has it."""
        channel, day, place = parts_of(identity)
        if day not in self._days or channel not in self._channels:
            return None
        row, flow = day - self._first_day, int(np.flatnonzero(self._channels == channel)[0])
        first, end = self._places[flow : flow + 2, row].tolist()
        return int(self._edges[row] + first + place) if place < end - first else None

    def identities_of(self, persons: Array) -> Array:
        """Return the identities of numbers: shape (n,), int64."""
        return self._of_places(*self._rows_and_places(persons))

    def of(self, first: int, end: int, until_ms: int, *, with_homes: bool = True) -> Newcomers:
        """Return who of some numbers arrives before an instant, when and where.

        Args:
            first, end: Half-open range of numbers.

        Randomness:
            Two draws per person, named "arrival" and "home", and one per campaign that keeps people away.
        """
        persons = np.arange(first, min(end, int(self._edges[-1])), dtype=np.int64)
        rows, places = self._rows_and_places(persons)
        who = self._of_places(rows, places)
        person_keys = keys.person_keys(self._model.person_key, who)
        slots, times = self._instants(rows, places, person_keys)
        comes = np.less(times, until_ms) & ~self._kept_away(times, person_keys)
        at = comes if with_homes else slice(0)
        if self._model.people.households is not None and with_homes:
            slots, person_keys = self._of_households(rows, places, who)
        homes = self._homes(slots[at], keys.draw(person_keys[at], self._model.home_key, 0))
        return Newcomers(persons[comes], who[comes], times[comes], homes)

    def _of_households(self, rows: Array, places: Array, who: Array) -> tuple[Array, Array]:
        """Return when the first of each one's household comes, and their key: all of it have their home."""
        spec, key = self._model.people.households, self._model.person_key
        assert spec is not None
        firsts, _ = households(spec, key, who)
        first_keys = keys.person_keys(key, firsts)
        slots, _ = self._instants(rows, places - (who - firsts), first_keys)
        return slots, first_keys

    def _rows_and_places(self, persons: Array) -> tuple[Array, Array]:
        """Return the days of numbers, counted from the first, and the places among all of the day."""
        rows = np.searchsorted(self._edges, persons, side="right") - 1
        return rows, persons - self._edges[rows]

    def _of_places(self, rows: Array, places: Array) -> Array:
        if len(self._channels) == 1:
            return identities(0, rows + self._first_day, places)
        flows = np.less_equal(self._places[1:-1, rows], places).sum(axis=0)
        own = places - self._places[flows, rows]
        return identities(self._channels[flows], rows + self._first_day, own)

    def _flows(self) -> Iterator[_Flow]:
        """Yield the ordinary flow, and one per campaign that raises activity."""
        mass = self._masses()
        if self._is_even:
            mass = self._raised(mass, *self._model.calendar.campaigns)
        grown = self._grown(mass)
        expected = self._expected(grown)
        yield _Flow(0, _cumulated(mass), self._ordinary(grown, expected))
        for campaign in self._raising:
            added = self._raised(mass, campaign) - mass
            means = [
                rate * Fraction(more, max(whole, 1))
                for rate, more, whole in zip(
                    expected, _by_day(added), _by_day(mass), strict=True
                )
            ]
            counts = self._counts.poisson(campaign.key, self._days, means)
            yield _Flow(campaign.channel, _cumulated(added), counts)

    def _masses(self) -> Array:
        """Return activity times population per quarter hour: int64."""
        people, first = self._model.people, self._first_slot
        by_rhythm = np.zeros(len(self._calendar.activity), np.int64)
        np.add.at(by_rhythm, people.home_rhythms, people.home_weights)
        mass = np.zeros(len(self._days) * SLOTS_PER_DAY, np.int64)
        for rhythm, weight in enumerate(by_rhythm):
            activity = self._calendar.activity[rhythm, first : first + mass.size]
            mass += activity * weight >> _MASS_SHIFT
        return np.minimum(mass, _MOST_MASS)

    def _raised(self, mass: Array, *campaigns: CampaignSpec) -> Array:
        """Return what campaigns make of a mass."""
        factor = self._calendar.factor_of(campaigns)[self._first_slot :][: len(mass)]
        return np.minimum((mass >> 8) * factor >> (ACTIVITY_BITS - 8), _MOST_MASS)

    def _grown(self, mass: Array) -> list[int]:
        """Return the mass of each day, with growth and what chance makes of the day."""
        people, origin = self._model.people, self._model.start_ms // DAY_MS
        shared = factors(people.shared_days, origin + np.array(self._days)).tolist()
        return [
            (whole * _power(people.growth_per_day, day) >> 8) * factor
            for whole, day, factor in zip(_by_day(mass), self._days, shared, strict=True)
        ]

    def _expected(self, grown: list[int]) -> list[Fraction]:
        """Return how many people are expected per day, but for campaigns."""
        # People already here are shared out over the days before the start, newcomers over the
        # declared length; the days after it go on at the same rate.
        people = self._model.people
        history, rest = grown[: people.span_days], grown[people.span_days :]
        before, whole = max(sum(history), 1), max(sum(rest[: people.length_days]), 1)
        expected = [Fraction(people.already_here * each, before) for each in history]
        return expected + [Fraction(people.newcomers * each, whole) for each in rest]

    def _ordinary(self, grown: list[int], expected: list[Fraction]) -> list[int]:
        """Return how many people come per day, but for campaigns.

        Randomness:
            See `KeyedCounts`.
        """
        people, counts = self._model.people, self._counts
        if people.law == "even":
            edges = [int(so_far) for so_far in accumulate(expected, initial=Fraction(0))]
            return [after - before for before, after in pairwise(edges)]
        if people.law == "poisson":
            return counts.poisson(_FREE, self._days, expected)
        first, end = people.span_days, people.span_days + people.length_days
        return [
            *counts.multinomial(_HISTORY, people.already_here, grown[:first]),
            *counts.multinomial(_DECLARED, people.newcomers, grown[first:end]),
            *counts.poisson(_FREE, self._days[end:], expected[end:]),
        ]

    def _instants(self, rows: Array, places: Array, person_keys: Array) -> tuple[Array, Array]:
        """Return the quarter hours and the times at which people come."""
        drawn = keys.draw(person_keys, self._model.arrival_key, 0)
        slots, times = np.zeros((2, len(rows)), np.int64)
        for flow, mass in enumerate(self._flow_mass):
            first, end = self._places[flow][rows], self._places[flow + 1][rows]
            at = np.flatnonzero(np.less_equal(first, places) & np.less(places, end))
            low = mass[rows[at] * SLOTS_PER_DAY]
            whole = mass[(rows[at] + 1) * SLOTS_PER_DAY] - low
            if self._is_even:
                target = low + _stratum(places[at], end[at], whole, drawn[at])
            else:
                target = low + share_of(drawn[at], whole)
            slot = np.searchsorted(mass, target, side="right") - 1
            width = mass[slot + 1] - mass[slot]
            slots[at] = slot + self._first_slot
            times[at] = (target - mass[slot]) * SLOT_MS // np.maximum(width, 1)
        return slots, self._calendar.origin_ms + slots * SLOT_MS + times

    def _kept_away(self, times: Array, person_keys: Array) -> Array:
        away = np.zeros(len(times), np.bool_)
        for campaign in self._lowering:
            drawn = (keys.draw(person_keys, campaign.key, 0) >> np.uint64(24)).view(np.int64)
            is_in = np.greater_equal(times, campaign.from_ms) & np.less(
                times, campaign.until_ms
            )
            away |= is_in & np.greater_equal(drawn, campaign.activity << (40 - ACTIVITY_BITS))
        return away

    def _homes(self, slots: Array, bits: Array) -> Array:
        people, homes = self._model.people, np.empty(len(slots), np.int32)
        for start in range(0, len(slots), _BLOCK):
            at = slice(start, start + _BLOCK)
            activity = self._calendar.activity[:, slots[at]]
            weights = activity[people.home_rhythms] * people.home_weights[:, None]
            cumulated = np.cumsum(weights, axis=0)
            target = share_of(bits[at], cumulated[-1])
            homes[at] = np.less_equal(cumulated, target).sum(axis=0)
        return homes


def _check_widths(days: range, counts: Array) -> None:
    """Refuse what identities cannot tell apart."""
    most = int(counts.max()) if counts.size else 0
    if most >= 1 << PLACE_BITS:
        raise UsageError(
            f"{most:,} people come on a day by one channel, and identities tell {1 << PLACE_BITS:,} apart\n"
            "  hint: fewer people, or campaigns with less activity"
        )
    if days.start < FIRST_DAY or days.stop > -FIRST_DAY:
        raise UsageError(
            f"people come from day {days.start:,} to day {days.stop:,}, and identities reach {-FIRST_DAY:,} days "
            "before and after the start\n  hint: a shorter run"
        )


def share_of(bits: Array, whole: Array) -> Array:
    """Return a random place in a range: a whole number from 0 to below `whole`, int64."""
    return keys.below(bits, whole.view(np.uint64)).view(np.int64)


def _stratum(places: Array, n: Array, whole: Array, bits: Array) -> Array:
    """Return a random place within the part of a range that is a place's own, of n alike."""
    low, high = _scale(places, whole, n), _scale(places + 1, whole, n)
    return low + share_of(bits, high - low)


def _scale(place: Array, whole: Array, n: Array) -> Array:
    """Return floor(place * whole / n) without overflow for n up to 2**22."""
    # place and rest are below n: their product stays below 2**44, and the other one below
    # `whole`.
    quotient, rest = np.floor_divide(whole, n), np.remainder(whole, n)
    scaled: Array = place * quotient + place * rest // n
    return scaled


def _cumulated(mass: Array) -> Array:
    return np.append(0, np.cumsum(mass))


def _by_day(mass: Array) -> list[int]:
    whole: list[int] = mass.reshape(-1, SLOTS_PER_DAY).sum(axis=1).tolist()
    return whole


def _power(per_day: int, days: int) -> int:
    """Return growth over some days in 2**-40, by squaring of integers."""
    one = 1 << _GROWTH_BITS
    base = per_day if days >= 0 else one * one // per_day
    result, exponent = one, abs(days)
    while exponent:
        if exponent & 1:
            result = result * base >> _GROWTH_BITS
        base = base * base >> _GROWTH_BITS
        exponent >>= 1
    return result
