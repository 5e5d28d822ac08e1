"""Requests that were refused, counted by reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from footfall.text import count

HEADER_BYTES = 16_384
REASONS = {
    400: "it cannot be read, or lacks something",
    401: "the token of the receiver is missing or wrong: Authorization: Bearer TOKEN",
    403: "a page of another site has sent this; --allow-origin ORIGIN lets its events in",
    404: "there is nothing at its path",
    405: "the method does not fit the path",
    408: "the body did not come in time",
    409: "a message of that webhook-id came before with another body",
    413: "the body is too long, or has too many events",
    415: "the body is compressed otherwise than by gzip or deflate",
    421: "the receiver is asked under another name than 127.0.0.1, localhost or [::1]",
    429: "too many events of one user or device",
    431: f"the headers have more than {HEADER_BYTES} bytes",
    503: "events could not be stored",
}
"""Status → reason, where whoever refuses names no other."""
WRONG_KEY = "the key or the signature is missing or wrong"
WRONG_TYPE = "the content type is none that is taken"
TOO_MUCH = "too much is being sent at once"
TOO_MANY = "too many connections are at work at once"
NO_HTTP = "it is no HTTP"


@dataclass(slots=True)
class RefusedRequests:
    """The number of refused requests, by status and reason."""

    counts: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, status: int, reason: str = "") -> None:
        """Count a request that is answered with a status of 400 or more."""
        self.counts[status, reason or REASONS.get(status, "not possible")] += 1

    @property
    def n_requests(self) -> int:
        """Their number."""
        return self.counts.total()

    def records(self) -> list[dict[str, Any]]:
        """Return a record per reason, the most frequent first."""
        return [
            {"status": status, "reason": reason, "requests": n}
            for (status, reason), n in self.counts.most_common()
        ]

    def lines(self) -> list[str]:
        """Return a line per reason, the most frequent first."""
        return [
            f"{count(n)} {'request' if n == 1 else 'requests'} refused with {status}: {reason}"
            for (status, reason), n in self.counts.most_common()
        ]
