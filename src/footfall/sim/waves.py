"""The scheduler: people who wait at the same node are taken through it together, as one vector operation.

People are independent and draws are keyed, so the order of waves changes nothing but speed. Python runs once per wave,
never once per person or event.
"""

from __future__ import annotations

from footfall.sim.crowd import Crowd
from footfall.sim.nodes import RUN


def run_waves(crowd: Crowd) -> None:
    """Run until everybody waits for something at or after the end."""
    crowd.wake()
    while _sweep(crowd):
        pass


def _sweep(crowd: Crowd) -> bool:
    """Go through the program once, in its order, and run each node where enough people wait.

    The others wait until a later sweep has brought more people there: with half the mean as the bound there were 13,000
    waves where running the fullest node made 30,000 (16,000 people, shipped ecommerce scenario).

    Returns:
        False when nobody waits any more.
    """
    waiting = [count for count in crowd.counts if count]
    if not waiting:
        return False
    enough = min(sum(waiting) // (2 * len(waiting)), max(waiting) - 1)
    for number, node in enumerate(crowd.model.nodes):
        if crowd.counts[number] > enough:
            RUN[type(node)](crowd, node, number, crowd.take(number))
    return True
