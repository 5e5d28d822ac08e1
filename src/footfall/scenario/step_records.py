"""The steps of journeys as records, one class per verb; `step_traits` describes each of them.

Names of classes and fields enter the stream's identity (`compiler/stream_id.py`): a class may be
renamed there, a field may not. A field `journey` is a journey that the step runs, `event` an event
that it emits, as its traits tell; what a step only refers to is called otherwise (`target`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from footfall.errors import SourceLocation
from footfall.scenario.leaf_records import ADDED, Chance, Draw, Expression, Survival, Text, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a journey.

    Args:
        when: Condition of the step; people for whom it does not hold pass over it.
        named: Name that addresses, effects and `retry` use.
    """

    at: SourceLocation
    when: Expression | None = None
    named: str | None = None


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of `set`, `add`, `append` or `remove`.

    Args:
        value: For `set`: a constant or expression (`Text`, told apart when types are known) or a
            draw. For `add`: `Text`. For `append`: `Text`, or `fields` for a record. For `remove`:
            `Text` (a variable, a value, or `all`).
    """

    verb: Literal["set", "add", "append", "remove"]
    name: str
    at: SourceLocation
    value: Text | Draw | None = None
    fields: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitStep(Step):
    """`Order Completed: {after: …, set: …}`: a wait, changes of state, then the event."""

    event: str
    after: Wait | None = None
    changes: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoStep(Step):
    """`do: journey`: runs it, then goes on."""

    journey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeStep(Step):
    """`maybe: 25%` with `steps` and `else`."""

    chance: Chance
    steps: Steps
    otherwise: Steps = ()


@dataclass(frozen=True, slots=True)
class EitherOption:
    """An option of `either`: exactly one of `chance` and `weight` is set.

    Args:
        steps: Hold what `do` and `event` abbreviate, too.
    """

    at: SourceLocation
    steps: Steps
    named: str | None = None
    chance: Chance | None = None
    weight: Decimal | Expression | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EitherStep(Step):
    """`either: {options: […]}`: one of some options."""

    options: tuple[EitherOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatStep(Step):
    """`repeat: {steps: …}`: rounds, each a visit where `come back after` is written."""

    steps: Steps
    leave: Chance | None = None
    until: Expression | None = None
    at_most: int | None = None
    come_back_after: Wait | None = None
    lifetime: Survival | None = field(default=None, metadata=ADDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOnStep(Step):
    """`go on: 80%`: else the visit ends here."""

    chance: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveStep(Step):
    """`leave: visit` or `leave: for good`.

    Args:
        keep: With `for good`: pending journeys that happen nevertheless; or the word `all`.
    """

    what: Literal["visit", "for good"]
    keep: tuple[Text, ...] = field(default=(), metadata=ADDED)


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
    """One target of `pick`: a variable, and where it is filled from."""

    variable: str
    source: str
    at: SourceLocation
    where: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickStep(Step):
    """`pick: product`: a row of a catalogue, or an element of a list, into a variable."""

    picks: tuple[PickOne, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStep(Step):
    """`retry: step`: back to an earlier step, at most so many times."""

    target: str
    at_most: int
    after: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStep(Step):
    """`later: journey`: starts it after `wait`, or at the time `moment`.

    Args:
        is_activity: Written `come back after`, so the wait runs in activity time.
        values: What `with` fills the journey's variables with.
    """

    journey: str
    wait: Wait | None = None
    moment: Expression | None = None
    is_activity: bool = False
    values: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelStep(Step):
    """`cancel: journey`: ends what `later` has planned and what has not begun.

    Args:
        targets: Names of journeys, or the word `all`.
    """

    targets: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenStep(Step):
    """`when: … steps: … else: …`; `when` of `Step` holds the condition."""

    steps: Steps
    otherwise: Steps = ()
