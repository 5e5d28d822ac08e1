"""Builds the parts of a scenario, and checks what the keys of one map mean together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from footfall import units
from footfall.errors import UnitError, shown
from footfall.scenario.calendars import check_span
from footfall.scenario.forms import MapEntry
from footfall.scenario.language import EFFECT_KINDS
from footfall.scenario.leaf_records import Ramp, Text, Wait
from footfall.scenario.picks import check_weights, weight_texts
from footfall.scenario.properties import event_properties
from footfall.scenario.reader import Fields, Invalid, Reader, builds
from footfall.scenario.records import Devices, Effect, Event, Journey, People, Property, Stage
from footfall.scenario.scalars import until


@builds("people")
def _people(reader: Reader, fields: Fields) -> People:
    share, days = fields.get("already_here", (Decimal(0), 0))
    law, spread = fields.get("arrivals", ("exact", Decimal(0)))
    return People(
        at=fields.at,
        count=fields.get("count"),
        home=fields.get("home"),
        already_here_share=share,
        already_here_days=days,
        growth_per_day=fields.get("growth", Decimal(0)),
        arrivals_law=law,
        arrivals_spread=spread,
        properties=values_of(fields.get("properties", [])),
        hours=fields.get("hours"),
        households=_weighted_numbers(reader, fields, "households", "number of people"),
    )


def _weighted_numbers(
    reader: Reader, fields: Fields, key: str, noun: str
) -> tuple[tuple[int, Decimal], ...]:
    """Return a map of numbers to weights as pairs."""
    entries: list[MapEntry] = fields.get(key, [])
    if entries:
        texts = weight_texts(fields.written[key][1])
        check_weights(
            reader, f"`{key}`", texts, [(entry.key, entry.value) for entry in entries]
        )
    reader.refuse_twins(((str(entry.name), entry.key.at) for entry in entries), noun)
    return tuple((entry.name, entry.value) for entry in entries)


@builds("arrivals")
def _arrivals(_reader: Reader, fields: Fields) -> tuple[str, Decimal]:
    return fields.get("law", "exact"), fields.get("spread", Decimal(0))


@builds("already_here")
def _already_here(_reader: Reader, fields: Fields) -> tuple[Decimal | None, int]:
    return fields.get("share"), fields.get("over")


def values_of(entries: Iterable[MapEntry]) -> tuple[Any, ...]:
    """Return the values of a map with free keys."""
    return tuple(entry.value for entry in entries)


@builds("devices")
def _devices(reader: Reader, fields: Fields) -> Devices:
    per_person = _weighted_numbers(reader, fields, "per_person", "number of devices")
    kinds = fields.get("kinds")
    for column in ("platform", "os_name"):
        if column not in kinds.columns:
            reader.note(
                kinds.at,
                f"`kinds` of devices has no column {column}",
                "write columns: [platform, os_name]",
            )
    return Devices(
        fields.at,
        per_person or ((1, Decimal(1)),),
        kinds,
        shared=fields.get("shared", Decimal(0)),
        sign_in=fields.get("sign_in", "once"),
    )


@builds("sessions")
def _sessions(_reader: Reader, fields: Fields) -> tuple[Property, ...]:
    return values_of(fields.get("properties", []))


@builds("stage")
def _stage(_reader: Reader, fields: Fields) -> Stage:
    assert fields.name
    on = fields.get("on")
    return Stage(
        fields.name.text,
        fields.at,
        tuple(on) if isinstance(on, list) else (on,),
        fields.get("when"),
    )


def stages(reader: Reader, read: Iterable[Any]) -> tuple[Stage, ...]:
    """Return the stages in order; only the first is reached without an event."""
    made = [stage for item in read for stage in _stage_of(reader, item)]
    reader.refuse_twins(((s.name, s.at) for s in made), "stage", is_folded=False)
    for stage in made[:1]:
        if stage.on:
            reader.note(
                stage.at,
                f"the first stage {shown(stage.name)} has `on`",
                "everybody who has come is in the first stage",
            )
    for stage in made[1:]:
        if not stage.on:
            accepts = "only the first stage is reached by coming; write, for example, {on: Order Completed}"
            reader.note(
                stage.at, f"nothing takes a person to the stage {shown(stage.name)}", accepts
            )
    return tuple(made)


def _stage_of(reader: Reader, item: Stage | list[MapEntry]) -> list[Stage]:
    if isinstance(item, Stage):
        return [item]
    # The second of two names in one item lacks its dash.
    if len(item) > 1:
        at = item[1].key.at
        reader.note(
            at,
            f"one stage has {len(item)} names",
            "write one stage per item: - customer: {on: Order Completed}",
        )
    return [entry.value for entry in item]


@builds("event")
def _event(reader: Reader, fields: Fields) -> Event:
    assert fields.name
    properties = event_properties(fields.get("properties", []))
    reader.refuse_twins(((item.name, item.at) for item in properties), "property")
    return Event(
        name=fields.name.text,
        category="",
        at=fields.at,
        properties=tuple(properties),
        revenue=fields.get("revenue"),
        identifies=fields.get("identifies", False),
        opens_account=fields.get("new_account", False),
        signs_out=fields.get("signs_out", False),
        about=fields.get("about", ""),
        alias=fields.get("as", ""),
    )


@builds("journey")
def _journey(_reader: Reader, fields: Fields) -> Journey:
    assert fields.name
    return Journey(
        name=fields.name.text,
        at=fields.at,
        steps=tuple(fields.get("steps")),
        when=fields.get("when"),
        carries=tuple(_carried(entry) for entry in fields.get("carries", [])),
        has_session=fields.get("session", "own") == "own",
        slots=fields.get("slots", 1),
        about=fields.get("about", ""),
    )


def _carried(entry: MapEntry) -> Property:
    if isinstance(entry.value, Property):
        return entry.value
    at = entry.key.at
    return Property(entry.name, at, start=Text("null", at, is_null=True), type=entry.value)


@builds("wait")
def _wait(reader: Reader, fields: Fields) -> Wait | Invalid:
    if fields.has("until"):
        return until(fields.get("until"))
    median_ms, factor = fields.get("median")
    try:
        parts = units.about(median_ms, fields.get("spread", units.DEFAULT_SPREAD))
    except UnitError as error:
        return reader.note(fields.at, error.message, error.accepted)
    return Wait(parts.kind, parts.low_ms, parts.high_ms, parts.spread, fields.at, factor=factor)


@builds("ramp")
def _ramp(_reader: Reader, fields: Fields) -> Ramp:
    return Ramp(
        fields.get("from"), fields.get("to"), fields.get("over"), fields.get("of"), fields.at
    )


@builds("effect")
def _effect(reader: Reader, fields: Fields) -> Effect | Invalid:
    check_span(reader, fields)
    what = next(name for name in EFFECT_KINDS if name in fields.read)
    factor, by = fields.get(what), fields.get("by")
    is_map = isinstance(factor, list)
    if is_map != (by is not None) and not fields.is_bad("by"):
        found = (
            f"maps values in `{what}`, but has no `by`"
            if is_map
            else f"has `by`, but one `{what}` for all"
        )
        number = "2%" if what == "chance" else "1.3"
        accepts = (
            f"write by: city with {what}: {{Moscow: {number}}}, or a single number without by"
        )
        return reader.note(fields.place(what), f"{fields.label} {found}", accepts)
    return Effect(
        named=fields.get("named"),
        at=fields.at,
        where=fields.get("where"),
        what=what,  # type: ignore[arg-type]  # one of EFFECT_KINDS
        factor=None if is_map else factor,
        by=by,
        factors=tuple((entry.key, entry.value) for entry in factor) if is_map else (),
        when=fields.get("when"),
        start=fields.get("from"),
        until=fields.get("until"),
    )
