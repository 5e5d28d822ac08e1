"""Allowed values as scenarios write them, each in one way: of numbers `1` and `1.0` are one value."""

from __future__ import annotations

from collections.abc import Iterable

from footfall.errors import UnitError
from footfall.scenario.constraints import number_text
from footfall.units import parse_integer, parse_number

NUMBERS = ("integer", "number", "money")


def written_value(text: str, kind: str) -> str | None:
    """Return a value in the one way to write it; None where it is none of its type.

    Args:
        text: As written.
        kind: Type of the value.
    """
    if kind == "boolean":
        return text if text in ("true", "false") else None
    if kind not in NUMBERS:
        return text
    try:
        return (
            str(parse_integer(text)) if kind == "integer" else number_text(parse_number(text))
        )
    except UnitError:
        return None


def written_values(texts: Iterable[str], kind: str) -> tuple[str, ...]:
    """Return those of some texts that are values of a type, each in the one way to write it."""
    return tuple(value for text in texts if (value := written_value(text, kind)) is not None)
