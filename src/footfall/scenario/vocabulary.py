"""Forms and keys of the language that stand in several of its maps."""

from __future__ import annotations

from footfall.scenario.forms import ByShape, Key, ListOf, MapOf, Ref, StepForm
from footfall.scenario.scalars import (
    ALIASED,
    CHANCE,
    CHANCE_OR_EXPRESSION,
    COUNT,
    EXPRESSION,
    FACTOR,
    FLAG,
    FORMAT,
    IDENTIFIER,
    LABEL,
    N_ELEMENTS,
    NUMBER,
    PATTERN,
    PICK_WEIGHT,
    RANGE,
    REFERENCE,
    TEXT,
    TYPE,
    VALUE,
    VARIABLE,
    WAIT,
    WEIGHT,
    WRITTEN_NAME,
    choice,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COLUMN_TYPES = ("text", "integer", "number", "money")

STEPS = ListOf(StepForm(), least=1, keeps_rest=True)
PICK = ByShape(
    list=ListOf(VALUE, least=1),
    map=MapOf(
        VALUE,
        ByShape(scalar=PICK_WEIGHT, map=MapOf(VALUE, WEIGHT, "value", least=1)),
        "value",
        least=1,
    ),
)
PAIR = ListOf(NUMBER, least=2, most=2)
HOURS = ListOf(WEIGHT, least=24, most=24)
ANY_WAIT = ByShape(scalar=WAIT, map=Ref("wait"))
ANY_CHANCE = ByShape(scalar=CHANCE_OR_EXPRESSION, map=Ref("ramp"))
FACTORS = ByShape(scalar=FACTOR, map=MapOf(VALUE, FACTOR, "value", least=1))
CHANCES = ByShape(scalar=CHANCE, map=MapOf(VALUE, CHANCE, "value", least=1))
COLUMN_TYPE = choice(*COLUMN_TYPES)
COLUMN_TYPES_BY_NAME = MapOf(VARIABLE, COLUMN_TYPE, "column", least=1, is_folded=True)
NEW_VALUE = ByShape(scalar=VALUE, map=Ref("draw"))
NEW_ELEMENT = ByShape(scalar=VALUE, map=MapOf(IDENTIFIER, VALUE, "field", least=1))
EVENT_PROPERTY = ByShape(scalar=EXPRESSION, map=Ref("event property"))
EVENT_PROPERTIES = MapOf(ALIASED, EVENT_PROPERTY, "property", is_folded=True, keeps_rest=True)
USER_PROPERTIES = MapOf(VARIABLE, Ref("property"), "property", is_folded=True, keeps_rest=True)

ABOUT = Key(
    "about", TEXT, "what it means, for people", "Opens the payment page", default="empty"
)
ALIAS = Key(
    "as",
    WRITTEN_NAME,
    "its alias: the name under which it is written everywhere, where that is no name here",
    "Plan Type",
    default="its name here",
)
EXAMPLE = Key("example", TEXT, "a value, for people", "SKU-0042", default="empty")
VALUES = Key(
    "values",
    ListOf(VALUE, least=1),
    "the only values it may take, of a list each element: texts, or numbers or truth values where that is its type",
    "[studying, finished]",
    default="any",
)
CONSTRAINTS = (
    Key(
        "range",
        RANGE,
        "which numbers are right, of a list in each element: `at least`, `above`, `at most`, `below`, or both ends",
        "1 to 10",
        default="any",
    ),
    Key(
        "length",
        COUNT,
        "how many characters its text has, of a list each element's",
        "2 to 40",
        default="any",
        unit="characters",
    ),
    Key(
        "pattern",
        PATTERN,
        "regular expression that is found in its text, as JSON Schema means it",
        "'^[A-Z]{3}$'",
        default="any",
    ),
    Key("format", FORMAT, "form of its text, as JSON Schema calls it", "email", default="any"),
    Key(
        "elements",
        COUNT,
        "how many elements a list has",
        "at least 1",
        default="any",
        unit="elements",
    ),
)
"""Keys that say which values are right. They draw none: what is drawn is what the draw says."""
VALUE_CONSTRAINTS = CONSTRAINTS[:-1]
"""Those of a value that is no list."""
REQUIRED = Key(
    "required",
    FLAG,
    "every such event has it; a null or a catalogue's column with nulls is refused, the rest `footfall "
    "validate` finds",
    "true",
    default="true unless the value can be null",
)
FIELDS = Key(
    "fields",
    MapOf(IDENTIFIER, EVENT_PROPERTY, "field", least=1, is_folded=True),
    "makes a record: field → expression, or the long form, which may be a record again; null where all fields are",
    "{city: city, zip: address.zip}",
    default="no record",
)
ODDS = Key(
    "odds",
    EXPRESSION,
    "factor on the odds of that chance; null and below 0 count as 0",
    "eagerness",
    default="1",
)
WHEN = Key("when", EXPRESSION, "else the step is passed over", "balance > 0", default="always")
NAMED = Key(
    "named",
    LABEL,
    "its name in addresses, where the usual one would repeat",
    "confirms",
    default="see Names",
)
IN_SESSION = Key(
    "after",
    ANY_WAIT,
    "wait before it, in the session, by the clock on the wall; cut at 29 minutes",
    "about 10 s",
    default="none",
)
TYPE_KEY = Key(
    "type",
    TYPE,
    "type of its value; a catalogue's name: a row of it",
    "money",
    default="inferred",
)
OF = Key(
    "of",
    ByShape(
        scalar=TYPE,
        map=MapOf(
            IDENTIFIER,
            ByShape(scalar=TYPE, map=Ref("field")),
            "field",
            least=1,
            is_folded=True,
        ),
    ),
    "makes a list: of a type, of rows of a catalogue, or of records of fields",
    "{product: product, quantity: integer}",
    default="no list",
)
AT_MOST = Key(
    "at_most",
    N_ELEMENTS,
    "greatest length of the list; required with `of`",
    "10",
    default="none",
    unit="elements",
)
DISTRIBUTIONS = (
    Key(
        "pick",
        PICK,
        "one of some values, all alike or by weight; with `by` a line of weights per value of that property",
        "{female: 58, male: 42}",
    ),
    Key("normal", Ref("normal"), "a draw from the normal law", "{mean: 33, sd: 9}"),
    Key(
        "lognormal",
        Ref("lognormal"),
        "a draw from the log-normal law",
        "{median: 20, spread: 0.6}",
    ),
    Key("uniform", PAIR, "a draw between two numbers, all alike", "[10, 20]"),
)
FAKE_NAMES = (
    *("first name", "last name", "full name", "email", "phone", "latitude", "longitude"),
    *("ip address", "user agent", "landing page", "referrer"),
)
DISTRIBUTION_NAMES = tuple(key.name for key in DISTRIBUTIONS)
BY = Key(
    "by",
    REFERENCE,
    "of `pick`: a text property or home column whose values are the keys there; `else` for all others",
    "plan",
    default="none",
)
BETWEEN = Key(
    "between",
    PAIR,
    "the draw is one of those that lie within, both ends included",
    "[18, 70]",
    default="any",
)
