"""Compiled expressions: a tree of operations on columns, typed, with nulls in band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from footfall.model.values import Kind
from footfall.units import NamedDay


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a compiled expression.

    Args:
        op: Its name; `sim.evaluate` has a function for each.
        kind: Kind of the result.
        args: What it works on.
        value: A constant, a column's index, a table's index, or a day by name.
        is_nullable: Whether the result can be null; boolean results of comparisons never are.
        is_list: The result has a second axis, over the elements of a list; cells past its end are null.
        of: For a row, its catalogue; for an id, its prefix.
    """

    op: str
    kind: Kind
    args: tuple[Op, ...] = ()
    value: int | float | tuple[float, ...] | NamedDay | None = None
    is_nullable: bool = False
    is_list: bool = False
    of: str = ""

    def walk(self) -> Iterator[Op]:
        """Yield this operation and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    def columns(self) -> set[int]:
        """Return the indices of the columns it reads."""
        # `id` names a counter too, which nothing ever clears (see `program_flow`).
        return {
            int(op.value) for op in self.walk() if op.op == "load" and isinstance(op.value, int)
        }
