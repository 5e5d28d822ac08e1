"""The table of the language: when, who, on what, and the values that are drawn."""

from __future__ import annotations

from dataclasses import replace

from footfall.scenario.forms import ByShape, Key, ListOf, MapKind, MapOf, Ref
from footfall.scenario.scalars import (
    CHANCE,
    DATE,
    DAYS,
    DURATION,
    EXPRESSION,
    FACTOR,
    HOLIDAY,
    IDENTIFIER,
    LABEL,
    MOMENT,
    N_DEVICES,
    N_PEOPLE,
    NUMBER,
    POPULARITY,
    POSITIVE,
    RATE,
    REFERENCE,
    TEXT,
    VALUE,
    VARIABLE,
    WEIGHT,
    choice,
)
from footfall.scenario.vocabulary import (
    ABOUT,
    ALIAS,
    AT_MOST,
    BETWEEN,
    COLUMN_TYPES_BY_NAME,
    CONSTRAINTS,
    DISTRIBUTION_NAMES,
    DISTRIBUTIONS,
    EXAMPLE,
    HOURS,
    OF,
    REQUIRED,
    TYPE_KEY,
    USER_PROPERTIES,
    VALUE_CONSTRAINTS,
    VALUES,
    WEEKDAYS,
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
            ByShape(
                scalar=choice("always", "evenings", "office hours", "shopping"),
                map=Ref("rhythm"),
            ),
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

PEOPLE = MapKind(
    "people",
    "Who.",
    (
        Key(
            "count",
            N_PEOPLE,
            "people of the declared calendar, those already here included; `--people` scales it",
            "10000",
            unit="people",
            is_required=True,
        ),
        Key(
            "already_here",
            Ref("already_here"),
            "part of `count` that arrived before the start",
            "{share: 25%, over: 60 days}",
            default="nobody",
        ),
        Key(
            "growth",
            RATE,
            "of arrivals, compounded",
            "8 %/month",
            default="`0 %/month`",
            unit="per day, week, month or year",
        ),
        Key(
            "home",
            REFERENCE,
            "catalogue with columns `city`, `country`, `time_zone` (and `language`); its weights: where people live",
            "cities",
            is_required=True,
        ),
        Key(
            "properties",
            USER_PROPERTIES,
            "user properties",
            "{gender: {pick: [female, male]}}",
            default="none",
        ),
    ),
)

ALREADY_HERE = MapKind(
    "already_here",
    "People who arrived before the start.",
    (
        Key("share", CHANCE, "share of `count`", "25%", is_required=True),
        Key(
            "over",
            DAYS,
            "the span before the start in which they arrived",
            "60 days",
            unit="days",
            is_required=True,
        ),
    ),
)

PROPERTY = MapKind(
    "property",
    "A user (session) property: what it is when the person arrives (the session begins); null without a value.",
    (
        Key(
            "start",
            ByShape(scalar=VALUE, list=ListOf(VALUE, most=0)),
            "a constant; `[]` for an empty list",
            "0",
            default="null",
        ),
        *DISTRIBUTIONS,
        Key("derived", EXPRESSION, "follows from other properties", "age >= 40"),
        BETWEEN,
        TYPE_KEY,
        OF,
        AT_MOST,
        VALUES,
        *CONSTRAINTS,
        replace(ALIAS, about=f"{ALIAS.about}; of a user property only"),
        ABOUT,
        EXAMPLE,
    ),
    at_most_one_of=(("start", *DISTRIBUTION_NAMES, "derived"), ("type", "of")),
)

RECORD_FIELD = MapKind(
    "field",
    "A field of the records of a list, in the long form.",
    (
        replace(TYPE_KEY, is_required=True, default=""),
        ALIAS,
        VALUES,
        *VALUE_CONSTRAINTS,
        replace(
            REQUIRED,
            about="every record has it; what can be null `footfall validate` finds",
            default="true where it is proven",
        ),
        ABOUT,
        EXAMPLE,
    ),
)

DRAW = MapKind(
    "draw",
    "A random value.",
    (*DISTRIBUTIONS, BETWEEN),
    one_of=(DISTRIBUTION_NAMES,),
)

NORMAL = MapKind(
    "normal",
    "The normal law.",
    (
        Key("mean", NUMBER, "its mean", "33", is_required=True),
        Key("sd", NUMBER, "its standard deviation, 0 or more", "9", is_required=True),
    ),
)

LOGNORMAL = MapKind(
    "lognormal",
    "The log-normal law.",
    (
        Key("median", POSITIVE, "its median", "20", is_required=True),
        Key(
            "spread",
            NUMBER,
            "standard deviation of the logarithm, 0 to 10",
            "0.6",
            is_required=True,
        ),
    ),
)

WAIT_KIND = MapKind(
    "wait",
    "A log-normal wait, written out.",
    (
        Key("median", DURATION, "half of the waits are shorter", "10 s", is_required=True),
        Key(
            "spread",
            NUMBER,
            "standard deviation of the logarithm, 0 to 10",
            "0.5",
            default="`0.8`",
        ),
    ),
)

RAMP = MapKind(
    "ramp",
    "A chance in a straight line from one value at 0 to another at `over`, then flat.",
    (
        Key("from", CHANCE, "chance at 0 and below", "9%", is_required=True),
        Key("to", CHANCE, "chance at `over` and above", "2%", is_required=True),
        Key(
            "over", POSITIVE, "where the ramp ends", "10", unit="that of `of`", is_required=True
        ),
        Key("of", EXPRESSION, "the number it depends on", "lessons", is_required=True),
    ),
)

DEVICES = MapKind(
    "devices",
    "On what.",
    (
        Key(
            "per_person",
            MapOf(N_DEVICES, WEIGHT, "number", least=1),
            "how many devices a person owns → weight",
            "{1: 55, 2: 35, 3: 10}",
            default="`{1: 1}`",
            unit="devices",
        ),
        Key(
            "kinds",
            Ref("catalogue"),
            "a catalogue with the columns `platform` and `os_name`",
            "{columns: [platform, os_name], rows: [[phone, iOS]]}",
            is_required=True,
        ),
    ),
)

SESSIONS = MapKind(
    "sessions",
    "What a session knows.",
    (
        Key(
            "properties",
            USER_PROPERTIES,
            "session properties, drawn when a session begins",
            "{source: {pick: [ads, search]}}",
            default="none",
        ),
    ),
)

CATALOGUE = MapKind(
    "catalogue",
    "A table that is drawn from: inline, or from a CSV file.",
    (
        Key(
            "file",
            TEXT,
            "CSV file (UTF-8, with a header, at most 20 MB) in the scenario's folder or below",
            "cities.csv",
        ),
        Key(
            "rows",
            ListOf(ByShape(scalar=VALUE, list=ListOf(VALUE, least=1)), least=1),
            "the rows; scalars make a catalogue of one column, named like the catalogue",
            "[[4, 60.00], [8, 116.00]]",
        ),
        Key(
            "columns",
            ByShape(
                list=ListOf(ByShape(scalar=VARIABLE, map=COLUMN_TYPES_BY_NAME), least=1),
                map=COLUMN_TYPES_BY_NAME,
            ),
            "names of the columns in `rows`, with a type where it is not plain; of a file: types of some",
            "[lessons, price: money]",
            default="the file's header",
        ),
        Key("weight", IDENTIFIER, "the column that holds the rows' weights", "population"),
        Key("weights", ListOf(WEIGHT, least=1), "one weight per row", "[30, 70]"),
        Key(
            "popularity",
            POPULARITY,
            "`zipf S`: row k has weight 1/k^S",
            "zipf 0.8",
            default="all rows alike",
        ),
    ),
    one_of=(("file", "rows"),),
    at_most_one_of=(("weight", "weights", "popularity"),),
)

WORLD_KINDS = (
    CALENDAR, RHYTHM, CAMPAIGN, PEOPLE, ALREADY_HERE, PROPERTY, RECORD_FIELD, DRAW, NORMAL, LOGNORMAL, WAIT_KIND, RAMP,
    DEVICES, SESSIONS, CATALOGUE,
)  # fmt: skip
"""Every kind of this half."""
