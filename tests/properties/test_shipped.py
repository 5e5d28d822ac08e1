"""What must hold in the data of the shipped scenarios, event by event, replayed by plain Python.

The second half goes through the defects of the two small systems that footfall grew from: each has a test here.
"""

import datetime as dt
import json
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache

import pyarrow.compute as pc
import pytest

from footfall.compiler import compile_scenario
from footfall.scenario import load_shipped
from footfall.sinks.amplitude.limits import HTTP_V2, is_bad_id
from footfall.sinks.encoders.json_rows import json_rows
from tests.simulated import rows, simulated

SHIPPED = ["ecommerce", "online_school"]
CLICKS_PER_CATEGORY = {
    "Register": ["click_create_account", "enter_info", "account_created", "account_verified", "login"],
    "Signup for a lesson": ["click_signup_lesson", "choose_direction", "choose_time", "record_confirmation"],
    "Lesson": [
        "click_start_lesson", "click_allow_camera", "click_allow_microphone", "click_technical_trouble", "rate_lesson",
    ],
    "Payment for lessons": [
        "click_pay_lessons", "choose_count_lessons", "apply_promo_code", "bank_card_data_entry",
        "click_confirm_payment",
    ],
    "Training": [
        "click_change_direction", "choose_new_direction", "click_transfer_lesson", "choose_new_time",
        "click_change_teacher", "click_finish_studies",
    ],
}  # fmt: skip


@cache
def shipped(name):
    return simulated(compile_scenario(load_shipped(name), people=5000, seed=3))


@cache
def event_rows(name):
    """Return all events, as dictionaries: what most of the tests go through."""
    return rows(shipped(name).events)


@cache
def lives(name):
    """Return each newcomer's events, each with the properties that are not null."""
    start = dt.datetime.fromtimestamp(shipped(name).model.start_ms / 1000, dt.UTC)
    newcomers = {
        row["person"] for row in rows(shipped(name).arrivals) if row["arrived"] >= start
    }
    found = defaultdict(list)
    for row in event_rows(name):
        row["p"] = {k: v for k, v in row["event_properties"].items() if v is not None}
        if row["person"] in newcomers:
            found[row["person"]].append(row)
    return found


def of_type(name, *types):
    return [
        row
        for row in (r for life in lives(name).values() for r in life)
        if row["event_type"] in types
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_vendor_takes_every_event(name):
    """Each has an id that leads to its person and that Amplitude accepts, and is far smaller than a request may be."""
    for row in event_rows(name):
        ids = [i for i in (row["user_id"], row["device_id"]) if i is not None]
        assert ids, row
        assert not any(map(is_bad_id, ids)), row
    longest = max(
        pc.max(pc.binary_length(texts)).as_py() for texts in json_rows(shipped(name).events)
    )
    # No vendor takes less at once; a message of Kafka may have as much.
    assert longest < HTTP_V2.most_bytes // 10


# --- the shop --------------------------------------------------------------------------------------------------------


def test_what_is_ordered_lay_in_the_cart():
    """Every line of every order was added to that person's cart, and not taken out or ordered since."""
    orders = 0
    for events in lives("ecommerce").values():
        cart = Counter()
        for row in events:
            kind, p = row["event_type"], row["p"]
            if kind in ("Product Added", "Wishlist Product Added to Cart"):
                cart[p["product_id"]] += p["quantity"]
            elif kind == "Product Removed":
                cart[p["product_id"]] -= p["quantity"]
                assert cart[p["product_id"]] >= 0
            elif kind == "Order Completed":
                lines = {line["product_id"]: line["quantity"] for line in p["products"]}
                assert +cart == Counter(lines)
                cart.clear()
                orders += 1
    assert orders > 50


def test_an_order_adds_up():
    """Subtotal = lines - discount, total = subtotal + shipping + tax, revenue = subtotal; refunds give it back."""
    paid = {}
    for row in of_type("ecommerce", "Order Completed"):
        p = row["p"]
        lines = sum(line["price"] * line["quantity"] for line in p["products"])
        assert p["subtotal"] == lines - p.get("discount", 0)
        assert p["total"] == p["subtotal"] + p["shipping"] + p["tax"]
        assert row["revenue"] == p["subtotal"]
        assert row["currency"] == "INR"
        paid[p["order_id"]] = row
    refunds = of_type("ecommerce", "Order Refunded")
    for row in refunds:
        order = paid[row["p"]["order_id"]]
        assert row["revenue"] == -order["revenue"]
        assert row["person"] == order["person"]
        assert dt.timedelta(days=2) < row["time"] - order["time"] < dt.timedelta(days=40)
        assert row["session_id"] is row["platform"] is None
        assert (row["device_id"] is None) == (row["user_id"] is not None)
    assert refunds


def test_a_checkout_begins_before_it_ends():
    """Orders come after a checkout of the same id, which came after a product in the cart."""
    for events in lives("ecommerce").values():
        started = set()
        for row in events:
            if row["event_type"] == "Checkout Started":
                started.add(row["p"]["order_id"])
            if row["event_type"] == "Order Completed":
                assert row["p"]["order_id"] in started


def test_the_shop_has_the_figures_it_names():
    """About 2 % of sessions buy and 7 of 10 carts are left, as the sources in the file say."""
    events = shipped("ecommerce").events
    kinds = Counter(events["event_type"].to_pylist())
    sessions = len(
        {
            (r["person"], r["session_id"])
            for r in rows(events.select(["person", "session_id"]))
            if r["session_id"]
        }
    )
    assert 0.013 < kinds["Order Completed"] / sessions < 0.03
    carts = {(r["person"], r["p"]["cart_id"]) for r in of_type("ecommerce", "Product Added")}
    ordered = {
        (r["person"], r["p"]["cart_id"]) for r in of_type("ecommerce", "Checkout Started")
    } & carts
    bought = len(of_type("ecommerce", "Order Completed"))
    assert 0.6 < 1 - bought / len(carts) < 0.85
    assert bought <= len(ordered)


# --- the school ------------------------------------------------------------------------------------------------------


def test_lessons_are_paid_for_and_booked():
    """No lesson before a booking, none without balance, and the balance is never negative and always explained."""
    for events in lives("online_school").values():
        balance, booked = 0, 0
        for row in events:
            kind, p = row["event_type"], row["p"]
            if kind == "record_confirmation":
                booked += 1
            if kind == "click_start_lesson":
                assert booked > 0
                balance -= not p["is_trial"]
            if kind == "lesson_missed":
                balance -= 1
            if kind == "payment_succeeded":
                balance += p["count"]
                assert p["balance"] == balance
            if kind == "refund_issued":
                balance -= p["lessons"]
                assert p["balance"] == balance
            assert balance >= 0


def test_status_moves_along_its_path():
    """From null over just registered, had a trial lesson and studying to finished, and never back."""
    order = ["null", '"just registered"', '"had a trial lesson"', '"studying"', '"finished"']
    seen = set()
    for row in rows(shipped("online_school").changes):
        if row["property"] == "status":
            assert order.index(row["old"]) < order.index(row["new"])
            seen.add(row["new"])
    assert seen == set(order[1:])


def test_the_direction_chosen_is_the_direction_paid_for():
    """Within a payment every event names the same direction, the one the person studies."""
    for events in lives("online_school").values():
        direction = None
        for row in events:
            if row["event_type"] == "choose_direction":
                direction = row["p"]["direction"]
            if row["event_type"] == "choose_new_direction":
                direction = row["p"]["new_direction"]
            if (
                row["category"] in ("Payment for lessons", "Payment outcome")
                and "direction" in row["p"]
            ):
                assert row["p"]["direction"] == direction


def test_a_promo_code_lowers_what_is_paid_and_only_then():
    """Paid = price - discount, discount above 0 exactly where a code was applied."""
    applied = 0
    for events in lives("online_school").values():
        price = discount = None
        for row in events:
            p = row["p"]
            if row["event_type"] == "choose_count_lessons":
                price, discount = p["price"], Decimal(0)
            if row["event_type"] == "apply_promo_code":
                discount = p["discount_cost"]
                assert 0 < discount < price
                applied += 1
            if row["event_type"] == "click_confirm_payment":
                assert p["total_cost"] == price - discount
    assert applied > 20


def test_half_of_trials_are_held_and_a_third_of_those_buy():
    """As in the school's source, about half of booked trials take place, and a third of those who attend buy."""
    reached = Counter()
    for events in lives("online_school").values():
        kinds = {row["event_type"] for row in events}
        reached.update(kinds & {"trial_held", "trial_no_show"})
        reached["bought"] += {"trial_held", "payment_succeeded"} <= kinds
    held = reached["trial_held"]
    assert 0.42 < held / (held + reached["trial_no_show"]) < 0.6
    assert 0.22 < reached["bought"] / held < 0.45


# --- both ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_everything_emitted_is_declared(name):
    """Every event type, category and property is in the taxonomy; every declared event occurs."""
    scenario = load_shipped(name)
    declared = {event.name: event for event in scenario.events}
    for events in lives(name).values():
        for row in events:
            event = declared[row["event_type"]]
            assert row["category"] == event.category
            assert set(row["p"]) <= {p.name for p in event.properties}
    assert set(shipped(name).events["event_type"].to_pylist()) == set(declared)


@pytest.mark.parametrize("name", SHIPPED)
def test_user_properties_are_as_they_were(name):
    """Replaying what events carried gives, for each person, the state that arrivals and changes give."""
    run = shipped(name)
    state = {row["person"]: dict(row["properties"]) for row in rows(run.arrivals)}
    bound = defaultdict(dict)
    for row in rows(run.changes):
        if row["property"] != "stage" and row["insert_id"]:
            bound[row["insert_id"]][row["property"]] = json.loads(row["new"])
    first = set()
    for row in event_rows(name):
        carried, changed = row["user_properties"], row["changed"]
        if row["person"] not in first:
            first.add(row["person"])
            assert set(changed) == set(state[row["person"]])
        else:
            assert set(changed or []) == set(bound[row["insert_id"]])
        for name_, value in bound[row["insert_id"]].items():
            got = carried[name_]
            assert value == (float(got) if isinstance(got, Decimal) else got) or isinstance(
                got, dt.datetime
            )


@pytest.mark.parametrize("name", SHIPPED)
def test_a_person_has_one_home(name):
    """City, country and language never change for a person, and the city lies in its country."""
    home = {}
    for row in rows(shipped(name).events.select(["person", "city", "country"])):
        assert home.setdefault(row["person"], (row["city"], row["country"])) == (
            row["city"],
            row["country"],
        )
    countries = {}
    for city, country in home.values():
        assert countries.setdefault(city, country) == country


@pytest.mark.parametrize("name", SHIPPED)
def test_sessions_belong_to_one_person_one_device_and_thirty_minutes(name):
    """A session has one person, device and platform; within it no gap reaches 30 minutes; its id is its first time."""
    last = {}
    for row in event_rows(name):
        if row["session_id"] is None:
            continue
        key = row["person"], row["session_id"]
        if key not in last:
            began_before = row["session_id"] < shipped(name).model.start_ms
            assert began_before or row["session_id"] == round(row["time"].timestamp() * 1000)
        else:
            assert row["time"] - last[key][0] < dt.timedelta(minutes=30)
            assert (row["device_id"], row["platform"]) == last[key][1:]
        last[key] = (row["time"], row["device_id"], row["platform"])


def test_defects_of_the_first_system():
    """Its queue lost events, every user acted at once from six cities, and purchases came before views.

    Here: people are counted once per stage, times differ, one city each, nobody buys before looking, stages only rise.
    """
    run = shipped("ecommerce")
    people = run.arrivals.num_rows
    stages = run.model.stream.schema.stages
    reached = [
        sum(v for (s, _), v in run.tallies.stages.items() if s == stage) for stage in stages
    ]
    assert reached[0] == people
    assert reached == sorted(reached, reverse=True)
    assert len(set(run.events["time"].to_pylist())) > 0.9 * run.events.num_rows
    furthest = {}
    for events in lives("ecommerce").values():
        seen = set()
        for row in events:
            seen.add(row["event_type"])
            if row["event_type"] == "Order Completed":
                assert {
                    "Product Viewed",
                    "Checkout Started",
                } <= seen or "Wishlist Product Added to Cart" in seen
            rank = stages.index(row["stage"])
            assert rank >= furthest.get(row["person"], 0)
            furthest[row["person"]] = rank


def test_defects_of_the_second_system_in_its_taxonomy():
    """Its 25 event types in 5 categories are all here, with the properties that its code lost or never sent."""
    events = {event.name: event for event in load_shipped("online_school").events}
    for category, names in CLICKS_PER_CATEGORY.items():
        assert [n for n, e in events.items() if e.category == category] == names
    carried = {name: {p.name for p in event.properties} for name, event in events.items()}
    assert {"grade", "teacher_id"} <= carried["rate_lesson"]
    assert {"direction", "interval"} <= carried["click_start_lesson"]
    assert {"new_direction", "old_direction"} <= carried["choose_new_direction"]
    assert {"direction", "new_interval", "old_interval"} <= carried["choose_new_time"]
    assert {"promocode", "discount_cost"} <= carried["apply_promo_code"]
    properties = {p.name for p in load_shipped("online_school").people.properties}
    assert {
        "age",
        "gender",
        "type_of_employment",
        "status",
        "lessons_count",
        "directions",
        "directions_finished",
    } <= properties


def test_defects_of_the_second_system_in_its_data():
    """Ids repeated, times ran backwards, everybody converted, sessions were shared, lists held letters."""
    run = shipped("online_school")
    ids = run.events["insert_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert all(
        row["user_id"] is None or len(row["user_id"]) >= 5
        for row in rows(run.events.select(["user_id"]))
    )
    owner = {}
    for row in rows(run.events.select(["person", "session_id", "device_id"])):
        if row["device_id"]:
            assert owner.setdefault(row["device_id"], row["person"]) == row["person"]
    directions = {"design", "literature", "history", "programming", "business"}
    for row in rows(run.arrivals):
        for name in ("directions", "directions_finished"):
            listed = row["properties"][name]
            assert set(listed) <= directions
            assert len(set(listed)) == len(listed)
    kinds = Counter(
        r["event_type"]
        for r in of_type("online_school", "click_pay_lessons", "click_confirm_payment")
    )
    assert kinds["click_confirm_payment"] < 0.9 * kinds["click_pay_lessons"]
    trouble = len(of_type("online_school", "click_technical_trouble")) / len(
        of_type("online_school", "click_start_lesson")
    )
    assert 0.02 < trouble < 0.12
    lessons = [json.loads(r["new"]) for r in rows(run.changes) if r["property"] == "directions"]
    assert all(len(set(x)) == len(x) for x in lessons)


def test_anonymous_people_become_known():
    """Before the first login no event has a user id; from then on every one has it, and the device links the two."""
    linked = 0
    for events in lives("online_school").values():
        known = False
        for row in events:
            known = known or row["event_type"] == "login"
            assert (row["user_id"] is not None) == known
        linked += known and events[0]["user_id"] is None
    assert linked > 50
