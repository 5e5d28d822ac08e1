"""Amplitude's protocol from the server's side: requests are checked and answered.

Source: Amplitude's documentation as named in `sinks/amplitude/limits.py`; the order of the checks is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, ClassVar

from footfall.foreign.vendor_records import as_text
from footfall.foreign.vendors import AMPLITUDE
from footfall.net.clock import Clock
from footfall.receiver.event_times import moments
from footfall.receiver.intake import (
    BatchOutcome,
    Json,
    MalformedBody,
    ReceivedBatch,
    Row,
    Source,
    digest,
    dumped,
    key_of,
    parse_json,
)
from footfall.receiver.throttle import Throttle
from footfall.receiver.user_properties import GROUP_IDENTIFY, IDENTIFY, update_of
from footfall.receiver.vendors.amplitude_fields import lacking_fields, wrong_fields
from footfall.receiver.vendors.bodies import form_of
from footfall.receiver.vendors.vendor_protocol import (
    MEGABYTE,
    Answer,
    Asked,
    KnownKey,
    VendorProtocol,
)
from footfall.sinks.amplitude.limits import (
    BATCH,
    HTTP_V2,
    LONGEST_TEXT,
    MOST_EVENTS,
    SHORTEST_ID,
    Endpoint,
    is_bad_id,
)

KINDS = ("application/json", "text/plain")
"""Content types; `text/plain` is what browsers' `sendBeacon` says."""
_ENDPOINTS = {endpoint.path: endpoint for endpoint in (HTTP_V2, BATCH)}
_FORMS: Mapping[str, tuple[Source, str]] = {
    "/identify": ("identify", IDENTIFY),
    "/groupidentify": ("groupidentify", GROUP_IDENTIFY),
}
_FOOTFALL = "footfall"
"""Begins the library of events that footfall's own sink sends."""
_BUSY = {408: "Request timeout", 503: "Service unavailable"}
_BUSY_FORMS = {408: "timeout", 503: "unavailable"}


@dataclass(frozen=True, slots=True)
class AmplitudeBatch:
    """A request whose form is right."""

    project: str
    events: list[Json]


def bad_request(error: str, **more: Any) -> Answer:
    """Return the answer 400. Source: http-v2, "Responses", 400."""
    return Answer(400, {"code": 400, "error": error, **more})


TOO_LARGE = Answer(413, {"code": 413, "error": "Payload too large"})
"""Source: http-v2, "Responses", 413."""


@dataclass
class AmplitudeProtocol(VendorProtocol):
    """Checks requests of one receiver.

    Args:
        clock: For rates.
        api_key: The one key that is accepted; None accepts any.
        is_first_only: Name only the first offending event per field, as the page http-v2 says; else all of them, as
            the page batch-event-upload shows.
        silenced: Devices whose events are refused.
    """

    clock: Clock
    api_key: str | None = None
    is_first_only: bool = False
    silenced: frozenset[str] = frozenset()
    throttles: dict[str, Throttle] = field(default_factory=dict)
    paths: ClassVar = {
        HTTP_V2.path: HTTP_V2.most_bytes,
        BATCH.path: BATCH.most_bytes,
        **dict.fromkeys(_FORMS, MEGABYTE),
    }

    def __post_init__(self) -> None:
        for endpoint in (HTTP_V2, BATCH):
            self.throttles[endpoint.path] = Throttle(
                self.clock, endpoint.events_per_s, endpoint.average_s
            )

    def receive(self, asked: Asked) -> ReceivedBatch | Answer:
        """Return what a request brings, or why it is refused."""
        endpoint = _ENDPOINTS.get(asked.path)
        if endpoint is None:
            return self.identify(asked.body, asked.path)
        if asked.kind not in KINDS:
            return bad_request("Content-Type must be application/json")
        return self.take(endpoint, asked.body)

    def accepted(self, asked: Asked, batch: ReceivedBatch, stored: BatchOutcome) -> Answer:
        """Return the answer 200. Source: http-v2, "Responses"; for forms, what its SDKs have seen."""
        del stored
        if asked.path in _FORMS:
            return Answer(200, "success")
        success = {
            "code": 200,
            "events_ingested": len(batch.rows),
            "payload_size_bytes": len(asked.body),
            "server_upload_time": self.clock.wall_ms(),
        }
        return Answer(200, success)

    def refused(self, asked: Asked, status: int, why: str) -> Answer:
        """Return the answer to a request that cannot be read or stored, in the documented words."""
        if status == 413:
            return TOO_LARGE
        if asked.path in _FORMS:
            return Answer(status, _BUSY_FORMS.get(status, "missing_event"))
        if status in _BUSY:
            return Answer(status, {"code": status, "error": _BUSY[status]})
        return Answer(status, {"code": status, "error": why})

    def take(self, endpoint: Endpoint, body: bytes) -> ReceivedBatch | Answer:
        """Return what a request brings, or why it is refused; refused is refused as a whole."""
        batch = self._read(endpoint, body)
        if isinstance(batch, Answer):
            return batch
        # Last, since it counts: events that are refused for something else use nothing of the rate.
        refused = self._flaws(batch.events) or self._throttled(endpoint, batch.events)
        return refused or self._accepted("httpapi" if endpoint is HTTP_V2 else "batch", batch)

    def identify(self, body: bytes, path: str = "/identify") -> ReceivedBatch | Answer:
        """Return what a request to /identify or /groupidentify brings: a form with `api_key` and `identification`.

        Source: the pages identify and group-identify; the text `missing_event` where the identification is absent or
        cannot be read.
        """
        form = form_of(body)
        key, texts = form.get("api_key", ""), form.get("identification", "")
        if not key:
            return Answer(400, "missing_api_key")
        if not self._is_known(key):
            return Answer(400, "invalid_api_key")
        events = _identifications(texts)
        if events is None or not events:
            return Answer(400, "missing_event")
        if len(events) > MOST_EVENTS:
            return TOO_LARGE
        source, event_type = _FORMS[path]
        if event_type == GROUP_IDENTIFY:
            events = [_of_group(event) for event in events]
        events = [{"event_type": event_type, **event} for event in events]
        return self._flaws(events) or self._accepted(
            source, AmplitudeBatch(digest(key), events)
        )

    def _read(self, endpoint: Endpoint, body: bytes) -> AmplitudeBatch | Answer:
        if not body:
            return bad_request("Missing request body")
        if len(body) > endpoint.most_bytes:
            return TOO_LARGE
        try:
            value = parse_json(body)
        except MalformedBody:
            return bad_request("Invalid JSON request body")
        if not isinstance(value, dict):
            return bad_request("Invalid JSON request body")
        return self._form_of(value)

    def _form_of(self, value: Json) -> AmplitudeBatch | Answer:
        for name, kind in (("api_key", str), ("events", list)):
            if not isinstance(value.get(name), kind):
                return bad_request("Request missing required field", missing_field=name)
        if not self._is_known(value["api_key"]):
            return bad_request("Invalid API key")
        events = value["events"]
        if len(events) > MOST_EVENTS:
            return TOO_LARGE
        if not all(isinstance(event, dict) for event in events):
            return bad_request("Invalid event JSON")
        return self._with_options(value, events)

    def _with_options(self, value: Json, events: list[Json]) -> AmplitudeBatch | Answer:
        options = value.get("options") or {}
        shortest = (
            options.get("min_id_length", SHORTEST_ID) if isinstance(options, dict) else None
        )
        # Not `isinstance`, for which true is an integer.
        if type(shortest) is not int:
            return bad_request(
                "Invalid field values on some events",
                events_with_invalid_fields={"options": [0]},
            )
        if not events:
            return bad_request("Request missing required field", missing_field="events")
        return self._bad_ids(events, shortest) or AmplitudeBatch(
            digest(value["api_key"]), events
        )

    def _bad_ids(self, events: Sequence[Json], shortest: int) -> Answer | None:
        found: dict[str, list[int]] = {}
        for place, event in enumerate(events):
            for name in ("user_id", "device_id"):
                value = event.get(name)
                if type(value) is str and (
                    is_bad_id(value, shortest) or len(value) > LONGEST_TEXT
                ):
                    found.setdefault(name, []).append(place)
        named = self._named(found)
        error = "Invalid id length for user_id or device_id"
        return bad_request(error, events_with_invalid_id_lengths=named) if named else None

    def _flaws(self, events: Sequence[Json]) -> Answer | None:
        """Return the answer to events that lack something or have something wrong."""
        missing: dict[str, list[int]] = {}
        invalid: dict[str, list[int]] = {}
        for place, event in enumerate(events):
            for name in lacking_fields(event):
                missing.setdefault(name, []).append(place)
            for name in wrong_fields(event):
                invalid.setdefault(name, []).append(place)
        if missing:
            return bad_request(
                "Request missing required field",
                events_with_missing_fields=self._named(missing),
            )
        if invalid:
            named = self._named(invalid)
            return bad_request(
                "Invalid field values on some events", events_with_invalid_fields=named
            )
        return self._silenced(events)

    def _silenced(self, events: Sequence[Json]) -> Answer | None:
        if not self.silenced:
            return None
        places = [
            i for i, event in enumerate(events) if event.get("device_id") in self.silenced
        ]
        if not places:
            return None
        return bad_request(
            "Events silenced for device_id",
            silenced_devices=sorted({events[i]["device_id"] for i in places}),
            silenced_events=places,
            eps_threshold=HTTP_V2.events_per_s,
            throttled_devices={},
            throttled_events=[],
            exceeded_daily_quota_devices={},
        )

    def _throttled(self, endpoint: Endpoint, events: Sequence[Json]) -> Answer | None:
        """Return the answer 429, or count the events. Source: http-v2 and batch-event-upload, 429."""
        throttle = self.throttles[endpoint.path]
        owners = [(event.get("user_id"), event.get("device_id")) for event in events]
        over = throttle.over(
            [f"{kind}{i}" for pair in owners for kind, i in zip("ud", pair, strict=True) if i]
        )
        if not over:
            return None
        places = [
            i
            for i, (user, device) in enumerate(owners)
            if f"u{user}" in over or f"d{device}" in over
        ]
        named = {
            kind: {i[1:]: rate for i, rate in over.items() if i[0] == kind} for kind in "ud"
        }
        body = {
            "code": 429,
            "error": "Too many requests for some devices and users",
            "eps_threshold": endpoint.events_per_s,
            "throttled_devices": named["d"],
            "throttled_users": named["u"],
            "throttled_events": places,
        }
        if endpoint is BATCH:
            body |= {"exceeded_daily_quota_users": {}, "exceeded_daily_quota_devices": {}}
        return Answer(429, body)

    def _named(self, found: Mapping[str, list[int]]) -> dict[str, list[int]]:
        return {
            name: places[:1] if self.is_first_only else places for name, places in found.items()
        }

    def _is_known(self, key: str) -> bool:
        return KnownKey(self.api_key).is_right(key)

    def _accepted(self, source: Source, batch: AmplitudeBatch) -> ReceivedBatch | Answer:
        try:
            texts = dumped(batch.events)
        except MalformedBody:
            return bad_request("Invalid JSON request body")
        # Optional. Source: http-v2, "Keys for the event argument": absent, it is the time of the upload.
        values = [event.get("time") for event in batch.events]
        times, remarks = moments(values, "ms", self.clock.wall_ms())
        rows = _rows(source, batch, times, texts)
        updates = [update_of(event, source) for event in batch.events]
        return ReceivedBatch(rows, updates, remarks=remarks)


def _rows(
    source: Source, batch: AmplitudeBatch, times: Sequence[int], texts: Sequence[str]
) -> list[Row]:
    """Return a row per event, made column by column."""
    events, project = batch.events, batch.project
    users, devices, inserts, cities, libraries = (
        [event.get(name) for event in events]
        for name in ("user_id", "device_id", "insert_id", "city", "library")
    )
    types = [event["event_type"] for event in events]
    # Amplitude counts an insert_id per device; without one the user stands in its place, or the group.
    keys = [
        key_of("a", project, device or f"u/{user or ''}", insert) if insert else None
        for user, device, insert in zip(users, devices, inserts, strict=True)
    ]
    columns = (
        keys,
        repeat(source, len(events)),
        inserts,
        types,
        times,
        [user or device for user, device in zip(users, devices, strict=True)],
        users,
        devices,
        cities,
        [_stage(event) for event in events],
        texts,
        [AMPLITUDE.kinds.get(one, "track") for one in types],
        [_vendor(library) for library in libraries],
        libraries,
    )
    return list(map(Row._make, zip(*columns, strict=True)))


def _stage(event: Json) -> str | None:
    properties = event.get("user_properties")
    if not properties:
        return None
    set_ = properties.get("$set")
    return as_text((set_ if isinstance(set_, dict) else properties).get("stage"))


def _vendor(library: str | None) -> str:
    return _FOOTFALL if library and library.startswith(_FOOTFALL) else AMPLITUDE.name


def _of_group(event: Json) -> Json:
    """Return an identification of a group as an event has it. Source: group-identify."""
    kind, key = as_text(event.get("group_type")), event.get("group_value")
    return {**event, "groups": {kind: key}} if kind and key is not None else event


def _identifications(text: str) -> list[Json] | None:
    try:
        value = parse_json(text.encode("utf-8", "replace"))
    except MalformedBody:
        return None
    events = value if isinstance(value, list) else [value]
    return events if all(isinstance(event, dict) for event in events) else None
