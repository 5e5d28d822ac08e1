"""Warm-up: how far visits per day are from settled when a run starts, and an `already_here` that settles them."""

from decimal import Decimal
from math import exp

import pytest

from footfall.compiler import compile_scenario
from footfall.execution.warm_up import warm_up
from footfall.scenario import loads

HEAD = """\
footfall: 1
scenario: warm
calendar:
  start: 2026-01-05
  length: 30 days
  days: {spread: 20%}
  campaigns: [{named: c, from: day 2, until: day 9, activity: 300%}]
people:
  count: 1000
  growth: 10 %/month
  already_here: HERE
  home: cities
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
stages: [visitor]
events: {All: {came: {}}}
journeys: {life: {steps: [repeat: {named: v, steps: [came], come back after: 1 day, LEAVE}]}}
effects: [{named: e, where: life/v, from: day 3, until: day 5, duration: 2}]
"""


def scenario(here="{share: 50%, over: 10 days}", leave="lifetime: {survival: {10 days: 37%}}"):
    text = HEAD.replace("HERE", here).replace("LEAVE", leave)
    return loads(text.replace("  already_here: none\n", ""))


def test_the_rise_is_that_of_those_who_are_still_to_come(monkeypatch):
    """Where one in ten days' worth leaves per day, 10 days of history lack 37 % of all visits; 40 days, 2 %."""
    # With the trial's 400 people a standard error is 0.03.
    monkeypatch.setattr("footfall.execution.warm_up.N_PEOPLE", 6000)
    for days in (10, 40):
        found = warm_up(scenario(f"{{over: {days} days}}"))
        there = [1 - exp(-day / 10.1) for day in (days + 1, days + 30)]
        assert found is not None
        assert found.rise == pytest.approx(there[1] / there[0] - 1, abs=0.04)


def test_the_history_costs_as_many_days_as_have_its_visits():
    """A history of 10 days has the visits of fewer days of the run, since people gather in it."""
    found = warm_up(scenario())
    assert found is not None
    in_history = sum(1 - exp(-(day + 1) / 10.1) for day in range(10))
    in_run = sum(1 - exp(-(day + 1) / 10.1) for day in range(10, 40)) / 30
    assert found.run_days == pytest.approx(in_history / in_run, rel=0.1)


def test_nothing_is_said_without_a_history_or_of_lives_too_busy_for_a_trial():
    """Without `already_here` there is nothing to say; nor where people have so many visits that a trial takes long."""
    assert warm_up(scenario("none")) is None
    assert (
        warm_up(
            loads(
                HEAD.replace("HERE", "{over: 9 days}").replace(
                    "come back after: 1 day, LEAVE", "leave: 0%, come back after: 1 min"
                )
            )
        )
        is None
    )


def test_without_a_share_as_many_come_per_day_before_the_start_as_after():
    """Without growth 90 of 120 days bring three quarters; with growth fewer, by so much per day."""
    plain = HEAD.replace("10 %/month", "0 %/month").replace("HERE", "{over: 90 days}")
    assert loads(plain.replace("LEAVE", "leave: 5%")).already_here == Decimal("0.75")
    grown = scenario("{over: 90 days}")
    factor = 1.1 ** (1 / 30.4375)
    before, after = (sum(factor**day for day in days) for days in (range(-90, 0), range(30)))
    assert float(grown.already_here) == pytest.approx(before / (before + after))
    model = compile_scenario(grown)
    assert model.people.already_here == round(1000 * before / (before + after))
