"""The simulation: a Model in, Chunks out."""

from footfall.sim.simulation import Simulation, gathered, people_until
from footfall.sim.window import window_ms

__all__ = ["Simulation", "gathered", "people_until", "window_ms"]
