"""A sink in a thread of its own, behind a bounded queue: a slow sink makes the others wait only once that is full.

A sink is opened, used and closed by one thread, so connections that belong to a thread are no concern of anybody else.
"""

from __future__ import annotations

import math
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
from footfall.sinks.scratch import drop

SPILL_BYTES = 256_000_000
"""How much may wait for one sink of several, encoded, in files; then all wait for it."""
MEMORY_BYTES = 64_000_000
"""How much of what waits for one sink may lie in memory: small parts, and chunks that the sink encodes itself."""
MOST_PARTS = 1_000
LEAVE_S = 2.0
"""After a second Ctrl-C: how long a sink may take to finish the part that it is at and to be closed."""
_LOOK_UP_S = 0.2


@dataclass(frozen=True, slots=True)
class QueuedPart:
    """A part on its way to one sink.

    Args:
        number: Of its step.
        n_events: Events in it.
        prepared: As the sink's encoder has made it; None where the sink is to encode the chunk.
        chunk: The chunk in that case.
    """

    number: int
    n_events: int
    prepared: Prepared | None
    chunk: Chunk | None = None

    @property
    def weight(self) -> tuple[int, int, int]:
        """How much it takes of a queue: parts, bytes in memory, bytes in files."""
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
    """An event that is set by itself, or by another one.

    Args:
        other: Set by the user, for all sinks; this one is for one of them.
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
    """The way of parts to one sink.

    opened → parts are put, and delivered one by one → told to end → what waits is delivered → closed. Once the sink has
    failed, or the user wants no more, what waits and what still comes is thrown away: it is pending.

    Args:
        sink: Not open.
        stop: Set by who wants no more; the part that is being delivered is finished.
        spill_bytes: Bytes in files that may wait; 0 lets one part wait.
        delivered: Called by the pipeline's thread with each part that the sink has taken, in order.
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
        self._held = (0, 0, 0)
        self._current: QueuedPart | None = None
        self._cursors: Cursors | None = None
        self._not_opened: BaseException | None = None
        self._is_told_to_end = False
        self._has_ended = True  # what was never opened need not be waited for
        self._is_short = False  # a part is not delivered

    def open(self, run: Run, *, fresh: bool) -> Cursors:
        """Start the thread, in which the sink is opened; return up to when it has each group of people.

        Raises:
            FootfallError: The sink cannot be opened.
        """
        thread = threading.Thread(
            target=self._live,
            args=(run, fresh),
            name=f"footfall-{self._sink.name}",
            daemon=True,
        )
        with self._changed:
            thread.start()
            self._has_ended = False
            self._wait_until(lambda: self._cursors is not None or self._has_ended)
        if self._cursors is None:
            assert self._not_opened is not None, "a sink that was not opened says why"
            raise self._not_opened
        return self._cursors

    def put(self, item: QueuedPart) -> None:
        """Hand a part over; wait while the queue is full."""
        weight = item.weight
        with self._changed:
            self.balance.generated += item.n_events
            self._wait_until(lambda: self._has_room(weight) or self._is_given_up)
            self._waiting.append(item)
            self._held = _sum(self._held, weight)
            if self._is_given_up:
                self._throw_away()
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until all that was put is delivered or thrown away."""
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
            self._is_short |= not has_all
            self._is_told_to_end = True
            self._changed.notify_all()

    def halt(self) -> None:
        """Have what waits thrown away, and the sink closed soon, as if the user wanted it; do not wait for it."""
        self._leave.set()
        self.end(has_all=False)

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the sink is closed."""
        with self._changed:
            self._wait_until(lambda: self._has_ended, timeout_s)

    @property
    def status(self) -> SinkStatus:
        """How it stands now."""
        with self._changed:
            current, waiting, balance = self._current, list(self._waiting), self.balance
            now = self._progress(current)
            pending = [item.number for item in (current, *waiting[:1]) if item is not None]
            return SinkStatus(
                name=self._sink.name,
                queued=sum(item.n_events for item in waiting),
                in_flight=now.in_flight,
                retries=now.retries,
                accepted=balance.accepted + now.accepted,
                rejected=balance.rejected + now.rejected,
                reached=min(pending) if pending and balance.problem is None else None,
                problem=balance.problem,
            )

    # What the thread does.

    def _live(self, run: Run, fresh: bool) -> None:
        """Open the sink, deliver, close it; whatever goes wrong is this sink's, and told by the owner."""
        problem: BaseException | None = None
        try:
            self._open(run, fresh)
            while (item := self._take()) is not None:
                self._deliver(item)
                del item  # a chunk must be gone before the next one is taken
            self._close()
        except BaseException as error:  # noqa: BLE001 - see above
            problem = error
        with self._changed:
            self._not_opened = problem
            if not self.is_leaving(problem):
                self.balance.problem = self.balance.problem or problem
            self._has_ended = True
            self._changed.notify_all()

    def _open(self, run: Run, fresh: bool) -> None:
        if isinstance(self._sink, Stoppable):
            self._sink.stop_on(self._leave)
        cursors = self._sink.open(run, fresh=fresh)
        with self._changed:
            self._cursors = cursors
            self._changed.notify_all()

    def _take(self) -> QueuedPart | None:
        """Return the next part, or None once all that was put is delivered or thrown away, and no more will come."""
        with self._changed:
            while True:
                if self._is_given_up:
                    self._throw_away()
                    self._changed.notify_all()
                if self._waiting:
                    self._current = item = self._waiting.popleft()
                    self._held = _sum(self._held, item.weight, -1)
                    self._changed.notify_all()
                    return item
                if self._is_told_to_end:
                    return None
                self._changed.wait(_LOOK_UP_S)

    def _deliver(self, item: QueuedPart) -> None:
        problem: BaseException | None = None
        receipt: Receipt | None = None
        try:
            receipt = self._sink.commit(self._prepared(item))
            self._delivered(item)
        except BaseException as error:  # noqa: BLE001 - the sink is to be closed still
            problem = error
        with self._changed:
            self._current = None
            if receipt is not None:
                self.balance.settle(receipt)
            if problem is not None:
                self._is_short = True
                self.balance.problem = None if self.is_leaving(problem) else problem
            self._changed.notify_all()

    def _prepared(self, item: QueuedPart) -> Prepared:
        if item.prepared is not None:
            return item.prepared
        assert item.chunk is not None, "a part is prepared, or comes as a chunk"
        return self._sink.prepare(item.chunk)

    def _close(self) -> None:
        balance = self.balance
        is_complete = balance.before == "complete" or not self._is_short
        if isinstance(self._sink, KeepsTallies):
            balance.tallies = self._sink.tallies()
        if isinstance(self._sink, AcceptsDeadLetters):
            balance.dead_letters = self._sink.refused()
        self._sink.close(complete=is_complete)
        balance.is_complete = is_complete

    def is_leaving(self, problem: BaseException | None) -> bool:
        """Return whether a sink has only let something be, as it was asked to."""
        return isinstance(problem, TransientSinkError) and self._leave.is_set()

    @property
    def _is_given_up(self) -> bool:
        return self.balance.problem is not None or self._leave.is_set()

    def _throw_away(self) -> None:
        while self._waiting:
            item = self._waiting.popleft()
            drop(item.prepared.files if item.prepared is not None else ())
            self._is_short = True
        self._held = (0, 0, 0)

    def _has_room(self, weight: tuple[int, int, int]) -> bool:
        """Whether a part fits into the queue; into an empty one any does."""
        wanted = _sum(self._held, weight)
        return not self._waiting or all(
            held <= most for held, most in zip(wanted, self._most, strict=True)
        )

    def _progress(self, item: QueuedPart | None) -> Progress:
        """What has become of a part, if there is one; a sink that does not tell has all of it in flight."""
        if not isinstance(self._sink, ReportsProgress):
            return Progress(in_flight=item.n_events if item is not None else 0)
        told = self._sink.progress()
        return told if item is not None else Progress(retries=told.retries)

    def _wait_until(self, is_so: Callable[[], bool], timeout_s: float | None = None) -> None:
        """Wait, in steps that a Ctrl-C can come between on every system."""
        give_up = None if timeout_s is None else time.monotonic() + timeout_s
        while not is_so() and (give_up is None or time.monotonic() < give_up):
            self._changed.wait(_LOOK_UP_S)


def halt(pipelines: Sequence[Pipeline], problem: BaseException) -> None:
    """Have sinks closed after the parts they are at, because of a problem; wait for it, though not long if it presses.

    Args:
        pipelines: Open or not.
        problem: What has come between; anything but an error, such as a second Ctrl-C, presses.
    """
    for pipeline in pipelines:
        pipeline.halt()
    for pipeline in pipelines:
        pipeline.join(None if isinstance(problem, Exception) else LEAVE_S)


def _sum(
    a: tuple[int, int, int], b: tuple[int, int, int], sign: int = 1
) -> tuple[int, int, int]:
    return a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]
