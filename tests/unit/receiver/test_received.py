"""Who shares a transaction with whom."""

import threading
import time
from contextlib import contextmanager

import pytest

from footfall.net.clock import SystemClock
from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.received import EventWriter
from footfall.receiver.webhook import take


class Held(DuckDBEventStore):
    """Notes how many events each transaction has, and can be made to wait inside of one."""

    def __init__(self, path):
        super().__init__(path)
        self.sizes, self.free, self.inside = [], threading.Event(), threading.Event()

    @contextmanager
    def transaction(self):
        with super().transaction():
            self.inside.set()
            assert self.free.wait(10)
            yield

    def insert(self, rows, now_ms):
        self.sizes.append(len(rows))
        super().insert(rows, now_ms)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr("footfall.receiver.received.PATIENCE_S", 10)
    made = EventWriter(Held(tmp_path / "r.duckdb"), SystemClock())
    yield made
    made.close()


def test_as_many_as_last_time(store):
    """As many requests as there were at once are waited for; a single one after a single one is stored at once."""

    def submit(name):
        return store.submit(take(b'{"event_type": "x", "id": "%s"}' % name, None, 0))

    first = submit(b"0")
    assert store.event_store.inside.wait(10)
    during = [submit(name) for name in (b"1", b"2")]
    store.event_store.free.set()
    assert first.result(10).new == 1
    third = submit(b"3")  # three were there: one being stored, two waiting
    assert [future.result(5).new for future in (*during, third)] == [1, 1, 1]
    early = [submit(name) for name in (b"4", b"5")]
    time.sleep(0.05)
    assert not any(future.done() for future in early)
    late = submit(b"6")
    assert [future.result(5).new for future in (*early, late)] == [1, 1, 1]
    assert store.event_store.sizes == [1, 3, 3]


def test_a_sender_who_is_alone(store):
    """Whoever sends one request after the other never waits for others."""
    store.event_store.free.set()
    for n in range(3):
        assert (
            store.submit(take(b'{"event_type": "x", "id": "%d"}' % n, None, 0)).result(5).new
            == 1
        )
    assert store.event_store.sizes == [1, 1, 1]


def test_the_last_ones_are_stored(store):
    """Closing ends the waiting for others, and stores what has come."""
    first = store.submit(take(b'{"event_type": "x", "id": "0"}', None, 0))
    assert store.event_store.inside.wait(10)
    second = store.submit(take(b'{"event_type": "x", "id": "1"}', None, 0))
    store.event_store.free.set()
    store.close()
    assert [first.result(0).new, second.result(0).new] == [1, 1]
