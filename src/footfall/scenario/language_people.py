"""The table of the keys of people and their devices: who comes, when, and on what."""

from __future__ import annotations

from footfall.scenario.forms import Key, MapKind, MapOf, Ref
from footfall.scenario.language_calendar import ANY_RHYTHM
from footfall.scenario.scalars import (
    CHANCE,
    DAYS,
    EXPRESSION,
    LABEL,
    N_DEVICES,
    N_PEOPLE,
    N_TOGETHER,
    RATE,
    REFERENCE,
    WEIGHT,
    choice,
)
from footfall.scenario.vocabulary import USER_PROPERTIES

PEOPLE = MapKind(
    "people",
    "Who.",
    (
        Key(
            "count",
            N_PEOPLE,
            "people of the declared calendar, those already here included; `--people` scales it, campaigns add to it",
            "10000",
            unit="people",
            is_required=True,
        ),
        Key(
            "already_here",
            Ref("already_here"),
            "part of `count` that arrived before the start",
            "{over: 60 days}",
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
            "arrivals",
            Ref("arrivals"),
            "how newcomers fall on days and hours",
            "{law: poisson, spread: 20%}",
            default="`{law: exact}`",
        ),
        Key(
            "hours",
            Ref("hours"),
            "when in the day and week each one is active",
            "{later: shift}",
            default="by the calendar's `rhythm`",
        ),
        Key(
            "households",
            MapOf(N_TOGETHER, WEIGHT, "number", least=1),
            "how many people who come on the same day live together → weight; they have one home",
            "{1: 60, 2: 30, 3: 10}",
            default="`{1: 1}`",
            unit="people",
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

ARRIVALS = MapKind(
    "arrivals",
    "How people arrive.",
    (
        Key(
            "law",
            choice("exact", "poisson", "even"),
            "`exact`: by chance, in total as many as `count` says; `poisson`: the total by chance, too; "
            "`even`: nothing by chance",
            "poisson",
            default="`exact`",
        ),
        Key(
            "spread",
            CHANCE,
            "standard deviation of the logarithm of what a day does to arrivals, as `days` does to activity",
            "20%",
            default="`0%`",
        ),
    ),
)

HOURS_OF_PEOPLE = MapKind(
    "hours",
    "When each one is active. Arrivals follow the calendar's `rhythm`.",
    (
        Key(
            "by",
            REFERENCE,
            "a text property or home column that tells each one's rhythm by its name below `rhythms`",
            "chronotype",
            default="none",
        ),
        Key(
            "rhythms",
            MapOf(LABEL, ANY_RHYTHM, "rhythm", least=1),
            "name → rhythm; who has none of these names lives by that of the calendar",
            "{lark: office hours, owl: evenings}",
            default="none",
        ),
        Key(
            "later",
            EXPRESSION,
            "by how many hours the day of each one is later, below 0 earlier; at most 12, null is 0",
            "shift",
            default="0",
            unit="hours",
        ),
    ),
)

ALREADY_HERE = MapKind(
    "already_here",
    "People who arrived before the start.",
    (
        Key(
            "share",
            CHANCE,
            "share of `count`",
            "25%",
            default="as many per day as come after the start, but for growth",
        ),
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
        Key(
            "shared",
            CHANCE,
            "chance that people who live together have one more device, which all of them use",
            "40%",
            default="`0 %`",
        ),
        Key(
            "sign_in",
            choice("once", "each"),
            "`once`: who is known on one device is known on all; `each`: on those where they have signed in",
            "each",
            default="`once`",
        ),
    ),
)

PEOPLE_KINDS = (PEOPLE, ARRIVALS, HOURS_OF_PEOPLE, ALREADY_HERE)
