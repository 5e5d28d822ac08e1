"""Events in a `.json`: an array, a body or lines of them make a log, not a plan, whoever's they are."""

import json

import pytest

from footfall.foreign.log_paths import is_log
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.sheet_columns import ONLY_IN_PLANS

AT = "2026-04-01T09:00:00Z"
OWN = [
    {"reader_id": f"r{n % 3}", "at": AT, "action": ["open", "lend"][n % 2], "n": n}
    for n in range(6)
]
POSTHOGS = [{"event": "lend", "distinct_id": "r1", "timestamp": AT, "properties": {"n": 1}}]
AMPLITUDES = [{"event_type": "lend", "user_id": "reader-1", "time": 1_775_034_000_000}]


def written(tmp_path, text):
    path = tmp_path / "log.json"
    path.write_text(text)
    return path


@pytest.mark.parametrize("events", [OWN, OWN[:1], POSTHOGS, AMPLITUDES])
@pytest.mark.parametrize(
    "form",
    [
        json.dumps,
        lambda events: json.dumps(events, indent=2),
        lambda events: json.dumps({"batch": events}),
        lambda events: json.dumps({"next": None, "results": events}, indent=1),
        lambda events: "\n".join(map(json.dumps, events)),
    ],
)
def test_events(tmp_path, events, form):
    """An array, also of one event, an envelope around it, and lines are logs without a word on columns."""
    assert is_log(written(tmp_path, form(events)), ONLY_IN_PLANS)
    assert is_log(tmp_path, ONLY_IN_PLANS)


def test_times_that_are_not_read(tmp_path):
    """Events whose times are in a form that nobody can be sure of are a log still, which is refused as one."""
    events = [event | {"at": "04/01/2026 09:00"} for event in OWN]
    assert is_log(written(tmp_path, json.dumps(events)), ONLY_IN_PLANS)


@pytest.mark.parametrize(
    "more",
    [
        {"properties": ["n"]},
        {"properties": {"n": {"type": "integer"}}},
        {"description": "Somebody lends a book"},
    ],
)
def test_plans(tmp_path, more):
    """What says of each event once what it is about or holds is a plan, also if it says who made it and when."""
    plan = [
        {"name": name, "owner": "Ann", "created_at": AT} | more for name in ("open", "lend")
    ]
    assert not is_log(written(tmp_path, json.dumps(plan)), ONLY_IN_PLANS)


@pytest.mark.parametrize(
    "more",
    [
        {"properties": {"shelf": "A", "n": 1}},
        {"shelf": "A"},
        {"event_properties": {"shelf": "A"}},
        {"properties": {"shelf": "A"}, "user_id": "string"},
    ],
)
def test_plans_in_words_of_logs(tmp_path, more):
    """Event types without any time are a plan of them, also where examples stand in place of types."""
    plan = [{"event_type": name} | more for name in ("open", "lend", "lend")]
    assert not is_log(written(tmp_path, json.dumps(plan)), ONLY_IN_PLANS)


def test_keys_of_events_without_properties(tmp_path):
    """Keys of a plan's events that nobody reads are named, also where no key holds properties."""
    path = written(tmp_path, json.dumps([{"event": "lend", "shelf": "A"}]))
    (remark,) = read_plan(path).remarks
    assert str(remark) == "log.json, lend: key shelf of an event is not read"
