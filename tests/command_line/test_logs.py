"""Logs of others: what is reported of them, and the plan that is made of them."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands import footfall

START = 1_767_607_200  # 2026-01-05 10:00 UTC, a Monday


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(rows, name="clicks.csv"):
    header = "ts,visitor,action,page,price"
    Path(name).write_text(
        "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"
    )


JOURNEYS = [
    (START, "a", "view", "home", ""),
    (START + 60, "a", "cart", "shoes", ""),
    (START + 120, "a", "buy", "shoes", 30),
    (START + 4000, "a", "view", "home", ""),
    (START, "b", "cart", "hats", ""),
    (START + 600, "b", "view", "hats", ""),
    (START + 900, "b", "cart", "hats", ""),
    (START + 86_400, "c", "view", "home", ""),
]


def test_the_report_of_a_log():
    """Events, people, sessions cut by 30 minutes, types, days and a funnel, counted by hand."""
    write(JOURNEYS)
    said = footfall(
        "report", "clicks.csv", "--funnel", "view,cart,buy", "--by", "page", "--format", "json"
    )
    record = json.loads(said.out)
    assert said.err == (
        "clicks.csv: read as: user visitor; time ts (seconds since 1970); type action; properties page, price\n"
    )
    assert (record["events"], record["people"]) == (8, 3)
    assert record["types"] == [
        {"name": "view", "events": 4, "people": 3},
        {"name": "cart", "events": 3, "people": 2},
        {"name": "buy", "events": 1, "people": 1},
    ]
    assert record["sessions"] == {"given": None, "cut": 4, "single": 2, "median_events": 2.0}
    assert record["funnel"] == [
        {"type": "view", "people": 3, "median_ms": None},
        {"type": "cart", "people": 2, "median_ms": 180_000},
        {"type": "buy", "people": 1, "median_ms": 60_000},
    ]
    assert record["groups"][:2] == [
        {"name": "hats", "events": 3, "people": 1},
        {"name": "home", "events": 3, "people": 2},
    ]
    assert (record["period"], record["periods"][1]) == (
        "day",
        {
            "start_ms": (START - 36_000 + 86_400) * 1000,
            "events": 1,
            "people": 1,
            "new_people": 1,
        },
    )


def test_the_forms_of_a_report():
    """In the terminal and as a page the same numbers stand; lines that were not read are told."""
    write(JOURNEYS)
    with Path("clicks.csv").open("a") as log:
        log.write("too,few\n")
    said = footfall("report", "clicks.csv", "--funnel", "view,buy")
    assert said.code == 0
    assert "8 events of 3 people" in said.out
    assert "1 line that cannot be read counts for nothing" in said.out
    assert "sessions, cut after 30 minutes without an event" in said.out
    assert footfall("report", "clicks.csv", "--funnel", "view,buy", "--to", "a.html").code == 0
    page = Path("a.html").read_text()
    assert "<h2>Funnel</h2>" in page
    assert "simulated people" not in page


def test_a_format_that_the_ending_contradicts():
    """A page under a name of JSON, or the other way round, is refused, and nothing is written."""
    write(JOURNEYS)
    said = footfall("report", "clicks.csv", "--format", "json", "--to", "o.html")
    assert (said.code, "the name's ending says html, the format json" in said.err) == (2, True)
    assert not Path("o.html").exists()


def test_sessions_that_a_column_tells():
    """Where a column tells sessions, both are counted: the told ones, and those cut by time."""
    lines = [
        {
            "user": f"u{n % 2}",
            "ts": START + 7200 * (n // 2),
            "event": "open",
            "visit": f"{n % 2}-{n // 4}",
        }
        for n in range(8)
    ]
    Path("a.ndjson").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    record = json.loads(footfall("report", "a.ndjson", "--format", "json").out)
    assert (record["sessions"]["given"], record["sessions"]["cut"]) == (4, 8)


@pytest.mark.parametrize("store", ["duckdb:x.duckdb", "parquet:folder"])
def test_the_report_of_a_store(store):
    """Events of others in a store are reported as the log itself is; `validate` reads them too."""
    write(JOURNEYS)
    args = ("--funnel", "view,cart", "--by", "page", "--format", "json")
    alone = json.loads(footfall("report", "clicks.csv", *args).out)
    assert footfall("send", "clicks.csv", "--to", store, "--quiet").code == 0
    stored = json.loads(footfall("report", store, *args).out)
    for name in ("events", "people", "types", "sessions", "periods", "funnel", "groups"):
        assert stored[name] == alone[name]
    assert footfall("taxonomy", "clicks.csv", "--to", "plan.csv").code == 0
    said = footfall("validate", store.partition(":")[2], "--against", "plan.csv")
    assert "8 events: nothing is wrong, against plan" in said.out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--funnel", "view,bye"], "did you mean buy?"),
        (["--by", "pages"], "did you mean page?"),
        (["--by", "page", "--by", "price"], "--by is given 2 times"),
        (["--funnel", "view", "--funnel", "buy"], "--funnel is given 2 times"),
        (["--truth"], "--truth: clicks.csv holds events of others"),
        (["--user", "nobody"], "there is no such column"),
    ],
)
def test_mistakes(args, told):
    """A mistake is told with what is accepted, exit code 2, and nothing on standard output."""
    write(JOURNEYS)
    said = footfall("report", "clicks.csv", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("n", [1, 2])
def test_lines_without_a_type(form, n):
    """Lines without an event type are no events, and are told."""
    types = ["view", *[""] * n, "cart"]
    rows = [{"user": f"p{i}", "ts": START + i, "action": kind} for i, kind in enumerate(types)]
    if form == "csv":
        lines = ["user,ts,action", *(",".join(map(str, row.values())) for row in rows)]
    else:
        lines = [json.dumps({name: v for name, v in row.items() if v != ""}) for row in rows]
    Path(f"x.{form}").write_text("\n".join(lines))
    said = footfall("report", f"x.{form}")
    assert "2 events of 2 people" in said.out
    told = (
        "1 line without an event type counts"
        if n == 1
        else "2 lines without an event type count"
    )
    assert f"{told} for nothing." in " ".join(said.out.split())
    record = json.loads(footfall("report", f"x.{form}", "--format", "json").out)
    assert (record["events"], record["nameless"]) == (2, n)


def test_ids_that_come_again():
    """Events are counted as they stand; how many repeat an id, which `send` takes once, is told."""
    ids = ["i1", "i2", "i1", "i3", "i1", "", ""]
    rows = [f"p1,view,{START + n},{one}" for n, one in enumerate(ids)]
    Path("x.csv").write_text("\n".join(["user,action,ts,ref", *rows]))
    said = footfall("report", "x.csv", "--id", "ref")
    assert "2 events have an id that an earlier one has" in " ".join(said.out.split())
    record = json.loads(footfall("report", "x.csv", "--id", "ref", "--format", "json").out)
    assert (record["events"], record["repeated"]) == (7, 2)
    sent = footfall("send", "x.csv", "--id", "ref", "--to", "duckdb:x.duckdb")
    assert "5 of them new, 2 with an id that the file has twice" in sent.err


def test_by_is_given_once_for_a_store_too():
    """Of a store two properties are refused as well, before it is looked at."""
    said = footfall("report", "no.duckdb", "--by", "city", "--by", "platform")
    assert said.code == 2
    assert "--by is given 2 times\n  accepted: --by once" in said.err


# --- plans -----------------------------------------------------------------------------------------------------------


def crowd(n=30):
    """Return a log of which 20 people and more share some values, and fewer share others."""
    for person in range(n):
        rare = "secret" if person == 0 else "plain"
        yield (START + person, f"p{person}", "view", "home", 1)
        yield (START + person + 50, f"p{person}", "note", rare, "")


def test_the_plan_of_a_log():
    """Types and what is always there as they were seen; a value is named only where 20 people have it."""
    write(crowd())
    said = footfall("taxonomy", "clicks.csv", "--to", "plan.csv")
    assert said.code == 0
    assert "values are named only where 20 people or more have them" in said.err
    plan = Path("plan.csv").read_text("utf-8-sig")
    assert "secret" not in plan
    found = {
        (row["Event"], row["Property"]): (
            row["Type"],
            row["Required"],
            row["Allowed values"],
            row["Example"],
        )
        for row in csv.DictReader(io.StringIO(plan))
    }
    assert found["view", "page"] == ("text", "yes", "", "home")
    assert found["view", "price"] == ("integer", "yes", "", "1")
    assert found["note", "page"] == ("text", "yes", "", "plain")
    assert ("note", "price") not in found


def test_lines_that_a_plan_is_not_made_of():
    """A last line that is cut off and a line of zeros are told where a plan is made, as they are in a report."""
    event = '{"event_type": "open", "time": 1767607200000, "user_id": "user-1"}'
    Path("x.ndjson").write_text(f"{event}\n\0\0\0\n[1]\n{event[:20]}")
    words = "3 lines that cannot be read count for nothing"
    assert words in footfall("taxonomy", "x.ndjson", "--to", "plan.csv").err
    assert json.loads(footfall("report", "x.ndjson", "--format", "json").out)["unread"] == 3


def test_the_other_half_is_clean():
    """Half of the people keeps to the plan that the other half makes, and a wrong type is found."""
    rows = list(crowd(80))
    write([row for row in rows if int(row[1][1:]) % 2], "half.csv")
    write([row for row in rows if not int(row[1][1:]) % 2], "other.csv")
    assert footfall("taxonomy", "half.csv", "--to", "plan.xlsx").code == 0
    said = footfall("validate", "other.csv", "--against", "plan.xlsx")
    assert said.code == 0, said.out
    write([(START, "p1", "view", "home", "cheap"), *rows], "other.csv")
    said = footfall("validate", "other.csv", "--against", "plan.xlsx", "--format", "json")
    checks = {(f["check"], f["subject"]) for f in json.loads(said.out)["findings"]}
    assert ("property_type", "view.price") in checks


def test_a_scenario_of_a_log():
    """The scenario that is made of a log's plan is one."""
    write(crowd())
    assert footfall("taxonomy", "clicks.csv", "--to", "mine.yaml").code == 0
    assert footfall("check", "mine.yaml").code == 0


def test_a_plan_is_no_log():
    """A plan in CSV stays a plan, whatever its columns are called."""
    Path("plan.csv").write_text(
        "Category,Event,Property,Type\nShop,Paid,time,time\nShop,Paid,user_id,text\n"
    )
    assert footfall("taxonomy", "plan.csv", "--to", "plan.xlsx").code == 0


TIMES = ["05.01.2026 18:22", "1/5/26 6:22 PM", "46027.7653", "18:22", "Jan 05 2026 18:22:01"]


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("sign", [";", ","])
def test_a_log_whose_times_cannot_be_read_is_no_plan(time, sign):
    """A table of people, types and times of an unknown form is refused as a log, with what is accepted."""
    rows = [f"p{n},{kind},{time}{n},home" for n, kind in enumerate(["view", "buy", "view"], 1)]
    text = "\n".join(["user_id,event,ts,page", *rows]).replace(",", sign)
    Path("de.csv").write_text(text)
    for args in (
        ("taxonomy", "de.csv", "--to", "plan.csv"),
        ("report", "de.csv"),
        ("validate", "de.csv", "--against", "de.csv"),
        ("send", "de.csv", "--to", "duckdb:x.duckdb"),
    ):
        said = footfall(*args)
        assert (said.code, said.out) == (2, "")
        assert f"ts holds {time}1" in said.err.replace('"', "")
        assert "times like these are not read; accepted: 2026-01-31T12:00:00" in said.err
    assert [path.name for path in Path().iterdir()] == ["de.csv"]


def test_a_log_is_no_plan_to_hold_events_against():
    """A log is no plan, and that is said."""
    write(JOURNEYS)
    event = {"uid": "p1", "ts": "2026-01-05T10:00:00Z", "event": "view"}
    for name in ("clicks.ndjson", "clicks.json"):
        Path(name).write_text(json.dumps(event))
    for name in ("clicks.csv", "clicks.ndjson", "clicks.json"):
        said = footfall("validate", "clicks.csv", "--against", name)
        assert said.code == 2
        assert "it is a log of events, not a plan" in said.err


@pytest.mark.parametrize(
    "text",
    [
        "Event,user_id,time,Description\nPaid,u1,05.01.2026 18:22,pays\nSeen,u1,05.01.2026 18:23,sees\n",
        "Event,user_id,time,page\nPaid,x,x,\nSeen,x,,x\n",
    ],
)
def test_plans_with_columns_like_a_log(text):
    """A plan with a column per property stays one, with examples or marks in its cells."""
    Path("plan.csv").write_text(text)
    assert footfall("taxonomy", "plan.csv", "--to", "plan.html").code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.csv", "user_id,time,event_type\nu-0007,03/04/2026 9:15,ring\n"),
        ("beside.csv", "user_id,when,event_type\nu-0007,03/04/2026 9:15,ring\n"),
        ("other.csv", "caller id,user,time,event\n7,u-0007,03/04/2026 9:15,ring\n"),
        (
            "own.ndjson",
            '{"user_id": "u-0007", "time": "03/04/2026 9:15", "event_type": "ring"}\n',
        ),
    ],
)
def test_times_none_of_which_can_be_read_are_refused_under_any_name(name, text):
    """Every command refuses a log none of whose times can be read, whatever its columns are called."""
    Path(name).write_text(text)
    Path("plan.csv").write_text("Event,Description\nring,a bell\n")
    for args in (
        ("taxonomy", name, "--to", "of-log.csv"),
        ("report", name),
        ("validate", name, "--against", "plan.csv"),
        ("send", name, "--to", "duckdb:rings.duckdb"),
    ):
        said = footfall(*args)
        assert (said.code, said.out) == (2, "")
        assert "03/04/2026 9:15" in said.err
        assert "hint: rewrite the column as 2026-01-31 10:00" in said.err
