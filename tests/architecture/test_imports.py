"""Modules and types can be used as Python's own tools expect."""

import subprocess
import sys
import typing
from importlib.metadata import version
from pathlib import Path

import pytest

import footfall
from footfall.cli.main import COMMANDS

ROOT = Path(__file__).parents[2] / "src"


def modules() -> list[str]:
    """Return the name of every module of the package, but scripts that run when they are imported."""
    files = sorted((ROOT / "footfall").rglob("*.py"))
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def test_every_module_can_be_imported_by_its_dotted_name():
    """`import footfall.x.y as z` gives the module: no function of the package hides a folder of the same name."""
    lines = ["import sys"]
    lines += [
        f"import {name} as m; assert m is sys.modules[{name!r}], {name!r}" for name in modules()
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", footfall.__all__)
def test_types_of_public_functions_can_be_asked_for(name):
    """Notebooks, documentation and validators read them: every annotation names something that is there."""
    hints = typing.get_type_hints(getattr(footfall, name))
    assert "return" in hints


OTHER_NAMES = {
    "check": "load",
    "scenarios": "new",
    "completion": None,
    "schema": None,
    "serve": None,
}
"""Commands that a program has another function for, or none."""


def test_a_command_has_a_function():
    """Whatever a command does, a program can do too, by a function of the same name or of the one given here."""
    functions = {OTHER_NAMES.get(name, name) for name in COMMANDS}
    assert functions - {None} <= set(footfall.__all__)


def test_the_version_is_that_of_the_package():
    """`footfall.__version__` is what is installed, and stands among the names of the module."""
    assert footfall.__version__ == version("footfall")
    assert "__version__" in dir(footfall)
