"""Number formats of workbooks: which styles show a date or a time, and which an amount of money.

Source: ECMA-376 part 1, 18.8.30 (numFmt) and 18.8.31 (the codes).
"""

from __future__ import annotations

import re
from decimal import Decimal

from footfall.tracking_plan.written_numbers import is_currency, written_number

# The built-in formats that show a date or a time, some of them in East Asian versions alone.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
# What a format shows as it stands: texts in quotes, escaped signs, colours and conditions in
# brackets, fillers.
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_SHOWN = re.compile(r'\[\$([^\]-]*)[^\]]*\]|"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[0#?][0#?,.]*")


class NumberFormats:
    """Takes the styles of a workbook: by the number of a style, what cells of it show.

    The built-in formats of money are left out: each program shows them in its own currency.
    """

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self.currencies: dict[int, str] = {}
        self._codes: dict[str, str] = {}
        self._n_cells, self._is_inside = 0, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element's start."""
        if tag == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._is_inside = True
        elif tag == "xf" and self._is_inside:
            self._take(attributes.get("numFmtId", "0"))
            self._n_cells += 1

    def end(self, tag: str) -> None:
        """Take an element's end."""
        self._is_inside &= tag != "cellXfs"

    def _take(self, number: str) -> None:
        code = self._codes.get(number)
        currency = _currency_of(code) if code else ""
        if currency:
            self.currencies[self._n_cells] = currency
        elif _is_date(number) if code is None else _shows_date(code):
            self.dates.add(self._n_cells)


def _is_date(number: str) -> bool:
    return number.isdecimal() and int(number) in _DATES


def _shows_date(code: str) -> bool:
    plain = _NO_CODE.sub("", code).replace("General", "")
    return bool(re.search("[dmyhsDMYHS]", plain))


def _currency_of(code: str) -> str:
    """Return the sign or code of the currency that a format such as `#,##0.00 [$€-407]` shows, "" for none."""
    # Behind a semicolon stands how negative numbers are shown.
    first = code.partition(";")[0]
    shown = _SHOWN.sub(lambda found: found[1] or found[2] or found[3] or "", first)
    currency = _DIGITS.sub("", shown).strip()
    return currency if _DIGITS.search(shown) and is_currency(currency) else ""


def amount_text(currency: str, number: str) -> str:
    """Return an amount as a person would type it; three decimals, which would be thousands, are rounded."""
    text = f"{currency} {number}"
    read = written_number(text)
    is_same = read is not None and read.value == Decimal(number)
    return text if is_same else f"{currency} {Decimal(number):.2f}"
