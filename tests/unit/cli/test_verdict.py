"""What a command says at its end, also when it was asked to be quiet."""

import json
from pathlib import Path

import pytest

from tests.commands import footfall
from tests.endpoints import endpoint


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_refused_events_are_told_with_where_they_are(tmp_path, monkeypatch, quiet):
    """The exit code is 1, and standard error says how many, where, and how they are tried again."""
    monkeypatch.chdir(tmp_path)
    with endpoint(lambda _: 422) as strict:
        said = footfall("run", "starter", "--people", 100, "--days", 4, "--to", strict.url, *quiet)
    (letters,) = Path("dead-letters").iterdir()
    lines = letters.read_text().splitlines()
    assert said.code == 1
    assert json.loads(lines[0])["reason"] == "refused with 422"
    assert f"error: {strict.url}: {len(lines):,} events were refused: they are in dead-letters/" in said.err
    assert "footfall send dead-letters --to" in said.err
