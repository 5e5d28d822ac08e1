"""Simulation of a group of people, advanced through time part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.model import builtins
from footfall.model.model import Model
from footfall.model.values import NEVER, Array
from footfall.sim import draws, keys
from footfall.sim.arrivals import Arrivals, Newcomers
from footfall.sim.assemble import assemble
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.households import households
from footfall.sim.journal import Journal
from footfall.sim.newcomers import draw_properties
from footfall.sim.part_events import GroupArrays
from footfall.sim.scheduler import Scheduler
from footfall.sim.state import State, named
from footfall.sim.waves import run_waves
from footfall.units import DAY_MS

MARGIN_DAYS = 400
"""How far past the end the calendar reaches; who would come back later than that never does.

A wait of activity time that ends past the end has to be known to end there, and not when.
"""


AT = "at_ms"
"""Name of the saved array that says at which time a group stands."""
_PERSONS = f"state.columns.{builtins.PERSON}"


@lru_cache(maxsize=4)
def _calendar(model: Model, until_ms: int) -> tuple[ActivityCalendar, Arrivals]:
    # Over the declared length also if the run is shorter: how people fall on days follows from all of them.
    reach_ms = max(until_ms, model.start_ms + model.length_days * DAY_MS)
    calendar = ActivityCalendar(model.calendar, reach_ms + MARGIN_DAYS * DAY_MS)
    return calendar, Arrivals(model, calendar, until_ms)


@lru_cache(maxsize=4)
def people_until(model: Model, until_ms: int) -> int:
    """Return how many people arrive before an instant, those already here included."""
    return _calendar(model, until_ms)[1].people_until(until_ms)


def numbers_until(model: Model, until_ms: int) -> int:
    """Return how many numbers belong to days that begin before an instant.

    Who arrives before it has one of them; not everybody who has one comes before it, or at all.
    """
    return _calendar(model, until_ms)[1].numbers_until(until_ms)


def number_of(model: Model, identity: int, until_ms: int) -> int | None:
    """Return the number of the person with an identity; None if nobody has it before an instant."""
    return _calendar(model, until_ms)[1].number_of(identity)


class Simulation:
    """Simulation of a group of people, part after part.

    People who were here before the start live from their arrival to the start when the
    simulation is made, without a journal. Then each `advance` runs waves up to the end of a
    part and assembles its chunk.

    Args:
        model: The compiled scenario.
        run: Id of the run, for the column `run`.
        first_person, end_person: Half-open range of people; those who would arrive after the
            horizon are left out.
        until_ms: The farthest that it will be advanced.
        saved: What `arrays` of a simulation with the same arguments has returned, or
            `regrouped` of several that cover the range: this one goes on from there.

    Raises:
        ValueError: What was saved does not fit.
    """

    def __init__(
        self,
        model: Model,
        run: str,
        first_person: int,
        end_person: int,
        until_ms: int,
        saved: Mapping[str, Array] | None = None,
    ) -> None:
        self.model = model
        self._range = (first_person, end_person)
        self._calendar, arrivals = _calendar(model, until_ms)
        # Who arrives past the end is left out, for all they could do is cost. The group stays
        # whole in `_range`: a longer run finds the same groups, and a part's name does not
        # depend on how long this one is.
        if saved is None:
            newcomers = arrivals.of(first_person, end_person, until_ms)
            self._state = State(model, newcomers.persons, newcomers.identities)
            self._households, has_others = self._live_together()
            self._arrive(newcomers, has_others)
            run_waves(self._scheduler(None, model.start_ms))
        else:
            persons = _among(self._range, saved)
            self._state = State(model, persons, arrivals.identities_of(persons))
            self._households, _ = self._live_together()
        self._persons = self._state.columns[builtins.PERSON]
        self._group = self._group_arrays(run)
        self.at_ms = model.start_ms
        self._is_first = True
        if saved is not None:
            self._restore(saved)

    def _live_together(self) -> tuple[Array, Array]:
        """Return each one's household, by the identity of its first person, and whether it has others."""
        who, spec = self._state.identities, self.model.people.households
        if spec is None:
            return who, np.zeros(len(who), np.bool_)
        return households(spec, self.model.person_key, who)

    def _arrive(self, newcomers: Newcomers, has_others: Array) -> None:
        """Set what people arrive with: home, devices, first properties.

        Randomness:
            Per person one draw named "device count", one per device named "device kind", one per
            property.
        """
        model, state = self.model, self._state
        state.arrived[:] = newcomers.times_ms
        state.clock[:] = newcomers.times_ms
        state.time[:] = newcomers.times_ms
        state.columns[builtins.HOME][:] = newcomers.homes
        devices = model.devices
        counts = draws.choose(devices.counts, keys.draw(state.keys, devices.count_key, 0))
        state.device_count[:] = np.array(devices.count_values)[counts]
        state.device_kinds = np.stack(
            [
                draws.choose(devices.kinds, keys.draw(state.keys, devices.kind_key, k))
                for k in range(devices.most)
            ],
            axis=1,
        ).astype(np.int32)
        self._share_devices(has_others)
        draw_properties(model, self._calendar, state, None)

    def _share_devices(self, has_others: Array) -> None:
        """Add the device of their household to those of each one, where it has one.

        Args:
            has_others: Shape (U,), bool: who lives with others.

        Randomness:
            Per household a draw named "shared device", and one named "device kind".
        """
        devices, state = self.model.devices, self._state
        if devices.shared is None:
            return
        first_keys = keys.person_keys(self.model.person_key, self._households)
        drawn = draws.choose(devices.shared, keys.draw(first_keys, devices.shared_key, 0))
        state.shares_device[:] = has_others & np.equal(drawn, 0)
        rows = np.flatnonzero(state.shares_device)
        kinds = keys.draw(first_keys[rows], devices.kind_key, devices.own)
        state.device_kinds[rows, state.device_count[rows]] = draws.choose(devices.kinds, kinds)
        state.device_count[rows] += 1

    def _group_arrays(self, run: str) -> GroupArrays:
        state, n = self._state, self._state.n
        columns = [c for p in self.model.user_properties for c in (p.column, *p.items)]
        return GroupArrays(
            model=self.model,
            calendar=self._calendar,
            run=run,
            persons=self._persons,
            state=state,
            households=self._households,
            event_no=state.event_no.copy(),
            seen_events=np.zeros(n, np.int64),
            seen_sessions=np.zeros(n, np.int64),
            seen_revenue=np.zeros(n, np.int64),
            first_properties=[state.columns[c].copy() for c in columns],
            first_stages=state.columns[builtins.STAGE].copy(),
        )

    def _scheduler(self, journal: Journal | None, until_ms: int) -> Scheduler:
        return Scheduler(self.model, self._calendar, self._state, journal, until_ms)

    def arrays(self) -> dict[str, Array]:
        """Return by name what another simulation needs to go on; nothing is copied."""
        group = self._group
        counted = [
            group.seen_events,
            group.seen_sessions,
            group.seen_revenue,
            group.first_stages,
            *group.first_properties,
        ]
        return {
            **self._state.arrays(),
            **dict(named("group", counted)),
            AT: np.array([self.at_ms]),
        }

    def _restore(self, saved: Mapping[str, Array]) -> None:
        for name, array in self.arrays().items():
            found = saved.get(name)
            if found is None or found.shape != array.shape or found.dtype != array.dtype:
                raise ValueError(f"{name} does not fit")
            array[...] = found
        self.at_ms = int(saved[AT][0])
        self._is_first = self.at_ms == self.model.start_ms

    @property
    def next_ms(self) -> Array:
        """When something happens to each one next: (U,), int64, UTC; `NEVER` for the finished."""
        if (
            self._is_first
        ):  # arrivals from before the start are in no chunk yet, whoever has gone since
            return np.full(self._state.n, self.at_ms)
        return _next_ms(self._state.arrays())

    @property
    def arrived_ms(self) -> Array:
        """When the people of the group arrive: shape (U,), int64, UTC."""
        return self._state.arrived

    @property
    def persons(self) -> Array:
        """Numbers of the people of the group: shape (U,), int64, rising."""
        return self._persons

    def advance(self, until_ms: int) -> Chunk:
        """Simulate up to an instant.

        Args:
            until_ms: End of the part, ms since the epoch, UTC, exclusive; not before where the
                group stands.

        Returns:
            All that happened since the last call (since the start of the run, at the first).
        """
        journal = Journal.empty(self.model)
        self._group.event_no = self._state.event_no.copy()
        run_waves(self._scheduler(journal, until_ms))
        part = Part(*self._range, self.at_ms, until_ms)
        chunk = assemble(self._group, journal, part, self._is_first)
        self.at_ms, self._is_first = until_ms, False
        return chunk

    def skip(self, until_ms: int) -> None:
        """Simulate up to an instant whose events are stored: `advance`, its chunk thrown away."""
        if until_ms > self.at_ms:
            self.advance(until_ms)


def regrouped(
    simulations: Sequence[Simulation],
    asleep: Mapping[str, Array],
    until_ms: int,
    put_away: Callable[[str, Array], None],
) -> dict[str, Array]:
    """Return what one simulation needs to go on with those people of several who act before a time.

    Finished people are left out.

    Args:
        simulations: At least one; all at the same time.
        asleep: Arrays of others, as they were put away; empty where there are none.
        until_ms: Whoever acts next at it or later is put away.
        put_away: Takes each array of theirs, with its name.
    """
    # Arrays that one of them lacks are cases of effects looked up once per group
    # (`State.lasting_cases`): they are left out, and looked up anew.
    saved = [*(each.arrays() for each in simulations), *([asleep] if asleep else [])]
    names = [name for name in saved[0] if name != AT and all(name in each for each in saved)]
    next_ms = np.concatenate(
        [*(each.next_ms for each in simulations), *([_next_ms(asleep)] if asleep else [])]
    )
    persons = np.concatenate([each[_PERSONS] for each in saved])
    awake = np.flatnonzero(np.less(next_ms, NEVER))
    rows = awake[np.argsort(persons[awake], kind="stable")]
    is_soon = np.less(next_ms[rows], until_ms)
    kept = {AT: saved[0][AT]}
    # Array by array: at no moment is there a copy of all.
    for name in names:
        array = np.concatenate([each[name] for each in saved])
        kept[name] = array[rows[is_soon]]
        put_away(name, array[rows[~is_soon]])
    return kept


def _next_ms(saved: Mapping[str, Array]) -> Array:
    return np.minimum(saved["state.time"], saved["state.slot_min"])


def _among(people: tuple[int, int], saved: Mapping[str, Array]) -> Array:
    """Return the people who were saved, in rising order.

    Raises:
        ValueError: They are not among those of the range.
    """
    found = saved.get(_PERSONS)
    if (
        found is None
        or found.dtype != np.int64
        or found.ndim != 1
        or not _is_part(found, people)
    ):
        raise ValueError(f"{_PERSONS} does not fit")
    return found


def _is_part(some: Array, people: tuple[int, int]) -> bool:
    """Return whether numbers rise, and lie within a range."""
    if not len(some):
        return True
    return bool(
        people[0] <= some[0] and some[-1] < people[1] and np.greater(some[1:], some[:-1]).all()
    )
