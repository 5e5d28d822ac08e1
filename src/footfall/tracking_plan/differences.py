"""The outcome of merging a plan into a scenario: what was added, and where the two differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from footfall.compiler.requirements import DeclaredProperties
from footfall.errors import shown
from footfall.scenario.constraints import number_text
from footfall.scenario.records import Scenario
from footfall.text import first_names
from footfall.tracking_plan.cells import type_text
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.plan_facts import PlanFacts
from footfall.validation import Expectations, ExpectedProperty

MOST_NAMED = 12
_ALIKE: Mapping[str, str] = {"money": "number", "id": "text"}


@dataclass(slots=True)
class Merged:
    """The outcome of a merge.

    Args:
        before, text: The file without and with what was added.
        added: Kind of thing → names of what was added.
        changed: What was filled in where something was left open.
        differs: Where plan and scenario differ; what the scenario has is kept.
        only_scenario: Kind of thing → names of what the plan lacks.
        left_out: What the plan has and the scenario still lacks, with the reason.
        idle: Events of the plan that no journey emits.
    """

    name: str
    before: str
    text: str = ""
    added: dict[str, list[str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    only_scenario: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """Return the file as it is to be written."""
        return self.text.encode()

    def lines(self) -> Iterator[str]:
        """Yield what was done and found, for people."""
        yield from _named(f"added to {self.name}", self.added)
        yield from _titled("changed", self.changed)
        yield from _titled("different, and kept as the scenario has it", self.differs)
        yield from _named("missing in the plan", self.only_scenario)
        yield from _titled("missing in the scenario", self.left_out)
        if self.idle:
            yield f"in no journey yet: {first_names(self.idle, MOST_NAMED)}"
        if self.text == self.before:
            yield f"{self.name} has all that the plan has; it was not changed"


def _named(title: str, groups: Mapping[str, list[str]]) -> Iterator[str]:
    if any(groups.values()):
        yield f"{title}:"
    for kind, names in groups.items():
        if names:
            yield f"  {kind}: {first_names(names, MOST_NAMED)}"


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines)


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Compares a plan with a scenario: where the two differ, and what the plan lacks.

    Args:
        written: The plan with the types that its events give, before they agreed on one.
    """

    facts: PlanFacts
    scenario: Scenario
    expected: Expectations
    result: Merged
    written: Plan

    def run(self) -> None:
        """Note what was found."""
        names, plan = self.facts.names, self.facts.plan
        contradicting = self._contradicting()
        self._tell_contradictions(contradicting)
        there_are = self.scenario.event_types
        for event in plan.events:
            if names.events[event.name] in there_are:
                self._event(event, contradicting)
        written = {p.name: p.written for p in self.scenario.people.properties}
        for planned in self.facts.users.values():
            there = self.expected.user_properties.get(
                written.get(names.users[planned.name], "")
            )
            if there is not None:
                self._property(f"user property {shown(there.name)}", planned, there)
        self._missing("events", (e.name for e in self.scenario.events), names.events)
        if plan.user_properties:
            self._missing(
                "user properties",
                (p.name for p in self.scenario.people.properties),
                names.users,
            )
        if plan.stages:
            self._missing("stages", (s.name for s in self.scenario.stages), names.stages)

    def _contradicting(self) -> dict[str, list[str]]:
        """Return the properties to which events of the plan give types that no value has at once → these types."""
        changed: set[str] = set()
        kinds: dict[str, dict[str, None]] = {}
        for event, same in zip(self.written.events, self.facts.plan.events, strict=True):
            for p, one in zip(event.properties, same.properties, strict=True):
                if p.type != "any":
                    kinds.setdefault(p.name, {})[type_text(p)] = None
                    changed |= {p.name} if (p.type, p.item) != (one.type, one.item) else set()
        return {name: list(found) for name, found in kinds.items() if name in changed}

    def _tell_contradictions(self, contradicting: Mapping[str, list[str]]) -> None:
        """Tell once of each such property that the scenario has already."""
        properties = DeclaredProperties(self.scenario.properties)
        # An event that no journey emits is expected to carry nothing: its properties have no type yet.
        there = dict.fromkeys((p.name for p in self.scenario.properties), "")
        for event in self.scenario.events:
            known = self.expected.events[event.written].properties
            for p in event.properties:
                found = known.get(properties.written(p))
                there[p.name] = there.get(p.name) or (found.type if found else "")
        for name, kinds in contradicting.items():
            used = self.facts.names.properties[name]
            if used in there:
                here = f"type {shown(there[used])} here, " if there[used] else "type "
                in_plan = " and ".join(map(shown, kinds))
                self.result.differs.append(
                    f"property {shown(used)}: {here}{in_plan} in the plan, by event"
                )

    def _missing(self, kind: str, there: Iterable[str], names: Mapping[str, str]) -> None:
        used = set(names.values())
        self.result.only_scenario.setdefault(kind, []).extend(
            name for name in there if name not in used
        )

    def _event(self, event: PlanEvent, contradicting: Collection[str]) -> None:
        used = self.facts.names.events[event.name]
        declared = next(e for e in self.scenario.events if e.name == used)
        there = self.expected.events[declared.written]
        subject = f"event {shown(used)}"
        self._differs(
            subject, "category", there.category, self.facts.names.categories[event.category]
        )
        # Line breaks are the YAML's, which folds long texts; a sheet has none.
        here, in_plan = (" ".join(each.about.split()) for each in (declared, event))
        self._differs(subject, "description", here, in_plan)
        wanted = {self.facts.names.properties[p.name]: p for p in event.properties}
        properties = DeclaredProperties(self.scenario.properties)
        names = {p.name: properties.written(p) for p in declared.properties}
        for name, planned in wanted.items():
            expected = there.properties.get(names.get(name, ""))
            if expected is not None:
                is_told = planned.name in contradicting
                self._property(
                    f"property {shown(f'{used}.{name}')}",
                    replace(planned, type="any") if is_told else planned,
                    expected,
                )
        lacking = [f"{used}.{name}" for name in names if name not in wanted]
        self.result.only_scenario.setdefault("properties of events", []).extend(lacking)

    def _property(self, subject: str, planned: PlanProperty, there: ExpectedProperty) -> None:
        if planned.type != "any":
            self._differs(subject, "type", _alike(there.type), _alike(planned.type))
        allowed = _allowed(there)
        if planned.values and allowed and set(planned.values) != set(allowed):
            more = [value for value in planned.values if value not in allowed]
            fewer = [value for value in allowed if value not in planned.values]
            sides = [
                f"only {where}: {first_names(values, MOST_NAMED)}"
                for where, values in (("in the plan", more), ("here", fewer))
                if values
            ]
            self.result.differs.append(f"{subject}: allowed values {'; '.join(sides)}")

    def _differs(self, subject: str, what: str, here: str, there: str) -> None:
        if here and there and here != there:
            self.result.differs.append(
                f"{subject}: {what} {shown(here)} here, {shown(there)} in the plan"
            )


def _allowed(there: ExpectedProperty) -> Sequence[str]:
    """Return the allowed values of a property as scenarios write them."""
    truths = () if there.truth is None else ("true" if there.truth else "false",)
    return there.values or tuple(map(number_text, there.numbers)) or truths


def _alike(kind: str) -> str:
    """Return the type by which two are compared: plans need not tell money from numbers, nor ids from texts."""
    return _ALIKE.get(kind, kind)
