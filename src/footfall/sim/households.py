"""Households: people who come on the same day and live together; a function of their identities."""

from __future__ import annotations

import numpy as np

from footfall.model.model import HouseholdSpec
from footfall.model.values import Array
from footfall.sim import draws, keys

_BLOCK_BITS = 6
_BLOCK = 1 << _BLOCK_BITS
"""Places that are shared out among households at once. The last one of a block has what is left."""


def households(spec: HouseholdSpec, person_key: int, who: Array) -> tuple[Array, Array]:
    """Return each one's household, by the identity of its first person, and whether it has others.

    Nothing is looked up: which places of a day live together is drawn per block of places, so
    that any group of people knows its households without the rest of the population.

    Args:
        who: Shape (n,), int64: identities.

    Returns:
        Shape (n,), int64, and shape (n,), bool.

    Randomness:
        One draw per place, named "household", of the block's first identity.
    """
    blocks, block_of = np.unique(who >> _BLOCK_BITS, return_inverse=True)
    block_keys = keys.person_keys(person_key, blocks << _BLOCK_BITS)
    sizes = np.stack(
        [
            np.array(spec.size_values)[
                draws.choose(spec.sizes, keys.draw(block_keys, spec.key, nth))
            ]
            for nth in range(_BLOCK)
        ],
        axis=1,
    )
    ends = np.cumsum(sizes, axis=1)
    begins = np.append(np.zeros((len(blocks), 1), np.int64), ends[:, :-1], axis=1)
    # The first place of a household is the last beginning at or before a place; behind the block is one, too.
    nth = np.arange(_BLOCK + 1)
    begins = np.append(begins, np.full((len(blocks), 1), _BLOCK), axis=1)
    n_begun = np.less_equal(begins[:, :, None], nth).sum(axis=1)
    firsts = np.minimum(np.take_along_axis(begins, n_begun - 1, axis=1), _BLOCK)
    places = who & (_BLOCK - 1)
    first = firsts[block_of, places]
    has_others = np.less(first, places) | np.equal(firsts[block_of, places + 1], first)
    return who - places + first, has_others
