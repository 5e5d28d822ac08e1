"""`footfall diagram`: every format, what it prints, and mistakes."""

import builtins
import itertools
from pathlib import Path

import pytest

from footfall.diagrams import FORMATS
from tests.commands import footfall
from tests.unit.diagrams.test_diagram import SHIPPED

BEGINS = {
    "svg": b"<svg ",
    "png": b"\x89PNG",
    "html": b"<!DOCTYPE html>",
    "mmd": b"flowchart TB\n",
    "dot": b"digraph {",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "form"), list(itertools.product(SHIPPED, FORMATS)))
def test_every_format_is_made(name, form):
    """All journeys of both shipped scenarios in one file; the ending says the format."""
    said = footfall("diagram", name, "--to", f"made/all.{form}")
    assert (said.code, said.out) == (0, "")
    assert Path(f"made/all.{form}").read_bytes().startswith(BEGINS[form])


def test_unknown_journey_is_an_error():
    """It is told which journeys there are, and which was probably meant; nothing is written."""
    said = footfall("diagram", "ecommerce", "--journey", "chekout", "--to", "x.svg")
    assert said.code == 2
    assert 'there is no journey "chekout" in ecommerce\n  journeys: life, visit, ' in said.err
    assert "hint: did you mean checkout?" in said.err
    assert not Path("x.svg").exists()


@pytest.mark.parametrize(
    ("target", "hint"), [("x.pgn", "did you mean .png?"), ("x", "no ending")]
)
def test_unknown_ending_is_an_error(target, hint):
    """It is told which formats there are."""
    said = footfall("diagram", "ecommerce", "--to", target)
    assert said.code == 2
    assert "accepted: .svg, .png, .html, .mmd, .dot" in said.err
    assert hint in said.err


@pytest.mark.parametrize(("package", "form"), [("pygraphviz", "svg"), ("vl_convert", "png")])
def test_a_missing_package_is_named(package, form, monkeypatch):
    """Without the extra, the message is the command that installs it."""
    real = builtins.__import__

    def fake(name, *args, **kwargs):
        if name == package:
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)
    said = footfall("diagram", "ecommerce", "--journey", "refund", "--to", f"x.{form}")
    assert said.code == 2
    assert "pip install 'footfall[diagrams]'" in said.err
