"""A sink's name is for people: no code reads in it what the sink can do (`capabilities_of` tells that)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SINKS = re.compile(r"sink|balance|status", re.IGNORECASE)
METHODS = {
    "partition",
    "rpartition",
    "split",
    "rsplit",
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
}


def is_name_of_sink(node: ast.AST) -> bool:
    """Tell whether an expression is `sink.name`, or that of a balance or a status."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "name"
        and SINKS.search(ast.unparse(node.value)) is not None
    )


def readings(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield where a sink's name is taken apart, compared with a text that the code holds, or used as a path."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in METHODS:
                read = is_name_of_sink(value)
            case ast.Compare(left=left, comparators=[right]):
                sides = (left, right)
                is_told = any(isinstance(side, ast.Constant | ast.Tuple) for side in sides)
                read = is_told and any(map(is_name_of_sink, sides))
            case ast.Call(func=ast.Name(id="Path" | "open_store" | "report"), args=args):
                read = any(map(is_name_of_sink, args))
            case _:
                read = False
        if read:
            yield node


def test_nobody_reads_a_sinks_name():
    """Commands and runs ask a sink what it can do, so that sinks of other packages are their equals."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted((ROOT / "src/footfall").rglob("*.py"))
        for node in readings(ast.parse(path.read_text()))
    ]
    assert found == []


def test_what_would_be_found():
    """The twelve places of before would be found, each in its way."""
    for before in (
        'sink.name.partition(":")[0] in KEEPS_RUNS',
        'sink.name.startswith(("parquet:", "postgresql:"))',
        'sink.name == "-"',
        'balance.name.partition(":")[2]',
        "open_store(sink.name)",
        "report(sink.name, run=run)",
        'sink.name in ("-", "duckdb")',
    ):
        assert list(readings(ast.parse(before))), before
