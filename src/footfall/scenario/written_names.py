"""Checks of the names under which things are written: what `as:` says, else the name itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from footfall.errors import SourceLocation, shown
from footfall.scenario.reader import Reader
from footfall.scenario.records import Event, EventProperty, Property


@dataclass(frozen=True, slots=True)
class Written:
    """A name in a scenario, and the one under which it is written."""

    name: str
    written: str
    at: SourceLocation


def refuse_written_twice(reader: Reader, what: str, named: Iterable[Written]) -> None:
    """Note every two names that are written under one.

    Args:
        reader: Notes them.
        what: How messages call them: `two user properties`.
        named: What is written in one place.
    """
    # Letter by letter: names that differ in case alone are two wherever names are texts. Where a
    # database takes them for one, it says what it makes of them.
    seen: dict[str, Written] = {}
    for one in named:
        other = seen.setdefault(one.written, one)
        # A name that stands twice has its message already.
        if other.name != one.name:
            both = f"{shown(other.name)} (line {other.at.line}) and {shown(one.name)}"
            reader.note(
                one.at,
                f"{what} are written as {shown(one.written)}: {both}",
                "each is written under a name of its own",
                "write another name after `as`",
            )


def check_written(
    reader: Reader,
    events: Sequence[Event],
    described: Iterable[EventProperty],
    users: Sequence[Property],
    sessions: Iterable[Property],
) -> None:
    """Note names that cannot be written: the same for two things, or kept for another."""
    refuse_written_twice(
        reader, "two events", (Written(e.name, e.written, e.at) for e in events)
    )
    aliases = {one.name: one.alias for one in described}
    for event in events:
        what = f"two properties of event {shown(event.name)}"
        refuse_written_twice(reader, what, _carried(event, aliases))
    refuse_written_twice(
        reader, "two user properties", (Written(p.name, p.written, p.at) for p in users)
    )
    for item in users:
        if item.alias == "stage":
            message = (
                f"user property {shown(item.name)} cannot be written as {shown(item.alias)}"
            )
            reader.note(item.at, message, "changes tell the stage of a person under that name")
    for item in sessions:
        if item.alias:
            reader.note(
                item.at,
                f"session property {shown(item.name)} has `as`, but is not written itself",
                "write it at the event property that says it: "
                f"{item.name}: {{value: {item.name}, as: {item.alias}}}",
            )


def _carried(event: Event, aliases: dict[str, str]) -> Iterator[Written]:
    for one in event.properties:
        yield Written(one.name, one.alias or aliases.get(one.name, "") or one.name, one.at)
