"""Tables of distributions, computed with decimals so that every machine gets the same integers.

The inverse of the normal distribution: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
Distribution", Applied Statistics 37 (1988), accurate to about 1 part in 10**16.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np

from footfall.model.tables import (
    CELL_BITS,
    CHOICE_BITS,
    GUIDE_BITS,
    Categorical,
    Grouped,
    InverseCdf,
)
from footfall.model.values import Array
from footfall.scenario.leaf_records import Wait

CELLS = 1 << CELL_BITS
_MANY_CHOICES, _MOST_STEPS = 17, 3
"""A guide helps where there are so many choices, and so few of them between two of its entries."""
EDGE = Decimal(1) / (8 * CELLS)
"""Quantile at which both tails of a distribution are cut (1 in 8,192)."""
_UNIT_BITS = 40

_CENTRE = (
    (
        "3387132872796366608", "133141667891784377450", "1971590950306551442700", "13731693765509461125000",
        "45921953931549871457000", "67265770927008700853000", "33430575583588128105000", "2509080928730122672700",
    ),
    (
        "1000000000000000000", "42313330701600911252", "687187007492057908300", "5394196021424751107700",
        "21213794301586595867000", "39307895800092710610000", "28729085735721942674000", "5226495278852854561000",
    ),
)  # fmt: skip
_NEAR = (
    (
        "1.42343711074968357734", "4.6303378461565452959", "5.7694972214606914055", "3.64784832476320460504",
        "1.27045825245236838258", ".24178072517745061177", ".0227238449892691845833", "7.7454501427834140764e-4",
    ),
    (
        "1", "2.05319162663775882187", "1.6763848301838038494", ".68976733498510000455",
        ".14810397642748007459", ".0151986665636164571966", "5.475938084995344946e-4", "1.05075007164441684324e-9",
    ),
)  # fmt: skip
_FAR = (
    (
        "6.6579046435011037772", "5.4637849111641143699", "1.7848265399172913358", ".29656057182850489123",
        ".026532189526576123093", ".0012426609473880784386", "2.71155556874348757815e-5", "2.01033439929228813265e-7",
    ),
    (
        "1", ".59983220655588793769", ".13692988092273580531", ".0148753612908506148525",
        "7.868691311456132591e-4", "1.8463183175100546818e-5", "1.4215117583164458887e-7", "2.04426310338993978564e-15",
    ),
)  # fmt: skip


def _ratio(coefficients: tuple[tuple[str, ...], tuple[str, ...]], x: Decimal) -> Decimal:
    above, below = (_polynomial(c, x) for c in coefficients)
    return above / below


def _polynomial(coefficients: Sequence[str], x: Decimal) -> Decimal:
    result = Decimal(0)
    for coefficient in reversed(coefficients):
        result = result * x + Decimal(coefficient)
    return result


def normal_quantile(p: Decimal) -> Decimal:
    """Return the standard normal quantile of a probability between 0 and 1 (both excluded)."""
    q = p - Decimal("0.5")
    if abs(q) <= Decimal("0.425"):
        return q * _ratio(_CENTRE, Decimal("0.180625") - q * q)
    r = (-(min(p, 1 - p)).ln()).sqrt()
    value = _ratio(_NEAR, r - Decimal("1.6")) if r <= 5 else _ratio(_FAR, r - 5)
    return value if q > 0 else -value


@lru_cache(maxsize=1)
def normal_knots() -> tuple[Decimal, ...]:
    """Return the standard normal quantiles at the 1,025 knots of a table, cut at 1 in 8,192."""
    # The caller's context may be any; the integers must be the same everywhere.
    with localcontext() as context:
        context.prec = 24
        upper = [
            normal_quantile(min(Decimal(k) / CELLS, 1 - EDGE))
            for k in range(CELLS // 2 + 1, CELLS + 1)
        ]
    return (*(-z for z in reversed(upper)), Decimal(0), *upper)


@lru_cache(maxsize=64)
def _lognormal_unit(spread: Decimal) -> tuple[int, ...]:
    """Return exp(spread * z) at the knots in 2**-40."""
    with localcontext() as context:
        context.prec = 24
        return tuple(int((spread * z).exp() * (1 << _UNIT_BITS)) for z in normal_knots())


def lognormal(median: Decimal, spread: Decimal, shift: int = 0) -> InverseCdf:
    """Return a log-normal distribution.

    Args:
        median: In the value's unit.
        spread: Standard deviation of the logarithm.
        shift: Binary digits after the point.
    """
    # Decimal exponentials are slow, so the 1,025 of a spread are shared by all medians; from here on
    # there are integers only, with 10 bits more of the median than are kept.
    scaled = int(median * (1 << shift) * 1024)
    return InverseCdf(
        _knots([scaled * unit >> (_UNIT_BITS + 10) for unit in _lognormal_unit(spread)]), shift
    )


def normal(mean: Decimal, sd: Decimal, shift: int = 0) -> InverseCdf:
    """Return a normal distribution, cut 3.7 standard deviations from the mean."""
    one = Decimal(1 << shift)
    return InverseCdf(_knots([round((mean + sd * z) * one) for z in normal_knots()]), shift)


def uniform(low: Decimal, high: Decimal, shift: int = 0) -> InverseCdf:
    """Return a uniform distribution."""
    one = Decimal(1 << shift)
    return InverseCdf(
        _knots([round((low + (high - low) * k / CELLS) * one) for k in range(CELLS + 1)]), shift
    )


def wait(record: Wait) -> InverseCdf:
    """Return the distribution of a wait, in ms."""
    if record.kind == "about":
        return lognormal(Decimal(record.low_ms), record.spread)
    return uniform(Decimal(record.low_ms), Decimal(record.high_ms))


def _knots(values: list[int]) -> Array:
    limit = 2**62
    if min(values) < -limit or max(values) > limit:
        values = [max(-limit, min(limit, v)) for v in values]
    return np.array(values, np.int64)


def categorical(weights: Sequence[Decimal] | None, n: int) -> Categorical:
    """Return weights as cumulated integers with the sum 2**62.

    Args:
        weights: At or above 0, not all 0; None when all n are alike.
    """
    one = 1 << CHOICE_BITS
    if weights is None:
        return _guided(np.array([one * (k + 1) // n for k in range(n)], np.int64))
    whole, so_far, cumulated = sum(weights), Decimal(0), []
    for weight in weights:
        so_far += weight
        # The last with a weight gets exactly 2**62, whatever was rounded before: every 62-bit number
        # must find a choice.
        cumulated.append(int(so_far * one / whole) if so_far < whole else one)
    return _guided(np.array(cumulated, np.int64))


def _guided(cumulated: Array) -> Categorical:
    """Return a table, with a guide where choices are many and none is much rarer than others."""
    if len(cumulated) < _MANY_CHOICES:
        return Categorical(cumulated)
    edges = np.arange(2**GUIDE_BITS + 1, dtype=np.int64) << (CHOICE_BITS - GUIDE_BITS)
    guide = np.searchsorted(cumulated, edges, side="right")
    steps = int(np.diff(guide).max())
    return (
        Categorical(cumulated, guide[:-1], steps)
        if steps <= _MOST_STEPS
        else Categorical(cumulated)
    )


def thresholds(weights: Sequence[float]) -> Array:
    """Return cumulated chances in 2**-32: shape (options,), int64; all 0 where every weight is 0."""
    # `repr` is the shortest decimal that is the float: 0.1 counts as one tenth, as it was written.
    whole, so_far, edges = sum(Decimal(repr(w)) for w in weights), Decimal(0), []
    for weight in weights:
        so_far += Decimal(repr(weight))
        edges.append(int(so_far * (1 << 32) / whole) if whole else 0)
    return np.array(edges, np.int64)


def grouped(keys: Array, rows: Array, weights: Sequence[Decimal] | None) -> Grouped:
    """Return rows of a catalogue grouped by a column's values.

    Args:
        keys: Shape (R,): the column.
        rows: Rising: the rows that can be found, at least one.
        weights: One per row of the catalogue, or None.
    """
    order = rows[np.argsort(keys[rows], kind="stable")]
    distinct, starts = np.unique(keys[order], return_index=True)
    scaled = _integers(weights, len(keys))
    return Grouped(
        keys=distinct,
        starts=np.append(starts, len(order)).astype(np.int64),
        rows=order.astype(np.int32),
        cumulated=np.cumsum(scaled[order]),
    )


def _integers(weights: Sequence[Decimal] | None, n: int) -> Array:
    """Return weights as integers with a sum of about 2**30, at least 1 where above 0."""
    if weights is None:
        return np.ones(n, np.int64)
    whole = sum(weights)
    # A rare row stays possible, however rare: rounding must not take it out.
    return np.array([max(1, int(w * (1 << 30) / whole)) if w else 0 for w in weights], np.int64)
