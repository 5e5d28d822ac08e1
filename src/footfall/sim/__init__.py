"""The simulation: a Model in, Chunks out."""

from footfall.sim.simulation import Simulation, compacted, people_until
from footfall.sim.window import window_ms

__all__ = ["Simulation", "compacted", "people_until", "window_ms"]
