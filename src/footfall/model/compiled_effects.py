"""Compiled effects: for whom they hold, when, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from footfall.model.operations import Op
from footfall.model.values import Array


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A half-open span, ms since the epoch; open ends are the smallest and largest int64."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class CompiledEffect:
    """A declared effect.

    Args:
        number: Its place among the declared effects.
        span: When; None for always.
        when: Who.
        factor: The factor where `by` is None; of `chance` the chance itself.
        by: Text whose code looks up the case.
        values: With `by`: the values it is declared for, the first being case 1.
        factors: With `by`: shape (1 + values,), float64, factor by case; NaN of case 0, where it does not hold.
        case_of_code: With `by`: int32. The last entry is for null and for all codes from there on.
        what: `odds`, `times` and `chance` act on a chance, `duration` on a wait, `value` on a value.
    """

    number: int
    span: TimeSpan | None = None
    when: Op | None = None
    factor: float = 1.0
    by: Op | None = None
    values: tuple[str, ...] = ()
    factors: Array | None = None
    case_of_code: Array | None = None
    what: Literal["odds", "times", "chance", "duration", "value"] = "odds"

    @property
    def cases(self) -> tuple[tuple[str, float], ...]:
        """Cases from 1 on: value and factor; the only one has no value where `by` is None."""
        if self.factors is None:
            return (("", self.factor),)
        return tuple(zip(self.values, self.factors[1:].tolist(), strict=True))
