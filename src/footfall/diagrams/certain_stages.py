"""The least stage that is certain at every place of the journeys; it colours the boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from footfall.errors import SourceLocation
from footfall.scenario import expressions as tree
from footfall.scenario.leaf_records import Expression, Text
from footfall.scenario.names import BUILT_IN
from footfall.scenario.records import Journey, Scenario
from footfall.scenario.step_records import Assignment, Step, Steps
from footfall.scenario.step_traits import RunJourney, StepTraits, traits

ANY = ""
"""Stands for every value of a property: what is not written as a constant may be any."""
FILLED = "an element or more"

Least = dict[tuple[str, str], int]
"""(user property, value) → the stage that everybody with this value has reached at least."""


def certain_stages(scenario: Scenario) -> Mapping[SourceLocation, int]:
    """Return place of an event or call of a journey → the stage that is certain there.

    Stages never fall, so what is certain on all ways to a place is certain there. A journey's ways begin at all its
    callers. A guard such as `status == 'studying'` tells of a stage
    where the value is given to people of that stage only.
    """
    return _settled(scenario).found


def _settled(scenario: Scenario) -> _Walk:
    top = len(scenario.stages) - 1
    walk = _Walk(
        scenario,
        {j.name: top for j in scenario.journeys},
        {j.name: top for j in scenario.journeys},
    )
    walk.entries[scenario.main.text] = 0
    # The greatest fixed point: all begins as certain as can be and only falls, in steps of whole stages, so it ends.
    # From below, a journey that calls itself would never be certain of anything.
    while walk.changes():
        pass
    return walk


def stages_before(scenario: Scenario) -> Mapping[str, int]:
    """Return event → the stage that people have reached at least before it, at each of its places."""
    walk = _settled(scenario)
    return walk.before


@dataclass(slots=True)
class _Walk:
    """An approximation of what is certain, lowered until nothing contradicts it.

    Args:
        entries: Journey → stage at its beginning.
        exits: Journey → stage at its end.
        least: Stage that goes with a value of a user property.
        found: Place of an event or a call → stage there.
        before: Event → stage before it, the least of all its places and rounds.
    """

    scenario: Scenario
    entries: dict[str, int]
    exits: dict[str, int]
    least: Least = field(default_factory=dict)
    found: dict[SourceLocation, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(init=False)
    variables: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.journeys = {journey.name: journey for journey in self.scenario.journeys}
        self.variables = _variables(self.scenario)
        for held in self.scenario.people.properties:
            constant = (
                held.start.text if held.start is not None and not held.start.is_null else None
            )
            if held.draw is not None or held.derived is not None:
                constant = ANY
            if constant is not None:
                self.least[held.name, constant] = 0

    def changes(self) -> bool:
        """Go through all journeys once.

        Return whether something turned out less certain than assumed.
        """
        before = (dict(self.entries), dict(self.exits), dict(self.least))
        for journey in self.scenario.journeys:
            end = self.steps(
                journey.steps, max(self.entries[journey.name], self.implied(journey.when))
            )
            if end is not None:
                self.exits[journey.name] = min(self.exits[journey.name], end)
        return before != (self.entries, self.exits, self.least)

    # --- ways through steps: stage before → stage after, None where nobody goes on ----------------------------------

    def steps(self, steps: Steps, stage: int | None) -> int | None:
        for step in steps:
            if stage is None:
                return None
            stage = self.step(step, stage)
        return stage

    def step(self, step: Step, stage: int) -> int | None:
        known = traits(step)
        if known.guard is None:
            return self._unguarded(step, known, stage)
        inside = max(stage, self.implied(known.guard))
        return _least(stage, self._unguarded(step, known, inside))

    def _unguarded(self, step: Step, known: StepTraits, stage: int) -> int | None:
        if known.emits is not None:
            self.before[known.emits] = min(self.before.get(known.emits, stage), stage)
            stage = self._reached(known.emits, stage)
        if known.emits is not None or known.runs is not None:
            self.found[step.at] = stage
        self._note(known.changes, stage)
        for pick in known.picks:
            self._give(pick.variable, ANY, stage)
        after: int | None = stage
        if known.runs is not None:
            after = self._run(known.runs, stage)
        elif known.branches:
            after = self._branches(known, stage)
        return None if known.is_end else after

    def _branches(self, known: StepTraits, stage: int) -> int | None:
        ends = [
            self.steps(branch.steps, max(stage, self.implied(branch.when)))
            for branch in known.branches
        ]
        # Who leaves in the midst of a visit comes back as well, and has seen no more than its begin.
        return stage if known.loop is not None and known.loop.is_visit else _least(*ends)

    def _reached(self, event: str, stage: int) -> int:
        """Return the stage that people of a stage have reached with an event."""
        entered = [
            n
            for n, s in enumerate(self.scenario.stages)
            if s.when is None and any(on.text == event for on in s.on)
        ]
        return max([stage, *entered])

    def _run(self, run: RunJourney, stage: int) -> int:
        self._enter(run.name, stage)
        is_always = run.name in self.journeys and self.journeys[run.name].when is None
        if run.is_later or not is_always:
            return stage
        return max(stage, self.exits.get(run.name, stage))

    def _enter(self, journey: str, stage: int) -> None:
        if journey in self.entries:
            self.entries[journey] = min(self.entries[journey], stage)

    # --- what values tell --------------------------------------------------------------------------------------------

    def _note(self, changes: tuple[Assignment, ...], stage: int) -> None:
        for change in changes:
            for value in self._given(change):
                self._give(change.name, value, stage)

    def _give(self, name: str, value: str, stage: int) -> None:
        self.least[name, value] = min(self.least.get((name, value), stage), stage)

    def _given(self, change: Assignment) -> tuple[str, ...]:
        """Return the values that a change may give, as far as conditions look at them."""
        if change.verb == "append":
            return (FILLED,)
        if change.verb != "set" or not isinstance(change.value, Text):
            return (ANY,)
        if change.value.is_null:
            return ()
        return (change.value.text,) if self._is_constant(change.value) else (ANY,)

    def _is_constant(self, text: Text) -> bool:
        """Tell whether a text is surely a value: not an expression, and no name of a value."""
        try:
            node = tree.parse(Expression(text.text, text.at))
        except tree.ExpressionProblem:
            return True
        match node:
            case tree.Name(_, (name,)):
                return name not in self.variables
        return isinstance(node, tree.Constant)

    def _of(self, name: str, value: str) -> int:
        """Return what a value of a user property tells.

        A value that is never given tells all, as nobody has it.
        """
        # Values are followed for user properties alone; variables tell nothing.
        if all(held.name != name for held in self.scenario.people.properties):
            return 0
        top = len(self.scenario.stages) - 1
        return min(self.least.get((name, value), top), self.least.get((name, ANY), top))

    def implied(self, when: Expression | None) -> int:
        """Return the stage that everybody for whom a condition holds has reached at least."""
        return 0 if when is None else self._implied(tree.parse(when))

    def _implied(self, node: tree.ExpressionNode) -> int:
        match node:
            # With `and` both hold, so the higher stage is certain; with `or` only the lower one
            # is.
            case tree.Binary(_, "and", left, right):
                return max(self._implied(left), self._implied(right))
            case tree.Binary(_, "or", left, right):
                return min(self._implied(left), self._implied(right))
            case tree.Binary(_, "==", tree.Name(_, (name,)), tree.String(_, text)):
                return self._of(name, text)
            case tree.Binary(
                _,
                ">",
                tree.FunctionCall(_, "count", (tree.Name(_, (name,)),)),
                tree.Number(_, "0"),
            ):
                return self._of(name, FILLED)
            case tree.Membership(_, tree.Name(_, (name,)), choices, None, False):
                return min(
                    (
                        self._of(name, c.text) if isinstance(c, tree.String) else 0
                        for c in choices
                    ),
                    default=0,
                )
            case tree.Name(_, (name,)):
                return self._of(name, "true")
            # Some value was given: certain is the lowest stage that goes with any of its
            # values.
            case tree.Binary(_, "!=", tree.Name(_, (name,)), tree.Constant(_, "null")):
                return min(
                    (self._of(name, value) for key, value in self.least if key == name),
                    default=0,
                )
        return 0


def _variables(scenario: Scenario) -> frozenset[str]:
    """Return the names of all that an expression may take a value from."""
    carried = [p.name for journey in scenario.journeys for p in journey.carries]
    held = [p.name for p in (*scenario.people.properties, *scenario.session_properties)]
    columns = [column for catalogue in scenario.catalogues for column in catalogue.columns]
    return frozenset(
        [*carried, *held, *columns, *(c.name for c in scenario.catalogues), *BUILT_IN]
    )


def _least(*stages: int | None) -> int | None:
    return min((stage for stage in stages if stage is not None), default=None)
