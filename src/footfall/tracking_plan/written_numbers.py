"""Numbers and ranges as people write them in cells: `1.355,90 EUR`, `Rs. 1,35,590`, `1e-07`, `18+`, `from 1 to 5`.

A cell is a number only as a whole. Where one separator stands before three digits, as in `1,355`
or `1.355`, a comma separates thousands and a point decimals, unless other cells of the column
show the country, or the number is money, which has no three decimals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from footfall.scenario.leaf_records import Constraint
from footfall.units.currencies import MINOR_DIGITS

LARGEST = Decimal(10) ** 12
"""Beyond it a number is an id or a time.

As an amount, in minor units, it would be near the largest of 64 bits.
"""
MOST_CHARACTERS = 60
Mark = Literal[".", ",", ""]
"""The sign before decimals, where it is known."""
# A yen sign is China's too, a rupee is one of six countries, a krone one of four: these signs
# say money, not whose.
_SIGNS = {
    "$": "USD", "us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "r$": "BRL", "hk$": "HKD", "s$": "SGD",
    "€": "EUR", "£": "GBP", "₽": "RUB", "руб": "RUB", "руб.": "RUB", "р.": "RUB", "₹": "INR", "₴": "UAH", "₸": "KZT",
    "₺": "TRY", "₪": "ILS", "₩": "KRW", "zł": "PLN", "euro": "EUR", "euros": "EUR", "¥": "", "円": "JPY", "元": "CNY",
    "rs": "", "rs.": "", "kr": "", "kr.": "",
}  # fmt: skip
_SIGN = re.compile(
    "|".join(
        rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])" if sign[0].isalpha() else re.escape(sign)
        for sign in sorted(_SIGNS, key=len, reverse=True)
    )
)
_BODY = r"\d(?:[\d.,'_ ]*\d)?(?:e[+-]?\d{1,3})?"
_WRITTEN = re.compile(
    rf"([+-]?)\s*([^\d\s+-][^\d+-]*?)??\s*([+-]?)\s*({_BODY})\s*(\D.*)?", re.IGNORECASE
)
_UNIT = re.compile(r"%|[^\W\d_][^\W\d_/.²³]{0,19}|°[cf]?", re.IGNORECASE)
_CODE = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")
_GROUPED = re.compile(r"\d{1,3}(?:([,.' _])\d{3})(?:\1\d{3})*|\d{1,2}(?:([,' ])\d{2})+\2\d{3}")


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number of a cell.

    Args:
        currency: Its ISO code, "" where none is written or its sign is that of several.
        is_money: A currency stands with it.
        unit: What else stands behind it: `%`, `min`.
        is_whole: It is written without decimals and exponent.
    """

    value: Decimal
    currency: str = ""
    is_money: bool = False
    unit: str = ""
    is_whole: bool = False


def written_number(
    text: str, *, mark: Mark = "", digits: int | None = None
) -> WrittenNumber | None:
    """Return the number that a whole cell is, None for anything else.

    Args:
        text: Such as `1 199,00 ₽`.
        mark: The sign before decimals, where other cells have shown it.
        digits: After the point, where the number is money.
    """
    found = _WRITTEN.fullmatch(_plain(text)) if len(text) <= MOST_CHARACTERS else None
    if not found or (found[1] and found[3]):
        return None
    before, behind = (found[2] or "").strip(), (found[5] or "").strip()
    sign, unit = _currency(before or behind), "" if before else behind
    if (before and (sign is None or behind)) or (
        unit and sign is None and not _UNIT.fullmatch(unit)
    ):
        return None
    is_money = sign is not None
    places = MINOR_DIGITS.get(sign or "", 2) if is_money and digits is None else digits
    number = _number(found[4], mark, places)
    if number is None:
        return None
    return WrittenNumber(
        -number if "-" in found[1] + found[3] else number,
        sign or "",
        is_money,
        "" if is_money else unit,
        is_whole="e" not in found[4].lower() and number.as_tuple().exponent == 0,
    )


def _plain(text: str) -> str:
    """Return a text with its many spaces, minus signs and apostrophes as plain ones."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain.replace("−", "-").replace("’", "'").removesuffix(",-").removesuffix(".-")


def _currency(text: str) -> str | None:
    """Return the ISO code of a currency, "" where its sign is that of several, None for other texts."""
    words = text.split()
    if len(words) == 2 and _currency(words[0]) is not None:
        return _currency(words[1])
    if text.upper() in MINOR_DIGITS:
        return text.upper()
    return _SIGNS.get(text.casefold())


def is_currency(text: str) -> bool:
    """Return whether a text is the sign or the code of a currency, be it of several."""
    return _currency(text) is not None


def _number(text: str, mark: Mark, places: int | None) -> Decimal | None:
    body, _, exponent = text.lower().partition("e")
    whole, decimals = _cut(body.replace(" ", " "), mark, places)
    if whole and not whole.isdecimal():
        if not _GROUPED.fullmatch(whole):
            return None
        whole = re.sub(r"\D", "", whole)
    if decimals and not decimals.isdecimal():
        return None
    try:
        return Decimal(
            f"{whole}.{decimals}e{exponent or 0}" if decimals else f"{whole}e{exponent or 0}"
        )
    except InvalidOperation:
        return None


def _cut(body: str, mark: Mark, places: int | None) -> tuple[str, str]:
    """Return what stands before and behind the sign of decimals; nothing behind, where there is none."""
    signs = [sign for sign in body if sign in ".,"]
    if not signs:
        return body, ""
    last = signs[-1]
    head, _, tail = body.rpartition(last)
    if len(set(signs)) == 2:
        return (head, tail) if signs.count(last) == 1 else (body, "")
    if len(signs) > 1:
        return body, ""
    # One sign, once: three digits behind it are thousands or decimals.
    can_group = len(tail) == 3 and head.isdecimal() and len(head) <= 3 and head[0] != "0"
    if not can_group or mark == last:
        return head, tail
    is_grouped = bool(mark) or last == "," or (places is not None and places != 3)
    return (body, "") if is_grouped else (head, tail)


def mark_of(texts: Iterable[str]) -> Mark:
    """Return the sign before decimals that some cells show beyond doubt, "" where they do not, or both."""
    found: set[str] = set()
    for text in texts:
        digits = _WRITTEN.fullmatch(_plain(text)) if len(text) <= MOST_CHARACTERS else None
        signs = [sign for sign in digits[4] if sign in ".,"] if digits else []
        tail = re.split(r"[.,]", digits[4])[-1] if digits else ""
        if len(set(signs)) == 2:
            found.add(signs[-1])
        elif len(signs) > 1:
            found |= {".", ","} - set(signs)
        elif signs and len(tail) != 3:
            found.add(signs[0])
    return "," if found == {","} else "." if found == {"."} else ""


def written_numbers(
    texts: Sequence[str], *, digits: int | None = None
) -> list[WrittenNumber | None]:
    """Return what each of some cells is: read alike, as cells of one column are."""
    mark = mark_of(texts)
    return [written_number(text, mark=mark, digits=digits) for text in texts]


def currencies_in(text: str) -> set[str]:
    """Return the ISO codes of the currencies that a text names: by a code, or by a sign that only one has."""
    signs = {_SIGNS[sign] for sign in _SIGN.findall(_plain(text).casefold())}
    codes = {code for code in _CODE.findall(text) if code in MINOR_DIGITS}
    return {code for code in signs | codes if code}


# --- ranges -----------------------------------------------------------------------------------------------------------

_END = r"[+-]?(?:[$€£]\s*)?\d(?:[\d.,'_ ]*\d)?(?:e[+-]?\d+)?"
_BEHIND = r"(?:\s*(?:%|[$€£]|incl\.|(?!or\b|and\b|to\b)[^\W\d_]{1,12}))?"
_TO = (
    r"(?:\s*(?:\.{2,3}|…|–|—|-|~)\s*|"
    r"\s+(?:to|till|until|through|thru|and|bis|und|a|à|y|e|et|до|по|и|al|hasta|até)\s+)"
)
_FROM = r"(?:(?:from|between|range:?|von|zwischen|de|des|entre|desde|от|с|между|da|dal)\s+)?"
_BETWEEN = re.compile(rf"{_FROM}({_END}){_BEHIND}{_TO}({_END}){_BEHIND}", re.IGNORECASE)
_SANDWICH = re.compile(rf"({_END})\s*(<=?|≤)\s*\w{{1,30}}\s*(<=?|≤)\s*({_END})", re.IGNORECASE)
_INTERVAL = re.compile(
    rf"([\[(])\s*({_END})\s*(?:[,;]|\.{{2,3}}|…|–|—|-)\s*({_END})\s*([\])])", re.IGNORECASE
)
_LEAST = (
    r"(?:\w{1,30}\s*)?(?:>=|=>|≥)|at least|minimum|min\.?|not less than|no less than|mindestens|ab|"
    r"au moins|al menos|como mínimo|mínimo|desde|from|от|не менее|не меньше|минимум|pelo menos"
)
_MOST = (
    r"(?:\w{1,30}\s*)?(?:<=|=<|≤)|at most|up to|maximum|max\.?|not more than|no more than|höchstens|bis zu|bis|"
    r"au plus|jusqu'à|como máximo|máximo|hasta|до|не более|не больше|максимум|até"
)
_ONE_END = tuple(
    (re.compile(rf"(?:{words})\s*:?\s*({_END}){_BEHIND}", re.IGNORECASE), is_least, is_strict)
    for words, is_least, is_strict in (
        (_LEAST, True, False),
        (_MOST, False, False),
        (
            r"(?:\w{1,30}\s*)?>|more than|greater than|above|over|más de|больше|более|mehr als|über|plus de",
            True,
            True,
        ),
        (
            r"(?:\w{1,30}\s*)?<|less than|below|under|menos de|меньше|менее|weniger als|unter|moins de",
            False,
            True,
        ),
    )
)
_OPEN_END = re.compile(
    rf"({_END}){_BEHIND}\s*(?:\+|or more|and more|and up|and above|or above|o más|y más|"
    r"и более|и больше|и выше|oder mehr|et plus|ou mais)",
    re.IGNORECASE,
)
_SIGNED = {
    "positive": Constraint(minimum=Decimal(0), excludes_minimum=True),
    "> 0": Constraint(minimum=Decimal(0), excludes_minimum=True),
    "non-negative": Constraint(minimum=Decimal(0)),
    "nonnegative": Constraint(minimum=Decimal(0)),
    "not negative": Constraint(minimum=Decimal(0)),
    "negative": Constraint(maximum=Decimal(0), excludes_maximum=True),
}
_PARTS = re.compile(r"\s*(?:[,;&]|\band\b|\by\b|\bund\b|\bи\b)\s*", re.IGNORECASE)


def range_of(text: str) -> Constraint | None:
    """Return the range of numbers that a whole cell says, None for anything else.

    Args:
        text: Such as `1-5`, `0..100`, `18+`, `>= 10`, `between 1 and 5`, `от 1 до 5`, `min 1, max 5`.
    """
    plain = _plain(text).strip(" .")
    if not plain or len(plain) > MOST_CHARACTERS:
        return None
    if plain.casefold() in _SIGNED:
        return _SIGNED[plain.casefold()]
    return _two_ends(plain) or _one_end(plain) or _both_said(plain)


def certain_range(text: str) -> Constraint | None:
    """Return the range that a text among types and examples says, None where it may be one example.

    Args:
        text: Such as `1..5`, `1-5`, `18+`, `>= 18`; `8am-10pm` and `1.2-3` are examples.
    """
    found = range_of(text) if any(map(str.isdigit, text)) else None
    if found is None or _PLAIN_ENDS.fullmatch(text.strip()):
        return found
    is_one = None in (found.minimum, found.maximum)
    return found if is_one or text.strip()[0] not in "+0123456789" else None


_PLAIN_ENDS = re.compile(
    r"-?\d+\s*(?:-|–|\.\.\.?|to)\s*-?\d+\s*%?|-?\d+\.\d+\s*[-–]\s*-?\d+\.\d+|"
    r"-?\d+(?:\.\d+)?\s*(?:\.\.\.?|\bto\b)\s*-?\d+(?:\.\d+)?\s*%?"
)


def _two_ends(text: str) -> Constraint | None:
    found = _BETWEEN.fullmatch(text)
    if found:
        return _between(found[1], found[2])
    found = _SANDWICH.fullmatch(text)
    if found:
        return _between(
            found[1], found[4], excludes_low=found[2] == "<", excludes_high=found[3] == "<"
        )
    found = _INTERVAL.fullmatch(text)
    if not found:
        return None
    is_open = found[1] == "(", found[4] == ")"
    return _between(found[2], found[3], excludes_low=is_open[0], excludes_high=is_open[1])


def _between(
    low: str, high: str, *, excludes_low: bool = False, excludes_high: bool = False
) -> Constraint | None:
    least, most = written_numbers((low, high))
    if least is None or most is None or least.value > most.value:
        return None
    return Constraint(
        least.value,
        most.value,
        excludes_minimum=excludes_low,
        excludes_maximum=excludes_high,
    )


def _one_end(text: str) -> Constraint | None:
    opened = _OPEN_END.fullmatch(text)
    if opened:
        number = written_number(opened[1])
        return Constraint(number.value) if number else None
    for pattern, is_least, is_strict in _ONE_END:
        found = pattern.fullmatch(text)
        number = written_number(found[1]) if found else None
        if number and is_least:
            return Constraint(minimum=number.value, excludes_minimum=is_strict)
        if number:
            return Constraint(maximum=number.value, excludes_maximum=is_strict)
    return None


def _both_said(text: str) -> Constraint | None:
    """Return the range of a text that says both ends one after the other: `min 1, max 5`."""
    parts = [_one_end(part) for part in _PARTS.split(text) if part]
    if len(parts) != 2 or None in parts:
        return None
    first, second = (part for part in parts if part)
    low, high = (first, second) if first.minimum is not None else (second, first)
    if low.minimum is None or high.maximum is None or low.minimum > high.maximum:
        return None
    return Constraint(
        low.minimum,
        high.maximum,
        excludes_minimum=low.excludes_minimum,
        excludes_maximum=high.excludes_maximum,
    )
