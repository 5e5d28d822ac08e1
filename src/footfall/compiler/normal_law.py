"""The normal law: quantiles of arrays, and the probability of an interval.

Source of the quantiles: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
Distribution", Applied Statistics 37 (1988), accurate to about 1 part in 10**16.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import NamedTuple

import numpy as np

from footfall.compiler.elementary import log, polynomial
from footfall.model.values import Array

_CENTRE = (
    (
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ),
    (
        1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ),
)  # fmt: skip
_NEAR = (
    (
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ),
    (
        1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ),
)  # fmt: skip
_FAR = (
    (
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ),
    (
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ),
)  # fmt: skip
_DIGITS = 60
_FARTHEST = Decimal(12)
"""Standard deviations beyond which less than 1 in 10**32 values lies; counted as none."""
_ROOT_OF_2_PI = Decimal("2.506628274631000502415765284811045253006986740609938316629923576")


class Stretch(NamedTuple):
    """The part of a law between two values, by probabilities.

    Each is kept from both ends of the law, since 1 - p has lost its digits where p is nearly 1.

    Args:
        below_low, above_low: Of less and of more than the lower value.
        below_high, above_high: Of less and of more than the higher one.
        within: Of what lies between them.
    """

    below_low: float = 0.0
    above_low: float = 1.0
    below_high: float = 1.0
    above_high: float = 0.0
    within: float = 1.0


WHOLE = Stretch()


def quantiles(below: Array, above: Array) -> Array:
    """Return standard normal quantiles.

    Args:
        below: Shape (n,): probability of less, above 0.
        above: Shape (n,): probability of more, above 0; the smaller of the two is what counts.
    """
    tail = np.minimum(below, above)
    is_upper = np.less(above, below)
    q = 0.5 - tail
    central = q * _ratio(_CENTRE, np.maximum(0.180625 - q * q, 0.0))
    r = np.sqrt(-log(tail))
    far = np.where(np.less_equal(r, 5.0), _ratio(_NEAR, r - 1.6), _ratio(_FAR, r - 5.0))
    distance = np.where(np.less_equal(q, 0.425), central, far)
    return np.where(is_upper, distance, -distance)


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    above, below = coefficients
    return polynomial(above, x) / polynomial(below, x)


def stretch(low: Decimal | None, high: Decimal | None) -> Stretch:
    """Return what lies between two standard normal values; None for no end."""
    with localcontext() as context:
        context.prec = _DIGITS
        below_low = Decimal(0) if low is None else _below(low)
        below_high = Decimal(1) if high is None else _below(high)
        ends = (below_low, 1 - below_low, below_high, 1 - below_high, below_high - below_low)
    return Stretch(*map(float, ends))


def _below(z: Decimal) -> Decimal:
    """Return the probability of less than z: ½ + φ(z) (z + z³/3 + z⁵/15 + z⁷/105 + …)."""
    if abs(z) > _FARTHEST:
        return Decimal(z > 0)
    term, whole, k = z, Decimal(0), 1
    while abs(term) > Decimal(10) ** -_DIGITS:
        whole, k = whole + term, k + 2
        term = term * z * z / k
    return Decimal("0.5") + whole * (-z * z / 2).exp() / _ROOT_OF_2_PI
