"""Keys that were received before: found by their digests, in memory and in a file that is opened again."""

import random

import pytest

from footfall.receiver import seen_keys as module
from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.seen_keys import SeenKeys, digests_of


def test_it_is_a_set(monkeypatch):
    """Whatever is added in whatever portions: what is in a set of the keys is known, and nothing else."""
    monkeypatch.setattr(module, "MOST_MERGED", 300)
    chance, truth, known = random.Random(3), set(), SeenKeys()
    for _ in range(200):
        asked = [f"w/{chance.randrange(20_000)}" for _ in range(chance.randrange(60))]
        digests = digests_of(asked, 1)
        found = known.has(digests, 1)
        assert found.tolist() == [key in truth for key in asked]
        known.add(digests[:, ~found], 1)
        truth |= set(asked)


def test_it_forgets():
    """So long after it came, and not before; then it can come again."""
    known = SeenKeys(keep_ms=1000)
    one = digests_of(["a"], 5000)
    known.add(one, 5000)
    known.add(digests_of(map(str, range(100)), 5500), 5500)
    assert [bool(known.has(one, now)[0]) for now in (5000, 6000, 6001)] == [True, True, False]
    known.add(digests_of(["a"], 7000), 7000)
    assert known.has(one, 8000).tolist() == [True]


@pytest.fixture
def event_store(tmp_path):
    made = DuckDBEventStore(tmp_path / "r.duckdb")
    made.open()
    yield made
    made.close()


def test_a_file_that_is_opened_again_knows_its_keys(event_store):
    """Digests that DuckDB makes of stored keys are those made here."""
    with event_store.transaction():
        assert event_store.add_keys({"w/1": None, "a/ü/2": None, "m/3": "digest"}, 5) == {
            "w/1",
            "a/ü/2",
            "m/3",
        }
    event_store.open()
    with event_store.transaction():
        assert event_store.add_keys(
            {"w/1": None, "a/ü/2": None, "m/3": "other", "w/4": None}, 6
        ) == {"w/4"}
        assert event_store.digests(["m/3"]) == {"m/3": "digest"}


def test_a_transaction_that_fails_leaves_nothing_known(event_store):
    """Neither in memory nor in the file: what comes again is new."""

    def fail():
        with event_store.transaction():
            event_store.add_keys({"w/1": None}, 5)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    with event_store.transaction():
        assert event_store.add_keys({"w/1": None, "w/2": None}, 6) == {"w/1", "w/2"}
        event_store.remove_keys(["w/2"])
    with event_store.transaction():
        assert event_store.add_keys({"w/1": None, "w/2": None}, 7) == {"w/2"}
    assert event_store.run("SELECT key, seen FROM known ORDER BY seen") == [
        ("w/1", 6),
        ("w/2", 7),
    ]


def test_what_rests_is_out_of_memory(monkeypatch, tmp_path):
    """Levels that are merged no more lie in a file without a name, with their filters; they are known as before."""
    monkeypatch.setattr(module, "MOST_MERGED", 64)
    known = SeenKeys(keep_ms=1000, folder=tmp_path)
    keys = [f"w/{number}" for number in range(1000)]
    for first in range(0, 1000, 50):
        known.add(digests_of(keys[first : first + 50], first), first)
    assert (in_memory := sum(level.shape[1] for level in known._levels)) < 200
    assert len(known._resting._map) >= (24 + 1) * (1000 - in_memory)
    assert list(tmp_path.iterdir()) == []
    assert known.has(digests_of(keys, 0), 1000).all()
    assert not known.has(digests_of([f"x/{number}" for number in range(1000)], 0), 1000).any()
    assert known.has(digests_of(keys, 0), 1500).tolist() == [n >= 500 for n in range(1000)]


def test_without_room_for_a_file(monkeypatch, tmp_path):
    """Where the file cannot be made or written, keys stay in memory and are known."""
    monkeypatch.setattr(module, "MOST_MERGED", 64)
    known = SeenKeys(folder=tmp_path / "nowhere")
    digests = digests_of(map(str, range(500)), 1)
    for first in range(0, 500, 50):
        known.add(digests[:, first : first + 50], 1)
    assert known.has(digests, 1).all()
