"""What is to be stored about people: what has changed, and only that."""

from footfall.receiver.intake import Update
from footfall.receiver.profiles import PeopleProperties


def said(profiles, user, device, **values):
    profiles.apply(Update(user, device, {"$set": values}))
    return profiles.changed()


def test_what_is_said_again_is_not_stored_again():
    """The same values again change nothing; others do, also those that only Python takes for the same."""
    profiles = PeopleProperties()
    assert said(profiles, "1", None, n=1, a="x") == ({"u/1": '{"n":1,"a":"x"}'}, {})
    assert said(profiles, "1", None, n=1, a="x") == ({}, {})
    assert said(profiles, "1", None, n=True) == ({"u/1": '{"n":true,"a":"x"}'}, {})
    assert said(profiles, "1", None, n=1) == ({"u/1": '{"n":1,"a":"x"}'}, {})


def test_what_was_stored_before():
    """What a store gave back is stored already."""
    profiles = PeopleProperties([("u/1", '{"n":1}')], [("device", "1")])
    assert said(profiles, "1", "device", n=1) == ({}, {})
    assert said(profiles, "1", "device", n=2) == ({"u/1": '{"n":2}'}, {})


def test_a_device_that_becomes_a_user():
    """The device's profile is gone once, and the user's from then on."""
    profiles = PeopleProperties()
    assert said(profiles, None, "device", n=1) == ({"d/device": '{"n":1}'}, {})
    assert said(profiles, "1", "device") == (
        {"d/device": None, "u/1": '{"n":1}'},
        {"device": "1"},
    )
    assert said(profiles, "1", "device") == ({}, {})
    assert said(profiles, None, "device", n=2) == ({"u/1": '{"n":2}'}, {})
