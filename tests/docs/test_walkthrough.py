"""Every file and function that docs/walkthrough.md names is there."""

import ast
import re

import pytest

from tests.docs.examples import ROOT

PAGE = ROOT / "docs" / "walkthrough.md"
SOURCE = ROOT / "src" / "footfall"
FILES = sorted(set(re.findall(r"`((?!src/)[a-z_]+/[a-z_/]*(?:\.[a-z]+)?)`", PAGE.read_text())))
NAMES = sorted(set(re.findall(r"`(\w+)` \(`([\w/]+\.py)`\)", PAGE.read_text())))


def defined(path: str) -> set[str]:
    """Return the names that a module defines at its top level."""
    found: set[str] = set()
    for node in ast.parse((SOURCE / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_is_named_is_there(path):
    """Paths of the page lead to files and folders below src/footfall."""
    assert (SOURCE / path).exists()


@pytest.mark.parametrize(("name", "path"), NAMES)
def test_a_function_that_is_named_stands_in_its_file(name, path):
    """A name with a file behind it is a function, a class or a constant of that file."""
    assert name in defined(path)


def test_the_page_names_what_it_walks_through():
    """The page leads through every package that an event passes, by name."""
    packages = {path.partition("/")[0] for path in FILES}
    passed = (
        "scenario scenarios units compiler model cli execution sim data sinks store reports"
    )
    assert packages >= set(passed.split())
    assert len(NAMES) >= 30
