"""The records of a scenario file: checked in form, units parsed, places kept; not compiled."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Literal

from footfall.errors import SourceLocation
from footfall.html import element
from footfall.scenario.leaf_records import (
    ADDED,
    FREE,
    Constraint,
    Draw,
    Expression,
    ListType,
    Moment,
    Scalar,
    Text,
)
from footfall.scenario.step_records import Step
from footfall.text import plural


@dataclass(frozen=True, slots=True)
class Property:
    """A declared user property, session property or journey variable.

    Args:
        start: The constant it begins with; `Text` with `is_null` when it begins without a value.
        draw: Or the distribution it is drawn from.
        derived: Or the expression that it follows from.
        is_empty_list: `start: []`.
        type: As written, or None to infer it.
        values: The allowed texts, empty when any.
        constraint: On its values, or on each element of a list.
        elements: How many elements a list has.
        alias: The name under which it is written, "" for its own.
        fake: Kind of made-up values, "" for none.
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
    constraint: Constraint = field(default=FREE, metadata=ADDED)
    elements: Constraint = field(default=FREE, metadata=ADDED)
    alias: str = field(default="", metadata=ADDED)
    fake: str = field(default="", metadata=ADDED)

    @property
    def written(self) -> str:
        """The name under which events, changes and people have it."""
        return self.alias or self.name


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
        constraint: On its values, or on each element of a list.
        elements: How many elements a list has.
        alias: The name under which it is written; "" in an event for that of the description, if any.
        fields: Of a record: what it holds; it has no value then.
    """

    name: str
    at: SourceLocation
    value: Expression | None = None
    type: str | None = None
    values: tuple[str, ...] = ()
    about: str = ""
    example: str = ""
    required: bool | None = None
    constraint: Constraint = field(default=FREE, metadata=ADDED)
    elements: Constraint = field(default=FREE, metadata=ADDED)
    alias: str = field(default="", metadata=ADDED)
    fields: tuple[EventProperty, ...] = field(default=(), metadata=ADDED)


@dataclass(frozen=True, slots=True)
class Event:
    """An event type of the taxonomy.

    Args:
        properties: In declared order; a bare name has no `value` here.
        identifies: From here on the person is known.
        opens_account: From here on by another account.
        signs_out: After it the person is not known any more.
        alias: The event type that is written, "" for its name.
    """

    name: str
    category: str
    at: SourceLocation
    properties: tuple[EventProperty, ...] = ()
    revenue: Expression | None = None
    identifies: bool = False
    about: str = ""
    alias: str = field(default="", metadata=ADDED)
    opens_account: bool = field(default=False, metadata=ADDED)
    signs_out: bool = field(default=False, metadata=ADDED)

    @property
    def sign(self) -> Literal["in", "new", "out", ""]:
        """Effect on who is known: `in`, `new` (in, by a further account), `out`, or nothing."""
        if self.signs_out:
            return "out"
        return "new" if self.opens_account else "in" if self.identifies else ""

    @property
    def written(self) -> str:
        """The event type that is written."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Journey:
    """A sequence of steps.

    Args:
        when: Condition under which it is run at all.
        carries: Its variables.
        has_session: Written `session: none` where it has none.
        slots: How many of it may be pending for a person, where `later` starts it.
    """

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
    """A declared difference between people: for whom, where, when, and by what factor.

    Args:
        where: Addresses that it holds at.
        factor: By how much; of `chance` the chance itself.
        by: Property whose values are mapped to `factors`; without it `factor` holds for all.
    """

    named: str
    at: SourceLocation
    where: Text
    what: Literal["odds", "times", "chance", "duration", "value"]
    factor: Decimal | None = None
    by: Text | None = None
    factors: tuple[tuple[Text, Decimal], ...] = ()
    when: Expression | None = None
    start: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A span of time with more activity, or less: a factor."""

    named: str
    at: SourceLocation
    start: Moment
    until: Moment
    activity: Decimal


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar: start, length, rhythm, holidays and campaigns.

    Args:
        start: (year, month, day).
        length_days: Declared length.
        week: 7 x 24 weights at or above 0, Monday first, local hours.
        holidays: Country code ("" for all) → ((year or None, month, day), activity).
        days_spread: Of the logarithm of what a day does to activity.
        days_differ: Whether the days of each country are its own.
        days_seed: Instead of the stream's seed, for what days do.
    """

    at: SourceLocation
    start: tuple[int, int, int]
    length_days: int
    week: tuple[tuple[Decimal, ...], ...]
    holidays: tuple[tuple[str, tuple[int | None, int, int], Decimal], ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    days_spread: Decimal = Decimal(0)
    days_differ: bool = False
    days_seed: int | None = None


@dataclass(frozen=True, slots=True)
class PeopleHours:
    """The hours of each one.

    Args:
        by: Property that names each one's rhythm.
        rhythms: Name → week, as of the calendar.
        later: By how many hours each one's day is later.
    """

    at: SourceLocation
    by: Text | None = None
    rhythms: tuple[tuple[Text, tuple[tuple[Decimal, ...], ...]], ...] = ()
    later: Expression | None = None


@dataclass(frozen=True, slots=True)
class People:
    """The population.

    Args:
        already_here_share: Of `count`; None for as many per day as come after the start.
        households: (people who live together, weight); empty where everybody lives alone.
        arrivals_law: `exact`, `poisson` or `even`.
        arrivals_spread: Of the logarithm of what a day does to arrivals.
        growth_per_day: Factor minus one per day, compounded: 8 %/month gives 1.08 ** (1/30.4375) - 1.
    """

    at: SourceLocation
    count: int
    home: Text
    already_here_share: Decimal | None = Decimal(0)
    already_here_days: int = 0
    growth_per_day: Decimal = Decimal(0)
    arrivals_law: str = "exact"
    arrivals_spread: Decimal = Decimal(0)
    properties: tuple[Property, ...] = ()
    hours: PeopleHours | None = field(default=None, metadata=ADDED)
    households: tuple[tuple[int, Decimal], ...] = field(default=(), metadata=ADDED)


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices that people use.

    Args:
        per_person: (count, weight).
        kinds: A catalogue with the columns platform and os_name.
        shared: Chance that people who live together have one in common.
        sign_in: `once` for all devices, or `each`.
    """

    at: SourceLocation
    per_person: tuple[tuple[int, Decimal], ...]
    kinds: Catalogue
    shared: Decimal = field(default=Decimal(0), metadata=ADDED)
    sign_in: str = field(default="once", metadata=ADDED)


@dataclass(frozen=True, slots=True, repr=False)
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

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {', '.join(self._sizes)}>"

    def _repr_html_(self) -> str:
        about = element("p", self.about) if self.about else ""
        path = element("p", " → ".join(stage.name for stage in self.stages))
        sizes = element("p", ", ".join(self._sizes))
        return element("div", element("h2", self.title or self.name), about, sizes, path)

    @property
    def _sizes(self) -> tuple[str, ...]:
        days, journeys = self.calendar.length_days, len(self.journeys)
        return (
            plural(self.people.count, "person", "people"),
            plural(days, "day"),
            plural(journeys, "journey"),
            plural(len(self.events), "event"),
        )

    @property
    def already_here(self) -> Decimal:
        """The share of people who arrived before the start."""
        people = self.people
        if people.already_here_share is not None:
            return people.already_here_share
        with localcontext() as context:
            context.prec = 50
            per_day = 1 + people.growth_per_day
            # So many days' arrivals, in those of the first day, before the start and in all.
            days = range(-people.already_here_days, self.calendar.length_days)
            each = [per_day**day for day in days]
            before = sum(each[: people.already_here_days], Decimal(0))
            return before / sum(each, Decimal(0))

    @property
    def event_types(self) -> dict[str, str]:
        """Each event's name → the event type that is written, in order."""
        return {event.name: event.written for event in self.events}
