"""Points in time: from what is written to ms since the epoch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from footfall import units
from footfall.scenario.leaf_records import Moment
from footfall.units.zones import local_to_ms


@dataclass(frozen=True, slots=True)
class Moments:
    """Resolves moments.

    Args:
        start: First day of the run.
        time_zone: Of dates and days, as written in the scenario.
    """

    start: dt.date
    time_zone: str

    @property
    def start_ms(self) -> int:
        """Start of the run: local midnight, ms since the epoch, UTC."""
        return local_to_ms(self.time_zone, self.start.year, self.start.month, self.start.day)

    def parsed_ms(self, text: str) -> int:
        """Return what is written in ms since the epoch, UTC.

        Raises:
            UnitError: It is no moment.
        """
        return self.ms(units.parse_moment(text))

    def ms(self, moment: Moment | units.MomentParts) -> int:
        """Return a moment in ms since the epoch, UTC; `day N` moves with the start."""
        if moment.local is not None:
            year, month, day, hour, minute = moment.local
            return local_to_ms(self.time_zone, year, month, day, hour * 60 + minute)
        day_of = self.start + dt.timedelta(days=(moment.day or 1) - 1)
        return local_to_ms(
            self.time_zone, day_of.year, day_of.month, day_of.day, moment.minute_of_day
        )
