"""What is drawn of each law, against its formula: quantiles, moments, whole numbers, intervals, ends.

Nothing here is left to chance: quantiles are drawn by random bits made by hand, moments are summed up cell by cell,
and the probability of a value is where the random bits lie that give it.
"""

from __future__ import annotations

from decimal import Decimal
from math import exp, fsum, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.compiler import distributions
from footfall.model.tables import InverseCdf, Uniform, cell_edges, cell_shares
from footfall.sim import keys
from footfall.sim.draws import invert

STANDARD = NormalDist()
FINEST = 1 << 24
"""2**-40 of all random bits."""
TAILS = [
    FINEST,
    3 * FINEST,
    FINEST << 10,
    (1 << 50) + 12345,
    1 << 57,
    3 << 60,
    (1 << 62) + 7,
    2**63 - 2**40,
]
"""Random bits from 2**-40 up to a half."""
SPREADS = ["0.1", "0.8", "1.5", "2", "10"]


def drawn(table: InverseCdf | Uniform, *random: int) -> list[float]:
    values: list[float] = invert(table, np.array(random, np.uint64)).tolist()
    return values


def share_below(table: InverseCdf | Uniform, value: float) -> float:
    """Return the share of random bits that give less than a value."""
    low, high = 0, 2**64
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if drawn(table, middle)[0] < value else (low, middle)
    return low / 2**64


def moments(table: InverseCdf) -> tuple[float, float]:
    """Return mean and standard deviation, cell by cell."""
    edges, share = cell_edges(), cell_shares()
    low = table.intercepts + table.slopes * edges[:-1]
    high = table.intercepts + table.slopes * edges[1:]
    mean = float((share * (low + high) / 2).sum())
    low, high = low - mean, high - mean
    return mean, sqrt((share * (low * low + low * high + high * high) / 3).sum())


def lognormal(spread: str, **options: object) -> InverseCdf:
    found = distributions.lognormal(Decimal(1), Decimal(spread), **options)  # type: ignore[arg-type]
    assert isinstance(found, InverseCdf)
    return found


def normal(mean: str, sd: str, **options: object) -> InverseCdf:
    found = distributions.normal(Decimal(mean), Decimal(sd), **options)  # type: ignore[arg-type]
    assert isinstance(found, InverseCdf)
    return found


def interval(low: str, high: str) -> tuple[Decimal, Decimal]:
    return Decimal(low), Decimal(high)


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("random", TAILS)
def test_log_normal_quantiles(spread: str, random: int) -> None:
    """From 2**-40 to 1 - 2**-40 each is right within 1 %, for any spread that may be written."""
    low, high = drawn(lognormal(spread), random, 2**64 - random)
    z = STANDARD.inv_cdf(random / 2**64)
    assert low == pytest.approx(exp(float(spread) * z), rel=0.01)
    assert high == pytest.approx(exp(float(spread) * -z), rel=0.01)


@pytest.mark.parametrize("random", TAILS)
def test_normal_quantiles(random: int) -> None:
    """From 2**-40 to 1 - 2**-40 the distance from the mean is right within 0.1 %."""
    low, high = drawn(normal("0", "3"), random, 2**64 - random)
    z = STANDARD.inv_cdf(random / 2**64)
    assert low == pytest.approx(3 * z, rel=0.001)
    assert high == pytest.approx(-3 * z, rel=0.001)


@pytest.mark.parametrize("spread", ["0.1", "0.5", "0.8", "1.3", "2", "2.8"])
def test_log_normal_moments(spread: str) -> None:
    """Mean within 0.1 %, variance within 0.5 %, up to the spread from which `check` warns."""
    mean, sd = moments(lognormal(spread))
    square = float(spread) ** 2
    assert mean == pytest.approx(exp(square / 2), rel=0.001)
    assert sd**2 == pytest.approx((exp(square) - 1) * exp(square), rel=0.005)


def test_normal_moments() -> None:
    """Mean and standard deviation within 0.1 % of the latter."""
    assert moments(normal("7", "2")) == pytest.approx((7, 2), abs=0.002)


INTERVALS = [("-1", "1"), ("0.5", "6"), ("3", "4"), ("-9", "-2"), ("6", "7"), ("-20", "20")]


@pytest.mark.parametrize("between", INTERVALS)
def test_moments_of_a_part_of_a_normal_law(between: tuple[str, str]) -> None:
    """Those of the law on the interval, far from the mean too, within 0.2 % of its deviation."""
    law, a, b = NormalDist(), float(between[0]), float(between[1])
    # From the side on which both probabilities are small: 1 - p loses its digits.
    within = law.cdf(-a) - law.cdf(-b) if a > 0 else law.cdf(b) - law.cdf(a)
    mean = (law.pdf(a) - law.pdf(b)) / within
    square = 1 + (a * law.pdf(a) - b * law.pdf(b)) / within
    sd = sqrt(square - mean**2)
    found = moments(normal("0", "1", between=interval(*between)))
    assert found == pytest.approx((mean, sd), abs=0.002 * sd)


@pytest.mark.parametrize("between", [("0.5", "2"), ("0", "1"), ("-3", "0.1"), ("5", "1000")])
@pytest.mark.parametrize("spread", ["0.5", "2"])
def test_the_mean_of_a_part_of_a_log_normal_law(between: tuple[str, str], spread: str) -> None:
    """That of the law on the interval, within 0.1 %."""
    sigma, ends = float(spread), [float(end) for end in between]
    a, b = (np.log(end) / sigma if end > 0 else -99.0 for end in ends)
    up = -1 if a > 0 else 1  # from the side on which both are small

    def within(low: float, high: float) -> float:
        return up * (STANDARD.cdf(up * high) - STANDARD.cdf(up * low))

    mean = exp(sigma**2 / 2) * within(a - sigma, b - sigma) / within(a, b)
    found, _ = moments(lognormal(spread, between=interval(*between)))
    assert found == pytest.approx(mean, rel=0.001)


@given(
    st.sampled_from(["normal", "lognormal"]),
    st.floats(0.01, 10),
    st.floats(-30, 30),
    st.floats(1e-6, 60),
    st.booleans(),
    st.lists(st.integers(0, 2**64 - 1), max_size=20),
)
@settings(deadline=None)
def test_nothing_lies_outside_of_an_interval(
    name: str, spread: float, low: float, width: float, is_whole: bool, random: list[int]
) -> None:
    """Whatever the law and the random bits, both ends of them included."""
    make = distributions.normal if name == "normal" else distributions.lognormal
    ends = Decimal(low), Decimal(low + width)
    table = make(Decimal(1), Decimal(spread), is_whole=is_whole, between=ends)
    if table is not None:
        values = drawn(table, 0, 1, 2**63 - 1, 2**63, 2**64 - 1, *random)
        assert low <= min(values) <= max(values) <= low + width
        if is_whole:
            assert all(isinstance(value, int) for value in values)


@pytest.mark.parametrize("between", [("18", "70"), ("17.2", "70.9"), ("30", "31"), ("5", "12")])
def test_whole_numbers_of_a_normal_law_have_their_probabilities(
    between: tuple[str, str],
) -> None:
    """Each is as likely as the law from half a unit below to half a unit above, the ends too."""
    law = NormalDist(31, 9)
    table = normal("31", "9", is_whole=True, between=interval(*between))
    first, last = int(np.ceil(float(between[0]))), int(float(between[1]))
    within = law.cdf(last + 0.5) - law.cdf(first - 0.5)
    edges = [share_below(table, k) for k in range(first, last + 2)]
    assert (edges[0], edges[-1]) == (0, 1)
    wanted = [(law.cdf(k + 0.5) - law.cdf(k - 0.5)) / within for k in range(first, last + 1)]
    assert np.diff(edges).tolist() == pytest.approx(wanted, rel=0.005)


def test_ages_have_no_spike_at_their_ends() -> None:
    """Of a law cut to 18 the age of 18 is rarer than that of 19, and not a twelfth of all."""
    table = normal("31", "9", is_whole=True, between=interval("18", "70"))
    at_18 = share_below(table, 19)
    assert 0.01 < at_18 < share_below(table, 20) - at_18 < 0.02


def test_whole_numbers_are_rounded_to_the_nearest() -> None:
    """An untruncated law too: 3 of a median of 1 is what lies from 2.5 to 3.5."""
    table = lognormal("0.8", is_whole=True)
    law = NormalDist(0, 0.8)
    for k in (1, 2, 3, 10):
        wanted = law.cdf(np.log(k + 0.5)) - law.cdf(np.log(k - 0.5))
        assert share_below(table, k + 1) - share_below(table, k) == pytest.approx(
            wanted, rel=0.01
        )


@given(st.integers(1, 2**63 - 1), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_a_number_below_another_is_the_product_with_a_random_share(
    n: int, random: list[int]
) -> None:
    """floor(random * n / 2**64), exactly: so no number's probability is off by more than 2**-64."""
    bits = np.array([*random, 0, 2**64 - 1], np.uint64)
    wanted = [int(r) * n >> 64 for r in bits.tolist()]
    assert keys.below(bits, n).tolist() == wanted
    assert keys.below(bits, np.full(len(bits), n, np.uint64)).tolist() == wanted


@pytest.mark.parametrize(("low", "high"), [(1, 6), (-3, 3), (0, 2**40), (5, 5)])
def test_uniform_whole_numbers_are_alike(low: int, high: int) -> None:
    """Each, both ends too, has the same probability, to 2**-40 and better."""
    table = distributions.uniform(Decimal(low), Decimal(high), is_whole=True)
    assert table is not None
    n = high - low + 1
    assert drawn(table, 0, 2**64 - 1) == [low, high]
    for k in {low, low + 1, low + n // 2, high}:
        probability = share_below(table, k + 1) - share_below(table, k)
        assert abs(probability - (1 / n if k <= high else 0)) < 2.0**-52


def test_uniform_numbers_at_their_ends_and_between() -> None:
    """The lowest is drawn, and the highest almost."""
    table = distributions.uniform(Decimal("-0.1"), Decimal("0.3"))
    assert table is not None
    assert drawn(table, 0, FINEST, 2**63, 2**64 - 1) == pytest.approx(
        [-0.1, -0.1 + 0.4 * 2**-40, 0.1, 0.3], abs=1e-15
    )
    assert drawn(table, 2**64 - 1)[0] < 0.3


@pytest.mark.parametrize(
    "table",
    [
        lognormal("0.8"),
        normal("0", "1"),
        normal("0", "1", between=interval("-1", "3")),
        lognormal("2", is_whole=True),
    ],
    ids=["log-normal", "normal", "part of a normal", "whole"],
)
def test_values_rise_with_the_random_bits(table: InverseCdf) -> None:
    """From the lowest to the highest end, past the median, where two sides meet."""
    near = [2**63 + k for k in (-(2**30), -1, 0, 1, 2**30)]
    random = [0, 1, FINEST, *TAILS, *near, *(2**64 - r for r in reversed(TAILS)), 2**64 - 1]
    values = drawn(table, *random)
    assert np.all(np.diff(values) >= -1e-12)
    assert values[0] == pytest.approx(
        np.floor(table.ends[0]) if table.is_whole else table.ends[0]
    )
    assert values[-1] == pytest.approx(
        np.floor(table.ends[1]) if table.is_whole else table.ends[1]
    )


def test_half_of_all_values_lie_below_the_median() -> None:
    """The draw in the middle is the median, from either side."""
    table = lognormal("0.8")
    assert drawn(table, 2**63 - 1, 2**63) == pytest.approx([1, 1], rel=1e-12)
    assert share_below(table, 1) == pytest.approx(0.5, abs=1e-12)


def test_the_shares_of_all_cells_are_one() -> None:
    """To the last bit, half of them on each side."""
    shares = cell_shares().tolist()
    assert fsum(shares) == 1
    assert fsum(shares[: len(shares) // 2]) == 0.5
