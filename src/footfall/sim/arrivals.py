"""Arrivals: when people come, and where they live.

How many arrive on a day depends on that day alone. People are numbered in order of arrival. A
person's instant is a stratified draw from the activity of that day over all cities, and the
city is then drawn given the instant, so that in every city arrivals follow local time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim import keys
from footfall.sim.calendar import SLOT_MS, SLOTS_PER_DAY, ActivityCalendar
from footfall.units import DAY_MS

_GROWTH_BITS = 40
_MASS_SHIFT = 18
"""Of activity times weights of homes with a sum of 2**30: a quarter hour at mean activity has a mass of 2**28."""
_BLOCK = 4096
"""People whose homes are drawn at once: a matrix (homes, people), 1.5 MB for 46 cities."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """People who come.

    Args:
        times_ms: Shape (n,), int64, UTC, non-decreasing.
        homes: Shape (n,), int32: row of the home catalogue.
    """

    times_ms: Array
    homes: Array


class Arrivals:
    """Arrivals of a stream, from the first of those already here to the calendar's horizon."""

    def __init__(self, model: Model, calendar: ActivityCalendar) -> None:
        self._model = model
        self._calendar = calendar
        people = model.people
        first = (
            model.start_ms - calendar.origin_ms
        ) // SLOT_MS - people.span_days * SLOTS_PER_DAY
        self._first_day = -people.span_days
        self._first_slot = first
        n_days = (calendar.n_slots - first) // SLOTS_PER_DAY
        self._slot_mass = self._masses(first, n_days)
        self._edges = self._cumulate()

    def _masses(self, first: int, n_days: int) -> Array:
        """Return activity times population per slot: (days, 96), int64, up to 2**42."""
        people = self._model.people
        by_rhythm = np.zeros(len(self._calendar.activity), np.int64)
        np.add.at(by_rhythm, people.home_rhythms, people.home_weights)
        mass = np.zeros(n_days * SLOTS_PER_DAY, np.int64)
        for rhythm, weight in enumerate(by_rhythm):
            mass += (
                self._calendar.activity[rhythm, first : first + mass.size] * weight
                >> _MASS_SHIFT
            )
        return mass.reshape(n_days, SLOTS_PER_DAY)

    def _cumulate(self) -> Array:
        """First person of each day: shape (days + 1,), int64."""
        people = self._model.people
        grown = []
        for day, mass in enumerate(self._slot_mass.sum(axis=1).tolist(), self._first_day):
            grown.append(mass * _power(people.growth_per_day, day) >> 8)
        # People already here are shared out over the days before the start, newcomers over the
        # declared length; the days after it go on at the same rate, so that a longer run has
        # the same people first.
        before, after = grown[: people.span_days], grown[people.span_days :]
        whole = sum(after[: people.length_days])
        edges = _share(before, people.already_here, sum(before))
        edges += [people.already_here + e for e in _share(after, people.newcomers, whole)[1:]]
        return np.array(edges, np.int64)

    def count_until(self, until_ms: int) -> int:
        """Return how many people arrive before an instant."""
        day = (until_ms - self._model.start_ms) // DAY_MS - self._first_day
        if day >= len(self._edges) - 1:
            return int(self._edges[-1])
        first, end = int(self._edges[day]), int(self._edges[day + 1])
        times = self.of(first, end).times_ms
        return first + int(np.searchsorted(times, until_ms))

    def of(self, first: int, end: int) -> Newcomers:
        """Return when and where people arrive.

        Args:
            first, end: Half-open range of people, all of whom arrive before the horizon.

        Randomness:
            Two draws per person, named "arrival" and "home".
        """
        persons = np.arange(first, end, dtype=np.int64)
        person_keys = keys.person_keys(self._model.person_key, persons)
        days = np.searchsorted(self._edges, persons, side="right") - 1
        slots, times = self._instants(persons, days, person_keys)
        homes = np.empty(len(persons), np.int32)
        for start in range(0, len(persons), _BLOCK):
            at = slice(start, start + _BLOCK)
            homes[at] = self._homes(
                slots[at], keys.draw(person_keys[at], self._model.home_key, 0)
            )
        return Newcomers(times, homes)

    def _instants(self, persons: Array, days: Array, person_keys: Array) -> tuple[Array, Array]:
        # Stratified: of n people of a day the k-th comes somewhere between k/n and (k+1)/n of
        # the day's activity. So people are numbered in order of arrival without a sort, and a
        # person's instant needs no other person's.
        jitter = keys.draw(person_keys, self._model.arrival_key, 0)
        edges = np.zeros((len(self._slot_mass), SLOTS_PER_DAY + 1), np.int64)
        np.cumsum(self._slot_mass, axis=1, out=edges[:, 1:])
        place = persons - self._edges[days]
        n = self._edges[days + 1] - self._edges[days]
        whole = edges[days, -1]
        low = _scale(place, whole, n)
        target = low + _below(jitter, _scale(place + 1, whole, n) - low)
        slot = (edges[days] <= target[:, None]).sum(axis=1) - 1
        mass = np.maximum(self._slot_mass[days, slot], 1)
        within = (target - edges[days, slot]) * SLOT_MS // mass
        slot = slot + days * SLOTS_PER_DAY + self._first_slot
        return slot, self._calendar.origin_ms + slot * SLOT_MS + within

    def _homes(self, slots: Array, bits: Array) -> Array:
        people = self._model.people
        weights = (
            self._calendar.activity[:, slots][people.home_rhythms]
            * people.home_weights[:, None]
        )
        cumulated = np.cumsum(weights, axis=0)
        target = _below(bits, cumulated[-1])
        homes: Array = np.less_equal(cumulated, target).sum(axis=0).astype(np.int32)
        return homes


def _below(random: Array, n: Array) -> Array:
    return keys.below(random, n.view(np.uint64)).view(np.int64)


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


def _share(masses: list[int], count: int, whole: int) -> list[int]:
    """Return cumulated counts at the edges of days: floor(count * mass so far / whole)."""
    edges, so_far = [0], 0
    for mass in masses:
        so_far += mass
        edges.append(count * so_far // whole if whole else 0)
    return edges


def _scale(place: Array, whole: Array, n: Array) -> Array:
    """Return floor(place * whole / n) without overflow for n up to 2**22."""
    # place and rest are below n: their product stays below 2**44, and the other one below
    # `whole`.
    quotient, rest = np.floor_divide(whole, n), np.remainder(whole, n)
    scaled: Array = place * quotient + place * rest // n
    return scaled
