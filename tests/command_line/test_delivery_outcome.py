"""What a command says at its end, also when it was asked to be quiet."""

import json
import shutil
from pathlib import Path

import pytest

from footfall.cli.delivery_outcome import problem_text, tell_problems
from footfall.errors import StoreError
from footfall.execution.result import Balance
from tests.commands import footfall
from tests.endpoints import endpoint


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_refused_events_are_told_with_where_they_are(tmp_path, monkeypatch, quiet):
    """The exit code is 1, and standard error says how many, where, and how they are tried again."""
    monkeypatch.chdir(tmp_path)
    with endpoint(lambda _: 422) as strict:
        said = footfall(
            "run", "starter", "--people", 100, "--days", 4, "--to", strict.url, *quiet
        )
    lines = letters_of()
    assert said.code == 1
    assert json.loads(lines[0])["reason"] == "refused with 422"
    assert (
        f"error: {strict.url}: {len(lines):,} events were refused: they are in dead-letters/"
        in said.err
    )
    assert "footfall send dead-letters --to" in said.err


def letters_of():
    return next(Path("dead-letters").iterdir()).read_text().splitlines()


def run(to, *more):
    return footfall("run", "starter", "--people", 100, "--days", 4, "--to", to, *more)


def test_what_was_refused_before_is_told_until_it_is_accepted(tmp_path, monkeypatch):
    """Called again, a run is complete before; its exit code is 1 while events lie in the dead letters, and then 0."""
    monkeypatch.chdir(tmp_path)
    with endpoint(lambda _: 422) as side:
        assert run(side.url, "-q").code == 1
        n = len(letters_of())
        told = f"in {side.url}: complete before; {n:,} refused events lie in dead-letters/"
        again = run(side.url)
        assert (again.code, told in again.out.splitlines()) == (1, True)
        assert f"error: {side.url}: {n:,} events were refused" in again.err
        as_json = run(side.url, "--summary", "json")
        (sink,) = json.loads(as_json.out)["sinks"]
        assert (as_json.code, sink["before"], sink["rejected"], sink["dead_letters"]) == (
            1,
            "complete",
            0,
            n,
        )

        one, *_ = sorted(json.loads(line)["event"]["insert_id"] for line in letters_of())
        side.answer = lambda events: (
            422 if one in {event["insert_id"] for event in events} else 200
        )
        assert footfall("send", "dead-letters", "--to", f"{side.url}#batch=1").code == 1
        again = run(side.url)
        assert (again.code, "1 refused event lies in" in again.out) == (1, True)

        side.answer = lambda _: 200
        assert footfall("send", "dead-letters", "--to", side.url).code == 0
        again = run(side.url)
        assert (again.code, again.err) == (0, "")
        assert f"in {side.url}: complete before" in again.out.splitlines()
        assert (
            json.loads(run(side.url, "--summary", "json").out)["sinks"][0]["dead_letters"] == 0
        )


def test_what_a_shorter_run_was_refused_is_told_of_the_longer_one(tmp_path, monkeypatch):
    """A call that delivers all of its own parts is not clean while earlier ones lie in the dead letters."""
    monkeypatch.chdir(tmp_path)
    with endpoint(lambda _: 422) as side:
        assert run(side.url, "-q").code == 1
        n = len(letters_of())
        side.answer = lambda _: 200
        said = footfall("run", "starter", "--people", 100, "--days", 8, "--to", side.url, "-q")
        assert (said.code, side.ids != []) == (1, True)
        assert f"error: {side.url}: {n:,} events were refused" in said.err
        assert (
            footfall(
                "run",
                "starter",
                "--people",
                100,
                "--days",
                4,
                "--to",
                side.url,
                "--fresh",
                "-q",
            ).code
            == 0
        )


def test_send_tells_what_was_refused_before_too(tmp_path, monkeypatch):
    """Of a store that was sent: as of a run."""
    monkeypatch.chdir(tmp_path)
    assert run("duckdb:a.duckdb", "-q").code == 0
    with endpoint(lambda _: 422) as side:
        assert [
            footfall("send", "a.duckdb", "--to", side.url, "-q").code for _ in range(2)
        ] == [1, 1]
        said = footfall("send", "a.duckdb", "--to", side.url)
        assert (
            f"in {side.url}: complete before; {len(letters_of()):,} refused events lie in dead-letters/"
            in said.err
        )


def test_letters_of_others_are_not_taken_for_ones_own(tmp_path, monkeypatch):
    """What one sink accepts of another's dead letters does not make up for what it has refused itself."""
    monkeypatch.chdir(tmp_path)

    def refusing(is_refused):
        return lambda events: (
            422 if any(is_refused(event["insert_id"]) for event in events) else 200
        )

    with (
        endpoint(refusing(lambda name: name[-1] == "1")) as one,
        endpoint(refusing(lambda name: name[-1] != "1")) as two,
    ):
        to = [f"{side.url}#batch=1" for side in (one, two)]
        assert run(to[0], "--to", to[1], "-q").code == 1
        assert footfall("send", "dead-letters", "--to", to[0], "-q").code == 1
        assert run(one.url, "-q").code == 1


def test_dead_letters_that_somebody_has_removed(tmp_path, monkeypatch):
    """It is not said that they lie there: the events are still refused, and what brings them back is named."""
    monkeypatch.chdir(tmp_path)
    with endpoint(lambda _: 422) as side:
        assert run(side.url, "-q").code == 1
        n = len(letters_of())
        shutil.rmtree("dead-letters")
        again = run(side.url)
        assert again.code == 1
        assert f"{n:,} refused events not any more in dead-letters/" in again.out
        assert f"{n:,} events were refused, and are not in dead-letters/ any more" in again.err
        side.answer = lambda _: 200
        assert run(side.url, "-q", "--fresh").code == 0


def test_a_failure_after_refused_events_is_told(capsys):
    """A full disk behind `-` is told though a webhook has refused events before it in the list."""
    refused = Balance("webhook+https://hooks.example/…1", "at least once", "new", rejected=3)
    full = Balance("-", "best effort", "new", problem=StoreError("no space left on device"))
    tell_problems([refused, full], reported={"duckdb:a.duckdb"})
    err = capsys.readouterr().err
    assert "3 events were refused" in err
    assert "error: -: no space left on device\n" in err


def test_a_failure_that_was_told_is_not_told_again(capsys):
    """Live tells it at once: by the whole name, not by a part of one."""
    failed = [
        Balance(name, "best effort", "new", problem=StoreError("gone")) for name in ("-", "a-b")
    ]
    tell_problems(failed, reported={"a-b"})
    assert capsys.readouterr().err == "error: -: gone\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("a/b.duckdb: the disk is full", "duckdb:a/b.duckdb: the disk is full"),
        ("a/b.duckdb is in use", "duckdb:a/b.duckdb is in use"),
        (
            "a/b.duckdb.wal: the disk is full",
            "duckdb:a/b.duckdb: a/b.duckdb.wal: the disk is full",
        ),
        ("duckdb:a/b.duckdb is not open", "duckdb:a/b.duckdb is not open"),
        ("memory ran out", "duckdb:a/b.duckdb: memory ran out"),
    ],
)
def test_a_place_is_said_once(said, told):
    """A message that begins with the sink's path, or with its name, is not told with it twice."""
    assert problem_text("duckdb:a/b.duckdb", StoreError(said)) == told
