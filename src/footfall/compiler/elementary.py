"""Elementary functions of arrays, every step of which all processors round alike.

NumPy's own `log` and `exp` differ in the last digit between processors. Sums, products,
quotients and roots do not, since IEEE 754 says how they are rounded, and NumPy makes each of
them by itself. Both functions are right to some units in the last place.

Source: the argument reduction of fdlibm (`e_exp.c`, `e_log.c`, Sun Microsystems 1993), with the
series of Taylor and of the inverse hyperbolic tangent in place of its fitted polynomials.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial

import numpy as np

from footfall.model.values import Array

# The upper part has 21 zeros at its end, so that its product with a whole number is exact.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700
_ROOT_OF_HALF = 0.7071067811865476
_EXP = tuple(1 / factorial(k) for k in range(15))
"""The next term is below 2**-60 where the argument is at most ln(2) / 2."""
_LOG = tuple(2 / (2 * k + 1) for k in range(12))


def polynomial(coefficients: Sequence[float], x: Array) -> Array:
    """Return a polynomial, its coefficients from the constant up."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result * x + coefficient
    return result


def exp(x: Array) -> Array:
    """Return e to the power of numbers between -700 and 700."""
    twos = np.floor(x * _PER_LN2 + 0.5)
    rest = (x - twos * _LN2_HIGH) - twos * _LN2_LOW
    result: Array = np.ldexp(polynomial(_EXP, rest), twos.astype(np.int32))
    return result


def log(x: Array) -> Array:
    """Return the natural logarithm of numbers above 0."""
    fraction, twos = np.frexp(x)
    # From √½ to √2, so that the logarithm of what is near 1 is no difference of two others.
    is_small = np.less(fraction, _ROOT_OF_HALF)
    fraction, twos = np.where(is_small, fraction * 2, fraction), twos - is_small
    ratio = (fraction - 1) / (fraction + 1)
    rest = ratio * polynomial(_LOG, ratio * ratio)
    result: Array = twos * _LN2_HIGH + (twos * _LN2_LOW + rest)
    return result
