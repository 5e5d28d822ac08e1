"""Operators: arithmetic, comparisons and logic on typed values."""

from __future__ import annotations

from collections.abc import Callable

from footfall.compiler.expressions import elapsed
from footfall.compiler.expressions.typed_values import (
    COMPOSABLE,
    DATE_HINT,
    NUMERIC,
    OF_TIME_HINTS,
    Values,
    describe,
    is_constant,
    rounded_to_money,
)
from footfall.model.operations import Op
from footfall.model.values import Kind
from footfall.scenario.expressions import Binary, ExpressionProblem

MOST_CONSTANT = 10**18
_HINTS: dict[Kind, str] = {
    "time": "a time minus a time is a duration, and a time plus 3 days a time",
    **OF_TIME_HINTS,
    "text": "+ puts texts, integers and ids together",
    "boolean": "write 1 if C else 0",
}
"""Kind that is not reckoned with → what to write."""
_QUOTED = (
    "what has quotes is a text: 7 is a number, '7' is none; true is true, 'true' is a text"
)
_COMPARED: tuple[tuple[Kind, str], ...] = (
    ("months", "months differ in length: compare with 30 days, or times: now > due + 1 month"),
    ("duration", "a duration has a unit: since('Order Completed') > 3 days"),
    ("time", DATE_HINT),
    ("composed", "compare its parts"),
    ("text", _QUOTED),
)
"""Kind that is compared with another one → what to write; the first that fits."""
_ADDITIVE = {"+": "add", "-": "subtract"}
_COMPARE = {
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
}


def boolean(op: Op, offset: int) -> Op:
    """Return a value that is true or false.

    Raises:
        ExpressionProblem: It is something else.
    """
    if op.kind == "boolean":
        return op
    raise ExpressionProblem(
        f"{describe(op)} is used as a condition",
        offset,
        "true or false",
        "compare it with something",
    )


def negative(op: Op, offset: int) -> Op:
    """Return minus a value."""
    if op.kind not in NUMERIC:
        raise ExpressionProblem(f"minus before {describe(op)}", offset, "a number or money")
    # So that -5 is a written number too, as `ramp` asks for.
    if is_constant(op) and isinstance(op.value, int | float):
        return Op("const", op.kind, value=-op.value)
    return Op("negative", op.kind, (op,), is_nullable=op.is_nullable, is_list=op.is_list)


def binary(values: Values, node: Binary, left: Op, right: Op) -> Op:
    """Return what an operator makes of two values."""
    is_list = left.is_list or right.is_list
    if node.op in ("and", "or"):
        args = (boolean(left, node.left.offset), boolean(right, node.right.offset))
        return Op(node.op, "boolean", args, is_list=is_list)
    if node.op in _COMPARE:
        return compare(values, node.op, left, right, node.offset)
    made = elapsed.arithmetic(values, node, left, right) or _joined(values, node, left, right)
    if made is not None:
        return made
    for side, op in ((node.left, left), (node.right, right)):
        if op.kind not in NUMERIC:
            hint = _HINTS.get(op.kind, "")
            raise ExpressionProblem(
                f"{node.op} with {describe(op)}", side.offset, "numbers or money", hint
            )
    if node.op in _ADDITIVE:
        left, right, kind = values.alike(left, right, node.offset)
        return _arithmetic(_ADDITIVE[node.op], kind, left, right, node.offset)
    if node.op == "*":
        return _product(values, node, left, right)
    return (
        _quotient(values, node, left, right)
        if node.op == "/"
        else _whole_quotient(node, left, right)
    )


def _joined(values: Values, node: Binary, left: Op, right: Op) -> Op | None:
    """Return texts one after the other; None where neither is one."""
    left, right = values.plain(left), values.plain(right)
    kinds = {left.kind, right.kind}
    if node.op != "+" or not kinds & {"text", "composed"} or not kinds <= COMPOSABLE:
        return None
    if left.is_list or right.is_list:
        raise ExpressionProblem(
            f"+ with {describe(left if left.is_list else right)}", node.offset, "single values"
        )
    args = (values.composed(left), values.composed(right))
    return Op("join", "composed", args, is_nullable=left.is_nullable or right.is_nullable)


def _arithmetic(name: str, kind: Kind, left: Op, right: Op, offset: int) -> Op:
    # Two constants are computed here, by integers without an end: in a run int64 would wrap
    # around without a word.
    if kind != "number" and is_constant(left) and is_constant(right):
        return _exact(name, kind, left, right, offset)
    is_nullable = left.is_nullable or right.is_nullable
    return Op(
        name,
        kind,
        (left, right),
        is_nullable=is_nullable,
        is_list=left.is_list or right.is_list,
    )


def _exact(name: str, kind: Kind, left: Op, right: Op, offset: int) -> Op:
    """Return what two written whole numbers make, refused where no column holds it."""
    assert isinstance(left.value, int)
    assert isinstance(right.value, int)
    result = _EXACT[name](left.value, right.value)
    if abs(result) >= MOST_CONSTANT:
        raise ExpressionProblem(
            f"{result} is too large", offset, "whole numbers of at most 18 digits"
        )
    return Op("const", kind, value=result)


def _product(values: Values, node: Binary, left: Op, right: Op) -> Op:
    kinds = {left.kind, right.kind}
    if kinds == {"money"}:
        raise ExpressionProblem("money times money", node.offset, "money times a number")
    if kinds <= {"integer", "money"}:
        return _arithmetic(
            "multiply", "money" if "money" in kinds else "integer", left, right, node.offset
        )
    product = _arithmetic(
        "multiply", "number", values.number(left), values.number(right), node.offset
    )
    return rounded_to_money(product) if "money" in kinds else product


def _whole_quotient(node: Binary, left: Op, right: Op) -> Op:
    """`//`, and its rest, `%`."""
    if {left.kind, right.kind} != {"integer"}:
        message = f"{node.op} with {describe(left)} and {describe(right)}"
        hint = "floor(a / b)" if node.op == "//" else "write 25% as 0.25"
        raise ExpressionProblem(message, node.offset, "two integers, or two durations", hint)
    is_list = left.is_list or right.is_list
    name = "floor_divide" if node.op == "//" else "modulo"
    # Null where the divisor is 0.
    return Op(name, "integer", (left, right), is_nullable=True, is_list=is_list)


def _quotient(values: Values, node: Binary, left: Op, right: Op) -> Op:
    if right.kind == "money" and left.kind != "money":
        raise ExpressionProblem(
            "a number divided by money", node.offset, "money / money, or money / number"
        )
    # Null where the divisor is 0. Money by money is a plain ratio, both being in minor units.
    args = (values.number(left), values.number(right))
    quotient = Op(
        "divide", "number", args, is_nullable=True, is_list=left.is_list or right.is_list
    )
    return (
        rounded_to_money(quotient)
        if left.kind == "money" and right.kind != "money"
        else quotient
    )


def compare(values: Values, op: str, left: Op, right: Op, offset: int) -> Op:
    """Compare two values of like kinds; with null, `==` and `!=` ask whether it is null."""
    # A comparison is never null: with null it is false, `!=` included. So conditions need no
    # third value, and only `== null` and `!= null` ask for it.
    is_list = left.is_list or right.is_list
    if "null" in (left.kind, right.kind):
        asked = right if left.kind == "null" else left
        test = Op("is_null", "boolean", (asked,), is_list=is_list)
        if op == "==":
            return test
        if op == "!=":
            return Op("not", "boolean", (test,), is_list=is_list)
    if left.kind in NUMERIC and right.kind in NUMERIC:
        left, right, _ = values.alike(left, right, offset)
    elif left.kind != right.kind or left.of != right.of:
        left, right = values.plain(left), values.plain(right)
    _check_comparable(op, left, right, offset)
    return Op(_COMPARE[op], "boolean", (left, right), is_list=is_list)


def _check_comparable(op: str, left: Op, right: Op, offset: int) -> None:
    if left.kind != right.kind or left.of != right.of:
        message = f"{describe(left)} is compared with {describe(right)}"
        kinds = {left.kind, right.kind}
        hint = next((said for kind, said in _COMPARED if kind in kinds), "")
        raise ExpressionProblem(message, offset, "two values of one kind", hint)
    if left.kind == "composed":
        raise ExpressionProblem(
            f"{describe(left)} is compared",
            offset,
            "a text that is written, drawn or picked",
            "compare its parts",
        )
    if op not in ("==", "!=") and left.kind not in (*NUMERIC, "time", "duration"):
        raise ExpressionProblem(
            f"{op} with {describe(left)}", offset, "== or !=", "reached('…') compares stages"
        )
