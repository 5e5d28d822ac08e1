"""The truth, which only a simulation knows: what was asked, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import sqrt

import pyarrow as pa

from footfall.data.tallies import FactorSums, OptionCounts, Tallies
from footfall.reports.intervals import CONFIDENCE, Interval, normal_quantile, wilson

FIXED = 1 << 32
"""Chances, waits and values are summed in 2**-32."""
MS_PER_S = 1000.0
ROUNDING_MS = 1.0
"""Most that rounding to whole ms adds to a wait or takes from it."""
ROUNDED_SHARE = 0.01
"""Share by which rounding may move the factor of values that are not drawn."""


def named(address: str, option: str) -> str:
    """Return what people call an option: a chance is called by its address alone."""
    return address if option == "yes" else f"{address}/{option}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of an option: times reached, chances then, times taken.

    Args:
        reached: Times.
        chances: Sum of the chances after effects, in 2**-32.
        taken: Times.
    """

    reached: int
    chances: int
    taken: int

    @property
    def asked(self) -> float | None:
        """Mean chance after effects, 0..1; None if it was never reached."""
        return self.chances / (FIXED * self.reached) if self.reached else None

    @property
    def got(self) -> float | None:
        """Share that was taken, 0..1; None if it was never reached."""
        return self.taken / self.reached if self.reached else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval of `got`.

        It is wide enough: outcomes of chances that differ vary less than of equal chances of that mean.
        """
        return wilson(self.taken, self.reached)

    @property
    def is_as_asked(self) -> bool | None:
        """Whether `asked` lies in the interval, but for 1 in 20 by chance; None if never reached."""
        if self.asked is None or self.interval is None:
            return None
        return self.asked in self.interval


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
class OddsEffect:
    """A declared effect on one option: for whom it held, and for all others."""

    effect: str
    address: str
    option: str
    affected: Tally
    others: Tally

    @property
    def name(self) -> str:
        """The effect, and the option by its name."""
        return f"{self.effect}, {named(self.address, self.option)}"


@dataclass(frozen=True, slots=True)
class Amount:
    """Sums over a wait or a value: how often it came up, what it was to be, and what it was.

    Args:
        sums: Times; then in 2**-32 the sums of what it was to be without the effect, of what it was to be, of what it
            was, and of its variance (in s²; 0 where it was not drawn).
        unit: What the sums are divided by besides: 100 for cents, else 1.
    """

    sums: FactorSums
    unit: int = 1

    @property
    def reached(self) -> int:
        """Times."""
        return self.sums.times

    @property
    def asked(self) -> float | None:
        """Mean that was to be expected after effects; None if it never came up."""
        return self._mean(self.sums.asked)

    @property
    def got(self) -> float | None:
        """Mean that came out; None if it never came up."""
        return self._mean(self.sums.got)

    @property
    def asked_factor(self) -> float | None:
        """Expectation, as a multiple of that without the effect; None if it never came up."""
        return self._factor(self.sums.asked)

    @property
    def got_factor(self) -> float | None:
        """Outcome, as a multiple of that expectation; None if it never came up."""
        return self._factor(self.sums.got)

    @property
    def interval(self) -> Interval | None:
        """Interval of `got_factor`, for what is drawn.

        The variance is that of the declared distributions, so few draws are enough.

        A ms on both sides is for the rounding to whole ones.
        """
        reached, before, _, _, variance = self.sums
        if self.got_factor is None or not variance:
            return None
        # The waits are independent, so their variances add up; √ of the sum is the error of the sum of waits, and over
        # the sum of expectations (`before`) that of the factor.
        error_ms = sqrt(variance / FIXED) * MS_PER_S
        arm = (normal_quantile(CONFIDENCE) * error_ms + reached * ROUNDING_MS) * FIXED / before
        # What is drawn and has a variance is a wait, and no wait is shorter than 0.
        return Interval(max(self.got_factor - arm, 0.0), self.got_factor + arm)

    @property
    def is_as_asked(self) -> bool | None:
        """Whether `asked_factor` lies in the interval, which it does not once in 20 by chance.

        None where it never came up.

        Where nothing is drawn: whether the factors differ by less than 1 %; rounding to whole numbers may do more.
        """
        if self.asked_factor is None or self.got_factor is None:
            return None
        if self.interval is not None:
            return self.asked_factor in self.interval
        return abs(self.got_factor - self.asked_factor) <= ROUNDED_SHARE * abs(
            self.asked_factor
        )

    def _mean(self, total: int) -> float | None:
        return total / (FIXED * self.unit * self.reached) if self.reached else None

    def _factor(self, total: int) -> float | None:
        # Of nothing there is no factor; of a negative sum one would mean the opposite.
        return total / self.sums[1] if self.sums[1] > 0 else None


@dataclass(frozen=True, slots=True)
class Factor:
    """A declared effect on one wait or value: where it held, and everywhere else.

    Args:
        kind: `wait` (amounts in ms), `integer`, `number` or `money` (in the currency's main unit).
        by_factor: The factors it may have, rising (one unless it goes by a property), and where it held with each.
        affected: Where it held, with whatever factor.
        others: Where it did not.
    """

    effect: str
    address: str
    kind: str
    by_factor: tuple[tuple[float, Amount], ...]
    affected: Amount
    others: Amount

    @property
    def name(self) -> str:
        """The effect, the address, and the factor unless there are several."""
        number = (
            ""
            if len(self.by_factor) > 1
            else "".join(f" × {factor:g}" for factor, _ in self.by_factor)
        )
        return f"{self.effect}, {self.address}{number}"

    @property
    def several(self) -> tuple[tuple[float, Amount], ...]:
        """The factors and where it held with each, where there are several."""
        return self.by_factor if len(self.by_factor) > 1 else ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something declared that could not happen: a full list, no free slot."""

    what: str
    address: str
    times: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Asked and got; every list is sorted by the bytes of its texts."""

    decisions: tuple[Decision, ...]
    effects: tuple[OddsEffect, ...]
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
                [("address", pa.string()), ("option", pa.string()), *_TALLY_COLUMNS]
            ),
        )

    def effects_to_arrow(self) -> pa.Table:
        """Return two rows per effect on odds and option: with (`affected`) and without it."""
        rows = [
            {
                "effect": e.effect,
                "address": e.address,
                "option": e.option,
                "affected": side,
                **tally_record(tally),
            }
            for e in self.effects
            for side, tally in ((True, e.affected), (False, e.others))
        ]
        names = [(name, pa.string()) for name in ("effect", "address", "option")]
        return pa.Table.from_pylist(
            rows, schema=pa.schema([*names, ("affected", pa.bool_()), *_TALLY_COLUMNS])
        )

    def factors_to_arrow(self) -> pa.Table:
        """Return, per effect on a wait or value, a row per factor and one without it."""
        rows = [
            {
                "effect": f.effect,
                "address": f.address,
                "kind": f.kind,
                "factor": factor,
                "affected": side,
            }
            | amount_record(amount)
            for f in self.factors
            for side, factor, amount in (
                *((True, *part) for part in f.by_factor),
                (False, 1.0, f.others),
            )
        ]
        names = [(name, pa.string()) for name in ("effect", "address", "kind")]
        more = [("factor", pa.float64()), ("affected", pa.bool_()), *_AMOUNT_COLUMNS]
        return pa.Table.from_pylist(rows, schema=pa.schema([*names, *more]))


_TALLY_COLUMNS = [
    ("reached", pa.int64()),
    ("asked", pa.float64()),
    ("taken", pa.int64()),
    ("got", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("as_asked", pa.bool_()),
]
_AMOUNTS = ("asked", "got", "asked_factor", "got_factor", "factor_low", "factor_high")
_AMOUNT_COLUMNS = [("reached", pa.int64()), ("as_asked", pa.bool_())]
_AMOUNT_COLUMNS[1:1] = [(name, pa.float64()) for name in _AMOUNTS]


def tally_record(tally: Tally) -> dict[str, int | float | bool | None]:
    """Return the numbers of a tally by name."""
    interval = tally.interval
    return {
        "reached": tally.reached,
        "asked": tally.asked,
        "taken": tally.taken,
        "got": tally.got,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "as_asked": tally.is_as_asked,
    }


def amount_record(amount: Amount) -> dict[str, int | float | bool | None]:
    """Return the numbers of an amount by name."""
    interval = amount.interval
    return {
        "reached": amount.reached,
        "asked": amount.asked,
        "got": amount.got,
        "asked_factor": amount.asked_factor,
        "got_factor": amount.got_factor,
        "factor_low": interval.low if interval else None,
        "factor_high": interval.high if interval else None,
        "as_asked": amount.is_as_asked,
    }


def truth_of(tallies: Tallies, minor_digits: int) -> Truth:
    """Return the truth that the tallies of a run hold.

    Args:
        tallies: Of the run.
        minor_digits: Of its currency.
    """
    decisions, effects, none = tallies.decisions, tallies.effects, OptionCounts()
    names = sorted({key[:3] for key in effects}, key=_bytes)
    return Truth(
        tuple(Decision(*key, Tally(*decisions[key])) for key in sorted(decisions, key=_bytes)),
        tuple(
            OddsEffect(
                *key,
                Tally(*effects.get((*key, "with"), none)),
                Tally(*effects.get((*key, "without"), none)),
            )
            for key in names
        ),
        tuple(
            Skipped(*key, tallies.skipped[key]) for key in sorted(tallies.skipped, key=_bytes)
        ),
        tuple(
            _factor(tallies, key, minor_digits)
            for key in sorted({key[:3] for key in tallies.factors}, key=_bytes)
        ),
    )


def _factor(tallies: Tallies, key: tuple[str, str, str], minor_digits: int) -> Factor:
    unit = 10**minor_digits if key[2] == "money" else 1
    sums = {found[3:]: sums for found, sums in tallies.factors.items() if found[:3] == key}
    parts = sorted(
        # By its number: as texts, 10 would stand before 2.
        (float(factor), held)
        for (variant, factor), held in sums.items()
        if variant == "with"
    )
    return Factor(
        *key,
        by_factor=tuple((factor, Amount(held, unit)) for factor, held in parts),
        affected=Amount(
            reduce(FactorSums.plus, (held for _, held in parts), FactorSums()), unit
        ),
        others=Amount(sums.get(("without", "1"), FactorSums()), unit),
    )


def _bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)
