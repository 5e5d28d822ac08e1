"""The simulation: a Model in, Chunks out."""

from footfall.sim.simulation import (
    AT,
    Simulation,
    number_of,
    numbers_until,
    people_until,
    regrouped,
)
from footfall.sim.window import window_ms

__all__ = [
    "AT",
    "Simulation",
    "number_of",
    "numbers_until",
    "people_until",
    "regrouped",
    "window_ms",
]
