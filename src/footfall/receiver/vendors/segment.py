"""Segment's protocol from the server's side, which is RudderStack's too: calls one by one or in batches.

Source: segmentio/segment-docs, `connections/sources/catalog/libraries/server/http-api`; the short paths from
@segment/analytics-next 1.84.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from footfall.foreign.identity import as_id
from footfall.foreign.vendor_records import as_text
from footfall.foreign.vendors import RUDDERSTACK, SEGMENT
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

MOST_EVENTS = 2500
"""Calls per request; Segment itself drops what is beyond, and answers 200. Source: http-api, "Batch"."""
CALLS = tuple(SEGMENT.kinds)
BATCHES = ("/v1/batch", "/v1/b", "/v1/import")
SINGLES = {f"/v1/{name}": call for call in CALLS for name in (call, call[0])}
METRICS = "/v1/m"
"""What browsers' SDKs tell about themselves; there is nothing to store in it."""
_CODES = {
    400: "invalid_request",
    401: "invalid_write_key",
    413: "payload_too_large",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True)
class SegmentProtocol(VendorProtocol):
    """Checks and answers requests in Segment's form."""

    key: KnownKey
    # RudderStack takes 4 MB; what Segment itself would refuse, its SDKs do not send.
    paths: ClassVar = dict.fromkeys((*BATCHES, *SINGLES, METRICS), 4 * MEGABYTE)

    def receive(self, asked: Asked) -> ReceivedBatch | Answer:
        """Return what a request brings."""
        if asked.path == METRICS:
            return Answer(200, {"success": True})
        value, _ = value_of(asked)
        if not isinstance(value, dict):
            raise Refusal(400, "the body is no object")
        self._check_key(asked, value)
        calls, is_batch = _calls(asked, value)
        found = []
        for place, call in enumerate(calls):
            where = f"batch[{place}]" if is_batch else "the call"
            _check(call, where)
            check_type(one := recognised(call, SEGMENT, RUDDERSTACK), where)
            found.append(one)
        return batch_of(found, "v1", "v", asked.now_ms)

    def accepted(self, asked: Asked, batch: ReceivedBatch, stored: BatchOutcome) -> Answer:
        """Return the answer to calls that are stored."""
        del asked, batch, stored
        return Answer(200, {"success": True})

    def refused(self, asked: Asked, status: int, why: str) -> Answer:
        """Return the answer to a request that is refused; its SDKs show code and message."""
        del asked
        code = _CODES.get(status, "error")
        return Answer(status, {"success": False, "code": code, "message": why})

    def _check_key(self, asked: Asked, value: Mapping[str, Any]) -> None:
        given = [as_text(value.get("writeKey")), credentials_of(asked.authorization)[0]]
        keys = [key for key in given if key]
        if not keys:
            raise Refusal(
                401,
                "no write key: send it as the user's name of Basic, or as writeKey in the body",
            )
        if not self.key.is_right(*keys):
            raise Refusal(401, "the write key is not the receiver's")


def _calls(asked: Asked, value: Json) -> tuple[Sequence[Any], bool]:
    call = SINGLES.get(asked.path)
    if call is not None:
        return [{"type": call} | value], False
    calls = value.get("batch")
    if not isinstance(calls, list) or not calls:
        raise Refusal(400, "batch is missing or empty")
    if len(calls) > MOST_EVENTS:
        raise Refusal(413, f"batch has {len(calls)} calls; at most {MOST_EVENTS} are taken")
    return calls, True


def _check(call: Any, where: str) -> None:
    """Check a call.

    Raises:
        Refusal: It is none.
    """
    if not isinstance(call, dict):
        raise Refusal(400, f"{where} is not an object")
    kind = call.get("type")
    if kind not in CALLS:
        raise Refusal(400, f"{where}: type is not one of {', '.join(CALLS)}")
    names = ("userId", "anonymousId", "previousId" if kind == "alias" else "groupId")
    if all(as_id(call.get(name)) is None for name in names):
        raise Refusal(400, f"{where}: userId or anonymousId is missing")
    if kind == "group" and as_id(call.get("groupId")) is None:
        raise Refusal(400, f"{where}: groupId is missing")
    if kind == "track" and not as_text(call.get("event")):
        raise Refusal(400, f"{where}: event is missing")
