"""The order of stages, as people reach them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations


def ordered(stages: Sequence[str], paths: Sequence[tuple[Sequence[str], int]]) -> list[str]:
    """Return stages in the order of the journey, as far as people's paths tell it.

    Args:
        stages: In the order that holds where paths say nothing.
        paths: Stages in the order in which people reached them, and how many did so.
    """
    before: Counter[tuple[str, str]] = Counter()
    for path, n_people in paths:
        for pair in combinations(path, 2):
            before[pair] += n_people
    # A stage comes behind all that most people reach before it: also behind one that they pass over.
    n_earlier = {
        stage: sum(before[other, stage] > before[stage, other] for other in stages)
        for stage in stages
    }
    return sorted(stages, key=lambda stage: n_earlier[stage])
