"""The single values of the language: how a text in each kind of place is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from footfall import units
from footfall.data.patterns import FORMATS
from footfall.errors import SourceLocation, UnitError, shown
from footfall.scenario import names
from footfall.scenario.forms import Scalar
from footfall.scenario.leaf_records import Constraint, Expression, Moment, Rest, Text, Wait
from footfall.scenario.records import EventProperty, Stage

TEXT_JSON: Mapping[str, Any] = {"type": ["string", "number", "boolean"]}
VALUE_JSON: Mapping[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_NUMBER = r"[+-]?([0-9][0-9_]*(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
# Editors check after YAML has typed: 1_000 is a number to YAML 1.1 and a text to 1.2, so
# both are accepted, the text by its pattern.
NUMBER_JSON: Mapping[str, Any] = {"type": ["number", "string"], "pattern": f"^{_NUMBER}$"}
SHARE_JSON: Mapping[str, Any] = {
    "type": ["number", "string"],
    "pattern": f"^{_NUMBER} *%?$",
    "minimum": 0,
}
_DURATION = rf"{_NUMBER} *(ms|s|min|h|days?|weeks?)"


def _pattern(pattern: str) -> Mapping[str, Any]:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _of(parse: Callable[[str], Any]) -> Callable[[Text], Any]:
    return lambda text: parse(text.text)


def _limited(accepts: str, low: int, high: int, example: str) -> Scalar:
    read = _of(lambda text: units.parse_integer(text, low, high))
    json = {
        "type": ["integer", "string"],
        "minimum": low,
        "maximum": high,
        "pattern": "^[0-9][0-9_]*(e[0-9]+)?$",
    }
    return Scalar("integer", read, f"write {accepts}, such as {example}", json)


def choice(*words: str, name: str = "") -> Scalar:
    """Return a value that is one of some words."""

    def read(text: Text) -> str:
        if text.text not in words:
            raise UnitError(
                f"{shown(text.text)} is not one of them",
                accepts,
                units.nearest_hint(text.text, words),
            )
        return text.text

    accepts = "write " + (
        " or ".join(words) if len(words) < 3 else f"one of {', '.join(words)}"
    )
    return Scalar(
        name or " or ".join(f"`{word}`" for word in words), read, accepts, {"enum": list(words)}
    )


def _filled(text: str, accepts: str) -> str:
    if not text.strip():
        raise UnitError("this is empty", accepts)
    return text


def _expression(text: Text) -> Expression:
    return Expression(_filled(text.text, EXPRESSION.accepts), text.inside)


def _constant(text: Text) -> Text:
    if not text.is_null and not text.text and not text.is_quoted:
        raise UnitError("this is empty", VALUE.accepts)
    return text


def _chance(text: Text) -> Decimal | Expression:
    # What looks like a number is read as one: `1,5` gets a hint about its comma, and not that a
    # comma does not exist in expressions.
    if units.is_constant_chance(text.text):
        return units.parse_chance(text.text)
    return _expression(text)


def _option_chance(text: Text) -> Decimal | Expression | Rest:
    return Rest(text.at) if text.text == "rest" else _chance(text)


def _weight(text: Text) -> Decimal | Expression:
    # An option has a chance or a weight; a percentage under `weight` stands under the wrong
    # key.
    if units.is_constant_chance(text.text) and units.is_percent(text.text):
        raise UnitError(
            f"{shown(text.text)} is a chance",
            units.WEIGHT_ACCEPTS,
            f"write chance: {text.text}",
        )
    return (
        units.parse_weight(text.text)
        if units.is_constant_chance(text.text)
        else _expression(text)
    )


def _moment(text: Text) -> Moment:
    parts = units.parse_moment(text.text)
    return Moment(text.at, parts.day, parts.minute_of_day, parts.local)


def _scaled(text: Text) -> tuple[str, Expression | None]:
    """Return what stands before the `*` of `10 s * pace`, and what stands behind it."""
    written, times, factor = text.text.partition("*")
    if not times:
        return text.text, None
    at = text.inside
    behind = len(written) + 1 + len(factor) - len(factor.lstrip())
    place = SourceLocation(at.file, at.line, at.column + behind)
    return written.rstrip(), Expression(_filled(factor.strip(), EXPRESSION.accepts), place)


def _wait(text: Text) -> Wait:
    months = units.parse_months(text.text)
    if months is not None:
        return until(Expression(f"now + {' '.join(text.text.split())}", text.at))
    written, factor = _scaled(text)
    parts = units.parse_wait(written)
    return Wait(parts.kind, parts.low_ms, parts.high_ms, parts.spread, text.at, factor=factor)


def _median_wait(text: Text) -> tuple[int, Expression | None]:
    written, factor = _scaled(text)
    return units.parse_duration(written), factor


def _or_expression(parse: Callable[[Text], Decimal]) -> Callable[[Text], Decimal | Expression]:
    """Return a function that parses a number, or takes what is none for an expression."""
    return lambda text: parse(text) if _is_constant(text) else _expression(text)


def _is_constant(text: Text) -> bool:
    return not text.text.strip() or units.is_constant_chance(text.text)


def until(moment: Expression) -> Wait:
    """Return a wait until a moment; what judges waits by their length takes it for a day."""
    return Wait("until", units.DAY_MS, units.DAY_MS, Decimal(0), moment.at, moment)


def _positive(text: Text) -> Decimal:
    number = units.parse_number(text.text)
    if number <= 0:
        raise UnitError(
            f"{shown(text.text)} is not above 0", "write a number above 0, such as 10"
        )
    return number


def _range(text: Text) -> Constraint:
    parts = units.parse_range(text.text)
    return Constraint(parts.low, parts.high, parts.excludes_low, parts.excludes_high)


def _count(text: Text) -> Constraint:
    least, most = units.parse_count(text.text)
    return Constraint(least=least, most=most)


def _format(text: Text) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", text.text):
        raise UnitError(f"{shown(text.text)} is no name of a format", FORMAT.accepts)
    return text.text


def _flag(text: Text) -> bool:
    if text.text not in ("true", "false"):
        # Booleans of YAML 1.1. Nothing is typed by YAML here, so they arrive as texts.
        hint = {
            "yes": "write true",
            "on": "write true",
            "no": "write false",
            "off": "write false",
        }.get(text.text.lower(), "")
        raise UnitError(f"{shown(text.text)} is neither true nor false", FLAG.accepts, hint)
    return text.text == "true"


TEXT = Scalar("text", _of(str), "write a text", TEXT_JSON)
VALUE = Scalar(
    "value",
    _constant,
    "write a text, a number, true, false or null",
    VALUE_JSON,
    takes_null=True,
)
EXPRESSION = Scalar(
    "expression", _expression, "write an expression, such as balance == 0", TEXT_JSON
)
FLAG = Scalar("boolean", _flag, "write true or false", {"enum": [True, False, "true", "false"]})

RANGE = Scalar("range", _range, units.RANGE_ACCEPTS, TEXT_JSON)
COUNT = Scalar("count", _count, units.COUNT_ACCEPTS, TEXT_JSON)
_PATTERN_ACCEPTS = "write a regular expression in quotes, such as '^[A-Z]{3}$'"
PATTERN = Scalar(
    "pattern", lambda text: _filled(text.text, _PATTERN_ACCEPTS), _PATTERN_ACCEPTS, TEXT_JSON
)
FORMAT = Scalar("format", _format, f"write one of {', '.join(FORMATS)}", TEXT_JSON)

IDENTIFIER = Scalar(
    "name",
    _of(names.parse_identifier),
    names.IDENTIFIER_ACCEPTS,
    _pattern(names.IDENTIFIER_PATTERN),
)
ALIASED = Scalar(
    "name",
    _of(names.parse_aliased),
    names.IDENTIFIER_ACCEPTS,
    _pattern(names.IDENTIFIER_PATTERN),
)
VARIABLE = Scalar(
    "name",
    _of(names.parse_variable),
    names.IDENTIFIER_ACCEPTS,
    _pattern(names.IDENTIFIER_PATTERN),
)
LABEL = Scalar(
    "name",
    _of(names.parse_label),
    names.LABEL_ACCEPTS,
    {**TEXT_JSON, "pattern": "^[^/]{1,100}$"},
)
TITLE = Scalar(
    "name",
    _of(names.parse_title),
    names.TITLE_ACCEPTS,
    {**TEXT_JSON, "pattern": "^.{1,100}$"},
)
WRITTEN_NAME = Scalar(
    "name",
    _of(names.parse_written),
    names.WRITTEN_ACCEPTS,
    {**TEXT_JSON, "pattern": f"^.{{1,{names.MOST_WRITTEN}}}$"},
)
SCENARIO_NAME = Scalar(
    "name",
    _of(names.parse_scenario_name),
    names.SCENARIO_ACCEPTS,
    _pattern(names.SCENARIO_PATTERN),
)
STAGE_NAME = Scalar(
    "name",
    lambda text: Stage(names.parse_title(text.text), text.at),
    names.TITLE_ACCEPTS,
    TITLE.json,
)
PROPERTY_NAME = Scalar(
    "name",
    lambda text: EventProperty(names.parse_identifier(text.text), text.at),
    names.IDENTIFIER_ACCEPTS,
    IDENTIFIER.json,
)
ADDRESS = Scalar(
    "address",
    lambda text: Text(names.parse_address(text.text), text.at, text.is_null, text.is_quoted),
    "write journey/name, journey/name/option or sessions/name/value",
    _pattern("[^/]+/[^/]+(/.+)?"),
)
TYPE = Scalar(
    "type",
    _of(names.parse_identifier),
    f"write {', '.join(names.BUILT_IN_TYPES)} or the name of a catalogue",
    {"anyOf": [{"enum": list(names.BUILT_IN_TYPES)}, _pattern(names.IDENTIFIER_PATTERN)]},
)
REFERENCE = Scalar("name", lambda text: text, "write the name of something declared", TEXT_JSON)

NUMBER = Scalar("number", _of(units.parse_number), units.NUMBER_ACCEPTS, NUMBER_JSON)
POSITIVE = Scalar("number", _positive, "write a number above 0, such as 10", NUMBER_JSON)
NUMBER_OR_EXPRESSION = Scalar(
    "number or expression",
    _or_expression(_of(units.parse_number)),
    units.NUMBER_ACCEPTS + ", or an expression",
    TEXT_JSON,
)
MEDIAN = Scalar(
    "number or expression",
    _or_expression(_positive),
    "write a number above 0, such as 10, or an expression",
    TEXT_JSON,
)
CHANCE = Scalar("chance", _of(units.parse_chance), units.CHANCE_ACCEPTS, SHARE_JSON)
FACTOR = Scalar("factor", _of(units.parse_factor), units.FACTOR_ACCEPTS, SHARE_JSON)
WEIGHT = Scalar("weight", _of(units.parse_weight), units.WEIGHT_ACCEPTS, SHARE_JSON)
CHANCE_OR_EXPRESSION = Scalar(
    "chance", _chance, units.CHANCE_ACCEPTS + ", or an expression", TEXT_JSON
)
OPTION_CHANCE = Scalar(
    "chance or `rest`",
    _option_chance,
    units.CHANCE_ACCEPTS + ", rest, or an expression",
    TEXT_JSON,
)
WEIGHT_OR_EXPRESSION = Scalar(
    "weight or expression", _weight, units.WEIGHT_ACCEPTS + ", or an expression", TEXT_JSON
)

PICK_WEIGHT = Scalar(
    "weight or expression",
    _or_expression(_of(units.parse_weight)),
    units.WEIGHT_ACCEPTS + ", or an expression",
    TEXT_JSON,
)

VERSION = Scalar("integer", _of(str), "write 1", {"enum": [1, "1"]})
N_PEOPLE = _limited("a number of people from 1 to 1,000,000,000", 1, 10**9, "10000")
SEED = _limited("a seed from 0 to 2**63 - 1", 0, 2**63 - 1, "7")
N_ELEMENTS = _limited("a number of elements from 1 to 64", 1, 64, "10")
N_DEVICES = _limited("a number of devices from 1 to 8", 1, 8, "2")
N_TOGETHER = _limited("a number of people from 1 to 8", 1, 8, "2")
N_SLOTS = _limited("a number from 1 to 8", 1, 8, "2")
N_TIMES = _limited("a number of times from 1 to 1,000,000", 1, 10**6, "3")

CURRENCY = Scalar(
    "currency", _of(units.parse_currency), units.CURRENCY_ACCEPTS, _pattern("[A-Z]{3}")
)
TIME_ZONE = Scalar(
    "time zone", _of(units.parse_time_zone), units.TIME_ZONE_ACCEPTS, {"type": "string"}
)
DATE = Scalar(
    "date",
    _of(units.parse_date),
    units.DATE_ACCEPTS,
    _pattern("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"),
)
HOLIDAY = Scalar(
    "date",
    _of(units.parse_holiday),
    units.HOLIDAY_ACCEPTS,
    _pattern("([0-9]{4}-)?[0-9]{1,2}-[0-9]{1,2}"),
)
MOMENT = Scalar(
    "moment", _moment, units.MOMENT_ACCEPTS, _pattern(r"day +[0-9]+( .+)?|[0-9]{4}-.+")
)
DAYS = Scalar("duration", _of(units.parse_days), units.DAYS_ACCEPTS, _pattern(_DURATION))
DURATION = Scalar(
    "duration", _of(units.parse_duration), units.DURATION_ACCEPTS, _pattern(_DURATION)
)
WAIT = Scalar(
    "wait",
    _wait,
    units.WAIT_ACCEPTS,
    _pattern(
        rf"((about +)?{_DURATION}|{_DURATION} +to +{_DURATION})( *\*.+)?|[0-9_.]+ *(month|year)s?"
    ),
)
MEDIAN_WAIT = Scalar(
    "duration, or times an expression",
    _median_wait,
    units.DURATION_ACCEPTS + ", or 30 min * EXPRESSION",
    _pattern(rf"{_DURATION}( *\*.+)?"),
)
RATE = Scalar(
    "rate",
    _of(units.parse_rate),
    units.RATE_ACCEPTS,
    _pattern(rf"{_NUMBER} *%? *(/|per) *(day|week|month|year)"),
)
POPULARITY = Scalar(
    "law", _of(units.parse_popularity), units.POPULARITY_ACCEPTS, _pattern("zipf +[0-9.]+")
)
