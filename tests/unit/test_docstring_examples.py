"""Examples in docstrings of units and data are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import footfall

SOURCE = Path(footfall.__file__).parent
MODULES = [
    f"footfall.{folder}.{path.stem}"
    for folder in ("units", "data")
    for path in sorted((SOURCE / folder).glob("*.py"))
    if ">>>" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module):
    """What a docstring shows is what the function gives."""
    found = doctest.testmod(import_module(module), optionflags=doctest.ELLIPSIS)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_every_parser_of_units_has_an_example():
    """A function that turns text into a quantity shows how."""
    units = import_module("footfall.units")
    parsers = [getattr(units, name) for name in units.__all__ if name.startswith("parse_")]
    assert [p.__name__ for p in parsers if ">>>" not in (p.__doc__ or "")] == []
    assert len(parsers) >= 13
