"""The records that a scenario file becomes: checked in form, units parsed, places kept; nothing compiled yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from footfall.errors import SourceLocation

Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it stands in the file, with its place; typed later, where its meaning is known."""

    text: str
    at: SourceLocation
    is_null: bool = False
    is_quoted: bool = False

    @property
    def inside(self) -> SourceLocation:
        """Where its first character stands, behind the quote."""
        return SourceLocation(self.at.file, self.at.line, self.at.column + self.is_quoted)


@dataclass(frozen=True, slots=True)
class Expression:
    """Source text of an expression and where it stands."""

    text: str
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, as written.

    Args:
        day: 1-based day since the start, when written `day N`; else None.
        local: (year, month, day, hour, minute) in the scenario's time zone, when written as a date; else None.
        minute_of_day: With `day`: minutes after local midnight.
    """

    at: SourceLocation
    day: int | None = None
    minute_of_day: int = 0
    local: tuple[int, int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A duration: exact, log-normal ("about"), or uniform.

    Args:
        kind: Which of the three.
        low_ms: Exact value, the median, or the lower end, in ms.
        high_ms: Upper end for uniform; else equal to `low_ms`.
        spread: Standard deviation of the logarithm for `about`; else 0.
    """

    kind: Literal["exact", "about", "uniform"]
    low_ms: int
    high_ms: int
    spread: Decimal
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class Ramp:
    """A chance that runs in a straight line from `low` (at 0) to `high` (at `over`) of a number, then stays."""

    start: Decimal
    end: Decimal
    over: Decimal
    of: Expression
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class Rest:
    """The chance that the other options leave."""

    at: SourceLocation


Chance = Decimal | Expression | Ramp | Rest


@dataclass(frozen=True, slots=True)
class Draw:
    """A random value.

    Args:
        kind: The law.
        choices: For `pick`: (constant, weight), weights above 0 or equal to 0, not all 0.
        a: mean, median or low.
        b: sd, spread or high.
        between: Cut to this, or None.
    """

    kind: Literal["pick", "normal", "lognormal", "uniform"]
    at: SourceLocation
    choices: tuple[tuple[Text, Decimal], ...] = ()
    a: Decimal = Decimal(0)
    b: Decimal = Decimal(0)
    between: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class ListType:
    """A list: of a scalar type or a catalogue (`of`), or of a record (`fields`), with at most `at_most` elements."""

    at_most: int
    of: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """A declared user property, session property or journey variable.

    Args:
        start: The constant it begins with; `Text` with `is_null` when it begins without a value.
        draw: Or the law it is drawn from.
        derived: Or the expression it follows from.
        is_empty_list: `start: []`.
        type: As written, or None to infer it.
        values: The allowed texts, empty when any.
    """

    name: str
    at: SourceLocation
    start: Text | None = None
    draw: Draw | None = None
    derived: Expression | None = None
    is_empty_list: bool = False
    type: str | None = None
    list_type: ListType | None = None
    values: tuple[str, ...] = ()
    about: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A table that is drawn from.

    Args:
        columns: Names, in order.
        types: Type per column: `text`, `integer`, `number` or `money`.
        rows: One tuple per row, one scalar per column, typed (money as Decimal major units).
        weights: One per row, at or above 0, or None when all are alike.
        is_scalar: Written as a list of scalars: the one column is named like the catalogue.
    """

    name: str
    at: SourceLocation
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    weights: tuple[Decimal, ...] | None
    is_scalar: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the critical path and the events that take a person there."""

    name: str
    at: SourceLocation
    on: tuple[Text, ...] = ()
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class EventProperty:
    """An event property: as described under `properties`, or as used in one event.

    Args:
        value: None in a description without a value of its own.
        required: None to infer it from whether the value can be null.
    """

    name: str
    at: SourceLocation
    value: Expression | None = None
    type: str | None = None
    values: tuple[str, ...] = ()
    about: str = ""
    example: str = ""
    required: bool | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the taxonomy. `properties` are in declared order; a bare name has no `value` here."""

    name: str
    category: str
    at: SourceLocation
    properties: tuple[EventProperty, ...] = ()
    revenue: Expression | None = None
    identifies: bool = False
    about: str = ""


# --- steps -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has."""

    at: SourceLocation
    when: Expression | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of `set`, `add`, `append` or `remove`.

    Args:
        value: For `set`: a constant or expression (`Text`, told apart when types are known) or a draw. For `add`:
            `Text`.
            For `append`: `Text`, or `fields` for a record. For `remove`: `Text` (a variable, a value, or `all`).
    """

    verb: Literal["set", "add", "append", "remove"]
    name: str
    at: SourceLocation
    value: Text | Draw | None = None
    fields: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitStep(Step):
    """An event happens, after an optional wait and changes of state."""

    event: str
    after: Wait | None = None
    changes: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoStep(Step):
    journey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeStep(Step):
    chance: Chance
    steps: tuple[Step, ...]
    otherwise: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class EitherOption:
    """An option of `either`: exactly one of `chance` and `weight`; `steps` hold what `do` and `event` abbreviate."""

    at: SourceLocation
    steps: tuple[Step, ...]
    named: str | None = None
    chance: Chance | None = None
    weight: Decimal | Expression | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EitherStep(Step):
    options: tuple[EitherOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatStep(Step):
    steps: tuple[Step, ...]
    leave: Chance | None = None
    until: Expression | None = None
    at_most: int | None = None
    come_back_after: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOnStep(Step):
    chance: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveStep(Step):
    what: Literal["visit", "for good"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(Step):
    """`wait:` (in the session) or `come back after:` (ends it)."""

    wait: Wait
    ends_session: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStep(Step):
    """`set`, `add`, `append` and `remove` as steps of their own, in written order."""

    changes: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class PickOne:
    """One target of `pick`: into `variable`, from a catalogue or a list, where `column == value`."""

    variable: str
    source: str
    at: SourceLocation
    where: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickStep(Step):
    picks: tuple[PickOne, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStep(Step):
    target: str
    at_most: int
    after: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStep(Step):
    """Starts after `wait`, or at the time `moment`.

    `is_activity`: written `come back after`, so the wait runs in activity time.
    """

    journey: str
    wait: Wait | None = None
    moment: Expression | None = None
    is_activity: bool = False
    values: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenStep(Step):
    """`when: … steps: … else: …`; `when` of `Step` holds the condition."""

    steps: tuple[Step, ...]
    otherwise: tuple[Step, ...] = ()


# --- the rest --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Journey:
    name: str
    at: SourceLocation
    steps: tuple[Step, ...]
    when: Expression | None = None
    carries: tuple[Property, ...] = ()
    has_session: bool = True
    slots: int = 1
    about: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """Who, when, where, how much. `by` maps values of a property to factors; else `factor` holds the one factor."""

    named: str
    at: SourceLocation
    where: Text
    what: Literal["odds", "duration", "value"]
    factor: Decimal | None = None
    by: Text | None = None
    factors: tuple[tuple[Text, Decimal], ...] = ()
    when: Expression | None = None
    start: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    named: str
    at: SourceLocation
    start: Moment
    until: Moment
    activity: Decimal


@dataclass(frozen=True, slots=True)
class Calendar:
    """When.

    Args:
        start: (year, month, day).
        length_days: Declared length.
        week: 7 x 24 weights at or above 0, Monday first, local hours.
        holidays: Country code ("" for all) → ((year or None, month, day), activity).
    """

    at: SourceLocation
    start: tuple[int, int, int]
    length_days: int
    week: tuple[tuple[Decimal, ...], ...]
    holidays: tuple[tuple[str, tuple[int | None, int, int], Decimal], ...] = ()
    campaigns: tuple[Campaign, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Who. `growth_per_day` is the factor minus one per day, compounded: 8 %/month gives 1.08 ** (1/30.4375) - 1."""

    at: SourceLocation
    count: int
    home: Text
    already_here_share: Decimal = Decimal(0)
    already_here_days: int = 0
    growth_per_day: Decimal = Decimal(0)
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Devices:
    """`per_person`: (count, weight); `kinds`: a catalogue with the columns platform and os_name."""

    at: SourceLocation
    per_person: tuple[tuple[int, Decimal], ...]
    kinds: Catalogue


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as loaded.

    Args:
        source: Name of the file as the user gave it.
        stages: In order of the critical path.
        main: Name of the journey that every person lives.
        goal: Name of the stage that counts as conversion.
    """

    source: str
    name: str
    calendar: Calendar
    people: People
    stages: tuple[Stage, ...]
    events: tuple[Event, ...]
    journeys: tuple[Journey, ...]
    at: SourceLocation
    title: str = ""
    about: str = ""
    currency: str = "USD"
    time_zone: str = "UTC"
    main: Text = field(default_factory=lambda: Text("life", SourceLocation("", 1, 1)))
    goal: Text | None = None
    devices: Devices | None = None
    session_properties: tuple[Property, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()
    properties: tuple[EventProperty, ...] = ()
    effects: tuple[Effect, ...] = ()
