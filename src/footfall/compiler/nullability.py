"""The last pass: values that can never be null are marked, and need no mask.

A column is never null when it begins with a value and everything that it is ever set to is never null; which columns
those are is the greatest set for which that holds. Variables of journeys are null at entry, so they are not among them.
Nothing is said of numbers that are computed (they can grow until they are none) or of whole numbers rounded from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from footfall.model.model import InitialValue
from footfall.model.operations import Op
from footfall.model.program import Action, Assign, EnterNode, Node, PickRow, RandomValue, Timer
from footfall.model.program_flow import action_access, actions_of
from footfall.model.tables import CatalogueColumn, Categorical
from footfall.model.values import NULLS, Kind, is_null

_T = TypeVar("_T")
_NEVER = frozenset(
    (
        "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "is_null", "and", "or", "not",
        "any", "contains", "sum", "now", "day", "hour", "weekday", "days_since_arrival", "stage", "id",
        "recent_count", "streak", "is_day",
    )
)  # fmt: skip
"""Operations whose result is never null, whatever they work on."""
_AS_ARGUMENTS = frozenset(
    (
        "add",
        "subtract",
        "multiply",
        "minimum",
        "maximum",
        "negative",
        "absolute",
        "to_number",
        "local",
        "ramp",
        "join",
        "compose",
        "add_months",
        "next_day",
    )
)
"""Operations whose result is null where one of their arguments is."""
_COMPUTED = frozenset(("add", "subtract", "multiply", "ramp"))
"""Of these, those that can leave the range of a number."""


class Nullability:
    """Tells which values can be null.

    Args:
        sure: Columns that are never null.
        tables: Columns of catalogues by number.
    """

    def __init__(self, sure: Iterable[int], tables: Sequence[CatalogueColumn]) -> None:
        self.sure = set(sure)
        self._kinds: dict[int, bool] = {}
        self._tables = tables

    def can_be_null(self, op: Op) -> bool:
        """Tell whether an operation's result can be null."""
        if not op.is_nullable or op.op in _NEVER:
            return False
        match op.op:
            case "load":
                return op.is_list or op.value not in self.sure
            case "field":
                return self.can_be_null(op.args[0]) or self.has_null(op)
            case "choose":
                return any(self.can_be_null(arg) for arg in op.args[1:])
            case "coalesce":
                return all(self.can_be_null(arg) for arg in op.args)
        if op.op not in _AS_ARGUMENTS or (op.kind == "number" and op.op in _COMPUTED):
            return True
        return any(self.can_be_null(arg) for arg in op.args)

    def has_null(self, op: Op) -> bool:
        """Tell whether the column of a catalogue that an operation looks up has an empty cell."""
        assert isinstance(op.value, int)
        if op.value not in self._kinds:
            self._kinds[op.value] = bool(
                is_null(op.kind, self._tables[op.value].values[:-1]).any()
            )
        return self._kinds[op.value]

    def assigns_null(self, value: Op | RandomValue) -> bool:
        """Tell whether what a column is set to can be null."""
        if isinstance(value, RandomValue):
            if value.centre is not None:
                return True
            return isinstance(value.table, Categorical) and any(
                _is_null(value.kind, code) for code in value.codes
            )
        return self.can_be_null(value)

    def marked(self, value: _T) -> _T:
        """Return a part of the program with every operation in it marked."""
        result: Any = value
        if isinstance(value, Op):
            result = replace(
                value, args=self.marked(value.args), is_nullable=self.can_be_null(value)
            )
        elif isinstance(value, tuple):
            result = tuple(self.marked(item) for item in value)
        elif is_dataclass(value) and not isinstance(value, type):
            parts = {f.name: getattr(value, f.name) for f in fields(value)}
            changed = {
                name: self.marked(part)
                for name, part in parts.items()
                if isinstance(part, tuple) or is_dataclass(part)
            }
            result = replace(value, **changed) if changed else value
        return result  # type: ignore[no-any-return]


def _is_null(kind: Kind, value: float) -> bool:
    return value != value if kind == "number" else value == NULLS[kind]  # noqa: PLR0124 - NaN is what differs from itself


def never_null(
    initials: Sequence[InitialValue],
    nodes: Sequence[Node],
    timers: Sequence[Timer],
    tables: Sequence[CatalogueColumn],
    set_first: Collection[int] = (),
) -> Nullability:
    """Find the columns of people that are never null.

    Args:
        initials: How they begin.
        nodes: The program, with everything that changes them.
        set_first: Columns that are set before they are read.
    """
    actions = list(actions_of(nodes))
    begun = {initial.column for initial in initials} | set(set_first)
    unsure = {column for node in nodes if isinstance(node, EnterNode) for column in node.clears}
    unsure |= {column for timer in timers for column in timer.payload}
    for action in actions:
        if not _is_judged(action):
            unsure |= action_access(action).writes
    assigned = [action for action in actions if isinstance(action, Assign)]
    # Factors of effects may take a number out of its range, so what they act on is never sure.
    unsure |= {action.column for action in assigned if action.effects}
    unsure |= {initial.column for initial in initials if initial.effects}
    known = Nullability(begun - unsure, tables)
    values = [(initial.column, initial.value) for initial in initials]
    values += [(action.column, action.value) for action in assigned if not action.adds]
    # The greatest fixed point: everything that is left is held to be sure, until a value that one of
    # them gets can be null. Taking that one out may make others unsure, so it goes on until nothing
    # is lost; each round takes out one column at least, so it ends.
    while lost := {
        column for column, value in values if column in known.sure and known.assigns_null(value)
    }:
        known.sure -= lost
    return known


def _is_judged(action: Action) -> bool:
    """Tell whether an action is judged by its value, or picks a row where there always is one."""
    if isinstance(action, PickRow):
        return isinstance(action.table, Categorical)
    return isinstance(action, Assign)
