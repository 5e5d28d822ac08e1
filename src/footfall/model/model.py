"""The Model: everything the simulation needs."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.data.part import Groups
from footfall.data.stream import Stream
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.emitted_values import Emission, ListValue
from footfall.model.operations import Op
from footfall.model.program import Node, RandomValue, Timer
from footfall.model.tables import CatalogueColumn, Categorical, InverseCdf
from footfall.model.values import Array, Kind

MOST_ACCOUNTS = 3
"""Of a person. Whoever opens one more is known by the third again."""


@dataclass(frozen=True, slots=True)
class Column:
    """A state array, one row per person.

    Args:
        width: 0 for one value per person, else the greatest length of a list.
        start: What it holds at first.
        size: Of composed texts: the most bytes that one has.
    """

    name: str
    kind: Kind
    width: int = 0
    start: int | float | bytes = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class UserProperty:
    """A user property: where its value lies, and how it is written.

    Args:
        kind: Of its column.
        column: Its column; for a list, that of the length.
        items: For a list: the columns of its fields.
        value: What is written, from these columns alone: a row of a catalogue as its first column, in a list as all.
    """

    name: str
    kind: Kind
    column: int
    items: tuple[int, ...]
    value: Op | ListValue


@dataclass(frozen=True, slots=True)
class InitialValue:
    """The first value of a column: drawn, or derived from others; in this order.

    Args:
        effects: Factors on the value.
        affected: With effects: its place in `Model.affected`; else -1.
    """

    column: int
    kind: Kind
    value: Op | RandomValue
    effects: tuple[CompiledEffect, ...] = ()
    affected: int = -1


ACTIVITY_BITS = 16
"""The mean activity over a standard week is 2**16."""
CHANNEL_BITS = 15
"""People come by one of 2**15 channels: 0, or that of a campaign."""
DAY_FACTOR_BITS = 20
"""What a day does to all who share it is a factor in 2**-20."""
Z_BITS = 32
"""Normal values of which whole numbers are made are in 2**-32."""
MOST_ACTIVITY = 1 << 30
"""16,384 times the mean: what is more counts as this, so that products with weights of homes fit in 63 bits."""


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """A span with another activity.

    Args:
        from_ms, until_ms: Half-open.
        activity: Factor in 2**-ACTIVITY_BITS.
        key: Of its draws: who comes by it, or stays away.
        channel: By which its people come: from 1 to below 2**CHANNEL_BITS.
    """

    from_ms: int
    until_ms: int
    activity: int
    key: int
    channel: int

    @property
    def lowers(self) -> bool:
        """Whether activity is less than without it."""
        return self.activity < 1 << ACTIVITY_BITS


@dataclass(frozen=True, slots=True, eq=False)
class SharedDays:
    """A factor per date that people share: log-normal, with the mean 1.

    Args:
        key: Of the draws of dates.
        normal: The standard normal law, in 2**-32.
        factors: Shape (1025,), int64: factor in 2**-20 of normal values from -8 to 8.
    """

    key: int
    normal: InverseCdf
    factors: Array


@dataclass(frozen=True, slots=True, eq=False)
class CalendarSpec:
    """The numbers that the calendar is made from.

    Args:
        origin_ms: Where the grid of quarter hours begins: a whole quarter hour at or before the first arrival.
        start_ms: Start of the run.
        week: Shape (7, 24), int64: activity by local weekday and hour, in 2**-ACTIVITY_BITS of the mean of the week.
        zones: Names of time zones.
        rhythms: Per rhythm: (number of its zone, country code).
        holidays: (country or "", year or 0, month, day, factor in 2**-ACTIVITY_BITS).
        campaigns: In the order of the scenario.
        shared_days: What days do to activity, per rhythm; nothing where there are none.
        own_weeks: Like `week`: those that some people live by in its place. Their rhythms are numbered behind those
            of `week`, as many for each as there are `rhythms`.
    """

    origin_ms: int
    start_ms: int
    week: Array
    zones: tuple[str, ...]
    rhythms: tuple[tuple[int, str], ...]
    holidays: tuple[tuple[str, int, int, int, int], ...]
    campaigns: tuple[CampaignSpec, ...]
    shared_days: tuple[SharedDays, ...] = ()
    own_weeks: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class OwnHours:
    """The hours of each one, where they are not those of all.

    Args:
        week: Number of each one's week, 0 for that of the calendar, else 1 + its place in `own_weeks`.
        later: By how many hours each one's day is later.
    """

    week: Op | None
    later: Op | None


@dataclass(frozen=True, slots=True, eq=False)
class PeopleSpec:
    """The people who come: how many, when, and from where.

    Args:
        newcomers: People who arrive within the declared length.
        already_here: People who arrived before the start; they have the first numbers.
        span_days: Over how many days before the start.
        length_days: Declared length.
        growth_per_day: Factor per day in 2**-40.
        law: `exact` (random days, the totals as asked for), `poisson` (random totals), or `even` (no randomness).
        count_key: Of the draws of how many come per day.
        normal: The standard normal law, in 2**-32.
        shared_days: What days do to arrivals, if anything.
        home_weights: Shape (C,), int64, above 0 in sum; scaled to a sum of about 2**30.
        home_rhythms: Shape (C,), int32: rhythm of each home row.
        home_zones: Shape (C,), int32: time zone of each home row.
        hours: Where not all live by the same.
    """

    newcomers: int
    already_here: int
    span_days: int
    length_days: int
    growth_per_day: int
    law: str
    count_key: int
    normal: InverseCdf
    shared_days: SharedDays | None
    home_weights: Array
    home_rhythms: Array
    home_zones: Array
    hours: OwnHours | None = None
    households: HouseholdSpec | None = None


@dataclass(frozen=True, slots=True, eq=False)
class HouseholdSpec:
    """Sizes of households, each by its weight."""

    sizes: Categorical
    size_values: tuple[int, ...]
    key: int


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSpec:
    """On what: how many devices a person has, and of which kind each is.

    Args:
        shared: Whether people who live together have a device in common, 0 for yes; None where nobody has.
        has_own_sign_in: Each device needs a sign-in of its own.
    """

    counts: Categorical
    count_values: tuple[int, ...]
    kinds: Categorical
    count_key: int
    kind_key: int
    session_key: int
    shared: Categorical | None = None
    shared_key: int = 0
    has_own_sign_in: bool = False

    @property
    def own(self) -> int:
        """The most devices that are a person's alone: 8."""
        return max(self.count_values)

    @property
    def most(self) -> int:
        """The most devices that a person uses, below 15."""
        return self.own + (self.shared is not None)


@dataclass(frozen=True, slots=True)
class DecisionName:
    """A decision in the tallies."""

    address: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AffectedDraw:
    """A wait or a value that effects act on, in the tallies.

    Args:
        kind: `wait`, or the kind of the value: `integer`, `number` or `money`.
    """

    address: str
    kind: str
    effects: tuple[CompiledEffect, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A compiled scenario for one stream.

    Args:
        texts: Every text that can occur, by code.
        columns: State arrays, the built-in ones first (`builtins`).
        tables: Columns of catalogues.
        home: Table numbers of the home catalogue's columns city, country, language (or -1), time_zone.
        device_tables: Table numbers of platform and os_name.
        nodes: The program.
        entry: First node of the main journey.
        end: Node where a life is over.
        decisions, affected, effects, skips: Names for the tallies.
        events: (name, category) per event of the taxonomy.
        groups: Of people who are simulated together, a constant of the stream.
    """

    stream: Stream
    texts: tuple[str, ...]
    columns: tuple[Column, ...]
    tables: tuple[CatalogueColumn, ...]
    home: tuple[int, int, int, int]
    device_tables: tuple[int, int]
    stage_codes: Array
    initials: tuple[InitialValue, ...]
    session_initials: tuple[InitialValue, ...]
    user_properties: tuple[UserProperty, ...]
    nodes: tuple[Node, ...]
    emissions: tuple[Emission, ...]
    timers: tuple[Timer, ...]
    entry: int
    end: int
    decisions: tuple[DecisionName, ...]
    affected: tuple[AffectedDraw, ...]
    effects: tuple[str, ...]
    skips: tuple[tuple[str, str], ...]
    events: tuple[tuple[str, str], ...]
    calendar: CalendarSpec
    people: PeopleSpec
    devices: DeviceSpec
    person_key: int
    arrival_key: int
    home_key: int
    language: int
    groups: Groups

    @property
    def start_ms(self) -> int:
        """Start of the run, ms since the epoch, UTC."""
        return self.stream.start_ms

    @property
    def most_accounts(self) -> int:
        """The most accounts that a person opens."""
        return MOST_ACCOUNTS if any(e.sign == "new" for e in self.emissions) else 1

    @property
    def length_days(self) -> int:
        """Declared length in days."""
        return self.people.length_days
