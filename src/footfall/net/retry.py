"""When to try again: exponential back-off with full jitter, or as long as the other side asks for."""

from __future__ import annotations

import datetime as dt
import hashlib
from email.utils import parsedate_to_datetime

FIRST_S, LONGEST_S = 0.5, 60.0
LEAST_ASKED_S, MOST_ASKED_S = 1.0, 900.0
"""Retry-After is taken between these, whatever it says."""


def wait_s(name: str, attempts: int) -> float:
    """Return how long to wait: evenly drawn from zero up to a bound that doubles ("full jitter").

    Before attempts 2, 3, 4, ... it is at most 0.5, 1, 2, 4, 8, 16, 32, 60, 60, ... seconds.

    Args:
        name: Of what is sent; the jitter is a hash of it and of the attempt, so that a run can be repeated.
        attempts: How often it was tried, at least once.

    Source:
        AWS Architecture Blog, "Exponential Backoff And Jitter": full jitter.
    """
    drawn = hashlib.sha256(f"{name}/{attempts}".encode()).digest()
    share = int.from_bytes(drawn[:8], "big") / 2**64
    return share * min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 30))


def asked_s(header: str | None, now_ms: int) -> float | None:
    """Return how long an answer asks to wait: seconds, or a date; None where it says nothing that can be understood.

    Args:
        header: `Retry-After`.
        now_ms: Time of day.

    Source:
        RFC 9110, 10.2.3.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:9])
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
