"""The parser of expressions: Python's precedence, and a sentence for everything that is not in the language."""

import ast
import functools
import time
import warnings

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from footfall.errors import SourceLocation
from footfall.scenario.expressions import (
    Binary,
    Conditional,
    Constant,
    ExpressionNode,
    ExpressionProblem,
    FunctionCall,
    Membership,
    Name,
    Number,
    String,
    Unary,
    parse,
)
from footfall.scenario.leaf_records import Expression
from tests.thoroughness import n_examples

OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.And: "and", ast.Or: "or",
    ast.Not: "not", ast.USub: "-", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip
PIECES = (
    "a", "b.c", "1", "2.5", "'x'", '"y"', "true", "null", "+", "-", "*", "/", "//", "<", "<=", "==", "!=", "and", "or",
    "not", "in", "if", "else", "(", ")", ",", "round(", "min(", "[", "]", ".", "**", "%", "=", "lambda", "é", "\\",
    "\0", "'", "0x1", "1e9", ":=", "{", "…",
)  # fmt: skip


def parsed(text: str) -> ExpressionNode:
    return parse(Expression(text, SourceLocation("x.yaml", 1, 1)))


def refusal(text: str) -> ExpressionProblem | None:
    """Return what is wrong with a text, or nothing."""
    try:
        parsed(text)
    except ExpressionProblem as problem:
        return problem
    return None


def shape(node: ExpressionNode) -> object:
    """Return a tree without its places."""
    match node:
        case Number():
            return float(node.text)
        case String():
            return f"'{node.text}'"
        case Constant():
            return node.name
        case Name():
            return ".".join(node.parts)
        case Unary():
            return (node.op, shape(node.arg))
        case Binary():
            return (node.op, shape(node.left), shape(node.right))
        case Conditional():
            return ("if", shape(node.condition), shape(node.then), shape(node.otherwise))
        case FunctionCall():
            return (node.function, *map(shape, node.args))
    assert isinstance(node, Membership)
    within = shape(node.container) if node.container else tuple(map(shape, node.choices))
    found = ("in", shape(node.item), within)
    return ("not", found) if node.is_negated else found


def python_shape(node: ast.AST) -> object:
    """Return Python's own tree of the same text, in the same form."""
    if isinstance(node, ast.Compare):
        return python_comparison(node)
    match node:
        case ast.Constant():
            return f"'{node.value}'" if isinstance(node.value, str) else float(node.value)
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{python_shape(node.value)}.{node.attr}"
        case ast.UnaryOp():
            return (OPERATORS[type(node.op)], python_shape(node.operand))
        case ast.BinOp():
            return (OPERATORS[type(node.op)], python_shape(node.left), python_shape(node.right))
        case ast.BoolOp():
            op = OPERATORS[type(node.op)]
            return functools.reduce(
                lambda left, right: (op, left, right), map(python_shape, node.values)
            )
        case ast.IfExp():
            return (
                "if",
                python_shape(node.test),
                python_shape(node.body),
                python_shape(node.orelse),
            )
    assert isinstance(node, ast.Call)
    return (python_shape(node.func), *map(python_shape, node.args))


def python_comparison(node: ast.Compare) -> object:
    """Return a chain of comparisons as comparisons joined by `and`."""
    result, left = None, node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        one = (OPERATORS[type(op)], python_shape(left), python_shape(right))
        result, left = one if result is None else ("and", result, one), right
    return result


def _trees(children: st.SearchStrategy) -> st.SearchStrategy:
    binary = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.FloorDiv()])
    compare = st.lists(
        st.sampled_from([ast.Lt(), ast.GtE(), ast.Eq(), ast.NotEq()]), min_size=1, max_size=2
    )
    return st.one_of(
        st.builds(ast.BinOp, children, binary, children),
        st.builds(ast.UnaryOp, st.sampled_from([ast.Not(), ast.USub()]), children),
        st.builds(
            ast.BoolOp,
            st.sampled_from([ast.And(), ast.Or()]),
            st.lists(children, min_size=2, max_size=3),
        ),
        st.builds(ast.IfExp, children, children, children),
        compare.flatmap(
            lambda ops: st.builds(
                lambda left, right: ast.Compare(left, ops, right),
                children,
                st.lists(children, min_size=len(ops), max_size=len(ops)),
            )
        ),
        st.builds(lambda a, b: ast.Call(ast.Name("min"), [a, b], []), children, children),
    )


LEAVES = st.sampled_from(["a", "b", "c.d"]).map(
    lambda n: ast.parse(n, mode="eval").body
) | st.sampled_from([1, 2.5, "x"]).map(ast.Constant)


@given(st.recursive(LEAVES, _trees, max_leaves=12))
@settings(deadline=None, max_examples=n_examples(300))
def test_precedence_is_that_of_python(tree):
    """Texts with as few parentheses as Python needs are read as Python reads them."""
    text = ast.unparse(tree)
    assert shape(parsed(text)) == python_shape(ast.parse(text, mode="eval").body)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
)
@example("")
@example("\ud800")
@example("a" * 1001)
@settings(deadline=None, max_examples=n_examples(600))
def test_garbage_is_parsed_or_refused(text):
    """Any text gives a tree or a problem within the text, never another error and never a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        problem = refusal(text)
    assert problem is None or (problem.message and 0 <= problem.offset <= len(text))


HOSTILE = {
    "__import__('os').system('true')": (0, "there is no function __import__"),
    "().__class__": (1, "a value is expected"),
    "a.__class__()": (0, "there is no function a.__class__"),
    "(lambda: 1)()": (1, "lambda does not exist"),
    "[x for x in y]": (3, "for does not exist"),
    "[a, b]": (0, 'a value is expected before "["'),
    "(x for x in y)": (3, "for does not exist"),
    "f'{a}'": (0, "f'…' does not exist"),
    "b'a'": (0, "b'…' does not exist"),
    "(a := 1)": (3, ":= does not exist"),
    "min(*a)": (4, "a value is expected"),
    "min(**a)": (4, "** does not exist"),
    "min(a, key=b)": (10, "= does not exist"),
    "9**9**9": (1, "** does not exist"),
    "'a' * 10**9": (8, "** does not exist"),
    "3j": (0, "runs into a name"),
    "...": (0, "... does not exist"),
    "'a' 'b'": (4, "an operator is expected"),
    "1 if a": (6, "else is expected"),
    "a; b": (1, "; does not exist"),
    "a\nb": (1, "a line break does not exist"),
    "a \u0000": (2, "a control character"),
    "аge > 1": (0, "CYRILLIC SMALL LETTER A"),
    "１ + 2": (0, "FULLWIDTH DIGIT ONE"),
    "٣": (0, "ARABIC-INDIC DIGIT THREE"),
    "a == 'x\u202e'": None,
    "'a\u2028b'": (2, "LINE SEPARATOR"),
    "'a\\x41'": (2, "a backslash"),
    "1" * 19: (0, "too many digits"),
    "1e18": (0, "too many digits"),
    "1e99999999": (0, "too many digits"),
    "1" * 10_000: (0, "10000 characters"),
    "(" * 400 + "1" + ")" * 400: (33, "nested too deeply"),
    "-" * 900 + "1": (33, "nested too deeply"),
    "not " * 240 + "a": (132, "nested too deeply"),
    "abs(" * 190 + "1" + ")" * 190: (132, "nested too deeply"),
    "1 if a else " * 80 + "1": (396, "nested too deeply"),
    "1 + " * 200 + "1": (130, "in a row"),
    " or ".join("a" * 150): (500, "too large"),
    "a in (" + ", ".join("1" * 220) + ")": None,
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:30]))
def test_what_reaches_for_python_is_refused_at_once(text):
    """What the language does not have is refused with its place and name, without a slow parse."""
    started = time.process_time()
    problem, expected = refusal(text), HOSTILE[text]
    assert time.process_time() - started < 0.5
    if expected is None:
        return
    offset, said = expected
    assert problem.offset == offset
    assert said in problem.message


def test_spaces_around_an_expression_move_its_places():
    """Offsets count from the first character of the text, spaces included."""
    with pytest.raises(ExpressionProblem) as caught:
        parsed("  a +  ")
    assert caught.value.offset == 5


def test_numbers_are_read_as_they_are_written():
    """Underscores group digits; a point or an exponent makes a number, digits alone a whole number."""
    assert parsed("1_000") == Number(0, "1000", True)
    assert parsed("1e3") == Number(0, "1000.0", False)
    assert parsed(".5") == Number(0, "0.5", False)
    assert parsed("999999999999999999") == Number(0, "999999999999999999", True)
