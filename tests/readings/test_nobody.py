"""Ids that stand for nobody: each reader takes the same for nobody, and says which."""

import json

import pytest

from footfall.foreign.importing import import_log
from footfall.foreign.log_numbers import log_report
from footfall.foreign.open_events import open_events
from footfall.validation import Expectations, validate

NIL = "00000000-0000-0000-0000-000000000000"
AT = "2026-04-01T09:00:00Z"


IDS = ("0", "00000", "-1", NIL, "null", "Undefined", "12")
SAID = (
    "taken for somebody: user -1 (1 event), 0 (1 event), 00000 (1 event); "
    f"taken for nobody: user {NIL} (1 event), Undefined (1 event), null (1 event)"
)


def log(path, ids):
    if path.suffix == ".csv":
        path.write_text("\n".join(["uid,ts,event", *(f"{one},{AT},open" for one in ids)]))
    else:
        rows = [{"uid": one, "ts": AT, "event": "open"} for one in ids]
        path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_readers_agree(tmp_path, form):
    """A number is somebody, zeros too; words and the nil UUID are nobody; a log, a store and a check say the same."""
    path, store = log(tmp_path / f"x.{form}", IDS), tmp_path / "x.duckdb"
    assert SAID in import_log(path, [("x", f"duckdb:{store}")]).taken
    for events in (path, store):
        with open_events(events) as source:
            assert log_report(source).people == 4
            assert SAID in source.taken
    found = validate(path, Expectations("plan", events={}))
    assert SAID in found.taken
    assert {one.check: one.count for one in found.findings}["id_banned"] == 3


def test_zeros_of_floats(tmp_path):
    """0.0, as pandas writes a 0 in a column with gaps, is the person 0 to reports and checks."""
    path = log(tmp_path / "x.csv", ("0.0", "12.0"))
    with open_events(path) as source:
        assert log_report(source).people == 2
    assert "id_banned" not in {
        one.check for one in validate(path, Expectations("plan", events={})).findings
    }


def test_devices(tmp_path):
    """A device that is a word for nobody is nobody's, and brings nobody together."""
    rows = [
        {"user": user, "device_id": NIL, "ts": AT, "event": "open"}
        for user in ("u1", None, "null", None)
    ]
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)))
    with open_events(path) as source:
        assert source.rows("SELECT who FROM e ORDER BY who") == [
            ("u1",),
            (None,),
            (None,),
            (None,),
        ]


def test_sessions_that_begin_at_once(tmp_path):
    """A session that is told by its beginning is one of each person; -1 is none."""
    sessions = [
        ("u1", 1_775_034_000_000),
        ("u2", 1_775_034_000_000),
        ("u2", 1_775_034_000_000),
        ("u1", -1),
    ]
    rows = [
        {"user_id": user, "event_time": AT, "event_type": "open", "session_id": session}
        for user, session in sessions
    ]
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)))
    with open_events(path) as source:
        assert log_report(source).sessions.given == 2


def test_sessions_of_a_log_that_begin_at_once(tmp_path):
    """A column of sessions under a name of one's own is one, too, where several people begin at the same time."""
    rows = "".join(f"u{n},{AT},open,{1_775_034_000_000 + n % 2}\n" for n in range(9))
    (tmp_path / "x.csv").write_text(f"uid,ts,event,SESSION_ID\n{rows}")
    with open_events(tmp_path / "x.csv") as source:
        assert log_report(source).sessions.given == 9


def test_one_balance(tmp_path):
    """Lines that cannot be read, or have no event type, are events to nobody: reports and checks count alike."""
    path = tmp_path / "x.ndjson"
    row = {"uid": "u1", "ts": AT, "event": "open"}
    path.write_text(
        "\n".join([json.dumps(row), "{no", json.dumps(row | {"event": ""}), json.dumps(row)])
    )
    with open_events(path) as source:
        report = log_report(source)
    found = validate(path, Expectations("plan", events={}))
    assert (
        (report.events, report.unread + report.nameless)
        == (found.count, found.no_events)
        == (2, 2)
    )
    shares = {one.check: one.share for one in found.findings}
    assert (shares["line_invalid"], shares["event_missing"]) == (1 / 4, 1 / 3)
