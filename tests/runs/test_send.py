"""Delivering again what is stored: part by part, to any sink, once."""

import threading

import pytest

import footfall
from footfall.errors import UsageError
from footfall.execution.resume import resume
from footfall.execution.send import send
from footfall.sinks import parse
from footfall.store import open_store
from footfall.units import DAY_MS
from tests.commands import footfall as command
from tests.runs.test_live import assert_same, contents

SCENARIO = "online-school"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One run in a DuckDB file, in Parquet and in NDJSON."""
    made = tmp_path_factory.mktemp("stored")
    to = [f"duckdb:{made}/a.duckdb", f"parquet:{made}/a", f"ndjson:{made}/a.ndjson"]
    footfall.run(SCENARIO, people=1500, start="2026-03-01", days=8, to=to, workers=1)
    return made


@pytest.mark.parametrize("source", ["a.duckdb", "a"])
@pytest.mark.parametrize("target", ["duckdb:b.duckdb", "parquet:b"])
def test_a_run_is_the_same_after_a_journey(folder, tmp_path, source, target):
    """From DuckDB or Parquet into another store: every row, the tallies, and what is known of the run."""
    kind, _, name = target.partition(":")
    result = send(folder / source, to=f"{kind}:{tmp_path / name}")
    assert result.is_clean
    assert_same(contents(tmp_path / name), contents(folder / "a.duckdb"))


@pytest.mark.parametrize("source", ["a.duckdb", "a", "a.ndjson"])
def test_events_are_the_same_in_a_file(folder, tmp_path, source):
    """The lines of the file are those that the run itself has written."""
    send(folder / source, to=f"ndjson:{tmp_path}/b.ndjson")
    assert sorted((tmp_path / "b.ndjson").read_text().splitlines()) == sorted(
        (folder / "a.ndjson").read_text().splitlines()
    )


def test_a_stopped_delivery_goes_on(folder, tmp_path, monkeypatch):
    """Stopped after any part, the same again delivers the rest, and a third time nothing."""
    monkeypatch.setattr("footfall.execution.stored_engine.PART_EVENTS", 40)
    stop = threading.Event()
    sink = parse(f"duckdb:{tmp_path}/b.duckdb")
    commit, parts = sink.commit, []

    def stopping(prepared):
        parts.append(prepared.part)
        if len(parts) == 2:
            stop.set()
        return commit(prepared)

    monkeypatch.setattr(sink, "commit", stopping)
    monkeypatch.setattr(type(sink), "placement", "single")
    assert not send(folder / "a.duckdb", to=sink, stop=stop).is_finished
    assert send(folder / "a.duckdb", to=f"duckdb:{tmp_path}/b.duckdb").is_finished
    assert_same(contents(tmp_path / "b.duckdb"), contents(folder / "a.duckdb"))
    assert send(folder / "a.duckdb", to=f"duckdb:{tmp_path}/b.duckdb").was_complete


def test_a_span_of_a_run(folder, tmp_path):
    """Only what happened from one time up to another."""
    with open_store(folder / "a.duckdb") as store:
        (info,) = store.runs()
        first = info.run.stream.start_ms + 2 * DAY_MS
        sql = f"SELECT count(*) FROM online_school.events WHERE time >= make_timestamptz({first * 1000})"
        sql += f" AND time < make_timestamptz({(first + DAY_MS) * 1000})"
        ((wanted,),) = store.query(sql)
    result = send(
        folder / "a.duckdb",
        to=f"ndjson:{tmp_path}/b.ndjson",
        from_ms=first,
        until_ms=first + DAY_MS,
    )
    assert result.events == wanted > 0
    assert len((tmp_path / "b.ndjson").read_text().splitlines()) == wanted


def test_what_cannot_be_sent_is_told(folder, tmp_path):
    """No such run, a run that is not complete, a file without rows, itself, and a part that was simulated."""
    with pytest.raises(UsageError, match="there is no run"):
        send(folder / "a.duckdb", to=f"duckdb:{tmp_path}/b.duckdb", run="zz")
    with pytest.raises(UsageError, match="is where the run comes from"):
        send(folder / "a.duckdb", to=f"duckdb:{folder}/a.duckdb")
    footfall.run(SCENARIO, people=100, days=2, to=f"csv:{tmp_path}/a.csv", workers=1)
    with pytest.raises(UsageError, match="cannot be read back"):
        send(tmp_path / "a.csv", to=f"duckdb:{tmp_path}/b.duckdb")
    _begin(tmp_path / "half.duckdb")
    with pytest.raises(UsageError, match="is not complete"):
        send(tmp_path / "half.duckdb", to=f"duckdb:{tmp_path}/b.duckdb")
    with pytest.raises(UsageError, match=r"a part of run .* that was simulated"):
        send(folder / "a.duckdb", to=f"duckdb:{tmp_path}/half.duckdb")


@pytest.mark.parametrize("source", ["a.duckdb", "a", "a.ndjson"])
def test_a_store_is_not_sent_into_itself(folder, monkeypatch, source):
    """However its path is written: absolute, relative, through a link."""
    monkeypatch.chdir(folder)
    kind = {"a": "parquet", "a.duckdb": "duckdb"}.get(source, "ndjson")
    link = folder / f"link-to-{source}"
    if not link.is_symlink():
        link.symlink_to(folder / source)
    for where in (folder / source, source, f"./{source}"):
        for to in (
            f"{kind}:{source}",
            f"{kind}:{folder / source}",
            f"{kind}:../{folder.name}/{source}",
            f"{kind}:{link}",
        ):
            with pytest.raises(UsageError, match="is where the run comes from"):
                send(where, to=to)


@pytest.mark.parametrize(
    ("from_days", "until_days", "message"),
    [
        (
            3,
            1,
            r"--from 2026-03-0\d\S* --until 2026-0\d-\d\d\S*: the end is not after the beginning\n  hint: exchange",
        ),
        (2, 2, "the end is not after the beginning"),
        (
            50,
            None,
            r"--from 2026-04-\S* --until 2026-03-\S*: run \w+ has nothing then\n  accepted: .*2026-03-0\d",
        ),
        (None, -5, r"--from 2026-0\S* --until 2026-02-\S*: run \w+ has nothing then"),
    ],
)
def test_a_span_that_holds_nothing(folder, tmp_path, from_days, until_days, message):
    """Told with dates, and that they are the wrong way round."""
    with open_store(folder / "a.duckdb") as store:
        start_ms = store.runs()[0].run.stream.start_ms
    span = [
        None if days is None else start_ms + days * DAY_MS for days in (from_days, until_days)
    ]
    with pytest.raises(UsageError, match=message):
        send(
            folder / "a.duckdb",
            to=f"duckdb:{tmp_path}/b.duckdb",
            from_ms=span[0],
            until_ms=span[1],
        )


def test_events_alone_leave_user_properties(folder, capsys):
    """A file of lines has no arrivals and no changes, which is said before it is sent; a store has them."""
    send(folder / "a.ndjson", to="amplitude:us#dry-run")
    assert (
        "holds events alone: user properties stay as they are in amplitude:us"
        in capsys.readouterr().err
    )
    send(folder / "a.duckdb", to="amplitude:us#dry-run")
    assert "events alone" not in capsys.readouterr().err


def _begin(file):
    """Write the first half of the run."""
    from footfall.execution.setup import RunParameters, set_up

    ready = set_up(SCENARIO, RunParameters(people=1500, start="2026-03-01", days=8))
    sink = parse(f"duckdb:{file}")
    sink.open(ready.run, fresh=False)
    group = ready.engine.simulation(
        ready.run.id, 0, ready.engine.groups.range(0)[1], ready.run.until_ms
    )
    sink.commit(sink.prepare(group.advance(ready.run.stream.start_ms + 4 * DAY_MS)))
    sink.close(complete=False)
    return ready.run


def test_resume_finishes_what_was_stopped(folder, tmp_path):
    """Scenario, people and start come from the store; the run is whole, and a second time there is nothing to do."""
    _begin(tmp_path / "b.duckdb")
    (result,) = resume(tmp_path / "b.duckdb")
    assert result.is_clean
    assert_same(contents(tmp_path / "b.duckdb"), contents(folder / "a.duckdb"))
    assert resume(tmp_path / "b.duckdb") == []


def test_resume_of_a_scenario_of_ones_own(tmp_path):
    """A scenario that reads no other files is continued from its stored text."""
    from footfall.execution.setup import RunParameters, set_up

    made = command("new", tmp_path / "mine.yaml")
    assert made.code == 0
    ready = set_up(tmp_path / "mine.yaml", RunParameters(people=50, days=3))
    sink = parse(f"duckdb:{tmp_path}/b.duckdb")
    sink.open(ready.run, fresh=False)
    sink.close(complete=False)
    (tmp_path / "mine.yaml").unlink()
    (result,) = resume(tmp_path / "b.duckdb")
    assert result.is_clean
    assert result.run.id == ready.run.id
