"""Ctrl-C: once finishes what is in flight, twice stops now. SIGTERM counts as Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def gentle_stop() -> Iterator[threading.Event]:
    """Yield an event that is set by the first Ctrl-C; the second raises `KeyboardInterrupt`.

    The handlers are put back at the end: closing tables after a run may be interrupted as
    usual.
    """
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
        # Python runs handlers in the main thread, between two steps of the interpreter. The exception
        # comes up wherever that is: in the owner, which then gives sinks two seconds (`halt`).
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo(
            "\nstopping: finishing what is in flight (Ctrl-C again stops at once)", err=True
        )

    # SIGTERM too, which `docker stop`, service managers and batch queues send.
    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
