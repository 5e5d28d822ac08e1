"""Builds random values."""

from __future__ import annotations

from decimal import Decimal

from footfall.scenario.leaf_records import Draw, Expression
from footfall.scenario.picks import pick_of
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.vocabulary import DISTRIBUTION_NAMES


@builds("draw")
def _draw(reader: Reader, fields: Fields) -> Draw | Invalid:
    return draw_of(reader, fields) or INVALID


def draw_of(reader: Reader, fields: Fields) -> Draw | Invalid | None:
    """Return the draw that a map describes by a distribution, or None where there is none."""
    distribution = next((name for name in DISTRIBUTION_NAMES if name in fields.read), None)
    between = _between(reader, fields)
    if fields.has("by") and distribution != "pick":
        _note_by(reader, fields, distribution)
    if distribution is None:
        return None
    at, value = fields.place(distribution), fields.get(distribution)
    if distribution == "pick":
        return pick_of(reader, fields, value)
    if distribution == "uniform" and value[0] >= value[1]:
        return reader.note(
            at,
            f"`uniform` of {fields.label} runs from {value[0]} to {value[1]}",
            "write [low, high]",
        )
    if isinstance(value[0], Expression):
        return _around(reader, fields, distribution, value)
    return Draw(distribution, at, a=value[0], b=value[1], between=between)  # type: ignore[arg-type]  # one of DISTRIBUTION_NAMES


def _around(
    reader: Reader, fields: Fields, law: str, value: tuple[Expression, Decimal]
) -> Draw | Invalid:
    """Return a draw whose median or mean is an expression: the standard law, times it or plus it."""
    if fields.has("between"):
        # Each value of the expression would be another law within the interval, with a table of its own.
        return reader.note(
            fields.place("between"),
            f"{fields.label} has `between` beside an expression",
            "`between` of a law whose numbers are written down",
            'a further property cuts it: {derived: "max(18, min(age, 70))"}',
        )
    unit = Decimal(law == "lognormal")
    return Draw(law, fields.place(law), a=unit, b=value[1], centre=value[0])  # type: ignore[arg-type]  # one of DISTRIBUTION_NAMES


def _note_by(reader: Reader, fields: Fields, distribution: str | None) -> None:
    found = "and nothing is picked" if distribution is None else f"beside `{distribution}`"
    reader.note(
        fields.place("by"),
        f"{fields.label} has `by`, {found}",
        "`by` of pick",
        "a mean or median may be an expression: {median: 20 if plan == 'pro' else 10, spread: 0.6}",
    )


def _between(reader: Reader, fields: Fields) -> tuple[Decimal, Decimal] | None:
    pair: list[Decimal] | None = fields.get("between")
    if not pair:
        return None
    at = fields.place("between")
    if not any(fields.has(name) for name in DISTRIBUTION_NAMES):
        reader.note(
            at,
            f"{fields.label} has `between`, but nothing is drawn",
            "normal, lognormal or uniform beside it",
        )
    if pair[0] > pair[1]:
        reader.note(
            at,
            f"`between` of {fields.label} runs from {pair[0]} to {pair[1]}",
            "write [low, high]",
        )
    return pair[0], pair[1]


Centred = tuple[Decimal | Expression, Decimal]


@builds("normal")
def _normal(reader: Reader, fields: Fields) -> Centred | Invalid:
    mean, deviation = fields.get("mean"), fields.get("sd")
    if deviation < 0:
        return reader.note(
            fields.place("sd"), f"`sd` of {fields.label} is {deviation}", "write 0 or more"
        )
    return mean, deviation


@builds("lognormal")
def _lognormal(reader: Reader, fields: Fields) -> Centred | Invalid:
    median, spread = fields.get("median"), fields.get("spread")
    if not 0 <= spread <= 10:
        return reader.note(
            fields.place("spread"),
            f"`spread` of {fields.label} is {spread}",
            "write a number from 0 to 10",
        )
    return median, spread
