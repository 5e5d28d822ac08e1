"""The owner's side of the workers: start them, take their outcomes in plan order, notice when one dies.

Workers are started as processes of their own, not by `multiprocessing`: that would run a user's script a second time in
each of them.
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
from types import TracebackType
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
_GRACE_S = 2.0
_PIPE_BYTES = 1 << 20


def results_of(job: Job, n_workers: int, stop: threading.Event) -> Generator[PartResult]:
    """Yield the outcomes of a job in plan order; once `stop` is set, those in flight that follow on, then no more.

    Args:
        n_workers: 1 simulates in this process.
    """
    if n_workers <= 1:
        yield from _until(stop, live_through(job))
        return
    with WorkerPool(job, n_workers, stop) as workers:
        yield from workers.outcomes()


def _until(stop: threading.Event, outcomes: Iterator[PartResult]) -> Iterator[PartResult]:
    while not stop.is_set() and (outcome := next(outcomes, None)) is not None:
        yield outcome
        del outcome


class WorkerPool:
    """Processes that share a job.

    starting → working → (told to stop →) ended; leaving the context kills whoever still lives.
    """

    def __init__(self, job: Job, n_workers: int, stop: threading.Event) -> None:
        self._job = job
        self._stop = stop
        self._said: queue.Queue[tuple[int, Any]] = queue.Queue()
        self._waiting: dict[int, PartResult] = {}
        self._is_told = False
        self._given_up: set[int] = set()
        with _ctrl_c_ignored():
            self._children = [
                WorkerProcess(WorkerJob(_own(job), share, n_workers), self._said)
                for share in range(n_workers)
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in self._children:
            child.end()

    def outcomes(self) -> Iterator[PartResult]:
        """Yield outcomes in plan order, giving the worker its credit back after each."""
        for step in self._job.plan.steps():
            outcome = self._await(step)
            if outcome is None:
                return
            yield outcome
            self._tell_given_up()
            self._children[step.group % len(self._children)].order(CREDIT)

    def _tell_given_up(self) -> None:
        for place in self._job.given_up - self._given_up:
            self._given_up.add(place)
            for child in self._children:
                child.order(GIVE_UP + place.to_bytes(PLACE_BYTES))

    def _await(self, step: PlannedPart) -> PartResult | None:
        while step.number not in self._waiting:
            if all(child.has_ended for child in self._children):
                return None
            self._listen()
        return self._waiting.pop(step.number)

    def _listen(self) -> None:
        if self._stop.is_set() and not self._is_told:
            self._is_told = True
            for child in self._children:
                child.order(STOP)
        try:
            share, said = self._said.get(timeout=_LOOK_UP_S)
        except queue.Empty:
            return
        if isinstance(said, PartResult):
            self._waiting[said.step.number] = said
        else:
            self._children[share].has_ended = True
            if said is not None:
                raise said

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [child.process.pid for child in self._children]


class WorkerProcess:
    """One worker process and the thread that reads what it says."""

    def __init__(self, assignment: WorkerJob, said: queue.Queue[tuple[int, Any]]) -> None:
        self._share, self._n_shares, self._said = assignment.share, assignment.n_shares, said
        self.has_ended = False
        self._has_job = threading.Event()
        code = f"import sys; sys.path[:] = {sys.path!r}\nfrom footfall.execution.process import main; main()"
        command = [sys.executable, "-c", code]
        self.process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._orders, self._results = self.process.stdin, self.process.stdout
        _widen(self._results)
        threading.Thread(target=self._talk, args=(assignment,), daemon=True).start()

    def order(self, what: bytes) -> None:
        """Say something to the worker; one that has gone does not hear it, and is noticed elsewhere."""
        self._has_job.wait()  # a job is longer than a pipe: what is said earlier would stand in the middle of it
        with suppress(BrokenPipeError, ValueError):
            self._orders.write(what)

    def end(self) -> None:
        """Let a worker that is done go, and kill one that is not."""
        if not self.has_ended:
            self.process.kill()
        self.process.wait()
        for pipe in (self._orders, self._results):
            pipe.close()

    def _talk(self, assignment: WorkerJob) -> None:
        """Hand over the assignment, then put everything the worker says into the owner's queue, its end last."""
        try:
            try:
                write_frame(self._orders, assignment)
            finally:
                self._has_job.set()
            while isinstance(message := read_frame(self._results), PartResult):
                self._said.put((self._share, message))
            self._said.put(
                (self._share, _rebuilt(message) if isinstance(message, WorkerFailure) else None)
            )
        except (EOFError, OSError, ValueError):
            self._said.put((self._share, self._death()))
        except Exception as problem:  # noqa: BLE001 - a job that cannot be pickled is the owner's to tell
            self._said.put((self._share, problem))

    def _death(self) -> FootfallError:
        code = self.process.wait()
        how = (
            f"was killed by signal {-code} ({_signal_name(-code)})"
            if code < 0
            else f"ended with exit code {code}"
        )
        guess = (
            "\n  on most systems that means that memory ran out"
            if -code == signal.SIGKILL
            else ""
        )
        return FootfallError(
            f"worker {self._share + 1} of {self._n_shares} {how} in the middle of its work{guess}\n"
            "  what was committed is kept\n"
            "  hint: run the same command again to continue; fewer --workers need less memory"
        )


def _own(job: Job) -> Job:
    """Return a job that can be pickled while the owner gives up sinks."""
    return replace(job, given_up=set())


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else "unknown"


def _rebuilt(failure: WorkerFailure) -> Exception:
    """Make the worker's exception again: of its class where that is one of ours and is made from a text."""
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
    """Let more fit into a pipe, where the system can: fewer switches between the processes."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """Start children deaf to Ctrl-C, which a terminal sends to all of them; only the main thread may change this."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def default_workers(n_groups: int) -> int:
    """Return how many workers suit this machine: its processors, but no more than there are groups of people."""
    return max(1, min(processors(), n_groups))
