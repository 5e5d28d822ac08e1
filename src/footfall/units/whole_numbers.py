"""Whole numbers as people write large ones: 10000, 10_000, 1e6, 10k."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from operator import index
from typing import SupportsIndex

from footfall.errors import UnitError, shown
from footfall.units.durations import LONGEST_DAYS

_WHOLE = re.compile(r"[0-9][0-9_]*", re.ASCII)
# Two digits of exponent: 1e999999999 would become an integer that fills the memory.
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{1,2}", re.ASCII)
_SUFFIXED = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kKmM])", re.ASCII)
_SUFFIXES = {"k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """The whole numbers from one to another, both included."""

    low: int
    high: int

    def parse(self, written: str | int) -> int:
        """Return a number of these.

        Raises:
            UnitError: It is none.

        Examples:
            >>> WholeNumbers(1, 10**9).parse("1.5k"), PEOPLE.parse(20)
            (1500, 20)
        """
        # True is an integer to Python, and no number to people.
        is_number = isinstance(written, SupportsIndex) and not isinstance(written, bool)
        number = index(written) if is_number else _number(str(written))  # type: ignore[arg-type]  # as asked
        if number is None or not self.low <= number <= self.high:
            raise UnitError(f"{shown(str(written))} is not {self.accepted}")
        return number

    @property
    def accepted(self) -> str:
        """The accepted numbers in words."""
        return f"a whole number from {self.low} to {self.high:,}, written like 10000, 10_000, 1e6 or 10k"


PEOPLE = WholeNumbers(1, 10**9)
DAYS = WholeNumbers(1, LONGEST_DAYS)
SEED = WholeNumbers(0, 2**63 - 1)
WORKERS = WholeNumbers(1, 1024)
PERSON = WholeNumbers(0, 10**12)


def _number(text: str) -> int | None:
    if _WHOLE.fullmatch(text):
        # Python refuses more than 4,300 digits with an error of its own.
        return int(text.replace("_", "")) if len(text) < 30 else None
    suffixed = _SUFFIXED.fullmatch(text)
    if suffixed:
        # In decimals, since a product of floats may miss the whole number by its last bit.
        return _whole(Decimal(suffixed[1]) * _SUFFIXES[suffixed[2].lower()])
    return _whole(Decimal(text)) if _SCIENTIFIC.fullmatch(text) else None


def _whole(number: Decimal) -> int | None:
    return int(number) if number == number.to_integral_value() else None
