"""The worker process: its job comes by standard input, its results go to standard output.

A worker may be ahead of the owner by a few parts (backpressure by credits): each costs a
credit, which the owner gives back when it has committed. Orders of the owner are single bytes,
one of which is followed by the place of a sink. A thread of its own reads them, so that a
worker whose owner has died ends at once, whatever it is doing.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from footfall.errors import FootfallError
from footfall.execution.pipe import read_frame, write_frame
from footfall.execution.task import Job, PartResult, live_through
from footfall.execution.without_pandas import leave_pandas_out
from footfall.refusals import refusal

CREDIT, STOP, GIVE_UP = b"c", b"s", b"g"
PLACE_BYTES = 2
"""Bytes of a sink's place behind `GIVE_UP`."""
IN_FLIGHT = 2
"""Credits at first: one part is simulated while another waits to be committed.

More would not be faster, and memory depends on it: at most so many parts per worker."""


@dataclass(frozen=True, slots=True)
class WorkerJob:
    """A job, and the share of it that is this worker's: every `n_shares`-th group."""

    job: Job
    share: int
    n_shares: int


@dataclass(frozen=True, slots=True)
class WorkerFailure:
    """An exception on its way to the owner.

    Args:
        kind: Name of its class.
        text: Its message.
        trace: Its traceback as text.
    """

    kind: str
    text: str
    trace: str


class OwnerLink:
    """The link to the owner: go on while there are credits, stop when ordered, die with it.

    Args:
        orders: Pipe from the owner.
        given_up: Places of sinks that get no more, added to when the owner orders it.
    """

    def __init__(self, orders: IO[bytes], given_up: set[int]) -> None:
        self._orders, self._given_up = orders, given_up
        self._credits = threading.Semaphore(IN_FLIGHT)
        self._is_stopped = False
        threading.Thread(target=self._listen, daemon=True).start()

    def may_go_on(self) -> bool:
        """Wait for a credit; return False when the owner wants no more."""
        self._credits.acquire()
        return not self._is_stopped

    def _listen(self) -> None:
        while order := self._orders.read(1):
            if order == GIVE_UP:
                self._given_up.add(int.from_bytes(self._orders.read(PLACE_BYTES)))
                continue
            self._is_stopped |= order == STOP
            self._credits.release()  # also for STOP: who waits for a credit must wake up and see it
        # The pipe has closed, so the owner is dead, perhaps by a signal that it could not handle. The
        # simulation runs in another thread that nothing can interrupt, hence not `sys.exit`.
        os._exit(1)


def main() -> None:
    """Work off the assignment that comes through standard input, then exit."""
    # A terminal sends Ctrl-C to all processes, `timeout` and service managers SIGTERM; what it
    # means, the owner decides.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    leave_pandas_out()
    orders = os.fdopen(0, "rb", buffering=0, closefd=False)
    results = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)  # whatever a library prints must not run into the results
    _work(orders, results)
    os._exit(0)  # nothing is left to tidy, and the thread that listens never ends by itself


def _work(orders: IO[bytes], results: IO[bytes]) -> None:
    try:
        assignment: WorkerJob = read_frame(orders)
        owner_link = OwnerLink(orders, assignment.job.given_up)
        part_results = live_through(assignment.job, assignment.share, assignment.n_shares)
        # The credit comes first: it stands for the room that the owner has for a part.
        while owner_link.may_go_on() and _hand_over(part_results, results):
            pass
        write_frame(results, None)
    except BrokenPipeError:
        # The owner is gone, so there is nobody to tell.
        os._exit(1)
    except Exception as problem:  # noqa: BLE001 - every failure is the owner's to tell
        write_frame(results, _failure(refusal(problem) or problem))


def _hand_over(part_results: Iterator[PartResult], results: IO[bytes]) -> bool:
    """Make the next result and write it; return False when there is none."""
    part_result = next(part_results, None)
    if part_result is not None:
        write_frame(results, part_result)
    return part_result is not None


def _failure(problem: Exception) -> WorkerFailure:
    text = (
        str(problem)
        if isinstance(problem, FootfallError)
        else f"{type(problem).__name__}: {problem}"
    )
    return WorkerFailure(
        type(problem).__name__, text, "".join(traceback.format_exception(problem))
    )
