"""Modules and types can be used as Python's own tools expect."""

import subprocess
import sys
import typing
from pathlib import Path

import pytest

import footfall

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
