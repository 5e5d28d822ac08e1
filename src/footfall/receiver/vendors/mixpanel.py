"""Mixpanel's protocol from the server's side: `/track`, `/import`, `/engage` and `/groups`.

Source: mixpanel/docs of 2026-08-21, `import-events`, `track-event`, `openapi/ingestion`; the texts of `/track` are what
its SDKs test for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from footfall.foreign.envelopes import ForeignEvent
from footfall.foreign.times import time_of
from footfall.foreign.vendor_records import as_text, at
from footfall.foreign.vendors import MIXPANEL
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
    credentials_of,
)

MOST_EVENTS = 2000
"""Events per request. Source: import-events, "Limits"."""
STATUSES = {
    400: "Bad Request",
    401: "Unauthorized",
    413: "Request Entity Too Large",
    503: "Service Unavailable",
}
"""Source: import-events, "Responses": the field `status`."""
FAILED = "some data points in the request failed validation"
_NEEDED = (("properties", "time"), ("properties", "distinct_id"), ("properties", "$insert_id"))
"""Source: import-events, "Event object": required, where `strict` is set."""

_PROFILES = {"/engage": ("$distinct_id",), "/groups": ("$group_key", "$group_id")}
"""Path → what an update of a profile needs."""


@dataclass(frozen=True, slots=True)
class StrictBatch(ReceivedBatch):
    """The right ones of a request's events, which are stored although others are wrong.

    Args:
        failed: The wrong ones, as `failed_records`.
    """

    failed: Sequence[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MixpanelProtocol(VendorProtocol):
    """Checks and answers requests in Mixpanel's form."""

    key: KnownKey
    paths: ClassVar = {
        "/track": 2 * MEGABYTE,
        "/engage": 2 * MEGABYTE,
        "/groups": 2 * MEGABYTE,
        "/import": 10 * MEGABYTE,
    }
    readable: ClassVar = frozenset({"/track", "/engage", "/groups"})

    def receive(self, asked: Asked) -> ReceivedBatch | Answer:
        """Return what a request brings."""
        value, fields = value_of(asked)
        items = value if isinstance(value, list) else [value]
        if not items:
            raise Refusal(400, "data, missing or empty")
        if len(items) > MOST_EVENTS:
            raise Refusal(413, f"request has {len(items)} events, the limit is {MOST_EVENTS}")
        self._check_key(asked, fields.get("api_key", ""), items)
        return self._strict(asked, items) if self._is_strict(asked) else self._all(asked, items)

    def accepted(self, asked: Asked, batch: ReceivedBatch, stored: BatchOutcome) -> Answer:
        """Return the answer that the path's SDKs wait for."""
        del stored
        n_events = len(batch.rows)
        if isinstance(batch, StrictBatch) and batch.failed:
            body = {"failed_records": batch.failed, "num_records_imported": n_events}
            return Answer(400, self._said(400, FAILED) | body)
        if self._is_strict(asked):
            return Answer(200, {"code": 200, "num_records_imported": n_events, "status": "OK"})
        if self._is_verbose(asked):
            return Answer(200, {"error": None, "status": 1, "num_records_imported": n_events})
        return Answer(200, "1")

    def refused(self, asked: Asked, status: int, why: str) -> Answer:
        """Return the answer to a request that is refused."""
        if self._is_strict(asked):
            return Answer(status, self._said(status, why))
        return Answer(status, {"error": why, "status": 0} if self._is_verbose(asked) else "0")

    def _all(self, asked: Asked, items: Sequence[Any]) -> ReceivedBatch:
        for place, item in enumerate(items):
            flaw = _flaw(asked.path, item)
            if flaw is not None:
                raise Refusal(400, f"{flaw[0]} of event {place}: {flaw[1]}")
        return _batch(asked, items)

    def _strict(self, asked: Asked, items: Sequence[Any]) -> ReceivedBatch:
        """Return the right ones of some events, and what is wrong with the others."""
        flaws = [_flaw(asked.path, item) or _lacking(item) for item in items]
        failed = [
            {
                "index": place,
                "$insert_id": _insert_id(item),
                "field": flaw[0],
                "message": flaw[1],
            }
            for place, (item, flaw) in enumerate(zip(items, flaws, strict=True))
            if flaw is not None
        ]
        right = [item for item, flaw in zip(items, flaws, strict=True) if flaw is None]
        batch = _batch(asked, right)
        return StrictBatch(batch.rows, batch.updates, None, batch.remarks, failed)

    def _check_key(self, asked: Asked, field_: str, items: Sequence[Any]) -> None:
        given = (*credentials_of(asked.authorization), field_)
        tokens = [_token(item) for item in items]
        if self.key.is_right(*given) or all(self.key.is_right(token) for token in tokens):
            return
        if any(given) or all(tokens):
            raise Refusal(401, "Invalid credentials")
        raise Refusal(400, "token, missing or empty")

    def _is_strict(self, asked: Asked) -> bool:
        # The Python SDK imports with a form, and wants the answer of the other paths.
        is_form = asked.kind == "application/x-www-form-urlencoded"
        return asked.path == "/import" and (asked.query.get("strict") == "1" or not is_form)

    def _is_verbose(self, asked: Asked) -> bool:
        is_json = asked.kind in ("application/json", "application/x-ndjson")
        return is_json or asked.query.get("verbose") == "1" or b"verbose=1" in asked.body[-200:]

    @staticmethod
    def _said(status: int, why: str) -> Json:
        return {"code": status, "error": why, "status": STATUSES.get(status, "Error")}


def _batch(asked: Asked, items: Sequence[Json]) -> ReceivedBatch:
    found = [ForeignEvent(item, MIXPANEL) for item in items]
    return batch_of(found, asked.path[1:], "v", asked.now_ms)


def _flaw(path: str, item: Any) -> tuple[str, str] | None:
    """Return the field of an event that is wrong, and why; None where none is."""
    if not isinstance(item, dict):
        return "event", "must be an object"
    names = _PROFILES.get(path)
    if names is None:
        if not as_text(item.get("event")):
            return "event", "event name must be a non-empty text"
        is_object = isinstance(item.get("properties", {}), dict)
        return None if is_object else ("properties", "must be an object")
    lacking = next((name for name in names if item.get(name) in (None, "")), None)
    return None if lacking is None else (lacking, "missing or empty")


def _lacking(item: Json) -> tuple[str, str] | None:
    for path in _NEEDED:
        # An empty distinct_id is nobody's, and is taken.
        value = at(item, path)
        if value is None or (value == "" and path[1] != "distinct_id"):
            return ".".join(path), f"{'.'.join(path)} is missing"
    if time_of(at(item, _NEEDED[0]))[0] is None:
        return "properties.time", "properties.time must be seconds or milliseconds since 1970"
    return None


def _token(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    return as_text(item.get("$token")) or as_text(at(item, ("properties", "token"))) or ""


def _insert_id(item: Any) -> str:
    return as_text(at(item, _NEEDED[2])) or "" if isinstance(item, dict) else ""
