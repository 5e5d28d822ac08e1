"""Profiles of ids, counted by hand."""

from footfall.reports import report
from tests.stores import Rows, make_run, store_of_rows

MINUTE = 60_000


def _event(person, minute, user, device):
    return person, minute * MINUTE, 0, "Pune", "IN", "phone", None, user, device


def _identity(*events):
    rows = Rows(events=[_event(*event) for event in events])
    with store_of_rows(make_run(), rows) as store:
        return report(store, stages=False, cities=False, identity=True).identity


def _counts(identity):
    return {
        each.rule: (each.profiles, each.of_several, each.people_in_several, each.misplaced)
        for each in identity.rules
    }


def test_guests_go_to_who_is_known_on_their_device():
    """Without merging, a device is a profile of its own; both rules of vendors look back to its first user."""
    made = _identity(
        (1, 0, None, "d1"), (1, 1, "u1", "d1"), (1, 2, None, "d2"), (1, 3, "u1", "d2")
    )
    assert (made.people, made.events, made.users, made.devices) == (1, 4, 1, 2)
    assert _counts(made) == {"ids": (3, 0, 1, 0), "last": (1, 0, 0, 0), "first": (1, 0, 0, 0)}


def test_a_shared_device_mixes_people():
    """A guest on a device of others is taken for the last who was known on it, or for the first."""
    made = _identity(
        (1, 0, "u1", "d"),
        (1, 1, "u1", "d"),
        (2, 2, "u2", "d"),
        (2, 3, "u2", "d"),
        (1, 4, None, "d"),  # for the last rule of u2, for the first of u1
        (3, 5, None, "d"),
    )
    assert made.shared_devices == 1
    assert _counts(made) == {
        "ids": (3, 1, 1, 1),
        "last": (2, 1, 1, 2),
        "first": (2, 1, 0, 1),
    }
    assert made.misplaced_share(made.rules[1]) == 2 / 6


def test_two_accounts_are_two_profiles():
    """Whoever has two accounts is two users for every rule; a device that nobody is known on is one, too."""
    made = _identity(
        (1, 0, "u1", "d"), (1, 1, "u1-1", "d"), (2, 2, None, "e"), (3, 3, "u3", None)
    )
    assert _counts(made) == dict.fromkeys(("ids", "last", "first"), (4, 0, 1, 0))


def test_a_run_without_events():
    """Nobody is split and nothing is mixed."""
    made = _identity()
    assert _counts(made) == dict.fromkeys(("ids", "last", "first"), (0, 0, 0, 0))
    assert made.misplaced_share(made.rules[0]) == 0
    assert made.to_arrow().column_names[:2] == ["rule", "profiles"]
