"""Time zones, from the tzdata package and never from the system."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import metadata, resources
from zoneinfo import ZoneInfo

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        FileNotFoundError: When the tzdata package has no such zone.
    """
    # `ZoneInfo(name)` looks into the system's files first, whose rules may be of another year:
    # the same seed would give other events on another machine.
    folder, _, leaf = name.rpartition("/")
    package = "tzdata.zoneinfo" + ("." + folder.replace("/", ".") if folder else "")
    with resources.files(package).joinpath(leaf).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def version() -> str:
    """Return the version of the tzdata package; a part of every stream."""
    return metadata.version("tzdata")


def offset_ms(name: str, time_ms: int) -> int:
    """Return the offset of local time from UTC at an instant, in ms.

    Examples:
        >>> offset_ms("Asia/Kolkata", 0)
        19800000
    """
    at = _EPOCH + dt.timedelta(milliseconds=time_ms)
    delta = at.astimezone(zone(name)).utcoffset()
    return 0 if delta is None else round(delta.total_seconds()) * 1000


def local_to_ms(name: str, year: int, month: int, day: int, minute_of_day: int = 0) -> int:
    """Return the instant of a local wall-clock time, ms since the epoch, UTC; of two the first.

    Examples:
        >>> local_to_ms("Europe/Paris", 1970, 1, 1, 90)  # 00:30 UTC
        1800000
    """
    # Adding minutes to it moves the wall clock, which is meant: 09:30 on a day of 23 hours is
    # 09:30. The difference of two zones counts real time. `fold` is 0: the first of two.
    local = dt.datetime(year, month, day, tzinfo=zone(name)) + dt.timedelta(
        minutes=minute_of_day
    )
    return round((local - _EPOCH).total_seconds()) * 1000
