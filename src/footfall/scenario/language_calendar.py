"""The table of the language: when."""

from __future__ import annotations

from footfall.scenario.forms import ByShape, Key, ListOf, MapKind, MapOf, Ref
from footfall.scenario.scalars import (
    CHANCE,
    DATE,
    DAYS,
    FACTOR,
    HOLIDAY,
    LABEL,
    MOMENT,
    SEED,
    TEXT,
    WEIGHT,
    choice,
)
from footfall.scenario.vocabulary import HOURS, WEEKDAYS

ANY_RHYTHM = ByShape(
    scalar=choice("always", "evenings", "office hours", "shopping"), map=Ref("rhythm")
)

CALENDAR = MapKind(
    "calendar",
    "When.",
    (
        Key(
            "start",
            DATE,
            "first day, from local midnight of `time_zone`; `--start` moves it",
            "2026-01-01",
            is_required=True,
        ),
        Key(
            "length",
            DAYS,
            "declared length; `--days` cuts or extends",
            "90 days",
            unit="days",
            is_required=True,
        ),
        Key(
            "rhythm",
            ANY_RHYTHM,
            "activity by local hour and weekday",
            "evenings",
            default="`always`",
        ),
        Key(
            "holidays",
            MapOf(
                TEXT,
                ByShape(scalar=FACTOR, map=MapOf(HOLIDAY, FACTOR, "date")),
                "date or country",
                keeps_rest=True,
            ),
            "date, or date of every year → activity, of all; or country → such a map, of its people",
            "{2026-01-01: 30%, FR: {07-14: 60%}}",
            default="none",
        ),
        Key(
            "campaigns",
            ListOf(Ref("campaign"), keeps_rest=True),
            "spans with more (or fewer) visits and arrivals",
            "[{named: sale, from: day 60, until: day 67, activity: 150%}]",
            default="none",
        ),
        Key(
            "days",
            Ref("days"),
            "what days do to everybody's activity, by chance",
            "{spread: 7%}",
            default="nothing",
        ),
    ),
)

DAYS_SHARED = MapKind(
    "days",
    "A random factor on the activity of each date, which people share: log-normal, with the mean 1. "
    "What a day has, the next ones have in part.",
    (
        Key("spread", CHANCE, "standard deviation of its logarithm", "7%", is_required=True),
        Key(
            "of",
            choice("scenario", "country"),
            "who shares it: all, or the people of a country",
            "country",
            default="`scenario`",
        ),
        Key(
            "seed",
            SEED,
            "a seed for the days alone: other people, the same days",
            "7",
            default="that of the run",
        ),
    ),
)

RHYTHM = MapKind(
    "rhythm",
    "A week written out: `hours` (with `days`), or `weekdays` with `weekend`, or all of `mon` to `sun`.",
    (
        Key("hours", HOURS, "weight of each local hour, from 0 to 23", "[1, 1, …]"),
        Key(
            "days",
            MapOf(choice(*WEEKDAYS, name="weekday"), WEIGHT, "weekday", least=1),
            "factor of each day",
            "{sat: 1.2, sun: 1.2}",
            default="1 each",
        ),
        Key("weekdays", HOURS, "weight of each hour, Monday to Friday", "[1, 1, …]"),
        Key("weekend", HOURS, "weight of each hour, Saturday and Sunday", "[1, 1, …]"),
        *(Key(day, HOURS, "weight of each hour of that day", "[1, 1, …]") for day in WEEKDAYS),
    ),
)

CAMPAIGN = MapKind(
    "campaign",
    "A span of time with another activity.",
    (
        Key("named", LABEL, "its name", "spring_sale", is_required=True),
        Key("from", MOMENT, "begins, inclusive", "day 60", is_required=True),
        Key("until", MOMENT, "ends, exclusive", "day 67", is_required=True),
        Key("activity", FACTOR, "factor of visits and arrivals", "150%", is_required=True),
    ),
    named_by="named",
)

CALENDAR_KINDS = (CALENDAR, RHYTHM, CAMPAIGN, DAYS_SHARED)
