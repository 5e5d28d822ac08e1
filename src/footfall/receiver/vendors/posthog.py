"""PostHog's protocol from the server's side: events one by one or in batches; there are no flags.

Source: PostHog/posthog.com `docs/api/capture`, PostHog/posthog `rust/capture/src`; the newest path from posthog 7.91.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from footfall.foreign.vendor_records import as_text, at
from footfall.foreign.vendors import POSTHOG
from footfall.receiver.foreign_rows import batch_of
from footfall.receiver.intake import BatchOutcome, Json, ReceivedBatch
from footfall.receiver.vendors.bodies import value_of
from footfall.receiver.vendors.vendor_protocol import (
    MEGABYTE,
    Answer,
    Asked,
    KnownKey,
    Refusal,
    VendorProtocol,
    check_type,
    credentials_of,
    recognised,
)

NEWEST = "/i/v1/analytics/events"
FLAGS = frozenset({"/flags", "/decide"})
NO_FLAGS: Json = {
    "featureFlags": {},
    "featureFlagPayloads": {},
    "flags": {},
    "errorsWhileComputingFlags": False,
    "sessionRecording": False,
    "supportedCompression": ["gzip", "gzip-js"],
}
"""What asks for flags gets none, and what asks how to send is told so."""


@dataclass(frozen=True, slots=True)
class PostHogProtocol(VendorProtocol):
    """Checks and answers requests in PostHog's form."""

    key: KnownKey
    paths: ClassVar = {
        # With a slash at its end, as its SDKs send it: without one it is Amplitude's.
        "/batch/": 20 * MEGABYTE,
        "/capture": 20 * MEGABYTE,
        "/e": 20 * MEGABYTE,
        "/i/v0/e": 20 * MEGABYTE,
        NEWEST: 20 * MEGABYTE,
        "/flags": MEGABYTE,
        "/decide": MEGABYTE,
    }

    def receive(self, asked: Asked) -> ReceivedBatch | Answer:
        """Return what a request brings."""
        if asked.path in FLAGS:
            return Answer(200, NO_FLAGS)
        value, fields = value_of(asked)
        events = _events(value)
        if not events:
            raise Refusal(400, "empty batch")
        self._check_key(asked, value, fields, events)
        found = []
        for place, event in enumerate(events):
            if not isinstance(event, dict):
                raise Refusal(400, f"event {place} is not an object")
            check_type(one := recognised(event, POSTHOG), f"event {place}")
            if _distinct_id(event) in (None, ""):
                raise Refusal(400, f"event {place} has no distinct_id")
            found.append(one)
        return batch_of(found, "capture", "v", asked.now_ms)

    def accepted(self, asked: Asked, batch: ReceivedBatch, stored: BatchOutcome) -> Answer:
        """Return the answer to events that are stored: to the newest path, one per event."""
        del stored
        if asked.path != NEWEST:
            return Answer(200, {"status": "Ok"})
        results = {row.insert_id: {"result": "ok"} for row in batch.rows if row.insert_id}
        return Answer(200, {"results": results})

    def refused(self, asked: Asked, status: int, why: str) -> Answer:
        """Return the answer to a request that is refused: a plain text."""
        del asked
        return Answer(status, "transient error, please retry" if status == 503 else why)

    def _check_key(
        self, asked: Asked, value: Any, fields: Mapping[str, str], events: Sequence[Any]
    ) -> None:
        outer = value if isinstance(value, dict) else {}
        first = events[0] if isinstance(events[0], dict) else {}
        given = [
            *(as_text(outer.get(name)) for name in ("api_key", "token", "$token")),
            *(as_text(at(first, path)) for path in (("api_key",), ("properties", "token"))),
            fields.get("api_key", ""),
            fields.get("token", ""),
            credentials_of(asked.authorization)[0],
        ]
        keys = [key for key in given if key]
        if not keys:
            raise Refusal(401, "event submitted without an api_key")
        if not self.key.is_right(*keys):
            raise Refusal(401, "API key is not valid: it is not the receiver's")


def _events(value: Any) -> list[Any]:
    if isinstance(value, dict) and not isinstance(value.get("event"), str):
        for name in ("batch", "data"):
            if isinstance(value.get(name), list):
                return list(value[name])
    return value if isinstance(value, list) else [value]


def _distinct_id(event: Json) -> Any:
    return event.get("distinct_id") or at(event, ("properties", "distinct_id"))
