"""The pipeline of a sink: a thread of its own behind a bounded queue.

A slow sink makes the others wait only once its queue is full (backpressure). A sink is opened,
used and closed by one thread, so that connections which belong to a thread are nobody else's
concern.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from footfall.data.chunk import Chunk
from footfall.data.stream import Run
from footfall.errors import TransientSinkError
from footfall.execution.result import Balance
from footfall.execution.sink_status import SinkStatus
from footfall.sinks import Cursors, Prepared, Receipt, Sink
from footfall.sinks.delivery.dead_letters import AcceptsDeadLetters
from footfall.sinks.protocol import KeepsTallies, Progress, ReportsProgress, Stoppable
from footfall.sinks.renaming import renaming_lines
from footfall.sinks.scratch import drop

SPILL_BYTES = 256_000_000
"""Bytes that may wait for one sink of several, encoded, in files; then all wait for it."""
MEMORY_BYTES = 64_000_000
"""Bytes in memory that may wait for a sink: small parts, and chunks that it encodes itself."""
MOST_PARTS = 1_000
LEAVE_S = 2.0
"""Seconds that a sink may take, after a second Ctrl-C, to finish its part and to be closed."""
_LOOK_UP_S = 0.2
"""Waits are cut into pieces of this length: on Windows nothing interrupts a wait for a lock."""


@dataclass(frozen=True, slots=True)
class QueuedPart:
    """A part on its way to one sink.

    Args:
        number: Number of its step.
        n_events: Events in it.
        prepared: The part as the sink's encoder has made it; None where the sink is to encode
            it.
        chunk: The chunk in that case.
    """

    number: int
    n_events: int
    prepared: Prepared | None
    chunk: Chunk | None = None

    @property
    def weight(self) -> tuple[int, int, int]:
        """Its share of a queue: parts, bytes in memory, bytes in files."""
        if self.prepared is None:
            assert self.chunk is not None, "a part is prepared, or comes as a chunk"
            tables = (self.chunk.events, self.chunk.changes, self.chunk.arrivals)
            return 1, sum(table.nbytes for table in tables), 0
        payloads = [
            payload for several in self.prepared.payloads.values() for payload in several
        ]
        in_memory = sum(payload.size_bytes for payload in payloads if payload.file is None)
        return 1, in_memory, self.prepared.size_bytes - in_memory


class LinkedEvent(threading.Event):
    """An event that counts as set when another one is.

    Ctrl-C sets the other one, for all sinks; this one stops a single sink. Setting the other
    wakes nobody who waits here, so waits look at both a few times per second.

    Args:
        other: Set by the user, for all sinks.
    """

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        """Return whether one of the two is set."""
        return super().is_set() or self._other.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until one of the two is set, or for some seconds; return whether it is."""
        give_up = math.inf if timeout is None else time.monotonic() + timeout
        while not self.is_set() and (left := give_up - time.monotonic()) > 0:
            super().wait(min(left, _LOOK_UP_S))
        return self.is_set()


class Pipeline:
    """The pipeline of one sink.

    opened → parts are put, and delivered one by one → told to end → what waits is delivered →
    closed. Once the sink has failed, or the user has stopped the run, what waits and what still
    comes is discarded: it is pending, and the same run again delivers it.

    Two threads share it: the owner, which puts, and the sink's, which takes. All they share is
    guarded by one condition, `_changed`, and every change of it notifies. The sink itself is
    called without the lock: a commit may take minutes, and the owner must be able to put
    meanwhile.

    Args:
        sink: Not open.
        stop: Set by the user; the part that is being delivered is finished.
        spill_bytes: Bytes in files that may wait; 0 lets one part wait.
        delivered: Called by the sink's thread with each part that was committed, in order.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        stop: threading.Event,
        spill_bytes: int,
        delivered: Callable[[QueuedPart], None] = lambda _: None,
    ) -> None:
        self._sink, self._leave, self._delivered = sink, LinkedEvent(stop), delivered
        self._most = (
            (MOST_PARTS, MEMORY_BYTES, spill_bytes) if spill_bytes else (1, MEMORY_BYTES, 0)
        )
        self.balance = Balance.of(sink)
        self._changed = threading.Condition()
        self._waiting: deque[QueuedPart] = deque()
        self._load = (0, 0, 0)
        self._current: QueuedPart | None = None
        self._cursors: Cursors | None = None
        self._not_opened: BaseException | None = None
        self._is_told_to_end = False
        self._has_ended = True  # what was never opened need not be waited for
        self._lacks_parts = False  # a part is not delivered

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Start the thread, in which the sink is opened; return the sink's cursors.

        Raises:
            FootfallError: The sink cannot be opened.
        """
        thread = threading.Thread(
            target=self._work,
            args=(run, fresh),
            name=f"footfall-{self._sink.name}",
            daemon=True,
        )
        with self._changed:
            # Started under the lock, which the thread needs to end: it cannot set `_has_ended`
            # before the next line has cleared it.
            thread.start()
            self._has_ended = False
            self._wait_until(lambda: self._cursors is not None or self._has_ended)
        if self._cursors is None:
            assert self._not_opened is not None, "a sink that was not opened says why"
            raise self._not_opened
        return self._cursors

    def put(self, part: QueuedPart) -> None:
        """Hand a part over; wait while the queue is full."""
        weight = part.weight
        with self._changed:
            self.balance.generated += part.n_events
            # A sink that fails sets the owner free as well; there would never be room.
            self._wait_until(lambda: self._has_room(weight) or self._is_given_up)
            # Even if the sink is given up: `_discard` then deletes this part's files with all
            # others.
            self._waiting.append(part)
            self._load = _sum(self._load, weight)
            if self._is_given_up:
                self._discard()
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until all that was put is delivered or discarded."""
        with self._changed:
            self._wait_until(
                lambda: (not self._waiting and self._current is None) or self._has_ended
            )

    @property
    def wants_more(self) -> bool:
        """Whether parts that are put have a chance to be delivered."""
        return self.balance.problem is None and self.balance.before != "complete"

    def end(self, *, has_all: bool) -> None:
        """Have the sink closed, after what waits; do not wait for it.

        Args:
            has_all: All parts that the sink lacked were put.
        """
        with self._changed:
            # Never back to False: a part that was discarded before is still lacking.
            self._lacks_parts |= not has_all
            self._is_told_to_end = True
            self._changed.notify_all()

    def halt(self) -> None:
        """Have what waits discarded and the sink closed soon, as after Ctrl-C; do not wait."""
        self._leave.set()
        self.end(has_all=False)

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the sink is closed."""
        with self._changed:
            self._wait_until(lambda: self._has_ended, timeout_s)

    @property
    def status(self) -> SinkStatus:
        """The status of the sink at this moment."""
        with self._changed:
            current, waiting, balance = self._current, list(self._waiting), self.balance
            now = self._progress(current)
            # In order of the schedule, so the earliest is the current part, or the first that
            # waits.
            pending = [part for part in (current, *waiting[:1]) if part is not None]
            share = (now.accepted + now.rejected) / max(current.n_events, 1) if current else 0.0
            return SinkStatus(
                name=self._sink.name,
                queued=sum(part.n_events for part in waiting),
                in_flight=now.in_flight,
                retries=now.retries,
                accepted=balance.accepted + now.accepted,
                rejected=balance.rejected + now.rejected,
                reached=pending[0].number + share
                if pending and balance.problem is None
                else None,
                problem=balance.problem,
            )

    # Everything below runs in the sink's thread.

    def _work(self, run: Run, fresh: bool) -> None:
        """Open the sink, deliver, close it; a failure is this sink's, and the owner reports it."""
        problem: BaseException | None = None
        try:
            self._open(run, fresh)
            while (part := self._take()) is not None:
                self._deliver(part)
                del part  # a chunk must be gone before the next one is taken
            self._close()
        except BaseException as error:  # noqa: BLE001 - see above
            problem = error
        with self._changed:
            self._not_opened = problem
            if not self.is_leaving(problem):
                # The first problem is the cause: a broken sink often fails once more when it is
                # closed.
                self.balance.problem = self.balance.problem or problem
            self._has_ended = True
            self._changed.notify_all()

    def _open(self, run: Run, fresh: bool) -> None:
        # Before it is opened, where a sink may wait for a server already: Ctrl-C must reach it
        # there.
        if isinstance(self._sink, Stoppable):
            self._sink.stop_on(self._leave)
        for line in renaming_lines(self._sink, run.stream.schema):
            sys.stderr.write(f"{line}\n")
        cursors = self._sink.open(run, fresh=fresh)
        with self._changed:
            self._cursors = cursors
            self._changed.notify_all()

    def _take(self) -> QueuedPart | None:
        """Wait for the next part and return it; None once the pipeline is to end and is empty."""
        with self._changed:
            while True:
                if self._is_given_up:
                    self._discard()
                    self._changed.notify_all()
                if self._waiting:
                    # It leaves the queue's load now, so the owner may put the next part during
                    # the commit.
                    self._current = part = self._waiting.popleft()
                    self._load = _sum(self._load, part.weight, -1)
                    self._changed.notify_all()
                    return part
                if self._is_told_to_end:
                    return None
                # Not without a limit: Ctrl-C sets `_leave`, and that notifies nobody.
                self._changed.wait(_LOOK_UP_S)

    def _deliver(self, part: QueuedPart) -> None:
        problem: BaseException | None = None
        receipt: Receipt | None = None
        try:
            receipt = self._sink.commit(self._prepared(part))
            self._delivered(part)
        except BaseException as error:  # noqa: BLE001 - the sink is to be closed still
            problem = error
        with self._changed:
            self._current = None
            # What is committed counts, also if `delivered` has failed behind it.
            if receipt is not None:
                self.balance.settle(receipt)
            if problem is not None:
                self._lacks_parts = True
                self.balance.problem = None if self.is_leaving(problem) else problem
            self._changed.notify_all()

    def _prepared(self, part: QueuedPart) -> Prepared:
        if part.prepared is not None:
            return part.prepared
        assert part.chunk is not None, "a part is prepared, or comes as a chunk"
        return self._sink.prepare(part.chunk)

    def _close(self) -> None:
        balance = self.balance
        is_complete = balance.before == "complete" or not self._lacks_parts
        # Asked while the sink is open: its ledger and its log are let go by `close`.
        if isinstance(self._sink, KeepsTallies):
            balance.tallies = self._sink.tallies()
        if isinstance(self._sink, AcceptsDeadLetters):
            balance.dead_letters = self._sink.refused()
        self._sink.close(complete=is_complete)
        # Only behind `close`, which may fail; then the run is not complete there.
        balance.is_complete = is_complete

    def is_leaving(self, problem: BaseException | None) -> bool:
        """Return whether a problem is only that a sink gave up waiting, as it was asked to."""
        return isinstance(problem, TransientSinkError) and self._leave.is_set()

    @property
    def _is_given_up(self) -> bool:
        return self.balance.problem is not None or self._leave.is_set()

    def _discard(self) -> None:
        while self._waiting:
            part = self._waiting.popleft()
            drop(part.prepared.files if part.prepared is not None else ())
            self._lacks_parts = True
        self._load = (0, 0, 0)

    def _has_room(self, weight: tuple[int, int, int]) -> bool:
        """Whether a part fits into the queue.

        Into an empty one any does: a part larger than the bounds must pass too, by itself.
        """
        wanted = _sum(self._load, weight)
        return not self._waiting or all(
            held <= most for held, most in zip(wanted, self._most, strict=True)
        )

    def _progress(self, part: QueuedPart | None) -> Progress:
        """Return the progress of a part; of a sink that cannot say, all is in flight."""
        if not isinstance(self._sink, ReportsProgress):
            return Progress(in_flight=part.n_events if part is not None else 0)
        reported = self._sink.progress()
        return reported if part is not None else Progress(retries=reported.retries)

    def _wait_until(self, is_so: Callable[[], bool], timeout_s: float | None = None) -> None:
        """Wait for a condition, in steps between which Ctrl-C is handled on every system."""
        give_up = None if timeout_s is None else time.monotonic() + timeout_s
        while not is_so() and (give_up is None or time.monotonic() < give_up):
            self._changed.wait(_LOOK_UP_S)


def halt(pipelines: Sequence[Pipeline], problem: BaseException) -> None:
    """Have sinks closed after the parts they are at, because of a problem, and wait for it.

    Args:
        pipelines: Open or not.
        problem: What has come between. After an error there is time; after anything else, such
            as a second Ctrl-C, sinks have `LEAVE_S` seconds, then their threads die with the
            process.
    """
    for pipeline in pipelines:
        # All are told before any is waited for, so their last parts end side by side.
        pipeline.halt()
    leave_at = time.monotonic() + LEAVE_S
    for pipeline in pipelines:
        is_slow = not isinstance(problem, Exception)
        pipeline.join(max(leave_at - time.monotonic(), 0) if is_slow else None)


def _sum(
    a: tuple[int, int, int], b: tuple[int, int, int], sign: int = 1
) -> tuple[int, int, int]:
    return a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]
