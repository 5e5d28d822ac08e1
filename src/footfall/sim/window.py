"""The width of a run's windows: such that a chunk has at most some hundred thousand rows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim.simulation import Simulation
from footfall.units import DAY_MS, HOUR_MS

ROWS = 600_000
"""Wanted rows per chunk: at 0.4 kB each, two workers stay well below 1 GB."""
FEW_PEOPLE = 2048
PILOTS = 256
WIDTHS_MS = (
    *(days * DAY_MS for days in (30, 15, 10, 7, 5, 3, 2, 1)),
    *(hours * HOUR_MS for hours in (12, 6, 3, 1)),
)


@lru_cache(maxsize=4)
def window_ms(model: Model) -> int:
    """Return the width of the windows, a constant of the stream.

    Some of the first people to come are simulated for the widest window. The more people there
    are, the sooner a group of newcomers has come, and new people are the busiest: so the pilots
    come as slowly as such a group does, and the fullest window counts. Few people need no
    pilots.
    """
    people = model.people.newcomers + model.people.already_here
    if people <= FEW_PEOPLE:
        return WIDTHS_MS[0]
    groups = [model.groups.range(number) for number in range(model.groups.count(people))]
    size = min(max(end - first for first, end in groups), people)
    times = _times_since_arrival(model, size)
    return next(
        (width for width in WIDTHS_MS if _fullest(times, width) * size <= ROWS * PILOTS),
        WIDTHS_MS[-1],
    )


def _times_since_arrival(model: Model, size: int) -> Array:
    """Return times of pilots' events, ms, as if they came as slowly as a group does."""
    first = model.people.already_here
    end_ms = model.start_ms + min(WIDTHS_MS[0], model.length_days * DAY_MS)
    simulation = Simulation(model, "pilot", first, first + PILOTS, end_ms)
    events = simulation.advance(end_ms).events
    persons = events.column("person").to_numpy()
    pilots = persons - first
    arrived_ms = simulation.arrived_ms[np.searchsorted(simulation.persons, persons)]
    times = events.column("time").cast("int64").to_numpy() - arrived_ms
    span_ms = model.length_days * DAY_MS * size // max(model.people.newcomers, size)
    return np.add(times, pilots * (span_ms // PILOTS))


def _fullest(times: Array, width_ms: int) -> int:
    """Return how many events the fullest window has."""
    return int(np.bincount(np.floor_divide(times, width_ms)).max()) if len(times) else 0
