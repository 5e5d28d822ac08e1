"""`footfall.user`: one person's properties and events, by simulating that person only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from footfall.data.schema import Field, StreamSchema
from footfall.execution.chunks import simulate_person
from footfall.execution.setup import AnyScenario, RunParameters, Settings, WholeNumber


@dataclass(frozen=True, slots=True)
class Life:
    """A person's life, as far as it is recorded.

    Args:
        properties: What is true of the person at the end.
        events: In order; each a row of `events` without what is null.
        changes: insert_id of an event → what it changed: property → (old, new); under "" what
            happened between events.
        schema: What the properties are.
    """

    properties: dict[str, Any]
    events: list[dict[str, Any]] = field(repr=False)
    changes: dict[str, dict[str, tuple[Any, Any]]] = field(repr=False)
    schema: StreamSchema = field(repr=False)


def user(
    scenario: AnyScenario,
    person: int | str,
    *,
    seed: WholeNumber = 1,
    people: WholeNumber | None = None,
    days: WholeNumber | None = None,
    start: str | dt.date | None = None,
    settings: Settings | None = None,
) -> Life:
    """Return one person's properties and events; nobody else is simulated.

    Example:
        >>> life = footfall.user("ecommerce", 200, people=500, days=7)
        >>> life.properties["city"], [event["event_type"] for event in life.events][:2]
        ('Chennai', ['Page Viewed', 'Product List Viewed'])

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        person: Number, from 0, as in the column `person` of the events; or a `user_id`.
        seed, people, days, start, settings: Those of the run: they decide who that person is.

    Raises:
        UsageError: Nobody of that number or id comes before the end.
    """
    parameters = RunParameters.of(
        people=people, days=days, start=start, seed=seed, settings=settings
    )
    return life_of(scenario, person, parameters)


def life_of(scenario: AnyScenario, person: int | str, parameters: RunParameters) -> Life:
    """Return a person's life in a run of these parameters; see `user`."""
    chunk = simulate_person(scenario, person, parameters)
    arrival: dict[str, Any] = chunk.arrivals.to_pylist()[0]
    home, own = (arrival.pop(struct, None) or {} for struct in ("home", "properties"))
    properties = {**arrival, **home, **own}
    schema = chunk.stream.schema
    declared = {each.name: each for each in schema.user_properties}
    changes: dict[str, dict[str, tuple[Any, Any]]] = {}
    for change in chunk.changes.to_pylist():
        changed, name = changes.setdefault(change["insert_id"] or "", {}), change["property"]
        old, new = (read(change[side], declared.get(name)) for side in ("old", "new"))
        # An event may set a property twice: what it was at first and what it is at last are
        # shown.
        changed[name] = (changed.get(name, (old, None))[0], new)
        properties[name] = new
    properties.pop("run", None)
    return Life(properties, [_filled(row) for row in chunk.events.to_pylist()], changes, schema)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    # Without nulls: most columns of a row belong to events of other types.
    carried = {
        name: value
        for name, value in (row.get("event_properties") or {}).items()
        if value is not None
    }
    common = {
        name: value
        for name, value in row.items()
        if value is not None and not isinstance(value, dict)
    }
    return {**common, "event_properties": carried}


def read(text: str, field: Field | None) -> Any:
    """Return a value of `changes`, kept there as JSON, with the type it has in the events."""
    # Amounts are exact decimals; as floats they could lose a digit.
    value = json.loads(text, parse_float=Decimal if _has(field, "money") else None)
    if field is not None and field.type == "time" and value is not None:
        return dt.datetime.fromisoformat(value)
    return value


def _has(field: Field | None, kind: str) -> bool:
    """Return whether a property, its items or a field of its records are of a kind."""
    kinds: Iterable[str | None] = (
        () if field is None else (field.type, field.item, *(f.type for f in field.fields))
    )
    return kind in kinds
