"""Measures whether what `--truth` marks is marked by chance alone: z of every option and effect, over seeds.

z is how many standard deviations what came out lies from what was asked. Of a right engine, and a right variance, all z
together have a standard deviation of 1, and the sum of the squares of those of one line is distributed like χ² with as
many degrees of freedom as there are seeds.

    python benchmarks/truth.py [--seeds 40] [--people 3000] [--lines]
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

import footfall
from footfall.data.tallies import Tallies
from footfall.reports.asked_and_got import FIXED, Tally
from footfall.reports.truth import Truth, truth_of

SCENARIOS = ("ecommerce", "online_school")
LEAST_VARIANCE = 5.0
"""Of fewer than about this many times that could go either way, z is far from normal."""
ALPHA = 0.05


def main() -> None:
    """Print sd and mean of all z, and the lines that fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument(
        "--lines", action="store_true", help="print every line, not only those that fail"
    )
    given = parser.parse_args()
    found: dict[str, list[float]] = defaultdict(list)
    for scenario in SCENARIOS:
        for seed in range(1, given.seeds + 1):
            for line, tally in _lines(_truth(scenario, given.people, seed)):
                if tally.variance >= LEAST_VARIANCE * FIXED:
                    found[f"{scenario}: {line}"].append(tally.score)
    _print(found, every=given.lines)


def _truth(scenario: str, people: int, seed: int) -> Truth:
    tallies = Tallies.empty()
    for chunk in footfall.simulate(scenario, people=people, seed=seed):
        tallies.add(chunk.tallies)
    return truth_of(tallies, 2)


def _lines(truth: Truth) -> Iterator[tuple[str, Tally]]:
    for decision in truth.distinct:
        yield decision.name, decision.tally
    for effect in truth.effects:
        for case in effect.by_value:
            yield f"{effect.name}, {case.name}", case.held
        yield f"{effect.name}, all others", effect.others


def _print(found: dict[str, list[float]], *, every: bool) -> None:
    scores = np.concatenate([np.array(each) for each in found.values()])
    spread = f"mean {scores.mean():.3f}, sd {scores.std():.3f}"
    above, below = np.mean(scores > 1.96), np.mean(scores < -1.96)
    print(f"{len(scores):,} z of {len(found)} lines: {spread}")
    print(f"above 1.96: {above:.2%}, below -1.96: {below:.2%}")
    level = ALPHA / len(found)
    failing = 0
    for line, each in sorted(found.items()):
        n, squares = len(each), float(np.square(each).sum())
        p = chi2_p(squares, n)
        failing += p < level
        if every or p < level:
            told = f"{n} z, mean {np.mean(each):+.2f}, χ²/n {squares / n:.2f}, p {p:.1e}"
            print(f"  {line}: {told}{' FAILS' if p < level else ''}")
    print(f"fail a χ² test at {ALPHA:.0%} after Bonferroni: {failing} of {len(found)} lines")


def chi2_p(squares: float, freedom: int) -> float:
    """Return the two-sided p of a sum of squares, after Wilson and Hilferty (1931): its cube root is nearly normal."""
    spread = 2 / (9 * freedom)
    z = ((squares / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5
    return 2 * NormalDist().cdf(-abs(z))


if __name__ == "__main__":
    main()
