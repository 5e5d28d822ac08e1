"""Emitted values: the places where events are emitted, and what their properties are there."""

from __future__ import annotations

from dataclasses import dataclass

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


EmittedValue = Op | ListValue | RecordValue
"""The value of an event property, as it follows from the state of a person."""


@dataclass(frozen=True, slots=True)
class Emission:
    """A place where an event is emitted.

    Args:
        event: Number of the event in the taxonomy.
        properties: Per property of this event: its number in the schema, and its value.
        captures: Columns whose values are kept at that moment; all values follow from them.
        in_session: Has session, device and platform.
    """

    event: int
    properties: tuple[tuple[int, EmittedValue], ...]
    captures: tuple[int, ...]
    revenue: Op | None
    in_session: bool
    identifies: bool
    stages: tuple[StageRule, ...]
