"""Value sources: draws and expressions for properties, made of their types, allowed values and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from footfall.tracking_plan.cells import is_yes
from footfall.tracking_plan.name_words import is_id, snake
from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.written_numbers import LARGEST, written_numbers
from footfall.tracking_plan.yaml_text import Pairs, always_quoted, listed, mapped, quoted

MOST_CHOICES = 1000
MEDIAN, SPREAD = Decimal(20), "0.5"
"""Of numbers of which nothing is known."""
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
    low, high = _around(min(seen), max(seen)) if seen else (1, 5)
    return ValueSource((("uniform", listed((str(low), str(high)))),))


def _around(low: int, high: int) -> tuple[int, int]:
    """Return a range around that of a few examples.

    Signs stay, and there is more than one number in it.
    """
    lower = low * 3 // 5 if low > 1 else low
    return lower, max(high + high // 2, lower + 1)


def _numbers(planned: PlanProperty, digits: int | None) -> ValueSource:
    values = _numbers_in(planned.values, digits)
    if values:
        allowed = listed(plain(value) for value in dict.fromkeys(values))
        return ValueSource((("pick", allowed),))
    seen = sorted(_numbers_in(planned.examples, digits))
    # Amounts are skewed, so a log-normal draw is right for them; of negative numbers and zero
    # it knows nothing.
    if seen and seen[0] <= 0:
        ends = plain(seen[0]), plain(max(seen[-1], seen[0] + 1))
        return ValueSource((("uniform", listed(ends)),))
    median = seen[len(seen) // 2] if seen else MEDIAN
    parameters = mapped((("median", plain(median)), ("spread", SPREAD)))
    return ValueSource((("lognormal", parameters),))


def _texts(planned: PlanProperty) -> ValueSource:
    if planned.values:
        return ValueSource((("pick", choices(planned.values)),))
    # Each order has an id of its own. A product's comes again: where examples show several,
    # these are picked from.
    words = snake(planned.name)
    if _ONE_EACH.search(words) or (is_id(planned.name) and len(planned.examples) < 3):
        stem = re.sub(r"[^a-z]", "", words.removesuffix("id")) or "id"
        return ValueSource(expression=f"id('{stem}')")
    return drawn_text(planned)


def drawn_text(planned: PlanProperty) -> ValueSource:
    """Return a draw of one of the examples, or of some made texts.

    Also where a text of its own is meant.
    """
    made = planned.examples or tuple(f"{planned.name} {number}" for number in (1, 2, 3))
    return ValueSource((("pick", choices(made)),))


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
