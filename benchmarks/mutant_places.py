"""Places in code that can be turned into their neighbours, and the code with one of them turned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Add,
}
PAIRS = (
    ("minimum", "maximum"),
    ("min", "max"),
    ("any", "all"),
    ("less", "less_equal"),
    ("greater", "greater_equal"),
    ("equal", "not_equal"),
)
CALLS = {old: new for pair in PAIRS for old, new in (pair, pair[::-1])}


@dataclass(frozen=True)
class Place:
    """A place that can be turned into its neighbour: in a file, the n-th of those that `neighbours` finds.

    Args:
        function: Line that the code of the innermost function around it begins in; None outside of all.
    """

    file: str
    number: int
    line: int
    what: str
    function: int | None

    @property
    def package(self) -> str:
        """The package that it lies in."""
        return Path(self.file).parts[2]


def places_of(file: str) -> list[Place]:
    """Return the places of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    around = dict(_functions(tree, None))
    return [
        Place(file, number, node.lineno, what, around[node])
        for number, (node, what, _) in enumerate(neighbours(tree))
    ]


def _functions(tree: ast.AST, line: int | None) -> Iterator[tuple[ast.AST, int | None]]:
    """Yield each node with the line that the code of the innermost function around it begins in."""
    for child in ast.iter_child_nodes(tree):
        yield child, line
        inner = line
        if isinstance(child, ast.FunctionDef):
            # Code begins at the first decorator.
            inner = min(node.lineno for node in (child, *child.decorator_list))
        yield from _functions(child, inner)


def neighbours(tree: ast.AST) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    """Yield each expression that has a neighbour, what it is turned into, and the neighbour."""
    for node in _code(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
            other = COMPARISONS[type(node.ops[0])]
            ops = [other(), *node.ops[1:]]
            yield node, _name(node.ops[0], other), ast.Compare(node.left, ops, node.comparators)
        elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            of = OPERATORS[type(node.op)]
            yield node, _name(node.op, of), ast.BinOp(node.left, of(), node.right)
        elif isinstance(node, ast.BoolOp):
            joint = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield node, _name(node.op, joint), ast.BoolOp(joint(), node.values)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "not left out", node.operand
        elif isinstance(node, ast.IfExp):
            yield node, "branches swapped", ast.IfExp(node.test, node.orelse, node.body)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, f"{node.value} -> {not node.value}", ast.Constant(not node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield node, f"{node.value} -> {node.value + 1}", ast.Constant(node.value + 1)
        elif isinstance(node, ast.Call) and (called := _called(node)) in CALLS:
            yield node, f"{called} -> {CALLS[called]}", _recalled(node, CALLS[called])


def _code(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions of a tree, but those of annotations and of decorators, such as `frozen=True`."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "type_params", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.expr):
                yield child
            if isinstance(child, ast.AST):
                yield from _code(child)


def _name(old: ast.AST, new: type[ast.AST]) -> str:
    return f"{type(old).__name__} -> {new.__name__}"


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _recalled(node: ast.Call, name: str) -> ast.Call:
    function = node.func
    other: ast.expr = (
        ast.Attribute(function.value, name, ast.Load())
        if isinstance(function, ast.Attribute)
        else ast.Name(name, ast.Load())
    )
    return ast.Call(other, node.args, node.keywords)


class _Turned(ast.NodeTransformer):
    """Turns one expression of a tree into another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new expression for the old one."""
        return self._new if node is self._old else super().generic_visit(node)


def mutant(place: Place) -> str:
    """Return a file's code with a place turned into its neighbour."""
    tree = ast.parse((ROOT / place.file).read_text("utf-8"))
    old, _, new = list(neighbours(tree))[place.number]
    return ast.unparse(ast.fix_missing_locations(_Turned(old, new).visit(tree)))
