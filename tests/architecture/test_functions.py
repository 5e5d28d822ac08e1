"""Functions stay short, and what is public says what it does."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, FUNCTIONS):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def body_lines(node: ast.FunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_no_function_body_is_over_50_lines():
    """A function that needs more than 50 lines is several functions."""
    assert {name: body_lines(node) for name, node in functions() if body_lines(node) > 50} == {}


def test_half_of_all_functions_have_8_lines_or_less():
    """The median body has at most 8 lines."""
    assert statistics.median(body_lines(node) for _, node in functions()) <= 8
