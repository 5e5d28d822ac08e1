"""The protocol of a vendor from the server's side: requests are checked and answered in its words."""

from __future__ import annotations

import base64
import binascii
import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from footfall.foreign.envelopes import ForeignEvent, event_type_of
from footfall.foreign.vendor_records import Vendor
from footfall.foreign.vendors import vendor_of
from footfall.receiver.intake import BatchOutcome, Json, ReceivedBatch

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, and its body as JSON or text."""

    status: int
    body: Json | list[Any] | str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that brings events.

    Args:
        path: Without a slash at its end.
        query: Names → values; the first of several.
        kind: Content type, without parameters.
        authorization: The header, as it came.
        body: Unpacked.
        now_ms: The moment of receipt, ms since the epoch.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    authorization: str = ""
    body: bytes = b""
    now_ms: int = 0


class Refusal(Exception):  # noqa: N818 - reads as what an answer is
    """A request is refused: a status, and why, in a plain sentence that the vendor's words are put around."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class VendorProtocol(ABC):
    """The paths of a vendor, and what is answered there.

    `receive` (checks) → the events are stored → `accepted`; or, at any time, `refused`.
    """

    paths: ClassVar[Mapping[str, int]]
    """Path, without a slash at its end → the most bytes of a body, unpacked."""
    readable: ClassVar[frozenset[str]] = frozenset()
    """Paths that take events in the query of a GET as well."""

    @abstractmethod
    def receive(self, asked: Asked) -> ReceivedBatch | Answer:
        """Return what a request brings, or the answer to one that brings nothing.

        Raises:
            Refusal: It is wrong.
            MalformedBody: Its body cannot be read.
        """

    @abstractmethod
    def accepted(self, asked: Asked, batch: ReceivedBatch, stored: BatchOutcome) -> Answer:
        """Return the answer to a request whose events are stored."""

    @abstractmethod
    def refused(self, asked: Asked, status: int, why: str) -> Answer:
        """Return the answer to a request that is refused, in the vendor's words where it has any."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The key that is accepted; None accepts any, but not none at all."""

    value: str | None = None

    def is_right(self, *given: str) -> bool:
        """Tell whether one of the keys that were given is right."""
        # In constant time: how many first characters are right cannot be read off the answer's delay.
        return any(
            key
            and (self.value is None or hmac.compare_digest(key.encode(), self.value.encode()))
            for key in given
        )


def credentials_of(authorization: str) -> tuple[str, str]:
    """Return the user's name and the password of `Basic`; a bearer's token is both; else empty texts."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip(), rest.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def recognised(event: Json, vendor: Vendor, *cousins: Vendor) -> ForeignEvent:
    """Return an event that came in by a vendor's path: the vendor's, or a cousin's that shares it."""
    found = vendor_of(event)
    return ForeignEvent(event, found if found in cousins else vendor)


def check_type(found: ForeignEvent, place: str) -> None:
    """Check that an event has a type.

    Raises:
        Refusal: It has none.
    """
    if event_type_of(found.event, found.vendor) is None:
        raise Refusal(400, f"{place} has no event name")
