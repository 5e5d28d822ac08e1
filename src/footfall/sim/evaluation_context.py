"""The context of expressions: some people, now or as they were when an event was emitted.

Properties of events are evaluated twice in time: what they depend on is captured at the moment
of the event, and their values are computed when the chunk is assembled, for all events of an
emission at once instead of wave by wave.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from footfall.model import builtins
from footfall.model.model import Model
from footfall.model.operations import Op
from footfall.model.values import Array
from footfall.sim import keys
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.civil_days import CivilDays
from footfall.sim.state import State


class EvaluationContext:
    """Context of some people; all arrays have one row per entry of `rows`.

    Args:
        rows: Shape (n,), int64: rows of the state.
        times_ms: Shape (n,), int64: the time that counts as now; each one's clock when left
            out.
        columns: Values of columns as they were then; of the state as it is when left out.
    """

    __slots__ = ("_columns", "_times_ms", "calendar", "model", "rows", "state")

    def __init__(
        self,
        model: Model,
        calendar: ActivityCalendar,
        state: State,
        rows: Array,
        times_ms: Array | None = None,
        columns: Mapping[int, Array] | None = None,
    ) -> None:
        self.model = model
        self.state = state
        self.rows = rows
        self.calendar = calendar
        self._times_ms = times_ms
        self._columns = columns

    def load(self, column: int) -> Array:
        """Return a column: shape (n,), or (n, K) for the elements of a list."""
        if self._columns is not None:
            return self._columns[column]
        return self.state.columns[column].take(self.rows, axis=0)

    def table(self, number: int) -> Array:
        """Return a column of a catalogue, null last."""
        return self.model.tables[number].values

    def now_ms(self) -> Array:
        """Return what counts as now, ms, UTC."""
        if self._times_ms is None:  # most expressions do not ask for the time
            self._times_ms = self.state.clock.take(self.rows)
        return self._times_ms

    def _zones(self) -> Array:
        homes = self.state.columns[builtins.HOME].take(self.rows)
        return self.model.people.home_zones.take(homes)

    def local_ms(self, times_ms: Array | None = None) -> Array:
        """Return each one's local wall clock, now or at other times, ms since 1970-01-01 00:00 local."""
        times_ms = self.now_ms() if times_ms is None else times_ms
        return self.calendar.local_ms(times_ms, self._zones())

    def civil_days(self) -> CivilDays:
        """Return the civil calendar of each one's country."""
        spec, people = self.model.calendar, self.model.people
        rhythms = people.home_rhythms.take(self.state.columns[builtins.HOME].take(self.rows))
        countries = np.array([country for _, country in spec.rhythms])
        return CivilDays(countries.take(rhythms), spec.holidays)

    def utc_ms(self, local_ms: Array) -> Array:
        """Return the instant of each one's local wall clock, ms, UTC."""
        return self.calendar.utc_ms(local_ms, self._zones())

    def arrived_ms(self) -> Array:
        """Return when each one arrived, ms, UTC."""
        return self.state.arrived.take(self.rows)

    def unique_bits(self, op: Op) -> Array:
        """Return 63 random bits per person for `id`: shape (n,), int64."""
        assert isinstance(op.value, tuple)
        name, counter = op.value
        # 63 bits: ids are held as int64, in which null is the smallest number.
        visits = self.state.columns[int(counter)].take(self.rows)
        return np.right_shift(
            keys.draw(self.state.keys.take(self.rows), int(name), visits), np.uint64(1)
        ).astype(np.int64)
