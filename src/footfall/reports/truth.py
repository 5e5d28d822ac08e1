"""The truth, which only a simulation knows: what was asked, and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import pyarrow as pa

from footfall.data.tallies import EffectKey, FactorSums, OptionCounts, Tallies
from footfall.reports.asked_and_got import (
    AMOUNT_COLUMNS,
    NOBODY,
    ODDS_COLUMNS,
    TALLY_COLUMNS,
    Amount,
    Case,
    Tally,
    amount_case_record,
    amount_record,
    case_record,
    tally_record,
)


def named(address: str, option: str) -> str:
    """Return what people call an option: a chance is called by its address alone."""
    return address if option == "yes" else f"{address}/{option}"


@dataclass(frozen=True, slots=True)
class Decision:
    """An option of a named decision."""

    address: str
    option: str
    tally: Tally

    @property
    def name(self) -> str:
        """The address, and the option unless it is `yes`."""
        return named(self.address, self.option)


@dataclass(frozen=True, slots=True)
class ChanceEffect:
    """A declared effect on one option: for whom it held, and for all others.

    Args:
        by_value: Where it held, by the value that it goes by (one without a name unless it goes by a property).
        others: Where it did not.
    """

    effect: str
    address: str
    option: str
    by_value: tuple[Case[Tally], ...]
    others: Tally

    @property
    def affected(self) -> Tally:
        """For whom it held, whatever the value."""
        return reduce(Tally.plus, (case.held for case in self.by_value), NOBODY)

    @property
    def name(self) -> str:
        """The effect, and the option by its name."""
        return f"{self.effect}, {named(self.address, self.option)}"


@dataclass(frozen=True, slots=True)
class Factor:
    """A declared effect on one wait or value: where it held, and everywhere else.

    Args:
        kind: `wait` (amounts in ms), `integer`, `number` or `money` (in the currency's main unit).
        by_value: Where it held, by the value that it goes by (one without a name unless it goes by a property).
        affected: Where it held, with whatever factor.
        others: Where it did not.
    """

    effect: str
    address: str
    kind: str
    by_value: tuple[Case[Amount], ...]
    affected: Amount
    others: Amount

    @property
    def name(self) -> str:
        """The effect, the address, and the factor unless there are several."""
        number = (
            "" if self.several else "".join(f" × {case.factor:g}" for case in self.by_value)
        )
        return f"{self.effect}, {self.address}{number}"

    @property
    def several(self) -> tuple[Case[Amount], ...]:
        """The values that it goes by, where it goes by a property."""
        return tuple(case for case in self.by_value if case.value)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something declared that could not happen: a full list, no row to pick, no free slot."""

    what: str
    address: str
    times: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Asked and got; every list is sorted by the bytes of its texts."""

    decisions: tuple[Decision, ...]
    effects: tuple[ChanceEffect, ...]
    skipped: tuple[Skipped, ...]
    factors: tuple[Factor, ...] = ()

    @property
    def distinct(self) -> tuple[Decision, ...]:
        """The decisions without the `no` of a chance, which its `yes` says already."""
        chances = {d.address for d in self.decisions if d.option == "yes"}
        return tuple(
            d for d in self.decisions if not (d.option == "no" and d.address in chances)
        )

    @property
    def is_empty(self) -> bool:
        """Whether it holds neither a decision nor an effect on a wait or value."""
        return not (self.decisions or self.factors)

    @property
    def outside(self) -> int:
        """Number of distinct options whose `asked` lies outside their interval."""
        return sum(d.tally.is_as_asked is False for d in self.distinct)

    @property
    def reached(self) -> int:
        """Number of distinct options that were reached at all."""
        return sum(d.tally.reached > 0 for d in self.distinct)

    def to_arrow(self) -> pa.Table:
        """Return one row per option: its address and name, and the numbers of its tally."""
        return pa.Table.from_pylist(
            [
                {"address": d.address, "option": d.option, **tally_record(d.tally)}
                for d in self.decisions
            ],
            schema=pa.schema(
                [("address", pa.string()), ("option", pa.string()), *TALLY_COLUMNS]
            ),
        )

    def effects_to_arrow(self) -> pa.Table:
        """Return, per effect on a chance and option, a row per value it goes by and one without it.

        The latter is not `affected`.
        """
        rows = [
            {"effect": e.effect, "address": e.address, "option": e.option, **row}
            for e in self.effects
            for row in (
                *({"affected": True, **case_record(case)} for case in e.by_value),
                {"affected": False, "value": "", "kind": "", **tally_record(e.others)},
            )
        ]
        names = [
            (name, pa.string()) for name in ("effect", "address", "option", "value", "kind")
        ]
        schema = pa.schema([*names, ("affected", pa.bool_()), *TALLY_COLUMNS, *ODDS_COLUMNS])
        return pa.Table.from_pylist(rows, schema=schema)

    def factors_to_arrow(self) -> pa.Table:
        """Return, per effect on a wait or value, a row per value it goes by and one without it."""
        rows = [
            {"effect": f.effect, "address": f.address, "kind": f.kind, **row}
            for f in self.factors
            for row in (
                *({"affected": True, **amount_case_record(case)} for case in f.by_value),
                {"affected": False, "value": "", "factor": 1.0, **amount_record(f.others)},
            )
        ]
        names = [(name, pa.string()) for name in ("effect", "address", "kind", "value")]
        more = [("factor", pa.float64()), ("affected", pa.bool_()), *AMOUNT_COLUMNS]
        return pa.Table.from_pylist(rows, schema=pa.schema([*names, *more]))


def truth_of(tallies: Tallies, minor_digits: int) -> Truth:
    """Return the truth that the tallies of a run hold.

    Args:
        tallies: Of the run.
        minor_digits: Of its currency.
    """
    decisions = tallies.decisions
    return Truth(
        tuple(Decision(*key, Tally(*decisions[key])) for key in sorted(decisions, key=_bytes)),
        tuple(_chance_effect(*found) for found in _by_place(tallies.effects)),
        tuple(
            Skipped(*key, tallies.skipped[key]) for key in sorted(tallies.skipped, key=_bytes)
        ),
        tuple(_factor(*found, minor_digits) for found in _by_place(tallies.factors)),
    )


Place = tuple[str, str, str]
"""Effect, address, and option or kind."""
Counts = TypeVar("Counts", OptionCounts, FactorSums)


def _by_place(
    counted: Mapping[EffectKey, Counts],
) -> Iterable[tuple[Place, dict[EffectKey, Counts]]]:
    """Yield what was counted of each effect at each place, sorted by bytes."""
    places: dict[Place, dict[EffectKey, Counts]] = {}
    for key, counts in counted.items():
        found = EffectKey(*key)
        places.setdefault(found[:3], {})[found] = counts
    for place in sorted(places, key=_bytes):
        yield place, places[place]


def _cases(counted: Mapping[EffectKey, Counts]) -> list[Case[Counts]]:
    """Return the cases in which an effect holds, by their factors, then by the bytes of their values."""
    held = [
        Case(key.value, float(number), counts, kind or "odds")
        for key, counts in counted.items()
        for kind, _, number in (key.factor.rpartition(" "),)
        if key.variant == "with"
    ]
    # By the number of the factor: as texts, 10 would stand before 2.
    return sorted(held, key=lambda case: (case.factor, case.value.encode()))


def _others(counted: Mapping[EffectKey, Counts], none: Counts) -> Counts:
    return next((c for key, c in counted.items() if key.variant == "without"), none)


def _chance_effect(place: Place, counted: Mapping[EffectKey, OptionCounts]) -> ChanceEffect:
    by_value = (Case(c.value, c.factor, Tally(*c.held), c.kind) for c in _cases(counted))
    return ChanceEffect(*place, tuple(by_value), Tally(*_others(counted, OptionCounts())))


def _factor(place: Place, counted: Mapping[EffectKey, FactorSums], minor_digits: int) -> Factor:
    unit, cases = 10**minor_digits if place[2] == "money" else 1, _cases(counted)
    whole = reduce(FactorSums.plus, (case.held for case in cases), FactorSums())
    return Factor(
        *place,
        by_value=tuple(Case(c.value, c.factor, Amount(c.held, unit)) for c in cases),
        affected=Amount(whole, unit),
        others=Amount(_others(counted, FactorSums()), unit),
    )


def _bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)
