"""Exponential and logarithm of arrays, against decimals of 40 digits."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.compiler import elementary


def exact(function: str, x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        found: Decimal = getattr(Decimal(x), function)()
        return found


@given(st.floats(-700, 700))
def test_an_exponential_is_right_to_the_last_places(x: float) -> None:
    """Relative error below 2**-51."""
    found = Decimal(float(elementary.exp(np.array([x]))[0]))
    assert abs(found / exact("exp", x) - 1) < Decimal(2) ** -51


@given(st.floats(1e-300, 1e300))
def test_a_logarithm_is_right_to_the_last_places(x: float) -> None:
    """Relative error below 2**-51, near 1 too."""
    found, wanted = Decimal(float(elementary.log(np.array([x]))[0])), exact("ln", x)
    assert abs(found - wanted) <= abs(wanted) * Decimal(2) ** -51


@pytest.mark.parametrize(
    ("function", "bits"),
    [
        (elementary.exp, "0x1.dad2df0f5035dp-12 0x1.0000000000000p+0 0x1.948e8e47ead6ap+23"),
        (elementary.log, "-0x1.bbc8381b109e2p+4 -0x1.62e42fefa39efp-1 0x1.0a612c5074fbfp+4"),
    ],
)
def test_bits_are_the_same_everywhere(function: object, bits: str) -> None:
    """Three results, bit by bit, whatever processor this runs on."""
    arguments = (
        np.array([-7.7, 0.0, 16.4])
        if function is elementary.exp
        else np.array([9e-13, 0.5, 1.7e7])
    )
    found = [float(value).hex() for value in function(arguments)]  # type: ignore[operator]
    assert " ".join(found) == bits
