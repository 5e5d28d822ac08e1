"""Long-run values of many groups at once: each one is drawn towards the others by as little as it tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.reports.intervals import CONFIDENCE, Interval
from footfall.reports.pooled_law import Floats

N_CENTRES, N_SPREADS = 31, 31
LEAST_SPREAD, MOST_SPREAD = 0.003, 2.0
"""How far groups may be apart: standard deviations of the logarithm of their values, or of their odds."""
FREEDOM = 3
"""Degrees of freedom of Student's law of the groups: most are alike, and a few far off."""
N_DRAWS = 4_000
SEED = 1


@dataclass(frozen=True, slots=True)
class Likely:
    """Probabilities of the long-run value of each group.

    Args:
        values: Shape (G,), rising.
        weights: Shape (groups, G): probabilities; each row adds up to 1.
    """

    values: Floats
    weights: Floats

    @property
    def medians(self) -> Floats:
        """Middle of what is likely: shape (groups,)."""
        return self.quantiles(np.full((len(self.weights), 1), 0.5))[:, 0]

    def quantiles(self, shares: Floats) -> Floats:
        """Return the values below which each group's lies with some probability.

        Args:
            shares: Shape (groups, n), 0..1.
        """
        # Half of a value's weight lies below it.
        cumulated = np.cumsum(self.weights, axis=1) - self.weights / 2
        return np.stack(
            [np.interp(p, c, self.values) for p, c in zip(shares, cumulated, strict=True)]
        )

    def intervals(self, confidence: float = CONFIDENCE) -> list[Interval]:
        """Return the middle of what is likely, per group."""
        tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
        ends = self.quantiles(np.tile(tails, (len(self.weights), 1)))
        return [Interval(float(low), float(high)) for low, high in ends]

    def draws(self) -> Floats:
        """Return values drawn from what is likely: shape (groups, N_DRAWS), the same with every version of NumPy."""
        # Raw bits are what a bit generator promises to keep; what becomes of them elsewhere may change.
        shape = (len(self.weights), N_DRAWS)
        bits = np.random.PCG64(SEED).random_raw(shape[0] * shape[1]) >> np.uint64(11)
        shares: Floats = bits.reshape(shape).astype(np.float64) * 2.0**-53
        return self.quantiles(shares)


def likely(values: Floats, places: Floats, log_likelihoods: Floats) -> Likely:
    """Return what is likely of each group, given all.

    Groups' places are taken to have Student's distribution, about a centre and with a spread that nobody knows: every
    pair of the two counts as much as it makes likely what came out, all centres and spreads being alike before.

    Args:
        values: Shape (G,), rising: to try.
        places: Shape (G,): the values on the scale on which groups are normal.
        log_likelihoods: Shape (groups, G).

    Source:
        Hierarchical model with its hyperparameters on a grid: Gelman, A. and others (2013), Bayesian Data Analysis, 3rd
        ed., 5.4, with long tails as in 17.2; as empirical Bayes: Morris, C. N. (1983), Parametric empirical Bayes
        inference, JASA 78, 47-65.
    """
    likelihoods = np.exp(log_likelihoods - log_likelihoods.max(axis=1, keepdims=True))
    modes = places[log_likelihoods.argmax(axis=1)]
    centres, spreads = (
        pairs.ravel()
        for pairs in np.meshgrid(
            np.linspace(modes.min(), modes.max(), N_CENTRES),
            np.geomspace(LEAST_SPREAD, MOST_SPREAD, N_SPREADS),
        )
    )
    distance = (places - centres[:, None]) / spreads[:, None]
    priors = np.gradient(places) * (1 + distance**2 / FREEDOM) ** (-(FREEDOM + 1) / 2)
    priors /= priors.sum(axis=1, keepdims=True)
    # Shape (pairs, groups): how likely each pair makes what came out of each group.
    marginal = np.maximum(priors @ likelihoods.T, 1e-300)
    # Times the spread, as the grid of spreads is even in its logarithm.
    log_weights = np.log(marginal).sum(axis=1) + np.log(spreads)
    pair_weights = np.exp(log_weights - log_weights.max())
    weights = ((pair_weights[:, None] / marginal).T @ priors) * likelihoods
    return Likely(values, weights / weights.sum(axis=1, keepdims=True))


def false_discoveries(wrong_probs: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Return which claims may be made: of all of them, this share is expected to be wrong.

    Args:
        wrong_probs: Shape (n,): probability that a claim is wrong.
        rate: Share of wrong ones among those made.

    Source:
        Newton, M. A. and others (2004), Detecting differential gene expression with a semiparametric hierarchical
        mixture method, Biostatistics 5, 155-176; of signs: Stephens, M. (2017), False discovery rates: a new deal,
        Biostatistics 18, 275-294.
    """
    order = np.argsort(wrong_probs, kind="stable")
    shares = np.cumsum(wrong_probs[order]) / np.arange(1, len(order) + 1)
    made = np.zeros(len(order), dtype=np.bool_)
    # Shares only rise along the order.
    made[order[shares <= rate]] = True
    return made
