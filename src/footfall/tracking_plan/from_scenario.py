"""Plans of scenarios: their declarations, what journeys say of events, and examples out of a simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from footfall.compiler import compile_scenario
from footfall.compiler.requirements import (
    DeclaredProperties,
    Requirement,
    Requirements,
    requirements_of,
)
from footfall.diagrams.labels import changes_text
from footfall.scenario.records import Event, Property, Scenario
from footfall.scenario.step_records import Assignment, Steps
from footfall.scenario.step_traits import traits, walk
from footfall.tracking_plan.examples import Examples, simulate_examples
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanStage, PlanType
from footfall.validation.expectations import (
    Expectations,
    ExpectedProperty,
    ExpectedStage,
    ExpectedType,
    of_model,
)

MOST_LISTED = 50
"""Of a catalogue with more texts than these, a plan gives examples: nobody reads a cell of 386 products."""


def plan_of(scenario: Scenario) -> Plan:
    """Return a scenario's tracking plan.

    Examples are values that a small simulation has shown; what a scenario writes under
    `example` is not used.

    Raises:
        ScenarioError: The scenario cannot be compiled.
    """
    # Required is what is proven: a property that was never missing in a small simulation may be
    # in a larger one.
    model = compile_scenario(scenario)
    examples = simulate_examples(scenario)
    expected = of_model(scenario, model)
    passed_over = _passed_over(expected.stages)
    reading = _Reading(
        scenario,
        expected,
        requirements_of(scenario, model),
        DeclaredProperties(scenario.properties),
        examples,
    )
    return Plan(
        name=scenario.name,
        title=scenario.title,
        about=scenario.about,
        currency=scenario.currency,
        categories=tuple(
            (name, "") for name in dict.fromkeys(event.category for event in scenario.events)
        ),
        events=tuple(map(reading.event, scenario.events)),
        user_properties=tuple(map(reading.user_property, scenario.people.properties)),
        stages=tuple(
            PlanStage(
                stage.name,
                tuple(scenario.event_types[on.text] for on in stage.on),
                _line(stage.when.text) if stage.when else "",
                is_optional=number in passed_over,
            )
            for number, stage in enumerate(scenario.stages)
        ),
        goal=scenario.goal.text if scenario.goal else "",
        example=examples.walk,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """A scenario with what its plan is made of.

    Args:
        required: What properties must be, as scenarios write it.
    """

    scenario: Scenario
    expected: Expectations
    required: Requirements
    declared: DeclaredProperties
    examples: Examples

    def event(self, event: Event) -> PlanEvent:
        expected = self.expected.events[event.written].properties
        required = self.required.events[event.written]
        named = ((self.declared.written(p), p) for p in event.properties)
        properties = tuple(
            self._property(
                event.written,
                expected[name],
                self.declared.about(p),
                required[name],
                is_written=bool(self.declared.values(p)),
            )
            for name, p in named
            if name in expected
        )
        return PlanEvent(
            name=event.written,
            category=event.category,
            about=_line(event.about),
            properties=properties,
            is_optional=_is_optional(self.scenario, event.name),
            changes=self._changes(event.name),
            has_revenue=event.revenue is not None,
            identifies=event.identifies or event.opens_account,
        )

    def user_property(self, declared: Property) -> PlanProperty:
        name = declared.written
        expected = self.expected.user_properties[name]
        required = self.required.people[name]
        is_written = bool(declared.values)
        found = self._property("", expected, declared.about, required, is_written=is_written)
        return replace(found, start=_start(declared))

    def _property(
        self,
        event: str,
        expected: ExpectedProperty,
        about: str,
        required: Requirement,
        *,
        is_written: bool,
    ) -> PlanProperty:
        name = expected.name
        is_listed = is_written or len(required.values) <= MOST_LISTED
        return PlanProperty(
            name=name,
            type=_type(expected.type),
            item=_type(expected.item) if expected.item else None,
            fields=tuple(
                self._field((event, name), inner, required.fields[inner.name], (inner.name,))
                for inner in expected.fields.values()
            ),
            about=_line(about),
            values=required.values if is_listed else (),
            examples=self._examples(event, name, ""),
            is_required=required.is_required,
            changes=expected.changes,
            constraint=expected.constraint,
            length=expected.length,
        )

    def _field(
        self,
        of: tuple[str, str],
        expected: ExpectedProperty,
        required: Requirement,
        path: tuple[str, ...],
    ) -> PlanProperty:
        """Return the field of a record.

        Args:
            of: Event and property that it is in.
            expected: What is expected of it.
            required: What is declared and known of it.
            path: Names that lead to it.
        """
        return PlanProperty(
            expected.name,
            _type(expected.type),
            _type(expected.item) if expected.item else None,
            tuple(
                self._field(of, inner, required.fields[inner.name], (*path, inner.name))
                for inner in expected.fields.values()
            ),
            about=_line(required.about),
            values=required.values if len(required.values) <= MOST_LISTED else (),
            examples=self._examples(*of, ".".join(path)),
            is_required=expected.is_required,
            constraint=expected.constraint,
            length=expected.length,
        )

    def _examples(self, event: str, name: str, inner: str) -> tuple[str, ...]:
        return self.examples.values.get((event, name, inner), ())

    def _changes(self, event: str) -> tuple[str, ...]:
        """Return the changes of people that come with an event: its own, and those of steps right behind it."""
        names = {one.name: one.written for one in self.scenario.people.properties}
        found: dict[str, None] = {}
        for steps in _sequences(self.scenario):
            for number, step in enumerate(steps):
                step_traits = traits(step)
                if step_traits.emits == event:
                    for change in (*step_traits.changes, *_following(steps[number + 1 :])):
                        if change.name in names:
                            written = replace(change, name=names[change.name])
                            found[_line(changes_text([written])[0][1:-1])] = None
        return tuple(found)


def _passed_over(stages: Sequence[ExpectedStage]) -> set[int]:
    """Return the numbers of stages without which people may come to the events of a later one."""
    before = [number if s.n_before is None else s.n_before for number, s in enumerate(stages)]
    return {
        passed for number, n_before in enumerate(before) for passed in range(n_before, number)
    }


def _line(text: str) -> str:
    """Return a text in one line, as a cell holds it."""
    return " ".join(text.split())


def _type(kind: ExpectedType) -> PlanType:
    if kind == "date-time":
        return "time"
    return "text" if kind == "id" else kind


def _start(declared: Property) -> str:
    """Return what a property of people holds at first.

    Nothing where that is drawn or follows from others.
    """
    if declared.draw or declared.derived:
        return ""
    if declared.is_empty_list:
        return "[]"
    return "null" if declared.start is None or declared.start.is_null else declared.start.text


def _sequences(scenario: Scenario) -> Iterator[Steps]:
    """Yield every list of steps, those within others included."""
    for journey in scenario.journeys:
        yield journey.steps
        for step in walk(journey.steps):
            yield from (branch.steps for branch in traits(step).branches)


def _following(steps: Steps) -> Iterator[Assignment]:
    """Yield the changes of the steps at the beginning that change something, always, and no more."""
    for step in steps:
        step_traits = traits(step)
        if (
            not step_traits.changes
            or step_traits.emits is not None
            or step_traits.guard is not None
        ):
            return
        yield from step_traits.changes


def _is_optional(scenario: Scenario, event: str) -> bool:
    """Return whether an event stands within `maybe` wherever it stands."""
    places = [
        place
        for journey in scenario.journeys
        for place in _places(journey.steps, event, is_optional=False)
    ]
    return bool(places) and all(places)


def _places(steps: Steps, event: str, *, is_optional: bool) -> Iterator[bool]:
    """Yield for every place of an event whether it is within `maybe`."""
    for step in steps:
        step_traits = traits(step)
        if step_traits.emits == event:
            yield is_optional
        for branch in step_traits.branches:
            is_within = is_optional or branch.is_optional
            yield from _places(branch.steps, event, is_optional=is_within)
