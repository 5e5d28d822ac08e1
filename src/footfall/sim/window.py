"""How wide the windows of a run are: so that a chunk has at most some hundred thousand rows."""

from __future__ import annotations

from functools import lru_cache

from footfall.model.model import Model
from footfall.sim.calendar import DAY_MS
from footfall.sim.simulation import Simulation

ROWS = 500_000
"""Wanted rows per chunk: at 0.4 kB each, two workers stay well below 1 GB."""
FEW_PEOPLE = 2048
PILOTS = 48
HOUR_MS = 3_600_000
WIDTHS_MS = (*(days * DAY_MS for days in (30, 15, 10, 7, 5, 3, 2, 1)), *(hours * HOUR_MS for hours in (12, 6, 3, 1)))


@lru_cache(maxsize=4)
def window_ms(model: Model) -> int:
    """Return the width of the windows, a constant of the stream.

    Some of the first people to come are simulated for the widest window; all of a group are taken to do as much. Few
    people need no pilots.
    """
    people = model.people.newcomers + model.people.already_here
    if people <= FEW_PEOPLE:
        return WIDTHS_MS[0]
    rows_per_ms = _rows_per_person_ms(model) * min(model.groups.range(0)[1], people)
    return next((width for width in WIDTHS_MS if width * rows_per_ms <= ROWS), WIDTHS_MS[-1])


def _rows_per_person_ms(model: Model) -> float:
    first = model.people.already_here
    end_ms = model.start_ms + min(WIDTHS_MS[0], model.length_days * DAY_MS)
    simulation = Simulation(model, "pilot", first, first + PILOTS, end_ms)
    lived_ms = int((end_ms - simulation.arrived_ms).sum())
    return float(simulation.advance(end_ms).events.num_rows / lived_ms) if lived_ms else 0.0
