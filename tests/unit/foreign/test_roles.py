"""Columns of logs are recognised by name and content, and otherwise asked for."""

import pytest

from footfall.errors import UsageError
from footfall.foreign.role_contents import Sampled
from footfall.foreign.roles import Named, recognise

N = 40
TIMES = [str(1_700_000_000 + 60 * n) for n in range(N)]
PEOPLE = [str(n % 7) for n in range(N)]
TYPES = [("open", "read", "close")[n % 3] for n in range(N)]


def columns(**texts):
    return {name: Sampled("VARCHAR", values) for name, values in texts.items()}


@pytest.mark.parametrize(
    ("user", "time", "type_"),
    [
        ("personId", "timestamp", "eventType"),
        ("visitorid", "ts", "event"),
        ("student_Id", "start_time", "activity"),
        ("src", "unixts", "type"),
        ("User ID", "Created At", "Action"),
        ("actor.id", "context.timestamp", "verb"),
    ],
)
def test_by_name(user, time, type_):
    """Names mean their role in whatever case and with whatever signs; the other columns are properties."""
    found = recognise(
        "log", columns(**{"extra": PEOPLE, type_: TYPES, user: PEOPLE, time: TIMES}), Named()
    )
    assert found.columns == {"user": user, "time": time, "type": type_}
    assert (found.properties, found.unit) == (("extra",), "s")


def test_all_units_of_times_are_said():
    """The most frequent first: each number is read by its size."""
    times = [
        *TIMES[:20],
        *(f"{time}000" for time in TIMES[20:35]),
        *(f"{t}000000" for t in TIMES[35:]),
    ]
    found = recognise("log", columns(user=PEOPLE, ts=times, type=TYPES), Named())
    assert "time ts (seconds, milliseconds or microseconds since 1970)" in found.sentence()


def test_by_content():
    """A column is a time by its values, and a type by few words that come again and again."""
    people = [f"u{n % 21}" for n in range(2100)]
    found = recognise(
        "log",
        columns(
            a=[str(1_700_000_000_000 + n) for n in range(2100)],
            b=[TYPES[n % 3] for n in range(2100)],
            c=people,
        ),
        Named(),
    )
    assert found.columns == {"user": "c", "time": "a", "type": "b"}
    assert found.unit == "ms"


def test_a_name_without_the_content_is_none():
    """What is called `time` and holds minutes since the beginning is a property."""
    minutes = [str(n) for n in range(N)]
    found = recognise(
        "log", columns(user_id=PEOPLE, time=minutes, at=TIMES, event=TYPES), Named()
    )
    assert (found.columns["time"], found.properties) == ("at", ("time",))


def test_what_is_not_recognised_is_asked_for():
    """All that is missing is told at once, with the columns that are there and the options that name them."""
    with pytest.raises(UsageError) as error:
        recognise("log.csv", columns(a=PEOPLE, b=[str(n) for n in range(N)]), Named())
    told = str(error.value)
    assert "the time is not recognised; --time COLUMN names it" in told
    assert "the event type is not recognised; --type COLUMN names it" in told
    assert "it has: a, b\n" in told


def test_two_columns_of_one_name():
    """Where two columns mean the same equally well, neither is taken."""
    with pytest.raises(
        UsageError, match="the person could be userId or user_id; --user COLUMN"
    ):
        recognise(
            "log", columns(userId=PEOPLE, user_id=PEOPLE, time=TIMES, event=TYPES), Named()
        )


def test_named_columns():
    """What somebody names is taken, whatever it is called; a name that is not there is told."""
    shown = columns(x=PEOPLE, y=TIMES, z=TYPES, user_id=PEOPLE)
    found = recognise("log", shown, Named(user="x", time="y", type="z"))
    assert found.columns == {"user": "x", "time": "y", "type": "z"}
    assert found.properties == ("user_id",)
    with pytest.raises(UsageError, match='--user "nobody": there is no such column'):
        recognise("log", shown, Named(user="nobody", time="y", type="z"))
    with pytest.raises(UsageError, match='--time "z" holds "open", "read": times like these'):
        recognise("log", shown, Named(user="x", time="z", type="z"))


def test_sessions_are_of_one_person():
    """A column that is called session and that many share numbers something else: it is a property, and said."""
    lessons = [str(n // 10) for n in range(N)]
    found = recognise(
        "log", columns(user_id=PEOPLE, session=lessons, time=TIMES, event=TYPES), Named()
    )
    assert ("session" in found.columns, found.properties) == (False, ("session",))
    assert "session is shared by several people" in found.sentence()
    visits = [f"{PEOPLE[n]}-{n // 10}" for n in range(N)]
    found = recognise(
        "log", columns(user_id=PEOPLE, session=visits, time=TIMES, event=TYPES), Named()
    )
    assert found.columns["session"] == "session"


def test_ids_differ():
    """A column that is called id is the event's only where no two rows share a value."""
    ids = [f"e{n}" for n in range(N)]
    shown = columns(user_id=PEOPLE, time=TIMES, event=TYPES, id=ids)
    assert recognise("log", shown, Named()).columns["id"] == "id"
    shown["id"] = Sampled("VARCHAR", ["e0", *ids[:-1]])
    assert "id" not in recognise("log", shown, Named()).columns


def test_the_sentence():
    """What was taken for what is said in one line, with the unit or zone that was taken for granted."""
    found = recognise(
        "log", columns(personId=PEOPLE, ts=TIMES, event=TYPES, price=PEOPLE), Named()
    )
    assert found.sentence() == (
        "read as: user personId; time ts (seconds since 1970); type event; properties price"
    )
    naive = [f"2026-01-05 10:{n:02}:00" for n in range(N)]
    found = recognise("log", columns(user=PEOPLE, ts=naive, event=TYPES), Named())
    assert "time ts (UTC; it names no zone, --zone says another)" in found.sentence()
    zoned = recognise(
        "log", columns(user=PEOPLE, ts=naive, event=TYPES), Named(zone="Asia/Tokyo")
    )
    assert "time ts (Asia/Tokyo; it names no zone)" in zoned.sentence()


def test_times_that_are_not_read_have_a_way_out():
    """Of times in another form the hint says how to write them, and names no option that was just given."""
    shown = columns(user=PEOPLE, at=[f"03/04/2026 {n % 24}:00" for n in range(N)], event=TYPES)
    for named in (Named(), Named(time="at")):
        with pytest.raises(UsageError) as error:
            recognise("log.csv", shown, named)
        assert "hint: rewrite the column as 2026-01-31 10:00" in str(error.value)
        assert "--time COLUMN" not in str(error.value)
