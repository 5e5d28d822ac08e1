"""Gives expressions their types: from parsed nodes to operations on columns."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from decimal import Decimal

from footfall.compiler.symbols import ElementVariable, ListVariable, Scope, Symbol, Table, Texts, TypeOf, Variable
from footfall.errors import Mark, Problems
from footfall.model import builtins
from footfall.model.ops import Op
from footfall.model.values import NULLS, Kind
from footfall.scenario import expressions as tree
from footfall.scenario.expressions import ExpressionProblem
from footfall.scenario.records import Expression

NUMERIC = ("integer", "number", "money")
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply"}
_COMPARE = {
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
}
_SIMPLE: dict[str, Kind] = {
    "now": "time",
    "day": "integer",
    "hour": "integer",
    "weekday": "integer",
    "days_since_arrival": "integer",
}
_COLUMNS: dict[str, tuple[int, Kind]] = {
    "known": (builtins.KNOWN, "boolean"),
    "visits": (builtins.VISITS, "integer"),
    "person": (builtins.PERSON, "integer"),
}
BUILTIN_NAMES = (*_SIMPLE, *_COLUMNS, "stage", "platform", "os_name")


class Typer:
    """Compiles expressions against a scope.

    Args:
        texts: Codes of texts; new ones are added.
        tables: Catalogues by name.
        home: Name of the home catalogue.
        devices: Its compiled kinds, with the columns platform and os_name.
        stages: Names of the stages in order.
        minor_digits: Of the currency.
        problems: Where mistakes are noted.
    """

    def __init__(
        self,
        texts: Texts,
        tables: dict[str, Table],
        home: str,
        devices: Table,
        stages: tuple[str, ...],
        minor_digits: int,
        problems: Problems,
    ) -> None:
        self.texts = texts
        self.tables = tables
        self.home = home
        self.devices = devices
        self.stages = stages
        self.minor_digits = minor_digits
        self.problems = problems
        self.id_key: Callable[[str], tuple[int, int]] | None = None

    def compile(self, expression: Expression, scope: Scope, wanted: TypeOf | None = None) -> Op | None:
        """Compile an expression, converted to the wanted type; None when it is wrong, which is noted."""
        try:
            op = self._op(tree.parse(expression), scope, wanted)
            return op if wanted is None else self.convert(op, wanted, 0)
        except ExpressionProblem as problem:
            self.note(expression.at, problem)
            return None

    def condition(self, expression: Expression | None, scope: Scope) -> Op | None:
        """Compile a condition."""
        return None if expression is None else self.compile(expression, scope, TypeOf("boolean"))

    def note(self, at: Mark, problem: ExpressionProblem) -> None:
        """Note what is wrong with an expression that stands at a place."""
        mark = Mark(at.file, at.line, at.column + problem.offset)
        self.problems.add(mark, problem.message, problem.accepted, problem.hint)

    # --- conversion --------------------------------------------------------------------------------------------------

    def convert(self, op: Op, wanted: TypeOf, offset: int) -> Op:
        """Convert a value to a type, where that loses nothing.

        Raises:
            ExpressionProblem: When it cannot be.
        """
        op = self.plain(op) if wanted.kind == "text" else op
        if op.kind == "null":
            return Op("const", wanted.kind, value=NULLS[wanted.kind], is_nullable=True, of=wanted.of)
        if op.kind == wanted.kind and (not wanted.of or not op.of or op.of == wanted.of):
            return op
        if wanted.kind == "number" and op.kind == "integer":
            return self.number(op)
        if wanted.kind == "money" and op.kind in ("integer", "number"):
            return self.money(op)
        if wanted.kind == "text" and op.kind == "id":
            raise ExpressionProblem("an id is put where a text is expected", offset, hint="declare it with type: id")
        raise ExpressionProblem(
            f"{describe(op)} is put where {_article(wanted)} is expected",
            offset,
            _article(wanted),
            _conversion_hint(op, wanted),
        )

    def number(self, op: Op) -> Op:
        """Return a value as a number."""
        if op.kind == "number":
            return op
        if op.op == "const" and isinstance(op.value, int) and not op.is_nullable:
            return Op("const", "number", value=float(op.value))
        return Op("to_number", "number", (op,), is_nullable=op.is_nullable, is_list=op.is_list)

    def money(self, op: Op) -> Op:
        """Return a number of major units as money."""
        if op.kind == "money":
            return op
        scale = 10**self.minor_digits
        if op.op == "const" and not op.is_nullable and isinstance(op.value, int | float):
            return Op("const", "money", value=int(Decimal(str(op.value)) * scale + Decimal("0.5")))
        return Op("to_money", "money", (self.number(op),), float(scale), op.is_nullable, op.is_list)

    def plain(self, op: Op) -> Op:
        """Return the one column of a row of a list of scalars; anything else as it is."""
        if op.kind != "row" or op.of not in self.tables:
            return op
        table = self.tables[op.of]
        if table.scalar_column is None:
            return op
        return self.column(op, table, table.scalar_column)

    def column(self, row: Op, table: Table, name: str) -> Op:
        """Return a column of a row."""
        number, kind = table.columns[name]
        return Op("field", kind, (row,), number, is_nullable=True, is_list=row.is_list)

    # --- nodes -------------------------------------------------------------------------------------------------------

    def _op(self, node: tree.Node, scope: Scope, wanted: TypeOf | None = None) -> Op:
        if isinstance(node, tree.Number):
            value = int(node.text) if node.is_whole else float(node.text)
            return Op("const", "integer" if node.is_whole else "number", value=value)
        if isinstance(node, tree.String):
            return Op("const", "text", value=self.texts.code(node.text))
        if isinstance(node, tree.Constant):
            return _constant(node)
        if isinstance(node, tree.Name):
            return self._name(node, scope)
        if isinstance(node, tree.Unary):
            return self._unary(node, scope)
        if isinstance(node, tree.Binary):
            return self._binary(node, scope)
        if isinstance(node, tree.Membership):
            return self._membership(node, scope)
        if isinstance(node, tree.Conditional):
            return self._conditional(node, scope)
        assert isinstance(node, tree.Call)
        return _CALLS[node.function](self, node, scope)

    def _name(self, node: tree.Name, scope: Scope) -> Op:
        first, rest = node.parts[0], node.parts[1:]
        symbol = scope.find(first)
        if symbol is not None:
            return self._symbol(node, symbol, rest)
        if rest:
            raise self._unknown(node, scope)
        found = self._builtin(first)
        if found is None:
            raise self._unknown(node, scope)
        return found

    def _builtin(self, name: str) -> Op | None:
        if name in _SIMPLE:
            return Op(name, _SIMPLE[name])
        if name in _COLUMNS:
            number, kind = _COLUMNS[name]
            return Op("load", kind, value=number)
        if name == "stage":
            return Op("stage", "text", (Op("load", "integer", value=builtins.STAGE),))
        if name in ("platform", "os_name"):
            row = Op("load", "row", value=builtins.DEVICE_KIND, is_nullable=True, of=self.devices.source.name)
            return self.column(row, self.devices, name)
        home = self.tables[self.home]
        if name in home.columns:
            row = Op("load", "row", value=builtins.HOME, of=self.home)
            number, kind = home.columns[name]
            return Op("field", kind, (row,), number, is_nullable=kind != "text")
        return None

    def _unknown(self, node: tree.Name, scope: Scope) -> ExpressionProblem:
        name = ".".join(node.parts)
        known = sorted({*scope.names(), *BUILTIN_NAMES, *self.tables[self.home].columns})
        hint = f"'{name}' is a text in quotes" if name in self.texts.all() else nearest_hint(node.parts[0], known)
        return ExpressionProblem(f'"{name}" is not declared here', node.offset, "known here: " + ", ".join(known), hint)

    def _symbol(self, node: tree.Name, symbol: Symbol, rest: tuple[str, ...]) -> Op:
        if isinstance(symbol, Variable):
            return self._descend(node, load(symbol), rest)
        if isinstance(symbol, ListVariable):
            return self._list_field(node, symbol, rest)
        return self._element_field(node, symbol, rest)

    def _list_field(self, node: tree.Name, symbol: ListVariable, rest: tuple[str, ...]) -> Op:
        if symbol.is_plain:
            return self._descend(node, load(symbol.fields[""], is_list=True), rest)
        if not rest or rest[0] not in symbol.fields:
            fields = ", ".join(f"{symbol.name}.{f}" for f in symbol.fields)
            raise ExpressionProblem(f'"{".".join(node.parts)}" is a list of records', node.offset, fields)
        return self._descend(node, load(symbol.fields[rest[0]], is_list=True), rest[1:])

    def _element_field(self, node: tree.Name, symbol: ElementVariable, rest: tuple[str, ...]) -> Op:
        if "" in symbol.fields:
            return self._descend(node, load(symbol.fields[""]), rest)
        if not rest or rest[0] not in symbol.fields:
            fields = ", ".join(f"{symbol.name}.{f}" for f in symbol.fields)
            raise ExpressionProblem(f'"{".".join(node.parts)}" is an element with fields', node.offset, fields)
        return self._descend(node, load(symbol.fields[rest[0]]), rest[1:])

    def _descend(self, node: tree.Name, op: Op, rest: tuple[str, ...]) -> Op:
        if not rest:
            return op
        name = ".".join(node.parts)
        if op.kind != "row":
            raise ExpressionProblem(f'"{name}": {describe(op)} has no columns', node.offset)
        table = self.tables[op.of]
        if rest[0] not in table.columns or len(rest) > 1:
            known = list(table.columns)
            accepted = f"columns of {op.of}: " + ", ".join(known)
            raise ExpressionProblem(
                f'"{name}": {op.of} has no column "{rest[0]}"', node.offset, accepted, nearest_hint(rest[0], known)
            )
        return self.column(op, table, rest[0])

    def _unary(self, node: tree.Unary, scope: Scope) -> Op:
        arg = self._op(node.arg, scope)
        if node.op == "not":
            return Op("not", "boolean", (self._boolean(arg, node.offset),), is_list=arg.is_list)
        if arg.kind not in NUMERIC:
            raise ExpressionProblem(f"minus before {describe(arg)}", node.offset, "a number or money")
        if arg.op == "const" and not arg.is_nullable:
            return Op("const", arg.kind, value=-arg.value)  # type: ignore[operator]
        return Op("negative", arg.kind, (arg,), is_nullable=arg.is_nullable, is_list=arg.is_list)

    def _boolean(self, op: Op, offset: int) -> Op:
        if op.kind != "boolean":
            raise ExpressionProblem(
                f"{describe(op)} is used as a condition", offset, "true or false", "compare it with something"
            )
        return op

    def _binary(self, node: tree.Binary, scope: Scope) -> Op:
        left, right = self._op(node.left, scope), self._op(node.right, scope)
        is_list = left.is_list or right.is_list
        if node.op in ("and", "or"):
            args = (self._boolean(left, node.offset), self._boolean(right, node.offset))
            return Op(node.op, "boolean", args, is_list=is_list)
        if node.op in _COMPARE:
            return self.compare(node.op, left, right, node.offset)
        for op in (left, right):
            if op.kind not in NUMERIC:
                raise ExpressionProblem(f"{node.op} with {describe(op)}", node.offset, "numbers or money")
        return self._arithmetic(node, left, right)

    def _arithmetic(self, node: tree.Binary, left: Op, right: Op) -> Op:
        is_list = left.is_list or right.is_list
        is_nullable = left.is_nullable or right.is_nullable
        kinds = {left.kind, right.kind}
        if node.op in "+-":
            left, right, kind = self._alike(left, right)
            return Op(_ARITHMETIC[node.op], kind, (left, right), is_nullable=is_nullable, is_list=is_list)
        if node.op == "//":
            if kinds != {"integer"}:
                raise ExpressionProblem(
                    f"// with {describe(left)} and {describe(right)}", node.offset, "two integers", "floor(a / b)"
                )
            return Op("floor_divide", "integer", (left, right), is_nullable=True, is_list=is_list)
        if node.op == "/":
            return self._quotient(node, left, right, is_list)
        if kinds == {"money"}:
            raise ExpressionProblem("money times money", node.offset, "money times a number")
        if kinds <= {"integer"} or kinds == {"integer", "money"}:
            kind = "money" if "money" in kinds else "integer"
            return Op("multiply", kind, (left, right), is_nullable=is_nullable, is_list=is_list)
        args = (self.number(left), self.number(right))
        product = Op("multiply", "number", args, is_nullable=is_nullable, is_list=is_list)
        return _rounded(product) if "money" in kinds else product

    def _quotient(self, node: tree.Binary, left: Op, right: Op, is_list: bool) -> Op:
        if right.kind == "money" and left.kind != "money":
            raise ExpressionProblem("a number divided by money", node.offset, "money / money, or money / number")
        quotient = Op("divide", "number", (self.number(left), self.number(right)), is_nullable=True, is_list=is_list)
        return _rounded(quotient) if left.kind == "money" and right.kind != "money" else quotient

    def _alike(self, left: Op, right: Op) -> tuple[Op, Op, Kind]:
        kinds = {left.kind, right.kind}
        if "money" in kinds:
            return self.money(left), self.money(right), "money"
        if "number" in kinds:
            return self.number(left), self.number(right), "number"
        return left, right, left.kind

    def compare(self, op: str, left: Op, right: Op, offset: int) -> Op:
        """Compare two values of like kinds; with null, `==` and `!=` ask whether it is null."""
        is_list = left.is_list or right.is_list
        if "null" in (left.kind, right.kind):
            asked = right if left.kind == "null" else left
            test = Op("is_null", "boolean", (asked,), is_list=is_list)
            if op == "==":
                return test
            if op == "!=":
                return Op("not", "boolean", (test,), is_list=is_list)
        if left.kind in NUMERIC and right.kind in NUMERIC:
            left, right, _ = self._alike(left, right)
        elif left.kind != right.kind or left.of != right.of:
            left, right = self.plain(left), self.plain(right)
        self._check_comparable(op, left, right, offset)
        return Op(_COMPARE[op], "boolean", (left, right), is_list=is_list)

    def _check_comparable(self, op: str, left: Op, right: Op, offset: int) -> None:
        if left.kind != right.kind or left.of != right.of:
            raise ExpressionProblem(
                f"{describe(left)} is compared with {describe(right)}", offset, "two values of one kind"
            )
        if op not in ("==", "!=") and left.kind not in (*NUMERIC, "time"):
            raise ExpressionProblem(f"{op} with {describe(left)}", offset, "== or !=", "reached('…') compares stages")

    def _membership(self, node: tree.Membership, scope: Scope) -> Op:
        item = self._op(node.item, scope)
        if node.container is not None:
            container = self._op(node.container, scope)
            if not container.is_list:
                raise ExpressionProblem(f"in {describe(container)}", node.offset, "a list, or ('a', 'b')")
            equal = self.compare("==", container, item, node.offset)
            result = Op("any", "boolean", (equal,))
        else:
            result = self._one_of(node, item, scope)
        return Op("not", "boolean", (result,)) if node.is_negated else result

    def _one_of(self, node: tree.Membership, item: Op, scope: Scope) -> Op:
        if not node.choices:
            raise ExpressionProblem("in () of nothing", node.offset, "('a', 'b')")
        tests = [self.compare("==", item, self._op(c, scope), node.offset) for c in node.choices]
        result = tests[0]
        for test in tests[1:]:
            result = Op("or", "boolean", (result, test), is_list=item.is_list)
        return result

    def _conditional(self, node: tree.Conditional, scope: Scope) -> Op:
        condition = self._boolean(self._op(node.condition, scope), node.offset)
        then, otherwise = self._op(node.then, scope), self._op(node.otherwise, scope)
        then, otherwise = self._unify(then, otherwise, node.offset)
        is_nullable = then.is_nullable or otherwise.is_nullable
        return Op(
            "choose", then.kind, (condition, then, otherwise), is_nullable=is_nullable, of=then.of or otherwise.of
        )

    def _unify(self, one: Op, other: Op, offset: int) -> tuple[Op, Op]:
        if one.kind == "null" and other.kind != "null":
            return self.convert(one, TypeOf(other.kind, other.of), offset), other
        if other.kind == "null" and one.kind != "null":
            return one, self.convert(other, TypeOf(one.kind, one.of), offset)
        if one.kind in NUMERIC and other.kind in NUMERIC:
            one, other, _ = self._alike(one, other)
        elif one.kind != other.kind or one.of != other.of:
            one, other = self.plain(one), self.plain(other)
        if one.kind != other.kind or (one.of != other.of and one.of and other.of):
            raise ExpressionProblem(f"{describe(one)} or {describe(other)}", offset, "two values of one kind")
        return one, other

    # --- functions ---------------------------------------------------------------------------------------------------

    def _args(self, node: tree.Call, scope: Scope, low: int, high: int) -> list[Op]:
        if not low <= len(node.args) <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            raise ExpressionProblem(
                f"{node.function} with {len(node.args)} arguments", node.offset, f"{wanted} arguments"
            )
        return [self._op(arg, scope) for arg in node.args]

    def _text_argument(self, node: tree.Call) -> str:
        if len(node.args) != 1 or not isinstance(node.args[0], tree.String):
            raise ExpressionProblem(f"{node.function} takes one text in quotes", node.offset)
        return node.args[0].text

    def call_round(self, node: tree.Call, scope: Scope) -> Op:
        (arg,) = self._args(node, scope, 1, 1)
        if arg.kind in ("integer", "money"):
            return arg
        self._need_number(node, arg)
        return Op(node.function, "integer", (arg,), is_nullable=True, is_list=arg.is_list)

    def _need_number(self, node: tree.Call, arg: Op) -> None:
        if arg.kind not in NUMERIC:
            raise ExpressionProblem(f"{node.function} of {describe(arg)}", node.offset, "a number or money")

    def call_min(self, node: tree.Call, scope: Scope) -> Op:
        args = self._args(node, scope, 2, 8)
        result = args[0]
        for arg in args:
            self._need_number(node, arg)
        for arg in args[1:]:
            left, right, kind = self._alike(result, arg)
            name = "minimum" if node.function == "min" else "maximum"
            flags = {"is_nullable": left.is_nullable or right.is_nullable, "is_list": left.is_list or right.is_list}
            result = Op(name, kind, (left, right), **flags)
        return result

    def call_abs(self, node: tree.Call, scope: Scope) -> Op:
        (arg,) = self._args(node, scope, 1, 1)
        self._need_number(node, arg)
        return Op("absolute", arg.kind, (arg,), is_nullable=arg.is_nullable, is_list=arg.is_list)

    def call_count(self, node: tree.Call, scope: Scope) -> Op:
        name = node.args[0] if len(node.args) == 1 else None
        symbol = scope.find(name.parts[0]) if isinstance(name, tree.Name) else None
        if not isinstance(symbol, ListVariable):
            raise ExpressionProblem("count takes the name of a list", node.offset, "count(cart)")
        return Op("load", "integer", value=symbol.length)

    def call_sum(self, node: tree.Call, scope: Scope) -> Op:
        (arg,) = self._args(node, scope, 1, 1)
        if not arg.is_list or arg.kind not in ("integer", "money"):
            raise ExpressionProblem(
                f"sum of {describe(arg)}",
                node.offset,
                "integers or money over a list",
                "round() numbers before they are summed",
            )
        return Op("sum", arg.kind, (arg,))

    def call_any(self, node: tree.Call, scope: Scope) -> Op:
        (arg,) = self._args(node, scope, 1, 1)
        if not arg.is_list or arg.kind != "boolean":
            raise ExpressionProblem(
                f"any of {describe(arg)}", node.offset, "a condition over a list: any(cart.product == product)"
            )
        return Op("any", "boolean", (arg,))

    def call_coalesce(self, node: tree.Call, scope: Scope) -> Op:
        args = self._args(node, scope, 2, 8)
        first = args[0]
        others = []
        for arg in args[1:]:
            first, other = self._unify(first, arg, node.offset)
            others.append(other)
        of = first.of or others[-1].of
        return Op("coalesce", first.kind, (first, *others), is_nullable=others[-1].is_nullable, of=of)

    def call_reached(self, node: tree.Call, scope: Scope) -> Op:
        name = self._text_argument(node)
        if name not in self.stages:
            raise ExpressionProblem(
                f'no stage "{name}"', node.offset, ", ".join(self.stages), nearest_hint(name, self.stages)
            )
        limit = Op("const", "integer", value=self.stages.index(name))
        return Op("greater_equal", "boolean", (Op("load", "integer", value=builtins.STAGE), limit))

    def call_ramp(self, node: tree.Call, scope: Scope) -> Op:
        x, *ends = self._args(node, scope, 4, 4)
        self._need_number(node, x)
        values = [self.number(end).value for end in ends if end.op == "const"]
        if len(values) != 3 or not values[2]:
            raise ExpressionProblem(
                "ramp(x, from, to, over) takes three constants", node.offset, "ramp(lessons, 0.09, 0.02, 10)"
            )
        return ramp(self.number(x), (float(values[0]), float(values[1]), float(values[2])))  # type: ignore[arg-type]

    def call_local(self, node: tree.Call, scope: Scope) -> Op:
        args = self._args(node, scope, 2, 2)
        if any(arg.kind != "integer" for arg in args):
            raise ExpressionProblem("local(days, hour) takes integers", node.offset, "local(1, 18)")
        return Op("local", "time", tuple(args), is_nullable=any(arg.is_nullable for arg in args))

    def call_id(self, node: tree.Call, scope: Scope) -> Op:
        prefix = self._text_argument(node)
        if self.id_key is None:
            raise ExpressionProblem("id() outside of a set step", node.offset, hint="set a variable to it and use that")
        if not prefix.isascii() or not prefix.replace("_", "").isalnum() or len(prefix) > 20:
            raise ExpressionProblem(f"id('{prefix}')", node.offset, "up to 20 letters, digits and _")
        return Op("id", "id", value=self.id_key(prefix), of=prefix)


def load(variable: Variable, is_list: bool = False) -> Op:
    """Return the operation that reads a variable."""
    kind, of = variable.type.kind, variable.type.of
    return Op("load", kind, value=variable.column, is_nullable=True, is_list=is_list, of=of)


def ramp(x: Op, ends: tuple[float, float, float]) -> Op:
    """Return a straight line from one value at 0 to another at `ends[2]`, flat from there."""
    return Op("ramp", "number", (x,), ends, is_nullable=x.is_nullable)


def describe(op: Op) -> str:
    """Name a value's kind for a message."""
    what = _article(TypeOf(op.kind, op.of))
    return f"a list ({what} each)" if op.is_list else what


def _article(of: TypeOf) -> str:
    names = {"integer": "an integer", "id": "an id", "money": "money", "null": "null", "boolean": "true or false"}
    return f"a row of {of.of}" if of.kind == "row" else names.get(of.kind, f"a {of.kind}")


def _constant(node: tree.Constant) -> Op:
    if node.name == "null":
        return Op("const", "null", value=NULLS["null"], is_nullable=True)
    return Op("const", "boolean", value=int(node.name == "true"))


def _rounded(op: Op) -> Op:
    return Op("round", "money", (op,), is_nullable=op.is_nullable, is_list=op.is_list)


def _conversion_hint(op: Op, wanted: TypeOf) -> str:
    if wanted.kind == "integer" and op.kind == "number":
        return "round() or floor() makes an integer"
    if wanted.kind == "text" and op.kind == "row":
        return f"name one of its columns: {op.of}.…"
    return ""


def nearest_hint(name: str, known: object) -> str:
    """Return "did you mean" the nearest name, or nothing."""
    close = difflib.get_close_matches(name, list(known), 1)  # type: ignore[call-overload]
    return f'did you mean "{close[0]}"?' if close else ""


_CALLS: dict[str, Callable[[Typer, tree.Call, Scope], Op]] = {
    "round": Typer.call_round,
    "floor": Typer.call_round,
    "min": Typer.call_min,
    "max": Typer.call_min,
    "abs": Typer.call_abs,
    "count": Typer.call_count,
    "sum": Typer.call_sum,
    "any": Typer.call_any,
    "coalesce": Typer.call_coalesce,
    "reached": Typer.call_reached,
    "ramp": Typer.call_ramp,
    "local": Typer.call_local,
    "id": Typer.call_id,
}
