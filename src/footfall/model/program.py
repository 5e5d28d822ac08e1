"""A journey as a program: nodes that people wait at, each run for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from footfall.model.compiled_effects import CompiledEffect
from footfall.model.operations import Op
from footfall.model.tables import Categorical, Grouped, InverseCdf, Uniform
from footfall.model.values import Array, Kind

NO_LIMIT_MS = 2**62
"""The limit of a wait that is not cut."""


@dataclass(frozen=True, slots=True)
class DrawKey:
    """The name of a draw.

    Args:
        name: 64-bit hash of seed, kind and address.
        counter: Column that counts visits of the innermost enclosing journey or loop.
    """

    name: int
    counter: int


@dataclass(frozen=True, slots=True)
class RandomValue:
    """A random value of a kind.

    Args:
        table: The distribution.
        codes: For a categorical: the value of each choice.
        choice: Of a categorical whose weights differ between people: its choices, in place of the table.
        centre: What a drawn number is added to, or multiplied by; a number, null where nothing is drawn.
        is_scaled: It is multiplied.
    """

    key: DrawKey
    kind: Kind
    table: Categorical | InverseCdf | Uniform
    codes: tuple[int | float, ...] = ()
    choice: AffectedChoice | None = None
    centre: Op | None = None
    is_scaled: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """A change of one column.

    Args:
        value: What it becomes (for `add`: by how much).
        property: Number of the user property when the change is to be recorded; else -1.
        effects: Factors on the value.
        affected: With effects: its place in `Model.affected`; else -1.
    """

    column: int
    kind: Kind
    value: Op | RandomValue
    property: int = -1
    adds: bool = False
    effects: tuple[CompiledEffect, ...] = ()
    affected: int = -1


@dataclass(frozen=True, slots=True)
class Append:
    """An element put at the end of a list.

    Args:
        length: Column with the list's length.
        columns: Columns (U, K) of its fields.
        values: One per column.
        skip: Number of the tally of what did not fit.
    """

    length: int
    columns: tuple[int, ...]
    values: tuple[Op, ...]
    skip: int
    property: int = -1


@dataclass(frozen=True, slots=True)
class Remove:
    """Elements taken out of a list.

    Args:
        at: Place of the element (0-based, null for none), or None.
        equal: Value of the first column whose first equal element goes, or None; with neither, all go.
    """

    length: int
    columns: tuple[int, ...]
    at: Op | None = None
    equal: Op | None = None
    property: int = -1


@dataclass(frozen=True, slots=True)
class PickRow:
    """A row of a catalogue into a column; of a `Grouped` table one whose key is `equal`.

    Args:
        skip: With `equal`: number of the tally of those for whom there is no such row; else -1.
    """

    column: int
    key: DrawKey
    table: Categorical | Grouped
    equal: Op | None = None
    skip: int = -1


@dataclass(frozen=True, slots=True)
class PickElement:
    """A random element of a list: its fields into `columns`, its place into `place`.

    Args:
        skip: Number of the tally of empty lists.
    """

    key: DrawKey
    length: int
    place: int
    sources: tuple[int, ...]
    columns: tuple[int, ...]
    skip: int


Action = Assign | Append | Remove | PickRow | PickElement


@dataclass(frozen=True, slots=True)
class JumpNode:
    """Goes on at `next`; taken out when the program is finished."""

    next: int


@dataclass(frozen=True, slots=True)
class ActNode:
    """Changes the state. `joins_next`: the changes belong to the event that follows at once."""

    actions: tuple[Action, ...]
    next: int
    joins_next: bool = False


@dataclass(frozen=True, slots=True)
class EmitNode:
    """An event happens; `emission` numbers the place."""

    emission: int
    next: int


@dataclass(frozen=True, slots=True)
class ConditionNode:
    """A guard."""

    condition: Op
    then: int
    otherwise: int


@dataclass(frozen=True, slots=True)
class DecisionOption:
    """An option of a decision.

    Args:
        weight: A number, or an expression; null and below 0 count as 0.
        when: The option is possible only where this holds.
        effects: On its chance.
    """

    name: str
    weight: float | Op
    target: int
    when: Op | None = None
    effects: tuple[CompiledEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class AffectedChoice:
    """The choices of a draw whose weights differ between people: a decision that leads nowhere.

    Args:
        number: Its place in the tallies.
        options: Its values by name, with their weights; their targets mean nothing.
    """

    number: int
    options: tuple[DecisionOption, ...]
    is_chance: ClassVar[bool] = False
    thresholds: ClassVar[None] = None


@dataclass(frozen=True, slots=True)
class DecisionNode:
    """A decision among options.

    Args:
        number: Its place in the tallies.
        otherwise: Where those go for whom every weight is 0.
        is_chance: Weights are chances of the first option; the second is what is left.
        thresholds: Where nothing about it differs between people: shape (options,), int64, cumulated chances in 2**-32.
    """

    number: int
    key: DrawKey
    options: tuple[DecisionOption, ...]
    otherwise: int
    is_chance: bool = False
    thresholds: Array | None = None


@dataclass(frozen=True, slots=True)
class WaitEnd:
    """A time of each one at which a wait ends that would be longer.

    Args:
        column: The time.
        over: Where those go on.
    """

    column: int
    over: int


@dataclass(frozen=True, slots=True)
class WaitNode:
    """Time passes.

    Args:
        table: The distribution, ms.
        is_activity: In activity time, not in wall-clock time.
        limit_ms: Cut to this.
        ends_session: The session is over.
        affected: With effects: its place in `Model.affected`; else -1.
        factor: What a wait is multiplied by before effects act on it; null and below 0 count as 1.
        no_factor: With a factor: number of the tally of those for whom it was null or below 0.
        deadline: Of each one; None for none.
    """

    key: DrawKey
    table: InverseCdf | Uniform
    next: int
    is_activity: bool = False
    limit_ms: int = NO_LIMIT_MS
    ends_session: bool = False
    effects: tuple[CompiledEffect, ...] = ()
    affected: int = -1
    factor: Op | None = None
    no_factor: int = -1
    deadline: WaitEnd | None = None


@dataclass(frozen=True, slots=True)
class UntilNode:
    """Time passes until a moment, none where that is past or null.

    Args:
        ends_session: The session is over.
        deadline: Of each one; None for none.
    """

    moment: Op
    next: int
    ends_session: bool = False
    deadline: WaitEnd | None = None


@dataclass(frozen=True, slots=True)
class BeginSessionNode:
    """The person is here: a session begins unless one is still going on."""

    next: int


@dataclass(frozen=True, slots=True)
class EnterNode:
    """A journey or a round begins: counters rise, variables become null, retries begin anew."""

    counters: tuple[int, ...]
    next: int
    clears: tuple[int, ...] = ()
    zeroes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryNode:
    """Back to `target` while `tries` is below `at_most`; `counter` rises, for new draws."""

    tries: int
    at_most: int
    counter: int
    target: int
    next: int


@dataclass(frozen=True, slots=True)
class LaterNode:
    """Fills a timer slot with another journey.

    Args:
        timer: Number of the later journey.
        values: One per variable it takes, in the order of its `payload`.
        skip: Number of the tally of what found no free slot.
        moment: When it starts, where `table` is None; at once if that is past, never if it is null.
        affected: With effects: its place in `Model.affected`; else -1.
        factor, no_factor: As of a `WaitNode`.
    """

    timer: int
    key: DrawKey
    table: InverseCdf | Uniform | None
    next: int
    skip: int
    moment: Op | None = None
    is_activity: bool = False
    values: tuple[Op, ...] = ()
    effects: tuple[CompiledEffect, ...] = ()
    affected: int = -1
    factor: Op | None = None
    no_factor: int = -1


@dataclass(frozen=True, slots=True)
class CancelNode:
    """Empties the timer slots of some later journeys."""

    timers: tuple[int, ...]
    next: int


@dataclass(frozen=True, slots=True)
class EndNode:
    """The person's life, or a later journey, is over; `for_good`: both.

    Args:
        cancels: Numbers of the later journeys of which nothing is pending any longer.
    """

    is_later: bool = False
    for_good: bool = False
    cancels: tuple[int, ...] = ()


Node = (
    JumpNode
    | ActNode
    | EmitNode
    | ConditionNode
    | DecisionNode
    | WaitNode
    | UntilNode
    | BeginSessionNode
    | EnterNode
    | RetryNode
    | LaterNode
    | CancelNode
    | EndNode
)


@dataclass(frozen=True, slots=True)
class Timer:
    """A journey started by `later`.

    Args:
        entry: Its first node.
        slots: How many may be pending for a person.
        payload: Columns that `with` fills; scalars only.
    """

    journey: str
    entry: int
    slots: int
    payload: tuple[int, ...]
    has_session: bool
