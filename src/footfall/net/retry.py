"""The one policy of retries: exponential back-off with full jitter, or as long as the other side asks for."""

from __future__ import annotations

import datetime as dt
import hashlib
from email.utils import parsedate_to_datetime

FIRST_S, LONGEST_S = 0.5, 60.0
LEAST_ASKED_S, MOST_ASKED_S = 1.0, 900.0
"""Retry-After is taken between these, whatever it says: 0 would be a tight loop, a year a silent end."""


def backoff_s(
    name: str, attempts: int, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S
) -> float:
    """Return how long to wait: evenly drawn from zero up to a bound that doubles ("full jitter").

    Before attempts 2, 3, 4, ... it is at most 0.5, 1, 2, 4, 8, 16, 32, 60, 60, ... seconds.

    Args:
        name: Of what is sent; the jitter is a hash of it and of the attempt, so that a run can be repeated.
        attempts: How often it was tried, at least once.
        first_s: Bound before the second attempt.
        longest_s: Bound of all bounds.

    Example:
        >>> [round(backoff_s("a request", attempts), 2) for attempts in (1, 2, 3, 12)]
        [0.23, 0.6, 1.78, 54.26]

    Source:
        AWS Architecture Blog, "Exponential Backoff And Jitter": full jitter, which spreads clients that failed
        together over the whole span, where a bound alone would have them all come back at once.
    """
    digest = hashlib.sha256(f"{name}/{attempts}".encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") / 2**64
    # 2.0 ** 1024 would overflow: an outage of days comes to thousands of attempts.
    return drawn * min(longest_s, first_s * 2.0 ** min(attempts - 1, 30))


def retry_after_s(header: str | None, now_ms: int) -> float | None:
    """Return how long an answer asks to wait: seconds, or a date; None where it says nothing that can be understood.

    Args:
        header: `Retry-After`.
        now_ms: Time of day.

    Example:
        >>> retry_after_s("120", now_ms=0), retry_after_s("Thu, 01 Jan 1970 00:00:30 GMT", now_ms=0)
        (120.0, 30.0)

    Source:
        RFC 9110, 10.2.3.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:9])  # more digits would only meet the upper bound all the same
    else:
        moment = _date(text)
        if moment is None:
            return None
        seconds = moment.timestamp() - now_ms / 1000
    return min(max(seconds, LEAST_ASKED_S), MOST_ASKED_S)


def _date(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
