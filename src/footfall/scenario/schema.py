"""The scenario language, version 1, as one table: every kind of map with its keys.

The loader reads by this table, the JSON Schema for editors and the reference page are printed from it.
"""

from __future__ import annotations

from footfall.scenario.forms import ByShape, Form, Key, Kind, ListOf, MapOf, Ref, StepForm
from footfall.scenario.values import (
    ADDRESS,
    CHANCE,
    CHANCE_OR_EXPRESSION,
    CURRENCY,
    DATE,
    DAYS,
    DURATION,
    EXPRESSION,
    FACTOR,
    FLAG,
    HOLIDAY,
    IDENTIFIER,
    LABEL,
    MOMENT,
    N_DEVICES,
    N_ELEMENTS,
    N_PEOPLE,
    N_SLOTS,
    N_TIMES,
    NUMBER,
    OPTION_CHANCE,
    POPULARITY,
    POSITIVE,
    PROPERTY_NAME,
    RATE,
    REFERENCE,
    SCENARIO_NAME,
    STAGE_NAME,
    TEXT,
    TIME_ZONE,
    TYPE,
    VALUE,
    VARIABLE,
    VERSION,
    WAIT,
    WEIGHT,
    WEIGHT_OR_EXPRESSION,
    choice,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COLUMN_TYPES = ("text", "integer", "number", "money")

STEPS = ListOf(StepForm(), least=1, keeps_rest=True)
PICK = ByShape(list=ListOf(VALUE, least=1), map=MapOf(VALUE, WEIGHT, "value", least=1))
PAIR = ListOf(NUMBER, least=2, most=2)
HOURS = ListOf(WEIGHT, least=24, most=24)
ANY_WAIT = ByShape(scalar=WAIT, map=Ref("wait"))
ANY_CHANCE = ByShape(scalar=CHANCE_OR_EXPRESSION, map=Ref("ramp"))
FACTORS = ByShape(scalar=FACTOR, map=MapOf(VALUE, FACTOR, "value", least=1))
COLUMN_TYPE = choice(*COLUMN_TYPES)
COLUMN_TYPES_BY_NAME = MapOf(VARIABLE, COLUMN_TYPE, "column", least=1, is_folded=True)
NEW_VALUE = ByShape(scalar=VALUE, map=Ref("draw"))
NEW_ELEMENT = ByShape(scalar=VALUE, map=MapOf(IDENTIFIER, VALUE, "field", least=1))
EVENT_PROPERTY = ByShape(scalar=EXPRESSION, map=Ref("event property"))
EVENT_PROPERTIES = MapOf(IDENTIFIER, EVENT_PROPERTY, "property", is_folded=True, keeps_rest=True)
USER_PROPERTIES = MapOf(VARIABLE, Ref("property"), "property", is_folded=True, keeps_rest=True)

ABOUT = Key("about", TEXT, "what it means, for people", "Opens the payment page", default="empty")
EXAMPLE = Key("example", TEXT, "a value, for people", "SKU-0042", default="empty")
VALUES = Key("values", ListOf(VALUE, least=1), "the only texts it may take", "[studying, finished]", default="any")
WHEN = Key("when", EXPRESSION, "else the step is passed over", "balance > 0", default="always")
NAMED = Key("named", LABEL, "its name in addresses, where the usual one would repeat", "confirms", default="see Names")
IN_SESSION = Key(
    "after",
    ANY_WAIT,
    "wait before it, in the session, by the clock on the wall; cut at 29 minutes",
    "about 10 s",
    default="none",
)
TYPE_KEY = Key("type", TYPE, "type of its value; a catalogue's name: a row of it", "money", default="inferred")
OF = Key(
    "of",
    ByShape(scalar=TYPE, map=MapOf(IDENTIFIER, TYPE, "field", least=1, is_folded=True)),
    "makes a list: of a type, of rows of a catalogue, or of records of fields",
    "{product: product, quantity: integer}",
    default="no list",
)
AT_MOST = Key("at_most", N_ELEMENTS, "greatest length of the list; required with `of`", "10", unit="elements")
LAWS = (
    Key("pick", PICK, "one of some values, all alike or by weight", "{female: 58, male: 42}"),
    Key("normal", Ref("normal"), "a draw from the normal law", "{mean: 33, sd: 9}"),
    Key("lognormal", Ref("lognormal"), "a draw from the log-normal law", "{median: 20, spread: 0.6}"),
    Key("uniform", PAIR, "a draw between two numbers, all alike", "[10, 20]"),
)
LAW_NAMES = tuple(key.name for key in LAWS)
BETWEEN = Key("between", PAIR, "a drawn number is cut to it", "[18, 70]", default="not cut")

SCENARIO = Kind(
    "scenario",
    "The top level.",
    (
        Key("footfall", VERSION, "version of the language; the first line", "1", is_required=True),
        Key("scenario", SCENARIO_NAME, "name; the database schema is called so", "online_school", is_required=True),
        Key("title", TEXT, "for people", "Online school for adults", default="empty"),
        Key("about", TEXT, "for people", "Adults who take lessons by video", default="empty"),
        Key(
            "currency", CURRENCY, "ISO 4217 code of every `money` value; gives the minor digits", "EUR", default="`USD`"
        ),
        Key(
            "time_zone",
            TIME_ZONE,
            "IANA name of the zone of dates written without one",
            "Europe/Paris",
            default="`UTC`",
        ),
        Key("calendar", Ref("calendar"), "when", "{start: 2026-01-01, length: 90 days}", is_required=True),
        Key("people", Ref("people"), "who", "{count: 10000, home: cities}", is_required=True),
        Key("devices", Ref("devices"), "on what", "see devices", default="one device, platform `web`"),
        Key("sessions", Ref("sessions"), "what a session knows", "see sessions", default="nothing"),
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
                ByShape(scalar=STAGE_NAME, map=MapOf(LABEL, Ref("stage"), "stage", least=1)), least=1, keeps_rest=True
            ),
            "the critical path, in order",
            "[visitor, customer: {on: Order Completed}]",
            is_required=True,
        ),
        Key("goal", REFERENCE, "the stage that counts as conversion", "customer", default="the last stage"),
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
                LABEL,
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
            MapOf(VARIABLE, Ref("journey"), "journey", least=1, is_folded=True, keeps_rest=True),
            "what happens",
            "{life: {steps: [Product Viewed]}}",
            is_required=True,
        ),
        Key("main", REFERENCE, "the journey that every person lives", "life", default="`life`"),
        Key(
            "effects", ListOf(Ref("effect"), keeps_rest=True), "what makes people differ", "see effects", default="none"
        ),
    ),
)

CALENDAR = Kind(
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
        Key("length", DAYS, "declared length; `--days` cuts or extends", "90 days", unit="days", is_required=True),
        Key(
            "rhythm",
            ByShape(scalar=choice("always", "evenings", "office hours", "shopping"), map=Ref("rhythm")),
            "activity by local hour and weekday",
            "evenings",
            default="`always`",
        ),
        Key(
            "holidays",
            MapOf(TEXT, ByShape(scalar=FACTOR, map=MapOf(HOLIDAY, FACTOR, "date")), "date or country"),
            "date, or date of every year → activity, of all; or country → such a map, of its people",
            "{2026-01-01: 30%, FR: {07-14: 60%}}",
            default="none",
        ),
        Key(
            "campaigns",
            ListOf(Ref("campaign"), keeps_rest=True),
            "spans with more (or fewer) visits and arrivals",
            "see campaign",
            default="none",
        ),
    ),
)

RHYTHM = Kind(
    "rhythm",
    "A week written out, in one of three ways: `hours` with `days`; `weekdays` with `weekend`; or all of `mon` to `sun`.",
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

CAMPAIGN = Kind(
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

PEOPLE = Kind(
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
            "catalogue with the columns `city`, `country`, `time_zone` (and `language` if you like); its weights are where people live",
            "cities",
            is_required=True,
        ),
        Key("properties", USER_PROPERTIES, "user properties", "{gender: {pick: [female, male]}}", default="none"),
    ),
)

ALREADY_HERE = Kind(
    "already_here",
    "People who arrived before the start.",
    (
        Key("share", CHANCE, "share of `count`", "25%", is_required=True),
        Key("over", DAYS, "the span before the start in which they arrived", "60 days", unit="days", is_required=True),
    ),
)

PROPERTY = Kind(
    "property",
    "A user property or a session property: what it is when the person arrives (the session begins), and its type. Without a value: null.",
    (
        Key(
            "start",
            ByShape(scalar=VALUE, list=ListOf(VALUE, most=0)),
            "a constant; `[]` for an empty list",
            "0",
            default="null",
        ),
        *LAWS,
        Key("derived", EXPRESSION, "follows from other properties", "age >= 40"),
        BETWEEN,
        TYPE_KEY,
        OF,
        AT_MOST,
        VALUES,
        ABOUT,
        EXAMPLE,
    ),
    at_most_one_of=(("start", *LAW_NAMES, "derived"), ("type", "of")),
)

VARIABLE_KIND = Kind(
    "variable",
    "A variable that a journey carries, in the long form; null at each entry.",
    (TYPE_KEY, OF, AT_MOST, VALUES, ABOUT, EXAMPLE),
    at_most_one_of=(("type", "of"),),
)

DRAW = Kind(
    "draw",
    "A random value.",
    (*LAWS, BETWEEN),
    one_of=(LAW_NAMES,),
)

NORMAL = Kind(
    "normal",
    "The normal law.",
    (
        Key("mean", NUMBER, "its mean", "33", is_required=True),
        Key("sd", NUMBER, "its standard deviation, 0 or more", "9", is_required=True),
    ),
)

LOGNORMAL = Kind(
    "lognormal",
    "The log-normal law.",
    (
        Key("median", POSITIVE, "its median", "20", is_required=True),
        Key("spread", NUMBER, "standard deviation of the logarithm, 0 to 10", "0.6", is_required=True),
    ),
)

WAIT_KIND = Kind(
    "wait",
    "A log-normal wait, written out.",
    (
        Key("median", DURATION, "half of the waits are shorter", "10 s", unit="duration", is_required=True),
        Key("spread", NUMBER, "standard deviation of the logarithm, 0 to 10", "0.5", default="`0.8`"),
    ),
)

RAMP = Kind(
    "ramp",
    "A chance in a straight line from one value at 0 to another at `over`, then flat.",
    (
        Key("from", CHANCE, "chance at 0 and below", "9%", is_required=True),
        Key("to", CHANCE, "chance at `over` and above", "2%", is_required=True),
        Key("over", POSITIVE, "where the ramp ends", "10", unit="that of `of`", is_required=True),
        Key("of", EXPRESSION, "the number it depends on", "lessons", is_required=True),
    ),
)

DEVICES = Kind(
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

SESSIONS = Kind(
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

CATALOGUE = Kind(
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
            ByShape(list=ListOf(ByShape(scalar=VARIABLE, map=COLUMN_TYPES_BY_NAME), least=1), map=COLUMN_TYPES_BY_NAME),
            "names of the columns in `rows`, with a type where it is not plain from the values; of a file: types of some",
            "[lessons, price: money]",
            default="the file's header",
        ),
        Key("weight", IDENTIFIER, "the column that holds the rows' weights", "population"),
        Key("weights", ListOf(WEIGHT, least=1), "one weight per row", "[30, 70]"),
        Key("popularity", POPULARITY, "`zipf S`: row k has weight 1/k^S", "zipf 0.8", default="all rows alike"),
    ),
    one_of=(("file", "rows"),),
    at_most_one_of=(("weight", "weights", "popularity"),),
)

STAGE = Kind(
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
        Key("when", EXPRESSION, "must hold at that event, after its changes", "orders >= 2", default="always"),
    ),
)

EVENT_PROPERTY_KIND = Kind(
    "event property",
    "What an event says about itself.",
    (
        Key("value", EXPRESSION, "where its value comes from", "product.sku"),
        Key("type", TYPE, "type of its value", "id", default="that of `value`"),
        VALUES,
        Key("required", FLAG, "every such event has it", "true", default="true unless the value can be null"),
        ABOUT,
        EXAMPLE,
    ),
)

EVENT = Kind(
    "event",
    "One event of the taxonomy.",
    (
        ABOUT,
        Key(
            "properties",
            ByShape(map=EVENT_PROPERTIES, list=ListOf(ByShape(scalar=PROPERTY_NAME, map=EVENT_PROPERTIES))),
            "names described under `properties`, or name → expression, or name → the long form; a list may mix them",
            "[product_id, quantity: line.quantity]",
            default="none",
        ),
        Key("revenue", EXPRESSION, "money that this event brings", "total", default="none", unit="`currency`"),
        Key("identifies", FLAG, "from here on the person's `user_id` is known", "true", default="`false`"),
    ),
)

JOURNEY = Kind(
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
            MapOf(VARIABLE, ByShape(scalar=TYPE, map=Ref("variable")), "variable", is_folded=True),
            "its variables: name → type, or name → the long form; null again at each entry",
            "{due: money}",
            default="none",
        ),
        Key(
            "session",
            choice("own", "none"),
            "`none`: its events have no session, device or platform; only for journeys started by `later`",
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

EFFECT = Kind(
    "effect",
    "Who, when, where, how much.",
    (
        Key("named", LABEL, "its name in reports", "spring_sale", is_required=True),
        Key("where", ADDRESS, "an address; `*` stands for anything within one part", "pay/promo", is_required=True),
        Key("when", EXPRESSION, "who: over the person (and session)", "platform == 'phone'", default="everybody"),
        Key(
            "by",
            REFERENCE,
            "a text property or home column; then `odds`, `duration` or `value` maps its values to factors, those missing having 1",
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
        Key("duration", FACTORS, "factor on a wait", "150%"),
        Key("value", FACTORS, "factor on the number that a `set` of that name puts", "{Moscow: 1.3, Kazan: 0.8}"),
    ),
    one_of=(("odds", "duration", "value"),),
    named_by="named",
)

CHANGES = (
    Key(
        "set",
        MapOf(VARIABLE, NEW_VALUE, "name", least=1),
        "name → one of the declared `values`, an expression, or a draw",
        "{due: package.price}",
    ),
    Key("add", MapOf(VARIABLE, EXPRESSION, "name", least=1), "name → number to add (null counts as 0)", "{balance: 4}"),
    Key(
        "append",
        MapOf(VARIABLE, NEW_ELEMENT, "list", least=1),
        "list → element, or fields of a record; a full list stays as it is, and that is counted",
        "{cart: {product: product, quantity: 1}}",
    ),
    Key(
        "remove",
        MapOf(VARIABLE, VALUE, "list", least=1),
        "list → a variable that `pick … from` that list filled, a value, or `all`",
        "{cart: all}",
    ),
)
ELSE = Key("else", STEPS, "what happens otherwise", "[leave: visit]", default="nothing")


def _step(verb: str, about: str, *keys: Key) -> Kind:
    return Kind(f"step `{verb}`", about, (*keys, WHEN, NAMED))


def _verb(name: str, form: Form, about: str, example: str) -> Key:
    return Key(name, form, about, example, is_required=True)


EMIT = Kind("event step", "An event happens, after the wait and the changes.", (IN_SESSION, *CHANGES, WHEN, NAMED))
CHANGE = Kind("step `set`", "Changes what is true.", (*CHANGES, WHEN, NAMED))
GUARD = Kind(
    "step `when`",
    "A guard.",
    (
        Key("when", EXPRESSION, "the condition", "balance > 0", is_required=True),
        Key("steps", STEPS, "what happens if it holds", "[Lesson Booked]", is_required=True),
        ELSE,
        NAMED,
    ),
)
DO = _step("do", "Runs a journey, then goes on.", _verb("do", REFERENCE, "the journey", "pay"))
MAYBE = _step(
    "maybe",
    "An optional part, named after its first event.",
    _verb("maybe", ANY_CHANCE, "the chance that it happens", "25%"),
    _verb("steps", STEPS, "what happens then", "[Coupon Applied]"),
    ELSE,
)
EITHER = _step(
    "either", "One of some options.", _verb("either", Ref("either"), "the options", "{named: bank, options: […]}")
)
REPEAT = _step(
    "repeat",
    "Rounds.",
    _verb("repeat", Ref("repeat"), "the round", "{steps: [do: browse], leave: 9%, come back after: about 2 days}"),
)
GO_ON = _step(
    "go on",
    "Else the visit ends here: the tab is closed. Named after the next event.",
    _verb("go on", ANY_CHANCE, "the chance to go on", "80%"),
)
LEAVE = _step(
    "leave",
    "The visit ends, or the person never comes back.",
    _verb("leave", choice("visit", "for good"), "what ends", "visit"),
)
PAUSE = _step(
    "wait",
    "A wait in the session, by the clock on the wall, cut at 29 minutes.",
    _verb("wait", ANY_WAIT, "how long", "about 2 min"),
)
COME_BACK = _step(
    "come back after",
    "Ends the session; the wait runs in activity time.",
    _verb("come back after", ANY_WAIT, "how long", "about 2 days"),
)
PICK_STEP = _step(
    "pick",
    "Chooses a row of a catalogue, or an element of a list, into a variable.",
    _verb(
        "pick",
        ByShape(
            scalar=REFERENCE,
            list=ListOf(ByShape(scalar=REFERENCE, map=MapOf(VARIABLE, Ref("pick"), "variable", least=1)), least=1),
            map=MapOf(VARIABLE, Ref("pick"), "variable", least=1),
        ),
        "a catalogue, some, or variable → where from",
        "{line: {from: cart}}",
    ),
)
RETRY = _step(
    "retry",
    "Back to an earlier step of this journey, keeping what is carried; after that many times it goes on.",
    _verb("retry", REFERENCE, "the step's name, or its event", "confirms"),
    Key("at_most", N_TIMES, "how often an entry of the journey may go back", "2", unit="times", is_required=True),
    Key("after", ANY_WAIT, "wait before it, in the session", "about 2 min", default="none"),
)
LATER = Kind(
    "step `later`",
    "Starts a journey at a later time while the person goes on.",
    (
        _verb("later", REFERENCE, "the journey", "refund"),
        Key("after", ANY_WAIT, "when, by the clock on the wall; not cut", "about 6 days"),
        Key("come back after", ANY_WAIT, "when, in activity time", "about 2 days"),
        Key("at", EXPRESSION, "when: a time; one that has passed is now, null is never", "lesson_time"),
        Key(
            "with",
            MapOf(VARIABLE, VALUE, "variable", least=1),
            "fills the journey's variables",
            "{amount: due}",
            default="none",
        ),
        WHEN,
        NAMED,
    ),
    one_of=(("after", "come back after", "at"),),
)

EITHER_KIND = Kind(
    "either",
    "One of some options. Chances add up to 1, weights are normalised; if every weight is 0, none is taken.",
    (
        NAMED,
        Key(
            "options",
            ListOf(Ref("option"), least=1),
            "the options, all with chances or all with weights",
            "[{do: browse, weight: 3}, {do: buy, weight: 1}]",
            is_required=True,
        ),
    ),
    named_by="named",
)
OPTION = Kind(
    "option",
    "An option of `either`; without `steps`, `do` or `event` nothing happens in it.",
    (
        Key(
            "named",
            LABEL,
            "its name in addresses; required where it has no `do` and no event",
            "paid",
            default="its `do` or first event",
        ),
        Key(
            "chance",
            ByShape(scalar=OPTION_CHANCE, map=Ref("ramp")),
            "its chance; one option may have the `rest`",
            "94%",
        ),
        Key("weight", WEIGHT_OR_EXPRESSION, "its weight", "6"),
        Key("when", EXPRESSION, "else its weight is 0", "balance > 0", default="always"),
        Key("steps", ListOf(StepForm(), keeps_rest=True), "what happens; `[]`: nothing", "[Payment Succeeded]"),
        Key("do", REFERENCE, "short for `steps: [do: …]`", "pay"),
        Key("event", REFERENCE, "short for a single event", "Payment Failed"),
    ),
    one_of=(("chance", "weight"),),
    at_most_one_of=(("steps", "do", "event"),),
    named_by="named",
)
REPEAT_KIND = Kind(
    "repeat",
    "Rounds. After each: stop if `until` holds, or after `at_most` rounds, or by the chance `leave`; else the wait and the next round.",
    (
        NAMED,
        Key("steps", STEPS, "one round", "[do: browse]", is_required=True),
        Key("leave", ANY_CHANCE, "chance to stop after a round", "9%", default="never"),
        Key("until", EXPRESSION, "stops once this holds", "lessons >= 8", default="never"),
        Key("at_most", N_TIMES, "stops after so many rounds", "3", default="no limit", unit="rounds"),
        Key(
            "come back after",
            ANY_WAIT,
            "makes a round a visit: ends the session, then waits in activity time",
            "about 2 days",
            default="the next round follows at once",
        ),
    ),
    named_by="named",
)
PICK_KIND = Kind(
    "pick",
    "Where a variable's row or element comes from.",
    (
        Key("from", REFERENCE, "a catalogue or a list", "cart", is_required=True),
        Key(
            "where",
            MapOf(IDENTIFIER, EXPRESSION, "column", least=1),
            "only rows whose column equals the value",
            "{category: product.category}",
            default="all rows",
        ),
    ),
)

STEP_VERBS: dict[str, Kind] = {
    "do": DO,
    "maybe": MAYBE,
    "either": EITHER,
    "repeat": REPEAT,
    "go on": GO_ON,
    "leave": LEAVE,
    "wait": PAUSE,
    "come back after": COME_BACK,
    "set": CHANGE,
    "add": CHANGE,
    "append": CHANGE,
    "remove": CHANGE,
    "pick": PICK_STEP,
    "retry": RETRY,
    "later": LATER,
}
"""Key of a step → its kind. A step without any of them is an event, or the guard `when` with `steps`."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SCENARIO, CALENDAR, RHYTHM, CAMPAIGN, PEOPLE, ALREADY_HERE, PROPERTY, VARIABLE_KIND, DRAW, NORMAL, LOGNORMAL, WAIT_KIND,
        RAMP, DEVICES, SESSIONS, CATALOGUE, STAGE, EVENT_PROPERTY_KIND, EVENT, JOURNEY, EFFECT, EMIT, CHANGE, GUARD, DO, MAYBE,
        EITHER, EITHER_KIND, OPTION, REPEAT, REPEAT_KIND, GO_ON, LEAVE, PAUSE, COME_BACK, PICK_STEP, PICK_KIND, RETRY, LATER,
    )
}  # fmt: skip
"""Every kind of map by its name."""

STEP_WORDS = frozenset(key.name for kind in (*STEP_VERBS.values(), GUARD, EMIT) for key in kind.keys)
"""Words that have a meaning as keys of a step, so no event may be called so."""
