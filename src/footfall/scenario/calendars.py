"""Builds what a scenario says about time: its calendar, its week, campaigns."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from footfall.scenario.forms import MapEntry
from footfall.scenario.leaf_records import Moment
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.records import Calendar, Campaign, PeopleHours
from footfall.scenario.scalars import HOLIDAY
from footfall.scenario.vocabulary import WEEKDAYS
from footfall.scenario.weeks import WEEKS, Week, week


@builds("calendar")
def _calendar(reader: Reader, fields: Fields) -> Calendar:
    rhythm = fields.get("rhythm", "always")
    campaigns = fields.get("campaigns", [])
    reader.refuse_twins(((campaign.named, campaign.at) for campaign in campaigns), "campaign")
    spread, differ, seed = fields.get("days", (Decimal(0), False, None))
    return Calendar(
        at=fields.at,
        start=fields.get("start"),
        length_days=fields.get("length"),
        week=_week_of(rhythm),
        holidays=tuple(_holidays(reader, fields.get("holidays", []))),
        campaigns=tuple(campaigns),
        days_spread=spread,
        days_differ=differ,
        days_seed=seed,
    )


def _week_of(rhythm: str | Week) -> Week:
    return WEEKS[rhythm] if isinstance(rhythm, str) else rhythm


@builds("hours")
def _hours(reader: Reader, fields: Fields) -> PeopleHours:
    rhythms: list[MapEntry] = fields.get("rhythms", [])
    if fields.has("by") != fields.has("rhythms"):
        found, lacking = ("by", "rhythms") if fields.has("by") else ("rhythms", "by")
        reader.note(
            fields.place(found),
            f"{fields.label} has `{found}`, but no `{lacking}`",
            "write both: {by: chronotype, rhythms: {lark: office hours, owl: evenings}}",
        )
    return PeopleHours(
        fields.at,
        fields.get("by"),
        tuple((entry.key, _week_of(entry.value)) for entry in rhythms),
        fields.get("later"),
    )


@builds("days")
def _days(_reader: Reader, fields: Fields) -> tuple[Decimal, bool, int | None]:
    return fields.get("spread"), fields.get("of", "scenario") == "country", fields.get("seed")


def _holidays(
    reader: Reader, entries: Iterable[MapEntry]
) -> Iterable[tuple[str, tuple[int | None, int, int], Decimal]]:
    for entry in entries:
        # A map below a key holds the days of a country; else the key is the date itself.
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
        return reader.note(
            fields.at,
            f"all weights of {fields.label} are 0",
            "write at least one weight above 0",
        )
    return made


def _week(fields: Fields) -> Week:
    if fields.has("hours"):
        factors = {entry.name: entry.value for entry in fields.get("days", [])}
        return tuple(
            tuple(hour * factors.get(day, 1) for hour in fields.get("hours"))
            for day in WEEKDAYS
        )
    if fields.has("weekdays"):
        return week(fields.get("weekdays"), fields.get("weekend"))
    return tuple(tuple(fields.get(day)) for day in WEEKDAYS)


@builds("campaign")
def _campaign(reader: Reader, fields: Fields) -> Campaign:
    check_span(reader, fields)
    return Campaign(
        fields.get("named"),
        fields.at,
        fields.get("from"),
        fields.get("until"),
        fields.get("activity"),
    )


def check_span(reader: Reader, fields: Fields) -> None:
    """Note a span of time that ends before it begins.

    A day and a date cannot be compared before the start is known; the compiler does.
    """
    start: Moment | None = fields.get("from")
    until: Moment | None = fields.get("until")
    if not start or not until or (start.local is None) != (until.local is None):
        return
    if _order(start) >= _order(until):
        reader.note(
            until.at, f"{fields.label} ends before it begins", "`until` must lie after `from`"
        )


def _order(moment: Moment) -> tuple[int, ...]:
    return moment.local or (moment.day or 0, moment.minute_of_day)
