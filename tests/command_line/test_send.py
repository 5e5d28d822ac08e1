"""`footfall send` of events of others: what applies to them, and what is refused before they are read."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import footfall

LOG = """timestamp,personId,eventType,item
1767607200,7,view,1
1767607201,7,view,1
1767607201,7,view,1
1767607300,8,buy,2
"""
STORES = ("duckdb:x.duckdb", "parquet:folder")


@pytest.fixture(autouse=True)
def _file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG)


def send(*args, file="log.csv"):
    return footfall("send", file, *args)


def rows_of(store, sql):
    where = "'folder/imported/events/*.parquet'"
    if store.startswith("parquet"):
        return duckdb.sql(sql.replace("imported.events", where)).fetchall()
    with duckdb.connect(store.removeprefix("duckdb:"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("store", STORES)
def test_each_once_however_often_it_is_sent(store):
    """Rows without ids are told apart by content and count: two equal rows are two events, the file again none."""
    said = send("--to", store)
    assert (said.code, said.out) == (0, "")
    assert said.err == (
        "log.csv: read as: user personId; time timestamp (seconds since 1970); type eventType; properties item\n"
        f"in {store}: 4 events, 4 of them new, into imported.events\n"
    )
    assert "4 events, 0 of them new" in send("--to", store).err
    with Path("log.csv").open("a") as log:
        log.write("1767607400,8,buy,3\n")
    assert "5 events, 1 of them new" in send("--to", store).err
    counts = "count(*), count(DISTINCT user_id), epoch_ms(min(time))"
    sql = f"SELECT event_type, {counts} FROM imported.events GROUP BY 1 ORDER BY 1"
    assert rows_of(store, sql) == [("buy", 2, 1, 1767607300000), ("view", 3, 1, 1767607200000)]
    whole = rows_of(
        store, "SELECT event FROM imported.events WHERE event_type = 'view' LIMIT 1"
    )
    assert json.loads(whole[0][0])["item"] == 1


def test_an_id_of_its_own():
    """An event's own id is kept; one that the file has twice is there once, and said."""
    lines = [
        {"uuid": f"e{n % 3}", "who": "p1", "ts": 1767607200 + n, "action": "open"}
        for n in range(4)
    ]
    with Path("log.ndjson").open("w") as log:
        log.writelines(f"{json.dumps(line)}\n" for line in lines)
    said = send("--to", STORES[0], "--id", "uuid", file="log.ndjson")
    assert "4 events, 3 of them new, 1 with an id that the file has twice" in said.err
    assert rows_of(STORES[0], "SELECT insert_id FROM imported.events ORDER BY 1") == [
        ("e0",),
        ("e1",),
        ("e2",),
    ]


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (1767607200, "1 time is seconds since 1970 where milliseconds are expected"),
        (1767607200000, ""),
        (1767607200000000, "1 time is finer than milliseconds"),
        ("2026-01-05T10:00:00Z", ""),
    ],
)
def test_units_of_time(time, told):
    """A time in another unit than ours is the moment that is meant, and said."""
    event = {"event_type": "x", "time": time, "user_id": "person-1", "insert_id": "i1"}
    with Path("a.ndjson").open("w") as log:
        log.write(json.dumps(event))
    said = send("--to", STORES[0], file="a.ndjson")
    assert said.code == 0
    assert told in said.err
    assert rows_of(STORES[0], "SELECT epoch_ms(time) FROM imported.events") == [
        (1767607200000,)
    ]


BAD = """timestamp,personId,eventType,item
1767607200,7,view,1
1767607201,7,view
soon,7,view,1
1767607203,7,,1
1767607204,7,view,4
"""


def test_bad_lines_are_named():
    """Without --skip-bad the file is refused, each bad line named with its reason, and nothing is made."""
    with Path("log.csv").open("w") as log:
        log.write(BAD)
    said = send("--to", STORES[0])
    assert (said.code, said.out) == (2, "")
    assert "log.csv: 3 lines are no events; nothing was changed" in said.err
    assert "log.csv:3: fewer cells than the header, which has 4" in said.err
    assert "log.csv:4: its time is none: soon" in said.err
    assert "log.csv:5: it has no event type" in said.err
    with pytest.raises(duckdb.IOException):
        rows_of(STORES[0], "SELECT 1")


def test_bad_lines_are_put_aside():
    """With --skip-bad they go into a file, counted in the balance; what stands there of others is not replaced."""
    with Path("log.csv").open("w") as log:
        log.write(BAD)
    said = send("--to", STORES[0], "--skip-bad", "bad.ndjson", "--summary", "json")
    record = json.loads(said.out)
    assert (said.code, record["bad"]) == (0, 3)
    assert record["sinks"] == [
        {"to": STORES[0], "events": 2, "new": 2, "known": 0, "repeated": 0}
    ]
    with Path("bad.ndjson").open() as file:
        aside = [json.loads(line) for line in file]
    assert [(one["line"], one["reason"]) for one in aside] == [
        (3, "fewer cells than the header, which has 4"),
        (4, "its time is none: soon"),
        (5, "it has no event type"),
    ]
    assert (
        "bad.ndjson: 3 lines put aside"
        in send("--to", STORES[0], "--skip-bad", "bad.ndjson").err
    )
    with Path("mine.txt").open("w") as file:
        file.write("precious")
    said = send("--to", STORES[0], "--skip-bad", "mine.txt")
    assert (said.code, "there is such a file already" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"event_type": "x", "time": 1767607200000, "n": NaN}', "NaN is no JSON"),
        ('{"event_type": "x\\u0000", "time": 1767607200000}', "it holds a zero character"),
        ('{"event_type": "\\ud800", "time": 1767607200000}', "half a surrogate pair"),
        ('{"event_type": "x"}', "it has no time"),
        ('{"time": 1767607200000}', "it has no event type"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line, reason):
    """The line that no store could hold is named, and what is wrong with it."""
    with Path("a.ndjson").open("w") as log:
        log.write('{"event_type": "x", "time": 1767607200000, "user_id": "person-1"}\n' + line)
    said = send("--to", STORES[0], file="a.ndjson")
    assert said.code == 2
    assert "a.ndjson:2: " in said.err
    assert reason in said.err


@pytest.mark.parametrize("option", ["--from", "--until", "--run"])
def test_options_that_choose_are_refused(option):
    """The file is taken over whole, so that to choose from it would be a mistake; as for dead letters."""
    said = send("--to", STORES[0], option, "2026-01-10")
    assert said.code == 2
    assert (
        f"{option} is for stores: what footfall did not write is taken over whole" in said.err
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            "ndjson:p.ndjson",
            "log.csv was not written by footfall: ndjson:p.ndjson cannot take it, nothing was sent",
        ),
        ("webhook+http://127.0.0.1:9/x", "cannot take it, nothing was sent"),
        ("nosuch:x", "there is no such sink"),
        (STORES[0], "is named twice"),
    ],
)
def test_every_sink_is_checked_before_the_first_is_sent_to(other, words, tmp_path):
    """The second one is no store, or the first once more: nothing goes to the first either."""
    said = send("--to", STORES[0], "--to", other)
    assert said.code == 2
    assert words in said.err
    assert not (tmp_path / "x.duckdb").exists()


def test_a_table_of_somebody(tmp_path):
    """A table of that name that is another is left alone."""
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("CREATE SCHEMA imported")
        connection.execute("CREATE TABLE imported.events (a INTEGER)")
    said = send("--to", STORES[0])
    assert said.code == 1
    assert "was not made by footfall" in said.err


def test_options_of_logs_are_for_logs(tmp_path):
    """A store of ours needs no names of columns."""
    assert (
        footfall(
            "run",
            "online-school",
            "--people",
            "10",
            "--days",
            "1",
            "--quiet",
            "--to",
            "duckdb:s.duckdb",
        ).code
        == 0
    )
    said = footfall("send", "s.duckdb", "--to", "ndjson:a.ndjson", "--user", "x")
    assert (said.code, "was written by footfall" in said.err) == (2, True)


def test_quiet():
    """With `--quiet` only what was taken for what is said."""
    assert send("--to", STORES[0], "-q").err.startswith("log.csv: read as")


def test_a_number_that_no_json_can_say():
    """NaN and infinite numbers of Parquet are missing values, and said, though its statistics know of no NaN."""
    rows = {
        "user": ["a", "b", "b"],
        "ts": [1767607200, 1767607201, 1767607202],
        "event": ["x", "x", "x"],
        "n": [1.5, float("nan"), float("-inf")],
    }
    pq.write_table(pa.table(rows), "log.parquet")
    said = send("--to", STORES[0], file="log.parquet")
    assert said.code == 0
    assert "2 events hold NaN or an infinite number" in said.err
    assert "the first in line 2" in said.err
    kept = rows_of(
        STORES[0], "SELECT event_properties, event->>'n' FROM imported.events ORDER BY time"
    )
    assert [(json.loads(one), n) for one, n in kept] == [
        ({"n": 1.5}, "1.5"),
        ({"n": None}, None),
        ({"n": None}, None),
    ]
    report = json.loads(footfall("report", "log.parquet", "--by", "n", "--format", "json").out)
    assert report["groups"] == [
        {"name": "", "events": 2, "people": 1},
        {"name": "1.5", "events": 1, "people": 1},
    ]


def test_logs_in_one_store_are_told_apart(tmp_path):
    """Events of two logs say where they came from, and a report that their people may be mixed."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(
            f"uid,ts,event\n1,1767607200,{name}\n,1767607300,{name}\n"
        )
        assert footfall("send", f"{name}.csv", "--to", "duckdb:imported.duckdb").code == 0
    with duckdb.connect(str(tmp_path / "imported.duckdb"), read_only=True) as connection:
        rows = connection.sql("SELECT log, count(*) FROM imported_events GROUP BY 1 ORDER BY 1")
        assert rows.fetchall() == [("a.csv", 2), ("b.csv", 2)]
    said = " ".join(footfall("report", "imported.duckdb").out.split())
    assert "They are of 2 logs (a.csv, b.csv): people of the same id are taken for one." in said
    assert "2 events of nobody count for no person and no session." in said


def test_a_store_without_runs_says_what_it_holds(tmp_path):
    """A store of events of others is no stranger's file."""
    (tmp_path / "a.csv").write_text("uid,ts,event\n1,1767607200,open\n")
    assert footfall("send", "a.csv", "--to", "duckdb:a.duckdb").code == 0
    assert (
        "it holds events of others\n  hint: footfall report" in footfall("runs", "a.duckdb").err
    )
