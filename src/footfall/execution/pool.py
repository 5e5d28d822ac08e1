"""The pool of worker processes, as the owner sees it.

Workers are started as processes of their own, not by `multiprocessing`: that would run a user's
script a second time in each of them.
"""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO, Any, Self

from footfall.errors import (
    FootfallError,
    PermanentSinkError,
    SinkError,
    StoreError,
    TransientSinkError,
    UsageError,
)
from footfall.execution.pipe import read_frame, write_frame
from footfall.execution.process import (
    CREDIT,
    GIVE_UP,
    PLACE_BYTES,
    STOP,
    WorkerFailure,
    WorkerJob,
)
from footfall.execution.schedule import PlannedPart
from footfall.execution.task import Job, PartResult, live_through, processors

_LOOK_UP_S = 0.2
# As much as Linux grants to any process (`fs.pipe-max-size`); it begins with 64 kB.
_PIPE_BYTES = 1 << 20


def results_of(job: Job, n_workers: int, stop: threading.Event) -> Generator[PartResult]:
    """Yield the results of a job's parts in plan order.

    Once `stop` is set, the workers finish what is in flight; what follows on without a gap is
    yielded still, then no more.

    Args:
        job: Parts, and sinks to encode them for.
        n_workers: Processes; 1 simulates in this one.
        stop: Set by the user.
    """
    if n_workers <= 1:
        yield from _until(stop, live_through(job))
        return
    with WorkerPool(job, n_workers, stop) as workers:
        yield from workers.part_results()


def _until(stop: threading.Event, part_results: Iterator[PartResult]) -> Iterator[PartResult]:
    while not stop.is_set() and (part_result := next(part_results, None)) is not None:
        yield part_result
        del part_result


class WorkerPool:
    """Worker processes that share a job.

    starting → working → (told to stop →) ended; leaving the context kills whoever still lives.

    One thread per worker reads its messages into one queue; only the owner's thread takes from
    it, so nothing here needs a lock.
    """

    def __init__(self, job: Job, n_workers: int, stop: threading.Event) -> None:
        self._job = job
        self._stop = stop
        self._messages: queue.Queue[tuple[int, Any]] = queue.Queue()
        self._waiting: dict[int, PartResult] = {}
        self._is_stop_sent = False
        self._given_up: set[int] = set()
        with _signals_kept_back():
            self._children = [
                WorkerProcess(WorkerJob(_own(job), share, n_workers), self._messages)
                for share in range(n_workers)
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.end()

    def part_results(self) -> Iterator[PartResult]:
        """Yield results in plan order, giving the worker its credit back after each."""
        for step in self._job.plan.steps():
            part_result = self._await(step)
            if part_result is None:
                return
            yield part_result
            self._tell_given_up()
            # The consumer has committed the part by now, so its worker may be one further ahead.
            # Results wait for their turn in `_waiting`: never more than the credits of all workers.
            self._children[step.group % len(self._children)].order(CREDIT)

    def _tell_given_up(self) -> None:
        for place in self._job.given_up - self._given_up:
            self._given_up.add(place)
            for child in self._children:
                child.order(GIVE_UP + place.to_bytes(PLACE_BYTES))

    def _await(self, step: PlannedPart) -> PartResult | None:
        """Wait for a step's result; return None when all workers have ended without it."""
        while step.number not in self._waiting:
            # A worker's end comes behind its results, and the queue keeps that order: once all
            # have ended, nothing more is on its way.
            if all(child.has_ended for child in self._children):
                return None
            self._listen()
        return self._waiting.pop(step.number)

    def _listen(self) -> None:
        if self._stop.is_set() and not self._is_stop_sent:
            self._is_stop_sent = True
            for child in self._children:
                child.order(STOP)
        try:
            share, message = self._messages.get(timeout=_LOOK_UP_S)
        except queue.Empty:
            return
        if isinstance(message, PartResult):
            self._waiting[message.step.number] = message
        else:
            self._children[share].has_ended = True
            # None says that a worker has done its share; all else is an error to be raised
            # here.
            if message is not None:
                raise message

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [child.process.pid for child in self._children]


class WorkerProcess:
    """One worker process and the thread that reads its messages."""

    def __init__(self, assignment: WorkerJob, message: queue.Queue[tuple[int, Any]]) -> None:
        self._share, self._n_shares, self._messages = (
            assignment.share,
            assignment.n_shares,
            message,
        )
        self.has_ended = False
        self._has_job = threading.Event()
        # With the owner's import path: a worker has to find the same footfall, and the user's
        # own sinks, where a program has changed `sys.path`.
        code = f"import sys; sys.path[:] = {sys.path!r}\nfrom footfall.execution.process import main; main()"
        command = [sys.executable, "-c", code]
        # Unbuffered: an order is a single byte, and would lie in a buffer for ever.
        self.process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._orders, self._results = self.process.stdin, self.process.stdout
        _widen(self._results)
        threading.Thread(target=self._exchange, args=(assignment,), daemon=True).start()

    def order(self, what: bytes) -> None:
        """Send an order; that a worker has gone is noticed by its thread, not here."""
        # A job is longer than the pipe's buffer: an order written meanwhile would stand in its middle.
        self._has_job.wait()
        # ValueError: `end` has closed the pipe on this side.
        with suppress(BrokenPipeError, ValueError):
            self._orders.write(what)

    def end(self) -> None:
        """Let a worker that is done go, and kill one that is not."""
        if not self.has_ended:
            self.process.kill()
        # Collects its exit code; else a killed worker stays as a zombie while the program runs.
        self.process.wait()
        for pipe in (self._orders, self._results):
            pipe.close()

    def _exchange(self, assignment: WorkerJob) -> None:
        """Send the assignment, then put each message into the owner's queue, the end last."""
        try:
            try:
                write_frame(self._orders, assignment)
            finally:
                # Also where it could not be sent: `order` would wait for ever.
                self._has_job.set()
            while isinstance(message := read_frame(self._results), PartResult):
                self._messages.put((self._share, message))
            self._messages.put(
                (self._share, _rebuilt(message) if isinstance(message, WorkerFailure) else None)
            )
        except (EOFError, OSError, ValueError):
            self._messages.put((self._share, self._death()))
        except Exception as problem:  # noqa: BLE001 - a job that cannot be pickled is the owner's to tell
            self._messages.put((self._share, problem))

    def _death(self) -> FootfallError:
        code = self.process.wait()
        how = (
            f"was killed by signal {-code} ({_signal_name(-code)})"
            if code < 0
            else f"ended with exit code {code}"
        )
        guess = (
            "\n  on most systems that means that memory ran out"
            if _signal_name(-code) == "SIGKILL"  # Windows has no such signal
            else ""
        )
        return FootfallError(
            f"worker {self._share + 1} of {self._n_shares} {how} in the middle of its work{guess}\n"
            "  what was committed is kept\n"
            "  hint: run the same command again to continue; fewer --workers need less memory"
        )


def _own(job: Job) -> Job:
    """Return a job with its own set: the owner's may grow while this one is pickled."""
    return replace(job, given_up=set())


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else "unknown"


def _rebuilt(failure: WorkerFailure) -> Exception:
    """Return the worker's exception, of its class where that is one of ours made from a text."""
    plain = [
        FootfallError,
        UsageError,
        StoreError,
        SinkError,
        TransientSinkError,
        PermanentSinkError,
    ]
    kinds: dict[str, type[Exception]] = {kind.__name__: kind for kind in plain}
    problem = kinds.get(failure.kind, RuntimeError)(failure.text)
    problem.add_note(f"in a worker:\n{failure.trace}")
    return problem


def _widen(pipe: IO[bytes]) -> None:
    """Enlarge a pipe's buffer where the system can: fewer switches between the processes."""
    if sys.platform != "linux":
        return
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


@contextmanager
def _signals_kept_back() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM from children that are started inside.

    A terminal sends it to the whole group of processes; the owner alone decides what it means,
    and orders the workers to stop. Their own `main` ignores both.
    """
    if sys.platform == "win32":
        yield
        return
    # Blocked, which children inherit, and not ignored: what comes meanwhile would be lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def default_workers(n_groups: int) -> int:
    """Return the default number of workers: one per processor, at most one per group."""
    return max(1, min(processors(), n_groups))
