"""The ends of visits that are left: of the visit alone, or of all that it is a part of.

A visit is a round of a `repeat` with `come back after`. Where none is around a step, nothing brings the person back to
what would follow: the life is over, or the journey that was started later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from footfall.errors import SourceLocation
from footfall.scenario.records import Scenario
from footfall.scenario.step_records import Steps
from footfall.scenario.step_traits import traits, walk

End = Literal["visit", "life", "journey"]


def left_visits(scenario: Scenario) -> dict[SourceLocation, frozenset[End]]:
    """Return the places of steps that leave a visit, each with what ends then.

    Several where a journey is done in several ways.
    """
    journeys = {journey.name: journey for journey in scenario.journeys}
    found: dict[SourceLocation, frozenset[End]] = {}
    waiting: list[tuple[str, End]] = [(scenario.main.text, "life")]
    runs = (traits(s).runs for journey in scenario.journeys for s in walk(journey.steps))
    waiting += [(run.name, "journey") for run in runs if run is not None and run.is_later]
    seen = set(waiting)
    while waiting:
        name, end = waiting.pop()
        done = _within(journeys[name].steps, end, found) if name in journeys else []
        waiting += [each for each in dict.fromkeys(done) if each not in seen]
        seen.update(done)
    return found


def _within(
    steps: Steps, end: End, found: dict[SourceLocation, frozenset[End]]
) -> list[tuple[str, End]]:
    """Note what ends where `end` is around some steps; return the journeys done there, each with what ends in it."""
    done: list[tuple[str, End]] = []
    for step in steps:
        known = traits(step)
        if known.leaves == "visit":
            found[step.at] = found.get(step.at, frozenset()) | {end}
        if known.runs is not None and not known.runs.is_later:
            done.append((known.runs.name, end))
        inner: End = "visit" if known.loop is not None and known.loop.is_visit else end
        for branch in known.branches:
            done += _within(branch.steps, inner, found)
    return done


_WITH_IT: Mapping[frozenset[End], str] = {
    frozenset(("life",)): ", and with it the life",
    frozenset(("journey",)): ", and with it this journey",
}


def ending_text(ends: frozenset[End]) -> str:
    """Return what ends besides the visit, to be put behind a step's line; nothing where it is the visit alone."""
    if ends <= {"visit"}:
        return ""
    return _WITH_IT.get(ends, ", and with it all where no repeat comes back")
