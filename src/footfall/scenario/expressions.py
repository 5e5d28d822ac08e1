"""Parses expressions: a closed language in Python's syntax, as a tree of what it has.

Names are looked up by the compiler in closed tables; nothing here or there ever parses or evaluates Python.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from footfall.errors import UnitError
from footfall.scenario import synonyms
from footfall.scenario.expression_nodes import (
    Binary,
    Conditional,
    Constant,
    Duration,
    ExpressionNode,
    FunctionCall,
    Membership,
    Months,
    Name,
    Number,
    String,
    Unary,
)
from footfall.scenario.leaf_records import Expression
from footfall.scenario.tokens import (
    ACCEPTED,
    CONSTANTS,
    FUNCTIONS,
    ExpressionProblem,
    Token,
    tokens,
)
from footfall.units import is_unit_of_time, nearest_hint, parse_duration, parse_months

__all__ = [
    "FUNCTIONS",
    "Binary",
    "Conditional",
    "Constant",
    "Duration",
    "ExpressionNode",
    "ExpressionProblem",
    "FunctionCall",
    "Membership",
    "Months",
    "Name",
    "Number",
    "String",
    "Unary",
    "parse",
]

MAX_NODES = 200
# The parser, the typer and the evaluation recurse along the tree.
MAX_DEPTH = 32

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_BRACKETS = {"(": ")", "[": "]"}


def parse(expression: Expression) -> ExpressionNode:
    """Parse an expression.

    Raises:
        ExpressionProblem: When it is too long, too deep, no expression, or holds something the language does not have.
    """
    return _parsed(expression.text)


@lru_cache(
    maxsize=4096
)  # the compiler, its checks and diagrams each ask for the same few hundred
def _parsed(text: str) -> ExpressionNode:
    return _Parser(tuple(tokens(text))).whole()


class _Parser:
    """Reads words from left to right; each method binds tighter than the one above."""

    def __init__(self, words: tuple[Token, ...]) -> None:
        self._words = words
        self._at = 0
        self._depth = 0
        self._n_nodes = 0

    # --- words -------------------------------------------------------------------------------------------------------

    @property
    def _word(self) -> Token:
        return self._words[self._at]

    def _take(self) -> Token:
        word = self._word
        self._at += 1
        return word

    def _is(self, *signs: str) -> bool:
        return self._word.kind == "sign" and self._word.text in signs

    def _taken(self, sign: str) -> bool:
        """Take a sign if it stands here."""
        is_here = self._is(sign)
        self._at += is_here
        return is_here

    def _expect(self, sign: str) -> None:
        if not self._taken(sign):
            raise self._unexpected(f"{sign} is expected")

    def _unexpected(self, why: str, hint: str = "") -> ExpressionProblem:
        return ExpressionProblem(
            f"{why} before {self._word}", self._word.offset, ACCEPTED, hint
        )

    def _counted(self, node: ExpressionNode) -> ExpressionNode:
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES:
            message = "the expression is too large"
            at = self._words[self._at - 1].offset
            raise ExpressionProblem(message, at, f"at most {MAX_NODES} names and operators")
        return node

    def _within(self, read: Callable[[], ExpressionNode]) -> ExpressionNode:
        """Read something that stands within something else."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = "the expression is nested too deeply"
            raise ExpressionProblem(message, self._word.offset, f"at most {MAX_DEPTH} levels")
        node = read()
        self._depth -= 1
        return node

    # --- from the loosest to the tightest ----------------------------------------------------------------------------

    def whole(self) -> ExpressionNode:
        """Read the whole expression."""
        node = self._conditional()
        if self._word.kind != "end":
            raise self._unexpected(
                "an operator is expected", _side_by_side(self._words[self._at - 1], self._word)
            )
        return node

    def _conditional(self) -> ExpressionNode:
        # `a if b else c` is looser than all else and groups to the right, as in Python: in
        # `a if b else c if d else e` the second stands within the first, so it alone goes deeper.
        then = self._chain(("or",), self._conjunction)
        if not self._taken("if"):
            return then
        condition = self._chain(("or",), self._conjunction)
        self._expect("else")
        otherwise = self._within(self._conditional)
        return self._counted(Conditional(then.offset, condition, then, otherwise))

    def _conjunction(self) -> ExpressionNode:
        return self._chain(("and",), self._negation)

    def _negation(self) -> ExpressionNode:
        at = self._word.offset
        if self._taken("not"):
            return self._counted(Unary(at, "not", self._within(self._negation)))
        return self._comparison()

    def _comparison(self) -> ExpressionNode:
        # `not` binds more loosely than a comparison: `not a == b` is `not (a == b)`, as in
        # Python.
        # `a < b < c` is `a < b and b < c`; the middle stands in both, as nothing in it has an effect.
        left = self._sum()
        result: ExpressionNode | None = None
        while self._is(*_COMPARISONS, "in", "not"):
            one, left = self._one_comparison(left)
            result = (
                one
                if result is None
                else self._counted(Binary(result.offset, "and", result, one))
            )
        return left if result is None else result

    def _one_comparison(self, left: ExpressionNode) -> tuple[ExpressionNode, ExpressionNode]:
        """Read an operator and its right side; return the comparison and that side."""
        word = self._take()
        if word.text in _COMPARISONS:
            right = self._sum()
            return self._counted(Binary(left.offset, word.text, left, right)), right
        if word.text == "not":
            self._expect("in")
        found = self._membership(left, word.text == "not")
        if self._is(*_COMPARISONS, "in", "not"):
            raise self._unexpected(
                "nothing is compared with in (…)", "put parentheses around it"
            )
        return found, left

    def _membership(self, item: ExpressionNode, is_negated: bool) -> ExpressionNode:
        if not self._is(*_BRACKETS):
            return self._counted(Membership(item.offset, item, (), self._sum(), is_negated))
        word = self._take()
        choices, has_comma = self._listed(_BRACKETS[word.text])
        if not choices:
            raise ExpressionProblem("in () of nothing", word.offset, "in ('a', 'b')")
        if (
            # `x in (cart)` is a list in parentheses; `x in (cart,)` compares x with one value.
            len(choices) == 1
            and isinstance(choices[0], Name)
            and word.text == "("
            and not has_comma
        ):
            return self._counted(Membership(item.offset, item, (), choices[0], is_negated))
        return self._counted(Membership(item.offset, item, choices, None, is_negated))

    def _sum(self) -> ExpressionNode:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> ExpressionNode:
        return self._chain(("*", "/", "//", "%"), self._factor)

    def _chain(
        self, signs: tuple[str, ...], read: Callable[[], ExpressionNode]
    ) -> ExpressionNode:
        """Read values between operators of one strength, from left to right."""
        node, length = read(), 0
        while self._is(*signs):
            # A chain nests to the left, a level per operator. Conditions are often long lists
            # of `or`, so those are bounded by MAX_NODES alone.
            length += signs[0] not in ("and", "or")
            if length > MAX_DEPTH:
                message = f"more than {MAX_DEPTH} values in a row"
                raise ExpressionProblem(
                    message, self._word.offset, f"at most {MAX_DEPTH}, others in parentheses"
                )
            sign = self._take().text
            node = self._counted(Binary(node.offset, sign, node, read()))
        return node

    def _factor(self) -> ExpressionNode:
        at = self._word.offset
        if self._taken("-"):
            return self._counted(Unary(at, "-", self._within(self._factor)))
        return self._counted(self._primary())

    def _primary(self) -> ExpressionNode:
        word = self._take()
        match word.kind:
            case "number":
                return self._quantity(word)
            case "text":
                return String(word.offset, word.text)
            case "name":
                return self._named(word)
        if word.text == "(":
            return self._parenthesised()
        # Back to the word, which the message names.
        self._at -= 1
        raise self._unexpected("a value is expected", self._hint_of_sign(word))

    def _hint_of_sign(self, word: Token) -> str:
        if self._at and self._words[self._at - 1].text == "%":
            return "write 25% as 0.25; a % b is the rest of a division"
        return "+ stands only between values" if word.text == "+" else ""

    def _quantity(self, word: Token) -> ExpressionNode:
        """Return a number, or with the unit of time behind it a duration."""
        if self._word.kind != "name" or not is_unit_of_time(self._word.text):
            return _number(word)
        text = f"{word.text} {self._take().text}"
        try:
            months = parse_months(text)
            if months is not None:
                return Months(word.offset, months)
            return Duration(word.offset, parse_duration(text))
        except UnitError as error:
            raise ExpressionProblem(
                error.message, word.offset, error.accepted, error.hint
            ) from None

    def _parenthesised(self) -> ExpressionNode:
        node = self._within(self._conditional)
        if self._is(","):
            raise self._unexpected("values in ( , ) stand only after in: ) is expected")
        self._expect(")")
        return node

    # --- names and calls ---------------------------------------------------------------------------------------------

    def _named(self, word: Token) -> ExpressionNode:
        if word.text in CONSTANTS:
            return Constant(word.offset, CONSTANTS[word.text])
        parts = [word.text]
        while self._taken("."):
            if self._word.kind != "name":
                raise self._unexpected("a name is expected after the point")
            parts.append(self._take().text)
        if self._is("("):
            return self._call(word, ".".join(parts))
        if self._is("["):
            raise self._unexpected(
                "elements of a list cannot be taken by number: an operator is expected"
            )
        return Name(word.offset, tuple(parts))

    def _call(self, word: Token, function: str) -> ExpressionNode:
        if function not in FUNCTIONS:
            accepted = "functions: " + ", ".join(FUNCTIONS)
            elsewhere = function.rpartition(".")[2].lower()
            hint = synonyms.FUNCTIONS.get(elsewhere) or nearest_hint(function, FUNCTIONS)
            raise ExpressionProblem(
                f"there is no function {function}", word.offset, accepted, hint
            )
        self._expect("(")
        args, _ = self._listed(")")
        return FunctionCall(word.offset, function, args)

    def _listed(self, close: str) -> tuple[tuple[ExpressionNode, ...], bool]:
        """Read values up to a bracket; return them, and whether there was a comma."""
        found: list[ExpressionNode] = []
        has_comma = False
        while not self._taken(close):
            if found and not has_comma:
                raise self._unexpected(f", or {close} is expected")
            found.append(self._within(self._conditional))
            has_comma = self._taken(",")
        return tuple(found), has_comma or len(found) > 1


def _number(word: Token) -> Number:
    # `1e6` is whole where a key takes an integer (`units.parse_integer`), but a number here: in
    # an expression the way it is written decides the kind.
    text = word.text.replace("_", "")
    return (
        Number(word.offset, text, True)
        if text.isdigit()
        else Number(word.offset, repr(float(text)), False)
    )


def _side_by_side(before: Token, word: Token) -> str:
    if before.kind == word.kind == "text":
        return "one text in one pair of quotes"
    if before.kind == word.kind == "name":
        return f"a text stands in quotes: '{before.text} {word.text}'"
    return ""
