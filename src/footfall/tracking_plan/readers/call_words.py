"""Words for what a row is about: kinds of calls (`track`, `identify()`), properties of events and people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from footfall.tracking_plan.readers.documents.calls import Call, call_of

RowKind = Literal[Call, "property"]
_AROUND = re.compile(
    r"(?:analytics\s*\.\s*)?(\w+)\s*(?:\(\)|\s(?:call|event|calls|events))?", re.IGNORECASE
)
_PROPERTIES: Mapping[str, RowKind] = {
    "event property": "property", "event properties": "property", "property": "property", "parameter": "property",
    "user property": "identify", "profile property": "identify", "people property": "identify", "trait": "identify",
    "user trait": "identify", "user attribute": "identify", "user profile property": "identify",
    "group property": "group", "account property": "group", "company property": "group", "group trait": "group",
}  # fmt: skip


_INTERACTIONS = frozenset((
    "click", "clicked", "tap", "press", "long press", "touch", "view", "impression", "submit", "hover", "scroll",
    "swipe", "focus", "change", "load", "page load", "page view", "pageview", "clic", "klick", "клик",
))  # fmt: skip


def is_interaction(cell: str) -> bool:
    """Return whether a cell says how something was touched: so many events share that that it names none."""
    return cell.strip().casefold() in _INTERACTIONS


def row_kind_in(cell: str) -> RowKind | None:
    """Return what a cell says that its row is about, None for other texts."""
    plain = " ".join(re.findall(r"\w+", cell.casefold().replace("_", " ")))
    found = _AROUND.fullmatch(cell.strip())
    return _PROPERTIES.get(plain) or (call_of(found[1]) if found else None)


def names_property(cell: str) -> bool:
    """Return whether a cell says that the name in its row is that of a property."""
    plain = " ".join(re.findall(r"\w+", cell.casefold().replace("_", " ")))
    return plain in _PROPERTIES
