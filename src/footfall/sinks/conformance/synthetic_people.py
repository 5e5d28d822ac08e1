"""Synthetic people: each a closed formula of stream, person and time.

They live by a plain rule: they arrive, change one property every eight hours, and reach some of
the stages.
"""

from __future__ import annotations

import numpy as np

from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.sinks.conformance.synthetic_values import START_MS, Ints, hash_of
from footfall.units import DAY_MS, HOUR_MS

CHANGE_EVERY_MS = 8 * HOUR_MS
CITIES = (
    ("Chennai", "IN"),
    ("Hyderābād", "IN"),
    ("Санкт-Петербург", "RU"),
    ("New York", "US"),
    ("Saint-Étienne", "FR"),
)


class SyntheticPeople:
    """The people of a part, with the formulas of their lives.

    Args:
        run: The run; the end of its stream's id decides all that is random.
        part: The part.
        people: Their numbers, shape (P,), int64.
    """

    def __init__(self, run: Run, part: Part, people: Ints) -> None:
        self.run, self.part, self.schema = run, part, run.stream.schema
        self.numbers = people
        self.seed = f"{run.id}/"

    def draw(self, values: Ints, name: str) -> Ints:
        """Return a hash per value, another one for each name and stream."""
        return hash_of(values, self.seed[-8:] + name)

    def arrived(self, people: Ints) -> Ints:
        """Return arrival times: a quarter's in 30 days before the start, else on day one."""
        draw = self.draw(people, "arrival")
        before = START_MS - 1 - draw % (30 * DAY_MS)
        return np.where(people % 4 == 0, before, START_MS + draw % DAY_MS)

    def first_event(self, people: Ints) -> Ints:
        """Return when people are first seen: in the run's first hour if they came before it."""
        return np.maximum(self.arrived(people), START_MS + self.draw(people, "first") % HOUR_MS)

    def city(self, people: Ints) -> Ints:
        """Return the homes, as places in `CITIES`."""
        return self.draw(people, "city") % len(CITIES)

    def reached(self, people: Ints, stage: int) -> Ints:
        """Return when people reach a stage; some never do (the year 2100)."""
        times = (
            self.first_event(people)
            + stage * 3 * HOUR_MS
            + self.draw(people, f"stage {stage}") % HOUR_MS
        )
        last = 1 + self.draw(people, "last stage") % len(self.schema.stages)
        return np.where(stage < last, times, 4_102_444_800_000)

    def stage(self, people: Ints, time: Ints) -> Ints:
        """Return the stage of each person at a time of its own, counted from 0."""
        reached = np.zeros(len(people), dtype=np.int64)
        for stage in range(1, len(self.schema.stages)):
            reached += self.reached(people, stage) <= time
        return reached

    def changes_before(self, people: Ints, time: Ints) -> Ints:
        """Return how many properties and stages have changed up to a time, itself included."""
        regular = (
            (time - self.first_event(people)) // CHANGE_EVERY_MS
            if self.schema.user_properties
            else 0
        )
        return np.maximum(regular, 0) + self.stage(people, time)

    def property_code(self, people: Ints, prop: int, change: Ints) -> Ints:
        """Return a code for a property's value after a number of changes (0: at arrival)."""
        return self.draw(people * 1000 + change, f"property {prop}")
