"""The scenario language, version 1, as one table: every kind of map with its keys.

The loader reads by this table; the JSON Schema for editors and the reference page are printed from it. The kinds of
steps stand in `language_steps`, those of the world around in `language_declarations`.
"""

from __future__ import annotations

from dataclasses import replace

from footfall.scenario.forms import ByShape, Key, ListOf, MapKind, MapOf, Ref
from footfall.scenario.language_declarations import WORLD_KINDS
from footfall.scenario.language_steps import STEP_KINDS
from footfall.scenario.scalars import (
    ADDRESS,
    CURRENCY,
    EXPRESSION,
    FLAG,
    LABEL,
    MOMENT,
    N_SLOTS,
    PROPERTY_NAME,
    REFERENCE,
    SCENARIO_NAME,
    STAGE_NAME,
    TEXT,
    TIME_ZONE,
    TITLE,
    TYPE,
    VARIABLE,
    VERSION,
    choice,
)
from footfall.scenario.vocabulary import (
    ABOUT,
    ALIAS,
    AT_MOST,
    CHANCES,
    CONSTRAINTS,
    EVENT_PROPERTIES,
    EXAMPLE,
    FACTORS,
    FIELDS,
    OF,
    REQUIRED,
    STEPS,
    TYPE_KEY,
    VALUES,
)

SCENARIO = MapKind(
    "scenario",
    "The top level.",
    (
        Key(
            "footfall",
            VERSION,
            "version of the language; the first line",
            "1",
            is_required=True,
        ),
        Key(
            "scenario",
            SCENARIO_NAME,
            "name; the database schema is called so",
            "online_school",
            is_required=True,
        ),
        Key("title", TEXT, "for people", "Online school for adults", default="empty"),
        Key("about", TEXT, "for people", "Adults who take lessons by video", default="empty"),
        Key(
            "currency",
            CURRENCY,
            "ISO 4217 code of every `money` value; gives the minor digits",
            "EUR",
            default="`USD`",
        ),
        Key(
            "time_zone",
            TIME_ZONE,
            "IANA name of the zone of dates written without one",
            "Europe/Paris",
            default="`UTC`",
        ),
        Key(
            "calendar",
            Ref("calendar"),
            "when",
            "{start: 2026-01-01, length: 90 days}",
            is_required=True,
        ),
        Key("people", Ref("people"), "who", "{count: 10000, home: cities}", is_required=True),
        Key(
            "devices",
            Ref("devices"),
            "on what",
            "{kinds: {columns: [platform, os_name], rows: [[phone, iOS]]}}",
            default="one device, platform `web`",
        ),
        Key(
            "sessions",
            Ref("sessions"),
            "what a session knows",
            "{properties: {source: {pick: [ads, search]}}}",
            default="nothing",
        ),
        Key(
            "catalogues",
            MapOf(VARIABLE, Ref("catalogue"), "catalogue", is_folded=True, keeps_rest=True),
            "products, courses, cities",
            "{cities: {file: cities.csv}}",
            default="none",
        ),
        Key(
            "stages",
            ListOf(
                ByShape(scalar=STAGE_NAME, map=MapOf(TITLE, Ref("stage"), "stage", least=1)),
                least=1,
                keeps_rest=True,
            ),
            "the critical path, in order",
            "[visitor, customer: {on: Order Completed}]",
            is_required=True,
        ),
        Key(
            "goal",
            REFERENCE,
            "the stage that counts as conversion",
            "customer",
            default="the last stage",
        ),
        Key(
            "properties",
            EVENT_PROPERTIES,
            "event properties, each described once",
            "{price: product.price}",
            default="none",
        ),
        Key(
            "events",
            MapOf(
                TITLE,
                MapOf(LABEL, Ref("event", takes_null=True), "event", keeps_rest=True),
                "category",
                least=1,
                keeps_rest=True,
            ),
            "the taxonomy: category (a business process) → event; only these can happen",
            "{Browsing: {Product Viewed: {about: Looks at a product}}}",
            is_required=True,
        ),
        Key(
            "journeys",
            MapOf(
                VARIABLE, Ref("journey"), "journey", least=1, is_folded=True, keeps_rest=True
            ),
            "what happens",
            "{life: {steps: [Product Viewed]}}",
            is_required=True,
        ),
        Key("main", REFERENCE, "the journey that every person lives", "life", default="`life`"),
        Key(
            "effects",
            ListOf(Ref("effect"), keeps_rest=True),
            "what makes people differ",
            "[{named: sale, where: pay/promo, from: day 60, until: day 67, odds: 3}]",
            default="none",
        ),
    ),
)

STAGE = MapKind(
    "stage",
    "What takes a person to a stage. The first stage has nothing: it is everybody who has come.",
    (
        Key(
            "on",
            ByShape(scalar=REFERENCE, list=ListOf(REFERENCE, least=1)),
            "the event, or events, that take a person there",
            "Order Completed",
            is_required=True,
        ),
        Key(
            "when",
            EXPRESSION,
            "must hold at that event, after its changes",
            "orders >= 2",
            default="always",
        ),
    ),
)

EVENT = MapKind(
    "event",
    "One event of the taxonomy.",
    (
        ABOUT,
        Key(
            "properties",
            ByShape(
                map=EVENT_PROPERTIES,
                list=ListOf(ByShape(scalar=PROPERTY_NAME, map=EVENT_PROPERTIES)),
            ),
            "names described under `properties`, or name → expression, or name → the long form; a list may mix them",
            "[product_id, quantity: line.quantity]",
            default="none",
        ),
        Key(
            "revenue",
            EXPRESSION,
            "money that this event brings",
            "total",
            default="none",
            unit="`currency`",
        ),
        Key(
            "identifies",
            FLAG,
            "from here on the person's `user_id` is known",
            "true",
            default="`false`",
        ),
        Key(
            "new_account",
            FLAG,
            "from here on the person is known by another `user_id`, of an account that is opened now; three at most",
            "true",
            default="`false`",
        ),
        Key(
            "signs_out",
            FLAG,
            "after it the person's `user_id` is not known any more, until the next event that `identifies`",
            "true",
            default="`false`",
        ),
        replace(
            ALIAS,
            about="its alias: the event type that is written, where that is no name here, as a word of steps is none",
            example="purchase",
        ),
    ),
    at_most_one_of=(("identifies", "new_account", "signs_out"),),
)

EVENT_PROPERTY_KIND = MapKind(
    "event property",
    "What an event says about itself.",
    (
        Key(
            "value",
            EXPRESSION,
            "where its value comes from",
            "product.sku",
            default="where it is used",
        ),
        FIELDS,
        Key("type", TYPE, "type of its value", "id", default="that of `value`"),
        replace(
            VALUES,
            about=f"{VALUES.about}; a constant or a catalogue's column that gives another one is refused, what a run "
            "alone can show `footfall validate` finds",
        ),
        *CONSTRAINTS,
        REQUIRED,
        ALIAS,
        ABOUT,
        EXAMPLE,
    ),
    at_most_one_of=(("value", "fields"), ("type", "fields"), ("values", "fields")),
)


JOURNEY = MapKind(
    "journey",
    "What happens, in order.",
    (
        ABOUT,
        Key(
            "when",
            EXPRESSION,
            "possible only while this holds: a `do` is passed over, an option has weight 0",
            "balance == 0",
            default="always",
        ),
        Key(
            "carries",
            MapOf(
                VARIABLE, ByShape(scalar=TYPE, map=Ref("variable")), "variable", is_folded=True
            ),
            "its variables: name → type, or name → the long form; null again at each entry",
            "{due: money}",
            default="none",
        ),
        Key(
            "session",
            choice("own", "none"),
            "`none`: events without session or platform, of guests with a device; only for journeys started by `later`",
            "none",
            default="`own`",
        ),
        Key(
            "slots",
            N_SLOTS,
            "how many of it may be pending for one person; only for journeys started by `later`",
            "2",
            default="`1`",
            unit="journeys",
        ),
        Key("steps", STEPS, "the steps", "[Product Viewed, {do: pay}]", is_required=True),
    ),
)

VARIABLE_KIND = MapKind(
    "variable",
    "A variable that a journey carries, in the long form; null at each entry.",
    (TYPE_KEY, OF, AT_MOST, VALUES, ABOUT, EXAMPLE),
    at_most_one_of=(("type", "of"),),
)

EFFECT_KINDS = ("odds", "times", "chance", "duration", "value")
"""Keys of an effect that say what it does, in the order of the reference."""

EFFECT = MapKind(
    "effect",
    "Who, when, where, how much.",
    (
        Key("named", LABEL, "its name in reports", "spring_sale", is_required=True),
        Key(
            "where",
            ADDRESS,
            "an address (see *Names*); `*` stands for anything within one part",
            "pay/promo",
            is_required=True,
        ),
        Key(
            "when",
            EXPRESSION,
            "who: over the person (and session)",
            "platform == 'phone'",
            default="everybody",
        ),
        Key(
            "by",
            REFERENCE,
            "a text property or home column: the key below maps its values to numbers; of others it does not hold",
            "city",
            default="none",
        ),
        Key("from", MOMENT, "begins, inclusive", "day 60", default="the beginning"),
        Key("until", MOMENT, "ends, exclusive", "day 67 12:00", default="the end"),
        Key(
            "odds",
            FACTORS,
            "factor on the odds of the named option or chance; the rest share what is left in proportion",
            "1.3",
        ),
        Key(
            "times",
            FACTORS,
            "factor on the chance itself: `1.12` is 12 % more; never above 1",
            "1.12",
        ),
        Key("chance", CHANCES, "the chance itself, whatever it was", "2%"),
        Key("duration", FACTORS, "factor on a wait", "150%"),
        Key(
            "value",
            FACTORS,
            "factor on the number that a `set` of that name puts, or that people or sessions of that name draw",
            "{Moscow: 1.3, Kazan: 0.8}",
        ),
    ),
    one_of=(EFFECT_KINDS,),
    named_by="named",
)

KINDS: dict[str, MapKind] = {
    kind.name: kind
    for kind in (
        SCENARIO, *WORLD_KINDS, STAGE, EVENT, EVENT_PROPERTY_KIND, JOURNEY, VARIABLE_KIND, *STEP_KINDS, EFFECT,
    )
}  # fmt: skip
"""Every kind of map by its name."""
