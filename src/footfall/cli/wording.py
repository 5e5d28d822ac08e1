"""Values in words: money with its currency, times by a clock, all else as in scenarios."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from footfall.text import clean

if TYPE_CHECKING:
    from footfall.data.schema import Field

CLOCK = "%a %Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class ValueFormatter:
    """Formats values of declared properties for people.

    Args:
        fields: Property → its declaration; what is not declared is told by what it is.
        currency: Of every amount of money.
        zone: Whose clock times are told by.
    """

    fields: Mapping[str, Field]
    currency: str
    zone: ZoneInfo

    def value(self, name: str, value: Any) -> str:
        """Return the value of a property."""
        return clean(self._text(value, self.fields.get(name)))

    def time(self, time: dt.datetime) -> str:
        """Return a moment with its offset from UTC: `Thu 2026-05-07 15:41:39 +02:00`."""
        local = time.astimezone(self.zone)
        return f"{local:{CLOCK}} {local.isoformat()[-6:]}"

    def _text(self, value: Any, field: Field | None) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dt.datetime):
            return self.time(value)
        if isinstance(value, list):
            return "[" + ", ".join(self._item(item, field) for item in value) + "]"
        if isinstance(value, dict):
            return self._item(value, field)
        is_money = field is not None and "money" in (field.type, field.item)
        return f"{value} {self.currency}" if is_money else str(value)

    def _item(self, item: Any, field: Field | None) -> str:
        if not isinstance(item, dict):
            return self._text(item, field)
        fields = {} if field is None else {inner.name: inner for inner in field.fields}
        return (
            "{"
            + ", ".join(
                f"{name}: {self._text(each, fields.get(name))}" for name, each in item.items()
            )
            + "}"
        )
