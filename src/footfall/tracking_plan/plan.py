"""The tracking plan as a neutral record: what sheets, CSV files, JSON Schemas, pages and scenarios say each in its way.

Writers take a `Plan`, readers make one; nothing else passes between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from footfall.scenario.leaf_records import FREE, Constraint

PlanType = Literal[
    "text", "integer", "number", "boolean", "money", "time", "list", "record", "any"
]


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of something in what was read, for messages: `plan.xlsx, sheet Events, cell B7`.

    Args:
        place: In a file without cells: `line 7`, `Order Paid.amount`.
    """

    file: str
    sheet: str = ""
    cell: str = ""
    place: str = ""

    def __str__(self) -> str:
        sheet = self.sheet and f"sheet {self.sheet}"
        cell = self.cell and f"cell {self.cell}"
        return ", ".join(filter(None, (self.file, sheet, cell, self.place)))


RemarkKind = Literal["guessed", "merged", "not read"]
"""A reader took something for something, kept one of two that contradict each other, or left something out."""


@dataclass(frozen=True, slots=True)
class PlanRemark:
    """A remark of a reader: one sentence, which begins with the place."""

    kind: RemarkKind
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def is_loss(self) -> bool:
        """Whether something that the plan says is not in what was read."""
        return self.kind != "guessed"


@dataclass(frozen=True, slots=True)
class PlanProperty:
    """A property of an event or of a person.

    Args:
        type: `any` where a plan does not say and nothing shows it.
        item: For a list: type of its elements, None for records.
        fields: For a record or a list of records: their fields.
        values: The allowed values, as text, in order; empty when any will do.
        examples: As text, most telling first; a list is written `[a, b]`.
        is_required: Never left out, never null.
        changes: A user property that changes in the course of a life.
        start: For a user property: what it holds at first, as text; "" when the plan does not
            say, "null" for nothing.
        constraint: Of its values, or of the elements of a list.
        length: Of a list: how many elements it has (`least`, `most`).
        is_open: Of a record or a list of records: fields that are not declared are welcome.
        is_text: Of a time, or a list of times: it is sent as text, so that a number is none.
        places: Where `values`, `examples`, `type` and so on stand, if not where the property does.
    """

    name: str
    type: PlanType = "any"
    item: PlanType | None = None
    fields: tuple[PlanProperty, ...] = ()
    about: str = ""
    values: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    is_required: bool = False
    changes: bool = False
    start: str = ""
    constraint: Constraint = FREE
    length: Constraint = FREE
    is_open: bool = False
    is_text: bool = field(default=False, compare=False)
    origin: Origin | None = field(default=None, compare=False)
    places: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    def place_of(self, what: str) -> Origin | None:
        """Return where its `values`, `examples`, `type` and so on stand, for messages."""
        return self.places.get(what, self.origin)


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """An event.

    Args:
        category: The business process that it belongs to.
        is_optional: A person may do without it where it stands in its process.
        changes: Changes of state that come with it, as a reader of the diagram sees them:
            `status = studying`.
        has_revenue: Money moves.
        identifies: From here on the person is known by a `user_id`.
        is_open: Properties that are not declared are welcome.
    """

    name: str
    category: str = ""
    about: str = ""
    properties: tuple[PlanProperty, ...] = ()
    is_optional: bool = False
    changes: tuple[str, ...] = ()
    has_revenue: bool = False
    identifies: bool = False
    is_open: bool = False
    origin: Origin | None = field(default=None, compare=False)
    places: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    def place_of(self, what: str) -> Origin | None:
        """Return where its `category` or `about` stands, for messages."""
        return self.places.get(what, self.origin)


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A stage of the critical path, and the events that take a person there (the first needs none).

    Args:
        condition: What must hold at that event.
        is_optional: People may get further without it.
    """

    name: str
    events: tuple[str, ...] = ()
    condition: str = ""
    is_optional: bool = False
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ExampleStep:
    """One line of the example beside the critical path: a single simulated person on the way through it.

    Args:
        time: ISO 8601, UTC.
        properties: (name, value as text), in the plan's order.
    """

    user_id: str
    event: str
    time: str = ""
    stage: str = ""
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A tracking plan.

    Args:
        events: In the plan's order; those of a category stand together.
        categories: (name, description), in order; every category of an event is among them.
        stages: The critical path.
        example: A person who walks it.
        has_open_people: User properties that are not declared are welcome.
        remarks: What a reader guessed, merged or did not read, for people; what is lost first.
    """

    name: str
    title: str = ""
    about: str = ""
    currency: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    events: tuple[PlanEvent, ...] = ()
    user_properties: tuple[PlanProperty, ...] = ()
    stages: tuple[PlanStage, ...] = ()
    goal: str = ""
    example: tuple[ExampleStep, ...] = ()
    has_open_people: bool = False
    remarks: tuple[PlanRemark, ...] = field(default=(), compare=False)
