"""Builds random values and checks weights."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

from footfall import units
from footfall.scenario.leaf_records import Draw, Text
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader, builds
from footfall.scenario.vocabulary import DISTRIBUTION_NAMES

# Room for thirds: three times 33.3333333% are 1e-9 short of the whole.
PERCENT_TOLERANCE = Decimal("1e-9")
_SHOWN = Context(prec=12)


@builds("draw")
def _draw(reader: Reader, fields: Fields) -> Draw | Invalid:
    return draw_of(reader, fields) or INVALID


def draw_of(reader: Reader, fields: Fields) -> Draw | Invalid | None:
    """Return the draw that a map describes by a distribution, or None where there is none."""
    distribution = next((name for name in DISTRIBUTION_NAMES if name in fields.read), None)
    between = _between(reader, fields)
    if distribution is None:
        return None
    at, value = fields.place(distribution), fields.get(distribution)
    if distribution == "pick":
        if between is not None:
            reader.note(
                fields.place("between"),
                f"{fields.label} has `between` beside `pick`",
                "`between` of normal, lognormal, uniform",
                "list those values that can be picked",
            )
        choices = _choices(reader, fields, value)
        return Draw("pick", at, choices, between=between) if choices else INVALID
    if distribution == "uniform" and value[0] >= value[1]:
        return reader.note(
            at,
            f"`uniform` of {fields.label} runs from {value[0]} to {value[1]}",
            "write [low, high]",
        )
    return Draw(distribution, at, a=value[0], b=value[1], between=between)  # type: ignore[arg-type]  # one of DISTRIBUTION_NAMES


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


def _choices(
    reader: Reader, fields: Fields, written: list[Any]
) -> tuple[tuple[Text, Decimal], ...]:
    if all(isinstance(choice, Text) for choice in written):
        choices = [(choice, Decimal(1)) for choice in written]
    else:
        choices = [(entry.key, entry.value) for entry in written]
        check_weights(
            reader,
            f"`pick` of {fields.label}",
            weight_texts(fields.written["pick"][1]),
            choices,
        )
    named = ((choice.text, choice.at) for choice, _ in choices if not choice.is_null)
    reader.refuse_twins(named, "value", is_folded=False)
    return tuple(choices)


def weight_texts(node: Any) -> list[str]:
    """Return the values of a map as written."""
    return [value.text for _, value in node.entries]


def check_weights(
    reader: Reader, what: str, texts: Sequence[str], weights: Sequence[tuple[Text, Decimal]]
) -> None:
    """Note weights that are all 0, or percentages that do not add up to 100 %."""
    at, total = weights[0][0].at, sum((weight for _, weight in weights), Decimal(0))
    if not total:
        reader.note(at, f"all weights of {what} are 0", "write at least one weight above 0")
    elif any(map(units.is_percent, texts)) and abs(total - 1) > PERCENT_TOLERANCE:
        accepts = "weights in percent must add up to 100%"
        # A catalogue's rows have no names here: the key is the weight itself, and is not
        # listed.
        if all(key.text != text for (key, _), text in zip(weights, texts, strict=True)):
            accepts = (
                ", ".join(
                    f"{key.text} {text}" for (key, _), text in zip(weights, texts, strict=True)
                )
                + "; "
                + accepts
            )
        reader.note(
            at,
            f"the weights of {what} add up to {percent(total)}",
            accepts,
            "leave out the % to have them normalised",
        )


def percent(share: Decimal) -> str:
    """Return a share as percent to 12 digits, without zeros at the end: 0.25 → `25%`."""
    return format(_SHOWN.normalize(_SHOWN.multiply(share, Decimal(100))), "f") + "%"


@builds("normal")
def _normal(reader: Reader, fields: Fields) -> tuple[Decimal, Decimal] | Invalid:
    mean, deviation = fields.get("mean"), fields.get("sd")
    if deviation < 0:
        return reader.note(
            fields.place("sd"), f"`sd` of {fields.label} is {deviation}", "write 0 or more"
        )
    return mean, deviation


@builds("lognormal")
def _lognormal(reader: Reader, fields: Fields) -> tuple[Decimal, Decimal] | Invalid:
    median, spread = fields.get("median"), fields.get("spread")
    if not 0 <= spread <= 10:
        return reader.note(
            fields.place("spread"),
            f"`spread` of {fields.label} is {spread}",
            "write a number from 0 to 10",
        )
    return median, spread
