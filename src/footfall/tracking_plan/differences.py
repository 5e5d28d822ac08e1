"""What came of merging a plan into a scenario, and where the two say different things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from footfall.errors import shown
from footfall.scenario.records import Scenario
from footfall.tracking_plan.plan import PlanEvent, PlanProperty
from footfall.tracking_plan.plan_facts import Facts
from footfall.validation import Expectations, ExpectedProperty

MOST_NAMED = 12
_ALIKE: Mapping[str, str] = {"money": "number", "id": "text"}


@dataclass(slots=True)
class Merged:
    """What came of a merge.

    Args:
        before, text: The file without and with what was added.
        added: Kind of thing → names of what was added.
        changed: What was filled in where something was left open.
        differs: Where plan and scenario say different things; the scenario's is kept.
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
        yield from _told("changed", self.changed)
        yield from _told("different, and kept as the scenario has it", self.differs)
        yield from _named("missing in the plan", self.only_scenario)
        yield from _told("missing in the scenario", self.left_out)
        if self.idle:
            yield f"in no journey yet: {_short(self.idle)}"
        if self.text == self.before:
            yield f"{self.name} has all that the plan has; it was not changed"


def _named(title: str, groups: Mapping[str, list[str]]) -> Iterator[str]:
    if any(groups.values()):
        yield f"{title}:"
    for kind, names in groups.items():
        if names:
            yield f"  {kind}: {_short(names)}"


def _told(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines)


def _short(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Finds where a plan and a scenario say different things, and what the plan lacks."""

    facts: Facts
    scenario: Scenario
    expected: Expectations
    result: Merged

    def run(self) -> None:
        """Note what was found."""
        names, plan = self.facts.names, self.facts.plan
        for event in plan.events:
            if names.events[event.name] in self.expected.events:
                self._event(event)
        for known in self.facts.users.values():
            there = self.expected.user_properties.get(names.users[known.name])
            if there is not None:
                self._property(f"user property {shown(there.name)}", known, there)
        self._missing("events", (e.name for e in self.scenario.events), names.events)
        if plan.user_properties:
            self._missing(
                "user properties",
                (p.name for p in self.scenario.people.properties),
                names.users,
            )
        if plan.stages:
            self._missing("stages", (s.name for s in self.scenario.stages), names.stages)

    def _missing(self, kind: str, there: Iterable[str], names: Mapping[str, str]) -> None:
        used = set(names.values())
        self.result.only_scenario.setdefault(kind, []).extend(
            name for name in there if name not in used
        )

    def _event(self, event: PlanEvent) -> None:
        used = self.facts.names.events[event.name]
        there = self.expected.events[used]
        declared = next(e for e in self.scenario.events if e.name == used)
        subject = f"event {shown(used)}"
        self._differs(
            subject, "category", there.category, self.facts.names.categories[event.category]
        )
        self._differs(
            subject,
            "description",
            " ".join(declared.about.split()),
            " ".join(event.about.split()),
        )
        wanted = {self.facts.names.properties[p.name]: p for p in event.properties}
        for name, known in wanted.items():
            if name in there.properties:
                self._property(
                    f"property {shown(f'{used}.{name}')}", known, there.properties[name]
                )
        lacking = [f"{used}.{name}" for name in there.properties if name not in wanted]
        self.result.only_scenario.setdefault("properties of events", []).extend(lacking)

    def _property(self, subject: str, known: PlanProperty, there: ExpectedProperty) -> None:
        if known.type != "any":
            self._differs(subject, "type", _alike(there.type), _alike(known.type))
        if known.values and there.values and set(known.values) != set(there.values):
            more = [value for value in known.values if value not in there.values]
            fewer = [value for value in there.values if value not in known.values]
            told = [
                f"only {where}: {_short(values)}"
                for where, values in (("in the plan", more), ("here", fewer))
                if values
            ]
            self.result.differs.append(f"{subject}: allowed values {'; '.join(told)}")

    def _differs(self, subject: str, what: str, here: str, there: str) -> None:
        if here and there and here != there:
            self.result.differs.append(
                f"{subject}: {what} {shown(here)} here, {shown(there)} in the plan"
            )


def _alike(kind: str) -> str:
    """Return what types share that a plan need not tell apart: amounts of money are numbers, ids are texts."""
    return _ALIKE.get(kind, kind)
