"""Declared dependencies."""

import re
import tomllib

from tests.lowest import ROOT, lowest


def test_every_dependency_has_a_lowest_version():
    """Each has a lower bound, one for all extras that name it: what can be installed and tried."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = lowest(declared)
    wrong = [pin for pin in pins if not re.match(r"[\w-]+(\[\w+\])?==\d[\d.]*(; .+)?$", pin)]
    assert not wrong
    names = [re.split(r"\W", pin.replace("-", "_"))[0] for pin in pins]
    assert len(set(names)) == len(names) > len(declared["project"]["dependencies"])
