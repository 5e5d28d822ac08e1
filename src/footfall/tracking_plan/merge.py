"""Adds to a scenario what it lacks of a plan, without touching what is there, and tells where the two differ.

Only what is declared is added: events, properties, stages, descriptions. No journey is changed, as no plan says when an
event happens; those that no step emits are named. Values of new event properties are drawn once per visit, as
properties of the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from footfall.errors import ScenarioError, UsageError, shown
from footfall.scenario import load, loads
from footfall.scenario.leaf_records import Text
from footfall.scenario.names import BUILT_IN, MOST_IDENTIFIER, folded
from footfall.scenario.records import Scenario
from footfall.scenario.step_traits import traits, walk
from footfall.scenario.text_files import BOM, UnreadableError, read_text, reason
from footfall.scenario.tree import MOST_BYTES, ListNode, MapNode, Node
from footfall.tracking_plan.differences import Merged, PlanComparison
from footfall.tracking_plan.journeys import ASSUMED, MOST_ELEMENTS
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.plan_facts import Facts, facts_of, type_of_property
from footfall.tracking_plan.plan_names import unique, variable
from footfall.tracking_plan.to_scenario import Sections, renamed
from footfall.tracking_plan.value_sources import drawn_text
from footfall.tracking_plan.yaml_edits import Document
from footfall.tracking_plan.yaml_text import Pairs, YamlEntry, YamlGroup, listed, mapped, quoted
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
    while True:
        attempt = _Merge(plan, scenario, Document(text, str(path)), refused)
        result = attempt.run(path.name)
        wrong = _wrong_lines(result.text, path)
        if not wrong:
            result.text = (BOM if raw.startswith(BOM) else "") + result.text
            result.before = raw
            return result
        more = {
            one for one in attempt.listed - refused if any(one[1] in line for line in wrong)
        }
        if not more:
            raise UsageError(
                f"{path.name} cannot take what the plan has: it would be wrong in the line {shown(wrong[0])}"
            )
        refused |= more


def _wrong_lines(text: str, path: Path) -> list[str]:
    """Return the lines of a scenario that are wrong."""
    from footfall.compiler import compile_scenario

    try:
        compile_scenario(loads(text, str(path), path.parent))
    except ScenarioError as error:
        lines = text.splitlines()
        return [lines[problem.at.line - 1] for problem in error.problems]
    return []


class _Merge:
    """One attempt to merge.

    Args:
        refused: (event, property) that cannot be listed, as the property's value means nothing where the event happens.
    """

    def __init__(
        self,
        plan: Plan,
        scenario: Scenario,
        document: Document,
        refused: Iterable[tuple[str, str]],
    ) -> None:
        self.facts: Facts = facts_of(_spelled(plan, scenario))
        self.plan = self.facts.plan
        self.sections = Sections(self.facts)
        self.scenario, self.document, self.refused = scenario, document, frozenset(refused)
        self.expected: Expectations = of_scenario(scenario)
        self.events = {event.name: event for event in scenario.events}
        self.described = {p.name: p for p in scenario.properties}
        self.known = set(self.described) | {
            p.name for event in scenario.events for p in event.properties
        }
        self.listed: set[tuple[str, str]] = set()
        self.session: list[YamlEntry] = []
        self.result = Merged("", document.text)
        assert isinstance(document.root, MapNode)
        self.root = document.root

    def run(self, name: str) -> Merged:
        """Return what came of it."""
        self.result.name = name
        self._user_properties()
        self._stages()  # before what follows it: both may begin in the same column
        self._event_properties()
        self._events()
        self._into(("sessions", "properties"), self.session, after="people")
        PlanComparison(self.facts, self.scenario, self.expected, self.result).run()
        self.result.text = self.document.edited()
        return self.result

    def _add(self, kind: str, name: str) -> None:
        self.result.added.setdefault(kind, []).append(name)

    def _find(self, *path: str) -> Node | None:
        node: Node | None = self.root
        for name in path:
            node = node.get(name) if isinstance(node, MapNode) else None
        return node

    def _into(
        self, path: Sequence[str], entries: Sequence[YamlEntry | YamlGroup], after: str = ""
    ) -> None:
        """Add entries to the map that a path of keys leads to, which is made where it is missing.

        Raises:
            UsageError: There is something else.
        """
        node: MapNode = self.root
        for depth, name in enumerate(path if entries else ()):
            inner = node.get(name)
            if inner is None:
                for missing in reversed(path[depth:]):
                    entries = [YamlGroup(quoted(missing), entries)]
                self.document.add_entries(node, entries, after if depth == 0 else "")
                return
            key = next(key for key, _ in node.entries if key.text == name)
            if not isinstance(inner, MapNode) or self.document.is_alias(key):
                raise UsageError(
                    f"{key.at}: nothing can be added to `{name}` here\n  accepted: a map, written out"
                )
            node = inner
        self.document.add_entries(node, entries if path else ())

    def _fill(self, path: Sequence[str], name: str, about: str, subject: str) -> None:
        """Fill in a description where there is none, if what it is of is a map of its own."""
        parent = self._find(*path)
        found = (
            [(key, node) for key, node in parent.entries if key.text == name]
            if isinstance(parent, MapNode)
            else []
        )
        for key, node in found:
            if isinstance(node, MapNode) and not self.document.is_alias(key):
                self.document.add_keys(key, node, [("about", quoted(about))])
                self.result.changed.append(f"{subject}: description filled in")

    # --- properties -------------------------------------------------------------------------------------------------

    def _user_properties(self) -> None:
        there = {p.name: p for p in self.scenario.people.properties}
        new = []
        for name, known in self.facts.users.items():
            used = self.facts.names.users[name]
            if used not in there:
                new.append(self.sections.user_property(known))
                self._add("user properties", used)
            elif known.about and not there[used].about:
                self._fill(
                    ("people", "properties"), used, known.about, f"user property {shown(used)}"
                )
        self._into(("people", "properties"), new)

    def _event_properties(self) -> None:
        new = []
        for name, known in self.facts.described.items():
            used = self.facts.names.properties[name]
            if used not in self.known:
                entry = self.sections.property(name)
                new.append(
                    replace(entry, pairs=(("value", self._value(known)), *entry.pairs[1:]))
                )
                self._add("event properties", used)
            elif known.about and used in self.described and not self.described[used].about:
                self._fill(("properties",), used, known.about, f"property {shown(used)}")
        self._into(("properties",), new, after="stages")

    def _value(self, known: PlanProperty) -> str:
        """Return an expression for a new property: what its law is, or a property of the session that is drawn."""
        source = self.facts.source(known)
        if not source.is_drawn:
            return source.value
        kind, item = type_of_property(source.known)
        if kind == "list":
            of = item or mapped(
                [(part.field, type_of_property(part.known)[0]) for part in source.elements]
            )
            pairs: Pairs = (("start", "[]"), ("of", of), ("at_most", str(MOST_ELEMENTS)))
        else:
            distribution = self.facts.distribution(source.known)
            distribution = (
                drawn_text(source.known)
                if kind == "text" and distribution.expression
                else distribution
            )  # id() stands only in `set`
            if distribution.expression:
                return quoted(distribution.expression)
            pairs = (*distribution.draw, ("type", kind))
        taken = (*(entry.key for entry in self.session), *self._taken())
        name = unique([known.name], variable, MOST_IDENTIFIER, taken)[known.name]
        self.session.append(YamlEntry(name, pairs, ASSUMED))
        return name

    def _taken(self) -> Iterator[str]:
        """Yield what expressions have already."""
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
            used, members = (
                self.facts.names.categories[category],
                self.facts.of_category(category),
            )
            new = [
                event
                for event in members
                if self.facts.names.events[event.name] not in self.events
            ]
            for event in new:
                self._add("events", self.facts.names.events[event.name])
            node = self._find("events", used)
            if isinstance(node, MapNode):
                self._into_category(node, members, new)
            elif new:
                self._into(("events", used), [self._event(event) for event in new])
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
                self.document.add_entries(node, [self._event(event)], after)
            else:
                after = self.facts.names.events[event.name]

    def _event(self, event: PlanEvent) -> YamlEntry:
        """Return a new event with what the plan says of it; its properties by name."""
        entry = self.sections.event(event)
        names = self._usable(
            event, [self.facts.names.properties[p.name] for p in event.properties]
        )
        pairs = (
            ("about", quoted(event.about) if event.about else ""),
            ("properties", listed(names) if names else ""),
            ("identifies", "true" if event.identifies else ""),
        )
        return YamlEntry(
            entry.key, pairs, renamed(event.name, self.facts.names.events[event.name])
        )

    def _usable(self, event: PlanEvent, names: Sequence[str]) -> list[str]:
        """Return those of some properties that an event can list, and note the others."""
        why = "what gives it its value is not known everywhere where the event happens"
        for name in names:
            if (event.name, name) in self.refused:
                self.result.left_out.append(
                    f"property {shown(name)} of event {shown(event.name)}: {why}"
                )
        usable = [name for name in names if (event.name, name) not in self.refused]
        self.listed |= {(event.name, name) for name in usable if name in self.known}
        return usable

    def _existing(self, event: PlanEvent) -> None:
        """Add to an event what it lacks: a description, and properties."""
        used = self.facts.names.events[event.name]
        there = {p.name for p in self.events[used].properties}
        wanted = [self.facts.names.properties[p.name] for p in event.properties]
        new = self._usable(event, [name for name in wanted if name not in there])
        key, node = self._declared(used)
        if self.document.is_alias(key):
            self.result.left_out += [
                f"property {shown(name)} of event {shown(used)}: an alias declares it"
                for name in new
            ]
            return
        pairs = []
        if event.about and not self.events[used].about:
            pairs.append(("about", quoted(event.about)))
            self.result.changed.append(f"event {shown(used)}: description filled in")
        inner = node.get("properties") if isinstance(node, MapNode) else None
        if new and inner is None:
            pairs.append(("properties", listed(new)))
        elif new and isinstance(node, MapNode) and inner is not None:
            self._list(
                next(key for key, _ in node.entries if key.text == "properties"), inner, new
            )
        for name in new:
            self._add("properties of events", f"{used}.{name}")
        if pairs:
            self.document.add_keys(key, node, pairs)

    def _list(self, key: Text, node: Node, names: Sequence[str]) -> None:
        if isinstance(node, MapNode):
            self.document.add_entries(node, [YamlEntry(name, ()) for name in names])
        else:
            self.document.add_names(key, node, names)

    def _declared(self, name: str) -> tuple[Text, Node]:
        """Return where an event is declared."""
        events = self._find("events")
        assert isinstance(events, MapNode)
        categories = [node for _, node in events.entries if isinstance(node, MapNode)]
        return next(
            (key, node)
            for category in categories
            for key, node in category.entries
            if key.text == name
        )

    # --- stages -----------------------------------------------------------------------------------------------------

    def _stages(self) -> None:
        node = self._find("stages")
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
            entry = self.sections.stage(stage)
            if entry is None:
                self.result.left_out.append(
                    f"stage {shown(used)}: no event of the plan leads there"
                )
            else:
                self.document.add_item(node, entry, after)
                self._add("stages", used)


def _spelled(plan: Plan, scenario: Scenario) -> Plan:
    """Return a plan with properties spelled as in the scenario, where only small and large letters differ."""
    used = [
        p.name
        for p in (
            *scenario.properties,
            *(p for event in scenario.events for p in event.properties),
        )
    ]
    of_events = {folded(name): name for name in used}
    of_people = {folded(p.name): p.name for p in scenario.people.properties}

    def written(known: PlanProperty, names: Mapping[str, str]) -> PlanProperty:
        return replace(known, name=names.get(folded(known.name), known.name))

    events = (
        replace(event, properties=tuple(written(p, of_events) for p in event.properties))
        for event in plan.events
    )
    users = tuple(written(p, of_people) for p in plan.user_properties)
    return replace(plan, events=tuple(events), user_properties=users)
