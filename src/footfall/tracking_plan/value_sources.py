"""Value sources: draws and expressions for properties, made of their types, allowed values and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.yaml_text import Pairs, always_quoted, listed, mapped, quoted

MOST_CHOICES = 1000
LARGEST = Decimal(10) ** 12
"""Beyond it a number is an id or a time.

As an amount, in minor units, it would be near the largest of 64 bits.
"""
MEDIAN, SPREAD = Decimal(20), "0.5"
"""Of numbers of which nothing is known."""
_NUMBER = re.compile(r"[+-]?\d[\d\s_]*(?:[.,]\d+)?")
_IDENTIFIES = re.compile(r"(?:^|_)(?:id|uuid|guid|token|hash)$|Id$", re.IGNORECASE)
_ONE_EACH = re.compile(
    r"(?:order|checkout|cart|session|transaction|payment|invoice|review|request|booking|message|wishlist)_?id$",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"schedul|start|begin|next|due|deadline|deliver|expir|appoint|planned|будущ|след",
    re.IGNORECASE,
)
_TRUE = frozenset(("true", "yes", "да", "1"))


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
            return _numbers(planned, digits if kind == "money" else 6)
    return _texts(planned)


def _truths(planned: PlanProperty) -> list[str]:
    allowed = {value.casefold() in _TRUE for value in planned.values}
    truths = allowed if len(allowed) == 1 else (True, False)
    return ["true" if is_true else "false" for is_true in truths]


def _integers(planned: PlanProperty) -> ValueSource:
    values = _numbers_in(planned.values, 0)
    if values:
        allowed = listed(str(int(value)) for value in dict.fromkeys(values))
        return ValueSource((("pick", allowed),))
    seen = [int(number) for number in _numbers_in(planned.examples, 0)]
    low, high = _around(min(seen), max(seen)) if seen else (1, 5)
    return ValueSource((("uniform", listed((str(low), str(high)))),))


def _around(low: int, high: int) -> tuple[int, int]:
    """Return a range around that of a few examples.

    Signs stay, and there is more than one number in it.
    """
    lower = low * 3 // 5 if low > 1 else low
    return lower, max(high + high // 2, lower + 1)


def _numbers(planned: PlanProperty, digits: int) -> ValueSource:
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
    if _ONE_EACH.search(planned.name) or (
        _IDENTIFIES.search(planned.name) and len(planned.examples) < 3
    ):
        stem = re.sub(r"[^a-z]", "", planned.name.lower().removesuffix("id")) or "id"
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


def number_of(text: str, digits: int = 0) -> Decimal | None:
    """Return the number that an example holds, also among a currency or with a comma.

    None when there is none.

    Args:
        text: Such as `1 199,00 ₽`.
        digits: After the point; the rest is cut off.
    """
    found = _NUMBER.search(text)
    if not found:
        return None
    number = Decimal(re.sub(r"[\s_]", "", found[0]).replace(",", ".").lstrip("+"))
    return number.quantize(Decimal(1).scaleb(-digits)) if abs(number) < LARGEST else None


def _numbers_in(texts: Sequence[str], digits: int) -> list[Decimal]:
    """Return the numbers that some texts hold; texts without any are left out."""
    numbers = (number_of(text, digits) for text in texts)
    return [number for number in numbers if number is not None]


def plain(number: Decimal) -> str:
    """Return a number without zeros behind it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
