"""The smallest records: a text, an expression, a moment, a wait, a chance, a draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from footfall.errors import SourceLocation

Scalar = str | int | Decimal | bool | None

ADDED = {"added": True}
"""Metadata of a record's field that came after the first release.

At its default it stays out of a stream's identity (`compiler/stream_id.py`): a scenario that does not use it is the
stream that it was.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as in the file, with its place; typed later, where its meaning is known."""

    text: str
    at: SourceLocation
    is_null: bool = False
    is_quoted: bool = False

    @property
    def inside(self) -> SourceLocation:
        """The place of its first character, behind the quote."""
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
    """A duration: exact (`5 min`), log-normal (`about 5 min`) or uniform (`1 min to 4 min`); or until a moment.

    Args:
        kind: Which of the four.
        low_ms: Exact value, the median, or the lower end, in ms.
        high_ms: Upper end for uniform; else equal to `low_ms`.
        spread: Standard deviation of the logarithm for `about`; else 0.
        until: The moment of `until`, for which the others say nothing but that time passes.
        factor: What all of that is multiplied by, for each person anew; None for 1.
    """

    kind: Literal["exact", "about", "uniform", "until"]
    low_ms: int
    high_ms: int
    spread: Decimal
    at: SourceLocation
    until: Expression | None = field(default=None, metadata=ADDED)
    factor: Expression | None = field(default=None, metadata=ADDED)


@dataclass(frozen=True, slots=True)
class Survival:
    """A curve of how many are still there after some time.

    Args:
        points: (ms, share), times rising, shares never; at least one.
    """

    points: tuple[tuple[int, Decimal], ...]
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class Ramp:
    """A chance in a straight line from `start` (at 0) to `end` (at `over`), flat from there.

    Args:
        of: The number that it depends on.
    """

    start: Decimal
    end: Decimal
    over: Decimal
    of: Expression
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class Rest:
    """The chance that the other options leave."""

    at: SourceLocation


@dataclass(frozen=True, slots=True)
class OddsChance:
    """A chance whose odds are multiplied by a number, for each person anew."""

    chance: Decimal | Expression | Ramp
    odds: Expression

    @property
    def at(self) -> SourceLocation:
        """The place of the factor."""
        return self.odds.at


Chance = Decimal | Expression | Ramp | Rest | OddsChance


@dataclass(frozen=True, slots=True)
class PickCase:
    """The weights of a `pick` for one value of a property; of `else` without a value."""

    value: Text | None
    weights: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """A random value.

    Args:
        kind: The distribution.
        choices: For `pick`: (constant, weight), constant weights at or above 0, not all 0.
        a: Mean, median or lower end.
        b: Standard deviation, spread or upper end.
        between: What lies in it is drawn, in the proportions of the distribution; None for all.
        centre: Mean or median where that is an expression; `a` is 0 or 1 then.
        by: Property that decides which case of `pick` holds; the weights of `choices` mean nothing then.
        cases: Its cases, each with one weight per choice.
    """

    kind: Literal["pick", "normal", "lognormal", "uniform"]
    at: SourceLocation
    choices: tuple[tuple[Text, Decimal | Expression], ...] = ()
    a: Decimal = Decimal(0)
    b: Decimal = Decimal(0)
    between: tuple[Decimal, Decimal] | None = None
    centre: Expression | None = field(default=None, metadata=ADDED)
    by: Text | None = field(default=None, metadata=ADDED)
    cases: tuple[PickCase, ...] = field(default=(), metadata=ADDED)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint on the values of a property, besides their type and the list of what is allowed.

    Args:
        minimum, maximum: Of a number; `excludes_minimum` and `excludes_maximum` say that it lies strictly between.
        least, most: Characters of a text, or elements of a list.
        pattern: Regular expression that is found in a text, as JSON Schema means it: `^[A-Z]{3}$`.
        format: Name of a form of text, as JSON Schema calls it: `email`, `uri`, `uuid`, `date`.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    excludes_minimum: bool = False
    excludes_maximum: bool = False
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    format: str = ""

    def __bool__(self) -> bool:
        return self != FREE


FREE = Constraint()
"""The constraint that every value keeps to."""


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of the records of a list, as written in the long form.

    Args:
        written: The name under which it is written.
        values: The allowed texts, empty when any.
        required: None to infer it from what is appended.
    """

    name: str
    type: str
    written: str
    values: tuple[str, ...] = ()
    constraint: Constraint = FREE
    required: bool | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class ListType:
    """A list: of a scalar type or a catalogue's rows (`of`), or of records (`fields`).

    Args:
        fields: (name, type) of each field.
        aliases: (name, alias) of those fields that are written under another name.
        described: Fields of which more than type and alias is said.
    """

    at_most: int
    of: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = field(default=(), metadata=ADDED)
    described: tuple[RecordField, ...] = field(default=(), metadata=ADDED)
