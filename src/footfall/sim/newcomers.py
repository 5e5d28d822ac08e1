"""Newcomers: the first properties of people, drawn when their group is made."""

from __future__ import annotations

import numpy as np

from footfall.model import builtins
from footfall.model.model import InitialValue, Model
from footfall.model.program import RandomValue
from footfall.model.values import Array
from footfall.sim.actions import initial_value
from footfall.sim.calendar import ActivityCalendar
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.journal import Journal
from footfall.sim.part_events import GroupArrays
from footfall.sim.state import State


def draw_properties(
    model: Model, calendar: ActivityCalendar, state: State, journal: Journal | None
) -> None:
    """Set what people begin with, as of their clocks and homes.

    Randomness:
        One draw per person and property, named after it.
    """
    context = EvaluationContext(model, calendar, state, np.arange(state.n))
    for initial in model.initials:
        state.columns[initial.column][:] = initial_value(initial, context, journal)


def log_arrivals(group: GroupArrays, journal: Journal, rows: Array) -> None:
    """Log what effects have done to the properties of people who arrive in a part.

    They were drawn when the group was made, most of them in no part yet; so they are drawn once
    more, for these people as they were then. A draw gives the same value whenever it is made.
    """
    model = group.model
    if not any(map(_is_affected, model.initials)):
        return
    state = State(model, group.persons[rows], group.state.identities[rows])
    state.arrived[:] = state.clock[:] = group.state.arrived[rows]
    state.columns[builtins.HOME][:] = group.state.columns[builtins.HOME][rows]
    draw_properties(model, group.calendar, state, journal)


def _is_affected(initial: InitialValue) -> bool:
    value = initial.value
    return bool(initial.effects) or (
        isinstance(value, RandomValue) and value.choice is not None
    )
