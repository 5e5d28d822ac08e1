"""The ledger of destinations without transactions, and the rows of runs in general."""

import sqlite3
from dataclasses import replace

import pytest

from footfall.data.tallies import OptionCounts, Tallies
from footfall.errors import StoreError
from footfall.store import runs
from footfall.store.files.file_ledger import FileLedger
from footfall.store.runs import begun, ended, run_of
from tests.chunks import AWKWARD, SCHOOL, make_chunks, make_run

RUN = make_run(SCHOOL)
BIG = 2**62


def part(run, first, from_ms, until_ms):
    return {
        "run": run,
        "first_person": first,
        "end_person": first + 64,
        "from_ms": from_ms,
        "until_ms": until_ms,
        "events": 10,
        "changes": 5,
        "arrivals": 1,
        "rejected": 0,
        "committed": 0,
    }


def piece(begin, end):
    return {
        "run": RUN.id,
        "relation": "events",
        "file": "",
        "rows": 10,
        "begin_byte": begin,
        "end_byte": end,
        "crc32": 0,
        "modified_ns": 0,
    }


def test_sums_may_outgrow_64_bits(tmp_path):
    """Chances are summed in 2**-32: billions of decisions need more digits than an integer column has."""
    tallies = Tallies.empty()
    tallies.decisions["a/b", "yes"] = OptionCounts(1, BIG, 1, BIG)
    tallies.cities["Pune", "events_squared"] = BIG
    with FileLedger(tmp_path / "ledger", make=True) as ledger:
        ledger.begin(RUN)
        for i in range(5):
            ledger.commit(part(RUN.id, 0, i, i + 1), tallies, [])
    with FileLedger(tmp_path / "ledger") as ledger:
        assert ledger.tallies(RUN.id).decisions == {("a/b", "yes"): (5, 5 * BIG, 5, 5 * BIG)}
        ledger.commit(part(RUN.id, 0, 5, 6), tallies, [])
        assert ledger.tallies(RUN.id).cities == {("Pune", "events_squared"): 6 * BIG}


def test_knows_cursors_and_pieces(tmp_path):
    """Per group the greatest end; pieces in the order in which they came."""
    with FileLedger(tmp_path / "ledger", make=True) as ledger:
        assert ledger.begin(RUN) == {}
        ledger.commit(part(RUN.id, 0, 0, 5), Tallies.empty(), [piece(0, 7)])
        ledger.commit(part(RUN.id, 64, 0, 5), Tallies.empty(), [])
        ledger.commit(part(RUN.id, 0, 5, 9), Tallies.empty(), [piece(7, 9)])
        assert ledger.begin(RUN) == {(0, 64): 9, (64, 128): 5}
        assert [p["end_byte"] for p in ledger.files(RUN.id)] == [7, 9]
        (info,) = ledger.runs()
        assert (info.run, info.events, info.changes, info.arrivals, info.parts) == (
            RUN,
            30,
            15,
            3,
            3,
        )
        ledger.delete(RUN.id)
        assert (ledger.runs(), ledger.files(RUN.id), ledger.begin(RUN)) == ([], [], {})


def test_a_failed_commit_changes_nothing(tmp_path):
    """Neither the file nor what is remembered of it."""
    tallies = next(make_chunks(RUN)).tallies
    with FileLedger(tmp_path / "ledger", make=True) as ledger:
        ledger.begin(RUN)
        with pytest.raises(StoreError, match="NOT NULL"):
            ledger.commit(part(RUN.id, 0, 0, 5), tallies, [piece(None, 3)])
        assert ledger.cursors(RUN.id) == {}
        ledger.commit(part(RUN.id, 0, 0, 5), tallies, [piece(0, 3)])
        assert ledger.tallies(RUN.id) == tallies


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file or folder"),
        (
            b"not a database, but long enough to be one" * 100,
            "is damaged, or no ledger of footfall",
        ),
        ("CREATE TABLE a (b)", "is no ledger of footfall"),
    ],
)
def test_what_is_no_ledger(tmp_path, content, message):
    """A missing file, a file of another kind, somebody's database."""
    path = tmp_path / "ledger"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        connection = sqlite3.connect(path)
        connection.execute(content)
        connection.close()
    with pytest.raises(StoreError, match=message):
        FileLedger(path)


def test_a_row_holds_a_run():
    """A run comes back from its row as it was, stream, schema and all."""
    for schema in (SCHOOL, AWKWARD):
        run = make_run(schema)
        assert run_of(begun(run, None)) == run


def test_a_row_of_a_later_version_is_refused():
    """What a newer footfall wrote is not guessed at."""
    with pytest.raises(StoreError, match="is stored in format 99"):
        run_of({**begun(RUN, None), "store_format": 99})


def test_a_run_may_get_longer_and_not_shorter(monkeypatch):
    """Asked for again: complete stays complete, longer is running again, shorter takes nothing away."""
    monkeypatch.setattr(runs, "now_ms", lambda: 5)  # rows of two instants differ
    longer = replace(RUN, until_ms=RUN.until_ms + 1, people=RUN.people + 1)
    row = begun(RUN, None)
    assert row["state"] == "running"
    done = ended(RUN, row)
    assert (done["state"], begun(RUN, done)) == ("complete", done)
    again = begun(longer, done)
    assert (again["state"], again["until"], again["people"]) == (
        "running",
        longer.until_ms,
        longer.people,
    )
    assert ended(RUN, again)["state"] == "running"
    assert begun(RUN, again)["until"] == longer.until_ms
    assert ended(longer, again)["state"] == "complete"
