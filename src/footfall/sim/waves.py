"""Waves: people who wait at the same node go through it together, as one vector operation.

Python runs once per wave, never once per person or event. The order of waves changes nothing
but speed: a person waits at one node at a time, so their own steps keep their order; people do
not affect each other; draws depend on the person, the name and the visit, and on nothing that
was drawn before; tallies are integers, and events are sorted at the end.
"""

from __future__ import annotations

from footfall.sim.nodes import RUN
from footfall.sim.scheduler import Scheduler


def run_waves(scheduler: Scheduler) -> None:
    """Run until everybody waits for something at or after the end."""
    scheduler.wake()
    while _sweep(scheduler):
        pass


def _sweep(scheduler: Scheduler) -> bool:
    """Go through the program once, in its order, and run each node where enough people wait.

    A wave makes the same calls of NumPy for one person as for ten thousand, so what counts is
    how many waves there are. The others wait until a later sweep has brought more people there:
    with half the mean as the bound there were 13,000 waves where running the fullest node made
    30,000 (16,000 people, shipped ecommerce scenario). Going in the order of the program
    carries people through several nodes in one sweep.

    Returns:
        False when nobody waits any more.
    """
    waiting = [count for count in scheduler.counts if count]
    if not waiting:
        return False
    # Below the largest count, so that the fullest node always runs and every sweep gets on.
    enough = min(sum(waiting) // (2 * len(waiting)), max(waiting) - 1)
    for number, node in enumerate(scheduler.model.nodes):
        if scheduler.counts[number] > enough:
            RUN[type(node)](scheduler, node, number, scheduler.take(number))
    return True
