"""`footfall user`: one person's properties and timeline, by simulating that person only."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments, options
from footfall.cli.data_command import DataCommand
from footfall.cli.wording import ValueFormatter
from footfall.text import plain_table
from footfall.units import zones

if TYPE_CHECKING:
    from footfall.execution.life import Life

EPILOG = """\b
Examples:
  footfall user ecommerce 17
  footfall user shop.yaml 17 --days 90 --seed 2 --format json
\b
ID is the column `person` of the events: people are numbered by the day of their arrival, from 0. A `user_id` will do.
Give the same --people, --start, --seed and --set as the run: they decide who that person is.
"""


@click.command("user", cls=DataCommand, epilog=EPILOG)
@click.argument("scenario", type=arguments.SCENARIO)
@click.argument("person", metavar="ID")
@options.stream
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to show it.",
)
def command(scenario: str, person: str, form: str, **stream: Any) -> None:
    """Show one person's properties and timeline.

    Only that person is simulated; the events are those of the full run.
    """
    from footfall.execution.chunks import USER_ID
    from footfall.execution.life import life_of

    who = person if USER_ID.fullmatch(person) else arguments.PERSON.convert(person, None, None)
    life = life_of(scenario, who, options.run_parameters(stream))
    if form == "json":
        click.echo(json.dumps(_plain_life(life), indent=2, ensure_ascii=False, default=_plain))
    else:
        _print(life)


def _plain_life(life: Life) -> dict[str, Any]:
    def changed(event: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {"old": old, "new": new}
            for name, (old, new) in life.changes.get(event["insert_id"], {}).items()
        }

    events = [{**_without_changed(event), "changed": changed(event)} for event in life.events]
    return {"properties": life.properties, "events": events}


def _without_changed(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "changed"}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (
            value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    assert isinstance(value, Decimal)
    return float(value)


def _print(life: Life) -> None:
    zone = zones.zone(life.properties["time_zone"])
    words = ValueFormatter(
        {field.name: field for field in life.schema.user_properties}, life.schema.currency, zone
    )
    indent = max(map(len, life.properties))
    for name, value in life.properties.items():
        click.echo(f"{name:<{indent}}  {words.value(name, value)}")
    click.echo()
    if not life.events:
        click.echo(
            "no events: the person does nothing between the start and the end of the run",
            err=True,
        )
        return
    for line in plain_table(_timeline(life, words)):
        click.echo(line)
    click.echo(
        f"\ntimes by the clock of {life.properties['city']} ({zone.key}); → is what an event changed",
        err=True,
    )


def _timeline(life: Life, words: ValueFormatter) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"time": [], "event": [], "with": []}
    session = life.events[0].get("session_id")
    of_events = replace(
        words, fields={field.name: field for field in life.schema.event_properties}
    )
    for event in life.events:
        if event.get("session_id") != session:
            session = event.get("session_id")
            _add(table, "", "", "")
        carried = [
            f"{name}={of_events.value(name, value)}"
            for name, value in event["event_properties"].items()
        ]
        changed = life.changes.get(event["insert_id"], {}).items()
        carried += [
            f"→ {name}: {words.value(name, old)} → {words.value(name, new)}"
            for name, (old, new) in changed
        ]
        _add(table, words.time(event["time"]), event["event_type"], "  ".join(carried))
    return table


def _add(table: dict[str, list[Any]], *row: str) -> None:
    for column, value in zip(table.values(), row, strict=True):
        column.append(value)
