"""Signals: Ctrl-C or SIGTERM once finishes what is in flight, twice stops now; neither waits for long."""

from __future__ import annotations

import math
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import click

# A script tells "try again" from "the user wanted it at once"; 130 is 128 + SIGINT, as shells report it.
STOPPED, STOPPED_AT_ONCE = 1, 130
# SIGTERM too, which `docker stop`, service managers and batch queues send, and soon after it SIGKILL.
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LEAVE_S = 4.0
"""Seconds from the first signal on; a command that is still there then is left."""
LEAVE_AGAIN_S = 2.5
"""Seconds from the second one on: two are for sinks (`pipeline.LEAVE_S`)."""
SAME_S = 0.2
"""Signals that come so close together are one: `timeout` sends SIGTERM to the command and to its group."""
_TELL_S = 0.3
_SHOW_CURSOR = "\x1b[?25h"
_STOPPING = "\nstopping: finishing what is in flight (Ctrl-C again stops at once)"
_LEFT = "left before that was finished; what was committed is kept, the rest is pending"


@dataclass(frozen=True, slots=True)
class _GentleStop:
    """The event that the first signal sets, and the line that is said when the command has to be left."""

    stop: threading.Event
    to_continue: str


class SignalWatch:
    """The watch over the signals that end a command, from its first line to its last.

    watching → told to stop, once or twice → ended, or left: what still runs then dies with the process.
    Everything is made to survive that (`kill -9` is no worse), and workers end with their owner.

    Python runs handlers in the main thread alone, which may be in a library's code for minutes: in a
    commit, a query, a connection. So a thread of its own hears of signals, by `signal.set_wakeup_fd`.
    """

    def __init__(self) -> None:
        self._gentle: _GentleStop | None = None
        self._first_at = math.inf
        self.has_interrupted = False
        """Whether a signal has raised an exception, which a library may have turned into one of its own."""

    @contextmanager
    def watching(self) -> Iterator[SignalWatch]:
        """Handle the signals of this process; nothing where this is not its main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        descriptor = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        listener = threading.Thread(target=self._listen, args=(reader,), daemon=True)
        listener.start()
        try:
            yield self
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)
            writer.close()
            listener.join()
            reader.close()

    @contextmanager
    def gentle(self, to_continue: str) -> Iterator[threading.Event]:
        """Yield an event that is set by the first signal, which raises nothing then."""
        self._gentle = _GentleStop(threading.Event(), to_continue)
        try:
            yield self._gentle.stop
        finally:
            self._gentle = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # The exception comes up wherever the main thread is: in the owner of a run, which then gives
        # sinks two seconds (`halt`).
        now = time.monotonic()
        self._first_at = min(self._first_at, now)
        if self._gentle is None or now > self._first_at + SAME_S:
            self.has_interrupted = True
            raise KeyboardInterrupt

    def _listen(self, reader: socket.socket) -> None:
        """Set what the first signal sets, and leave when the time is up; end when there is nothing to read."""
        first_at, leave_at, code = math.inf, math.inf, STOPPED_AT_ONCE
        gentle: _GentleStop | None = None
        while _is_readable(reader, leave_at):
            numbers, now = reader.recv(64), time.monotonic()
            if not numbers:
                return
            if not set(SIGNALS) & set(numbers):
                continue
            if first_at == math.inf:
                first_at, leave_at, gentle = now, now + LEAVE_S, self._gentle
                if gentle is not None:
                    code = STOPPED
                    gentle.stop.set()
                    _tell(lambda: click.echo(_STOPPING, err=True))
            elif now > first_at + SAME_S:
                leave_at, code = min(leave_at, now + LEAVE_AGAIN_S), STOPPED_AT_ONCE
        _tell(lambda: _tell_left(gentle))
        os._exit(code)


def _is_readable(reader: socket.socket, before: float) -> bool:
    """Wait for something to read, up to a moment of the monotonic clock."""
    wait_s = None if before == math.inf else max(before - time.monotonic(), 0)
    return bool(select.select([reader], [], [], wait_s)[0])


def _tell(say: Callable[[], None]) -> None:
    """Say something, unless what it is written to takes nothing: that may be what the command hangs at."""

    def dare() -> None:
        with suppress(OSError):  # nobody reads it
            say()

    teller = threading.Thread(target=dare, daemon=True)
    teller.start()
    teller.join(_TELL_S)


def _tell_left(gentle: _GentleStop | None) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(_SHOW_CURSOR)  # a board of progress has hidden it
    if gentle is None:
        click.echo("stopped", err=True)
        return
    click.echo("\n".join(filter(None, (_LEFT, gentle.to_continue))), err=True)


@contextmanager
def gentle_stop(to_continue: str) -> Iterator[threading.Event]:
    """Yield an event that is set by the first Ctrl-C; the second raises `KeyboardInterrupt`.

    Outside of it, as while tables are printed after a run, the first one raises.

    Args:
        to_continue: Line that says how to go on, for a command that has to be left; empty if it cannot.
    """
    watch = click.get_current_context().find_object(SignalWatch)
    # Without one the command was not called by the command line, and signals are somebody else's.
    with (watch or SignalWatch()).gentle(to_continue) as stop:
        yield stop
