"""Merges a plan into a scenario: adds what it lacks, touches nothing that is there, and notes where the two differ.

Only what is declared is added: events, properties, stages, descriptions. No journey is changed,
as no plan says when an event happens; those that no step emits are named. Values of new event
properties are drawn once per visit, as properties of the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.scenario import load
from footfall.scenario.names import BUILT_IN, MOST_IDENTIFIER
from footfall.scenario.records import Scenario
from footfall.scenario.step_traits import traits, walk
from footfall.scenario.text_files import BOM, UnreadableError, read_text, reason
from footfall.scenario.tree import MOST_BYTES, ListNode, MapNode
from footfall.tracking_plan.agreed_types import agreed
from footfall.tracking_plan.aliases import aliased, renamed
from footfall.tracking_plan.differences import Merged, PlanComparison
from footfall.tracking_plan.journeys import ASSUMED
from footfall.tracking_plan.matched_names import known_names, spelled_as
from footfall.tracking_plan.plan import Plan, PlanEvent
from footfall.tracking_plan.plan_facts import (
    PlanFacts,
    PropertySource,
    facts_of,
)
from footfall.tracking_plan.plan_names import (
    unique,
    variable,
)
from footfall.tracking_plan.property_keys import at_most, record_keys, record_type
from footfall.tracking_plan.scenario_file import ScenarioFile
from footfall.tracking_plan.scenario_types import type_of_property
from footfall.tracking_plan.to_scenario import Declarations
from footfall.tracking_plan.value_sources import drawn_text
from footfall.tracking_plan.wrong_lines import wrong_lines
from footfall.tracking_plan.yaml_text import Pairs, YamlEntry, listed, quoted
from footfall.validation import Expectations, of_scenario


def merged(plan: Plan, path: Path) -> Merged:
    """Return a scenario with what it lacks of a plan.

    Args:
        plan: With at least one event.
        path: Of the scenario's file, which is not written.

    Raises:
        UsageError: There is no such file, or its form leaves no place for what is to be added.
        ScenarioError: The file is no scenario.
    """
    try:
        text = read_text(path, MOST_BYTES)
        raw = path.read_bytes().decode()
    except UnreadableError as problem:
        raise problem.at(str(path)) from None
    except (OSError, ValueError) as error:
        hint = f"--to {path} makes a scenario of the plan"
        raise UsageError(
            f"{shown(str(path))} cannot be read: {reason(error)}\n  hint: {hint}"
        ) from None
    scenario = load(path)
    refused: frozenset[tuple[str, str]] = frozenset()
    # A property that is there already may have no value where the plan's event happens. Only
    # the compiler knows: so what it objects to is left out, and the whole is tried again, until
    # nothing is left that can be.
    while True:
        attempt = _Merge(plan, scenario, ScenarioFile(text, str(path)), refused)
        result = attempt.run(path.name)
        wrong = wrong_lines(result.text, path)
        if not wrong:
            result.text = (BOM if raw.startswith(BOM) else "") + result.text
            result.before = raw
            return result
        more = {
            one for one in attempt.listed - refused if any(one[1] in line for line in wrong)
        }
        if not more:
            raise UsageError(
                f"{path.name} cannot take what the plan has: it would be wrong "
                f"in the line {shown(wrong[0])}"
            )
        refused |= more


class _Merge:
    """One attempt to merge.

    Args:
        refused: (event, property) that cannot be listed, as the property's value means nothing
            where the event happens.
    """

    def __init__(
        self,
        plan: Plan,
        scenario: Scenario,
        file: ScenarioFile,
        refused: Iterable[tuple[str, str]],
    ) -> None:
        spelled = spelled_as(plan, scenario)
        self.facts: PlanFacts = facts_of(spelled, known_names(spelled, scenario))
        self.plan, self.written = self.facts.plan, spelled
        self.declarations = Declarations(self.facts)
        self.scenario, self.file, self.refused = scenario, file, frozenset(refused)
        self.expected: Expectations = of_scenario(scenario)
        self.events = {event.name: event for event in scenario.events}
        self.described = {p.name: p for p in scenario.properties}
        self.declared = set(self.described) | {
            p.name for event in scenario.events for p in event.properties
        }
        self.listed: set[tuple[str, str]] = set()
        self.session: list[YamlEntry] = []
        self.result = Merged("", file.document.text)

    def run(self, name: str) -> Merged:
        """Return the outcome."""
        self.result.name = name
        self._user_properties()
        self._stages()  # before what follows it: both may begin in the same column
        self._event_properties()
        self._events()
        self.file.add(("sessions", "properties"), self.session, after="people")
        self.result.left_out += self._not_agreed()
        PlanComparison(
            self.facts, self.scenario, self.expected, self.result, self.written
        ).run()
        self.result.text = self.file.edited()
        return self.result

    def _not_agreed(self) -> list[str]:
        """Return what is lost of new properties whose types contradict each other; those that are there stay."""
        said: list[str] = []
        names = self.facts.names.properties
        events = (
            replace(
                event,
                properties=tuple(
                    p for p in event.properties if names[p.name] not in self.declared
                ),
            )
            for event in self.written.events
        )
        agreed(replace(self.written, events=tuple(events)), said.append)
        return said

    def _add(self, kind: str, name: str) -> None:
        self.result.added.setdefault(kind, []).append(name)

    # --- properties -------------------------------------------------------------------------------------------------

    def _user_properties(self) -> None:
        there = {p.name: p for p in self.scenario.people.properties}
        new = []
        for name, planned in self.facts.users.items():
            used = self.facts.names.users[name]
            if used not in there:
                new.append(self.declarations.user_property(planned))
                self._add("user properties", used)
            elif planned.about and not there[used].about:
                path = ("people", "properties")
                self._fill_about(path, used, planned.about, f"user property {shown(used)}")
        self.file.add(("people", "properties"), new)

    def _fill_about(self, path: Sequence[str], name: str, about: str, subject: str) -> None:
        """Fill in a description where there is none, if what it is of is a map of its own."""
        if self.file.fill_about(path, name, about):
            self.result.changed.append(f"{subject}: description filled in")

    def _event_properties(self) -> None:
        new = []
        for name, planned in self.facts.described.items():
            used = self.facts.names.properties[name]
            if used not in self.declared:
                entry = self.declarations.property(name)
                source = self._with_values(self.facts.source(planned))
                key = "fields" if source.fields else "value"
                text = record_keys(source) if source.fields else source.value
                new.append(replace(entry, pairs=_with(entry.pairs, key, text)))
                self._add("event properties", used)
            elif planned.about and used in self.described and not self.described[used].about:
                self._fill_about(
                    ("properties",), used, planned.about, f"property {shown(used)}"
                )
        self.file.add(("properties",), new, after="stages")

    def _with_values(self, source: PropertySource) -> PropertySource:
        """Return a source whose values no journey need draw: of a record that of each field."""
        if not source.fields:
            return replace(source, value=self._value(source))
        fields = ((name, self._with_values(field)) for name, field in source.fields)
        return replace(source, fields=tuple(fields))

    def _value(self, source: PropertySource) -> str:
        """Return an expression for a new property: its source, or a property of the session that is drawn.

        No journey is touched, so no step can draw it; a session's property is there wherever
        the event may happen.
        """
        planned = source.planned
        if not source.is_drawn:
            return source.value
        kind, item = type_of_property(source.planned)
        if kind == "list":
            of = item or record_type(
                (part.field, part.planned, type_of_property(part.planned)[0])
                for part in source.elements
            )
            pairs: Pairs = (("start", "[]"), ("of", of), ("at_most", at_most(planned)))
        else:
            distribution = self.facts.distribution(source.planned)
            if kind == "text" and distribution.expression:
                distribution = drawn_text(source.planned)  # id() may stand in `set` alone
            if distribution.expression:
                return quoted(distribution.expression)
            pairs = (*distribution.draw, ("type", kind))
        in_use = (*(entry.key for entry in self.session), *self._names_in_use())
        name = unique([planned.name], variable, MOST_IDENTIFIER, in_use)[planned.name]
        self.session.append(YamlEntry(name, pairs, ASSUMED))
        return name

    def _names_in_use(self) -> Iterator[str]:
        """Yield the names that expressions have already."""
        scenario = self.scenario
        variables = (v for journey in scenario.journeys for v in journey.carries)
        yield from (
            p.name
            for p in (*scenario.people.properties, *scenario.session_properties, *variables)
        )
        for catalogue in scenario.catalogues:
            yield from (catalogue.name, *catalogue.columns)
        yield from (*BUILT_IN, *self.facts.names.users.values())

    # --- events -----------------------------------------------------------------------------------------------------

    def _events(self) -> None:
        for category, _ in self.plan.categories:
            used = self.facts.names.categories[category]
            members = self.facts.of_category(category)
            new = [
                event
                for event in members
                if self.facts.names.events[event.name] not in self.events
            ]
            for event in new:
                self._add("events", self.facts.names.events[event.name])
            node = self.file.find("events", used)
            if isinstance(node, MapNode):
                self._into_category(node, members, new)
            elif new:
                self.file.add(("events", used), [self._event(event) for event in new])
            for event in members:
                if event not in new:
                    self._existing(event)
        emitted = {
            traits(step).emits
            for journey in self.scenario.journeys
            for step in walk(journey.steps)
        }
        named = (self.facts.names.events[event.name] for event in self.plan.events)
        self.result.idle = [name for name in named if name not in emitted]

    def _into_category(
        self, node: MapNode, members: Sequence[PlanEvent], new: Sequence[PlanEvent]
    ) -> None:
        """Add events to a category, each behind that which it follows in the plan."""
        after = ""
        for event in members:
            if event in new:
                self.file.add_event(node, self._event(event), after)
            else:
                after = self.facts.names.events[event.name]

    def _event(self, event: PlanEvent) -> YamlEntry:
        """Return a new event with what the plan says of it; its properties by name."""
        entry = self.declarations.event(event)
        wanted = [self.facts.names.properties[p.name] for p in event.properties]
        names = self._usable(event, wanted)
        used = self.facts.names.events[event.name]
        pairs = (
            *aliased(event.name, used),
            ("about", quoted(event.about) if event.about else ""),
            ("properties", listed(names) if names else ""),
            ("identifies", "true" if event.identifies else ""),
        )
        return YamlEntry(entry.key, pairs, renamed(event.name, used))

    def _usable(self, event: PlanEvent, names: Sequence[str]) -> list[str]:
        """Return those of some properties that an event can list, and note the others."""
        why = "what gives it its value is not known everywhere where the event happens"
        for name in names:
            if (event.name, name) in self.refused:
                self.result.left_out.append(
                    f"property {shown(name)} of event {shown(event.name)}: {why}"
                )
        usable = [name for name in names if (event.name, name) not in self.refused]
        self.listed |= {(event.name, name) for name in usable if name in self.declared}
        return usable

    def _existing(self, event: PlanEvent) -> None:
        """Add to an event what it lacks: a description, and properties."""
        used = self.facts.names.events[event.name]
        there = {p.name for p in self.events[used].properties}
        wanted = [self.facts.names.properties[p.name] for p in event.properties]
        new = self._usable(event, [name for name in wanted if name not in there])
        key, _ = self.file.event(used)
        if self.file.is_alias(key):
            self.result.left_out += [
                f"property {shown(name)} of event {shown(used)}: an alias declares it"
                for name in new
            ]
            return
        about = "" if self.events[used].about else event.about
        if about:
            self.result.changed.append(f"event {shown(used)}: description filled in")
        for name in new:
            self._add("properties of events", f"{used}.{name}")
        self.file.add_to_event(used, about, new)

    # --- stages -----------------------------------------------------------------------------------------------------

    def _stages(self) -> None:
        node = self.file.find("stages")
        if not isinstance(node, ListNode):
            return
        names = [
            item.keys[0] if isinstance(item, MapNode) else item.text
            for item in node.items
            if not isinstance(item, ListNode)
        ]
        after = 0  # the first is everybody who has come
        for stage in self.plan.stages:
            used = self.facts.names.stages[stage.name]
            if used in names:
                after = names.index(used)
                continue
            entry = self.declarations.stage(stage)
            if entry is None:
                self.result.left_out.append(
                    f"stage {shown(used)}: no event of the plan leads there"
                )
            else:
                self.file.add_stage(node, entry, after)
                self._add("stages", used)


def _with(pairs: Pairs, key: str, value: str) -> Pairs:
    return [(name, value if name == key else before) for name, before in pairs]
