"""A call of a function in an expression, and the checks of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from footfall.compiler.event_memories import EventMemories
from footfall.compiler.expressions.typed_values import NUMERIC, Values, describe
from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Scope
from footfall.model.operations import Op
from footfall.scenario.expressions import (
    ExpressionNode,
    ExpressionProblem,
    FunctionCall,
    String,
)


@dataclass(frozen=True, slots=True)
class Calling:
    """A call, and what it is made of.

    Args:
        node: As parsed.
        scope: Where it stands.
        typed: Gives the operation of an argument.
        values: Conversions.
        stages: Names of the stages in order.
        moments: Resolves dates.
        memories: What is remembered of events.
    """

    node: FunctionCall
    scope: Scope
    typed: Callable[[ExpressionNode], Op]
    values: Values
    stages: tuple[str, ...]
    moments: Moments
    memories: EventMemories

    def args(self, low: int, high: int = 0) -> list[Op]:
        """Return the arguments, `low` to `high` of them (exactly `low` without `high`)."""
        high, n = high or low, len(self.node.args)
        if not low <= n <= high:
            wanted = (
                "1 argument"
                if high == 1
                else f"{low} arguments"
                if low == high
                else f"{low} to {high} arguments"
            )
            raise self.problem(
                f"{self.node.function} with {n} argument{'' if n == 1 else 's'}", wanted
            )
        return [self.typed(arg) for arg in self.node.args]

    def numeric(self, op: Op, number: int = 0) -> Op:
        """Return an argument that must be a number or money."""
        if op.kind not in NUMERIC:
            offset = self.node.args[number].offset
            raise ExpressionProblem(
                f"{self.node.function} of {describe(op)}", offset, "a number or money"
            )
        return op

    def text(self, example: str) -> str:
        """Return the one argument, a text in quotes."""
        arg = self.node.args[0] if len(self.node.args) == 1 else None
        if not isinstance(arg, String):
            raise self.problem(f"{self.node.function} takes one text in quotes", example)
        return arg.text

    def problem(self, message: str, accepted: str = "", hint: str = "") -> ExpressionProblem:
        """Return what is wrong with the whole call."""
        return ExpressionProblem(message, self.node.offset, accepted, hint)
