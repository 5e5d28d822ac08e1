"""Emitted values: the places where events are emitted, and what their properties are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from footfall.model.operations import Op


@dataclass(frozen=True, slots=True)
class StageRule:
    """An event takes a person to a stage."""

    stage: int
    when: Op | None


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list as a value: its length, and its elements' columns or columns of their rows."""

    length: int
    items: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class RecordValue:
    """A record as a value: one per field. It is null where all of them are."""

    fields: tuple[EmittedValue, ...]


NEVER_DAY = -(10**6)
"""The day of what has not happened yet: long before any other, and far from the ends of int64."""


@dataclass(frozen=True, slots=True)
class EventMemory:
    """The memory of an event: columns, -1 where no expression asks for it.

    Args:
        last: Time of the last one.
        last_day: Local date of the last one, days since 1970.
        streak: Days in a row up to that date, each with one at least.
        rings: Counts per local date, shape (n, K): of the K dates up to `last_day`, date d in cell d modulo K.
    """

    last: int = -1
    last_day: int = -1
    streak: int = -1
    rings: tuple[int, ...] = ()

    def columns(self) -> frozenset[int]:
        """Return the columns that there are."""
        return frozenset((self.last, self.last_day, self.streak, *self.rings)) - {-1}


EmittedValue = Op | ListValue | RecordValue
"""The value of an event property, as it follows from the state of a person."""


def mapped(value: EmittedValue, change: Callable[[Op], Op]) -> EmittedValue:
    """Return a value with its single values changed; elements of lists stay."""
    if isinstance(value, RecordValue):
        return RecordValue(tuple(mapped(inner, change) for inner in value.fields))
    return change(value) if isinstance(value, Op) else value


@dataclass(frozen=True, slots=True)
class Emission:
    """A place where an event is emitted.

    Args:
        event: Number of the event in the taxonomy.
        properties: Per property of this event: its number in the schema, and its value.
        captures: Columns whose values are kept at that moment; all values follow from them.
        in_session: Has session, device and platform.
        sign: What it does to who is known: `in`, `new` (in, by an account that is opened), `out`, or nothing.
        memories: Of it, and of visits.
        counted: Columns that hold counts of days as they are then, of which values and revenue tell.
    """

    event: int
    properties: tuple[tuple[int, EmittedValue], ...]
    captures: tuple[int, ...]
    revenue: Op | None
    in_session: bool
    stages: tuple[StageRule, ...]
    memories: tuple[EventMemory, ...] = ()
    counted: tuple[tuple[int, Op], ...] = ()
    sign: Literal["in", "new", "out", ""] = ""
