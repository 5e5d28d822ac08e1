"""Numbers: decimals exactly as written, and whole numbers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from footfall.errors import UnitError, shown

LARGEST = Decimal(10) ** 18
MOST_DIGITS = 34
# Contexts of their own: the process-wide one may be set by whoever imports the package.
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
ROUNDED = Context(prec=28, rounding=ROUND_HALF_EVEN)

NUMBER_PATTERN = r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
NUMBER_THEN_WORD = re.compile(rf"({NUMBER_PATTERN})\s*(.*)", re.DOTALL)
_NUMBER_ONLY = re.compile(NUMBER_PATTERN)

NUMBER_ACCEPTS = "write a finite number, such as 12, 0.5 or 1_000"
INTEGER_ACCEPTS = "write a whole number, such as 12 or 10_000"


def is_number(text: str) -> bool:
    """Return whether a text is written like a number."""
    return bool(_NUMBER_ONLY.fullmatch(text.strip()))


def parse_number(
    text: str, low: Decimal | int | None = None, high: Decimal | int | None = None
) -> Decimal:
    """Return a finite number from `low` to `high`, exactly as written.

    Raises:
        UnitError: Not a number, more than 34 digits, 10**18 or more, or outside the limits.

    Examples:
        >>> parse_number("0.10"), parse_number("1_000", low=0)
        (Decimal('0.10'), Decimal('1000'))
        >>> parse_number("1,5")
        Traceback (most recent call last):
        footfall.errors.UnitError: "1,5" is not a number...
    """
    number = exact_decimal(text, "a number", NUMBER_ACCEPTS)
    _check_limits(text, number, low, high)
    return number


def parse_integer(text: str, low: int | None = None, high: int | None = None) -> int:
    """Return a whole number from `low` to `high`; `1_000` and `1e6` are whole numbers too.

    Raises:
        UnitError: Not a whole number, or outside the limits.

    Examples:
        >>> parse_integer("10_000"), parse_integer("1e6")
        (10000, 1000000)
    """
    number = exact_decimal(text, "a whole number", INTEGER_ACCEPTS)
    if number != number.to_integral_value():
        raise UnitError(f"{shown(text)} is not a whole number", INTEGER_ACCEPTS)
    _check_limits(text, number, low, high)
    return int(number)


def exact_decimal(text: str, what: str, accepts: str) -> Decimal:
    """Return a finite number exactly as written; `what` and `accepts` are for the message.

    Raises:
        UnitError: Not a number, more than 34 digits, or 10**18 or more.
    """
    stripped = text.strip()
    if not is_number(stripped):
        raise UnitError(f"{shown(text)} is not {what}", accepts, number_hint(stripped))
    # The constructor takes every digit as it stands; no context rounds it.
    number = Decimal(stripped.replace("_", ""))
    # -0 and 0E+5 are plain 0, so that equal quantities are equal in a stream's hash as well.
    if number.is_zero():
        return Decimal(0)
    # 1e-99 has one digit as it is written, and ninety-nine places.
    if (
        len(number.as_tuple().digits) > MOST_DIGITS
        or abs(number) >= LARGEST
        or number.adjusted() < -MOST_DIGITS
    ):
        raise UnitError(
            f"{shown(text)} is too large or too fine a number",
            f"below 1e18, at most {MOST_DIGITS} digits",
        )
    return number


def number_hint(text: str) -> str:
    """Return how to write a number with a decimal comma, separators or a word, or nothing."""
    thousands = re.fullmatch(r"([0-9]+)\s*([kM])", text)
    if thousands:
        return f"write {int(thousands[1]) * {'k': 1000, 'M': 1000000}[thousands[2]]}"
    worded = re.fullmatch(
        rf"({NUMBER_PATTERN})\s*(percent|per cent|pct|times|x)\.?", text, re.IGNORECASE
    )
    if worded:
        return f"write {worded[1]}" + "%" * worded[2].lower().startswith("p")
    # 1,5 and 1,50 are decimals; 1,500 is read as thousands below, since three digits follow.
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]{1,2}", text):
        return f"write {text.replace(',', '.')}, with a point"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:[, '][0-9]{3})+(?:\.[0-9]+)?", text):
        return "write " + re.sub("[, ']", "", text) + ", without separators"
    return ""


def _check_limits(
    text: str, number: Decimal, low: Decimal | int | None, high: Decimal | int | None
) -> None:
    if low is not None and number < low:
        raise UnitError(f"{shown(text)} is too small", f"write a number {_limits(low, high)}")
    if high is not None and number > high:
        raise UnitError(f"{shown(text)} is too large", f"write a number {_limits(low, high)}")


def _limits(low: Decimal | int | None, high: Decimal | int | None) -> str:
    if low is None:
        return f"of {high} or less"
    return f"of {low} or more" if high is None else f"from {low} to {high}"
