"""Warm-up: how far visits per day are from being settled when a run starts, from a trial of some people.

Visits per day grow, at even arrivals, until as many people leave as come. So many as come back after so many days are
seen in people who arrive in one week and are followed for as long as the history and the run last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from footfall.compiler import compile_scenario
from footfall.model.values import Array
from footfall.scenario.records import Scenario
from footfall.sim import Simulation
from footfall.units import DAY_MS

N_PEOPLE = 400
WEEK_DAYS = 7
MOST_EVENTS = 400_000
"""Of the trial: about two seconds."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The warm-up of a scenario.

    Args:
        rise: By how much more visits the last day has than the first, at even arrivals and activity.
        run_days: Days of the run that have as many visits as the history before it.
    """

    rise: float
    run_days: float


def warm_up(scenario: Scenario) -> WarmUp | None:
    """Return the warm-up of a scenario; None without a history, or where a trial would take too long.

    Randomness:
        A stream of its own, with the seed 1.
    """
    history, days = scenario.people.already_here_days, scenario.calendar.length_days
    if not history:
        return None
    ages = _ages_of_visits(_trial(scenario), history + days)
    if ages is None or not len(ages):
        return None
    by_day = np.cumsum(np.bincount(ages // DAY_MS, minlength=history + days + 1))
    first, last = by_day[history], by_day[history + days - 1]
    if not first:
        return None
    in_history, in_run = by_day[:history].sum(), by_day[history : history + days].mean()
    return WarmUp(float(last / first - 1), float(in_history / in_run))


def _trial(scenario: Scenario) -> Scenario:
    """Return the scenario with even arrivals in one week, and nothing that only some days have."""
    calendar = replace(
        scenario.calendar,
        length_days=WEEK_DAYS,
        campaigns=(),
        holidays=(),
        days_spread=Decimal(0),
    )
    people = replace(
        scenario.people,
        already_here_share=Decimal(0),
        already_here_days=0,
        growth_per_day=Decimal(0),
        arrivals_law="even",
        arrivals_spread=Decimal(0),
    )
    lasting = tuple(one for one in scenario.effects if one.start is None and one.until is None)
    return replace(scenario, calendar=calendar, people=people, effects=lasting)


def _ages_of_visits(scenario: Scenario, days: int) -> Array | None:
    """Return how long after each one's arrival visits begin, in ms; None where there are too many events."""
    model = compile_scenario(scenario, people=N_PEOPLE)
    n_days = days + WEEK_DAYS
    end_ms = model.start_ms + n_days * DAY_MS
    simulation = Simulation(model, "", 0, N_PEOPLE, end_ms)
    visits, n_events, reached_days = [], 0, 0
    while reached_days < n_days:
        # Small steps first: lives too busy for a trial are known from their first days.
        reached_days = min(reached_days + reached_days // 2 + 1, n_days)
        events = simulation.advance(model.start_ms + reached_days * DAY_MS).events
        n_events += events.num_rows
        if n_events > MOST_EVENTS:
            return None
        in_session = events.select(["person", "session_id"]).drop_null()
        visits.append(np.stack([column.to_numpy() for column in in_session.columns]))
    persons, begins = np.unique(np.concatenate(visits, axis=1), axis=1)
    arrived_ms = simulation.arrived_ms[np.searchsorted(simulation.persons, persons)]
    ages: Array = np.subtract(begins, arrived_ms)
    return ages
