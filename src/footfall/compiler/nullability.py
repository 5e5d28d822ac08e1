"""The last pass: values that can never be null are marked so, and the simulation needs no mask for them.

A column is never null when it begins with a value and everything that it is ever set to is never null; which columns
those are is the greatest set for which that holds. Variables of journeys are null at entry, so they are not among them.
Nothing is said of numbers that are computed (they can grow until they are none) or of whole numbers rounded from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from footfall.model.model import InitialValue
from footfall.model.operations import Op
from footfall.model.program import (
    ActNode,
    Assign,
    EnterNode,
    Node,
    PickElement,
    PickRow,
    RandomValue,
    Timer,
)
from footfall.model.tables import Categorical, TableColumn
from footfall.model.values import NULLS, Kind, is_null

_T = TypeVar("_T")
_NEVER = frozenset(
    (
        "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "is_null", "and", "or", "not",
        "any", "contains", "sum", "now", "day", "hour", "weekday", "days_since_arrival", "stage", "id",
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

    def __init__(self, sure: Iterable[int], tables: Sequence[TableColumn]) -> None:
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
                return self.can_be_null(op.args[0]) or self._has_null(op)
            case "choose":
                return any(self.can_be_null(arg) for arg in op.args[1:])
            case "coalesce":
                return all(self.can_be_null(arg) for arg in op.args)
        if op.op not in _AS_ARGUMENTS or (op.kind == "number" and op.op in _COMPUTED):
            return True
        return any(self.can_be_null(arg) for arg in op.args)

    def _has_null(self, op: Op) -> bool:
        assert isinstance(op.value, int)
        if op.value not in self._kinds:
            self._kinds[op.value] = bool(
                is_null(op.kind, self._tables[op.value].values[:-1]).any()
            )
        return self._kinds[op.value]

    def assigns_null(self, value: Op | RandomValue) -> bool:
        """Tell whether what a column is set to can be null."""
        if isinstance(value, RandomValue):
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
    tables: Sequence[TableColumn],
    set_first: Collection[int] = (),
) -> Nullability:
    """Find the columns of people that are never null.

    Args:
        initials: How they begin.
        nodes: The program, with everything that changes them.
        set_first: Columns that are set before they are read.
    """
    changes = list(_changes(nodes))
    begun = {initial.column for initial in initials} | set(set_first)
    unsure = {column for node in nodes if isinstance(node, EnterNode) for column in node.clears}
    unsure |= {column for timer in timers for column in timer.payload}
    unsure |= {
        column for change in changes if not _is_sure(change) for column in _targets(change)
    }
    known = Nullability(begun - unsure, tables)
    values = [(initial.column, initial.value) for initial in initials]
    values += [(c.column, c.value) for c in changes if isinstance(c, Assign) and not c.adds]
    scaled = {c.column for c in changes if isinstance(c, Assign) and c.effects}
    known.sure -= scaled
    while lost := {
        column for column, value in values if column in known.sure and known.assigns_null(value)
    }:
        known.sure -= lost
    return known


def _changes(nodes: Iterable[Node]) -> Iterator[Assign | PickRow | PickElement]:
    for node in nodes:
        for action in node.actions if isinstance(node, ActNode) else ():
            if isinstance(action, Assign | PickRow | PickElement):
                yield action


def _is_sure(change: Assign | PickRow | PickElement) -> bool:
    """Tell whether a change is judged by its value, or picks a row from a catalogue that always has one."""
    return isinstance(change, Assign) or (
        isinstance(change, PickRow) and isinstance(change.table, Categorical)
    )


def _targets(change: Assign | PickRow | PickElement) -> tuple[int, ...]:
    return (
        (*change.columns, change.place) if isinstance(change, PickElement) else (change.column,)
    )
