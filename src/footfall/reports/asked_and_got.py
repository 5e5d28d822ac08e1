"""Tallies of decisions, waits and values: sums of what was asked and of what came out, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, sqrt
from typing import Generic, NamedTuple, TypeVar

import pyarrow as pa

from footfall.data.tallies import FactorSums
from footfall.reports.intervals import CONFIDENCE, Interval, normal_quantile, wilson
from footfall.text import short_percent

FIXED = 1 << 32
"""Chances, waits and values are summed in 2**-32."""
MS_PER_S = 1000.0
ROUNDING_MS = 1.0
"""Most that rounding to whole ms adds to a wait or takes from it."""
ROUNDED_SHARE = 0.01
"""Share by which rounding may move the factor of values that are not drawn."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of an option: times reached, chances then, times taken.

    Args:
        reached: Times.
        chances: Sum of the chances p after effects, in 2**-32.
        taken: Times.
        variance: Sum of p (1 - p), in 2**-32: of the number of times taken, as each is by itself.
    """

    reached: int
    chances: int
    taken: int
    variance: int

    def plus(self, more: Tally) -> Tally:
        """Return the counts of both."""
        return Tally(
            self.reached + more.reached,
            self.chances + more.chances,
            self.taken + more.taken,
            self.variance + more.variance,
        )

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
        """Wilson's interval of `got`, as of so many equal chances as would vary like these.

        Outcomes of chances that differ vary less than those of equal ones: by Σp(1-p), with their mean p̄, and not by
        n·p̄(1-p̄). So n is replaced by p̄(1-p̄)·n² / Σp(1-p), and `asked` lies outside just where it is more than 1.96
        standard deviations away.

        Source:
            The variance of a sum of independent yes and no (Poisson, 1837); `wilson` for the rest.
        """
        if self.asked is None or self.got is None:
            return None
        if not self.variance:
            return Interval(self.got, self.got)
        equal = self.asked * (1 - self.asked) * self.reached**2 * FIXED / self.variance
        return wilson(self.got * equal, equal)

    @property
    def is_as_asked(self) -> bool | None:
        """Whether `asked` lies in the interval, but for 1 in 20 by chance; None if never reached."""
        if self.interval is None:
            return None
        if not self.variance:
            return self.chances == self.taken * FIXED
        return abs(self.score) <= normal_quantile(CONFIDENCE)

    @property
    def score(self) -> float:
        """Standard deviations between `got` and `asked`; 0 where nothing was left to chance."""
        if not self.variance:
            return 0.0
        return (self.taken - self.chances / FIXED) / sqrt(self.variance / FIXED)


def got_odds(asked: float, tally: Tally) -> tuple[float, Interval] | None:
    """Return by which factor an effect multiplied the odds, with its interval.

    The declared factor times exp((O - E) / V ± 1.96 / √V), with O times taken, E = Σp after all effects and V =
    Σp(1-p): by so much the chances that were asked would have to differ to give what came out. None where nothing was
    left to chance.

    Args:
        asked: The declared factor.
        tally: Of those for whom it held.

    Source:
        Peto's estimate of an odds ratio: Yusuf, S., Peto, R., Lewis, J., Collins, R. and Sleight, P. (1985), Beta
        blockade during and after myocardial infarction, Progress in Cardiovascular Diseases 27, 335-371.
    """
    if not tally.variance:
        return None
    variance = tally.variance / FIXED
    off = (tally.taken - tally.chances / FIXED) / variance
    arm = normal_quantile(CONFIDENCE) / sqrt(variance)
    # Of a few chances close to 0 or 1, e to some hundreds: a number still, and as good as infinite.
    low, middle, high = (asked * exp(min(each, 500.0)) for each in (off - arm, off, off + arm))
    return middle, Interval(low, high)


NOBODY = Tally(0, 0, 0, 0)
T = TypeVar("T")


class Case(NamedTuple, Generic[T]):
    """One of the values that an effect goes by, and what was counted where it held.

    Args:
        value: Without a name unless the effect goes by a property.
        factor: As declared; of `chance` the chance.
        held: The counts.
        kind: Of an effect on a chance: `odds`, `times` or `chance`.
    """

    value: str
    factor: float
    held: T
    kind: str = "odds"

    @property
    def name(self) -> str:
        """The value and its factor."""
        word = {"odds": "×", "times": "times", "chance": "at"}[self.kind]
        number = short_percent(self.factor) if self.kind == "chance" else f"{self.factor:g}"
        return f"{self.value} {word} {number}"


def got_effect(case: Case[Tally]) -> tuple[float, Interval] | None:
    """Return what came out of an effect, in the terms in which it was declared, with its interval.

    Of `odds` the factor on the odds (`got_odds`); of `times` the factor on the chance, and of `chance` the chance: what
    was declared times O / E, ± 1.96 √V / E, with O times taken, E = Σp and V = Σp(1-p) of the chances after all
    effects.
    None where nothing was left to chance.
    """
    if case.kind == "odds":
        return got_odds(case.factor, case.held)
    if not case.held.variance:
        return None
    expected = case.held.chances / FIXED
    arm = normal_quantile(CONFIDENCE) * sqrt(case.held.variance / FIXED)
    most = 1.0 if case.kind == "chance" else inf
    low, middle, high = (
        min(max(case.factor * (case.held.taken + off) / expected, 0.0), most)
        for off in (-arm, 0.0, arm)
    )
    return middle, Interval(low, high)


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


TALLY_COLUMNS = [
    ("reached", pa.int64()),
    ("asked", pa.float64()),
    ("taken", pa.int64()),
    ("got", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("as_asked", pa.bool_()),
]
ODDS_COLUMNS = [
    (name, pa.float64()) for name in ("factor", "got_factor", "factor_low", "factor_high")
]
_AMOUNTS = ("asked", "got", "asked_factor", "got_factor", "factor_low", "factor_high")
AMOUNT_COLUMNS = [("reached", pa.int64()), ("as_asked", pa.bool_())]
AMOUNT_COLUMNS[1:1] = [(name, pa.float64()) for name in _AMOUNTS]


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


def case_record(case: Case[Tally]) -> dict[str, str | int | float | bool | None]:
    """Return a case of an effect on a chance by name: its tally, and what came out of it."""
    got, interval = got_effect(case) or (None, None)
    return {
        "value": case.value,
        "kind": case.kind,
        **tally_record(case.held),
        "factor": case.factor,
        "got_factor": got,
        "factor_low": interval.low if interval else None,
        "factor_high": interval.high if interval else None,
    }


def amount_case_record(case: Case[Amount]) -> dict[str, str | int | float | bool | None]:
    """Return a case of an effect on a wait or value by name."""
    return {"value": case.value, "factor": case.factor, **amount_record(case.held)}


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
