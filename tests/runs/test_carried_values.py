"""A value that a process carries from event to event is the same in all of them."""

import json
from operator import itemgetter

import pytest

import footfall
from footfall.execution.setup import load_scenario
from footfall.validation import of_scenario, validate
from tests.declared import declared

DIRECTIONS = ["programming", "design", "business", "history", "literature"]


def carried(name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (c.event, c.property): c.before for c in of_scenario(load_scenario(name, {})).carried
    }


def test_what_is_carried():
    """A property is shared where each way to the later event passes an earlier one, and nothing changes it between."""
    found = carried("online-school")
    assert "choose_count_lessons" in found["click_confirm_payment", "direction"]
    assert found["record_confirmation", "direction"] == ("choose_direction",)
    assert found["payment_succeeded", "total_cost"] == ("click_confirm_payment",)
    assert found["rate_lesson", "teacher_id"] == ("click_start_lesson", "trial_held")


def test_what_is_not_carried():
    """Nothing is claimed where a value may be chosen anew, or the earlier event may be left out."""
    school, shop = carried("online-school"), carried("ecommerce")
    assert ("choose_time", "interval") not in school  # picked just before
    assert ("promo_code_denied", "promocode") not in school  # no event before tells it
    assert (
        "Payment Info Entered",
        "payment_method",
    ) not in shop  # "pays otherwise" stands between
    assert ("Product Viewed", "product_id") not in shop  # also opened from the wishlist


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Events of a run of the shipped school."""
    path = tmp_path_factory.mktemp("school") / "school.ndjson"
    footfall.run("online-school", people=3000, to=f"ndjson:{path}")
    return [json.loads(line) for line in path.read_text().splitlines()]


def checked(events, path):
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return validate(path, declared("online-school")).findings


def other(direction: str) -> str:
    return DIRECTIONS[(DIRECTIONS.index(direction) + 1) % 5]


def redrawn(event):
    """Return a confirmation of the payment for another direction than was chosen."""
    if event["event_type"] != "click_confirm_payment":
        return event
    told = event["event_properties"]
    return {**event, "event_properties": {**told, "direction": other(told["direction"])}}


def n_first_confirmations(events):
    """Return how many confirm a payment for the first time: who tries again keeps the direction of the last try."""
    last, n = {}, 0
    for event in sorted(events, key=itemgetter("time")):
        name = event["event_type"]
        n += name == "click_confirm_payment" != last.get(event["person"])
        if "direction" in event.get("event_properties", {}):
            last[event["person"]] = name
    return n


@pytest.mark.parametrize("without", [(), ("person", "stage")], ids=["ours", "a stranger's"])
def test_direction_paid_differs_from_direction_chosen(events, without, tmp_path):
    """A direction that is drawn anew at the confirmation is found there, and at what follows from it."""
    wrong = [{k: v for k, v in redrawn(event).items() if k not in without} for event in events]
    n = n_first_confirmations(events)
    found = {
        f.subject: f
        for f in checked(wrong, tmp_path / "x.ndjson")
        if f.check == "value_changes"
    }
    assert set(found) == {"click_confirm_payment.direction", "payment_succeeded.direction"}
    paid = found["click_confirm_payment.direction"]
    assert n * 0.95 <= paid.count <= n
    assert paid.example in DIRECTIONS
    assert "another in choose_count_lessons, " in paid.detail


def test_few_differences_are_tolerated(events, tmp_path):
    """One pair in a hundred may differ: people do two things at once."""
    wrong = list(events)
    names = [event["event_type"] for event in events]
    assert names.count("trial_held") > 100
    first = names.index("lesson_material_opened")
    told = wrong[first]["event_properties"]
    wrong[first] = {
        **wrong[first],
        "event_properties": {**told, "direction": other(told["direction"])},
    }
    assert checked(wrong, tmp_path / "x.ndjson") == ()


def test_two_events_are_enough(tmp_path):
    """A single process whose value changes is found; null and a day between say nothing."""
    plain = {"user_id": "person-1", "device_id": "device-1"}
    chosen = {
        **plain,
        "event_type": "choose_direction",
        "time": 1767301200000,
        "insert_id": "event-1",
    }
    booked = {
        **plain,
        "event_type": "record_confirmation",
        "time": 1767301230000,
        "insert_id": "event-2",
    }
    rest = {
        "interval": "18-19",
        "scheduled_at": "2026-01-02T18:00:00Z",
        "is_trial": True,
        "teacher_id": "T-104",
    }
    chosen["event_properties"] = {"direction": "design"}
    booked["event_properties"] = {"direction": "history", **rest}
    (found,) = [
        f
        for f in checked([chosen, booked], tmp_path / "x.ndjson")
        if f.check == "value_changes"
    ]
    assert (found.subject, found.count, found.example, found.at.line) == (
        "record_confirmation.direction", 1, "history", 2,
    )  # fmt: skip
    later = {**booked, "time": booked["time"] + 86_400_000}
    assert not [
        f for f in checked([chosen, later], tmp_path / "x.ndjson") if f.check == "value_changes"
    ]
