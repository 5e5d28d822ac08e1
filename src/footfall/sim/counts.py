"""Random numbers of events: binomial and Poisson draws in integers and decimals, alike on every machine.

Small counts come from the inverse of the law, summed up term by term; large ones from the normal law, corrected for
skewness.

Source: E. A. Cornish and R. A. Fisher, "Moments and cumulants in the specification of distributions", Revue de
l'Institut International de Statistique 5 (1938).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt

from footfall.model.model import Z_BITS

MOST_SUMMED = 256
"""Largest mean for which the law is summed up."""
_DIGITS = 50
"""Decimal digits of the terms: a draw has 19, and there are some hundred terms."""
_ONE = 1 << 64


def binomial(n: int, chance: Fraction, bits: int, z: int) -> int:
    """Return how many of some trials succeed.

    Args:
        n: Trials.
        chance: Of each.
        bits: Of a draw, from 0 to 2**64 - 1.
        z: The normal value of the same draw, in 2**-32.
    """
    if chance > Fraction(1, 2):
        return n - binomial(n, 1 - chance, _ONE - 1 - bits, -z)
    if n * chance > MOST_SUMMED:
        return min(n, _normal(n * chance, n * chance * (1 - chance), 1 - 2 * chance, z))
    with localcontext() as context:
        context.prec = _DIGITS
        return _summed(_binomial_terms(n, chance), bits)


def poisson(mean: Fraction, bits: int, z: int) -> int:
    """Return how many of very many rare things happen; arguments as those of `binomial`."""
    if mean > MOST_SUMMED:
        return _normal(mean, mean, Fraction(1), z)
    with localcontext() as context:
        context.prec = _DIGITS
        return _summed(_poisson_terms(_decimal(mean)), bits)


def _binomial_terms(n: int, chance: Fraction) -> Iterator[Decimal]:
    odds = _decimal(chance / (1 - chance))
    term = _decimal(1 - chance) ** n
    for k in range(n + 1):
        yield term
        term *= odds * (n - k) / (k + 1)


def _poisson_terms(mean: Decimal) -> Iterator[Decimal]:
    term, k = (-mean).exp(), 0
    while term:
        yield term
        k += 1
        term *= mean / k


def _summed(terms: Iterator[Decimal], bits: int) -> int:
    """Return the first number up to which a law has more than a share of 2**-64 × `bits`."""
    wanted, so_far, k = Decimal(bits) / _ONE, Decimal(0), 0
    for k, term in enumerate(terms):  # noqa: B007 - the last is the answer where rounding leaves a rest
        so_far += term
        if so_far > wanted:
            break
    return k


def _normal(mean: Fraction, variance: Fraction, skew: Fraction, z: int) -> int:
    """Return the count at a normal value; `skew` is the third moment over the variance."""
    one = 1 << Z_BITS
    spread = isqrt(int(variance * one * one))
    bent = (z * z >> Z_BITS) - one
    value = int(mean * one) + (spread * z >> Z_BITS) + int(skew * bent / 6)
    return max(0, (value + one // 2) >> Z_BITS)


def _decimal(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / fraction.denominator
