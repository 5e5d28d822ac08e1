"""The engine of a run: the only place where runs meet the compiler and the simulation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from footfall.data.chunk import Chunk
from footfall.data.part import Groups
from footfall.data.stream import Stream

if TYPE_CHECKING:
    from footfall.model.model import Model
    from footfall.scenario.records import Scenario
    from footfall.sim import Simulation

Saved = Mapping[str, npt.NDArray[Any]]
PutAway = Callable[[str, npt.NDArray[Any]], None]
"""Takes an array of people who act later, with its name."""


class GroupSimulation(Protocol):
    """The people of one group, at a time up to which they have been simulated."""

    def advance(self, until_ms: int) -> Chunk:
        """Return what happens from the last time up to `until_ms`."""

    def skip(self, until_ms: int) -> None:
        """Simulate up to `until_ms` without writing it down."""


class Engine(Protocol):
    """A stream that can be simulated; pickled once for every worker."""

    @property
    def stream(self) -> Stream:
        """The stream that is simulated."""

    @property
    def length_days(self) -> int:
        """Declared length in days."""

    @property
    def groups(self) -> Groups:
        """People who are simulated together, a constant of the stream."""

    @property
    def window_ms(self) -> int:
        """Width of the grid of windows, a constant of the stream."""

    def people_until(self, until_ms: int) -> int:
        """Return how many people arrive before a time."""

    def numbers_until(self, until_ms: int) -> int:
        """Return how many numbers people who arrive before a time may have."""

    def simulation(
        self, run_id: str, first_person: int, end_person: int, until_ms: int
    ) -> GroupSimulation:
        """Return the people of a group at the start, to be advanced up to `until_ms` at most."""


class CheckpointableGroup(GroupSimulation, Protocol):
    """The people of one group, whose state can be saved in a checkpoint."""

    def arrays(self) -> Saved:
        """Return all arrays that another simulation needs to go on from here; not copied."""


class LiveEngine(Engine, Protocol):
    """An engine that simulates, and can go on from a saved state."""

    def number_of(self, identity: int, until_ms: int) -> int | None:
        """Return the number of the person with an identity; None if nobody has it before a time."""

    def simulation(
        self,
        run_id: str,
        first_person: int,
        end_person: int,
        until_ms: int,
        saved: Saved | None = None,
    ) -> CheckpointableGroup:
        """Return the people of a group at the start, or in the state that was saved."""

    def regrouped(
        self,
        blocks: Sequence[CheckpointableGroup],
        asleep: Saved,
        until_ms: int,
        put_away: PutAway,
    ) -> Saved:
        """Return the arrays of those people of groups who act before a time, as of one group.

        Those who act later, of the groups and of who was asleep before, are put away; who never acts again, is
        forgotten.
        """

    def standing_at(self, asleep: Saved, at_ms: int) -> Saved:
        """Return the arrays of people who were put away, as those of a group that stands at a time."""


@dataclass(frozen=True, slots=True)
class ModelEngine:
    """The engine of a compiled scenario."""

    model: Model

    @property
    def stream(self) -> Stream:
        """The stream that is simulated."""
        return self.model.stream

    @property
    def length_days(self) -> int:
        """Declared length in days."""
        return self.model.length_days

    @property
    def groups(self) -> Groups:
        """People who are simulated together, a constant of the stream."""
        return self.model.groups

    @property
    def window_ms(self) -> int:
        """Width of the grid of windows, a constant of the stream."""
        # Imported when it is used, here and below: `send` and finished runs simulate nothing.
        from footfall.sim import window_ms

        return window_ms(self.model)

    def people_until(self, until_ms: int) -> int:
        """Return how many people arrive before a time."""
        from footfall.sim import people_until

        return people_until(self.model, until_ms)

    def numbers_until(self, until_ms: int) -> int:
        """Return how many numbers people who arrive before a time may have."""
        from footfall.sim import numbers_until

        return numbers_until(self.model, until_ms)

    def number_of(self, identity: int, until_ms: int) -> int | None:
        """Return the number of the person with an identity; None if nobody has it before a time."""
        from footfall.sim import number_of

        return number_of(self.model, identity, until_ms)

    def simulation(
        self,
        run_id: str,
        first_person: int,
        end_person: int,
        until_ms: int,
        saved: Saved | None = None,
    ) -> CheckpointableGroup:
        """Return the people of a group at the start, or in the state that was saved."""
        from footfall.sim import Simulation

        return Simulation(self.model, run_id, first_person, end_person, until_ms, saved)

    def regrouped(
        self,
        blocks: Sequence[CheckpointableGroup],
        asleep: Saved,
        until_ms: int,
        put_away: PutAway,
    ) -> Saved:
        """Return the arrays of those people of groups who act before a time, as of one group."""
        from footfall.sim import regrouped

        return regrouped(cast("Sequence[Simulation]", blocks), asleep, until_ms, put_away)

    def standing_at(self, asleep: Saved, at_ms: int) -> Saved:
        """Return the arrays of people who were put away, as those of a group that stands at a time."""
        from footfall.sim import AT

        # Nothing has happened to them since, so the time is all that has changed.
        return {**asleep, AT: np.array([at_ms])}


def compile_engine(
    scenario: Scenario,
    *,
    people: int | None,
    start: dt.date | None,
    seed: int,
    warnings: list[str] | None = None,
) -> ModelEngine:
    """Compile a scenario for a stream.

    Args:
        scenario: As loaded.
        people: Scales the number of people; None keeps the scenario's.
        start: First day; None keeps the scenario's.
        seed: From 0 to 2**63 - 1.
        warnings: Filled with what can be run, and is probably not meant.

    Raises:
        ScenarioError: With all that is wrong with the scenario.
    """
    from footfall.compiler import compile_scenario

    return ModelEngine(
        compile_scenario(scenario, people=people, start=start, seed=seed, warnings=warnings)
    )


@dataclass(frozen=True, slots=True)
class CompilationSummary:
    """The findings of compiling a scenario.

    Args:
        effects: Effect → addresses it holds at.
        warnings: Things that can be run, and are probably not meant.
    """

    effects: dict[str, list[str]]
    warnings: list[str]


def understand(scenario: Scenario) -> CompilationSummary:
    """Compile a scenario for what can be said about it.

    Raises:
        ScenarioError: With all that is wrong with the scenario.
    """
    from footfall.compiler import compile_scenario

    warnings: list[str] = []
    effects: dict[str, list[str]] = {}
    compile_scenario(scenario, warnings=warnings, effects=effects)
    return CompilationSummary(effects, warnings)
