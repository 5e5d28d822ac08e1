"""Columns of CSV are numbers only where these give back what is written; ids stay as they are written."""

import json

import pytest

from footfall.foreign.log_paths import is_log
from footfall.foreign.open_events import open_events
from footfall.foreign.roles import Named

LONG = ["81985529216486895001", "81985529216486895002", "81985529216486895003"]
PADDED = ["0031", "031", "31"]
FLOATS = ["4.10", "4.1", "4.0"]


def write(path, separator, columns):
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    path.write_text("".join(f"{separator.join(row)}\n" for row in rows))
    return path


def log(path, separator, **columns):
    """Write a log of three rows with some columns more."""
    times = [f"2026-03-02T08:00:0{n}Z" for n in range(3)]
    own = {"time": times, "action": ["open"] * 3}
    return write(
        path, separator, ({} if "uid" in columns else {"uid": list("abc")}) | own | columns
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ids", [LONG, PADDED, FLOATS])
def test_ids_stay_as_they_are_written(tmp_path, separator, ids):
    """Whatever the separator, long, padded and dotted ids of every role tell people and sessions apart."""
    roles = {"uid": ids, "device_id": ids, "session_id": ids, "event_id": ids}
    with open_events(log(tmp_path / "x.csv", separator, **roles)) as source:
        found = source.rows(
            "SELECT who, device_id, session_text, insert_id FROM e ORDER BY time_ms"
        )
        assert found == [(one,) * 4 for one in ids]
        assert "without the .0" not in source.taken


def test_a_column_named_as_ids(tmp_path):
    """Also a column that only an option names as ids is read as it is written."""
    path = log(tmp_path / "x.csv", ",", membre=FLOATS)
    with open_events(path, named=Named(user="membre")) as source:
        assert source.rows("SELECT count(DISTINCT who) FROM e") == [(3,)]


@pytest.mark.parametrize("separator", [",", ";"])
def test_texts_that_no_number_gives_back(tmp_path, separator):
    """Padded, signed and long digits stay texts, in the original too; numbers with a fraction are numbers."""
    texts = {
        "zip": PADDED,
        "phone": ["+331555", "+331556", "+49"],
        "order": LONG,
        "hash": ["1e5", "22", "7E9"],
    }
    path = log(tmp_path / "x.csv", separator, **texts, price=["12.50", "-3", "2.5e-07"])
    with open_events(path, is_whole=True) as source:
        ((types,), events) = (
            {source.properties["ep"][name] for name in texts},
            source.rows("SELECT event FROM e"),
        )
        assert (types, source.properties["ep"]["price"]) == ("VARCHAR", "DOUBLE")
    kept = [json.loads(event) for (event,) in events]
    assert {name: [event[name] for event in kept] for name in texts} == texts


def test_points_among_decimal_commas(tmp_path):
    """Beside decimal commas 1.234 is a thousand and more; without any comma in its column what was taken is said."""
    path = log(
        tmp_path / "x.csv",
        ";",
        price=["1.234", "2,5", "1.234.567,5"],
        km=["1.234", "12", "2.500"],
        t=["1.2"] * 3,
    )
    with open_events(path) as source:
        rows = source.rows("SELECT ep.price, ep.km FROM e ORDER BY time_ms")
        assert rows == [(1234.0, 1.234), (2.5, 12.0), (1_234_567.5, 2.5)]
        assert source.taken.endswith("; the point of km as a decimal one: 1.234 is not 1234")
    with open_events(log(tmp_path / "y.csv", ",", km=["1.234"] * 3)) as source:
        assert "decimal one" not in source.taken


@pytest.mark.parametrize(("separator", "is_one"), [(";", True), (",", False)])
def test_logs_with_days_first(tmp_path, separator, is_one):
    """A log is recognised by days that come first where these are read as times: among semicolons."""
    people = [f"g{n % 30:02}" for n in range(90)]
    rows = {"wann": ["02.03.2026 08:00"] * 90, "gast": people, "aktion": ["auf", "zu"] * 45}
    path = write(tmp_path / "x.csv", separator, rows)
    assert is_log(path, ("event",)) is is_one
