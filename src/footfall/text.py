"""Numbers, names and tables as people read them, in the terminal, on pages and in messages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

NONE = "–"
"""Stands for a number that does not exist: the median of nobody."""
_JOINERS = "\u200c\u200d"
_SIZES = ("B", "kB", "MB", "GB", "TB")
_ROUNDED_UNITS = (
    ("ms", 1, SECOND_MS),
    ("s", SECOND_MS, MINUTE_MS),
    ("min", MINUTE_MS, HOUR_MS),
    ("h", HOUR_MS, 2 * DAY_MS),
)
_EXACT_UNITS = (
    ("days", DAY_MS),
    ("h", HOUR_MS),
    ("min", MINUTE_MS),
    ("s", SECOND_MS),
    ("ms", 1),
)
# Each look-alike takes one cell, as its sign does, so that columns stay aligned.
_ASCII = str.maketrans(
    {"█": "#", "–": "-", "±": "~", "→": ">", "·": "-", "×": "x", "…": "~", "“": '"', "”": '"'}
)


# --- names -----------------------------------------------------------------------------------------------------------


def is_hidden(character: str) -> bool:
    """Return whether a character is unseen but moves the cursor or turns the line around.

    The two joiners are not counted, since Indic and Persian names and some emoji are written with them.
    """
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and character not in _JOINERS


def clean(name: str) -> str:
    """Return a name fit to be shown, with a replacement character for each hidden one."""
    # A name without them is the rule, and `isprintable` runs in C.
    if name.isprintable():
        return name
    return "".join("\N{REPLACEMENT CHARACTER}" if is_hidden(c) else c for c in name)


def cut(text: str, most: int) -> str:
    """Return at most so many characters of a text; one that is cut ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def first_names(names: Sequence[str], most: int) -> str:
    """Return names between commas: so many at most, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def ascii_only(text: str) -> str:
    """Return a text in ASCII: signs of ours by a look-alike, all else escaped."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


# --- numbers ---------------------------------------------------------------------------------------------------------


def count(number: int | None) -> str:
    """Return an integer with thousands separators."""
    return NONE if number is None else f"{number:,}"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """Return a number of things: `1 event`, `1,234 events`.

    Args:
        noun: One of them.
        nouns: Several of them; by default the same with an s.
    """
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def percent(share: float | None) -> str:
    """Return a share in percent with one digit, without the sign.

    One that is not 0 is never shown as 0.
    """
    if share is None:
        return NONE
    # 0.0005 is where one digit would first round up to 0.1.
    return "<0.1" if 0 < share < 0.0005 else f"{100 * share:.1f}"


def short_percent(share: float | Decimal, digits: int = 2) -> str:
    """Return a share in percent with its sign: `28%`, `4.5%`.

    Args:
        digits: At most so many after the point, from 1 on; zeros at the end are left out.
    """
    return f"{share * 100:.{digits}f}".rstrip("0").rstrip(".") + "%"


def span(low: float, high: float, digits: int | tuple[int, int]) -> str:
    """Return a range of numbers: `61.1–63.0`.

    Args:
        digits: After the point; a pair where both ends differ in them.
    """
    first, last = digits if isinstance(digits, tuple) else (digits, digits)
    return f"{low:,.{first}f}–{high:,.{last}f}"


def mean(value: float) -> str:
    """Return a mean: two digits below 10, one below 1,000, none beyond."""
    return f"{value:,.{mean_digits(value)}f}"


def mean_digits(value: float) -> int:
    """Return how many digits after the point a mean is shown with."""
    return 2 if value < 10 else 1 if value < 1000 else 0


def money(minor: float, minor_digits: int) -> str:
    """Return an amount in major units, without the currency; fractions only below 1,000."""
    major = minor / 10**minor_digits
    return f"{major:,.{minor_digits if abs(major) < 1000 else 0}f}"


def size(n_bytes: int) -> str:
    """Return a size in the unit that fits, from B to TB; a kB has 1,000 bytes."""
    amount = float(n_bytes)
    for unit in _SIZES:
        if amount < 1000 or unit == _SIZES[-1]:
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


# --- times -----------------------------------------------------------------------------------------------------------


def duration(ms: int | None) -> str:
    """Return a measured duration, rounded, in ms, s, min, h (up to two days) or days."""
    if ms is None:
        return NONE
    for unit, unit_ms, limit_ms in _ROUNDED_UNITS:
        if ms < limit_ms:
            return _rounded(ms / unit_ms, unit)
    return _rounded(ms / DAY_MS, "days")


def _rounded(value: float, unit: str) -> str:
    # From 9.95 on one digit would show three places: 10.0.
    return f"{value:,.{0 if value >= 9.95 or unit == 'ms' else 1}f} {unit}"


def exact_duration(ms: int) -> str:
    """Return a declared duration, exact: `1.5 h`.

    The unit is the largest in which there is at most one digit after the point.
    """
    if not ms:
        return "0 s"
    unit, unit_ms = next(
        (unit, unit_ms)
        for unit, unit_ms in _EXACT_UNITS
        if ms >= unit_ms and ms * 10 % unit_ms == 0
    )
    amount = f"{Decimal(ms) / unit_ms:.1f}".removesuffix(".0")
    return f"{amount} {'day' if (amount, unit) == ('1', 'days') else unit}"


def days(number: float) -> str:
    """Return a number of days."""
    return "1 day" if number == 1 else f"{number:,.4g} days"


def date(start_ms: int) -> str:
    """Return the ISO date of a day, from its start.

    It is that of the day's middle in UTC, so that days from most local midnights get theirs.
    """
    return datetime.fromtimestamp((start_ms + DAY_MS // 2) / 1000, UTC).date().isoformat()


# --- tables ----------------------------------------------------------------------------------------------------------


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    # East Asian letters take two cells, an accent that combines with the letter before it none.
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def plain_table(columns: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of a plain table, for people and for `awk`; numbers stand to the right.

    Args:
        columns: Header → values, of every column equally many.
    """
    texts = {header: [header, *map(_cell, values)] for header, values in columns.items()}
    widths = {header: max(map(width, column)) for header, column in texts.items()}
    for row in range(max(map(len, texts.values()))):
        cells = (
            _padded(texts[header][row], widths[header], _are_numbers(values))
            for header, values in columns.items()
        )
        yield "  ".join(cells).rstrip()


def _cell(value: Any) -> str:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return count(value) if is_integer else clean(str(value))


def _padded(text: str, cells: int, is_right: bool) -> str:
    gap = " " * (cells - width(text))
    return gap + text if is_right else text + gap


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
