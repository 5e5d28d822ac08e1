"""Types of properties where a plan does not name them: from allowed values, examples, name and description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from footfall.tracking_plan.cells import split_list
from footfall.tracking_plan.name_words import snake
from footfall.tracking_plan.plan import PlanType
from footfall.tracking_plan.written_numbers import written_numbers

Source = Literal["values", "examples", "name", "description", ""]
Inferred = tuple[PlanType, PlanType | None, Source]

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?"
)
_LARGEST = 10**15
"""Longer numbers are ids."""
# `007` is a code: as a number it would lose its zeros.
_LEADING_ZERO = re.compile(r"[+-]?0\d+")
_BOOLEANS = frozenset(("true", "false", "yes", "no", "да", "нет"))
_PAIRS = tuple(
    map(
        frozenset,
        (
            ("on", "off"),
            ("y", "n"),
            ("t", "f"),
            ("ja", "nein"),
            ("oui", "non"),
            ("sí", "no"),
            ("si", "no"),
            ("sim", "não"),
        ),
    )
)
"""What says true and false only where both are seen: alone they are words, and codes of countries."""
_OF_A_LIST = re.compile(r"(?:an?\s+|the\s+)?(?:array|list)s?\s+of\b", re.IGNORECASE)
_CODES = re.compile(
    r"(?:^|_)(?:country|nation|state|province|region|lang|language|locale|code|iso|currency|market)(?:$|_)|(?:^|_)(?:страна|язык|код|валюта|pais|país|idioma|land|sprache|pays|langue)(?:$|_)"
)
"""Names of what has codes: `NO` is Norway there, and `no` Norwegian."""

_VERSION = re.compile(
    r"(?:^|_)(?:version|ver|release|build|версия|versión|versione|versão)(?:$|_)"
)
_MONEY_WORDS = r"price|cost|revenue|amount|fee|discount|цен[аы]|стоимост|выручк|сумм[аы]|скидк"
_SAYS: tuple[tuple[PlanType, str, str], ...] = (
    (
        "boolean",
        r"^(?:is|has|was|can|should|did)_",
        r"^(?:whether|true|is the|флаг|признак)\b",
    ),
    (
        "time",
        r"(?:_at|_time|_date|_on)$|^(?:time|date|timestamp)$|^дата",
        r"^(?:when|date|дата|когда|время)\b",
    ),
    ("money", rf"(?:^|_)(?:{_MONEY_WORDS})(?:$|_)", rf"\b(?:{_MONEY_WORDS})"),
    (
        "integer",
        r"(?:^|_)(?:count|quantity|qty|number|position|age|количество|номер|возраст)(?:$|_)",
        r"\b(?:how many|number of|count of|quantity|количеств|сколько|число\b)",
    ),
    (
        "text",
        r"(?:^|_)(?:id|name|type|status|code|url|email|phone|source)$",
        r"\b(?:name|id of|text|название|имя)\b",
    ),
)


def inferred(name: str, about: str, values: Sequence[str], examples: Sequence[str]) -> Inferred:
    """Return type, type of a list's elements, and what shows it; `any` where nothing does.

    Args:
        name: Of the property.
        about: Its description.
        values: All that are allowed, or none.
        examples: Some that may be.
    """
    seen: tuple[tuple[Sequence[str], Source], ...] = (
        (values, "values"),
        (examples, "examples"),
    )
    words_of_name = snake(name)
    for texts, source in seen:
        if texts:
            kind, item = type_of_texts(texts)
            if kind == "boolean" and _CODES.search(words_of_name):
                kind = "text"
            if kind in ("number", "money") and is_version(name):
                kind = "text"
            is_price = kind == "number" and _says("money", words_of_name, about)
            return ("money" if is_price else kind), item, source
    if _OF_A_LIST.match(about):
        return "list", "any", "description"
    for kind, names, words in _SAYS:
        if re.search(names, words_of_name):
            return kind, None, "name"
        if re.search(words, about, re.IGNORECASE):
            return kind, None, "description"
    return "any", None, ""


def is_version(name: str) -> bool:
    """Return whether values of this name are versions: 1.10 comes behind 1.9 there, and is no number."""
    return bool(_VERSION.search(snake(name)))


def no_times(texts: Iterable[str]) -> list[str]:
    """Return those of some texts that are written with digits, and are neither ISO 8601 nor a number."""
    return [
        text
        for text in map(str.strip, texts)
        if re.search(r"\d", text) and not text.isdecimal() and not _TIME.fullmatch(text)
    ]


def _says(wanted: PlanType, name: str, about: str) -> bool:
    return any(
        kind == wanted and (re.search(names, name) or re.search(words, about, re.IGNORECASE))
        for kind, names, words in _SAYS
    )


def type_of_texts(texts: Iterable[str]) -> tuple[PlanType, PlanType | None]:
    """Return the narrowest type that all of some values have, and that of their elements when they are lists."""
    plain = [
        text.strip()
        for text in texts
        if text.strip().casefold() not in ("", "null", "none", "nan")
    ]
    if plain and all(text.startswith("[") and text.endswith("]") for text in plain):
        return "list", _type_of_elements(plain)
    return _scalar_type(plain), None


def _type_of_elements(lists: Sequence[str]) -> PlanType | None:
    elements = [element for text in lists for element in split_list(text[1:-1])]
    if any(element.startswith("{") for element in elements):
        return None
    return _scalar_type([element.strip("'\"") for element in elements])


def _scalar_type(texts: Sequence[str]) -> PlanType:
    if not texts or any(_LEADING_ZERO.fullmatch(text) for text in texts):
        return "text"
    if _are_truths({text.casefold() for text in texts}):
        return "boolean"
    if all(map(_TIME.fullmatch, texts)):
        return "time"
    numbers = [
        number for number in written_numbers(texts) if number and number.unit in ("", "%")
    ]
    if len(numbers) < len(texts):
        return "text"
    if any(number.is_money for number in numbers):
        return "money"
    return "integer" if all(number.is_whole for number in numbers) else "number"


def _are_truths(words: set[str]) -> bool:
    return words <= _BOOLEANS or words in _PAIRS


def are_truths(words: Iterable[str]) -> bool:
    """Return whether two words say true and false: `true/false`, `Y/N`, `0/1`."""
    small = {word.casefold() for word in words}
    return len(small) == 2 and (_are_truths(small) or small == {"0", "1"})
