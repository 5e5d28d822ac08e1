"""The commands `live`, `send` and `resume` as users meet them."""

import io
import json

import pytest

from footfall.cli.live_status import StatusPrinter, StderrBesideTable, lines_of, table
from footfall.execution.live.stats import LiveStatus
from footfall.execution.sink_status import SinkStatus
from footfall.store import open_store
from tests.commands import footfall
from tests.endpoints import endpoint

LIVE = ("live", "online-school", "--people", "200", "--speed", "43200", "--for", "1s")


def test_live_says_what_was_delivered(tmp_path):
    """Totals, the sink's share and the span, on standard error; nothing on standard output."""
    said = footfall(*LIVE, "--start", "2026-03-01", "--to", f"duckdb:{tmp_path}/a.duckdb")
    assert said.code == 0
    assert said.out == ""
    assert "events from 2026-03-01 00:00:00 to 2026-03-01 12:00:00" in said.err
    assert f"in duckdb:{tmp_path}/a.duckdb: " in said.err


def test_live_goes_on_with_what_the_store_holds(tmp_path):
    """Without start and people: those of the store; and the summary as JSON."""
    to = ("--to", f"duckdb:{tmp_path}/a.duckdb")
    footfall(*LIVE, "--start", "2026-03-01", *to)
    said = footfall(
        "live",
        "online-school",
        "--speed",
        "43200",
        "--for",
        "1s",
        *to,
        "--summary",
        "json",
        "--quiet",
    )
    assert said.code == 0
    summary = json.loads(said.out)
    assert summary["until_ms"] - summary["from_ms"] == 43_200_000
    assert summary["is_finished"]
    (sink,) = summary["sinks"]
    assert sink["generated"] == sink["accepted"] + sink["rejected"] + sink["pending"]


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_live_tells_of_a_sink_that_failed(tmp_path, quiet):
    """Once, with why; the other one has everything, the exit code is 1, and the JSON has both balances and lags."""
    with endpoint(lambda _: 410) as gone:
        to = ("--to", gone.url, "--to", f"duckdb:{tmp_path}/a.duckdb", "--summary", "json")
        said = footfall(*LIVE, "--start", "2026-03-01", *to, *quiet)
    assert said.code == 1
    assert said.err.count(f"error: {gone.url}: it is gone and wants no more events") == 1
    first, second = json.loads(said.out)["sinks"]
    assert first["problem"].startswith(f"{gone.url}: it is gone")
    assert (first["accepted"], second["problem"], second["pending"]) == (0, None, 0)
    assert first["lag_ms"]["median"] is None
    assert second["lag_ms"]["median"] <= second["lag_ms"]["p99"]


def test_live_says_how_to_go_on_after_a_failure(tmp_path):
    """What is pending, that one failed, and a command; mended, it brings the one that is behind to the other."""
    with endpoint(lambda _: 410) as sink:
        to = ("--to", sink.url, "--to", f"duckdb:{tmp_path}/a.duckdb")
        said = footfall(*LIVE, "--start", "2026-03-01", *to)
        assert said.code == 1
        assert f"in {sink.url}: 0 accepted, 0 rejected, " in said.err
        assert " pending, failed\n" in said.err
        assert "to continue: footfall" in said.err
        sink.answer = lambda _: 200
        assert footfall(*LIVE, "--start", "2026-03-01", *to).code == 0
        with open_store(tmp_path / "a.duckdb") as store:
            assert sorted(sink.ids) == sorted(
                i for (i,) in store.query("SELECT insert_id FROM online_school.events")
            )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--for", "soon"), "is not a time like 30s"),
        (("--for", "0s"), "is not a time like 30s"),
        (("--rate-limit", "500"), "is not a rate like 500/s"),
        (("--speed", "-1"), "a number above 0"),
        (("--speed", "fast"), '"fast" is not a number above 0, like 1'),
        (("--speed", "nan"), "a number above 0"),
    ],
)
def test_live_tells_what_is_accepted(tmp_path, wrong, told):
    """Times, rates and speeds that mean nothing are the user's mistake, told with what is accepted."""
    said = footfall("live", "online-school", *wrong, "--to", f"duckdb:{tmp_path}/a.duckdb")
    assert said.code == 2
    assert told in said.err


STANDING = LiveStatus(
    1_772_323_200_000,
    61_000,
    1.0,
    (
        SinkStatus(
            "duckdb:shop.duckdb", 960, 0, 0, 61_000, 0, events_per_s=4812.4, lag_ms=(118, 204)
        ),
        SinkStatus(
            "webhook+https://hooks.example.org", 960, 1_500, 12, 59_000, 3, events_per_s=4_790
        ),
    ),
)


def test_a_table_of_sinks():
    """On a terminal: one line per sink, in columns; names are cut where it is narrow, and then the lines."""
    lines = table(STANDING, 140)
    assert lines == [
        "03-01 00:00Z                       per s  queue  flight  resent  accepted  rejected     lag    99 %",
        "duckdb:shop.duckdb                 4,812    960       0       0    61,000         0  118 ms  204 ms",
        "webhook+https://hooks.example.org  4,790    960   1,500      12    59,000         3       –       –",
    ]
    narrow = table(STANDING, 80)
    assert {len(line) for line in narrow} == {79}
    assert narrow[2].startswith("webhook+http…  4,790")
    assert {len(line) for line in table(STANDING, 60)} == {59}
    assert table(LiveStatus(0, replayed=0.416), 80) == ["living through the past: 42%"]


def test_lines_of_sinks():
    """In a log: one line per sink, with all that the table has."""
    first, second = lines_of(STANDING)
    assert first == (
        "2026-03-01 00:00:00 UTC  duckdb:shop.duckdb: 4,812 events/s, 960 queued, 0 in flight, 0 retries, "
        "61,000 accepted, 0 rejected, lag 118 ms, 99 % within 204 ms"
    )
    assert second.endswith(
        "1,500 in flight, 12 retries, 59,000 accepted, 3 rejected, lag –, 99 % within –"
    )


def test_send_and_send_again(tmp_path):
    """Once everything, twice nothing; a span of days; a time that is none."""
    footfall(
        "run",
        "online-school",
        "--people",
        "200",
        "--days",
        "3",
        "--to",
        f"duckdb:{tmp_path}/a.duckdb",
        "-q",
    )
    send = ("send", tmp_path / "a.duckdb", "--to")
    first = footfall(*send, f"parquet:{tmp_path}/b")
    again = footfall(*send, f"parquet:{tmp_path}/b")
    assert (first.code, again.code) == (0, 0)
    assert "complete before" not in first.err
    assert "complete before" in again.err
    part = footfall(
        *send, f"ndjson:{tmp_path}/c.ndjson", "--from", "2026-01-02", "--summary", "json"
    )
    assert json.loads(part.out)["is_finished"]
    wrong = footfall(*send, f"ndjson:{tmp_path}/d.ndjson", "--from", "yesterday")
    assert wrong.code == 2
    assert '--from "yesterday"\n  accepted: a date like 2026-01-10' in wrong.err


def test_resume_has_nothing_to_do(tmp_path):
    """A store whose runs are complete."""
    footfall(
        "run",
        "online-school",
        "--people",
        "50",
        "--days",
        "1",
        "--to",
        f"duckdb:{tmp_path}/a.duckdb",
        "-q",
    )
    said = footfall("resume", tmp_path / "a.duckdb")
    assert (said.code, said.err) == (0, "nothing to do: every run is complete\n")


class Terminal(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_what_others_say_is_not_written_over():
    """The table is written over at the next look, unless somebody else has written below it: then it begins anew."""
    stream = Terminal()
    printer, status = StatusPrinter(stream), LiveStatus(at_ms=0, replayed=0.5)
    printer.show(status)
    printer.show(status)
    StderrBesideTable(stream, printer.leave).write("webhook+http://there: connection refused\n")
    printer.show(status)
    line = "living through the past: 50%\n"
    table_twice = f"\x1b[J{line}\x1b[1F\x1b[J{line}"
    assert (
        stream.getvalue()
        == f"{table_twice}webhook+http://there: connection refused\n\x1b[J{line}"
    )
