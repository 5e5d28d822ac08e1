"""When threads that carry requests leave."""

import threading

import pytest

from footfall.net.clock import SystemClock
from footfall.net.http_client import Reply
from footfall.sinks.delivery.http_sender import LEAVE_S, HttpSender, Request


class Channel:
    """A channel to nowhere."""

    def post(self, body, headers):
        return Reply(0, reason="connection refused")

    def expire(self) -> None:
        pass


class Steps:
    """A dispatcher that says what it is told to, and counts how often it is asked."""

    def __init__(self, *steps, is_failing=False) -> None:
        self.steps, self.is_failing, self.n_asked = list(steps), is_failing, 0

    def next(self):
        self.n_asked += 1
        return self.steps.pop(0) if self.steps else None

    def handle(self, request, reply) -> None:
        self.is_failing = True

    def fail(self, problem) -> None:
        raise problem


@pytest.mark.parametrize(
    ("steps", "n_asked"),
    [
        (Steps(*[Request(b"", {})] * 5), 1),
        (Steps(0.01, 0.01, is_failing=True), 0),
        (Steps(LEAVE_S + 1, 0.01), 1),
        (Steps(0.01, 0.01), 3),
    ],
    ids=["the last has failed", "all fails", "a long pause", "a short pause"],
)
def test_told_to_stop(steps, n_asked):
    """Once told to stop, nothing is waited for while nothing gets through, nor a pause that is too long."""
    stop = threading.Event()
    stop.set()
    sender = HttpSender([Channel()], SystemClock())
    sender.stop_on(stop)
    sender.run(steps)
    assert steps.n_asked == n_asked
