"""The simulation: a Model in, Chunks out."""

from footfall.sim.simulation import Simulation, people_until

__all__ = ["Simulation", "people_until"]
