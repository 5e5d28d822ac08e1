"""Value sources: draws and expressions for properties, made of their types, allowed values and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from footfall.scenario.constraints import broken, is_within, number_text
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.cells import is_yes
from footfall.tracking_plan.made_texts import made_texts
from footfall.tracking_plan.name_words import is_id, snake
from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.ranged_draws import (
    FINEST,
    integer_draw,
    number_draw,
    whole_ends,
    without_range,
)
from footfall.tracking_plan.written_numbers import LARGEST, written_numbers
from footfall.tracking_plan.yaml_text import Pairs, always_quoted, listed, mapped, quoted

MOST_CHOICES = 1000
MOST_IDS = 50
"""Of ids that are no `id('…')` but have a form of their own."""
ID_DIGITS = 16
_ONE_EACH = re.compile(
    r"(?:^|_)(?:order|checkout|cart|session|transaction|payment|invoice|review|request|booking|message|wishlist)_?id$"
)
_LATER = re.compile(
    r"schedul|start|begin|next|due|deadline|deliver|expir|appoint|planned|будущ|след",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ValueSource:
    """The source of a value: a draw or an expression, exactly one of them.

    Args:
        draw: A map such as `{pick: [a, b]}`, key by key.
        expression: Such as `now`.
    """

    draw: Pairs = ()
    expression: str = ""

    @property
    def text(self) -> str:
        """Return it as it stands in `set`."""
        return mapped(self.draw) if self.draw else quoted(self.expression)


def value_source_of(planned: PlanProperty, kind: PlanType, digits: int) -> ValueSource:
    """Return the source of a scalar property's values.

    Args:
        planned: The property.
        kind: Its type, none of `list` and `any`.
        digits: After the point, of money.
    """
    match kind:
        case "boolean":
            return ValueSource((("pick", listed(_truths(planned))),))
        case "time":
            is_later = _LATER.search(f"{planned.name} {planned.about}")
            return ValueSource(expression="local(2, 18)" if is_later else "now")
        case "integer":
            return _integers(planned)
        case "number" | "money":
            return _numbers(planned, digits if kind == "money" else None)
    return _texts(planned)


def one_of_several(
    planned: PlanProperty, kind: PlanType, digits: int, number: int, count: int
) -> ValueSource:
    """Return the source of one of several values of which no two are alike, as far as there are so many.

    Args:
        planned: The property.
        kind: Its type.
        digits: After the point, of money.
        number: Which of them, from 0.
        count: How many there are.
    """
    source = value_source_of(planned, kind, digits)
    if source.expression:
        return source
    texts: Sequence[str] = _drawn_texts(planned, 3 * count)
    if kind != "text":
        texts = _spread(dict(source.draw), 3 * count, kind, digits)
    own = texts[number::count] or texts
    return ValueSource((("pick", choices(own) if kind == "text" else listed(own)),))


def _spread(draw: Mapping[str, str], count: int, kind: PlanType, digits: int) -> list[str]:
    """Return numbers that a draw may give, evenly spread between its ends."""
    if "pick" in draw:
        return draw["pick"][1:-1].split(", ")
    ends = draw.get("between") or draw.get("uniform") or "[1, 100]"
    low, high = (Decimal(end) for end in ends[1:-1].split(", "))
    finest = {"integer": 0, "money": -digits}.get(kind, -6)
    step = (high - low) / count
    spread = ((low + step * n).quantize(Decimal(1).scaleb(finest)) for n in range(count))
    return list(dict.fromkeys(number_text(number) for number in spread))


def _truths(planned: PlanProperty) -> list[str]:
    allowed = {is_yes(value) for value in planned.values}
    truths = allowed if len(allowed) == 1 else (True, False)
    return ["true" if is_true else "false" for is_true in truths]


def _integers(planned: PlanProperty) -> ValueSource:
    values = _numbers_in(planned.values)
    if values:
        allowed = listed(dict.fromkeys(str(int(value)) for value in values))
        return ValueSource((("pick", allowed),))
    seen = [int(number) for number in _numbers_in(planned.examples)]
    return ValueSource(integer_draw(seen, kept_constraint(planned, "integer")))


def _numbers(planned: PlanProperty, digits: int | None) -> ValueSource:
    values = _numbers_in(planned.values, digits)
    if values:
        allowed = listed(plain(value) for value in dict.fromkeys(values))
        return ValueSource((("pick", allowed),))
    seen = sorted(_numbers_in(planned.examples, digits))
    step = None if digits is None else Decimal(1).scaleb(-digits)
    kind: PlanType = "number" if step is None else "money"
    return ValueSource(number_draw(seen, kept_constraint(planned, kind), step))


def _texts(planned: PlanProperty) -> ValueSource:
    if planned.values:
        return ValueSource((("pick", choices(planned.values)),))
    # Each order has an id of its own. A product's comes again: where examples show several,
    # these are picked from.
    words = snake(planned.name)
    if _ONE_EACH.search(words) or (is_id(planned.name) and len(planned.examples) < 3):
        stem = re.sub(r"[^a-z]", "", words.removesuffix("id")) or "id"
        if not broken(planned.constraint, f"{stem}-{'0' * ID_DIGITS}"):
            return ValueSource(expression=f"id('{stem}')")
        return ValueSource((("pick", choices(_drawn_texts(planned, MOST_IDS))),))
    return drawn_text(planned)


def drawn_text(planned: PlanProperty) -> ValueSource:
    """Return a draw of one of the examples, or of some made texts.

    Also where a text of its own is meant.
    """
    return ValueSource((("pick", choices(_drawn_texts(planned))),))


def _drawn_texts(planned: PlanProperty, count: int = 3) -> tuple[str, ...]:
    """Return texts to pick from that keep to as much of the constraint as any do."""
    if planned.values:
        return planned.values
    constraint = planned.constraint
    fitting = tuple(text for text in planned.examples if not broken(constraint, text))
    if fitting and len(fitting) >= min(count, len(planned.examples)):
        return fitting
    made = made_texts(planned.name, constraint, count)
    return fitting or made or planned.examples or made_texts(planned.name, FREE, count)


def kept_constraint(planned: PlanProperty, kind: PlanType) -> Constraint:
    """Return what of a property's constraint its values can keep to; the rest no scenario can promise.

    Args:
        planned: The property.
        kind: Its type in the scenario: of texts a range says nothing.
    """
    constraint = planned.constraint
    if kind in ("integer", "number", "money"):
        ranged = Constraint(
            constraint.minimum,
            constraint.maximum,
            constraint.excludes_minimum,
            constraint.excludes_maximum,
        )
        finest = Decimal(1) if kind == "integer" else FINEST
        holds_none = ranged and not whole_ends(ranged, finest)
        values = _numbers_in(planned.values)
        is_broken = holds_none or not all(is_within(ranged, value) for value in values)
        return FREE if is_broken else ranged
    if kind != "text":
        return FREE
    kept = without_range(constraint)
    texts = _drawn_texts(planned)
    while clause := next(filter(None, (broken(kept, text) for text in texts)), ""):
        kept = _without(kept, clause.partition(":")[0])
    return kept


def _without(constraint: Constraint, key: str) -> Constraint:
    if key == "length":
        return replace(constraint, least=None, most=None)
    return (
        replace(constraint, pattern="") if key == "pattern" else replace(constraint, format="")
    )


def choices(texts: Sequence[str]) -> str:
    """Return texts as a list to pick from; each stays a text."""
    return listed(as_text(text) for text in dict.fromkeys(texts[:MOST_CHOICES]))


def as_text(text: str) -> str:
    """Return a text as YAML that no place takes for a number or a truth value."""
    # A date, a duration or `+5 %` begins like a number, and would be one of these somewhere in
    # a scenario.
    is_other = text.casefold() in ("true", "false") or re.match(r"[\d+.-]", text)
    return always_quoted(text) if is_other else quoted(text)


def _numbers_in(texts: Sequence[str], digits: int | None = None) -> list[Decimal]:
    """Return the numbers that some texts are; others are left out, as are those that are ids or times.

    Args:
        digits: After the point, where they are money; the rest is cut off.
    """
    found = (number.value for number in written_numbers(texts, digits=digits) if number)
    numbers = [number for number in found if abs(number) < LARGEST]
    if digits is None:
        return numbers
    return [number.quantize(Decimal(1).scaleb(-digits)) for number in numbers]


def plain(number: Decimal) -> str:
    """Return a number without zeros behind it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
