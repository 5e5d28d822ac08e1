"""Tallies: integers counted while simulating, which add up in any order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from operator import add
from typing import NamedTuple, TypeVar

K = TypeVar("K")


# Named tuples: the rows of tables and the JSON of ledgers are made of them as they are.
class OptionCounts(NamedTuple):
    """The counts of one option of a decision.

    Args:
        reached: Times the decision was reached.
        chances: Sum of the chances p of the option after effects, in 2**-32.
        taken: Times the option was taken.
        variance: Sum of p (1 - p), in 2**-32.
    """

    reached: int = 0
    chances: int = 0
    taken: int = 0
    variance: int = 0

    def plus(self, more: OptionCounts) -> OptionCounts:
        """Return the counts of both.

        Examples:
            >>> OptionCounts(2, 1 << 32, 1).plus(OptionCounts(1, 1 << 31, 0))
            OptionCounts(reached=3, chances=6442450944, taken=1, variance=0)
        """
        return OptionCounts(*map(add, self, more))


class EffectKey(NamedTuple):
    """The key of what was counted of an effect at an address, in one of its cases.

    Args:
        effect: Its name.
        address: What it acts on.
        what: Of a decision the option; else the kind: `wait`, `integer`, `number` or `money`.
        variant: `with` or `without` it.
        value: With it, where it goes by a property: that property's value.
        factor: As declared, without it 1; of an effect that gives a chance or multiplies it, behind
            the word `chance` or `times`.
    """

    effect: str
    address: str
    what: str
    variant: str
    value: str = ""
    factor: str = "1"


class FactorSums(NamedTuple):
    """The sums of a wait or a value that an effect acts on; all but the first in 2**-32.

    Args:
        times: How often it came up.
        before: What it was to be without this effect.
        asked: What it was to be.
        got: What it was.
        variance: Of what it was to be: of a wait in s**2, of a value 0.
    """

    times: int = 0
    before: int = 0
    asked: int = 0
    got: int = 0
    variance: int = 0

    def plus(self, more: FactorSums) -> FactorSums:
        """Return the sums of both."""
        return FactorSums(*map(add, self, more))


PASSED_OVER = "passed over "
"""Before the name of a stage: the measure of a city's people who were seen to go over it."""


def has_powers(measures: Collection[str]) -> bool:
    """Tell whether measures of cities have buyers, powers of revenue and who passed over a stage; once they had not."""
    return "buyers" in measures or "revenue" not in measures


@dataclass(frozen=True, slots=True, repr=False)
class Tallies:
    """Tallies: integers that add up in any order, over chunks and workers.

    A chunk's tallies name what came up in it; reports sum them over chunks, whatever the
    windows, groups and workers.

    Args:
        decisions: (address, option) → counts.
        effects: Effects on chances → the same counts, of those for whom this case held.
        skipped: (what, address) → times something declared could not happen (a full list, no
            row to pick, no free slot).
        stages: (stage, city) → people who reached it, counted once, when they do (arrivals
            count for the first).
        cities: (city, measure) → sum; measures: `people` (who came, counted in their first
            chunk), `active` (with at least one event), `returned` (with at least two sessions),
            `sessions` (those that were open at the start included), `events`, `events_squared`,
            `events_cubed` (sums over people of powers of their events), `converted` (reached
            the goal), `revenue` (minor units), `buyers` (whose revenue is not 0), `revenue_squared`,
            `revenue_cubed`; and, behind `PASSED_OVER`, each stage that people went over without
            being at it.
        factors: Effects on waits and values → sums of a wait (`wait`, ms) or a value (`integer`,
            `number`, `money` in minor units).
        is_whole: These are of the whole run up to the part's end, and take the place of what
            was counted before.
    """

    decisions: dict[tuple[str, str], OptionCounts]
    effects: dict[EffectKey, OptionCounts]
    skipped: dict[tuple[str, str], int]
    stages: dict[tuple[str, str], int]
    cities: dict[tuple[str, str], int]
    factors: dict[EffectKey, FactorSums] = field(default_factory=dict)
    is_whole: bool = False

    def __repr__(self) -> str:
        counted = sum(n for (_, measure), n in self.cities.items() if measure == "events")
        return f"<Tallies of {counted:,} events>"

    @classmethod
    def empty(cls) -> Tallies:
        """Return tallies of nothing."""
        return cls({}, {}, {}, {}, {})

    def add(self, other: Tallies) -> None:
        """Add another chunk's tallies to these, or put them in place of these (`is_whole`)."""
        # A stored run is sent with all its tallies at the last part (`execution/send.py`), since
        # stores do not keep them by part: added up, earlier parts would count twice.
        if other.is_whole:
            for counts in (
                self.decisions,
                self.effects,
                self.skipped,
                self.stages,
                self.cities,
                self.factors,
            ):
                counts.clear()
        _add_counts(self.decisions, other.decisions)
        _add_counts(self.effects, other.effects)
        _add_numbers(self.skipped, other.skipped)
        _add_numbers(self.stages, other.stages)
        _add_numbers(self.cities, other.cities)
        for key, sums in other.factors.items():
            self.factors[key] = self.factors.get(key, FactorSums()).plus(sums)


def _add_counts(into: dict[K, OptionCounts], more: dict[K, OptionCounts]) -> None:
    for key, counts in more.items():
        into[key] = into.get(key, OptionCounts()).plus(counts)


def _add_numbers(into: dict[K, int], more: dict[K, int]) -> None:
    for key, number in more.items():
        into[key] = into.get(key, 0) + number
