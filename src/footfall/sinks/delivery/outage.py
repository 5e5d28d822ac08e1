"""Outages: a span of failures only, said while it is tried again: nobody is to wait for a mistyped port in silence."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from footfall.errors import TransientSinkError
from footfall.net.clock import Clock

SAY_AFTER_S, SAY_AGAIN_S = 5.0, 60.0


class Outage:
    """A span in which nothing gets through, and its lines on standard error.

    works → fails → after five seconds it is said → said again when the reason changes, or after a minute → works again,
    which is said too.

    Args:
        name: The sink, for people.
        clock: Measures.
        patience_s: How long it is tried; 0 is for ever.
    """

    def __init__(self, name: str, clock: Clock, patience_s: float) -> None:
        self._name, self._clock, self._patience_s = name, clock, patience_s
        self._since: float | None = None
        self._worked_at: float | None = None
        self._why = self._answer = self._why_said = ""
        self._said_at = -math.inf
        self._is_said = False

    @property
    def is_on(self) -> bool:
        """Whether the last thing that was tried has failed."""
        return self._since is not None

    @property
    def left_s(self) -> float:
        """Seconds until it is to be given up; infinite while it works, or when it is tried for ever."""
        if self._since is None or not self._patience_s:
            return math.inf
        return self._since + self._patience_s - self._clock.monotonic()

    def tried(self) -> None:
        """Note that something is tried while nothing else is under way: from here on it counts how long it takes."""
        if self._since is None:
            self._worked_at = self._clock.monotonic()

    def failed(self, why: str, answer: str = "") -> None:
        """Note a failure that may pass.

        Args:
            why: In a few words.
            answer: All that came back, for `given_up`.
        """
        if self._since is None:
            self._since = self._clock.monotonic()
        self._why, self._answer = why, answer or why
        self.look()

    def worked(self) -> None:
        """Note that something got through."""
        if self._is_said:
            self._say("it works again")
        self._since, self._is_said, self._worked_at = None, False, self._clock.monotonic()

    def look(self) -> None:
        """Say again why, if it is time to; to be called now and then while something is waited for."""
        now = self._clock.monotonic()
        pause_s = SAY_AGAIN_S if self._why == self._why_said else SAY_AFTER_S
        if (
            self._since is None
            or now < self._since + SAY_AFTER_S
            or now < self._said_at + pause_s
        ):
            return
        self._said_at, self._why_said, self._is_said = now, self._why, True
        until = (
            "until it works" if math.isinf(self.left_s) else f"for up to {_span(self.left_s)}"
        )
        self._say(f"{self._why}; trying again {until}")

    def patient(
        self,
        pause_s: float,
        *,
        is_in_flight: bool,
        give_up: Callable[[TransientSinkError], None],
    ) -> float | None:
        """Return how long to wait: not beyond the patience; None where that has come to its end.

        Args:
            pause_s: Until there is something to do.
            is_in_flight: An answer is waited for, so there is hope still.
            give_up: Called at the end.
        """
        # An answer that is waited for may be the one that ends the outage: its own bound is the time
        # of an exchange, after which there is one way or the other.
        left_s = math.inf if is_in_flight else self.left_s
        if left_s > 0:
            return min(pause_s, left_s)
        give_up(self.given_up())
        return None

    def given_up(self) -> TransientSinkError:
        """Return the error of an outage that has outlasted the patience."""
        # Not the patience: it begins with the first failure, which may have been waited for, as the last one may.
        now = self._clock.monotonic()
        since = now if self._worked_at is None else self._worked_at
        return TransientSinkError(
            f"nothing was accepted for {now - since:.0f} s; the last answer: {self._answer}"
        )

    def _say(self, what: str) -> None:
        sys.stderr.write(f"{self._name}: {what}\n")


def _span(seconds: float) -> str:
    return f"{max(seconds, 1):.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
