"""Builds the records of a scenario, but its catalogues and steps, and checks what the keys of one map mean together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from footfall import units
from footfall.errors import Mark, UnitError, shown
from footfall.scenario import names
from footfall.scenario.forms import Entry
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.records import (
    Calendar,
    Campaign,
    Devices,
    Draw,
    Effect,
    Event,
    EventProperty,
    Expression,
    Journey,
    ListType,
    Moment,
    People,
    Property,
    Ramp,
    Stage,
    Text,
    Wait,
)
from footfall.scenario.schema import LAW_NAMES, WEEKDAYS
from footfall.scenario.values import HOLIDAY
from footfall.scenario.weeks import WEEKS, Week, week

NUMERIC_LAWS = ("normal", "lognormal", "uniform")
PERCENT_TOLERANCE = Decimal("1e-9")


# --- when ------------------------------------------------------------------------------------------------------------


@builds("calendar")
def _calendar(reader: Reader, fields: Fields) -> Calendar:
    rhythm = fields.get("rhythm", "always")
    campaigns = fields.get("campaigns", [])
    reader.refuse_twins(((campaign.named, campaign.at) for campaign in campaigns), "campaign")
    return Calendar(
        at=fields.at,
        start=fields.get("start"),
        length_days=fields.get("length"),
        week=WEEKS[rhythm] if isinstance(rhythm, str) else rhythm,
        holidays=tuple(_holidays(reader, fields.get("holidays", []))),
        campaigns=tuple(campaigns),
    )


def _holidays(reader: Reader, entries: Iterable[Entry]) -> Iterable[tuple[str, tuple[int | None, int, int], Decimal]]:
    for entry in entries:
        if isinstance(entry.value, list):
            yield from ((entry.key.text, day.name, day.value) for day in entry.value)
            continue
        date = reader.read(HOLIDAY, entry.key, "holiday")
        if date is not INVALID:
            yield "", date, entry.value


@builds("rhythm")
def _rhythm(reader: Reader, fields: Fields) -> Week | Invalid:
    written = set(fields.written)
    ways = [{"hours"}, {"hours", "days"}, {"weekdays", "weekend"}, set(WEEKDAYS)]
    if written not in ways:
        found = ", ".join(fields.written) or "nothing"
        accepts = "write hours (with days, if they differ), or weekdays and weekend, or all of mon to sun"
        return reader.note(fields.at, f"{fields.label} has {found}", accepts)
    if set(fields.read) != written:
        return INVALID
    made = _week(fields)
    if not any(weight for hours in made for weight in hours):
        return reader.note(fields.at, f"all weights of {fields.label} are 0", "write at least one weight above 0")
    return made


def _week(fields: Fields) -> Week:
    if fields.has("hours"):
        factors = {entry.name: entry.value for entry in fields.get("days", [])}
        return tuple(tuple(hour * factors.get(day, 1) for hour in fields.get("hours")) for day in WEEKDAYS)
    if fields.has("weekdays"):
        return week(fields.get("weekdays"), fields.get("weekend"))
    return tuple(tuple(fields.get(day)) for day in WEEKDAYS)


@builds("campaign")
def _campaign(reader: Reader, fields: Fields) -> Campaign:
    _check_span(reader, fields)
    return Campaign(fields.get("named"), fields.at, fields.get("from"), fields.get("until"), fields.get("activity"))


def _check_span(reader: Reader, fields: Fields) -> None:
    start: Moment | None = fields.get("from")
    until: Moment | None = fields.get("until")
    if not start or not until or (start.local is None) != (until.local is None):
        return
    if _order(start) >= _order(until):
        reader.note(until.at, f"{fields.label} ends before it begins", "`until` must lie after `from`")


def _order(moment: Moment) -> tuple[int, ...]:
    return moment.local or (moment.day or 0, moment.minute_of_day)


# --- who -------------------------------------------------------------------------------------------------------------


@builds("people")
def _people(_reader: Reader, fields: Fields) -> People:
    share, days = fields.get("already_here", (Decimal(0), 0))
    return People(
        at=fields.at,
        count=fields.get("count"),
        home=fields.get("home"),
        already_here_share=share,
        already_here_days=days,
        growth_per_day=fields.get("growth", Decimal(0)),
        properties=values_of(fields.get("properties", [])),
    )


@builds("already_here")
def _already_here(_reader: Reader, fields: Fields) -> tuple[Decimal, int]:
    return fields.get("share"), fields.get("over")


def values_of(entries: Iterable[Entry]) -> tuple[Any, ...]:
    """Return the values of a map with free keys."""
    return tuple(entry.value for entry in entries)


@builds("property")
def _property(reader: Reader, fields: Fields) -> Property:
    assert fields.name
    start = fields.get("start")
    draw = _draw_of(reader, fields)
    return Property(
        name=fields.name.text,
        at=fields.at,
        start=start if isinstance(start, Text) else _null(fields) if _has_no_value(fields) else None,
        draw=draw if isinstance(draw, Draw) else None,
        derived=fields.get("derived"),
        is_empty_list=isinstance(start, list),
        **_typed(reader, fields),
    )


def _has_no_value(fields: Fields) -> bool:
    return not any(fields.has(key) for key in ("start", *LAW_NAMES, "derived"))


def _null(fields: Fields) -> Text:
    return Text("null", fields.at, is_null=True)


@builds("variable")
def _variable(reader: Reader, fields: Fields) -> Property:
    assert fields.name
    return Property(name=fields.name.text, at=fields.at, start=_null(fields), **_typed(reader, fields))


def _typed(reader: Reader, fields: Fields) -> dict[str, Any]:
    return {
        "type": fields.get("type"),
        "list_type": _list_type(reader, fields),
        "values": _allowed(reader, fields),
        "about": fields.get("about", ""),
        "example": fields.get("example", ""),
    }


def _list_type(reader: Reader, fields: Fields) -> ListType | None:
    start = fields.get("start")
    if fields.has("of") != fields.has("at_most"):
        lacking = "at_most" if fields.has("of") else "of"
        reader.note(fields.at, f"{fields.label} has no `{lacking}`", "a list has both: {of: direction, at_most: 5}")
    elif isinstance(start, list) != fields.has("of") and fields.has("start"):
        accepts = "a list starts as [], and says what it is a list of: {start: [], of: direction, at_most: 5}"
        reader.note(fields.place("start"), f"`start` of {fields.label} does not fit its `of`", accepts)
    if "of" not in fields.read or "at_most" not in fields.read:
        return None
    of = fields.get("of")
    if isinstance(of, str):
        return ListType(fields.get("at_most"), of)
    return ListType(fields.get("at_most"), None, tuple((entry.name, entry.value) for entry in of))


def _allowed(reader: Reader, fields: Fields) -> tuple[str, ...]:
    values: Sequence[Text] = fields.get("values", [])
    reader.refuse_twins(((value.text, value.at) for value in values), "value", is_folded=False)
    for value in values:
        if value.is_null:
            reader.note(value.at, f"`values` of {fields.label} hold null", "null is always allowed; leave it out")
    return tuple(value.text for value in values)


# --- draws, waits, chances -------------------------------------------------------------------------------------------


@builds("draw")
def _draw(reader: Reader, fields: Fields) -> Draw | Invalid:
    return _draw_of(reader, fields) or INVALID


def _draw_of(reader: Reader, fields: Fields) -> Draw | Invalid | None:
    law = next((name for name in LAW_NAMES if name in fields.read), None)
    between = _between(reader, fields, law)
    if law is None:
        return None
    at, value = fields.place(law), fields.get(law)
    if law == "pick":
        choices = _choices(reader, fields, value)
        return Draw("pick", at, choices, between=between) if choices else INVALID
    if law == "uniform" and value[0] >= value[1]:
        return reader.note(at, f"`uniform` of {fields.label} runs from {value[0]} to {value[1]}", "write [low, high]")
    return Draw(law, at, a=value[0], b=value[1], between=between)  # type: ignore[arg-type]  # one of LAW_NAMES


def _between(reader: Reader, fields: Fields, law: str | None) -> tuple[Decimal, Decimal] | None:
    pair: list[Decimal] | None = fields.get("between")
    if not pair:
        return None
    if not any(fields.has(name) for name in LAW_NAMES):
        reader.note(
            fields.place("between"), f"{fields.label} has `between`, but nothing is drawn", "cut a draw with it"
        )
    if pair[0] > pair[1]:
        reader.note(
            fields.place("between"),
            f"`between` of {fields.label} runs from {pair[0]} to {pair[1]}",
            "write [low, high]",
        )
    return pair[0], pair[1]


def _choices(reader: Reader, fields: Fields, written: list[Any]) -> tuple[tuple[Text, Decimal], ...]:
    if all(isinstance(choice, Text) for choice in written):
        choices = [(choice, Decimal(1)) for choice in written]
    else:
        choices = [(entry.key, entry.value) for entry in written]
        check_weights(reader, f"`pick` of {fields.label}", _weight_texts(fields.written["pick"][1]), choices)
    reader.refuse_twins(((choice.text, choice.at) for choice, _ in choices), "value", is_folded=False)
    return tuple(choices)


def _weight_texts(node: Any) -> list[str]:
    return [value.text for _, value in node.entries]


def check_weights(reader: Reader, what: str, texts: Sequence[str], weights: Sequence[tuple[Text, Decimal]]) -> None:
    """Note weights that are all 0, or that are written in percent without adding up to 100 %."""
    at, total = weights[0][0].at, sum((weight for _, weight in weights), Decimal(0))
    if not total:
        reader.note(at, f"all weights of {what} are 0", "write at least one weight above 0")
    elif any(map(units.is_percent, texts)) and abs(total - 1) > PERCENT_TOLERANCE:
        shown_weights = ", ".join(f"{key.text} {text}" for (key, _), text in zip(weights, texts, strict=True))
        accepts = f"{shown_weights}; weights in percent must add up to 100%"
        reader.note(
            at, f"the weights of {what} add up to {percent(total)}", accepts, "leave out the % to have them normalised"
        )


def percent(share: Decimal) -> str:
    """Return a share as percent, without zeros at the end: 0.25 → `25%`."""
    text = format((share * 100).normalize(), "f")
    return f"{text}%"


@builds("normal")
def _normal(reader: Reader, fields: Fields) -> tuple[Decimal, Decimal] | Invalid:
    mean, deviation = fields.get("mean"), fields.get("sd")
    if deviation < 0:
        return reader.note(fields.place("sd"), f"`sd` of {fields.label} is {deviation}", "write 0 or more")
    return mean, deviation


@builds("lognormal")
def _lognormal(reader: Reader, fields: Fields) -> tuple[Decimal, Decimal] | Invalid:
    median, spread = fields.get("median"), fields.get("spread")
    if not 0 <= spread <= 10:
        return reader.note(
            fields.place("spread"), f"`spread` of {fields.label} is {spread}", "write a number from 0 to 10"
        )
    return median, spread


@builds("wait")
def _wait(reader: Reader, fields: Fields) -> Wait | Invalid:
    try:
        parts = units.about(fields.get("median"), fields.get("spread", units.DEFAULT_SPREAD))
    except UnitError as error:
        return reader.note(fields.at, error.message, error.accepted)
    return Wait(parts.kind, parts.low_ms, parts.high_ms, parts.spread, fields.at)


@builds("ramp")
def _ramp(_reader: Reader, fields: Fields) -> Ramp:
    return Ramp(fields.get("from"), fields.get("to"), fields.get("over"), fields.get("of"), fields.at)


# --- on what ---------------------------------------------------------------------------------------------------------


@builds("devices")
def _devices(reader: Reader, fields: Fields) -> Devices:
    entries: list[Entry] = fields.get("per_person", [])
    if entries:
        texts = _weight_texts(fields.written["per_person"][1])
        check_weights(reader, "`per_person`", texts, [(entry.key, entry.value) for entry in entries])
    reader.refuse_twins(((str(entry.name), entry.key.at) for entry in entries), "number of devices")
    kinds = fields.get("kinds")
    for column in ("platform", "os_name"):
        if column not in kinds.columns:
            reader.note(kinds.at, f"`kinds` of devices has no column {column}", "write columns: [platform, os_name]")
    return Devices(fields.at, tuple((entry.name, entry.value) for entry in entries) or ((1, Decimal(1)),), kinds)


@builds("sessions")
def _sessions(_reader: Reader, fields: Fields) -> tuple[Property, ...]:
    return values_of(fields.get("properties", []))


# --- what can happen, and what it means ------------------------------------------------------------------------------


@builds("stage")
def _stage(_reader: Reader, fields: Fields) -> Stage:
    assert fields.name
    on = fields.get("on")
    return Stage(fields.name.text, fields.at, tuple(on) if isinstance(on, list) else (on,), fields.get("when"))


def stages(reader: Reader, read: Iterable[Any]) -> tuple[Stage, ...]:
    """Return the stages in order; only the first is reached without an event."""
    made = [stage for item in read for stage in _stage_of(reader, item)]
    reader.refuse_twins(((stage.name, stage.at) for stage in made), "stage")
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
            reader.note(stage.at, f"nothing takes a person to the stage {shown(stage.name)}", accepts)
    return tuple(made)


def _stage_of(reader: Reader, item: Stage | list[Entry]) -> list[Stage]:
    if isinstance(item, Stage):
        return [item]
    if len(item) > 1:
        at = item[1].key.at
        reader.note(
            at, f"one stage has {len(item)} names", "write one stage per item: - customer: {on: Order Completed}"
        )
    return [entry.value for entry in item]


@builds("event property")
def _event_property(reader: Reader, fields: Fields) -> EventProperty:
    assert fields.name
    return EventProperty(
        name=fields.name.text,
        at=fields.at,
        value=fields.get("value"),
        type=fields.get("type"),
        values=_allowed(reader, fields),
        about=fields.get("about", ""),
        example=fields.get("example", ""),
        required=fields.get("required"),
    )


def event_properties(read: Iterable[Any]) -> list[EventProperty]:
    """Return event properties as written: names alone, name → expression, name → the long form, or a list of these."""
    made = []
    for item in read:
        if isinstance(item, list):
            made += event_properties(item)
        elif isinstance(item, Entry):
            made.append(_short(item) if isinstance(item.value, Expression) else item.value)
        else:
            made.append(item)
    return made


def _short(entry: Entry) -> EventProperty:
    return EventProperty(entry.name, entry.key.at, value=entry.value)


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
        about=fields.get("about", ""),
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


def _carried(entry: Entry) -> Property:
    if isinstance(entry.value, Property):
        return entry.value
    at = entry.key.at
    return Property(entry.name, at, start=Text("null", at, is_null=True), type=entry.value)


# --- what makes people differ ----------------------------------------------------------------------------------------


@builds("effect")
def _effect(reader: Reader, fields: Fields) -> Effect | Invalid:
    _check_span(reader, fields)
    what = next(name for name in ("odds", "duration", "value") if name in fields.read)
    factor, by = fields.get(what), fields.get("by")
    is_map = isinstance(factor, list)
    if is_map != (by is not None) and not fields.is_bad("by"):
        found = f"maps values in `{what}`, but has no `by`" if is_map else f"has `by`, but one `{what}` for all"
        accepts = "write by: city with odds: {Moscow: 1.3}, or a single factor without by"
        return reader.note(fields.place(what), f"{fields.label} {found}", accepts)
    return Effect(
        named=fields.get("named"),
        at=fields.at,
        where=fields.get("where"),
        what=what,  # type: ignore[arg-type]  # one of the three
        factor=None if is_map else factor,
        by=by,
        factors=tuple((entry.key, entry.value) for entry in factor) if is_map else (),
        when=fields.get("when"),
        start=fields.get("from"),
        until=fields.get("until"),
    )


def check_variables(reader: Reader, properties: Iterable[Property], what: str, taken: Iterable[str] = ()) -> None:
    """Note properties that are called like something that expressions always have."""
    known = {names.folded(name) for name in (*names.BUILT_IN, *taken)}
    for item in properties:
        if names.folded(item.name) in known:
            hint = f"call it {what.split()[0]}_{item.name}" if " " in what else f"call it my_{item.name}"
            reader.note(item.at, f"{shown(item.name)} cannot be a {what}: expressions have it already", hint=hint)
