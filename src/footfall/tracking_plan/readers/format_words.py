"""Words for forms of text, as people write them in cells: `e-mail`, `URL`, `ISO date`."""

from __future__ import annotations

import re

from footfall.data.patterns import FORMATS
from footfall.tracking_plan.cells import word_set

_FORMAT_WORDS = {
    "e mail": "email", "mail": "email", "guid": "uuid", "uuid4": "uuid", "uuid v4": "uuid", "link": "uri",
    "yyyy mm dd": "date", "iso date": "date", "iso 8601 date": "date", "iso 8601": "date-time", "iso8601": "date-time",
    "datetime": "date-time", "timestamp": "date-time", "ip": "ipv4", "ip address": "ipv4",
}  # fmt: skip
_DATES = word_set("date datum data fecha дата")
"""A day of the calendar, where no time stands beside it."""
FORMAT_TYPES = {
    "email": "email", "url": "url", "uri": "uri", "uuid": "uuid", "guid": "uuid", **dict.fromkeys(_DATES, "date"),
}  # fmt: skip
"""Words for a type that say a form of text too."""


def format_of(text: str) -> str:
    """Return the name of a form of text, as JSON Schema calls it, "" for other words."""
    plain = re.sub(r"[\s_-]+", " ", text.strip().casefold())
    dashed = plain.replace(" ", "-")
    return dashed if dashed in FORMATS else _FORMAT_WORDS.get(plain, "")
