"""What steps do, seen in the events of small scenarios."""

import datetime as dt
from collections import Counter, defaultdict

import pytest

from footfall.scenario import loads
from footfall.units import DAY_MS
from tests.simulated import rows, simulated

HEAD = """\
footfall: 1
scenario: steps
calendar: {start: 2026-01-05, length: 20 days}
people:
  count: 200
  arrivals: {law: even}
  home: cities
  properties:
    n: {start: 0, type: integer}
    status: {start: null, values: [just here, gone]}
    tags: {of: tag, at_most: 2, start: []}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
  tag: {rows: [red, green, blue]}
  item: {columns: [sku, price: money], rows: [[a, 1.50], [b, 20], [c, 3.25]]}
stages: [visitor, one: {on: b}, two: {on: c, when: n >= 2}]
"""
EVENTS = """\
events:
  All:
    a: {properties: {n: n}}
    b: {}
    c: {}
    d: {}
    known: {identifies: true}
"""


def run(journeys, events=EVENTS, days=10, cuts=(), **options):
    return simulated(loads(HEAD + events + "journeys:\n" + journeys), days, cuts, **options)


def by_person(result, settled=True):
    """Return the events of each person who came early enough to have lived all of a short journey (or of all)."""
    limit = dt.datetime.fromtimestamp(result.model.start_ms / 1000, dt.UTC) + dt.timedelta(
        days=5
    )
    early = {
        row["person"] for row in rows(result.arrivals) if row["arrived"] < limit or not settled
    }
    found = defaultdict(list)
    for row in rows(result.events):
        if row["person"] in early:
            found[row["person"]].append(row)
    return found


def names(result):
    return {
        person: [row["event_type"] for row in events]
        for person, events in by_person(result).items()
    }


def test_steps_follow_each_other_in_order():
    """Events of a journey come in its order, and everybody who arrives lives it."""
    result = run("  life: {steps: [a, b: {after: 5 s}, c]}")
    assert set(map(tuple, names(result).values())) == {("a", "b", "c")}
    for events in by_person(result).values():
        gap = events[1]["time"] - events[0]["time"]
        assert gap == dt.timedelta(seconds=5)
        assert events[2]["time"] - events[1]["time"] == dt.timedelta(milliseconds=1)


def test_going_on_fails_and_the_visit_ends_but_life_goes_on():
    """`go on` gives up the visit; the repeat around it goes on with the next one."""
    result = run(
        """  life:
    steps:
      - repeat:
          named: visits
          at_most: 3
          come back after: 2 h
          steps: [a, {go on: 50%, named: stays}, b]
"""
    )
    for events in names(result).values():
        assert events.count("a") == 3
    assert (
        50 < sum(e.count("b") for e in names(result).values()) < 100
    )  # of 50 people's 150 visits, a half
    assert all(row["session_id"] is not None for row in rows(result.events))


def test_a_visit_is_a_session():
    """Each round of a repeat with `come back after` has a session of its own, named after its first event."""
    result = run(
        "  life: {steps: [repeat: {named: v, at_most: 2, come back after: 3 days, steps: [a, b: {after: 2 min}]}]}",
        days=18,
    )
    for events in by_person(result).values():
        sessions = [row["session_id"] for row in events]
        assert len(set(sessions)) == len(events) // 2
        for row in events:
            if row["event_type"] == "a":
                assert row["session_id"] == round(row["time"].timestamp() * 1000)


def test_retry_goes_back_at_most_so_often_an_entry():
    """`retry` repeats from the named step, with new draws, and then goes on."""
    result = run(
        """  life:
    steps:
      - a: {named: again}
      - either:
          named: bank
          options:
            - {named: ok, chance: 40%, steps: [b]}
            - {named: no, chance: rest, steps: [c, {retry: again, at_most: 2, after: 1 min}, d]}
"""
    )
    seen = Counter(map(tuple, names(result).values()))
    assert set(seen) == {
        ("a", "b"),
        ("a", "c", "a", "b"),
        ("a", "c", "a", "c", "a", "b"),
        ("a", "c", "a", "c", "a", "c", "d"),
    }


def test_later_runs_while_the_person_goes_on():
    """A later journey starts at its time, between the main one's events, with what it was handed; no slot, no run."""
    result = run(
        """  life:
    carries: {k: integer}
    steps:
      - set: {k: 7}
      - a
      - later: refund
        after: 10 s
        with: {amount: k}
      - later: refund
        named: second
        after: 20 s
        with: {amount: 1}
      - b: {after: 15 s}
      - c: {after: 1 h}
  refund:
    session: none
    carries: {amount: integer}
    steps: [{add: {n: amount}}, d]
"""
    )
    for events in by_person(result).values():
        assert [row["event_type"] for row in events] == ["a", "d", "b", "c"]
        assert events[1]["session_id"] is None
        assert events[1]["platform"] is None
        assert events[1]["user_properties"] == {"n": 7, "status": None, "tags": None}
    assert result.tallies.skipped == {("no free slot", "life/second"): 100}


def test_waits_in_a_session_are_cut_and_sessions_last():
    """`after` never exceeds 29 minutes, so a session does not break within a visit."""
    result = run("  life: {steps: [a, b: {after: 3 h}]}")
    for events in by_person(result).values():
        assert events[1]["time"] - events[0]["time"] == dt.timedelta(minutes=29)
        assert events[0]["session_id"] == events[1]["session_id"]


def test_people_are_anonymous_until_an_event_identifies_them():
    """`user_id` is null before, filled from then on; device and person stay."""
    result = run("  life: {steps: [a, known: {after: 5 s}, b: {after: 5 s}]}")
    arrivals = {row["person"]: row["user_id"] for row in rows(result.arrivals)}
    for person, events in by_person(result).items():
        assert [row["user_id"] for row in events] == [None, arrivals[person], arrivals[person]]
        assert len({row["device_id"] for row in events}) == 1


@pytest.mark.parametrize("n", [1, 4, 8])
def test_people_have_as_many_devices_as_is_said(n):
    """Up to eight: each keeps its platform, and who comes often uses them all; stages rise as ever."""
    devices = f"""devices:
  per_person: {{{n}: 1}}
  kinds: {{columns: [platform, os_name], rows: [[phone, iOS], [web, Linux]]}}
"""
    journeys = "  life: {steps: [{repeat: {steps: [b], at_most: 60, come back after: 2 h}}]}\n"
    result = simulated(loads(HEAD + devices + EVENTS + "journeys:\n" + journeys), 15)
    found = set()
    for events in by_person(result).values():
        platforms = {(row["device_id"], row["platform"]) for row in events}
        assert len(platforms) == len({device for device, _ in platforms}) <= n
        assert {row["stage"] for row in events[1:]} == {"one"}
        found.add(len(platforms))
    assert max(found) == n


def test_outside_sessions_a_guest_is_known_by_the_last_device():
    """Without a session there is no platform; guests keep the device of the last visit, others have none."""
    devices = """devices:
  per_person: {3: 1}
  kinds: {columns: [platform, os_name], rows: [[phone, iOS], [web, Linux]]}
"""
    journeys = """  life:
    steps: [{later: refund, after: 5 days}, a, {come back after: 1 day}, b, {maybe: 50%, steps: [known]}]
  refund: {session: none, steps: [d]}
"""
    result = simulated(loads(HEAD + devices + EVENTS + "journeys:\n" + journeys), 15)
    switched, guests = 0, 0
    for events in by_person(result).values():
        last = events[-1]
        assert (last["event_type"], last["session_id"], last["platform"], last["os_name"]) == (
            ("d", None, None, None)
        )
        is_guest = len(events) == 3
        guests += is_guest
        switched += is_guest and events[0]["device_id"] != events[1]["device_id"]
        assert last["device_id"] == (events[1]["device_id"] if is_guest else None)
        assert (last["user_id"] is None) == is_guest
    assert min(switched, guests - switched, len(by_person(result)) - guests) > 5


def test_stages_are_reached_by_their_events_and_never_fall():
    """A stage is reached at its event when its condition holds, after the event's own changes."""
    result = run(
        "  life: {steps: [a, c: {named: early}, b: {after: 5 s}, c: {set: {n: 2}}, a: {named: last}]}"
    )
    for events in by_person(result).values():
        assert [row["stage"] for row in events] == ["visitor", "visitor", "one", "two", "two"]
    reached = [
        (r["old"], r["new"])
        for r in rows(result.changes)
        if r["property"] == "stage" and r["person"] == 0
    ]
    assert reached == [('"visitor"', '"one"'), ('"one"', '"two"')]


def test_changes_belong_to_the_event_of_the_same_instant():
    """A `set` after an event goes with it; one in an event goes with that; one between waits belongs to none."""
    result = run(
        """  life:
    steps:
      - a
      - set: {status: just here}
      - wait: 10 s
      - add: {n: 1}
      - wait: 10 s
        named: second wait
      - b
      - c: {set: {status: gone}}
"""
    )
    ids = {row["insert_id"]: row["event_type"] for row in rows(result.events)}
    found = {
        (r["property"], r["new"], ids.get(r["insert_id"]))
        for r in rows(result.changes)
        if r["property"] != "stage"
    }
    assert found == {
        ("status", '"just here"', "a"),
        ("n", "1", None),
        ("status", '"gone"', "c"),
    }
    for events in by_person(result).values():
        assert events[0]["changed"] == ["n", "status", "tags"]
        assert events[0]["user_properties"] == {"n": 0, "status": "just here", "tags": []}
        assert events[1]["changed"] is None
        assert (events[2]["changed"], events[2]["user_properties"]["status"]) == (
            ["status"],
            "gone",
        )


def test_lists_hold_so_much_and_lose_what_is_removed():
    """Appending to a full list changes nothing and is counted; removing takes out the first equal element, or all."""
    result = run(
        """  life:
    steps:
      - pick: {t: {from: tag, where: {tag: "'red'"}}}
      - append: {tags: t}
      - a
      - append: {tags: t}
      - append: {tags: t}
      - b: {after: 5 s}
      - remove: {tags: t}
      - c: {after: 5 s, named: fewer}
      - remove: {tags: all}
""",
        days=5,
    )
    lists = [
        r["new"] for r in rows(result.changes) if r["property"] == "tags" and r["person"] == 0
    ]
    assert lists == ['["red"]', '["red","red"]', '["red"]', "[]"]
    assert result.tallies.skipped["list full", "life/tags"] == 50


def test_records_in_a_list_are_emitted_with_the_columns_of_their_rows():
    """A cart is a list of records: sums work on it, an element can be picked and removed, events carry its lines."""
    events = """\
events:
  All:
    a:
      properties: {cart: cart, total: sum(cart.quantity * cart.item.price), lines: count(cart)}
      revenue: sum(cart.quantity * cart.item.price)
    b: {properties: {cart: cart}}
    c: {}
    d: {}
"""
    result = run(
        """  life:
    carries: {cart: {of: {item: item, quantity: integer}, at_most: 4}}
    steps:
      - pick: {item: {from: item, where: {sku: "'a'"}}}
      - append: {cart: {item: item, quantity: 3}}
      - pick: {item: {from: item, where: {sku: "'b'"}}}
        named: other
      - append: {cart: {item: item, quantity: 1}}
      - a
      - pick: {line: {from: cart}}
      - remove: {cart: line}
      - b: {after: 5 s}
""",
        events,
        days=5,
    )
    for events_ in by_person(result).values():
        properties = events_[0]["event_properties"]
        assert [(i["sku"], str(i["price"]), i["quantity"]) for i in properties["cart"]] == [
            ("a", "1.50", 3),
            ("b", "20.00", 1),
        ]
        assert (str(properties["total"]), properties["lines"], str(events_[0]["revenue"])) == (
            "24.50",
            2,
            "24.50",
        )
        assert events_[0]["currency"] == "USD"
        assert len(events_[1]["event_properties"]["cart"]) == 1
    left = Counter(
        e[1]["event_properties"]["cart"][0]["sku"] for e in by_person(result).values()
    )
    assert set(left) == {"a", "b"}


def test_journeys_forget_their_variables_at_each_entry():
    """What a journey carries is null again when it is entered anew; the visit of an outer one keeps what it has."""
    events = EVENTS.replace("b: {}", "b: {properties: {k: k}}")
    result = run(
        """  life:
    steps: [repeat: {named: v, at_most: 2, come back after: 1 h, steps: [do: inner]}]
  inner:
    carries: {k: integer}
    steps: [b: {named: before}, {add: {k: 5}}, b: {named: after, after: 5 s}]
""",
        events,
    )
    values = [
        [row["event_properties"]["k"] for row in events_]
        for events_ in by_person(result).values()
    ]
    assert [None, 5, None, 5] in values
    assert all(v == [None, 5, None, 5][: len(v)] for v in values)


def test_a_booked_moment_is_kept():
    """`later … at: local(1, 18)` happens at six in the evening of the next day, by the person's own clock."""
    result = run(
        "  life: {steps: [a, {later: lesson, at: 'local(1, 18)'}]}\n  lesson: {steps: [b]}\n"
    )
    seen = 0
    for events in by_person(result).values():
        if len(events) == 2:
            booked, held = (
                row["time"] + dt.timedelta(hours=1) for row in events
            )  # Paris in January
            assert (held.hour, held.minute) == (18, 0)
            assert (held.date() - booked.date()).days == 1
            seen += 1
    assert seen == 50


def test_ids_keep_their_beginning_when_they_are_handed_on():
    """An id drawn in one journey and handed to a later one is written the same by both, in whatever windows."""
    events = EVENTS.replace(
        "a: {properties: {n: n}}", "a: {properties: {order: order}}"
    ).replace("d: {}", "d: {properties: {order: order}}")
    text = """  life:
    carries: {order: {type: id}}
    steps: [{set: {order: "id('order')"}}, a, {later: refund, after: 30 h, with: {order: order}}]
  refund:
    session: none
    carries: {order: {type: id}}
    steps: [d]
"""
    whole, parts = run(text, events), run(text, events, cuts=[0.5, 1, 1.5, 2, 3, 4, 5, 6, 7])
    for result in (whole, parts):
        for events_ in by_person(result).values():
            first, second = (row["event_properties"]["order"] for row in events_)
            assert first == second
            assert first.startswith("order-")


def test_those_already_here_make_no_burst_on_the_first_day():
    """People who came before the start go on with their lives: the first day has as many visits as any other."""
    text = HEAD.replace(
        "count: 200", "count: 2000\n  already_here: {share: 60%, over: 60 days}"
    )
    text = text.replace("length: 20 days", "length: 40 days") + EVENTS
    text += "journeys:\n  life: {steps: [repeat: {named: v, leave: 0%, come back after: about 2 days, steps: [a]}]}\n"
    result = simulated(loads(text), 12)
    days = Counter(row["time"].date() for row in rows(result.events.select(["time"])))
    visits = [count for _, count in sorted(days.items())][1:-1]
    here = result.arrivals.num_rows
    assert max(visits) / min(visits) < 1.35, visits
    assert here > 1200
    first = min(row["arrived"] for row in rows(result.arrivals.select(["arrived"])))
    assert first < dt.datetime(2025, 11, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize("seed", [1, 2])
def test_one_person_can_be_looked_up_without_the_others(seed):
    """Simulating one person alone gives that person's events of the full run."""
    from footfall.compiler import compile_scenario
    from footfall.scenario import load_shipped
    from footfall.sim import Simulation

    model = compile_scenario(load_shipped("ecommerce"), people=200, seed=seed)
    whole = by_person(simulated(model, 10), settled=False)
    end = model.start_ms + 10 * DAY_MS
    for person in (0, 17, 61):
        alone = Simulation(model, "run", person, person + 1, end).advance(end)
        assert rows(alone.events) == whole.get(person, [])


def test_a_pick_that_finds_nothing_leaves_null_and_is_counted():
    """No row with that price, and no element of an empty list: nulls, counted by the address of the pick."""
    result = run(
        """
  life:
    carries: {price: money, taken: item, label: tag}
    steps:
      - set: {price: "1.5 if person // 2 * 2 == person else 2"}
      - pick: {taken: {from: item, where: {price: price}}, label: {from: tags}}
      - a
""",
        EVENTS.replace("{n: n}", "{n: n, sku: taken.sku, label: label}"),
    )
    reached = result.arrivals.num_rows
    odd = sum(person % 2 for person in result.arrivals["person"].to_pylist())
    assert result.tallies.skipped == {
        ("list empty", "life/label"): reached,
        ("no row", "life/taken"): odd,
    }
    assert {
        (row["person"] % 2, row["event_properties"]["sku"], row["event_properties"]["label"])
        for row in rows(result.events)
    } == {(0, "a", None), (1, None, None)}


PENDING = """
  life:
    steps:
      - {later: first, after: 1 h}
      - {later: second, after: 2 h}
      - a
      - STEP
      - b: {after: 1 s}
  first: {session: none, steps: [c]}
  second: {session: none, steps: [d]}
"""


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("cancel: first", "abd"),
        ("cancel: [first, second]", "ab"),
        ("cancel: all", "ab"),
        ("{cancel: all, when: n == 1}", "abcd"),
        ("{leave: for good, when: n == 0}", "a"),
        ("{leave: for good, keep: first, when: n == 0}", "ac"),
        ("{leave: for good, keep: [first, second], when: n == 0}", "acd"),
        ("{leave: for good, keep: all, when: n == 0}", "acd"),
        ("{leave: visit, when: n == 0}", "acd"),
        ("go on: n * 1.0", "acd"),
    ],
)
def test_what_is_pending_goes_on_unless_it_is_cancelled(step, left):
    """`cancel` ends what it names, `leave: for good` all that it does not keep; a visit that is left, nothing pending.

    Outside of a repeat that comes back, a visit that is left is the life: the person does nothing more by themselves.
    """
    for events in by_person(run(PENDING.replace("STEP", step))).values():
        assert "".join(row["event_type"] for row in events) == left


def test_cancelling_frees_the_slot():
    """What is cancelled can be planned anew, and happens once, at its new time."""
    result = run("""
  life:
    steps: [a, {later: first, after: 1 h}, {cancel: first}, {later: first, after: 2 h, named: again}]
  first: {session: none, steps: [c]}
""")
    for first, later in by_person(result).values():
        assert (first["event_type"], later["event_type"]) == ("a", "c")
        assert later["time"] - first["time"] == dt.timedelta(hours=2)
    assert result.tallies.skipped == {}


def test_leaving_for_good_in_a_later_journey_ends_the_life_and_what_is_pending():
    """Neither the next visit nor another later journey comes, but the one that is kept."""
    result = run("""
  life:
    steps:
      - {later: first, after: 1 h}
      - {later: second, after: 2 h}
      - {later: third, after: 3 h}
      - a
      - come back after: 12 h
      - b
  first: {session: none, steps: [c, {leave: for good, keep: third}]}
  second: {session: none, steps: [d]}
  third: {session: none, steps: [known]}
""")
    for events in by_person(result).values():
        assert [row["event_type"] for row in events] == ["a", "c", "known"]


def test_leaving_a_visit_of_a_later_journey_ends_that_journey_alone():
    """The life that it runs beside goes on."""
    result = run("""
  life: {steps: [{later: first, after: 1 h}, a, {come back after: 12 h}, b]}
  first: {session: none, steps: [c, {leave: visit, when: n == 0}, d]}
""")
    for events in by_person(result).values():
        assert [row["event_type"] for row in events] == ["a", "c", "b"]


def test_an_event_shows_what_it_changes_as_it_is_after_it_and_before_says_what_was():
    """Of numbers, texts, lists, rows and the stage; a change in a step of its own is before the event."""
    shown = """{n: n, was: before(n), more: before(n + 1) * 10, had: before(count(tags)), has: count(tags),
        status: status, old: before(status), sku: before(taken.sku), stood: before(stage), stands: stage}"""
    result = run(
        """
  life:
    carries: {taken: item}
    steps:
      - add: {n: 2}
      - pick: tag
      - a: {add: {n: 1}, append: {tags: tag}, set: {status: just here}}
      - pick: {taken: {from: item, where: {sku: "'b'"}}}
      - a: {set: {status: gone, n: 5}, remove: {tags: all}, named: again}
      - b: {set: {n: 7}}
""",
        EVENTS.replace("a: {properties: {n: n}}", f"a: {{properties: {shown}}}").replace(
            "b: {}",
            "b: {properties: {n: n, stood: before(stage), stands: stage, was: before(n)}}",
        ),
    )
    names = ("n", "was", "more", "had", "has", "status", "old", "sku", "stood", "stands")
    for events in by_person(result).values():
        assert [[row["event_properties"][name] for name in names] for row in events] == [
            [3, 2, 30, 0, 1, "just here", None, None, "visitor", "visitor"],
            [5, 3, 40, 1, 0, "gone", "just here", "b", "visitor", "visitor"],
            [7, 5, None, None, None, None, None, None, "visitor", "one"],
        ]
