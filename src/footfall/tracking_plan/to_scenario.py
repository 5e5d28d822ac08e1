"""Scenarios of plans, which run at once: what the plan says is kept, what it does not say is a marked assumption.

Categories become journeys in the plan's order, run through in every visit; what events say is
drawn in the journey where it is first needed. Every event and every property can happen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from footfall.errors import UsageError
from footfall.scenario.constraints import broken
from footfall.scenario.names import MOST_IDENTIFIER, folded
from footfall.tracking_plan.aliases import aliased, renamed
from footfall.tracking_plan.assumed_world import CALENDAR, DEVICES_AND_CITIES, head
from footfall.tracking_plan.journeys import ASSUMED, Journeys
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.plan_facts import PlanFacts, facts_of
from footfall.tracking_plan.plan_names import TOLD_BY_STAGES, unique, variable
from footfall.tracking_plan.property_keys import (
    at_most,
    constraint_pairs,
    described,
    lost_text,
    record_keys,
    record_type,
    values_text,
)
from footfall.tracking_plan.scenario_types import field_type, single_fields, type_of_property
from footfall.tracking_plan.state_changes import is_expression, literal
from footfall.tracking_plan.value_sources import as_text
from footfall.tracking_plan.wrong_lines import wrong_lines
from footfall.tracking_plan.yaml_text import (
    Pairs,
    YamlEntry,
    comment,
    listed,
    mapped,
    quoted,
)

MOST_TRIES = 3
"""Beyond which all conditions and changes become comments: one may only be wrong once another is gone."""
LARGE_PLAN = 100
"""Events beyond which fewer people are enough: the run takes as long, and each event is seen."""
_FIRST_STAGES = ("visitor", "arrived", "everybody who came", "stage 0")
_PAYS = re.compile(r"complet|succe|paid|purchas|order|pay|оплат|покупк|заказ", re.IGNORECASE)
_GIVES_BACK = re.compile(r"refund|return|cancel|chargeback|возврат|отмен", re.IGNORECASE)
_AMOUNT = re.compile(r"revenue|total|amount|price|cost|сумм|стоимост|цена", re.IGNORECASE)
_TOTAL = re.compile(r"revenue|total|amount|due|sum|itog|stoimost", re.IGNORECASE)


def scenario_text(plan: Plan, source: str = "") -> str:
    """Return a scenario that holds what a plan says.

    Args:
        plan: With at least one event.
        source: Where the plan was read, for the first lines.

    Raises:
        UsageError: The plan has no events.
    """
    if not plan.events:
        raise UsageError(
            f"{source or plan.name}: the plan has no events, so nothing can happen"
        )
    facts = facts_of(plan)
    refused: set[str] = set()
    for _ in range(MOST_TRIES):
        text = _text(facts, source, refused)
        wrong = wrong_lines(text)
        if not wrong:
            return text
        refused |= {
            written
            for written in _literals(plan)
            if any(_is_in(written, line) for line in wrong)
        }
    return _text(facts, source, _literals(plan))


def _literals(plan: Plan) -> set[str]:
    """Return conditions and changes as the plan writes them."""
    changes = {text for event in plan.events for text in event.changes}
    return {stage.condition for stage in plan.stages} | changes


def _is_in(written: str, line: str) -> bool:
    """Return whether a line may have been made of a condition or change: it holds all words of it.

    Words only, since signs and quotes are not the plan's any more. One refused too many costs a
    comment.
    """
    return set(re.findall(r"\w+", written)) <= set(re.findall(r"\w+", line))


def _text(facts: PlanFacts, source: str, refused: Collection[str]) -> str:
    sections = Declarations(facts, refused)
    # Journeys last, as they note which properties have been drawn by then; the order is that of
    # the shipped scenarios.
    parts = (
        head(facts, source),
        [CALENDAR],
        sections.people(),
        [DEVICES_AND_CITIES],
        sections.stages(),
        sections.properties(),
        sections.events(),
        Journeys(facts, refused).lines(),
    )
    return "\n\n".join(filter(None, ("\n".join(part) for part in parts))) + "\n"


def _notes(*notes: str) -> str:
    return "; ".join(filter(None, notes))


@dataclass(frozen=True, slots=True)
class Declarations:
    """Writes the declarations of a plan: people, stages, properties, events.

    Args:
        refused: Conditions that mean nothing here as the plan writes them; they become
            comments.
    """

    facts: PlanFacts
    refused: Collection[str] = ()

    # --- people -------------------------------------------------------------------------------------------------

    def people(self) -> Iterator[str]:
        """Yield how many people come, from where, and their properties."""
        n_people = 2000 if len(self.facts.plan.events) <= LARGE_PLAN else 500
        yield "people:"
        yield f"  count: {n_people}  {comment(ASSUMED)}"
        yield "  home: cities"
        if self.facts.users:
            yield "  properties:"
        for declared in self.facts.plan.user_properties:
            if declared.name in self.facts.users:
                yield from self.user_property(declared).lines(4)
            else:
                by = (
                    "stages"
                    if declared.name == TOLD_BY_STAGES
                    else "city and the devices of a person"
                )
                why = f"always there, by the {by}"
                if declared.type == "record":
                    why = "left out, as people have no records"
                yield f"    {comment(f'{declared.name}: {why}')}"

    def user_property(self, declared: PlanProperty) -> YamlEntry:
        """Return a property of people."""
        name = self.facts.names.users[declared.name]
        pairs, note = self._start(declared)
        return YamlEntry(
            name,
            (*aliased(declared.name, name), *pairs, *described(declared)),
            _notes(note, lost_text(declared), renamed(declared.name, name)),
        )

    def _start(self, declared: PlanProperty) -> tuple[Pairs, str]:
        kind, item = type_of_property(declared)
        values = values_text(declared)
        if kind == "list":
            fields = unique((p.name for p in declared.fields), variable, MOST_IDENTIFIER)
            of = item or record_type(
                (fields[p.name], p, field_type(p)) for p in single_fields(declared)
            )
            return (
                # Empty it would be shorter than the plan allows: it begins as null.
                ("start", "" if declared.length.least else "[]"),
                ("of", of),
                ("at_most", at_most(declared)),
                ("values", values),
                *constraint_pairs(declared),
            ), ""
        start = self._constant(declared)
        if start:
            said = constraint_pairs(declared)
            return (("start", start), ("type", kind), ("values", values), *said), ""
        distribution = self.facts.distribution(declared)
        return (
            *distribution.draw,
            ("type", kind),
            # Of texts these are what is drawn.
            ("values", values if declared.changes else ""),
            *constraint_pairs(declared),
        ), ASSUMED

    def _constant(self, declared: PlanProperty) -> str:
        """Return the value that a property begins with as YAML, "" where that is drawn."""
        kind, _ = type_of_property(declared)
        # What is no draw, a time or an id, comes with an event: nobody begins with it.
        is_event = kind == "time" or bool(self.facts.distribution(declared).expression)
        if declared.start == "null" or is_event:
            return "null"
        is_allowed = not declared.values or declared.start in declared.values
        is_allowed = is_allowed and not broken(declared.constraint, declared.start)
        if kind == "text" and declared.start and is_allowed:
            return as_text(declared.start)
        start = literal(declared.start, kind, declared.values) if declared.start else None
        return start or ""

    # --- stages -------------------------------------------------------------------------------------------------

    def stages(self) -> Iterator[str]:
        """Yield the critical path."""
        plan, names = self.facts.plan, self.facts.names
        first = plan.stages[:1] if plan.stages and not plan.stages[0].events else ()
        yield "stages:"
        yield (
            f"  - {quoted(names.stages[first[0].name])}"
            if first
            else f"  - {self._arrival()}  {comment(ASSUMED)}"
        )
        for stage in plan.stages[len(first) :]:
            yield from self._stage(stage)
        if not plan.stages:
            yield from self._assumed_stages()
        if plan.goal in {stage.name for stage in (*first, *filter(self._on, plan.stages))}:
            yield f"goal: {quoted(names.stages[plan.goal])}"

    def _on(self, stage: PlanStage) -> list[str]:
        names = self.facts.names.events
        return [quoted(names[event]) for event in stage.events if event in names]

    def _arrival(self) -> str:
        names = self.facts.names
        in_use = {folded(name) for name in (*names.stages.values(), *names.categories.values())}
        return next((name for name in _FIRST_STAGES if name not in in_use), "everybody")

    def _stage(self, stage: PlanStage) -> Iterator[str]:
        found = self.stage(stage)
        if found is None:
            yield f"  {comment(f'{stage.name}: left out, as no event of the plan leads there')}"
        else:
            first, *others = found.lines(4)
            yield f"  - {first.lstrip()}"
            yield from others

    def stage(self, stage: PlanStage) -> YamlEntry | None:
        """Return a stage; None where no event of the plan leads to it."""
        on, name = self._on(stage), self.facts.names.stages[stage.name]
        if not on:
            return None
        condition = " ".join(stage.condition.split())
        # A condition is taken over letter by letter, so it may hold only names that are the
        # same here.
        spelled = [
            written for written, used in self.facts.names.users.items() if written == used
        ]
        is_usable = stage.condition not in self.refused and is_expression(condition, spelled)
        pairs = (
            ("on", on[0] if len(on) == 1 else listed(on)),
            ("when", quoted(condition) if is_usable else ""),
        )
        lost = f"in the plan only when: {condition}" if condition and not is_usable else ""
        note = "" if stage.name == name else f"in the plan: {stage.name}"
        return YamlEntry(quoted(name), pairs, _notes(lost, note))

    def _assumed_stages(self) -> Iterator[str]:
        for category, _ in self.facts.plan.categories:
            events = self.facts.of_category(category)
            needed = [event for event in events if not event.is_optional]
            first = next(iter((*needed, *events)), None)
            if first is not None:
                on = quoted(self.facts.names.events[first.name])
                yield f"  - {quoted(self.facts.names.categories[category])}: {{on: {on}}}  {comment(ASSUMED)}"

    # --- events and their properties ----------------------------------------------------------------------------

    def properties(self) -> Iterator[str]:
        """Yield the events' properties, each described once."""
        if self.facts.described:
            yield "properties:"
        for name in self.facts.described:
            yield from self.property(name).lines(2)

    def property(self, name: str) -> YamlEntry:
        """Return what describes a property of events."""
        planned, used = self.facts.described[name], self.facts.names.properties[name]
        pairs = (*aliased(name, used), *self._keys(planned))
        return YamlEntry(used, pairs, _notes(lost_text(planned), renamed(name, used)))

    def _keys(self, planned: PlanProperty) -> Pairs:
        source = self.facts.source(planned)
        allowed = replace(
            source.planned,
            values=planned.values,
            constraint=planned.constraint,
            length=planned.length,
        )
        required = "true" if planned.is_required else "false"
        return (
            ("value", "" if source.fields else source.value),
            ("fields", record_keys(source) if source.fields else ""),
            ("values", values_text(allowed)),
            *constraint_pairs(allowed),
            ("required", required),
            *described(planned),
        )

    def events(self) -> Iterator[str]:
        """Yield the events by category."""
        yield "events:"
        for category, _ in self.facts.plan.categories:
            events = self.facts.of_category(category)
            name = self.facts.names.categories[category]
            note = "" if category == name else f"in the plan: {category}"
            if events:
                yield f"  {quoted(name)}:" + (f"  {comment(note)}" if note else "")
            for event in events:
                yield from self.event(event).lines(4)

    def event(self, event: PlanEvent) -> YamlEntry:
        """Return what declares an event."""
        name = self.facts.names.events[event.name]
        revenue, guessed = self._revenue(event)
        is_known = event.name in self.facts.identifying
        properties = listed(self._carried(p) for p in event.properties)
        pairs = (
            *aliased(event.name, name),
            ("about", quoted(event.about) if event.about else ""),
            ("properties", properties if event.properties else ""),
            ("revenue", quoted(revenue) if revenue else ""),
            ("identifies", "true" if is_known else ""),
        )
        assumed = f"identifies: {ASSUMED}" if is_known and not event.identifies else ""
        return YamlEntry(
            quoted(name),
            pairs,
            _notes(assumed, guessed, *self._lost(event), renamed(event.name, name)),
        )

    def _lost(self, event: PlanEvent) -> Iterator[str]:
        """Yield what the event alone says of its properties, and the scenario cannot."""
        for planned in event.properties:
            lost = lost_text(planned)
            if lost and lost != lost_text(self.facts.described[planned.name]):
                yield f"{planned.name}: {lost}"

    def _carried(self, planned: PlanProperty) -> str:
        """Return a property as an event lists it: its name, with what differs here from its description."""
        name = self.facts.names.properties[planned.name]
        usual = dict(self._keys(self.facts.described[planned.name]))
        other = [
            (key, text)
            for key, text in self._keys(planned)
            if text and key != "example" and text != usual[key]
        ]
        return f"{{{name}: {mapped(other)}}}" if other else name

    def _revenue(self, event: PlanEvent) -> tuple[str, str]:
        """Return the money that an event brings as an expression, and the note on what was assumed.

        Which events have revenue, and which property holds it, is guessed by their names where
        the plan marks none.
        """
        sources = [self.facts.source(p) for p in event.properties]
        money = [source.value for source in sources if source.planned.type == "money"]
        numbers = [source for source in sources if source.planned.type in ("integer", "number")]
        money = money or [
            source.value for source in numbers if _AMOUNT.search(source.planned.name)
        ]
        is_marked = any(each.has_revenue for each in self.facts.plan.events)
        gives_back = bool(_GIVES_BACK.search(event.name))
        has_price = bool(money) and bool(_PAYS.search(event.name))
        is_likely = has_price and not is_marked and not gives_back
        if not event.has_revenue and not is_likely:
            return "", ""
        totals = (name for name in money if _TOTAL.search(name))
        amount = next(totals, money[0] if money else "10")
        is_certain = event.has_revenue and len(money) == 1
        note = "" if is_certain else f"revenue: {ASSUMED}"
        return f"0 - {amount}" if gives_back else amount, note
