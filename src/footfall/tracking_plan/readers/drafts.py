"""Drafts of plans: rows are gathered, merged where they say the same, and noted where they contradict each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from footfall.errors import shown
from footfall.scenario.constraints import clauses
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import (
    ExampleStep,
    Origin,
    PlanEvent,
    PlanProperty,
    PlanStage,
    RemarkKind,
)
from footfall.tracking_plan.readers.remark_log import RemarkLog
from footfall.tracking_plan.same_as import SameAsCell, as_property, same_as


@dataclass(slots=True)
class EventDraft:
    """An event as far as it has been read; properties by name, in order."""

    event: PlanEvent
    properties: dict[str, PlanProperty] = field(default_factory=dict)


class ReferringCell(NamedTuple):
    """A cell of an event that says whose properties it has, or is one with an odd name."""

    event: str
    read: PlanProperty
    is_typed: bool


@dataclass(slots=True)
class Draft:
    """A plan as far as it has been read.

    Args:
        untyped: (event, property) whose type nobody named; "" is the event of user properties.
        required: (event, property) → whether a cell says that it is required.
        dictionary: Property of events → what a table of properties alone says of it.
        same_as: Cells that say whose properties an event has, in place of a property's name.
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
    same_as: list[ReferringCell] = field(default_factory=list)
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
                first = f"{_cell(old.place_of(key))}; {shown(before)} is kept"
                message = f"event {shown(read.name)} has another {what} than in {first}"
                self.remark(message, read.place_of(key), "merged")
            elif now:
                changes[key] = now
        flags = {
            key: getattr(old, key) or getattr(read, key)
            for key in ("is_optional", "has_revenue", "identifies", "is_open")
        }
        places = {**read.places, **old.places}
        draft.event = replace(
            old, changes=old.changes or read.changes, places=places, **changes, **flags
        )
        return draft

    def add_property(self, event: str, read: PlanProperty, *, is_typed: bool) -> None:
        """Take a property of an event, or of people where the event is "".

        Args:
            event: Name of an event that was taken before.
            read: What a row says of the property.
            is_typed: Whether the row names its type.
        """
        found = same_as(read.name) if isinstance(read, SameAsCell) else None
        if found is None:
            self.take_property(event, read, is_typed=is_typed)
        elif event:
            self.same_as.append(ReferringCell(event, read, is_typed))
        elif not found.is_sure:
            self.take_property("", as_property(read), is_typed=is_typed)
        else:
            self.leave_out(
                f"{shown(read.name)}, which leads to no event that is known,", read.origin
            )

    def take_property(self, event: str, read: PlanProperty, *, is_typed: bool) -> None:
        """Take what is one beyond doubt, whatever its name says."""
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
                read.place_of("required"),
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
                self._contradiction(subject, "type", "a number's range", old, read, "type")
            old = replace(old, type=read.type, item=read.item, is_text=read.is_text)
        elif is_typed and (old.type, old.item) != (read.type, read.item):
            self._contradiction(subject, "type", old.type, old, read, "type")
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
                self._contradiction(subject, what, _shown(before), old, read, key)
            else:
                changes[key] = before or now
        examples = tuple(dict.fromkeys((*old.examples, *read.examples)))
        flags = {
            key: getattr(old, key) or getattr(read, key)
            for key in ("is_required", "changes", "is_open")
        }
        places = {**read.places, **old.places}
        return replace(old, examples=examples, places=places, **changes, **flags)

    def _contradiction(
        self,
        subject: str,
        what: str,
        kept: str,
        old: PlanProperty,
        read: PlanProperty,
        key: str = "",
    ) -> None:
        """Note that two rows say other things of a property; `key` is the field that they are about."""
        self.remark(
            f"{subject} has other {what} than in {_cell(old.place_of(key))}; {shown(kept)} is kept",
            read.place_of(key),
            "merged",
        )


def _shown(before: str | tuple[str, ...] | Constraint) -> str:
    if isinstance(before, Constraint):
        return "; ".join(f"{key}: {text}" for key, text in clauses(before))
    return before if isinstance(before, str) else "; ".join(before)


def _cell(origin: Origin | None) -> str:
    if origin is None:
        return "another row"
    return str(origin) if origin.place else " ".join(filter(None, (origin.sheet, origin.cell)))
