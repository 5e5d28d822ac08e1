"""Journeys of a scenario made of a plan: visits, each through the categories in the plan's order, and draws."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from footfall.tracking_plan.cells import braced
from footfall.tracking_plan.plan import PlanEvent
from footfall.tracking_plan.plan_facts import (
    PlanFacts,
    PropertySource,
    n_appended,
)
from footfall.tracking_plan.property_keys import at_most, record_type
from footfall.tracking_plan.scenario_types import type_of_property
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
LEAST_REACHING = 0.06
"""Share of visits that come to their last event, however many there are: so each is seen in a short run."""
_SIGNS_UP = re.compile(
    r"sign.?up|regist|account.?created|create.?account|регистрац|зарегистр", re.IGNORECASE
)


@dataclass(slots=True)
class Journeys:
    """Writes the journeys of a plan.

    Args:
        refused: Changes of state that mean nothing here as the plan writes them; they become
            comments.
        drawn: Properties of events that have a value by now.
    """

    facts: PlanFacts
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
        # n steps, at a chance c each, are all passed in c^n of the visits; 0.6 is the least
        # that looks like life.
        n_steps = sum(not event.is_optional for event in self.facts.plan.events)
        chance = Decimal(str(LEAST_REACHING ** (1 / max(n_steps, 1))))
        least = Decimal("0.6")
        return f"{max(chance, least) * 100:.{1 if n_steps > 100 else 0}f}%"

    def _carries(self) -> Iterator[str]:
        drawn = [source for source in self.facts.sources.values() if source.is_drawn]
        if drawn:
            yield "    carries:"
        for source in (leaf for one in drawn for leaf in one.leaves()):
            yield from (f"      {variable}: {kind}" for variable, kind in self.carried(source))

    def carried(self, source: PropertySource) -> Iterator[tuple[str, str]]:
        """Yield the variables that a property of events needs, with their types as YAML."""
        planned = source.planned
        if planned.type != "list":
            yield source.value, self.facts.variable_type(planned)
            return
        # An element has the type of what is put into it: a text cannot hold an id of its own.
        types = [self.facts.variable_type(part.planned) for part in source.elements]
        parts = zip(source.elements, types, strict=True)
        of = (
            types[0] if planned.item else record_type((e.field, e.planned, k) for e, k in parts)
        )
        yield source.value, f"{{of: {of}, at_most: {at_most(planned)}}}"
        yield from ((e.variable, kind) for e, kind in zip(source.elements, types, strict=True))

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
            leaf
            for value, source in asked.items()
            if source.is_drawn and value not in self.drawn
            for leaf in source.leaves()
        ]
        # Drawn where it is first needed: further events of the visit carry the same value.
        self.drawn |= {value for value, source in asked.items() if source.is_drawn}
        distributions = [pair for source in new for pair in self._distributions(source)]
        if distributions:
            yield f"      - set:  {comment(f'what the events say, drawn once per visit: {ASSUMED}')}"
        for variable, distribution in distributions:
            yield from wrapped(f"          {variable}: {distribution}", 12)
        for source in new:
            if source.elements:
                yield from self._filled_list(source)

    def _filled_list(self, source: PropertySource) -> Iterator[str]:
        """Yield the steps that put as many elements into a list as it has at least."""
        planned, append = source.planned, f"append: {{{source.value}: {_appended(source)}}}"
        for number in range(n_appended(planned)):
            if number:
                # Draws of other names: an element is not the one before it.
                distributions = [
                    (part.variable, self.facts.element(part.planned, number, planned).text)
                    for part in source.elements
                ]
                yield f"      - set: {mapped(distributions)}"
                yield f"        named: {quoted(f'{source.value} {number + 1}')}"
            yield f"      - {append}"

    def _distributions(self, source: PropertySource) -> Iterator[tuple[str, str]]:
        if source.elements:
            yield from (
                (part.variable, self.facts.element(part.planned, 0, source.planned).text)
                for part in source.elements
            )
        else:
            yield source.value, self.facts.distribution(source.planned).text

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
            # Without `leave` the visit would go on with the next event, and into a stage
            # beyond.
            if self._is_needed(event):
                yield f"        else: [leave: visit]  {comment('the next stages of the critical path come after it')}"
        else:
            if can_leave:
                yield f"      - go on: {self.chance}  {comment(ASSUMED)}"
            yield f"      - {written}{behind}"
        if event.name == self.facts.identifying[0]:
            yield from self._first_elements()

    def _is_needed(self, event: PlanEvent) -> bool:
        """Return whether an optional event is the last chance to reach a stage, which the next stages come after.

        Who passes it by would reach later stages out of order, which `footfall validate`
        reports.
        """
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
        """Return whether an event happens to a person once: who has an account signs up no more, but logs in again."""
        return event.name in self.facts.identifying and bool(_SIGNS_UP.search(event.name))

    def _changes(self, event: PlanEvent) -> tuple[Mapping[str, str], str]:
        """Return the changes at an event as keys of its step, and as text those that a scenario has no words for."""
        found: dict[str, dict[str, str]] = {"set": {}, "add": {}}
        planned = [self._change(event, text) for text in event.changes]
        first = self._filled() if event.name == self.facts.identifying[0] else ()
        for change in (*filter(None, planned), *first):
            found[change.verb][self.facts.names.users[change.name]] = change.value
        pairs = zip(event.changes, planned, strict=True)
        lost = braced(text for text, change in pairs if change is None)
        keys = {verb: mapped(list(values.items())) for verb, values in found.items() if values}
        return keys, lost

    def _change(self, event: PlanEvent, text: str) -> PlannedChange | None:
        """Return the change that a text says, where everything in it is called here as in the plan.

        An expression is taken over letter by letter. So once a single property of people has
        another name here, none is taken: it might hold that one.
        """
        if text in self.refused:
            return None
        sources = [(p.name, self.facts.source(p)) for p in event.properties]
        others = {
            name
            for name, source in sources
            if source.value == name and source.planned.type not in ("list", "record")
        }
        change = change_of(text, self.facts.users, others)
        same = {name for name, used in self.facts.names.users.items() if name == used}
        is_literal = change is not None and not change.value.startswith('"')
        return change if is_literal or not (set(self.facts.users) - same) else None

    def _filled(self) -> Iterator[PlannedChange]:
        """Yield values for those properties of people that begin without one, or change, and that no event changes.

        Without them a property of the plan would be null for everybody, for good.
        """
        events = self.facts.plan.events
        changes = [self._change(event, text) for event in events for text in event.changes]
        changed = {change.name for change in changes if change is not None}
        for name, planned in self.facts.users.items():
            kind, _ = type_of_property(planned)
            if name in changed or not (
                planned.changes or planned.start == "null" or kind == "time"
            ):
                continue
            if kind != "list":
                yield PlannedChange("set", name, self.facts.distribution(planned).text)

    def _first_elements(self) -> Iterator[str]:
        """Yield steps that put something into lists of people that change, in which way no plan says."""
        for name, planned in self.facts.users.items():
            texts = [text for text in planned.values if not set(text) & set("'\\\n")]
            if planned.changes and type_of_property(planned) == ("list", "text") and texts:
                used = self.facts.names.users[name]
                condition, element = f"not ('{texts[0]}' in {used})", f"'{texts[0]}'"
                yield f"      - when: {always_quoted(condition)}  {comment(ASSUMED)}"
                yield f"        steps: [append: {{{used}: {always_quoted(element)}}}]"


def _appended(source: PropertySource) -> str:
    if source.planned.item is not None:
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
