"""Who is known by what: sign-in per device, signing out, further accounts."""

from collections import defaultdict

import pytest

from footfall.errors import ScenarioError
from tests.simulated import rows, same, simulated
from tests.small_scenarios import small

EVENTS = """
  Site:
    Seen: {}
    In: {identifies: true}
    New: {new_account: true}
    Out: {signs_out: true}
"""
KINDS = "kinds: {columns: [platform, os_name], rows: [[phone, iOS]]}"


def lives(*steps, devices="", people=400, **options):
    """Return per person their events in order, as (type, user, device)."""
    body = "".join(f"\n            - {step}" for step in steps)
    journeys = f"""
  life:
    steps:
      - repeat:
          named: visit
          at_most: 6
          come back after: about 9 h
          steps:{body}
"""
    more = {"devices": f"{{{devices}, {KINDS}}}"} if devices else {}
    scenario = small(
        people=f"{{count: {people}, home: cities, properties: {{plan: {{pick: [free, pro]}}}}}}",
        events=EVENTS,
        stages="[visitor]",
        journeys=journeys,
        **more,
    )
    run = simulated(scenario, **options)
    found = defaultdict(list)
    for row in rows(run.events):
        found[row["person"]].append((row["event_type"], row["user_id"], row["device_id"]))
    return run, found


def test_whoever_signs_out_is_unknown_until_they_sign_in():
    """The event of signing out has the user's id yet, what follows has none, also in later visits."""
    _, found = lives(
        "{when: not known, maybe: 40%, steps: [In]}",
        "Seen",
        "{when: known, maybe: 30%, steps: [Out]}",
    )
    n_unknown_again = 0
    for events in found.values():
        is_known = False
        for kind, user, _ in events:
            is_known = is_known or kind == "In"
            assert (user is not None) == is_known
            n_unknown_again += kind == "Out"
            is_known = is_known and kind != "Out"
    assert n_unknown_again > 100


def test_each_device_needs_a_sign_in_of_its_own():
    """With `sign_in: each` somebody is known on the devices on which they have signed in, and on no other."""
    steps = (
        "Seen",
        "{when: not known, maybe: 50%, steps: [In]}",
        "{when: known, maybe: 20%, steps: [Out]}",
    )
    _, found = lives(*steps, devices="per_person: {3: 1}, sign_in: each")
    n_unknown_elsewhere = 0
    for events in found.values():
        signed_in = set()
        for kind, user, device in events:
            if kind == "In":
                signed_in.add(device)
            assert (user is not None) == (device in signed_in)
            n_unknown_elsewhere += bool(signed_in) and device not in signed_in
            if kind == "Out":
                signed_in.remove(device)
    assert n_unknown_elsewhere > 100


def test_once_is_for_all_devices():
    """By default who has signed in on one device is known on all."""
    _, found = lives(
        "Seen", "{when: not known, maybe: 50%, steps: [In]}", devices="per_person: {3: 1}"
    )
    for events in found.values():
        kinds = [kind for kind, *_ in events]
        first = kinds.index("In") if "In" in kinds else len(kinds)
        assert [user is None for _, user, _ in events] == [n < first for n in range(len(kinds))]


def test_a_further_account_is_another_user_of_the_same_person():
    """A new account has the id of the first and a number; there are three at most."""
    _, found = lives("{maybe: 60%, steps: [New]}", "Seen")
    n_third = 0
    for events in found.values():
        n, first = 0, None
        for kind, user, _ in events:
            if kind == "New":
                n = min(n + 1, 3)
                first = first or user
            assert user == (None if n == 0 else first if n == 1 else f"{first}-{n - 1}")
            n_third += n == 3
    assert n_third > 100


def test_a_further_account_is_told_all_properties():
    """The event that opens an account carries all properties of the person, as their first event does."""
    run, _ = lives("{maybe: 60%, steps: [New]}", "Seen", people=50)
    users = defaultdict(list)
    for row in rows(run.events):
        users[row["user_id"]].append(row)
    told = [
        events[0]["user_properties"]
        for user, events in users.items()
        if user and user.endswith(("-1", "-2"))
    ]
    assert told
    assert all(properties["plan"] in ("free", "pro") for properties in told)


def test_signing_in_again_is_by_the_latest_account():
    """Whoever signs out and in is known by the account that they opened last."""
    steps = (
        "{when: not known, maybe: 100%, steps: [In]}",
        "{maybe: 50%, steps: [New]}",
        "Seen",
        "Out",
    )
    _, found = lives(*steps)
    for events in found.values():
        latest = None
        for kind, user, _ in events:
            if kind == "In":
                assert latest is None or user == latest
            latest = user or latest


def test_what_happens_outside_of_visits_is_known_by_the_account():
    """A mail goes to an account, whether its owner is signed in or not."""
    scenario = small(
        events="{Site: {In: {identifies: true}, Out: {signs_out: true}, Mailed: {}}}",
        stages="[visitor]",
        journeys="""
  life: {steps: [In, Out, {later: mail, after: 2 h}]}
  mail: {session: none, steps: [Mailed]}
""",
    )
    mailed = [row for row in rows(simulated(scenario).events) if row["event_type"] == "Mailed"]
    assert mailed
    assert all(row["user_id"] and row["device_id"] is None for row in mailed)


def test_windows_and_groups_change_nothing():
    """Who is known by what depends on no window."""
    steps = (
        "Seen",
        "{when: not known, maybe: 50%, steps: [In]}",
        "{maybe: 20%, steps: [New]}",
        "{when: known, maybe: 20%, steps: [Out]}",
    )
    devices = "per_person: {1: 1, 3: 1}, sign_in: each"
    same(
        lives(*steps, devices=devices)[0],
        lives(*steps, devices=devices, cuts=(0.4, 1, 3.3), group=130)[0],
    )


def test_an_event_signs_in_or_out():
    """An event that does both is refused."""
    with pytest.raises(ScenarioError, match="signs_out"):
        small(events="{Buying: {Seen: {identifies: true, signs_out: true}, Paid: {}}}")
