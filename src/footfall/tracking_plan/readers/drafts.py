"""Drafts of plans: rows are gathered, merged where they say the same, and noted where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from footfall.errors import shown
from footfall.scenario.constraints import clauses
from footfall.scenario.leaf_records import Constraint
from footfall.text import first_names
from footfall.tracking_plan.plan import (
    ExampleStep,
    Origin,
    Plan,
    PlanEvent,
    PlanProperty,
    PlanStage,
    PlanType,
    RemarkKind,
)
from footfall.tracking_plan.readers.folded_names import folded
from footfall.tracking_plan.readers.infer import Inferred, Source, inferred, no_times
from footfall.tracking_plan.readers.remark_log import RemarkLog
from footfall.tracking_plan.written_numbers import written_numbers

MOST_NAMED = 5
UNSORTED = "Events"
"""Category of events of which no plan says one."""


@dataclass(slots=True)
class EventDraft:
    """An event as far as it has been read; properties by name, in order."""

    event: PlanEvent
    properties: dict[str, PlanProperty] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A plan as far as it has been read.

    Args:
        untyped: (event, property) whose type nobody named; "" is the event of user properties.
        required: (event, property) → whether a cell says that it is required.
        dictionary: Property of events → what a table of properties alone says of it.
    """

    file: str
    name: str
    title: str = ""
    about: str = ""
    currency: str = ""
    categories: dict[str, str] = field(default_factory=dict)
    events: dict[str, EventDraft] = field(default_factory=dict)
    user_properties: dict[str, PlanProperty] = field(default_factory=dict)
    stages: dict[str, PlanStage] = field(default_factory=dict)
    goal: str = ""
    example: list[ExampleStep] = field(default_factory=list)
    has_open_people: bool = False
    untyped: set[tuple[str, str]] = field(default_factory=set)
    dictionary: dict[str, PlanProperty] = field(default_factory=dict)
    required: dict[tuple[str, str], bool] = field(default_factory=dict)
    log: RemarkLog = field(default_factory=RemarkLog)

    def remark(self, text: str, at: Origin | None = None, kind: RemarkKind = "guessed") -> None:
        """Note what was guessed, merged or not read; each sentence once."""
        self.log.add(kind, f"{at}: {text}" if at else text)

    def leave_out(self, what: str, at: Origin | None = None, n_places: int = 1) -> None:
        """Note that a column, a key or a keyword is not read: once per plan, however often it is met.

        Args:
            what: Such as `column Owner` or `keyword oneOf`; what is called alike is counted
                together.
            at: Where it stands; of several the first is named.
            n_places: How many cells or places carry something there.
        """
        self.log.leave_out(what, at or Origin(self.file), n_places)

    def add_event(self, read: PlanEvent) -> EventDraft:
        """Take an event; one of the same name is merged with it."""
        if read.name not in self.events:
            self.events[read.name] = EventDraft(read)
            return self.events[read.name]
        draft = self.events[read.name]
        old = draft.event
        changes: dict[str, Any] = {}
        for key in ("category", "about"):
            before, now = getattr(old, key), getattr(read, key)
            if now and before and now != before:
                what = {"category": "category", "about": "description"}[key]
                message = f"event {shown(read.name)} has another {what} than in {_cell(old)}; {shown(before)} is kept"
                self.remark(message, read.origin, "merged")
            elif now:
                changes[key] = now
        flags = {
            key: getattr(old, key) or getattr(read, key)
            for key in ("is_optional", "has_revenue", "identifies", "is_open")
        }
        draft.event = replace(old, changes=old.changes or read.changes, **changes, **flags)
        return draft

    def add_property(self, event: str, read: PlanProperty, *, is_typed: bool) -> None:
        """Take a property of an event, or of people where the event is "".

        Args:
            event: Name of an event that was taken before.
            read: What a row says of the property.
            is_typed: Whether the row names its type.
        """
        properties = self.events[event].properties if event else self.user_properties
        if not is_typed:
            self.untyped.add((event, read.name))
        old = properties.get(read.name)
        properties[read.name] = (
            read if old is None else self._merged(event, old, read, is_typed=is_typed)
        )

    def say_required(self, event: str, read: PlanProperty) -> None:
        """Note that a cell says of an event's property whether it is required; another may say the opposite."""
        if self.required.setdefault((event, read.name), read.is_required) != read.is_required:
            self.remark(
                f"property {shown(read.name)} of event {shown(event)} is required in one row and not in another; "
                "required is kept",
                read.origin,
                "merged",
            )

    def _merged(
        self, event: str, old: PlanProperty, read: PlanProperty, *, is_typed: bool
    ) -> PlanProperty:
        subject = f"property {shown(read.name)}" + (
            f" of event {shown(event)}" if event else " of users"
        )
        # A type that somebody names fills a gap; the second of two that are named is a
        # contradiction.
        if is_typed and (event, read.name) in self.untyped:
            self.untyped.discard((event, read.name))
            ends = (old.constraint.minimum, old.constraint.maximum)
            if any(end is not None for end in ends) and read.type in ("text", "boolean"):
                self._contradiction(subject, "type", "a number's range", old, read)
            old = replace(old, type=read.type, item=read.item, is_text=read.is_text)
        elif is_typed and (old.type, old.item) != (read.type, read.item):
            self._contradiction(subject, "type", old.type, old, read)
        changes: dict[str, Any] = {}
        for key, what in (
            ("about", "description"),
            ("values", "allowed values"),
            ("start", "start"),
            ("constraint", "constraints"),
            ("length", "length"),
        ):
            before, now = getattr(old, key), getattr(read, key)
            if before and now and before != now:
                self._contradiction(subject, what, _shown(before), old, read)
            else:
                changes[key] = before or now
        examples = tuple(dict.fromkeys((*old.examples, *read.examples)))
        flags = {
            key: getattr(old, key) or getattr(read, key)
            for key in ("is_required", "changes", "is_open")
        }
        return replace(old, examples=examples, **changes, **flags)

    def _contradiction(
        self, subject: str, what: str, kept: str, old: PlanProperty, read: PlanProperty
    ) -> None:
        self.remark(
            f"{subject} has other {what} than in {_cell(old)}; {shown(kept)} is kept",
            read.origin,
            "merged",
        )

    def finished(self) -> Plan:
        """Return the plan: types that nobody named inferred, fields of records within their lists, all remarks."""
        # Types from the table of properties first: what is left without one is inferred from
        # all that is known.
        self._look_up()
        self._leave_out_required_people()
        self._infer()
        self._take_days_as_text()
        self._tell_of_numbers()
        events = [
            replace(draft.event, properties=folded(draft.properties.values()))
            for draft in self.events.values()
        ]
        events = [
            event if event.category else replace(event, category=UNSORTED) for event in events
        ]
        in_use = dict.fromkeys(event.category for event in events)
        order = [*in_use, *(name for name in self.categories if name not in in_use)]
        return Plan(
            name=self.name,
            title=self.title,
            about=self.about,
            currency=self.currency,
            categories=tuple((name, self.categories.get(name, "")) for name in order),
            events=tuple(event for name in order for event in events if event.category == name),
            user_properties=folded(self.user_properties.values()),
            stages=tuple(self.stages.values()),
            goal=self.goal,
            example=tuple(self.example),
            has_open_people=self.has_open_people,
            remarks=tuple(self.log.remarks()),
        )

    # --- what other rows, and the values, say of a property -----------------------------------------------------

    def _look_up(self) -> None:
        """Fill in what a table of the events' properties says of them."""
        for event, draft in self.events.items():
            for name, found in draft.properties.items():
                if name in self.dictionary:
                    draft.properties[name] = self._filled(event, found, self.dictionary[name])

        used = {name for draft in self.events.values() for name in draft.properties}
        for name, entry in self.dictionary.items():
            if name not in used:
                said = (name, entry.type != "any", entry.about, entry.values, entry.examples)
                n_cells = sum(map(bool, (*said, entry.is_required)))
                self.leave_out(f"property {name}, which no event has,", entry.origin, n_cells)

    def _leave_out_required_people(self) -> None:
        """Name the user properties that are required: no call says that everybody has one from the start."""
        for name, found in self.user_properties.items():
            if found.is_required:
                self.leave_out(f"required of user property {name}", found.origin)
                self.user_properties[name] = replace(found, is_required=False)

    def _filled(self, event: str, found: PlanProperty, entry: PlanProperty) -> PlanProperty:
        """Return a property of an event with what it leaves out from the dictionary's entry."""
        if (event, found.name) in self.untyped and entry.type != "any":
            self.untyped.discard((event, found.name))
            found = replace(found, type=entry.type, item=entry.item)
        return replace(
            found,
            about=found.about or entry.about,
            values=found.values or entry.values,
            examples=found.examples or entry.examples,
            constraint=found.constraint or entry.constraint,
            is_required=found.is_required or entry.is_required,
        )

    def _infer(self) -> None:
        """Give a type to those properties that have none: as in another event, else by what is seen of them."""
        # Properties of one name are inferred together: ten examples say more than one. Those of
        # people stand apart, as the same name may mean something else there.
        alike: dict[tuple[bool, str], dict[str, PlanProperty]] = {}
        for event, properties in (
            ("", self.user_properties),
            *((e, d.properties) for e, d in self.events.items()),
        ):
            for name, found in properties.items():
                alike.setdefault((bool(event), name), {})[event] = found
        guessed: dict[tuple[PlanType, Source], list[str]] = {}
        for (_, name), places in alike.items():
            untyped = [event for event in places if (event, name) in self.untyped]
            typed = [found for event, found in places.items() if event not in untyped]
            if typed:
                self._type_as(name, untyped, typed[0].type, typed[0].item)
            else:
                kind, item, source = _inferred(name, places.values())
                self._type_as(name, untyped, kind, item)
                guessed.setdefault((kind, source), []).append(name)
        for (kind, source), names in guessed.items():
            self.remark(
                f"{self.file}: type {kind}, {_SOURCES[source]}: "
                f"{first_names(names, MOST_NAMED)}"
            )

    def _take_days_as_text(self) -> None:
        """Take times for texts where the plan's own examples would be none, such as `24.12.2026`."""
        for properties in (self.user_properties, *(d.properties for d in self.events.values())):
            for name, found in properties.items():
                if found.type == "time" and (odd := no_times(found.examples)):
                    properties[name] = replace(found, type="text")
                    example = (
                        f"{shown(name)} is taken as text: its example {shown(odd[0][:40])}"
                    )
                    self.remark(f"{example} is no time in ISO 8601", found.origin)

    def _tell_of_numbers(self) -> None:
        """Name what stands under a number's values or examples and is none, as it counts for nothing."""
        for properties in (self.user_properties, *(d.properties for d in self.events.values())):
            for found in properties.values():
                kind = found.item if found.type == "list" else found.type
                if kind not in ("integer", "number", "money"):
                    continue
                for what, texts in (
                    ("allowed values", found.values),
                    ("examples", found.examples),
                ):
                    for text in _no_numbers(texts, is_list=found.type == "list"):
                        self.leave_out(
                            f"{shown(text[:40])} among {what} of numbers", found.origin
                        )
                    for unit in dict.fromkeys(
                        n.unit for n in written_numbers(texts) if n and n.unit not in ("", "%")
                    ):
                        self.remark(
                            f"unit {unit} of {found.name} is left out of its {what}",
                            found.origin,
                        )

    def _type_as(
        self, name: str, events: Iterable[str], kind: PlanType, item: PlanType | None
    ) -> None:
        for event in events:
            properties = self.events[event].properties if event else self.user_properties
            properties[name] = replace(properties[name], type=kind, item=item)


_SOURCES: dict[Source, str] = {
    "values": "guessed from the allowed values",
    "examples": "guessed from examples",
    "name": "guessed from the name",
    "description": "guessed from the description",
    "": "as nothing says what it is",
}


def _inferred(name: str, places: Iterable[PlanProperty]) -> Inferred:
    found = list(places)
    ends = (end for each in found for end in (each.constraint.minimum, each.constraint.maximum))
    # A range says that it is a number, and a whole one unless its ends or an example have decimals.
    values = [f"{end:f}" for end in ends if end is not None]
    examples = [example for each in found for example in each.examples]
    if values:
        numbers = zip(examples, written_numbers(examples), strict=True)
        values += [text for text, number in numbers if number and not number.is_whole]
    values += [value for each in found for value in each.values]
    about = next((each.about for each in found if each.about), "")
    return inferred(name, about, values, examples)


def _shown(before: str | tuple[str, ...] | Constraint) -> str:
    if isinstance(before, Constraint):
        return "; ".join(f"{key}: {text}" for key, text in clauses(before))
    return before if isinstance(before, str) else "; ".join(before)


def _no_numbers(texts: Sequence[str], *, is_list: bool) -> Iterator[str]:
    """Yield the texts that are no numbers; those of a list may be written `[1, 2]`."""
    for text, number in zip(texts, written_numbers(texts), strict=True):
        is_empty = text.casefold() in ("null", "none", "any")
        if number is None and not is_empty and not (is_list and text.startswith("[")):
            yield text


def _cell(read: PlanEvent | PlanProperty) -> str:
    origin = read.origin
    if origin is None:
        return "another row"
    return str(origin) if origin.place else " ".join(filter(None, (origin.sheet, origin.cell)))
