"""Options that say how to deliver, and what is told when a sink has failed or keeps no counts."""

import json
import re
from pathlib import Path

import click
import pytest

from footfall.cli.arguments import LARGE_SIZE, SIZE
from footfall.cli.options import read_sinks
from footfall.cli.run_summary import Printer
from footfall.data.tallies import Tallies
from footfall.errors import UsageError
from footfall.execution.result import Balance, RunResult
from footfall.execution.setup import RunParameters, set_up
from footfall.sinks import parse
from tests.commands import footfall
from tests.endpoints import endpoint

SMALL = ("--people", 200, "--days", 8)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AMPLITUDE_API_KEY", raising=False)


@pytest.mark.parametrize(
    ("written", "region", "dry_run", "meant"),
    [
        ("amplitude", None, False, "amplitude:us"),
        ("amplitude", "eu", False, "amplitude:eu"),
        ("amplitude:", "eu", True, "amplitude:eu#dry-run"),
        ("amplitude:eu", "eu", False, "amplitude:eu"),
        ("amplitude:eu#rate=5", None, True, "amplitude:eu#rate=5&dry-run"),
        ("amplitude#endpoint=batch", "us", False, "amplitude:us#endpoint=batch"),
        ("parquet:p", None, False, "parquet:p"),
    ],
)
def test_options_stand_for_what_is_written_in_the_sink(written, region, dry_run, meant):
    """`--region eu` is `amplitude:eu`, `--dry-run` is `#dry-run`; other sinks are left as they are."""
    (made,) = read_sinks([written], region=region, dry_run=dry_run)
    asked = parse(meant)
    assert (type(made), made.name) == (type(asked), asked.name)
    assert getattr(made, "settings", None) == getattr(asked, "settings", None)


@pytest.mark.parametrize(
    ("to", "region", "dry_run", "words"),
    [
        (["duckdb:a.duckdb"], "eu", False, "--region eu is for amplitude"),
        (["amplitude:us"], "eu", False, "contradicts --to amplitude:"),
        (
            ["amplitude", "parquet:p"],
            None,
            True,
            "--dry-run: parquet:p cannot be tried without writing",
        ),
        (["postgresql://me:hunter2@h/d"], None, True, "--dry-run: postgresql://me@h/d cannot"),
    ],
)
def test_options_that_are_not_for_a_sink_are_refused(to, region, dry_run, words):
    """With the sink, without its password."""
    with pytest.raises(UsageError, match=re.escape(words)) as problem:
        read_sinks(to, region=region, dry_run=dry_run)
    assert "hunter2" not in str(problem.value)


def test_sizes():
    """Bytes, with the prefixes of ten."""
    assert [SIZE.convert(text, None, None) for text in ("0B", "5kB", "1.5GB", "2tb")] == [
        0,
        5_000,
        1_500_000_000,
        2 * 10**12,
    ]
    with pytest.raises(click.BadParameter, match="is not a size like 500MB"):
        SIZE.convert("much", None, None)


@pytest.mark.parametrize("text", ["much", "5", "-1GB", "1e3MB", "٣GB", "9" * 400 + "TB"])
@pytest.mark.parametrize("kind", [SIZE, LARGE_SIZE])
def test_what_is_no_size(kind, text):
    """Also what no number can hold."""
    with pytest.raises(click.BadParameter, match="is not a size like 500MB"):
        kind.convert(text, None, None)


@pytest.mark.parametrize("text", ["0MB", "0.000GB", "500kB", "500B", "1.0001TB"])
def test_a_limit_is_above_0_and_of_megabytes(text):
    """A receiver into nothing would refuse all."""
    with pytest.raises(click.BadParameter, match="is not a size like 500MB"):
        LARGE_SIZE.convert(text, None, None)
    assert [LARGE_SIZE.convert(text, None, None) for text in (" 2 gb", "1.5TB")] == [
        2 * 10**9,
        1_500_000_000_000,
    ]


@pytest.mark.parametrize("name", ["run", "send"])
def test_a_dry_run_sends_nothing_and_needs_no_key(name):
    """It says what would be sent and how long it would take; nothing is noted."""
    source = "starter"
    if name == "send":
        assert footfall("run", "starter", *SMALL, "-q", "--to", "duckdb:a.duckdb").code == 0
        source = "a.duckdb"
    said = footfall(
        name,
        source,
        *(SMALL if name == "run" else ()),
        "--to",
        "amplitude",
        "--region",
        "eu",
        "--dry-run",
    )
    assert said.code == 0, said.err
    assert "amplitude:eu#dry-run: nothing was sent:" in said.err
    assert not list(Path(".footfall-ledger").glob("*.sqlite"))


def test_a_dry_run_of_a_store_is_refused():
    """Nothing is written, and the exit code is the user's mistake."""
    said = footfall("run", "starter", *SMALL, "--to", "duckdb:a.duckdb", "--dry-run")
    assert (said.code, said.out) == (2, "")
    assert "accepted with --dry-run: amplitude" in said.err
    assert list(Path().iterdir()) == []


def test_a_sink_that_gives_up_is_told_with_all_that_is_known():
    """Table and JSON are printed, the error and how to go on behind them; the exit code is 1."""
    with endpoint(lambda _: 410) as gone:
        to = ("--to", gone.url, "--to", "ndjson:a.ndjson")
        said = footfall("run", "starter", *SMALL, *to)
        assert said.code == 1
        n = len(Path("a.ndjson").read_text().splitlines())
        assert (
            f"in {gone.url}: 0 events, 0 B; 0 rejected, {n:,} pending of {n:,} generated; failed"
            in said.out
        )
        assert "Stages:" in said.out
        assert said.err.startswith(
            f"error: {gone.url}: it is gone and wants no more events (status 410)"
        )
        assert (
            "not everything is delivered; what was committed is kept\n  to continue: footfall"
            in said.err
        )
        again = footfall("run", "starter", *SMALL, *to, "--summary", "json")
        first, second = json.loads(again.out)["sinks"]
        assert again.code == 1
        assert (first["pending"], first["is_complete"], "it is gone" in first["problem"]) == (
            n,
            False,
            True,
        )
        assert (second["before"], second["is_complete"], second["problem"]) == (
            "complete",
            True,
            None,
        )


def test_send_tells_each_sink_that_fails():
    """The others have everything; the exit code is 1, JSON is printed, and the same command goes on."""
    assert footfall("run", "starter", *SMALL, "-q", "--to", "duckdb:a.duckdb").code == 0
    with endpoint(lambda _: 410) as gone:
        args = ("send", "a.duckdb", "--to", gone.url, "--to", "ndjson:a.ndjson")
        said = footfall(*args)
        assert said.code == 1
        assert f"in {gone.url}: 0 events, 0 rejected, " in said.err
        assert f"error: {gone.url}: it is gone" in said.err
        assert "not everything is delivered; to continue: footfall" in said.err
        assert "problem" in json.loads(footfall(*args, "--summary", "json").out)["sinks"][0]
        gone.answer = lambda _: 200
        assert footfall(*args).code == 0
        lines = Path("a.ndjson").read_text().splitlines()
        assert sorted(gone.ids) == sorted(json.loads(line)["insert_id"] for line in lines)


def tables(said):
    """The tables that stand at the end of a run."""
    return said.out.partition("Stages:")[2].partition("\nnext:")[0]


def test_tables_of_a_run_that_is_continued():
    """Counts that a ledger keeps, of a file or of a destination that keeps none for us, make the tables of one run."""
    longer = ("--people", 200, "--days", 10)
    wanted = tables(footfall("run", "starter", *longer, "--to", "duckdb:whole.duckdb"))
    assert wanted
    with endpoint() as taking:
        for to in ("ndjson:a.ndjson", taking.url):
            assert footfall("run", "starter", *SMALL, "--to", to, "-q").code == 0
            again = footfall("run", "starter", *longer, "--to", to)
            assert "in this call:" in again.out
            assert tables(again) == wanted
            assert tables(footfall("run", "starter", *longer, "--to", to)) == wanted, (
                "complete already"
            )
        assert (
            tables(footfall("run", "starter", *longer, "--to", taking.url, "--fresh")) == wanted
        )


@pytest.mark.parametrize(
    ("tallies", "why"),
    [
        (Tallies.empty(), "nothing is delivered yet"),
        (None, "no sink here keeps what it counted"),
    ],
)
def test_why_there_are_no_tables(capsys, tallies, why):
    """A run that was stopped before anything was delivered, or that goes on into a sink without counts."""
    sink = Balance(
        "webhook+https://example.org", "at least once", "incomplete", tallies=tallies
    )
    Printer(is_stdout_taken=False).print_tables(
        RunResult(set_up("starter", RunParameters(people=20)).run, "UTC", [sink])
    )
    assert why in capsys.readouterr().out


def test_resume_prints_tables_and_json():
    """What was finished is reported as at the end of a run; as JSON it is a list."""
    from footfall.sinks import parse

    for file in ("a.duckdb", "b.duckdb"):
        sink = parse(f"duckdb:{file}")
        sink.open(set_up("starter", RunParameters(people=200, days=8)).run, fresh=False)
        sink.close(complete=False)
    said = footfall("resume", "a.duckdb")
    assert (said.code, "Stages:" in said.out) == (0, True)
    (result,) = json.loads(footfall("resume", "b.duckdb", "--summary", "json").out)
    assert result["sinks"][0]["is_complete"]
