"""Types expressions: from text in a scope to an operation, or to a problem with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.event_memories import EventMemories
from footfall.compiler.expressions import functions, operators
from footfall.compiler.expressions.calling import Calling
from footfall.compiler.expressions.lookup import Lookup
from footfall.compiler.expressions.typed_values import (
    COMPOSED_ACCEPTS,
    COMPOSED_HINT,
    Values,
    describe,
    is_constant,
)
from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Scope, Texts, TypeOf
from footfall.errors import Problems, SourceLocation
from footfall.model.operations import Op
from footfall.model.values import NULLS
from footfall.scenario import expressions as tree
from footfall.scenario.expressions import ExpressionProblem
from footfall.scenario.leaf_records import Expression


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text that a value is compared with.

    Args:
        value: What is compared.
        code: Of the text.
        at: Where the text stands.
    """

    value: Op
    code: int
    at: SourceLocation


@dataclass(frozen=True, slots=True)
class ListedTexts:
    """The texts for which something is declared, and nothing for others.

    Args:
        value: What decides.
        codes: Of the texts.
        at: Where they are listed.
    """

    value: Op
    codes: frozenset[int]
    at: SourceLocation


@dataclass(slots=True)
class Typer:
    """Compiles expressions against a scope.

    Args:
        texts: Codes of texts; new ones are added.
        tables: Catalogues by name.
        home: Name of the home catalogue.
        devices: Its compiled kinds, with the columns platform and os_name.
        stages: Names of the stages in order.
        minor_digits: Of the currency.
        moments: Resolves dates.
        memories: What is remembered of events.
        problems: Where mistakes are noted.
        described: Event property → the expression of its value.
        compared: Texts that values are compared with, in expressions that were compiled.
        listed: Texts that have to be all which a value can be.
        allowed: Column of a variable → codes of the values that it is declared to take.
    """

    texts: Texts
    tables: dict[str, CatalogueTable]
    home: str
    devices: CatalogueTable
    stages: tuple[str, ...]
    minor_digits: int
    moments: Moments
    memories: EventMemories
    problems: Problems
    described: Mapping[str, str] = field(default_factory=dict)
    compared: list[ComparedText] = field(default_factory=list)
    listed: list[ListedTexts] = field(default_factory=list)
    allowed: dict[int, frozenset[int]] = field(default_factory=dict)
    values: Values = field(init=False)
    lookup: Lookup = field(init=False)

    def __post_init__(self) -> None:
        self.values = Values(self.tables, self.minor_digits)
        self.lookup = Lookup(self.texts, self.values, self.home, self.devices, self.described)

    def compile(
        self, expression: Expression, scope: Scope, wanted: TypeOf | None = None
    ) -> Op | None:
        """Compile an expression to the wanted type; None when it is wrong, which is noted."""
        try:
            node = tree.parse(expression)
            op = self.typed(node, scope)
            _check_written(op, node, scope)
            self.compared += self._compared(op, expression)
            return op if wanted is None else self.values.convert(op, wanted, node.offset)
        except ExpressionProblem as problem:
            self.note(expression.at, problem)
            return None

    def _compared(self, op: Op, expression: Expression) -> Iterator[ComparedText]:
        for each in op.walk():
            if each.op in ("equal", "not_equal", "contains"):
                one, other = each.args
                text, value = (one, other) if is_constant(one) else (other, one)
                if is_constant(text) and text.kind == "text" and isinstance(text.value, int):
                    at = self._place_of(self.texts.all()[text.value], expression)
                    yield ComparedText(value, text.value, at)

    def _place_of(self, text: str, expression: Expression) -> SourceLocation:
        found = (expression.text.find(f"{quote}{text}{quote}") for quote in "'\"")
        offset = next((place for place in found if place >= 0), 0)
        at = expression.at
        return SourceLocation(at.file, at.line, at.column + offset)

    def condition(self, expression: Expression | None, scope: Scope) -> Op | None:
        """Compile a condition."""
        return (
            None if expression is None else self.compile(expression, scope, TypeOf("boolean"))
        )

    def factor(self, expression: Expression, scope: Scope) -> Op | None:
        """Compile a number that is no factor below 0; one that is written down below 0 is noted."""
        op = self.compile(expression, scope, TypeOf("number"))
        if op is None or not is_constant(op) or float(str(op.value)) >= 0:
            return op
        self.problems.add(expression.at, f"the factor is {op.value:g}", "0 or more")
        return None

    def note(self, at: SourceLocation, problem: ExpressionProblem) -> None:
        """Note what is wrong with an expression that stands at a place."""
        mark = SourceLocation(at.file, at.line, at.column + problem.offset)
        self.problems.add(mark, problem.message, problem.accepted, problem.hint)

    def typed(self, node: tree.ExpressionNode, scope: Scope) -> Op:
        """Return the operation of a node.

        Raises:
            ExpressionProblem: It means nothing here.
        """
        match node:
            case tree.Number():
                kind, value = (
                    ("integer", int(node.text))
                    if node.is_whole
                    else ("number", float(node.text))
                )
                return Op("const", kind, value=value)  # type: ignore[arg-type]
            case tree.Duration():
                return Op("const", "duration", value=node.ms)
            case tree.Months():
                return Op("const", "months", value=node.n)
            case tree.String():
                return Op("const", "text", value=self.texts.code(node.text))
            case tree.Constant():
                return _constant(node)
            case tree.Name():
                return self.lookup.find(node, scope)
            case tree.FunctionCall():
                typed = lambda arg: self.typed(arg, scope)  # noqa: E731 - an argument in this scope
                return functions.call(
                    Calling(
                        node,
                        scope,
                        typed,
                        self.values,
                        self.stages,
                        self.moments,
                        self.memories,
                    )
                )
        return self._compound(node, scope)

    def _compound(self, node: tree.ExpressionNode, scope: Scope) -> Op:
        match node:
            case tree.Unary(op="not"):
                arg = operators.boolean(self.typed(node.arg, scope), node.arg.offset)
                return Op("not", "boolean", (arg,), is_list=arg.is_list)
            case tree.Unary():
                return operators.negative(self.typed(node.arg, scope), node.offset)
            case tree.Binary():
                left, right = self.typed(node.left, scope), self.typed(node.right, scope)
                return operators.binary(self.values, node, left, right)
            case tree.Membership():
                return self._membership(node, scope)
        assert isinstance(node, tree.Conditional)
        return self._conditional(node, scope)

    def _membership(self, node: tree.Membership, scope: Scope) -> Op:
        item = self.typed(node.item, scope)
        if node.container is not None:
            result = self._contained(node, item, self.typed(node.container, scope))
        else:
            result = self._one_of(node, item, scope)
        return (
            Op("not", "boolean", (result,), is_list=result.is_list)
            if node.is_negated
            else result
        )

    def _contained(self, node: tree.Membership, item: Op, container: Op) -> Op:
        assert node.container is not None
        if not container.is_list:
            message = f"in {describe(container)}"
            hint = (
                "texts are compared as they are: name == 'Ann'"
                if container.kind == "text"
                else ""
            )
            raise ExpressionProblem(
                message, node.container.offset, "a list, or ('a', 'b')", hint
            )
        if item.is_list:
            raise ExpressionProblem(
                f"{describe(item)} in a list", node.item.offset, "one value"
            )
        equal = operators.compare(self.values, "==", container, item, node.offset)
        # `null in list` is compared by a test for null, which has no second side to look for.
        if equal.op != "equal":
            return Op("any", "boolean", (equal,))
        return Op("contains", "boolean", equal.args)

    def _one_of(self, node: tree.Membership, item: Op, scope: Scope) -> Op:
        tests = [
            operators.compare(self.values, "==", item, self.typed(choice, scope), choice.offset)
            for choice in node.choices
        ]
        result = tests[0]
        for test in tests[1:]:
            result = Op("or", "boolean", (result, test), is_list=item.is_list)
        return result

    def _conditional(self, node: tree.Conditional, scope: Scope) -> Op:
        condition = operators.boolean(self.typed(node.condition, scope), node.condition.offset)
        then, otherwise = self.typed(node.then, scope), self.typed(node.otherwise, scope)
        then, otherwise = self.values.unify(then, otherwise, node.offset)
        is_nullable = then.is_nullable or otherwise.is_nullable
        if condition.is_list or then.is_list or otherwise.is_list:
            raise ExpressionProblem(
                "if … else over a list", node.offset, "single values", _LIST_HINT
            )
        of = then.of or otherwise.of
        return Op(
            "choose", then.kind, (condition, then, otherwise), is_nullable=is_nullable, of=of
        )


def _check_written(op: Op, node: tree.ExpressionNode, scope: Scope) -> None:
    """Refuse a text that is put together where nothing is written."""
    if op.kind == "composed" and scope.snapshots is None:
        message = f"{describe(op)} stands here"
        raise ExpressionProblem(message, node.offset, COMPOSED_ACCEPTS, COMPOSED_HINT)


_LIST_HINT = "count(), sum() and any() make one value of a list"


def _constant(node: tree.Constant) -> Op:
    if node.name == "null":
        return Op("const", "null", value=NULLS["null"], is_nullable=True)
    return Op("const", "boolean", value=int(node.name == "true"))
