"""Builds picks among values, and checks weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from footfall import units
from footfall.errors import shown
from footfall.scenario.forms import MapEntry
from footfall.scenario.leaf_records import Draw, Expression, PickCase, Text
from footfall.scenario.reader import INVALID, Fields, Invalid, Reader

# Room for thirds: three times 33.3333333% are 1e-9 short of the whole.
PERCENT_TOLERANCE = Decimal("1e-9")
_SHOWN = Context(prec=12)


ELSE = "else"
"""The key of the line of weights for all values that have none of their own."""


def pick_of(reader: Reader, fields: Fields, written: list[Any]) -> Draw | Invalid:
    """Return the draw of a pick: texts alone, or values with weights, or lines of these by a property."""
    if fields.has("between"):
        reader.note(
            fields.place("between"),
            f"{fields.label} has `between` beside `pick`",
            "`between` of normal, lognormal, uniform",
            "list those values that can be picked",
        )
    lines = [
        one for one in written if isinstance(one, MapEntry) and isinstance(one.value, list)
    ]
    if fields.is_bad("by"):
        return INVALID
    at, by = fields.place("pick"), fields.get("by")
    if len(lines) == (0 if by is None else len(written)):
        if by is not None:
            return _by_case(reader, fields, lines, by)
        return Draw("pick", at, _choices(reader, fields, written))
    found = "lines of weights" if lines else "no lines of weights"
    beside = "no `by`" if by is None else "`by`"
    return reader.note(
        at,
        f"`pick` of {fields.label} has {found}, and {beside}",
        "write value → weight, or by: plan with pick: {free: {card: 30, cash: 70}, else: {card: 1, cash: 1}}",
    )


def _by_case(reader: Reader, fields: Fields, lines: list[MapEntry], by: Text) -> Draw | Invalid:
    """Return a pick that has a line of weights per value of a property."""
    for line, (_, node) in zip(lines, fields.written["pick"][1].entries, strict=True):  # type: ignore[union-attr]  # a map
        pairs = [(entry.key, entry.value) for entry in line.value]
        what = f"{shown(line.key.text)} in `pick` of {fields.label}"
        check_weights(reader, what, weight_texts(node), pairs)
        _refuse_twins(reader, (key for key, _ in pairs))
        if line.key.is_null:
            accepts = f"{ELSE}: {{…}} is the line of null, too"
            return reader.note(line.key.at, f"{fields.label} has a line for null", accepts)
    _refuse_twins(reader, (line.key for line in lines))
    values = {
        _id(entry.key): entry.key for line in reversed(lines) for entry in reversed(line.value)
    }
    choices = tuple((values[one], Decimal(1)) for one in reversed(values))
    cases = tuple(
        PickCase(_value_of(line.key), _weights(line, reversed(values))) for line in lines
    )
    return Draw("pick", fields.place("pick"), choices, by=by, cases=cases)


def _id(value: Text) -> tuple[str, bool]:
    return value.text, value.is_null


def _value_of(key: Text) -> Text | None:
    return None if key.text == ELSE and not key.is_quoted else key


def _weights(line: MapEntry, values: Iterable[tuple[str, bool]]) -> tuple[Decimal, ...]:
    given = {_id(entry.key): entry.value for entry in line.value}
    return tuple(given.get(value, Decimal(0)) for value in values)


def _refuse_twins(reader: Reader, values: Iterable[Text]) -> None:
    named = ((value.text, value.at) for value in values if not value.is_null)
    reader.refuse_twins(named, "value", is_folded=False)


def _choices(
    reader: Reader, fields: Fields, written: list[Any]
) -> tuple[tuple[Text, Decimal | Expression], ...]:
    if all(isinstance(choice, Text) for choice in written):
        choices: list[tuple[Text, Decimal | Expression]] = [
            (one, Decimal(1)) for one in written
        ]
    else:
        choices = [(entry.key, entry.value) for entry in written]
        _check_choices(reader, fields, choices)
    _refuse_twins(reader, (choice for choice, _ in choices))
    return tuple(choices)


def _check_choices(
    reader: Reader, fields: Fields, choices: list[tuple[Text, Decimal | Expression]]
) -> None:
    what, texts = f"`pick` of {fields.label}", weight_texts(fields.written["pick"][1])
    constant = [(key, weight) for key, weight in choices if isinstance(weight, Decimal)]
    if len(constant) == len(choices):
        check_weights(reader, what, texts, constant)
    elif any(map(units.is_percent, texts)):
        reader.note(
            choices[0][0].at,
            f"{what} has weights in percent beside an expression",
            "weights without %: what they add up to is known in a run alone",
        )


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
