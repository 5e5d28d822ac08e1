"""Events that vendors make themselves: a plan of a log has them or says how many are left out, and checks name them."""

import json

import pytest

from footfall.foreign.open_events import open_events
from footfall.tracking_plan.from_log import plan_of_log
from footfall.validation import Expectations, ExpectedEvent, validate

AT = "2026-03-02T08:00:00Z"


def posthog(name, **more):
    properties = {"$lib": "web", **more}
    return {"event": name, "distinct_id": "p1", "timestamp": AT, "properties": properties}


def segment(kind, **more):
    return {"type": kind, "userId": "p1", "messageId": f"m{kind}", "timestamp": AT, **more}


LOGS = {
    "posthog": [
        posthog("$screen"),
        posthog("bought"),
        posthog("$set", **{"$set": {"tier": "gold"}}),
    ],
    "segment": [
        segment("identify", traits={"tier": "gold"}),
        segment("track", event="bought", properties={"n": 1}),
        segment("track", event="$screen", properties={"n": 1}),
    ],
    "amplitude": [
        {
            "event_type": name,
            "time": 1_772_438_400_000,
            "user_id": "person-1",
            "user_properties": {"tier": "gold"},
        }
        for name in ("$identify", "bought", "$screen")
    ],
    "own": [
        {"uid": "p1", "ts": AT, "event": name} for name in ("$screen", "bought", "$identify")
    ],
}


def written(tmp_path, vendor):
    path = tmp_path / "log.ndjson"
    path.write_text("\n".join(map(json.dumps, LOGS[vendor])))
    return path


@pytest.mark.parametrize(
    ("vendor", "call"),
    [("posthog", "$set"), ("segment", "$identify"), ("amplitude", "$identify"), ("own", "")],
)
def test_plans_of_logs(tmp_path, vendor, call):
    """A log's plan has events whose names begin with $, and user properties; calls that tell of people are named."""
    with open_events(written(tmp_path, vendor)) as source:
        plan = plan_of_log(source)
    assert {"$screen", "bought"} <= {event.name for event in plan.events}
    told = [str(remark).split(": ", 1)[1] for remark in plan.remarks]
    assert told == ([f"calls that tell of people are no events: 1 {call}"] if call else [])
    assert [(p.name, p.type) for p in plan.user_properties] == (
        [("tier", "text")] if call else []
    )


@pytest.mark.parametrize(
    ("vendor", "unchecked", "unknown"),
    [
        ("posthog", "1 event $screen, 1 event $set", []),
        ("segment", "1 event $identify", ["$screen"]),
        ("amplitude", "1 event $identify, 1 event $screen", []),
        ("own", "", ["$identify", "$screen"]),
    ],
)
def test_checks_name_what_is_a_vendors_own(tmp_path, vendor, unchecked, unknown):
    """An undeclared event is the vendor's own only where that vendor makes such, and then it is said."""
    expected = Expectations("plan", {"bought": ExpectedEvent("bought", is_open=True)})
    found = validate(written(tmp_path, vendor), expected)
    assert [f.subject for f in found.findings if f.check == "event_unknown"] == unknown
    said = found.skipped.get("event_unknown", "")
    assert said == (f"{unchecked}: the vendor's own" if unchecked else "")


def test_a_declared_event_of_a_vendor(tmp_path):
    """What a plan declares is checked, whoever makes it."""
    names = ("bought", "$screen", "$set")
    expected = Expectations("plan", {n: ExpectedEvent(n, is_open=True) for n in names})
    assert "event_unknown" not in validate(written(tmp_path, "posthog"), expected).skipped
