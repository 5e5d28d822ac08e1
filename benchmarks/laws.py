"""Laws, wanted and got: quantiles down to 2**-40, moments, intervals, and the fairness of whole numbers.

    python benchmarks/laws.py [--people 4000000]

Prints one table. Quantiles are what random bits made by hand give; moments and probabilities are summed up over all
bits. Only the last rows are left to chance: they draw for so many people, and print how many standard deviations the
count that is farthest off lies from its formula.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import exp, expm1, log, sqrt
from statistics import NormalDist

import numpy as np

from footfall.compiler import distributions
from footfall.model.tables import InverseCdf, Uniform, cell_edges, cell_shares
from footfall.sim.draws import invert
from footfall.sim.keys import draw, person_keys

STANDARD = NormalDist()
TAILS = {"2^-40": 2.0**-40, "1e-9": 1e-9, "1e-6": 1e-6, "0.001": 0.001, "0.1": 0.1, "0.4": 0.4}
SPREADS = ["0.5", "0.8", "1.3", "2", "2.8", "10"]
Law = InverseCdf | Uniform
Row = tuple[str, str, float, float]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=4_000_000)
    asked = parser.parse_args()
    print("| law | what | wanted | got | off |\n| --- | --- | ---: | ---: | ---: |")
    for law, what, wanted, got in (*_quantiles(), *_moments(), *_intervals(), *_whole()):
        print(f"| {law} | {what} | {wanted:.6g} | {got:.6g} | {got / wanted - 1:+.3%} |")
    for law, what, z in _counted(asked.people):
        print(f"| {law} | {what} of {asked.people:,} people | 0 ± 1 sd | {z:+.2f} sd | |")


def _law(name: str, one: str, other: str, **options: object) -> Law:
    found: Law | None = getattr(distributions, name)(Decimal(one), Decimal(other), **options)
    assert found is not None
    return found


def _at(law: Law, share: float, *, from_above: bool = False) -> float:
    bits = int(share * 2**64)
    return float(invert(law, np.array([2**64 - bits if from_above else bits], np.uint64))[0])


def _quantiles() -> Iterator[Row]:
    """Yield for each law the quantile that is farthest off, below and above."""
    for spread in SPREADS:
        law = _law("lognormal", "1", spread)
        yield from _worst(
            f"log-normal, spread {spread}", law, lambda z, s=float(spread): exp(s * z)
        )
    yield from _worst("normal", _law("normal", "0", "1"), lambda z: z)


def _worst(name: str, law: Law, formula: Callable[[float], float]) -> Iterator[Row]:
    rows = []
    for text, share in TAILS.items():
        z = STANDARD.inv_cdf(share)
        rows.append((name, f"quantile {text}", formula(z), _at(law, share)))
        rows.append(
            (name, f"quantile 1 - {text}", formula(-z), _at(law, share, from_above=True))
        )
    yield max(rows, key=lambda row: abs(row[3] / row[2] - 1))


def _moments_of(law: Law) -> tuple[float, float]:
    """Return mean and variance over all random bits, cell by cell."""
    assert isinstance(law, InverseCdf)
    edges, share = cell_edges(), cell_shares()
    low, high = (law.intercepts + law.slopes * edge for edge in (edges[:-1], edges[1:]))
    mean = float((share * (low + high) / 2).sum())
    low, high = low - mean, high - mean
    return mean, float((share * (low * low + low * high + high * high) / 3).sum())


def _moments() -> Iterator[Row]:
    for spread in SPREADS[:-1]:
        name, square = f"log-normal, spread {spread}", float(spread) ** 2
        mean, variance = _moments_of(_law("lognormal", "1", spread))
        yield name, "mean", exp(square / 2), mean
        yield name, "variance", expm1(square) * exp(square), variance
    yield "normal", "variance", 1.0, _moments_of(_law("normal", "0", "1"))[1]


def _intervals() -> Iterator[Row]:
    """Yield mean and variance of normal laws on intervals."""
    for low, high in (("-1", "1"), ("0.5", "6"), ("5", "6")):
        a, b = float(low), float(high)
        within = STANDARD.cdf(-a) - STANDARD.cdf(-b)
        mean = (STANDARD.pdf(a) - STANDARD.pdf(b)) / within
        variance = 1 + (a * STANDARD.pdf(a) - b * STANDARD.pdf(b)) / within - mean**2
        law = _law("normal", "0", "1", between=(Decimal(low), Decimal(high)))
        got = _moments_of(law)
        if mean:
            yield f"normal between {low} and {high}", "mean", mean, got[0]
        yield f"normal between {low} and {high}", "variance", variance, got[1]


def _share_below(law: Law, value: float) -> float:
    low, high = 0, 2**64
    while low < high:
        middle = (low + high) // 2
        is_less = invert(law, np.array([middle], np.uint64))[0] < value
        low, high = (middle + 1, high) if is_less else (low, middle)
    return low / 2**64


def _ages() -> tuple[Law, dict[int, float]]:
    """Return the ages of the school's people, and the chance of each."""
    law = NormalDist(31, 9)
    shares = {k: law.cdf(k + 0.5) - law.cdf(k - 0.5) for k in range(18, 71)}
    table = _law("normal", "31", "9", is_whole=True, between=(Decimal(18), Decimal(70)))
    return table, {k: share / sum(shares.values()) for k, share in shares.items()}


def _whole() -> Iterator[Row]:
    """Yield the chances of single whole numbers."""
    die = _law("uniform", "1", "6", is_whole=True)
    for k in (1, 2, 6):
        yield "die", f"chance of {k}", 1 / 6, _share_below(die, k + 1) - _share_below(die, k)
    ages, shares = _ages()
    for k in (18, 19, 31, 70):
        got = _share_below(ages, k + 1) - _share_below(ages, k)
        yield "age, 31 ± 9, between 18 and 70", f"chance of {k}", shares[k], got


def _counted(people: int) -> Iterator[tuple[str, str, float]]:
    bits = draw(person_keys(1, np.arange(people)), 2, 0)
    die = _law("uniform", "1", "6", is_whole=True)
    ages, shares = _ages()
    for name, law, chances in (
        ("die", die, dict.fromkeys(range(1, 7), 1 / 6)),
        ("age", ages, shares),
    ):
        values = invert(law, bits)
        zs = [
            (np.count_nonzero(values == k) - people * p) / sqrt(people * p * (1 - p))
            for k, p in chances.items()
        ]
        yield name, f"the worst count of {len(zs)}", max(zs, key=abs)
    waits = invert(_law("lognormal", "40000", "0.8", is_whole=True), bits)
    for share in (0.001, 0.5, 0.999, 0.999_99):
        below = np.count_nonzero(waits < 40_000 * exp(0.8 * STANDARD.inv_cdf(share)))
        z = (below - people * share) / sqrt(people * share * (1 - share))
        yield "wait of about 40 s", f"below its quantile {share}", z
    logs = np.log(invert(_law("lognormal", "1", "2"), bits))
    yield "log-normal, spread 2", "mean of the logarithm", float(logs.mean()) / 2 * sqrt(people)
    off = log(float((logs**2).mean()) / 4) * sqrt(people / 2)
    yield "log-normal, spread 2", "variance of the logarithm", off


if __name__ == "__main__":
    main()
