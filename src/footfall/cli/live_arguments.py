"""Arguments of `footfall live`: times by the clock, rates, speeds."""

from __future__ import annotations

import re
from typing import Any

import click

from footfall.errors import shown
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h|d)")
_SPAN_SECONDS = {
    "s": 1,
    "m": MINUTE_MS // SECOND_MS,
    "h": HOUR_MS // SECOND_MS,
    "d": DAY_MS // SECOND_MS,
}
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kM]?)/s")
_RATE_TIMES = {"": 1, "k": 1e3, "M": 1e6}
FASTEST = 1e9


class DurationArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A length of time: 30s, 10m, 1.5h, 2d."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds."""
        found = _SPAN.fullmatch(str(value))
        if found is None or not float(found[1]):
            self.fail(
                f"{shown(str(value))} is not a time like 30s, 10m, 1.5h or 2d", param, ctx
            )
        return float(found[1]) * _SPAN_SECONDS[found[2]]


class RateArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """Events per second: 500/s, 20k/s."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return events per second."""
        found = _RATE.fullmatch(str(value))
        if found is None or not float(found[1]):
            self.fail(f"{shown(str(value))} is not a rate like 500/s or 20k/s", param, ctx)
        return float(found[1]) * _RATE_TIMES[found[2]]


class SpeedArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """Simulated seconds per second: 1, 60, 0.5."""

    name = "factor"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the factor."""
        try:
            factor = float(value)
        except ValueError:
            factor = 0.0
        # Refuses NaN too, for which no comparison holds.
        if not 0 < factor < FASTEST:
            self.fail(
                f"{shown(str(value))} is not a number above 0, like 1 for the clock's own pace or 60",
                param,
                ctx,
            )
        return factor
