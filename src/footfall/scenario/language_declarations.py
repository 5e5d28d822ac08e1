"""The table of the language: the values that are drawn, and what is drawn from."""

from __future__ import annotations

from dataclasses import replace

from footfall.scenario.forms import ByShape, Key, ListOf, MapKind
from footfall.scenario.language_calendar import CALENDAR_KINDS
from footfall.scenario.language_people import DEVICES, PEOPLE_KINDS
from footfall.scenario.scalars import (
    CHANCE,
    EXPRESSION,
    IDENTIFIER,
    MEDIAN,
    MEDIAN_WAIT,
    NUMBER,
    NUMBER_OR_EXPRESSION,
    POPULARITY,
    POSITIVE,
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
    BY,
    COLUMN_TYPES_BY_NAME,
    CONSTRAINTS,
    DISTRIBUTION_NAMES,
    DISTRIBUTIONS,
    EXAMPLE,
    FAKE_NAMES,
    OF,
    REQUIRED,
    TYPE_KEY,
    USER_PROPERTIES,
    VALUE_CONSTRAINTS,
    VALUES,
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
        BY,
        Key("fake", choice(*FAKE_NAMES), "made up to fit the person, and nobody's", "email"),
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
    at_most_one_of=(
        ("start", *DISTRIBUTION_NAMES, "derived", "fake"),
        ("fake", "of"),
        ("type", "of"),
    ),
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
    (*DISTRIBUTIONS, BY, BETWEEN),
    one_of=(DISTRIBUTION_NAMES,),
)

NORMAL = MapKind(
    "normal",
    "The normal law.",
    (
        Key("mean", NUMBER_OR_EXPRESSION, "its mean", "33", is_required=True),
        Key("sd", NUMBER, "its standard deviation, 0 or more", "9", is_required=True),
    ),
)

LOGNORMAL = MapKind(
    "lognormal",
    "The log-normal law.",
    (
        Key(
            "median",
            MEDIAN,
            "its median; of an expression null and below 0 draw null",
            "20",
            is_required=True,
        ),
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
    "A log-normal wait, written out; or a wait until a moment.",
    (
        Key("median", MEDIAN_WAIT, "half of the waits are shorter", "10 s"),
        Key(
            "spread",
            NUMBER,
            "standard deviation of the logarithm, 0 to 10",
            "0.5",
            default="`0.8`",
        ),
        Key(
            "until",
            EXPRESSION,
            "a time; one that has passed, or is null, is now",
            "next('25th', 9)",
        ),
    ),
    one_of=(("median", "until"),),
    at_most_one_of=(("spread", "until"),),
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
    *CALENDAR_KINDS, *PEOPLE_KINDS, PROPERTY, RECORD_FIELD, DRAW, NORMAL, LOGNORMAL, WAIT_KIND, RAMP, DEVICES,
    SESSIONS, CATALOGUE,
)  # fmt: skip
"""Every kind of this half."""
