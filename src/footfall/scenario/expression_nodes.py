"""The nodes of parsed expressions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpressionNode:
    """A node of an expression; `offset` is where it stands in the text."""

    offset: int


@dataclass(frozen=True, slots=True)
class Number(ExpressionNode):
    """A number; `text` is what Python reads it by."""

    text: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Duration(ExpressionNode):
    """A number with a unit of time, in milliseconds."""

    ms: int


@dataclass(frozen=True, slots=True)
class Months(ExpressionNode):
    """A number of months of the calendar, each as long as it happens to be."""

    n: int


@dataclass(frozen=True, slots=True)
class String(ExpressionNode):
    """A text in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant(ExpressionNode):
    """`true`, `false` or `null`."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(ExpressionNode):
    """A name with its dots: `package.price` is ("package", "price")."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unary(ExpressionNode):
    """`not` or `-`."""

    op: str
    arg: ExpressionNode


@dataclass(frozen=True, slots=True)
class Binary(ExpressionNode):
    """`+ - * / // %`, comparisons, `and`, `or`."""

    op: str
    left: ExpressionNode
    right: ExpressionNode


@dataclass(frozen=True, slots=True)
class Membership(ExpressionNode):
    """`x in (a, b)` with `choices`, or `x in LIST` with `container`."""

    item: ExpressionNode
    choices: tuple[ExpressionNode, ...]
    container: ExpressionNode | None
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Conditional(ExpressionNode):
    """`then if condition else otherwise`."""

    condition: ExpressionNode
    then: ExpressionNode
    otherwise: ExpressionNode


@dataclass(frozen=True, slots=True)
class FunctionCall(ExpressionNode):
    """A function of some values."""

    function: str
    args: tuple[ExpressionNode, ...]
