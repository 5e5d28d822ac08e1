"""How people live, of a plan: visits, in each of them the categories in the plan's order, and what events say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from footfall.tracking_plan.plan import PlanEvent
from footfall.tracking_plan.plan_facts import Facts, PropertySource, type_of_property
from footfall.tracking_plan.state_changes import PlannedChange, change_of
from footfall.tracking_plan.yaml_text import (
    always_quoted,
    comment,
    listed,
    mapped,
    quoted,
    wrapped,
)

ASSUMED = "assumption"
"""Marks, in a comment, what a plan does not say."""
MOST_ELEMENTS = 10
LEAST_REACHING = 0.06
"""Share of visits that come to their last event, however many there are: so each is seen in a short run."""
_SIGNS_UP = re.compile(
    r"sign.?up|regist|account.?created|create.?account|регистрац|зарегистр", re.IGNORECASE
)


@dataclass(slots=True)
class Journeys:
    """Writes the journeys of a plan.

    Args:
        refused: Changes of state that mean nothing here as the plan writes them; they become comments.
        drawn: Properties of events that have a value by now.
    """

    facts: Facts
    refused: Collection[str] = ()
    drawn: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Yield the lines of all journeys."""
        categories = [
            name for name, _ in self.facts.plan.categories if self.facts.of_category(name)
        ]
        yield from _LIFE
        yield from self._carries()
        yield "    steps:"
        for number, category in enumerate(categories):
            journey = self.facts.names.journeys[category]
            if number:
                yield f"      - go on: {self.chance}  {comment(ASSUMED)}"
                yield f"        named: {quoted(f'goes on to {journey}')}"
            yield f"      - do: {journey}"
        for category in categories:
            yield ""
            yield from self.journey(category)

    @property
    def chance(self) -> str:
        """Return the chance to go on from one event to the next."""
        n_steps = sum(not event.is_optional for event in self.facts.plan.events)
        chance = Decimal(str(LEAST_REACHING ** (1 / max(n_steps, 1))))
        least = Decimal("0.6")
        return f"{max(chance, least) * 100:.{1 if n_steps > 100 else 0}f}%"

    def _carries(self) -> Iterator[str]:
        drawn = [source for source in self.facts.sources.values() if source.is_drawn]
        if drawn:
            yield "    carries:"
        for source in drawn:
            yield from (f"      {variable}: {kind}" for variable, kind in self.carried(source))

    def carried(self, source: PropertySource) -> Iterator[tuple[str, str]]:
        """Yield the variables that a property of events needs, with their types as YAML."""
        known = source.known
        if known.type != "list":
            yield (
                source.value,
                "id"
                if self.facts.distribution(known).expression.startswith("id(")
                else known.type,
            )
            return
        types = [(part.field, type_of_property(part.known)[0]) for part in source.elements]
        yield source.value, f"{{of: {known.item or mapped(types)}, at_most: {MOST_ELEMENTS}}}"
        yield from (
            (part.variable, kind)
            for part, (_, kind) in zip(source.elements, types, strict=True)
        )

    def journey(self, category: str) -> Iterator[str]:
        """Yield the lines of a category's journey."""
        facts, events = self.facts, self.facts.of_category(category)
        yield f"  {facts.names.journeys[category]}:"
        yield f"    about: {quoted(dict(facts.plan.categories).get(category) or category)}"
        yield "    steps:"
        yield from self.draws(events)
        has_begun = False
        for event in events:
            yield from self.step(event, can_leave=has_begun)
            has_begun = has_begun or not event.is_optional

    def draws(self, events: Sequence[PlanEvent]) -> Iterator[str]:
        """Yield the steps that give values to those properties of some events that have none yet."""
        asked = {
            source.value: source
            for event in events
            for source in map(self.facts.source, event.properties)
        }
        new = [
            source
            for value, source in asked.items()
            if source.is_drawn and value not in self.drawn
        ]
        self.drawn |= {source.value for source in new}
        distributions = [pair for source in new for pair in self._distributions(source)]
        if distributions:
            yield f"      - set:  {comment(f'what the events say, drawn once per visit: {ASSUMED}')}"
        for variable, distribution in distributions:
            yield from wrapped(f"          {variable}: {distribution}", 12)
        for source in new:
            if source.elements:
                yield f"      - append: {{{source.value}: {_appended(source)}}}"

    def _distributions(self, source: PropertySource) -> Iterator[tuple[str, str]]:
        if source.elements:
            yield from (
                (part.variable, self.facts.distribution(part.known).text)
                for part in source.elements
            )
        else:
            yield source.value, self.facts.distribution(source.known).text

    def step(self, event: PlanEvent, *, can_leave: bool) -> Iterator[str]:
        """Yield the steps of an event: in `maybe` if it is optional, else behind a chance that the person goes on."""
        changes, lost = self._changes(event)
        keys = {
            "when": quoted("not known") if self._is_once(event) else "",
            "after": "about 20 s",
            **changes,
        }
        written = f"{quoted(self.facts.names.events[event.name])}: {mapped(list(keys.items()))}"
        behind = f"  {comment(f'in the plan: {lost}')}" if lost else ""
        if event.is_optional:
            yield f"      - maybe: 50%  {comment(f'optional in the plan; how often is an {ASSUMED}')}"
            yield f"        steps: {listed([written])}{behind}"
            if self._is_needed(event):
                yield f"        else: [leave: visit]  {comment('the next stages of the critical path come after it')}"
        else:
            if can_leave:
                yield f"      - go on: {self.chance}  {comment(ASSUMED)}"
            yield f"      - {written}{behind}"
        if event.name == self.facts.identifying[0]:
            yield from self._taken_up()

    def _is_needed(self, event: PlanEvent) -> bool:
        """Return whether an optional event is the last chance to reach a stage, which the next stages come after."""
        optional = {each.name: each.is_optional for each in self.facts.plan.events}
        order = list(optional)
        led = [
            [name for name in stage.events if name in optional]
            for stage in self.facts.plan.stages
        ]
        last = [
            max(names, key=order.index)
            for names in led
            if names and all(optional[name] for name in names)
        ]
        return event.name in last

    def _is_once(self, event: PlanEvent) -> bool:
        return event.name in self.facts.identifying and bool(_SIGNS_UP.search(event.name))

    def _changes(self, event: PlanEvent) -> tuple[Mapping[str, str], str]:
        """Return the changes that come with an event as keys of its step, and as text those that cannot be said."""
        found: dict[str, dict[str, str]] = {"set": {}, "add": {}}
        told = [self._said(event, text) for text in event.changes]
        first = self._filled() if event.name == self.facts.identifying[0] else ()
        for change in (*filter(None, told), *first):
            found[change.verb][self.facts.names.users[change.name]] = change.value
        lost = " ".join(
            f"{{{text}}}"
            for text, change in zip(event.changes, told, strict=True)
            if change is None
        )
        return {
            verb: mapped(list(values.items())) for verb, values in found.items() if values
        }, lost

    def _said(self, event: PlanEvent, text: str) -> PlannedChange | None:
        """Return the change that a text says, where everything in it is called here as in the plan."""
        if text in self.refused:
            return None
        sources = [(p.name, self.facts.source(p)) for p in event.properties]
        others = {
            name
            for name, source in sources
            if source.value == name and source.known.type != "list"
        }
        change = change_of(text, self.facts.users, others)
        same = {name for name, used in self.facts.names.users.items() if name == used}
        is_literal = change is not None and not change.value.startswith('"')
        return change if is_literal or not (set(self.facts.users) - same) else None

    def _filled(self) -> Iterator[PlannedChange]:
        """Yield values for those properties of people that begin without one, or change, and that no event changes."""
        events = self.facts.plan.events
        told = [self._said(event, text) for event in events for text in event.changes]
        changed = {change.name for change in told if change is not None}
        for name, known in self.facts.users.items():
            kind, _ = type_of_property(known)
            if name in changed or not (
                known.changes or known.start == "null" or kind == "time"
            ):
                continue
            if kind != "list":
                yield PlannedChange("set", name, self.facts.distribution(known).text)

    def _taken_up(self) -> Iterator[str]:
        """Yield steps that put something into lists of people that change, in which way no plan says."""
        for name, known in self.facts.users.items():
            texts = [text for text in known.values if not set(text) & set("'\\\n")]
            if known.changes and type_of_property(known) == ("list", "text") and texts:
                used = self.facts.names.users[name]
                condition, element = f"not ('{texts[0]}' in {used})", f"'{texts[0]}'"
                yield f"      - when: {always_quoted(condition)}  {comment(ASSUMED)}"
                yield f"        steps: [append: {{{used}: {always_quoted(element)}}}]"


def _appended(source: PropertySource) -> str:
    if source.known.item is not None:
        return source.elements[0].variable
    return mapped([(part.field, part.variable) for part in source.elements])


_LIFE = f"""\
journeys:
  life:
    about: Comes back for visits, until one of them is the last
    steps:
      - repeat:
          named: visits
          steps: [do: visit]
          leave: 25%  {comment(ASSUMED)}
          come back after: about 2 days  {comment(ASSUMED)}

  visit:
    about: One visit; the plan's categories follow each other in its order""".splitlines()
