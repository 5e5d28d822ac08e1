"""The queue of a webhook: what is sent next, and what its answers mean; no thread, no network."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

from footfall.errors import SinkError
from footfall.net.clock import Clock
from footfall.net.http_client import Reply
from footfall.net.rate_limit import RateLimit
from footfall.sinks.delivery.http_sender import Request
from footfall.sinks.delivery.outage import Outage
from footfall.sinks.delivery.request_queue import RequestQueue
from footfall.sinks.webhook import signature
from footfall.sinks.webhook.encode import RequestForm, WebhookBatch

Meaning = Literal["accepted", "again", "split", "refused", "over"]
SAME_FAILURES = 20
"""So many refusals in a row, and nothing accepted: it is not the events that are wrong."""


def meaning_of(status: int) -> Meaning:
    """Return what a status means for what was sent.

    Source:
        Standard Webhooks 1.0.0, "Deliverability and reliability": 2xx is success, all else failure, 3xx is not
        followed, 410 disables, 429, 502 and 504 throttle. RFC 9110 and RFC 8470: 408 and 425 ask to try again, 413 is
        about size.
    """
    if 200 <= status < 300:
        return "accepted"
    if status in (401, 403, 407, 410) or 300 <= status < 400:
        return "over"
    if status == 413:
        return "split"
    # 0, no whole answer, is among these: the request may have been stored, so only the same id again is safe.
    if status in (408, 425, 429) or not 400 <= status < 500:
        return "again"
    return "refused"


class WebhookQueue(RequestQueue[WebhookBatch]):
    """The batches of a part on their way.

    Args:
        batches: What is to be sent.
        form: Makes requests.
        outage: How long it is tried while everything fails.
        clock: Tells the time.
        limits: Of requests and of events per second.
        most_refusals: So many in a row, and nothing accepted, end it; 0 never does.
    """

    def __init__(
        self,
        batches: Iterable[WebhookBatch],
        form: RequestForm,
        outage: Outage,
        clock: Clock,
        limits: tuple[RateLimit, RateLimit],
        most_refusals: int = SAME_FAILURES,
    ) -> None:
        super().__init__(outage, clock, limits)
        self._batches, self._form, self._most_refusals = deque(batches), form, most_refusals
        self._refusals = 0

    @property
    def has_more(self) -> bool:
        """Whether there are batches that were not sent yet."""
        return bool(self._batches)

    def next_batch(self, now: float) -> WebhookBatch:
        """Return the next one."""
        del now
        return self._batches.popleft()

    def request(self, batch: WebhookBatch) -> Request:
        """Return the request of a batch, signed as of now."""
        return self._form.request(batch, self._clock.wall_ms() // 1000)

    def costs(self, batch: WebhookBatch) -> tuple[float, float]:
        """Return one request, and its events."""
        return 1, batch.n_events

    def answered(self, batch: WebhookBatch, reply: Reply) -> None:
        """Take in an answer."""
        meaning = meaning_of(reply.status)
        if meaning == "accepted":
            self.accept(batch.row_numbers)
            self._refusals = 0
        elif meaning == "again":
            self.retry_as_asked(batch, reply)
        elif meaning == "split" and batch.n_events > 1:
            # To the front, so that events keep their order as far as they can.
            self._batches.extendleft(reversed(batch.halves()))
        elif meaning == "over":
            self.fail(SinkError(f"{_why_over(reply)} (status {reply.status})"))
        else:  # also one event that is too large by itself
            self._refuse_all(batch, reply)

    def note_answers(self) -> None:
        """Note what was answered; refusals once something was accepted, or all is answered.

        Until then it may be the address that is wrong: once that is mended, all of it is to go again.
        """
        if self.accepted or self.is_done or not self._most_refusals:
            super().note_answers()

    def _refuse_all(self, batch: WebhookBatch, reply: Reply) -> None:
        self._refusals += 1
        self.refuse(batch.dead_letters(f"refused with {reply.status}", reply))
        is_hopeless = self._most_refusals and self._refusals >= self._most_refusals
        if is_hopeless and not self.accepted:
            self.fail(SinkError(f"every request fails the same way: {reply}"))


def _why_over(reply: Reply) -> str:
    place = reply.fit(reply.headers.get("location", "an unknown place"))
    reasons = {
        401: f"it does not accept our signature ({signature.SECRET_NAME}) or credentials",
        403: "it forbids what we do",
        407: "a proxy wants credentials",
        410: "it is gone and wants no more events",
    }
    moved = f"it has moved to {place}; redirects are not followed"
    return reasons.get(reply.status, moved)
