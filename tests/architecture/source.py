"""The package's source as the checks of this folder read it: parsed once."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "footfall"


@cache
def modules() -> dict[Path, ast.Module]:
    """Return path within the package → syntax tree, of every module."""
    return {
        path.relative_to(PACKAGE): ast.parse(path.read_text())
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def part_of(path: Path) -> str:
    """Return the folder, or the file, directly below the package."""
    return path.parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names of all modules that are imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def libraries(tree: ast.AST) -> set[str]:
    """Return the top names of what is imported from other packages than Python's and ours."""
    tops = {name.partition(".")[0] for name in imports(tree)}
    return tops - set(sys.stdlib_module_names) - {"footfall"}


def public_classes(tree: ast.Module) -> list[str]:
    """Return the names of a module's classes that do not begin with an underscore."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def docstrings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (name, docstring) of the module, its classes and its functions."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield getattr(node, "name", "module"), text
