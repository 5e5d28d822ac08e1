"""Calendar: a grid of quarter hours in UTC, with each zone's offset and each rhythm's activity.

Activity is a piecewise constant intensity per rhythm (a time zone with a country's holidays).
Its integral is kept at the edges of the quarter hours, so that a wait in activity time takes
two look-ups: the integral at the person's time, and, with the wait added to it, the time at
which the integral has that value.

The grid is in UTC, where every quarter hour is as long as any other. A slot has the offset of
its start, so a local day of 23 or 25 hours is 92 or 100 slots, and no code knows of it. Changes
at full quarter hours of UTC are exact: all those of tzdata 2026.6 from 2012 on, but for
Antarctica/Casey's at 00:01, which come 14 minutes late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from footfall.model.model import (
    ACTIVITY_BITS,
    DAY_FACTOR_BITS,
    MOST_ACTIVITY,
    CalendarSpec,
    CampaignSpec,
)
from footfall.model.values import NEVER, Array
from footfall.sim.shared_days import factors
from footfall.sim.zone_offsets import SLOT_MS, far_offsets, offsets
from footfall.units import DAY_MS, HOUR_MS

_STRIDE = 2**52
"""Distance between the rhythms' integrals in the one array that all are looked up in."""


class ActivityCalendar:
    """The calendar of a stream, up to a horizon.

    Args:
        spec: What it is made from.
        until_ms: The grid reaches at least this far.

    Attributes:
        offsets_ms: Shape (Z, S), int64: local minus UTC per zone and quarter hour.
        activity: Shape (R, S), int64: activity per rhythm and quarter hour, in
            2**-ACTIVITY_BITS of the mean of a standard week;
            without campaigns, what days do, and own weeks.
    """

    def __init__(self, spec: CalendarSpec, until_ms: int) -> None:
        self.spec = spec
        self.origin_ms = spec.origin_ms
        # Rounded up: the grid ends at `until_ms` or after it, never before.
        self.n_slots = max(1, -(-(until_ms - spec.origin_ms) // SLOT_MS))
        self.offsets_ms = np.stack(
            [offsets(z, self.origin_ms, self.n_slots) for z in spec.zones]
        )
        starts = self.origin_ms + np.arange(self.n_slots, dtype=np.int64) * SLOT_MS
        self.activity = self._activity(starts, spec.week)
        weeks = [self.activity, *(self._activity(starts, week) for week in spec.own_weeks)]
        self._integrals = self._integrate(starts, weeks)

    @property
    def horizon_ms(self) -> int:
        """End of the grid."""
        return self.origin_ms + self.n_slots * SLOT_MS

    def _activity(self, starts: Array, week: Array) -> Array:
        return np.stack(
            [self._rhythm(starts, week, z, country) for z, country in self.spec.rhythms]
        )

    def _rhythm(self, starts: Array, week: Array, zone_number: int, country: str) -> Array:
        local = starts + self.offsets_ms[zone_number]
        day = local // DAY_MS
        # 1970-01-01 was a Thursday, the day 3 of a week that begins on Monday.
        activity = week[(day + 3) % 7, local // HOUR_MS % 24]
        for first, last, factor in self._holidays(country, int(day[0]), int(day[-1])):
            at = slice(*np.searchsorted(day, [first, last]))
            activity[at] = _times(activity[at], factor)
        return activity

    def factor_of(self, campaigns: Sequence[CampaignSpec]) -> Array:
        """Return what campaigns make of activity per quarter hour: shape (S,), int64, in 2**-ACTIVITY_BITS."""
        starts = self.origin_ms + np.arange(self.n_slots, dtype=np.int64) * SLOT_MS
        factor = np.full(self.n_slots, 1 << ACTIVITY_BITS, np.int64)
        for campaign in campaigns:
            at = slice(*np.searchsorted(starts, [campaign.from_ms, campaign.until_ms]))
            factor[at] = _times(factor[at], campaign.activity)
        return factor

    def _holidays(
        self, country: str, first_day: int, last_day: int
    ) -> list[tuple[int, int, int]]:
        found = []
        # Generous bounds: a year has 365 or 366 days, so no year of the span is left out, and
        # one too many is harmless.
        years = range(1970 + first_day // 366, 1971 + last_day // 365)
        for place, year, month, day, factor in self.spec.holidays:
            for y in [year] if year else years:
                if place in ("", country) and _is_date(y, month, day):
                    number = (dt.date(y, month, day) - dt.date(1970, 1, 1)).days
                    found.append((number, number + 1, factor))
        return found

    def _integrate(self, starts: Array, weeks: Sequence[Array]) -> Array:
        """Return the integrals at the slots' edges, all rhythms in one array for one search.

        Campaigns and what days do count here, and not in `activity`: who arrives by them, arrivals say.

        At mean activity a slot adds as much as it is long, so the unit is a ms of mean
        activity. A century is below 2**42: one rhythm stays a thousand times below the stride,
        and 2,047 rhythms fit in 63 bits.
        """
        n_rhythms = len(self.spec.rhythms)
        integrals = np.zeros((len(weeks) * n_rhythms, self.n_slots + 1), np.int64)
        campaigns = self.factor_of(self.spec.campaigns)
        for rhythm, (zone_number, _) in enumerate(self.spec.rhythms):
            day = (starts + self.offsets_ms[zone_number]) // DAY_MS
            dates = np.arange(day[0], day[-1] + 1)
            shared_days = self.spec.shared_days[rhythm] if self.spec.shared_days else None
            shared = factors(shared_days, dates)[day - day[0]]
            for number, by_rhythm in enumerate(weeks):
                activity = _times(by_rhythm[rhythm], campaigns) * shared >> DAY_FACTOR_BITS
                out = integrals[number * n_rhythms + rhythm, 1:]
                np.cumsum(activity * SLOT_MS >> ACTIVITY_BITS, out=out)
        integrals += np.arange(len(integrals), dtype=np.int64)[:, None] * _STRIDE
        return integrals.ravel()

    def slot(self, times_ms: Array) -> Array:
        """Return the number of the quarter hour of each time."""
        return np.floor_divide(times_ms - self.origin_ms, SLOT_MS)

    def local_ms(self, times_ms: Array, zones: Array) -> Array:
        """Return local wall-clock time as ms since 1970-01-01 00:00 local.

        Args:
            times_ms: Shape (n,), int64, UTC.
            zones: Shape (n,), int32: number of each one's zone.
        """
        return np.add(times_ms, self._offsets_at(times_ms, zones))

    def _offsets_at(self, times_ms: Array, zones: Array) -> Array:
        slot = self.slot(times_ms)
        inside = np.clip(slot, 0, self.n_slots - 1)
        found = self.offsets_ms[zones, inside]
        is_far = np.not_equal(slot, inside)
        if is_far.any():
            # How far the grid reaches depends on how long a run is, and no value may: past its
            # end the zones are asked.
            found[is_far] = far_offsets(self.spec.zones, zones[is_far], times_ms[is_far])
        return found

    def utc_ms(self, local_ms: Array, zones: Array) -> Array:
        """Return the instants of local wall-clock times.

        Two hours a year are not that simple. East of UTC the one that is left out in spring is
        taken an hour later, and of the one that comes twice in autumn the second is meant; west
        of UTC an hour earlier, and the first.

        Args:
            local_ms: Shape (n,), int64, ms since 1970-01-01 00:00 local.
            zones: Shape (n,), int32.
        """
        # The offset is wanted at an instant that only the offset itself gives. Local time taken
        # for UTC is at most 14 h wrong, so the first guess errs only that near to a change; the
        # second looks up where the first one leads.
        guess = local_ms - self._offsets_at(local_ms, zones)
        return np.subtract(local_ms, self._offsets_at(guess, zones))

    def after(self, times_ms: Array, waits_ms: Array, rhythms: Array) -> Array:
        """Return when waits that run in activity time are over.

        Args:
            times_ms: Shape (n,), int64, UTC, within the grid.
            waits_ms: Shape (n,), int64: ms at mean activity.
            rhythms: Shape (n,), int32: numbers of rhythms, those of own weeks behind the others.

        Returns:
            Shape (n,), int64, UTC, later than `times_ms`; `NEVER` where it lies past the
            horizon.
        """
        # There: floor(within * width / slot) of the slot's own activity has passed; `within` is
        # below 2**20.
        row = rhythms.astype(np.int64) * (self.n_slots + 1)
        slot = self.slot(times_ms)
        within = times_ms - (self.origin_ms + slot * SLOT_MS)
        edge = row + slot
        width = self._integrals[edge + 1] - self._integrals[edge]
        target = self._integrals[edge] + within * width // SLOT_MS + np.maximum(waits_ms, 1)
        # And back. "right" steps over slots without activity, whose two edges are equal: a wait
        # that ends exactly where a shop closes is over when it opens again. A target past the
        # grid falls into the stride, and below as `is_past`.
        edge = np.searchsorted(self._integrals, target, side="right") - 1
        slot = edge - row
        is_past = slot >= self.n_slots
        edge[is_past] = 0  # any edge will do: what comes of it is replaced by NEVER
        base = self._integrals[edge]
        width = self._integrals[edge + 1] - base
        reached = (
            self.origin_ms + slot * SLOT_MS + (target - base) * SLOT_MS // np.maximum(width, 1)
        )
        # Rounding down twice could lead back to where the wait began, or before it; time must
        # pass.
        return np.where(is_past, NEVER, np.maximum(reached, times_ms + 1))


def _times(activity: Array, factor: Array | int) -> Array:
    return np.minimum(np.multiply(activity, factor) >> ACTIVITY_BITS, MOST_ACTIVITY)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True
