"""The house keeps its plan: imports run one way, and what must not be reached is not reached."""

import ast
import subprocess
import sys
from pathlib import Path

from grimp import build_graph

from tests.architecture.source import modules

ROOT = Path(__file__).parents[2]


def test_import_contracts():
    """Every contract of import-linter in pyproject.toml is kept."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_footfall_is_light():
    """`import footfall` loads no heavy library: they come when they are used."""
    code = (
        "import sys, footfall; print([m for m in ('numpy', 'pyarrow', 'duckdb', 'rich', "
        "'click') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_naming_a_sink_loads_no_driver():
    """`--help` and wrong arguments are answered before DuckDB is imported."""
    script = (
        "import sys; from footfall.sinks import parse; [parse(s) for s in ('a.duckdb', 'parquet:p', 'x.csv', '-')];"
        "print([m for m in ('duckdb', 'pyarrow.parquet', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['sqlite3']\n"


def test_no_module_is_imported_by_a_written_name():
    """What imports a module of ours by its name hides an arrow from the contracts, and perhaps a circle."""
    hidden = [
        f"{path}: {node.args[0].value}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("import_module")
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("footfall")
    ]
    assert hidden == []


def test_no_import_circles():
    """Whatever module is read first, none needs one that is not ready: no chain of imports comes back to its start."""
    graph = build_graph("footfall", cache_dir=None)
    needs = {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    while done := [name for name, others in needs.items() if not others & needs.keys()]:
        for name in done:
            del needs[name]
    assert {name: others & needs.keys() for name, others in needs.items()} == {}
