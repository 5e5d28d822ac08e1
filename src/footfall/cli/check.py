"""`footfall check`: problems of a scenario, and what was understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand
from footfall.cli.outline import outline
from footfall.errors import shown
from footfall.scenario.left_visits import left_visits
from footfall.scenario.step_texts import chance_text
from footfall.text import clean, plural, short_percent

if TYPE_CHECKING:
    from decimal import Decimal

    from footfall.execution.engine import CompilationSummary
    from footfall.execution.warm_up import WarmUp
    from footfall.scenario.leaf_records import Moment
    from footfall.scenario.records import Effect, Event, Scenario

EPILOG = """\b
Examples:
  footfall check shop.yaml
  footfall check ecommerce --set people.count=500
\b
Exit code: 0 when it can be run, 2 when something is wrong; every problem is told with file, line and column.
"""


@click.command("check", cls=DataCommand, epilog=EPILOG)
@click.argument("file", type=arguments.SCENARIO)
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a value of the scenario.",
)
def command(file: str, settings: tuple[str, ...]) -> None:
    """Check a scenario and say what was understood.

    FILE is the path of a scenario, or the name of a shipped one.
    """
    from footfall.execution.engine import understand
    from footfall.execution.setup import load_scenario
    from footfall.execution.warm_up import warm_up

    scenario = load_scenario(file, arguments.read_settings(settings))
    understood, found = understand(scenario), warm_up(scenario)
    for line in _lines(scenario, understood, found):
        click.echo(clean(line))
    for warning in understood.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(
        f"\n{file} is right" + (", with warnings" if understood.warnings else ""), err=True
    )


def _lines(
    scenario: Scenario, understood: CompilationSummary, found: WarmUp | None
) -> Iterator[str]:
    yield from _world(scenario, found)
    yield ""
    yield "stages: " + " → ".join(stage.name for stage in scenario.stages)
    yield ""
    yield from _events(scenario.events)
    ends = left_visits(scenario)
    for journey in scenario.journeys:
        yield ""
        yield "journey " + next(lines := outline(journey, ends))
        yield from lines
    if scenario.effects:
        yield ""
        yield "effects:"
    for effect in scenario.effects:
        yield from _effect(effect, understood.effects.get(effect.named, []))


def _world(scenario: Scenario, found: WarmUp | None) -> Iterator[str]:
    people, calendar = scenario.people, scenario.calendar
    start = dt.date(*calendar.start)
    end = start + dt.timedelta(days=calendar.length_days - 1)
    yield f"{scenario.title or scenario.name} ({scenario.name}), in {scenario.currency}, times of {scenario.time_zone}"
    yield f"{people.count:,} people in {calendar.length_days} days, {start} to {end}"
    if scenario.already_here:
        share = short_percent(scenario.already_here, 1)
        yield f"{share} of them are already here, having come in the {people.already_here_days} days before"
    if found is not None:
        yield from _warm_up(found)
    for what, properties in (
        ("people", people.properties),
        ("sessions", scenario.session_properties),
    ):
        if properties:
            yield f"{what} have: {', '.join(_named(p.name, p.alias) for p in properties)}"
    yield from _catalogues(scenario)


def _warm_up(warm_up: WarmUp) -> Iterator[str]:
    history = (
        f"living through them takes as long as about {warm_up.run_days:.0f} days of the run"
    )
    rise = f"visits per day rise by about {100 * warm_up.rise:.0f} % from the first day to the last"
    yield f"{history}; {rise}, growth and campaigns apart"


def _catalogues(scenario: Scenario) -> Iterator[str]:
    for catalogue in scenario.catalogues:
        columns = ", ".join(catalogue.columns)
        home = ", where people live" if catalogue.name == scenario.people.home.text else ""
        yield f"catalogue {catalogue.name}: {len(catalogue.rows):,} rows of {columns}{home}"


def _events(events: Iterable[Event]) -> Iterator[str]:
    counted = list(events)
    yield f"{plural(len(counted), 'event')}:"
    # Unsorted, so that events stay in the order of the file.
    for category, members in groupby(counted, key=lambda event: event.category):
        yield f"  {category}: {', '.join(_named(e.name, e.alias) for e in members)}"


def _named(name: str, alias: str) -> str:
    return f"{name} (as {shown(alias)})" if alias else name


def _effect(effect: Effect, addresses: list[str]) -> Iterator[str]:
    amount = _amount(effect, effect.factor) if effect.factor is not None else _factors(effect)
    condition = f", when {effect.when.text}" if effect.when else ""
    yield f"  {effect.named}: {effect.what} {amount}{condition}{_span(effect)}"
    yield f"    at {', '.join(addresses)}"


def _factors(effect: Effect) -> str:
    assert effect.by is not None
    pairs = ", ".join(
        f"{value.text} {_amount(effect, factor)}" for value, factor in effect.factors
    )
    return f"by {effect.by.text}: {pairs}"


def _amount(effect: Effect, number: Decimal) -> str:
    return chance_text(number) if effect.what == "chance" else f"x {number}"


def _span(effect: Effect) -> str:
    ends = ((" from", effect.start), (" until", effect.until))
    return "".join(f"{word} {_moment(moment)}" for word, moment in ends if moment is not None)


def _moment(moment: Moment) -> str:
    if moment.local is not None:
        year, month, day, hour, minute = moment.local
        return f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}"
    return f"day {moment.day} {moment.minute_of_day // 60:02}:{moment.minute_of_day % 60:02}"
