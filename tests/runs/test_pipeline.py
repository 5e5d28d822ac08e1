"""A pipeline per sink: bounded, apart from the others, in one thread, and whole whatever goes wrong."""

import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from footfall.errors import PermanentSinkError, StoreError, TransientSinkError
from footfall.execution.batch import Drive
from footfall.execution.pipeline import LinkedEvent, Pipeline, QueuedPart, halt
from footfall.sinks.conformance.synthetic_chunks import make_chunks
from footfall.sinks.files.duckdb_file import DuckDBSink
from footfall.sinks.protocol import Payload, Prepared, Receipt
from footfall.store import open_store
from tests.engines import GROUP, FakeEngine

ENGINE = FakeEngine(people=5 * GROUP, rows=40)
RUN = ENGINE.run
CHUNKS = list(make_chunks(RUN, rows=4))


class Destination:
    """A sink into memory, whose commits wait for a gate, and may fail."""

    placement, guarantee = "worker", "exactly once"

    def __init__(self, name="memory:a", gate=None, fails_at=None, problem=None, cursors=None):
        self.name, self.gate, self.fails_at, self.problem = name, gate, fails_at, problem
        self.cursors = cursors or {}
        self.parts, self.threads, self.closed = [], set(), []

    def __reduce__(self):
        return Destination, (self.name,)

    def prepare(self, chunk):
        return Prepared(chunk.run, chunk.part, chunk.tallies, chunk.events.num_rows, 0, 0)

    def open(self, run, *, fresh):
        self.threads.add(threading.get_ident())
        return dict(self.cursors)

    def commit(self, prepared):
        self.threads.add(threading.get_ident())
        if self.gate is not None:
            assert self.gate.wait(20)
        if len(self.parts) == self.fails_at:
            raise self.problem
        self.parts.append(prepared.part)
        return Receipt(prepared.part, prepared.events)

    def close(self, *, complete):
        self.threads.add(threading.get_ident())
        self.closed.append(complete)


def item(number, size_bytes=0, file=None):
    chunk = CHUNKS[number % len(CHUNKS)]
    payload = Payload(4, size_bytes, data=None if file else b"", file=file)
    return QueuedPart(
        number, 4, Prepared(RUN.id, chunk.part, chunk.tallies, 4, 0, 0, {"events": (payload,)})
    )


@contextmanager
def pipeline(sink, spill_bytes=0, stop=None):
    """An open pipeline, which is ended and joined."""
    made = Pipeline(sink, stop=stop or threading.Event(), spill_bytes=spill_bytes)
    made.open(RUN, fresh=False)
    try:
        yield made
    finally:
        if sink.gate is not None:
            sink.gate.set()
        made.end(has_all=True)
        made.join(20)


def drive(*sinks, engine=ENGINE, **options):
    stop = options.pop("stop", threading.Event())
    return Drive(engine, engine.run, sinks, stop=stop, n_workers=1, **options).drive(
        check=False
    )


def puts(made, items):
    """Put parts from another thread; return the list that grows with each that was taken."""
    taken = []

    def put():
        for one in items:
            made.put(one)
            taken.append(one.number)

    threading.Thread(target=put, daemon=True).start()
    return taken


def until(is_so):
    """Wait until something is so."""
    wait = threading.Event()
    for _ in range(400):
        if is_so():
            return
        wait.wait(0.02)
    raise AssertionError("it never was so")


@pytest.mark.parametrize(
    ("spill_bytes", "size_bytes", "in_file", "fit"),
    [(0, 0, False, 1), (100, 30, True, 3), (100, 200, True, 1), (10**9, 25_000_000, False, 2)],
)
def test_a_queue_is_bounded(tmp_path, spill_bytes, size_bytes, in_file, fit):
    """So many parts wait as spill and memory allow, one always; then whoever puts waits."""
    gate = threading.Event()
    sink = Destination(gate=gate)
    with pipeline(sink, spill_bytes) as made:
        items = [
            item(number, size_bytes, tmp_path / str(number) if in_file else None)
            for number in range(9)
        ]
        taken = puts(made, items)
        until(lambda: len(taken) >= fit + 1)
        threading.Event().wait(0.3)
        assert len(taken) == fit + 1  # one is being committed
        assert made.status.queued == 4 * fit
        gate.set()
        until(lambda: len(taken) == 9)
    assert len(sink.parts) == 9
    assert sink.closed == [True]


def test_a_sink_lives_in_one_thread():
    """Opened, used and closed by one and the same, which is not the owner's."""
    sink = Destination()
    assert drive(sink).is_finished
    assert len(sink.threads) == 1
    assert sink.threads != {threading.get_ident()}


def test_a_hanging_sink_does_not_stop_a_quick_one():
    """The quick one has everything and is closed as complete while the other still hangs in its first part."""
    gate = threading.Event()
    slow, quick = Destination("memory:slow", gate), Destination("memory:quick")
    results = []
    thread = threading.Thread(target=lambda: results.append(drive(slow, quick)), daemon=True)
    thread.start()
    until(lambda: quick.closed == [True])
    assert len(quick.parts) == 15
    assert slow.parts == []
    gate.set()
    thread.join(20)
    assert results[0].is_clean
    assert slow.parts == quick.parts


def test_all_wait_once_the_spill_is_full():
    """With no spill the quick sink is a few parts ahead, and no more."""
    gate = threading.Event()
    slow, quick = Destination("memory:slow", gate), Destination("memory:quick")
    thread = threading.Thread(target=lambda: drive(slow, quick, spill_bytes=0), daemon=True)
    thread.start()
    until(lambda: len(quick.parts) >= 2)
    threading.Event().wait(0.3)
    assert len(quick.parts) <= 3
    gate.set()
    thread.join(20)
    assert slow.parts == quick.parts


@pytest.mark.parametrize("kind", [PermanentSinkError, TransientSinkError, StoreError, OSError])
def test_a_failure_is_one_sink_s_own(tmp_path, kind):
    """The others get everything and are complete; the one that failed says why, and what is pending adds up."""
    bad = Destination("memory:bad", fails_at=2, problem=kind("it wants nothing"))
    result = drive(bad, DuckDBSink(tmp_path / "a.duckdb"))
    assert not result.is_finished
    assert result.is_simulated
    assert result.is_whole
    first, second = result.sinks
    assert (str(first.problem), first.is_complete, second.problem, second.is_complete) == (
        "it wants nothing",
        False,
        None,
        True,
    )
    assert first.generated == second.generated == second.accepted == result.events
    assert len(bad.parts) == 2
    assert 0 < first.accepted == result.events - first.pending
    assert bad.closed == [False]
    with open_store(tmp_path / "a.duckdb") as store:
        assert store.runs()[0].is_complete


def test_a_failure_is_raised_with_the_others_in_its_notes():
    """Who asks for a check gets the first problem, and hears of the second."""
    sinks = [
        Destination(f"memory:{n}", fails_at=0, problem=OSError(f"cable {n} was cut"))
        for n in (1, 2)
    ]
    with pytest.raises(OSError, match="cable 1 was cut") as caught:
        drive(*sinks).checked()
    assert caught.value.__notes__ == ["another sink failed too: cable 2 was cut"]


def test_the_run_ends_early_when_all_have_failed():
    """Nobody simulates for sinks that take nothing."""
    engine = FakeEngine(people=400 * GROUP, rows=4)
    done = Destination(
        "memory:done", cursors={(g * GROUP, (g + 1) * GROUP): RUN.until_ms for g in range(400)}
    )
    result = drive(Destination(fails_at=0, problem=OSError("no")), done, engine=engine)
    assert result.parts < 100
    assert not result.is_simulated
    assert [sink.is_complete for sink in result.sinks] == [False, True]
    assert done.closed == [True]


@pytest.mark.parametrize("is_first", [False, True])
def test_a_sink_that_cannot_be_opened_ends_it_all(is_first):
    """Nothing is simulated; who was open already is closed, and for who was not nobody waits."""

    class Locked(Destination):
        def open(self, run, *, fresh):
            raise StoreError("somebody has it")

    other, locked = Destination(), Locked("memory:b")
    with pytest.raises(StoreError, match="somebody has it"):
        drive(*((locked, other) if is_first else (other, locked)))
    assert (other.parts, other.closed) == ([], [] if is_first else [False])


def test_a_sink_that_leaves_while_it_is_opened():
    """Ctrl-C while the server is waited for: what the sink says is raised, as of any sink that cannot be opened."""
    stop = threading.Event()

    class Waits(Destination):
        def open(self, run, *, fresh):
            stop.set()
            raise TransientSinkError("stopped while the server was waited for")

    with pytest.raises(TransientSinkError, match="stopped while"):
        drive(Waits(), stop=stop)


def test_a_thread_that_cannot_be_started(monkeypatch):
    """A system without room for it: nobody waits for what never began."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    made = Pipeline(Destination(), stop=threading.Event(), spill_bytes=0)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            made.open(RUN, fresh=False)
    halt([made], RuntimeError())


def test_an_error_elsewhere_does_not_wait_for_a_receiver():
    """A sink that waits for its receiver is told to leave, though the user has not asked for it."""
    user = threading.Event()

    class Waits(Destination):
        def stop_on(self, stop):
            self.told = stop

        def commit(self, prepared):
            assert self.told.wait(20)
            raise TransientSinkError("left")

    sink = Waits()
    made = Pipeline(sink, stop=user, spill_bytes=0)
    made.open(RUN, fresh=False)
    made.put(item(0))
    halt([made], OSError("somewhere else"))
    assert sink.closed == [False]
    assert (made.balance.pending, made.balance.problem) == (4, None)
    assert not user.is_set(), "it is the user's own"


def test_to_leave_because_of_either():
    """Both events count, also for who waits."""
    user = threading.Event()
    leave = LinkedEvent(user)
    assert not leave.is_set()
    assert not leave.wait(0.01)
    threading.Timer(0.05, user.set).start()
    assert leave.wait(20)
    own = LinkedEvent(threading.Event())
    threading.Timer(0.05, own.set).start()
    assert own.wait()
    assert own.is_set()


def test_a_stop_finishes_the_part_in_work_and_throws_the_rest_away(tmp_path):
    """What waits is pending, its files are gone, and the sink is closed as incomplete."""
    gate, stop = threading.Event(), threading.Event()
    files = [tmp_path / str(number) for number in range(5)]
    for file in files:
        file.write_bytes(b"rows")
    sink = Destination(gate=gate)
    with pipeline(sink, 10**6, stop) as made:
        for number, file in enumerate(files):
            made.put(item(number, 4, file))
        until(lambda: made.status.queued == 16)
        stop.set()
        made.put(item(5))
        gate.set()
        until(lambda: made.status.queued == 0)
    assert len(sink.parts) == 1
    assert sink.closed == [False]
    assert (made.balance.generated, made.balance.accepted, made.balance.pending) == (24, 4, 20)
    assert made.balance.problem is None
    assert not any(file.exists() for file in files[1:])


def test_a_sink_that_leaves_because_it_was_told_to_has_not_failed():
    """A receiver that does not answer, and Ctrl-C: the part is pending, and nothing has gone wrong."""
    stop = threading.Event()

    class Leaves(Destination):
        def commit(self, prepared):
            stop.set()
            raise TransientSinkError("stopped before all was accepted")

    result = drive(Leaves(), stop=stop)
    (balance,) = result.sinks
    assert (balance.problem, balance.accepted, balance.is_complete) == (None, 0, False)
    assert balance.pending == balance.generated > 0


def test_a_sink_that_cannot_be_closed_has_failed():
    """All was accepted, but nobody noted that it is complete: the run says so."""

    class Stuck(Destination):
        def close(self, *, complete):
            raise StoreError("the disk is full")

    (balance,) = drive(Stuck()).sinks
    assert (str(balance.problem), balance.is_complete, balance.pending) == (
        "the disk is full",
        False,
        0,
    )


def test_a_second_ctrl_c_does_not_wait_for_a_sink_that_hangs():
    """The owner leaves after a short while; a sink that answers meanwhile is closed."""
    gate = threading.Event()
    slow, quick = Destination("memory:slow", gate), Destination("memory:quick")

    class Interrupted(FakeEngine):
        def simulation(self, *args, **options):
            if len(quick.parts) > 2:
                raise KeyboardInterrupt
            return super().simulation(*args, **options)

    with pytest.raises(KeyboardInterrupt):
        drive(slow, quick, engine=Interrupted(people=40 * GROUP, rows=4))
    assert quick.closed == [False]
    assert slow.closed == []
    gate.set()
    until(lambda: slow.closed == [False])


class Fails(DuckDBSink):
    def commit(self, prepared):
        if prepared.part.first_person == 2 * GROUP:
            raise PermanentSinkError("full")
        return super().commit(prepared)


def test_sinks_continue_from_where_each_stands(tmp_path):
    """After a failure the same run again gives each sink what it lacks, and nothing twice."""
    a, b = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    assert [sink.is_complete for sink in drive(Fails(a), DuckDBSink(b)).sinks] == [False, True]
    again = drive(DuckDBSink(a), DuckDBSink(b))
    assert [sink.before for sink in again.sinks] == ["incomplete", "complete"]
    assert again.is_clean
    assert ids(a) == ids(b)


def ids(file: Path):
    with open_store(file) as store:
        return sorted(row[0] for row in store.query("SELECT insert_id FROM shop.events"))
