"""Times and durations: what operators make of them."""

from __future__ import annotations

from footfall.compiler.expressions.typed_values import Values
from footfall.model.operations import Op
from footfall.model.values import Kind
from footfall.scenario.expression_nodes import Binary

_OF_TIME: frozenset[Kind] = frozenset(("time", "duration", "months"))
_NUMBERS: tuple[Kind, ...] = ("integer", "number")
_SUMS: dict[tuple[str, Kind, Kind], tuple[str, Kind]] = {
    ("-", "time", "time"): ("subtract", "duration"),
    ("-", "time", "duration"): ("subtract", "time"),
    ("+", "time", "duration"): ("add", "time"),
    ("+", "duration", "time"): ("add", "time"),
    ("+", "duration", "duration"): ("add", "duration"),
    ("-", "duration", "duration"): ("subtract", "duration"),
}
"""Operator and kinds → operation and kind of what comes out."""
_RESTS: dict[str, tuple[str, Kind]] = {
    "//": ("floor_divide", "integer"),
    "%": ("modulo", "duration"),
}


def arithmetic(values: Values, node: Binary, left: Op, right: Op) -> Op | None:
    """Return what an operator makes of times and durations; None where it makes nothing of them."""
    kinds = (left.kind, right.kind)
    if left.is_list or right.is_list or not _OF_TIME.intersection(kinds):
        return None
    is_nullable = left.is_nullable or right.is_nullable
    if node.op == "*" and set(kinds) == {"months", "integer"}:
        return Op("multiply", "months", (left, right), is_nullable=is_nullable)
    if kinds == ("time", "months") and node.op in ("+", "-"):
        months = right if node.op == "+" else Op("negative", "months", (right,))
        return Op("add_months", "time", (left, months), is_nullable=is_nullable)
    if (node.op, *kinds) in _SUMS:
        name, kind = _SUMS[node.op, left.kind, right.kind]
        return Op(name, kind, (left, right), is_nullable=is_nullable)
    if kinds == ("duration", "duration") and node.op in _RESTS:
        name, kind = _RESTS[node.op]
        return Op(name, kind, (left, right), is_nullable=True)
    return _scaled(values, node.op, left, right)


def _scaled(values: Values, sign: str, left: Op, right: Op) -> Op | None:
    """Return a multiple of a duration in whole milliseconds, or a duration in units of another."""
    number = right if left.kind == "duration" else left
    is_ratio = left.kind == right.kind == "duration"
    if sign == "/" and left.kind == "duration" and (is_ratio or number.kind in _NUMBERS):
        name = "divide"
    elif sign == "*" and number.kind in _NUMBERS:
        name = "multiply"
    else:
        return None
    op = Op(name, "number", (values.number(left), values.number(right)), is_nullable=True)
    return op if is_ratio else Op("round", "duration", (op,), is_nullable=True)
