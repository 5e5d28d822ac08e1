"""Compiles when each one is active: the rhythm that a property names, and by how much the day is later."""

from __future__ import annotations

from footfall.compiler.compilation import Compilation
from footfall.compiler.expressions.typer import ComparedText
from footfall.compiler.symbols import Scope, TypeOf
from footfall.model.model import OwnHours
from footfall.model.operations import Op
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import PeopleHours

MOST_RHYTHMS = 2047
"""Integrals of activity that fit in one array (`sim/calendar.py`)."""


def compile_hours(c: Compilation) -> None:
    """Compile `hours` of people, where there are any."""
    hours = c.scenario.people.hours
    if hours is None:
        return
    later = (
        None
        if hours.later is None
        else c.typer.compile(hours.later, _people(c), TypeOf("number"))
    )
    c.hours = OwnHours(_week(c, hours), later)
    _check_number(c, hours)


def _people(c: Compilation) -> Scope:
    # Time passes between sessions too, in which a person has no session's properties.
    return Scope((c.people_names,))


def _week(c: Compilation, hours: PeopleHours) -> Op | None:
    """Return the number of each one's week, looked up by the text that names it."""
    if hours.by is None:
        return None
    op = c.typer.compile(Expression(hours.by.text, hours.by.at), _people(c), TypeOf("text"))
    if op is None:
        return None
    codes = {c.typer.texts.code(name.text): k for k, (name, _) in enumerate(hours.rhythms, 1)}
    c.typer.compared += [
        ComparedText(op, c.typer.texts.code(name.text), name.at) for name, _ in hours.rhythms
    ]
    numbers = tuple(float(codes.get(code, 0)) for code in range(max(codes) + 2))
    return Op("by_case", "number", (op,), numbers)


def _check_number(c: Compilation, hours: PeopleHours) -> None:
    home = c.tables[c.scenario.people.home.text]
    places = len({*zip(home.texts("time_zone"), home.texts("country"), strict=True)})
    n = places * (1 + len(hours.rhythms))
    if n > MOST_RHYTHMS:
        c.problems.add(
            hours.at,
            f"the calendar's rhythm and {len(hours.rhythms)} more, in {places} pairs of country and time zone, are {n}",
            f"at most {MOST_RHYTHMS} in all",
        )
