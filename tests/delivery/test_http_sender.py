"""When threads that carry requests leave."""

import threading
import time

from footfall.net.clock import SystemClock
from footfall.net.http_client import Reply
from footfall.sinks.delivery.http_sender import HttpSender, Request


class Channel:
    """A channel to nowhere, that takes its time."""

    def __init__(self, takes_s=0.0) -> None:
        self.takes_s = takes_s

    def post(self, body, headers):
        time.sleep(self.takes_s)
        return Reply(0, reason="connection refused")

    def expire(self) -> None:
        pass


class Requests:
    """A dispatcher without end, which tells a sender to stop with the first request, and keeps what was answered."""

    def __init__(self, stop) -> None:
        self.stop, self.n_sent, self.n_answered = stop, 0, 0

    def next(self):
        self.n_sent += 1
        self.stop.set()
        return Request(b"", {})

    def handle(self, request, reply) -> None:
        self.n_answered += 1

    def fail(self, problem) -> None:
        raise problem


def told_to_stop(takes_s) -> Requests:
    stop = threading.Event()
    sender, requests = HttpSender([Channel(takes_s)], SystemClock()), Requests(stop)
    sender.stop_on(stop)
    sender.run(requests)
    return requests


def test_told_to_stop():
    """Once told to stop, nothing new is sent; what is in flight is waited for, and taken in."""
    requests = told_to_stop(0.01)
    assert (requests.n_sent, requests.n_answered) == (1, 1)


def test_an_answer_that_comes_too_late(monkeypatch):
    """Some seconds after the stop nobody waits any more, and an answer that comes then changes nothing."""
    monkeypatch.setattr("footfall.sinks.delivery.http_sender.LEAVE_S", 0.0)
    monkeypatch.setattr("footfall.sinks.delivery.http_sender.LOOK_UP_S", 0.01)
    requests = told_to_stop(0.3)
    time.sleep(0.5)
    assert (requests.n_sent, requests.n_answered) == (1, 0)
