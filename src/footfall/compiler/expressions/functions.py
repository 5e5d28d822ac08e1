"""Functions of expressions, one entry per name."""

from __future__ import annotations

from collections.abc import Callable

from footfall.compiler.expressions import remembered
from footfall.compiler.expressions.calling import Calling
from footfall.compiler.expressions.typed_values import (
    describe,
    is_constant,
    ramp,
)
from footfall.compiler.symbols import ListVariable
from footfall.errors import UnitError
from footfall.model import builtins
from footfall.model.operations import Op
from footfall.scenario.expressions import ExpressionProblem, Name, String
from footfall.units import NAMED_DAY_ACCEPTS, NamedDay, nearest_hint, parse_named_day

MOST_ARGUMENTS = 8
MOST_LOCAL_DAYS = 36_500
MOST_ID_PREFIX = 20


def call(calling: Calling) -> Op:
    """Return the operation of a call."""
    return _FUNCTIONS[calling.node.function](calling)


def _round(c: Calling) -> Op:
    (arg,) = c.args(1)
    if c.numeric(arg).kind in ("integer", "money"):
        return arg
    # A number can be NaN, as after a division by 0, which becomes the null of integers.
    return Op(c.node.function, "integer", (arg,), is_nullable=True, is_list=arg.is_list)


def _least(c: Calling) -> Op:
    """`min` and `max`."""
    args = [c.numeric(arg, number) for number, arg in enumerate(c.args(2, MOST_ARGUMENTS))]
    name = "minimum" if c.node.function == "min" else "maximum"
    result = args[0]
    for arg in args[1:]:
        left, right, kind = c.values.alike(result, arg, c.node.offset)
        is_nullable, is_list = (
            left.is_nullable or right.is_nullable,
            left.is_list or right.is_list,
        )
        result = Op(name, kind, (left, right), is_nullable=is_nullable, is_list=is_list)
    return result


def _abs(c: Calling) -> Op:
    (arg,) = c.args(1)
    return Op(
        "absolute",
        c.numeric(arg).kind,
        (arg,),
        is_nullable=arg.is_nullable,
        is_list=arg.is_list,
    )


def _count(c: Calling) -> Op:
    """Elements of a list, or events of some days."""
    if len(c.node.args) == 2:
        return remembered.recent_count(c)
    name = c.node.args[0] if len(c.node.args) == 1 else None
    symbol = (
        c.scope.find(name.parts[0]) if isinstance(name, Name) and len(name.parts) == 1 else None
    )
    if not isinstance(symbol, ListVariable):
        lists = [n for n in c.scope.names() if isinstance(c.scope.find(n), ListVariable)]
        raise c.problem(
            "count takes the name of a list, or an event and a span",
            "lists here: " + (", ".join(lists) or "none"),
            "count('Order Completed', 7 days) counts events",
        )
    # The length of a list is a column of its own; nothing is counted.
    return Op("load", "integer", value=symbol.length)


def _sum(c: Calling) -> Op:
    (arg,) = c.args(1)
    # A sum of floats depends on the order of its additions; integers add up alike everywhere.
    if not arg.is_list or arg.kind not in ("integer", "money"):
        hint = (
            "round() numbers before they are summed, or declare what is money as money"
            if arg.kind == "number"
            else ""
        )
        raise c.problem(f"sum of {describe(arg)}", "integers or money over a list", hint)
    return Op("sum", arg.kind, (arg,))


def _any(c: Calling) -> Op:
    (arg,) = c.args(1)
    if not arg.is_list or arg.kind != "boolean":
        raise c.problem(
            f"any of {describe(arg)}", "a condition over a list: any(cart.product == product)"
        )
    return Op("any", "boolean", (arg,))


def _coalesce(c: Calling) -> Op:
    first, *rest = c.args(2, MOST_ARGUMENTS)
    others: list[Op] = []
    for arg in rest:
        first, other = c.values.unify(first, arg, c.node.offset)
        others.append(other)
    # Once more: an argument that was read early may be narrower than what `first` became.
    others = [c.values.unify(first, other, c.node.offset)[1] for other in others]
    of = first.of or others[-1].of
    is_list = any(op.is_list for op in (first, *others))
    if is_list and not all(op.is_list or op.op == "const" for op in (first, *others)):
        raise c.problem("coalesce of a list and a single value", "lists and written values")
    # Null only if the last is: it stands in for all before it.
    return Op(
        "coalesce",
        first.kind,
        (first, *others),
        is_nullable=others[-1].is_nullable,
        of=of,
        is_list=is_list,
    )


def _reached(c: Calling) -> Op:
    name = c.text("reached('cart')")
    if name not in c.stages:
        accepted = "stages: " + ", ".join(c.stages)
        raise ExpressionProblem(
            f'no stage "{name}"', c.node.args[0].offset, accepted, nearest_hint(name, c.stages)
        )
    # By order: who has reached a stage has reached all before it.
    limit = Op("const", "integer", value=c.stages.index(name))
    return Op("greater_equal", "boolean", (Op("load", "integer", value=builtins.STAGE), limit))


def _ramp(c: Calling) -> Op:
    x, *ends = c.args(4)
    c.numeric(x)
    values = [
        c.values.number(end).value
        for end in ends
        if is_constant(end) and end.kind in ("integer", "number")
    ]
    low, high, over = values if len(values) == 3 else (None, None, None)
    if (
        not isinstance(low, float)
        or not isinstance(high, float)
        or not isinstance(over, float)
        or over <= 0
    ):
        accepted = "ramp(lessons, 0.09, 0.02, 10)"
        raise c.problem(
            "ramp(x, from, to, over) takes three written numbers, over above 0", accepted
        )
    return ramp(c.values.number(x), (low, high, over))


def _local(c: Calling) -> Op:
    args = c.args(2)
    for number, arg in enumerate(args):
        if arg.kind != "integer":
            message = f"local(days, hour) with {describe(arg)}"
            raise ExpressionProblem(
                message, c.node.args[number].offset, "integers", "local(1, 18)"
            )
    _check_range(c, args[0], 0, -MOST_LOCAL_DAYS, MOST_LOCAL_DAYS)
    _check_range(c, args[1], 1, 0, 23)
    return Op("local", "time", tuple(args), is_nullable=any(arg.is_nullable for arg in args))


def _next(c: Calling) -> Op:
    """The next day of a name, at an hour by the person's own clock; midnight without one."""
    if not 1 <= len(c.node.args) <= 2:
        raise c.problem("next takes a day and an hour", _NEXT)
    hour = c.typed(c.node.args[1]) if len(c.node.args) > 1 else Op("const", "integer", value=0)
    if hour.kind != "integer" or hour.is_list:
        raise ExpressionProblem(
            f"next(day, hour) with {describe(hour)}", c.node.args[1].offset, _NEXT
        )
    _check_range(c, hour, 1, 0, 23)
    return Op("next_day", "time", (hour,), _named_day(c), is_nullable=hour.is_nullable)


def _today(c: Calling) -> Op:
    if len(c.node.args) != 1:
        raise c.problem(
            "today takes a day",
            "today('last friday')",
            "now is the time, day the number of the day",
        )
    return Op("is_day", "boolean", value=_named_day(c))


_NEXT = "next('25th', 9) is the 25th at 9 by the person's own clock, next('friday') at midnight"


def _named_day(c: Calling) -> NamedDay:
    arg = c.node.args[0]
    if not isinstance(arg, String):
        raise ExpressionProblem(
            f"{c.node.function} takes a day in quotes", arg.offset, NAMED_DAY_ACCEPTS
        )
    try:
        return parse_named_day(arg.text)
    except UnitError as error:
        raise ExpressionProblem(error.message, arg.offset, error.accepted, error.hint) from None


def _check_range(c: Calling, op: Op, number: int, low: int, high: int) -> None:
    if is_constant(op) and isinstance(op.value, int) and not low <= op.value <= high:
        what, name = "hour" if number else "days", c.node.function
        message = (
            f"{name}({'days' if name == 'local' else 'day'}, hour) with {op.value} as {what}"
        )
        raise ExpressionProblem(message, c.node.args[number].offset, f"from {low} to {high}")


def _id(c: Calling) -> Op:
    prefix = c.text("id('order')")
    if c.scope.id_key is None:
        raise c.problem("id() outside of a set step", hint="set a variable to it and use that")
    if (
        not prefix.isascii()
        or not prefix.replace("_", "").isalnum()
        or len(prefix) > MOST_ID_PREFIX
    ):
        raise c.problem(f"id('{prefix}')", f"up to {MOST_ID_PREFIX} letters, digits and _")
    return Op("id", "id", value=c.scope.id_key, of=prefix)


def _date(c: Calling) -> Op:
    text = c.text("date('2026-03-01'), date('2026-03-01 09:30') or date('day 60')")
    try:
        return Op("const", "time", value=c.moments.parsed_ms(text))
    except UnitError as error:
        offset = c.node.args[0].offset
        raise ExpressionProblem(
            f"date: {error.message}", offset, error.accepted, error.hint
        ) from None


def _before(c: Calling) -> Op:
    (arg,) = c.args(1)
    if c.scope.snapshots is None:
        raise c.problem(
            "before() outside of an event's properties",
            "a property of an event, such as level: before(level)",
            "a step sees the value that it is about to change",
        )
    return c.scope.snapshots.earlier(arg)


_FUNCTIONS: dict[str, Callable[[Calling], Op]] = {
    "round": _round,
    "floor": _round,
    "min": _least,
    "max": _least,
    "abs": _abs,
    "count": _count,
    "sum": _sum,
    "any": _any,
    "coalesce": _coalesce,
    "reached": _reached,
    "ramp": _ramp,
    "local": _local,
    "date": _date,
    "id": _id,
    "before": _before,
    "next": _next,
    "today": _today,
    "since": remembered.since,
    "streak": remembered.streak,
}
