"""What decides an event computes with integers, from declared inputs only: the same bytes on every machine."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "footfall"
HIDDEN_INPUTS = {"time", "random", "locale", "os", "platform", "secrets", "socket", "uuid", "getpass"}
PATH = sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "compiler").rglob("*.py"), *(ROOT / "model").rglob("*.py")])
FORBIDDEN_MATH = {"exp", "log", "log2", "log10", "log1p", "expm1", "pow", "sin", "cos", "tan", "tanh", "erf", "gamma"}


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", PATH, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_hidden_input(path):
    """No clock, generator, locale or environment reaches what decides an event."""
    assert imported(ast.parse(path.read_text())) & HIDDEN_INPUTS == set()


@pytest.mark.parametrize("path", PATH, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_float_transcendentals(path):
    """Exp, log and power differ in their last bits between processors: tables are made with `decimal`."""
    calls = {dotted(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
    banned = {f"{module}.{name}" for module in ("np", "numpy", "math") for name in FORBIDDEN_MATH | {"power", "interp"}}
    assert calls & banned == set()
