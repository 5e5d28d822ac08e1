"""Ranks of cities that are alike, and of cities that are not."""

from __future__ import annotations

import numpy as np

from footfall.reports.cities import City, ranked

CITIES, PEOPLE, REPEATS = 30, 400, 300


def _cities(rng, chances):
    converted = rng.binomial(PEOPLE, chances)
    return [
        City(f"{i:02d}", PEOPLE, PEOPLE, 0, 0, 0, 0, int(n), 0) for i, n in enumerate(converted)
    ]


def test_cities_that_are_alike_are_seldom_told_apart():
    """Of 300 samples of 30 cities that are all alike, at most 5 % claim a difference.

    False alarm: below P(Binomial(300, 0.05) >= 35) = 4e-6.
    """
    rng = np.random.default_rng(1)
    claims = sum(
        any(
            city.ranks != (1, CITIES)
            for city in ranked(_cities(rng, np.full(CITIES, 0.1)), "conversion")
        )
        for _ in range(REPEATS)
    )
    assert claims < 35


def test_few_of_the_claims_are_false():
    """With 24 cities at 10 % and 6 at 20 %, the six are found, and few others claim a rank that sets them apart.

    A like city makes a false claim when its ranks begin after 12 (six are above it, so five like ones would be too) or
    end before 25. Over five other seeds that were 1.0 % of them (0.8 to 1.1), and 90 % of the six had a worst rank of
    at most 10. False alarm: below 1e-4, the bounds being 2 % and 80 %, more than five standard deviations away.
    """
    rng = np.random.default_rng(2)
    chances = np.where(np.arange(CITIES) < 6, 0.2, 0.1)
    wrong = found = 0
    for _ in range(REPEATS):
        for city in ranked(_cities(rng, chances), "conversion"):
            best, worst = city.ranks
            is_high = int(city.name) < 6
            found += is_high and worst <= 10
            wrong += not is_high and (worst < 25 or best > 12)
    assert wrong < REPEATS * 24 * 0.02
    assert found > REPEATS * 6 * 0.8
