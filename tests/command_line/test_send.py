"""`footfall send` of a file that footfall did not write: what applies to it, and what is refused before it is read."""

import json
import sys

import pytest

from footfall.execution.send import send_foreign
from footfall.store.postgres.address import Address
from footfall.store.postgres.foreign import Imported
from tests.commands import footfall

DATABASES = ("postgresql://me:hunter2@127.0.0.1:9/shop", "postgresql://127.0.0.1:9/other")
sending = sys.modules[
    send_foreign.__module__
]  # `footfall.run` is the function, so the path cannot be written


@pytest.fixture(autouse=True)
def _file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ndjson").write_text('{"event_type": "x", "time": 0}\n')


@pytest.fixture
def taken(monkeypatch):
    """Return to where a file was sent, by a stand-in that takes five events, four of them new."""
    targets = []

    def take(_, target):
        targets.append(target)
        return Imported(5, 4)

    monkeypatch.setattr(sending, "send_foreign", take)
    return targets


def send(*args):
    return footfall("send", "a.ndjson", *args)


def to(*sinks):
    return [part for sink in sinks for part in ("--to", sink)]


@pytest.mark.parametrize("option", ["--from", "--until", "--run"])
def test_options_that_choose_are_refused(taken, option):
    """The file is taken over whole, so that to choose from it would be a mistake; as for dead letters."""
    said = send(*to(*DATABASES), option, "2026-01-10")
    assert (said.code, taken) == (2, [])
    assert (
        f"{option} is for stores: what footfall did not write is taken over whole" in said.err
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            "parquet:p",
            "a.ndjson was not written by footfall: parquet:p cannot take it, nothing was sent",
        ),
        ("nosuch:x", "there is no such sink"),
        (DATABASES[0], "is named twice"),
    ],
)
def test_every_sink_is_checked_before_the_first_is_sent_to(taken, other, words):
    """The second one is no database, or the first once more: nothing goes to the first either."""
    said = send(*to(DATABASES[0], other))
    assert (said.code, taken) == (2, [])
    assert words in said.err
    assert "hunter2" not in said.err


def test_the_result_as_json(taken):
    """Per database, without its password, which the connection has; nothing besides on standard output or error."""
    said = send(*to(*DATABASES), "--summary", "json")
    assert (said.code, said.err) == (0, "")
    assert [Address.of(target).url for target in taken] == list(DATABASES)
    names = ["postgresql://me@127.0.0.1:9/shop", "postgresql://127.0.0.1:9/other"]
    assert json.loads(said.out) == {
        "file": "a.ndjson",
        "sinks": [{"to": n, "events": 5, "new": 4} for n in names],
    }


def test_a_line_per_database(taken):
    """On standard error; nothing with `--quiet`."""
    said = send(*to(DATABASES[1]))
    assert (said.code, said.out) == (0, "")
    told = "5 events, 4 of them new, into imported.events"
    assert said.err == f"in postgresql://127.0.0.1:9/other: {told}\n"
    assert send(*to(DATABASES[1]), "-q").err == ""
