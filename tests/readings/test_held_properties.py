"""Objects of properties in logs of others: found under any usual name, in lines, CSV and Parquet, and said."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.foreign.log_numbers import log_report
from footfall.foreign.open_events import open_events
from footfall.tracking_plan.from_log import plan_of_log
from footfall.validation import Expectations, ExpectedEvent, validate
from footfall.validation.expectations import ExpectedProperty

AT = "2026-04-01T09:00:00Z"


def write(path, rows):
    match path.suffix:
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".csv":
            with path.open("w", newline="") as file:
                sheet = csv.DictWriter(file, rows[0])
                sheet.writeheader()
                texts = [
                    {k: json.dumps(v) if isinstance(v, dict) else v for k, v in r.items()}
                    for r in rows
                ]
                sheet.writerows(texts)
        case _:
            path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
@pytest.mark.parametrize(
    ("events", "people"), [("props", "traits"), ("properties", "userProperties")]
)
def test_objects(tmp_path, form, events, people):
    """Their members are the properties, with those beside them; who has user properties where is said."""
    row = {
        "reader_id": "r1",
        "at": AT,
        "action": "lend",
        "shelf": "A",
        events: {"n": 3},
        people: {"tier": "gold"},
    }
    with open_events(write(tmp_path / f"x.{form}", [row])) as source:
        ((ep, up),) = source.rows("SELECT to_json(ep), to_json(up) FROM e")
        plan = plan_of_log(source)
        said = source.taken.partition("type action; ")[2]
    assert (json.loads(ep), json.loads(up)) == ({"shelf": "A", "n": 3}, {"tier": "gold"})
    assert (
        said
        == f"user properties in {people}; properties in {events}; properties beside these shelf"
    )
    assert {p.name: p.type for p in plan.events[0].properties} == {
        "shelf": "text",
        "n": "integer",
    }


def test_a_text_under_such_a_name(tmp_path):
    """What is no object is a property itself."""
    row = {"reader_id": "r1", "at": AT, "action": "lend", "payload": "heavy"}
    with open_events(write(tmp_path / "x.ndjson", [row])) as source:
        assert source.rows("SELECT ep ->> '$.payload' FROM e") == [("heavy",)]


def test_roles_within(tmp_path):
    """A person or time within the object is none of the properties."""
    rows = [{"action": "lend", "properties": {"user_id": "r1", "time": 1_775_034_000, "n": 1}}]
    with open_events(write(tmp_path / "x.ndjson", rows)) as source:
        assert source.rows("SELECT who, time_ms, CAST(ep AS VARCHAR) FROM e") == [
            ("r1", 1_775_034_000_000, '{"n":1}')
        ]


# --- Google Analytics ------------------------------------------------------------------------------------------------


def analytics(form):
    """Return an event as BigQuery exports it: whole numbers are texts in lines, and numbers in Parquet."""
    whole = (lambda n: n) if form == "parquet" else str
    empty = dict.fromkeys(("string_value", "int_value", "double_value"))
    params = {
        "pages": {"int_value": whole(3)},
        "rate": {"double_value": 0.5},
        "who": {"string_value": "7"},
    }
    pairs = [{"key": key, "value": empty | value} for key, value in params.items()]
    return {
        "event_date": "20260401",
        "event_timestamp": whole(1_775_034_000_000_000),
        "event_name": "lend",
        "event_params": pairs,
        "user_pseudo_id": "p1",
        "user_properties": [{"key": "tier", "value": empty | {"string_value": "gold"}}],
        "items": [{"item_id": "b1"}],
    }


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_parameters_of_analytics(tmp_path, form):
    """Parameters are properties with the types that they have, in lines and in Parquet alike."""
    with open_events(write(tmp_path / f"x.{form}", [analytics(form)])) as source:
        ((ep, up),) = source.rows("SELECT CAST(ep AS VARCHAR), CAST(up AS VARCHAR) FROM e")
        plan = plan_of_log(source)
    items = {"items": [{"item_id": "b1"}]}
    assert json.loads(ep) == {"pages": 3, "rate": 0.5, "who": "7", **items}
    assert json.loads(up) == {"tier": "gold"}
    types = {p.name: p.type for p in plan.events[0].properties}
    assert types == {"pages": "integer", "rate": "number", "who": "text", "items": "list"}


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_sessions_of_analytics(tmp_path, form):
    """A parameter numbers the sessions, of each person; a plan that lists it is told so, rather than of a gap."""
    rows = [analytics(form) for _ in range(3)]
    for n, row in enumerate(rows):
        number = 1_775_034_000 if form == "parquet" else "1775034000"
        empty = dict.fromkeys(("string_value", "int_value", "double_value"))
        session = {"key": "ga_session_id", "value": empty | {"int_value": number}}
        row["event_params"] = [*row["event_params"], session]
        row["user_pseudo_id"] = f"p{n % 2}"
    path = write(tmp_path / f"x.{form}", rows)
    with open_events(path) as source:
        assert log_report(source).sessions.given == 2
    wanted = {"ga_session_id": ExpectedProperty("ga_session_id", "integer", is_required=True)}
    plan = Expectations(
        "plan", events={"lend": ExpectedEvent("lend", properties=wanted, is_open=True)}
    )
    found = validate(path, plan)
    assert [one for one in found.findings if "ga_session_id" in one.subject] == []
    assert found.skipped["property_missing"] == "ga_session_id is read as the session"


# --- PostHog ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_events_of_posthog_under_names_of_ones_own(tmp_path, form):
    """Where events such as $pageview tell whose log it is, those that the vendor makes are no findings, but said."""
    rows = [
        {"person": "p1", "timestamp": AT, "event": name}
        for name in ("$pageview", "$identify", "lend")
    ]
    path = write(tmp_path / f"x.{form}", rows)
    with open_events(path) as source:
        assert {event.name for event in plan_of_log(source).events} == {"$pageview", "lend"}
    found = validate(path, Expectations("plan", events={"lend": ExpectedEvent("lend")}))
    assert [one.subject for one in found.findings if one.check == "event_unknown"] == []
    assert (
        found.skipped["event_unknown"]
        == "1 event $identify, 1 event $pageview: the vendor's own"
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_posthog_sets_within_properties(tmp_path, form):
    """What `$set` holds in a column of properties is people's, also where another column follows; it is said."""
    held = {"n": 3, "$set": {"tier": "gold"}}
    row = {
        "uuid": "e1",
        "event": "lend",
        "distinct_id": "p1",
        "timestamp": AT,
        "properties": held,
    }
    with open_events(write(tmp_path / f"x.{form}", [row | {"team": 1}])) as source:
        plan = plan_of_log(source)
        assert "properties in properties; user properties in its $set" in source.taken
    assert {p.name for p in plan.events[0].properties} == {"n", "team"}
    assert [(p.name, p.type) for p in plan.user_properties] == [("tier", "text")]


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_properties_that_are_read_as_roles(tmp_path, form):
    """A plan may list who and when among properties: what was read as such is not told as missing."""
    row = {"user_id": "p1", "timestamp": AT, "event_name": "lend", "shelf": "A"}
    path = write(tmp_path / f"x.{form}", [row])
    names = {name: ExpectedProperty(name, "any", is_required=True) for name in (*row, "days")}
    found = validate(
        path, Expectations("plan", events={"lend": ExpectedEvent("lend", properties=names)})
    )
    missing = [one.subject for one in found.findings if one.check == "property_missing"]
    assert missing == ["lend.days"]
    told = "user_id is read as the user, timestamp is read as the time, event_name is read as the type"
    assert found.skipped["property_missing"] == told
