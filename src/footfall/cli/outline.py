"""The outline of a journey: its steps in order, indented, with their chances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from footfall.errors import SourceLocation
from footfall.scenario.leaf_records import Expression
from footfall.scenario.left_visits import End, ending_text
from footfall.scenario.records import Journey
from footfall.scenario.step_records import Step
from footfall.scenario.step_traits import Branch, traits

INDENT = "  "


Ends = Mapping[SourceLocation, frozenset[End]]
"""What ends where a visit is left (`left_visits`)."""


def outline(journey: Journey, ends: Ends) -> Iterator[str]:
    """Yield the lines of a journey's outline."""
    about = f": {journey.about}" if journey.about else ""
    yield f"{journey.name}{_condition(journey.when)}{about}"
    yield from _indented(lines(journey.steps, ends))


def lines(steps: Iterable[Step], ends: Ends) -> Iterator[str]:
    """Yield the lines of some steps: each of them, and below it what is within it."""
    for step in steps:
        known = traits(step)
        # The colon of a step that holds others belongs behind its guard.
        colon = ":" * known.line.endswith(":")
        ending = ending_text(ends.get(step.at, frozenset()))
        yield known.line.removesuffix(":") + ending + _condition(known.guard) + colon
        for branch in known.branches:
            yield from _branch(branch, ends)


def _branch(branch: Branch, ends: Ends) -> Iterator[str]:
    match branch.role:
        case "then":
            yield from _indented(lines(branch.steps, ends))
        case "else":
            if branch.steps:
                yield "else:"
                yield from _indented(lines(branch.steps, ends))
        case "option":
            yield from _indented(_option(branch, ends))
        case _:
            assert_never(branch.role)


def _option(option: Branch, ends: Ends) -> Iterator[str]:
    """Yield an option: below its name, or with its first step in the place of the name."""
    inner = list(lines(option.steps, ends))
    name = option.name or (inner[0].removeprefix("do ") if inner else "nothing")
    colon = ":" if inner and option.name else ""
    yield f"{name}, {option.share}{_condition(option.when)}{colon}"
    yield from _indented(inner if option.name else inner[1:])


def _condition(when: Expression | None) -> str:
    return f", when {when.text}" if when else ""


def _indented(inner: Iterable[str]) -> Iterator[str]:
    return (INDENT + line for line in inner)
