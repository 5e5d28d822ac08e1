"""How often tests draw, and how often they kill: seldom in the usual run, often in a thorough one.

`FOOTFALL_THOROUGH=1` draws as many examples as are said to be thorough, and lets every file operation fail in every
way; `FOOTFALL_KILLS=50` kills as often per test.
"""

from __future__ import annotations

import os

IS_THOROUGH = os.environ.get("FOOTFALL_THOROUGH") == "1"


def n_examples(thorough: int) -> int:
    """Return how many examples Hypothesis draws: a third of those of a thorough run."""
    return thorough if IS_THOROUGH else max(thorough // 3, 5)


def n_kills() -> int:
    """Return how often a run is killed."""
    return int(os.environ.get("FOOTFALL_KILLS", "3"))
