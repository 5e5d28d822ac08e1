"""Properties that two events of one process share, as the scenario carries their value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from footfall.scenario import expressions as tree
from footfall.scenario.leaf_records import Expression
from footfall.scenario.names import BUILT_IN
from footfall.scenario.records import Journey, Scenario
from footfall.scenario.step_records import Step, Steps
from footfall.scenario.step_traits import StepTraits, traits, walk

if TYPE_CHECKING:
    from footfall.compiler.requirements import DeclaredProperties

Key = tuple[str, str]
"""A property as it is written, and the name that its value is read from."""
State = Mapping[Key, frozenset[str]]
"""What was told and has not changed since → the events that may have told it last."""
Claims = dict[str, list[State]]
"""Event → what was told before it, once for each way to it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A property that an event shares with the latest of some events before it, in the same run of a journey."""

    event: str
    property: str
    before: tuple[str, ...]


def carried_of(scenario: Scenario, declared: DeclaredProperties) -> tuple[Carried, ...]:
    """Return what a scenario carries from event to event, on every way to the later one.

    Args:
        scenario: As loaded.
        declared: Where a property's value comes from, and under which name it is written.
    """
    told = {
        event.name: {
            (declared.written(p), name)
            for p in event.properties
            for name in _name_of(declared.value(p))
        }
        for event in scenario.events
    }
    walk = _Walk({journey.name: journey for journey in scenario.journeys}, told)
    for root in _roots(scenario):
        walk.steps(walk.journeys[root].steps, {})
    written = scenario.event_types
    return tuple(
        Carried(written[one.event], one.property, tuple(sorted(written[e] for e in one.before)))
        for one in _shared(walk.claims, told)
    )


def _name_of(value: Expression | None) -> Iterator[str]:
    """Yield the name that a value is read from, if it is read from one that does not change by itself."""
    node = tree.parse(value) if value is not None else None
    if isinstance(node, tree.Name) and node.parts[0] not in BUILT_IN:
        yield ".".join(node.parts)


def _roots(scenario: Scenario) -> list[str]:
    """Return the journeys that begin by themselves: the main one and those started by `later`."""
    runs = [traits(step).runs for journey in scenario.journeys for step in walk(journey.steps)]
    later = [run.name for run in runs if run is not None and run.is_later]
    return list(dict.fromkeys([scenario.main.text, *later]))


def _shared(claims: Claims, told: Mapping[str, set[Key]]) -> Iterator[Carried]:
    for event, states in claims.items():
        for key in sorted(told[event]):
            if all(key in state for state in states):
                before = frozenset[str]().union(*(state[key] for state in states))
                yield Carried(event, key[0], tuple(before))


@dataclass(slots=True)
class _Walk:
    """Goes through steps in order: state before → state after, None where nobody goes on."""

    journeys: Mapping[str, Journey]
    told: Mapping[str, set[Key]]
    claims: Claims = field(default_factory=dict)

    def steps(self, steps: Steps, state: State | None) -> State | None:
        targets = {traits(step).retries for step in walk(steps)} - {None}
        for number, step in enumerate(steps):
            if state is None:
                return None
            if traits(step).label in targets:
                state = self._tried_again(state, steps[number:])
            state = self._step(step, state)
        return state

    def _tried_again(self, state: State, steps: Steps) -> State:
        """Return what is certain where people also come back to, from somewhere in the steps that follow."""
        passed = [traits(step) for step in self._reached(steps)]
        names = frozenset(name for known in passed for name in known.sets)
        events = {known.emits for known in passed if known.emits is not None}
        kept = _without(state, names)
        return {
            key: last | {e for e in events if key in self.told.get(e, ())}
            for key, last in kept.items()
        }

    def _reached(self, steps: Steps) -> Iterator[Step]:
        """Yield all steps that may be taken from here on, those of called journeys too."""
        for step in walk(steps):
            yield step
            run = traits(step).runs
            if run is not None and not run.is_later:
                yield from self._reached(self.journeys[run.name].steps)

    def _step(self, step: Step, state: State) -> State | None:
        after = self._unguarded(traits(step), state)
        return after if traits(step).guard is None else _both([state, after])

    def _unguarded(self, known: StepTraits, state: State) -> State | None:
        state = _without(state, known.sets)
        if known.emits is not None:
            state = self._emit(known.emits, state)
        if known.ends_session:
            state = {}
        after: State | None = state
        if known.runs is not None and not known.runs.is_later:
            after = self._called(self.journeys[known.runs.name], state)
        elif known.loop is not None:
            # A second round begins after a first one, so nothing from before the loop is certain
            # in it. Who leaves a visit midway comes out behind the loop without the round's end.
            (rounds,) = known.branches
            after = self.steps(rounds.steps, {})
            after = {} if known.loop.is_visit else after
        elif known.branches:
            after = _both([self.steps(branch.steps, state) for branch in known.branches])
        return None if known.is_end else after

    def _called(self, called: Journey, state: State) -> State | None:
        after = self.steps(called.steps, _without(state, {p.name for p in called.carries}))
        return after if called.when is None else _both([state, after])

    def _emit(self, event: str, state: State) -> State:
        self.claims.setdefault(event, []).append(state)
        told = {key: frozenset([event]) for key in self.told.get(event, ())}
        return {**state, **told}


def _without(state: State, names: Collection[str]) -> State:
    return {
        key: events for key, events in state.items() if key[1].partition(".")[0] not in names
    }


def _both(states: list[State | None]) -> State | None:
    """Return what is certain after any of some ways."""
    ways = [state for state in states if state is not None]
    if not ways:
        return None
    keys = set(ways[0]).intersection(*ways[1:])
    return {key: frozenset[str]().union(*(way[key] for way in ways)) for key in keys}
