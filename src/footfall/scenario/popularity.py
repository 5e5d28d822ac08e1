"""Popularity of the rows of a catalogue: weights that fall as Zipf's law says."""

from __future__ import annotations

from decimal import Context, Decimal

from footfall import units

POPULARITY_DIGITS = Context(prec=40)


def zipf(n_rows: int, exponent: Decimal) -> tuple[Decimal, ...]:
    """Return 1 / k ** exponent for k from 1 to `n_rows`, exactly the same on every machine.

    Powers are taken of primes only (`Decimal` rounds ln and exp correctly); all others are products of them.
    """
    powers = [Decimal(1)] * (n_rows + 1)
    for k, divisor in enumerate(_smallest_divisors(n_rows)):
        if k > 1:
            # A prime is its own smallest divisor. Of 10,000 rows 1,229 are prime: ln and exp
            # are slow.
            rest = k // divisor
            powers[k] = (
                _power(k, exponent)
                if rest == 1
                else POPULARITY_DIGITS.multiply(powers[divisor], powers[rest])
            )
    return tuple(units.ROUNDED.plus(power) for power in powers[1:])


def _power(k: int, exponent: Decimal) -> Decimal:
    logarithm = POPULARITY_DIGITS.ln(Decimal(k))
    return POPULARITY_DIGITS.exp(POPULARITY_DIGITS.multiply(-exponent, logarithm))


def _smallest_divisors(n: int) -> list[int]:
    divisors = list(range(n + 1))
    for k in range(2, int(n**0.5) + 1):
        if divisors[k] == k:
            for multiple in range(k * k, n + 1, k):
                if divisors[multiple] == multiple:
                    divisors[multiple] = k
    return divisors
