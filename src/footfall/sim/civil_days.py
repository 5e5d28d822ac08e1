"""The civil calendar: months, weekdays and business days of local dates, for many people at once.

Dates are days since 1970, and local times ms since 1970-01-01 00:00 local: what zones do to
them is the business of `calendar.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footfall.model.model import ACTIVITY_BITS
from footfall.model.values import Array
from footfall.units import DAY_MS
from footfall.units.named_days import NamedDay

MOST_DAYS_OFF = 366
"""So many days without a business day are looked through; a country with more of them has none."""
Holidays = Sequence[tuple[str, int, int, int, int]]
"""(country or "", year or 0, month, day, activity) each, as `CalendarSpec` has them."""


def add_months(local_ms: Array, months: Array) -> Array:
    """Return the same day and time of another month, or its last day where it is shorter."""
    days, within = local_ms // DAY_MS, local_ms % DAY_MS
    month = _month(days)
    return _day_of(month + months, days - _first(month) + 1) * DAY_MS + within


def _month(days: Array) -> Array:
    """Return months since January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first(months: Array) -> Array:
    """Return the first dates of months."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _day_of(months: Array, place: Array | int) -> Array:
    """Return a day of months, the last one where they have fewer."""
    return np.minimum(_first(months) + place, _first(months + 1)) - 1


class CivilDays:
    """Finds named days for people of some countries.

    Args:
        countries: Shape (n,), of texts: each one's country.
        holidays: Of all countries; what leaves less activity than usual is no business day.
    """

    def __init__(self, countries: Array, holidays: Holidays) -> None:
        self._countries = countries
        self._holidays = [one for one in holidays if one[4] < 1 << ACTIVITY_BITS]

    def on_or_after(self, named: NamedDay, days: Array) -> Array:
        """Return the first named day that is not before a date: shape (n,), int64."""
        if named.kind == "business" and not named.place:
            return self._business(days, 1)
        if named.kind == "weekday" and not named.place:
            return days + (named.weekday - days - 3) % 7
        step = 12 if named.kind == "year" else 1
        months = _month(days)
        if named.kind == "year":
            months = months // 12 * 12 + named.month - 1
        found = self._in_month(named, months)
        return np.where(np.less(found, days), self._in_month(named, months + step), found)

    def _in_month(self, named: NamedDay, months: Array) -> Array:
        if named.kind == "weekday":
            return _nth(named, months)
        if named.kind == "business":
            edge = _first(months) if named.place == 1 else _first(months + 1) - 1
            return self._business(edge, named.place)
        return _day_of(months, named.place)

    def _business(self, days: Array, step: int) -> Array:
        """Return the business day at a date, or else the next one in a direction."""
        days = days.copy()
        for _ in range(MOST_DAYS_OFF):
            is_off = self._is_off(days)
            if not is_off.any():
                break
            days[is_off] += step
        return days

    def _is_off(self, days: Array) -> Array:
        is_off = np.greater_equal((days + 3) % 7, 5)
        month = _month(days)
        day = days - _first(month) + 1
        for country, year, month_of_year, day_of_month, _ in self._holidays:
            here = np.equal(month % 12, month_of_year - 1) & np.equal(day, day_of_month)
            if year:
                here &= np.equal(month // 12, year - 1970)
            if country:
                here &= np.equal(self._countries, country)
            is_off |= here
        return is_off


def _nth(named: NamedDay, months: Array) -> Array:
    """Return the first to fourth such weekday of months, or the last."""
    if named.place < 0:
        last = _first(months + 1) - 1
        return last - (last + 3 - named.weekday) % 7
    first = _first(months)
    return first + (named.weekday - first - 3) % 7 + 7 * (named.place - 1)
