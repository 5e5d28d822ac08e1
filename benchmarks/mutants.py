"""Measures what the tests would notice: how many small mistakes in the code make a test fail.

    python benchmarks/mutants.py [--mutants 200] [--seed 1] [--minutes 50] [--kept FILE]

A mutant is the code with one place turned into its neighbour: `<` into `<=`, `+` into `-`, `and` into `or`, a condition
into its opposite, a number into the next one, `minimum` into `maximum`. Places are drawn by a seed from `sim`,
`reports`, `store` and `data`; of each mutant the tests of the code run, in a copy of the repository, until the first
one fails. Golden digests are left out: they notice any change of the output, and say nothing of what is right. What was
tried is kept, so that it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = {
    "sim": ("tests/unit/sim", "tests/statistics", "tests/properties/test_report_of_runs.py"),
    "reports": ("tests/unit/reports", "tests/properties/test_report.py"),
    "store": (
        "tests/unit/store",
        "tests/contract/test_stores.py",
        "tests/unit/reports/test_stages.py",
    ),
    "data": ("tests/unit/data", "tests/unit/sim", "tests/contract/test_stores.py"),
}
"""Package → where its tests lie, the nearest first."""
COPIED = ("src", "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "CHANGELOG.md")
LIVES = "LIVES"
SLOW = "FailedHealthCheck"
MOST_S, MOST_PROCESSOR_S = 1_500, 300
"""A mutant that takes more processor time hangs, and counts as noticed; by the clock alone a machine may be busy."""

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
    """A place that can be turned into its neighbour: in a file, the n-th of those that `neighbours` finds."""

    file: str
    number: int
    line: int
    what: str

    @property
    def package(self) -> str:
        """The package that it lies in."""
        return Path(self.file).parts[2]


def main() -> None:
    """Try mutants, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument(
        "--kept", type=Path, default=Path(tempfile.gettempdir(), "footfall-mutants.json")
    )
    given = parser.parse_args()
    places = [place for file in _files() for place in places_of(file)]
    drawn = random.Random(given.seed).sample(places, min(given.mutants, len(places)))
    kept = json.loads(given.kept.read_text()) if given.kept.exists() else {}
    end = time.monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(copy)
        for place in drawn:
            key = f"{place.file}:{place.line} {place.what} #{place.number}"
            if key not in kept and time.monotonic() < end:
                kept[key] = _outcome(place, copy)
                print(f"{kept[key]:<60} {key}", flush=True)
                given.kept.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    _print(places, kept)


def _files() -> Iterator[str]:
    for package in TESTS:
        for path in sorted((ROOT / "src/footfall" / package).rglob("*.py")):
            # The suite for any sink is a test itself.
            if "conformance" not in path.parts:
                yield str(path.relative_to(ROOT))


def places_of(file: str) -> list[Place]:
    """Return the places of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    found = list(neighbours(tree))
    return [
        Place(file, number, node.lineno, what) for number, (node, what, _) in enumerate(found)
    ]


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
    """Yield the expressions of a tree, but those of annotations, which do nothing."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "type_params"):
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


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def _outcome(place: Place, copy: Path) -> str:
    """Return the test that has noticed a mutant, or that it lives."""
    target = copy / place.file
    target.write_text(mutant(place), encoding="utf-8")
    left_out: list[str] = []
    try:
        while (noticed := _noticed(place, copy, left_out)) and SLOW in noticed:
            # A machine that is busy with other things makes data slowly: that says nothing of the mutant.
            left_out.append(noticed.split()[1])
    finally:
        shutil.copy(ROOT / place.file, target)
    return noticed.split(" - ")[0][:200] or LIVES


def _noticed(place: Place, copy: Path, left_out: list[str]) -> str:
    """Run the tests of a place, and return the line of the first that fails; or nothing."""
    options = [
        "-x",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "--no-header",
        "--tb=no",
        "-rfE",
    ]
    options += [f"--deselect={test}" for test in left_out]
    paths = f"{copy / 'src'}{os.pathsep}{copy}"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *_tests(place, copy)],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            timeout=MOST_S,
            check=False,
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    said = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return said[0] if said else f"exit code {done.returncode}" if done.returncode else ""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_PROCESSOR_S, MOST_PROCESSOR_S))


def _tests(place: Place, copy: Path) -> list[str]:
    """Return where the tests of a place lie: those that are called like its file first."""
    own = sorted((copy / "tests").rglob(f"test_{Path(place.file).stem}.py"))
    return [*(str(file.relative_to(copy)) for file in own), *TESTS[place.package]]


def _print(places: list[Place], kept: dict[str, str]) -> None:
    tried: Counter[str] = Counter()
    alive: Counter[str] = Counter()
    for key, outcome in kept.items():
        package = Path(key).parts[2]
        tried[package] += 1
        alive[package] += outcome == LIVES
    print(f"\n{len(places):,} places; {tried.total()} mutants tried, {alive.total()} live")
    for package in TESTS:
        print(f"{package}: {tried[package]} tried, {alive[package]} live")


if __name__ == "__main__":
    main()
