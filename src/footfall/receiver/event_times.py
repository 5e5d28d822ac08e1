"""Remarks: what was done about events that came otherwise than their vendor asks, told on the page and in the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footfall.foreign.times import MICROSECONDS_FROM, UNITS, time_of
from footfall.foreign.vendor_records import Unit

MILLISECONDS_FROM = 10**10
NO_TIME = "without a time: they have the moment at which they were received"
UNREADABLE_TIME = (
    "with a time that cannot be read: they have the moment at which they were received"
)


def in_unit(unit: Unit) -> str:
    """Return the remark on times in another unit than the vendor's own."""
    return f"with times in {UNITS[unit]}: they are read as such, which their vendor may not do"


def moments(
    values: Sequence[Any], wanted: Unit, now_ms: int
) -> tuple[list[int], dict[str, int]]:
    """Return times as milliseconds since the epoch, and the remarks on them.

    Args:
        values: Times as they came, in any unit; None where there is none.
        wanted: The unit of numbers that the vendor defines; `any` makes no remarks on units.
        now_ms: The moment of receipt, for those without one.
    """
    # The common case, seen at once for all.
    if wanted == "ms" and set(map(type, values)) == {int} and _is_ms(min(values), max(values)):
        return list(values), {}
    found: list[int] = []
    remarks: dict[str, int] = {}
    for value in values:
        if wanted == "ms" and type(value) is int and _is_ms(value, value):
            found.append(value)
            continue
        ms, unit = time_of(value)
        remark = _remark(value, ms, unit, wanted)
        if remark is not None:
            remarks[remark] = remarks.get(remark, 0) + 1
        found.append(now_ms if ms is None else ms)
    return found, remarks


def _is_ms(least: int, most: int) -> bool:
    """Tell whether numbers are milliseconds where these are wanted: as seconds they would lie after 2286."""
    return least >= MILLISECONDS_FROM and most < MICROSECONDS_FROM


def _remark(value: object, ms: int | None, unit: Unit | None, wanted: Unit) -> str | None:
    if ms is None:
        return NO_TIME if value is None else UNREADABLE_TIME
    return None if unit is None or wanted in (unit, "any") else in_unit(unit)


def together(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return remarks of several batches as one."""
    total: dict[str, int] = {}
    for part in parts:
        for remark, n in part.items():
            total[remark] = total.get(remark, 0) + n
    return total
