"""`footfall user`: one person's properties and timeline, by simulating that person only."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from footfall import zones
from footfall.cli import arguments, options
from footfall.cli.console import clean, print_table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from footfall.events.chunk import Chunk

EPILOG = """\b
Examples:
  footfall user ecommerce 17
  footfall user shop.yaml 17 --days 90 --seed 2 --format json
\b
ID is the column `person` of the events: people are numbered in order of arrival, from 0.
Give the same --people, --start, --seed and --set as the run: they decide who that person is.
"""


@dataclass(frozen=True, slots=True)
class Life:
    """All that is known about a person.

    Args:
        properties: What is true of the person at the end.
        events: In order; each a row of `events` without what is null.
        changes: insert_id of an event → what it changed: property → (old, new), as JSON texts; under "" what happened
            between events.
    """

    properties: dict[str, Any]
    events: list[dict[str, Any]]
    changes: dict[str, dict[str, tuple[str, str]]]


@click.command("user", epilog=EPILOG)
@click.argument("scenario", type=arguments.SCENARIO)
@click.argument("person", metavar="ID", type=arguments.PERSON)
@options.stream
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to show it.")
def command(scenario: str, person: int, form: str, **stream: Any) -> None:
    """Show one person's properties and timeline.

    Only that person is simulated; the events are those of the full run.
    """
    from footfall.run.chunks import live

    life = _life_of(live(scenario, person, **options.stream_arguments(stream)))
    if form == "json":
        click.echo(json.dumps(_plain_life(life), indent=2, ensure_ascii=False, default=_plain))
    else:
        _print(life)


def _life_of(chunk: Chunk) -> Life:
    arrival: dict[str, Any] = chunk.arrivals.to_pylist()[0]
    own = arrival.pop("properties", None) or {}
    properties = {**arrival, **own}
    changes: dict[str, dict[str, tuple[str, str]]] = {}
    for change in chunk.changes.to_pylist():
        changed = changes.setdefault(change["insert_id"] or "", {})
        first_old = changed.get(change["property"], (change["old"], ""))[0]
        changed[change["property"]] = (first_old, change["new"])
        properties[change["property"]] = json.loads(change["new"])
    properties.pop("run", None)
    return Life(properties, [_filled(row) for row in chunk.events.to_pylist()], changes)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    carried = {name: value for name, value in (row.get("event_properties") or {}).items() if value is not None}
    common = {name: value for name, value in row.items() if value is not None and not isinstance(value, dict)}
    return {**common, "event_properties": carried}


def _plain_life(life: Life) -> dict[str, Any]:
    def changed(event: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {"old": json.loads(old), "new": json.loads(new)}
            for name, (old, new) in life.changes.get(event["insert_id"], {}).items()
        }

    events = [{**_without_changed(event), "changed": changed(event)} for event in life.events]
    return {"properties": life.properties, "events": events}


def _without_changed(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "changed"}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert isinstance(value, Decimal)
    return float(value)


def _print(life: Life) -> None:
    zone = zones.zone(life.properties["time_zone"])
    names = list(life.properties)
    shown = [_value(life.properties[name], zone) for name in names]
    indent = max(map(len, names))
    for name, value in zip(names, shown, strict=True):
        click.echo(f"{name:<{indent}}  {value}")
    click.echo()
    if not life.events:
        click.echo("no events: the person does nothing between the start and the end of the run", err=True)
        return
    print_table(_timeline(life, zone))
    click.echo(f"\ntimes by the clock of {life.properties['city']} ({zone.key}); → is what an event changed", err=True)


def _timeline(life: Life, zone: ZoneInfo) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {"time": [], "event": [], "with": []}
    session = life.events[0].get("session_id")
    for event in life.events:
        if event.get("session_id") != session:
            session = event.get("session_id")
            _add(table, "", "", "")
        carried = [f"{name}={_value(value, zone)}" for name, value in event["event_properties"].items()]
        changed = life.changes.get(event["insert_id"], {}).items()
        carried += [f"→ {name}: {old} → {new}" for name, (old, new) in changed]
        _add(table, _clock(event["time"], zone), event["event_type"], "  ".join(carried))
    return table


def _add(table: dict[str, list[Any]], *row: str) -> None:
    for column, value in zip(table.values(), row, strict=True):
        column.append(value)


def _value(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, dt.datetime):
        return _clock(value, zone)
    if isinstance(value, list | dict):
        return clean(json.dumps(value, ensure_ascii=False, default=str))
    return "–" if value is None else clean(str(value))


def _clock(time: dt.datetime, zone: ZoneInfo) -> str:
    return time.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S")
