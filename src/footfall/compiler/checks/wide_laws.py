"""Warnings of log-normal laws so wide that the rarest values, which are not drawn, decide their moments."""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc, exp, inf, sqrt

from footfall.errors import Problem, SourceLocation
from footfall.scenario.leaf_records import Draw, Wait
from footfall.scenario.records import Scenario
from footfall.scenario.step_records import Step
from footfall.scenario.step_traits import traits, walk

_FARTHEST = 8.2095361516
"""Standard normal quantile of 1 - 2**-53: nothing beyond it is drawn."""
_WIDEST = 2.8
"""Up to this spread the variance of what is drawn is that of the formula within 0.5 %."""


def warnings_of(scenario: Scenario) -> list[Problem]:
    """Return a warning for each law whose variance is not what its formula says."""
    return [_warning(*law) for law in _laws(scenario) if law[1] > _WIDEST]


def _warning(what: str, spread: float, at: SourceLocation) -> Problem:
    (mean, sd), (mean_uncut, sd_uncut) = _moments(spread, _FARTHEST), _moments(spread, inf)
    return Problem(
        at,
        f"{what} has a spread of {spread:g}, and values rarer than 1 in 10^16 are not drawn: its mean is {mean:,.4g} "
        f"medians in place of {mean_uncut:,.4g}, its standard deviation {sd:,.4g} in place of {sd_uncut:,.4g}",
        f"a spread up to {_WIDEST} without this warning",
    )


def _moments(spread: float, z: float) -> tuple[float, float]:
    """Return mean and standard deviation, in medians, of a law cut z deviations of its logarithm above."""
    # What lies below z adds exp(x²/2) Φ(z - x) to the k-th moment, where x is k times the spread.
    mean, square = (exp(x * x / 2) * erfc((x - z) / sqrt(2)) / 2 for x in (spread, 2 * spread))
    return mean, sqrt(square - mean * mean)


def _laws(scenario: Scenario) -> Iterator[tuple[str, float, SourceLocation]]:
    """Yield what each log-normal law is of, its spread, and its place."""
    for declared in (*scenario.people.properties, *scenario.session_properties):
        if isinstance(declared.draw, Draw):
            yield from _of_draw(declared.name, declared.draw)
    for journey in scenario.journeys:
        for step in walk(journey.steps):
            yield from _of_step(step)


def _of_step(step: Step) -> Iterator[tuple[str, float, SourceLocation]]:
    known = traits(step)
    for change in known.changes:
        if isinstance(change.value, Draw):
            yield from _of_draw(change.name, change.value)
    waits = (
        known.wait,
        None if known.runs is None else known.runs.wait,
        None if known.loop is None else known.loop.back,
    )
    for wait in waits:
        if isinstance(wait, Wait) and wait.kind == "about" and wait.spread:
            yield "the wait", float(wait.spread), wait.at


def _of_draw(name: str, draw: Draw) -> Iterator[tuple[str, float, SourceLocation]]:
    # An interval is a cut that is asked for.
    if draw.kind == "lognormal" and draw.b and draw.between is None:
        yield f'"{name}"', float(draw.b), draw.at
