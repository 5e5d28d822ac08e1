"""Which properties two events of one process must share, as a scenario carries their value from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from footfall.compiler.walk import inner_steps
from footfall.scenario import expressions as tree
from footfall.scenario import records, step_records
from footfall.scenario.leaf_records import Expression
from footfall.scenario.names import BUILT_IN
from footfall.scenario.records import Scenario
from footfall.scenario.step_records import Step

Key = tuple[str, str]
"""A property, and the name that its value is read from."""
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


def carried_of(
    scenario: Scenario, value_of: Callable[[records.EventProperty], Expression | None]
) -> tuple[Carried, ...]:
    """Return what a scenario carries from event to event, on every way to the later one.

    Args:
        value_of: Where a property's value comes from.
    """
    told = {
        event.name: {(p.name, name) for p in event.properties for name in _name_of(value_of(p))}
        for event in scenario.events
    }
    walk = _Walk({journey.name: journey for journey in scenario.journeys}, told)
    for root in _roots(scenario):
        walk.steps(walk.journeys[root].steps, {})
    return tuple(_shared(walk.claims, told))


def _name_of(value: Expression | None) -> Iterator[str]:
    """Yield the name that a value is read from, if it is read from one that does not change by itself."""
    node = tree.parse(value) if value is not None else None
    if isinstance(node, tree.Name) and node.parts[0] not in BUILT_IN:
        yield ".".join(node.parts)


def _roots(scenario: Scenario) -> list[str]:
    """Return the journeys that begin by themselves: the main one and those started by `later`."""
    later = (
        step.journey
        for j in scenario.journeys
        for step in _all(j.steps)
        if isinstance(step, step_records.LaterStep)
    )
    return list(dict.fromkeys([scenario.main.text, *later]))


def _all(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for inner in inner_steps(step):
            yield from _all(inner)


def _shared(claims: Claims, told: Mapping[str, set[Key]]) -> Iterator[Carried]:
    for event, states in claims.items():
        for key in sorted(told[event]):
            if all(key in state for state in states):
                before = frozenset[str]().union(*(state[key] for state in states))
                yield Carried(event, key[0], tuple(sorted(before)))


@dataclass(slots=True)
class _Walk:
    """Goes through steps in order: state before → state after, None where nobody goes on."""

    journeys: Mapping[str, records.Journey]
    told: Mapping[str, set[Key]]
    claims: Claims = field(default_factory=dict)

    def steps(self, steps: tuple[Step, ...], state: State | None) -> State | None:
        targets = {
            step.target for step in _all(steps) if isinstance(step, step_records.RetryStep)
        }
        for number, step in enumerate(steps):
            name = (
                step.event
                if isinstance(step, step_records.EmitStep) and step.named is None
                else step.named
            )
            if state is not None and name in targets:
                state = self._tried_again(state, steps[number:])
            state = self._step(step, state) if state is not None else None
        return state

    def _tried_again(self, state: State, steps: tuple[Step, ...]) -> State:
        """Return what is certain where people also come back to, from somewhere in the steps that follow."""
        passed = list(self._reached(steps))
        names = {name for step in passed for name in _set_by(step)}
        events = {step.event for step in passed if isinstance(step, step_records.EmitStep)}
        kept = _without(state, names)
        return {
            key: last | {e for e in events if key in self.told.get(e, ())}
            for key, last in kept.items()
        }

    def _reached(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield all steps that may be taken from here on, those of called journeys too."""
        for step in _all(steps):
            yield step
            if isinstance(step, step_records.DoStep):
                yield from self._reached(self.journeys[step.journey].steps)

    def _step(self, step: Step, state: State) -> State | None:
        after = self._unguarded(step, state)
        if step.when is None or isinstance(step, step_records.WhenStep):
            return after
        return _both([state, after])

    def _unguarded(self, step: Step, state: State) -> State | None:
        match step:
            case step_records.EmitStep():
                return self._emit(step, state)
            case step_records.ChangeStep() | step_records.PickStep():
                return _without(state, _set_by(step))
            case step_records.LeaveStep():
                return None
            case step_records.WaitStep(ends_session=True):
                return {}
            case step_records.DoStep():
                called = self.journeys[step.journey]
                after = self.steps(
                    called.steps, _without(state, {p.name for p in called.carries})
                )
                return _both([state, after]) if called.when is not None else after
        return self._branches(step, state)

    def _branches(self, step: Step, state: State) -> State | None:
        match step:
            case step_records.MaybeStep() | step_records.WhenStep():
                return _both([self.steps(step.steps, state), self.steps(step.otherwise, state)])
            case step_records.EitherStep():
                return _both([self.steps(option.steps, state) for option in step.options])
            case step_records.RepeatStep():
                after = self.steps(step.steps, {})  # a second round begins after a first one
                return after if step.come_back_after is None else {}
        return state

    def _emit(self, step: step_records.EmitStep, state: State) -> State:
        state = _without(state, _set_by(step))
        self.claims.setdefault(step.event, []).append(state)
        return {
            **state,
            **{key: frozenset([step.event]) for key in self.told.get(step.event, ())},
        }


def _set_by(step: Step) -> set[str]:
    """Return the names that a step gives another value, itself."""
    if isinstance(step, step_records.EmitStep | step_records.ChangeStep):
        return {change.name for change in step.changes}
    return (
        {pick.variable for pick in step.picks}
        if isinstance(step, step_records.PickStep)
        else set()
    )


def _without(state: State, names: set[str]) -> State:
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
