"""How people live, of a plan: visits, in each of them the categories in the plan's order, and what events say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from footfall.taxonomy.changes import change_of
from footfall.taxonomy.facts import Facts, type_of_property
from footfall.taxonomy.plan import PlanEvent
from footfall.taxonomy.yaml_text import comment, listed, mapped, quoted, wrapped

ASSUMED = "assumption"
"""Marks, in a comment, what a plan does not say."""
MOST_ELEMENTS = 10
LEAST_REACHING = 0.06
"""Share of visits that come to their last event, however many there are: so each is seen in a short run."""
_SIGNS_UP = re.compile(r"sign.?up|regist|account.?created|create.?account|регистрац|зарегистр", re.IGNORECASE)


@dataclass(slots=True)
class Journeys:
    """Writes the journeys of a plan.

    Args:
        is_literal: Whether changes of state are taken as the plan writes them; else they are comments.
        drawn: Properties of events that have a value by now.
    """

    facts: Facts
    is_literal: bool = True
    drawn: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Yield the lines of all journeys."""
        categories = [name for name, _ in self.facts.plan.categories if self.facts.of_category(name)]
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
        names = [name for name in self.facts.described if self.facts.is_drawn(name)]
        if names:
            yield "    carries:"
        for name in names:
            yield from (f"      {variable}: {kind}" for variable, kind in self.carried(name))

    def carried(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the variables that an event property needs, with their types as YAML."""
        facts = self.facts
        kind, item = facts.types[name]
        if kind != "list":
            law = facts.law(facts.described[name])
            yield facts.names.variables[name], "id" if law.expression.startswith("id(") else kind
            return
        parts = facts.elements[name]
        types = [(part.field, type_of_property(part.known)[0]) for part in parts]
        yield facts.names.variables[name], f"{{of: {item or mapped(types)}, at_most: {MOST_ELEMENTS}}}"
        yield from ((part.variable, kind) for part, (_, kind) in zip(parts, types, strict=True))

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
        facts = self.facts
        asked = dict.fromkeys(p.name for event in events for p in event.properties)
        new = [name for name in asked if name not in self.drawn and facts.is_drawn(name)]
        self.drawn |= set(new)
        laws = [pair for name in new for pair in self._laws(name)]
        if laws:
            yield f"      - set:  {comment(f'what the events say, drawn once per visit: {ASSUMED}')}"
        for variable, law in laws:
            yield from wrapped(f"          {variable}: {law}", 12)
        for name in new:
            if name in facts.elements:
                yield f"      - append: {{{facts.names.variables[name]}: {self._appended(name)}}}"

    def _laws(self, name: str) -> Iterator[tuple[str, str]]:
        if name in self.facts.elements:
            yield from ((part.variable, self.facts.law(part.known).text) for part in self.facts.elements[name])
        else:
            yield self.facts.names.variables[name], self.facts.law(self.facts.described[name]).text

    def _appended(self, name: str) -> str:
        parts = self.facts.elements[name]
        is_record = self.facts.types[name][1] is None
        return mapped([(part.field, part.variable) for part in parts]) if is_record else parts[0].variable

    def step(self, event: PlanEvent, *, can_leave: bool) -> Iterator[str]:
        """Yield the steps of an event: in `maybe` if it is optional, else behind a chance that the person goes on."""
        changes, lost = self._changes(event)
        keys = {"when": quoted("not known") if self._is_once(event) else "", "after": "about 20 s", **changes}
        written = f"{quoted(self.facts.names.events[event.name])}: {mapped(list(keys.items()))}"
        behind = f"  {comment(f'in the plan: {lost}')}" if lost else ""
        if event.is_optional:
            yield f"      - maybe: 50%  {comment(f'optional in the plan; how often is an {ASSUMED}')}"
            yield f"        steps: {listed([written])}{behind}"
            return
        if can_leave:
            yield f"      - go on: {self.chance}  {comment(ASSUMED)}"
        yield f"      - {written}{behind}"

    def _is_once(self, event: PlanEvent) -> bool:
        identifies = event.identifies or event.name == self.facts.identifying
        return identifies and bool(_SIGNS_UP.search(event.name))

    def _changes(self, event: PlanEvent) -> tuple[Mapping[str, str], str]:
        """Return the changes that come with an event as keys of its step, and as text those that cannot be said."""
        users = self.facts.users
        told = [(text, change_of(text, users) if self.is_literal else None) for text in event.changes]
        found: dict[str, dict[str, str]] = {"set": {}, "add": {}}
        for _, change in told:
            if change is not None:
                found[change.verb][self.facts.names.users[change.name]] = change.value
        if event.name == self.facts.identifying:
            found["set"] |= dict(self._filled())
        lost = " ".join(f"{{{text}}}" for text, change in told if change is None)
        return {verb: mapped(list(values.items())) for verb, values in found.items() if values}, lost

    def _filled(self) -> Iterator[tuple[str, str]]:
        """Yield values for those properties of people that begin without one, and that no event changes."""
        facts = self.facts
        told = [change_of(text, facts.users) for event in facts.plan.events for text in event.changes]
        changed = {change.name for change in told if change is not None and self.is_literal}
        for name, known in facts.users.items():
            kind, _ = type_of_property(known)
            if kind != "list" and name not in changed and (known.start == "null" or kind == "time"):
                yield facts.names.users[name], facts.law(known).text


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
