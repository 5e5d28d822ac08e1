"""What is to be stored about people: what has changed, and only that."""

from footfall.receiver import profiles as module
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


def test_ids_that_are_one_persons():
    """What was true of another id becomes the user's, and what is said of it later too."""
    profiles = PeopleProperties()
    said(profiles, "old", None, a=1, b=1)
    profiles.apply(Update("ann", None, {"$set": {"b": 2}}, others=("old",)))
    assert profiles.of("u/ann") == {"a": 1, "b": 2}
    assert profiles.of("u/old") == {}
    said(profiles, "old", None, c=3)
    assert profiles.of("u/ann") == {"a": 1, "b": 2, "c": 3}


def test_who_is_known_keeps_the_id():
    """Where either id may be the known one, the one with properties is; else the one that the event names."""
    for known, named, other in (("ann", "old", "ann"), ("ann", "ann", "old")):
        profiles = PeopleProperties()
        said(profiles, known, None, a=1)
        profiles.apply(Update(named, None, {}, others=(other,), is_mutual=True))
        assert profiles.of(f"u/{known}") == {"a": 1}


def test_a_device_that_is_called_like_a_user():
    """A device takes nothing from a user of the same name."""
    profiles = PeopleProperties()
    said(profiles, "ann", None, a=1)
    said(profiles, "bob", "ann", b=1)
    assert (profiles.of("u/ann"), profiles.of("u/bob")) == ({"a": 1}, {"b": 1})


def test_groups():
    """Properties of groups are kept apart from people's."""
    profiles = PeopleProperties()
    profiles.apply(Update(None, None, {"$set": {"size": 5}}, groups=("org/acme", "org/sub")))
    assert profiles.changed() == (
        {"g/org/acme": '{"size":5}', "g/org/sub": '{"size":5}'},
        {},
    )


def test_most_are_in_a_file(monkeypatch, tmp_path):
    """However many come, few are in memory, and what is known of the others is known as before."""
    monkeypatch.setattr(module, "MOST_CACHED", 10)
    profiles = PeopleProperties(folder=tmp_path)
    for number in range(100):
        assert said(profiles, str(number), f"device {number}", n=number) == (
            {f"u/{number}": f'{{"n":{number}}}'},
            {f"device {number}": str(number)},
        )
        profiles.keep()
    assert len(profiles._profiles) == len(profiles._links) == 10
    assert list(tmp_path.iterdir()) == []
    assert said(profiles, "3", "device 3", n=3) == ({}, {})
    assert said(profiles, None, "device 3", a=1) == ({"u/3": '{"n":3,"a":1}'}, {})
    assert profiles.of("u/50") == {"n": 50}


def test_what_was_not_stored_is_undone():
    """After a transaction that failed, people are what they were before it."""
    profiles = PeopleProperties([("u/1", '{"n":1}')], [("device", "1")])
    said(profiles, "1", "other", n=2)
    said(profiles, "2", "device", n=3)
    profiles.undo()
    assert (profiles.of("u/1"), profiles.of("u/2")) == ({"n": 1}, {})
    assert said(profiles, "1", "other") == ({}, {"other": "1"})
