"""Parses expressions: a closed subset of Python's syntax, as a tree that holds nothing but what the language has.

Names are looked up by the compiler in closed tables; nothing here or there ever evaluates Python.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from footfall.scenario.records import Expression

MAX_CHARACTERS = 1000
MAX_NODES = 200
MAX_DEPTH = 32

FUNCTIONS = (
    "round",
    "floor",
    "min",
    "max",
    "abs",
    "count",
    "sum",
    "any",
    "coalesce",
    "reached",
    "ramp",
    "local",
    "id",
)


class ExpressionProblem(Exception):
    """What is wrong with an expression.

    Args:
        offset: Characters before the place, within the expression.
    """

    def __init__(self, message: str, offset: int = 0, accepted: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.accepted = accepted
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Node:
    """A node of an expression; `offset` is where it stands in the text."""

    offset: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    text: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class String(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """`true`, `false` or `null`."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name with its dots: `package.price` is ("package", "price")."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    op: str
    arg: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`+ - * / //`, comparisons, `and`, `or`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`x in (a, b)` with `choices`, or `x in LIST` with `container`."""

    item: Node
    choices: tuple[Node, ...]
    container: Node | None
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    args: tuple[Node, ...]


_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.And: "and",
    ast.Or: "or",
}
_CONSTANTS = {"true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null"}
_ACCEPTED = (
    "names, numbers, 'texts', + - * / //, comparisons, in, and or not, A if C else B, and calls of "
    + ", ".join(FUNCTIONS)
)


def parse(expression: Expression) -> Node:
    """Parse an expression.

    Raises:
        ExpressionProblem: When it is too long, too deep, no expression, or holds something the language does not have.
    """
    text = expression.text
    if len(text) > MAX_CHARACTERS:
        raise ExpressionProblem(f"the expression has {len(text)} characters", 0, f"at most {MAX_CHARACTERS}")
    _check_characters(text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        offset = (getattr(error, "offset", 1) or 1) - 1
        raise ExpressionProblem(f"{_short(text)} is not an expression", offset, _ACCEPTED, _syntax_hint(text)) from None
    return _Reader(text.strip()).read(tree.body, 0)


def _check_characters(text: str) -> None:
    """Refuse what Python's parser would warn about or take long over."""
    if re.search(r"\d{19}", text):
        raise ExpressionProblem(f"{_short(text)} holds a number of more than 18 digits", 0, "at most 18 digits")
    if "\\" in text or "\n" in text.strip():
        raise ExpressionProblem(f"{_short(text)} holds a backslash or a line break", 0, "one line of plain text")
    found = re.search(r"\d[A-Za-z_]", re.sub(r"[A-Za-z_][A-Za-z_0-9]*|'[^']*'|\"[^\"]*\"", "", text))
    if found:
        raise ExpressionProblem(f"{_short(text)}: a number runs into a name", 0, _ACCEPTED)


def _short(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _syntax_hint(text: str) -> str:
    if re.search(r"[^=!<>]=[^=]", text):
        return "write == to compare"
    if "&&" in text or "||" in text:
        return "write and, or"
    return "a text stands in single quotes: status == 'had a trial lesson'"


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._n = 0

    def read(self, node: ast.AST, depth: int) -> Node:
        self._n += 1
        offset = getattr(node, "col_offset", 0)
        if self._n > MAX_NODES:
            raise ExpressionProblem("the expression is too large", offset, f"at most {MAX_NODES} names and operators")
        if depth > MAX_DEPTH:
            raise ExpressionProblem("the expression is nested too deeply", offset, f"at most {MAX_DEPTH} levels")
        reader = _READERS.get(type(node))
        if reader is None:
            raise ExpressionProblem(f"{self._source(node)} does not exist in expressions", offset, _ACCEPTED)
        return reader(self, node, offset, depth + 1)

    def _source(self, node: ast.AST) -> str:
        return _short(ast.get_source_segment(self._text, node) or self._text)  # type: ignore[arg-type]

    def constant(self, node: ast.Constant, offset: int, depth: int) -> Node:
        value = node.value
        if value is None or isinstance(value, bool):
            return Constant(offset, _CONSTANTS[str(value)])
        if isinstance(value, int | float):
            return Number(offset, str(value) if isinstance(value, int) else repr(value), isinstance(value, int))
        if isinstance(value, str) and not self._text[offset : offset + 1].isalpha():
            return String(offset, value)
        raise ExpressionProblem(f"{self._source(node)} does not exist in expressions", offset, _ACCEPTED)

    def name(self, node: ast.Name, offset: int, depth: int) -> Node:
        if node.id in _CONSTANTS:
            return Constant(offset, _CONSTANTS[node.id])
        return Name(offset, (node.id,))

    def dotted(self, node: ast.Attribute, offset: int, depth: int) -> Node:
        parts = [node.attr]
        inner: ast.AST = node.value
        while isinstance(inner, ast.Attribute) and len(parts) < 4:
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name) or inner.id in _CONSTANTS:
            raise ExpressionProblem(f"{self._source(node)} does not exist in expressions", offset, _ACCEPTED)
        return Name(offset, (inner.id, *reversed(parts)))

    def unary(self, node: ast.UnaryOp, offset: int, depth: int) -> Node:
        ops = {ast.Not: "not", ast.USub: "-"}
        op = ops.get(type(node.op))  # type: ignore[call-overload]
        if op is None:
            raise ExpressionProblem(f"{self._source(node)} does not exist in expressions", offset, _ACCEPTED)
        return Unary(offset, op, self.read(node.operand, depth))

    def binary(self, node: ast.BinOp, offset: int, depth: int) -> Node:
        op = _BINARY.get(type(node.op))
        if op is None:
            hint = "write 25% as 0.25 in an expression" if isinstance(node.op, ast.Mod) else ""
            raise ExpressionProblem(f"{self._source(node)}: no such operator", offset, _ACCEPTED, hint)
        return Binary(offset, op, self.read(node.left, depth), self.read(node.right, depth))

    def boolean(self, node: ast.BoolOp, offset: int, depth: int) -> Node:
        result = self.read(node.values[0], depth)
        for value in node.values[1:]:
            result = Binary(offset, _BINARY[type(node.op)], result, self.read(value, depth))
        return result

    def compare(self, node: ast.Compare, offset: int, depth: int) -> Node:
        result: Node | None = None
        left: ast.AST = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            one = self._comparison(op, left, right, offset, depth)
            result = one if result is None else Binary(offset, "and", result, one)
            left = right
        assert result is not None
        return result

    def _comparison(self, op: ast.cmpop, left: ast.AST, right: ast.AST, offset: int, depth: int) -> Node:
        if isinstance(op, ast.In | ast.NotIn):
            item = self.read(left, depth)
            negated = isinstance(op, ast.NotIn)
            if isinstance(right, ast.Tuple | ast.List):
                choices = tuple(self.read(c, depth) for c in right.elts)
                return Membership(offset, item, choices, None, negated)
            return Membership(offset, item, (), self.read(right, depth), negated)
        name = _BINARY.get(type(op))
        if name is None:
            hint = "write == null or != null" if isinstance(op, ast.Is | ast.IsNot) else ""
            raise ExpressionProblem(f"{_short(self._text)}: no such comparison", offset, _ACCEPTED, hint)
        return Binary(offset, name, self.read(left, depth), self.read(right, depth))

    def conditional(self, node: ast.IfExp, offset: int, depth: int) -> Node:
        read = self.read
        return Conditional(offset, read(node.test, depth), read(node.body, depth), read(node.orelse, depth))

    def call(self, node: ast.Call, offset: int, depth: int) -> Node:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise ExpressionProblem(f"{self._source(node)}: no such function", offset, _ACCEPTED)
        return Call(offset, node.func.id, tuple(self.read(arg, depth) for arg in node.args))


_READERS: dict[type[ast.AST], Callable[[_Reader, Any, int, int], Node]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.dotted,
    ast.UnaryOp: _Reader.unary,
    ast.BinOp: _Reader.binary,
    ast.BoolOp: _Reader.boolean,
    ast.Compare: _Reader.compare,
    ast.IfExp: _Reader.conditional,
    ast.Call: _Reader.call,
}
