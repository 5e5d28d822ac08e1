"""`footfall run` and what reads its stores, with a small scenario."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from footfall.cli import run_summary
from footfall.store import open_store
from tests.commands import footfall
from tests.small_scenarios import scenario_text

COMMAND = str(Path(sys.executable).parent / "footfall")
SMALL = ("--people", 300, "--days", 10)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A store with one small run."""
    folder = tmp_path_factory.mktemp("ready")
    said = footfall("run", "starter", *SMALL, "--to", f"duckdb:{folder}/a.duckdb")
    assert said.code == 0, said.err
    return folder / "a.duckdb"


def ids(store):
    with open_store(store) as opened:
        return [row[0] for row in opened.query("SELECT insert_id FROM main.events ORDER BY 1")]


def test_a_run_tells_what_it_did():
    """People, sessions, events, rate, where it lies; stages; cities; what to try next."""
    said = footfall("run", "starter", *SMALL)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert re.fullmatch(
        r"Coffee beans by post: \d+ of 300 people, 2026-03-02 to 2026-03-11; the others come later",
        lines[0],
    )
    assert re.fullmatch(
        r"[\d,]+ sessions and [\d,]+ events in [\d.]+ s \([\d,]+ events/s\)", lines[1]
    )
    assert re.fullmatch(r"in duckdb:footfall.duckdb: [\d,]+ events, [\d.]+ MB", lines[2])
    assert "Stages:" in said.out
    assert "Cities:" in said.out
    assert "footfall report --by platform" in said.out


def test_the_commands_to_try_next_work():
    """What a run proposes can be typed as it stands, and is about the same people."""
    said = footfall("run", "starter", *SMALL, "--seed", 5, "--set", "people.growth=0%/month")
    proposed = [
        line.split("  ")[1].split() for line in said.out.split("\nnext:\n")[1].splitlines()
    ]
    assert len(proposed) == 4
    assert {"--seed", "5", "--people", "300", "--set"} <= set(proposed[0])
    for _, *args in proposed:
        assert footfall(*args).code == 0, args


def test_a_page_is_proposed_with_what_it_needs(monkeypatch):
    """Where the package that draws is missing, the line that proposes a page names the install."""
    monkeypatch.setattr(run_summary, "find_spec", lambda _: None)
    said = footfall("run", "starter", "--people", 30, "--days", 2)
    assert "footfall report --to report.html" in said.out
    assert "a page with charts; needs: pip install 'footfall[charts]'" in said.out


@pytest.mark.parametrize("name", ["store", "memory", "coffee"])
def test_any_name_can_be_stored(name):
    """A scenario may be called like a database of DuckDB's, or like its file."""
    assert footfall("new", "shop.yaml").code == 0
    text = Path("shop.yaml").read_text()
    Path("shop.yaml").write_text(text.replace("scenario: coffee", f"scenario: {name}"))
    said = footfall(
        "run",
        "shop.yaml",
        "--people",
        30,
        "--days",
        2,
        "--to",
        "duckdb:coffee.duckdb",
        "--to",
        "parquet:p",
    )
    assert said.code == 0, said.err
    assert said.err == ""
    for store in ("coffee.duckdb", "p"):
        assert f"{name}, run " in footfall("report", store).out


def test_a_file_called_like_its_scenario_is_asked_as_any_other():
    """The most natural name of a file: plain names, those of `main` and those of the scenario work, without a word."""
    said = footfall(
        "run", "starter", "--people", 30, "--days", 2, "--to", "duckdb:coffee.duckdb"
    )
    assert (said.code, said.err) == (0, "")
    with duckdb.connect("coffee.duckdb", read_only=True) as connection:
        for name in ("users", "main.users", "coffee.users"):
            ((people,),) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
            assert f": {people} of 30 people" in said.out


def test_the_run_that_was_asked_for_is_the_one_that_is_shown():
    """A, B, and A again, which is complete already: the lines, `report`, `runs` and the views show A."""
    said = [footfall("run", "starter", *SMALL, "--seed", seed) for seed in (1, 2, 1)]
    with open_store("footfall.duckdb") as store:
        other, shown = store.runs()
        assert store.query("SELECT DISTINCT run FROM events") == [(shown.id,)]
    assert (other.run.stream.seed, shown.run.stream.seed) == (2, 1)
    assert "holds" not in said[0].out
    assert f"holds 2 runs now; reports and views show this one, {other.id[:8]}" in said[1].out
    assert f"holds 2 runs now; reports and views show this one, {shown.id[:8]}" in said[2].out
    assert f"footfall report --run {shown.id[:8]} --by platform" in said[2].out
    assert f"run {shown.id}" in footfall("report").out
    assert f"run {other.id}" in footfall("report", "--run", other.id[:5]).out
    assert f"run {other.id}" not in footfall("report").out
    listed = json.loads(footfall("runs", "--format", "json").out)
    assert [(row["run"], row["shown"]) for row in listed] == [
        (other.id, ""),
        (shown.id, "reports, views"),
    ]
    footfall("run", "ecommerce", "--people", 40, "--days", 1)
    listed = json.loads(footfall("runs", "--format", "json").out)
    assert [row["shown"] for row in listed] == ["", "views", "reports, views"]


def test_a_user_id_is_somebody():
    """`user` takes the id by which a store knows a person; one of another run is no person of this one."""
    by_number = footfall("user", "starter", 7, *SMALL)
    (user_id,) = re.findall(r"^user_id +(\S+)$", by_number.out, re.MULTILINE)
    assert footfall("user", "starter", user_id, *SMALL).out == by_number.out
    said = footfall("user", "starter", user_id, *SMALL, "--seed", 2)
    assert said.code == 2
    assert f'"{user_id}" is somebody of another run: here ids begin with' in said.err
    assert footfall("user", "starter", "nobody").code == 2


def test_resume_names_a_run_that_is_not_there(ready):
    """A wrong id is a mistake, and no run that is complete."""
    said = footfall("resume", ready, "--run", "zz")
    assert said.code == 2
    assert 'there is no run "zz"' in said.err


def test_the_same_again_says_so(ready):
    """A complete run is left alone, its tables are shown, and the exit code is 0."""
    before = ids(ready)
    said = footfall("run", "starter", *SMALL, "--to", f"duckdb:{ready}")
    assert said.code == 0
    assert "this run is complete already" in said.out
    assert "Stages:" in said.out
    assert ids(ready) == before


def test_quiet_prints_nothing(ready):
    """`--quiet` is silent when all is well."""
    assert footfall("run", "starter", *SMALL, "--to", f"duckdb:{ready}", "-q") == (
        footfall("run", "starter", *SMALL, "-q")
    )


def test_summary_as_json():
    """`--summary json` prints one JSON object: totals, and a balance per sink that adds up."""
    said = footfall(
        "run", "starter", *SMALL, "--to", "a.ndjson", "--to", "parquet:p", "--summary", "json"
    )
    summary = json.loads(said.out)
    assert summary["people"] > 0
    assert [sink["to"] for sink in summary["sinks"]] == ["ndjson:a.ndjson", "parquet:p"]
    for sink in summary["sinks"]:
        assert sink["generated"] == summary["events"] > 0
        assert sink["generated"] == sink["accepted"] + sink["rejected"] + sink["pending"]
    assert len(Path("a.ndjson").read_text().splitlines()) == summary["events"]


def test_the_summary_tells_of_what_could_not_happen(tmp_path):
    """A pick that finds no row stands below the tables, and in the JSON with its address."""
    text = scenario_text(
        catalogues="""
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
  dish: {columns: [name, spice: integer], rows: [[dal, 1]]}
""",
        journeys="{life: {steps: [{pick: {main: {from: dish, where: {spice: person}}}}, Seen, Paid]}}",
    )
    path = tmp_path / "shop.yaml"
    path.write_text(text)
    run = ("run", path, "--people", 5, "--days", 30, "--to", "-")
    said, record = footfall(*run), footfall(*run, "--summary", "json")
    assert "could not happen: no row, life/main (4 times)" in said.err
    assert json.loads(record.err)["skipped"] == [
        {"what": "no row", "address": "life/main", "times": 4}
    ]


def test_standard_output_carries_events_alone():
    """With `--to -`, every line of standard output is an event; the tables go to standard error."""
    said = footfall("run", "starter", *SMALL, "--to", "-")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert all("insert_id" in event for event in events)
    assert "Stages:" in said.err
    assert "footfall report" not in said.err


def test_a_closed_pipe_is_quiet():
    """`footfall run … --to - | head -1` prints one line and no complaint."""
    line = f"{COMMAND} run starter --to - --quiet | head -n 1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["insert_id"]
    assert done.stderr == ""


def test_workers_and_orders_agree():
    """Any number of workers writes the same file; in order of time the same lines come in another order."""
    lines = {
        name: footfall(
            "run", "starter", "--people", 9000, "--days", 3, "--to", "-", "-q", *options
        ).out.splitlines()
        for name, options in {
            "one": ("--workers", 1),
            "two": ("--workers", 2),
            "timely": ("--order", "time"),
        }.items()
    }
    assert lines["one"] == lines["two"]
    assert sorted(lines["one"]) == sorted(lines["timely"])
    times = [json.loads(line)["time"] for line in lines["timely"]]
    assert times == sorted(times)


def test_start_moves_everything():
    """`--start` is the first day, and the summary has the day that `now-3d` stood for."""
    summary = json.loads(
        footfall("run", "starter", *SMALL, "--start", "2027-05-01", "--summary", "json").out
    )
    assert summary["settings"]["start"] == "2027-05-01"
    summary = json.loads(
        footfall("run", "starter", *SMALL, "--start", "now-3d", "--summary", "json").out
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", summary["settings"]["start"])


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("run", "nowhere.yaml"), 'error: "nowhere.yaml" cannot be read'),
        (("run", "starte"), "did you mean starter?"),
        (("run", "starter", "--people", "0"), '"0" is not a whole number from 1'),
        (("run", "starter", "--start", "soon"), "accepted: a date like"),
        (("run", "starter", "--to", "kafk:x"), "there is no such sink"),
        (("run", "starter", "--to", "duckdb:a", "--to", "duckdb:a"), "duckdb:a is named twice"),
        (("run", "starter", "--set", "people.cuont=3"), "did you mean count?"),
        (("run", "starter", "--set", "people"), "--set key=value"),
        (("run", "starter", "--partition", "day"), "--partition day is for parquet"),
        (("report", "nowhere.duckdb"), "nowhere.duckdb does not exist"),
        (("runs", "nowhere.duckdb"), "nowhere.duckdb does not exist"),
        (("user", "starter", "99999"), "person 99999 does not come"),
        (("check", "nowhere.yaml"), "cannot be read"),
        (("new", "a.yaml", "--from", "nothing"), "there is no shipped scenario"),
    ],
)
def test_mistakes_write_nothing(args, text):
    """A mistake is told, ends with 2, and leaves nothing behind."""
    said = footfall(*args)
    assert (said.code, said.out) == (2, "")
    assert text in said.err
    assert list(Path().iterdir()) == []


def test_a_wrong_scenario_is_told_with_its_place():
    """Everything that is wrong with a file is told at once; nothing is written."""
    Path("bad.yaml").write_text("footfall: 1\nscenario: bad\ncalender: {}\n")
    said = footfall("run", "bad.yaml")
    assert said.code == 2
    assert "bad.yaml:3:1:" in said.err
    assert re.search(r"error: \d+ problems in the scenario, nothing was written", said.err)
    assert list(Path().iterdir()) == [Path("bad.yaml")]


def test_ctrl_c_keeps_what_is_there(tmp_path):
    """Ctrl-C once: exit code 1, how to continue; then the same command completes the run, with every event once."""
    args = [
        "run",
        "starter",
        "--people",
        "60000",
        "--days",
        "20",
        "--workers",
        "2",
        "--to",
        "duckdb:a.duckdb",
        "-q",
    ]
    process = subprocess.Popen(
        [COMMAND, *args], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_for_parts(tmp_path / "a.duckdb.scratch", process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "finishing what is in flight" in err
    assert "to continue: footfall run starter --people 60000" in err
    assert out == ""
    assert footfall(*args).code == 0
    again = ["a.duckdb" if arg == "duckdb:a.duckdb" else arg for arg in args]
    assert footfall(*again, "--fresh", "--to", "duckdb:whole.duckdb").code == 0
    assert ids("a.duckdb") == ids("whole.duckdb")


def wait_for_parts(scratch, process):
    """Wait until workers hand over parts."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if scratch.exists() and any(scratch.iterdir()):
            return
        time.sleep(0.01)


def test_runs_and_delete(ready):
    """`runs` lists what is there, `delete` removes it."""
    Path("b.duckdb").write_bytes(ready.read_bytes())
    (row,) = json.loads(footfall("runs", "b.duckdb", "--format", "json").out)
    assert (row["scenario"], row["state"], row["seed"]) == ("coffee", "complete", 1)
    assert row["run"] in footfall("runs", "b.duckdb").out
    assert "removed run" in footfall("delete", "b.duckdb", "--run", row["run"][:6]).err
    assert json.loads(footfall("runs", "b.duckdb", "--format", "json").out) == []
    assert "holds no runs" in footfall("runs", "b.duckdb").err


def test_runs_that_are_verified(ready):
    """`runs --verify` lists them and says on standard error what was found right; what is damaged is an error."""
    said = footfall("runs", ready, "--verify")
    assert (said.code, "coffee" in said.out) == (0, True)
    assert re.fullmatch(r"[\d,]+ rows are there, and can be read\n", said.err)
    assert footfall("run", "starter", *SMALL, "--to", "ndjson:a", "-q").code == 0
    assert footfall("runs", "a", "--verify").err == "the file holds what was written\n"
    with Path("a").open("r+b") as file:
        file.write(b" ")
    said = footfall("runs", "a", "--verify")
    assert (said.code, said.out) == (1, "")
    assert "a is damaged: its bytes 0 to" in said.err


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--stages",),
        ("--cities", "--rank-by", "revenue"),
        ("--truth",),
        ("--identity",),
        ("--over-time",),
        ("--retention", "n-day"),
        ("--by", "city"),
    ],
)
def test_report(ready, options):
    """Every part can be asked for, as a table and as JSON."""
    table = footfall("report", ready, *options)
    assert table.code == 0, table.err
    assert ("Cities:" in table.out) == (options == () or "--cities" in options)
    assert ("Truth:" in table.out) == ("--truth" in options)
    assert json.loads(footfall("report", ready, *options, "--format", "json").out)[
        "footfall_report"
    ]


def test_report_as_a_page(ready):
    """HTML goes to standard output, whole."""
    page = footfall("report", ready, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")


def test_a_report_goes_to_a_file(ready, tmp_path):
    """`--to` writes what `--format` prints, in the format that the ending says."""
    for form in ("html", "json"):
        file = tmp_path / f"made/report.{form}"
        assert footfall("report", ready, "--to", file).err == f"wrote {file}\n"
        assert file.read_text("utf-8") == footfall("report", ready, "--format", form).out


@pytest.mark.parametrize(
    ("options", "accepted"),
    [
        (("--to", "a.txt"), "a name that ends in .html or .json"),
        (("--to", "a.html", "--format", "table"), "either, or both alike"),
    ],
)
def test_a_file_holds_no_tables(ready, options, accepted):
    """A file of another kind is refused, with what is accepted."""
    said = footfall("report", ready, *options)
    assert said.code == 2
    assert f"accepted: {accepted}" in said.err
    assert not list(Path().glob("a.*"))


def test_a_page_that_cannot_be_drawn_leaves_no_file(ready, monkeypatch):
    """Where the package that draws is missing, the error names the install, and no file is begun."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    said = footfall("report", ready, "--to", "page.html")
    assert said.code == 2
    assert "pip install 'footfall[charts]'" in said.err
    assert not Path("page.html").exists()
