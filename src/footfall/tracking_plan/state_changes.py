"""Changes of state and conditions of a plan, as far as a scenario can say the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from footfall.errors import SourceLocation
from footfall.scenario.expressions import ExpressionProblem, parse
from footfall.scenario.leaf_records import Expression
from footfall.scenario.tokens import CONSTANTS, tokens
from footfall.tracking_plan.plan import PlanProperty, PlanType
from footfall.tracking_plan.value_sources import as_text, plain
from footfall.tracking_plan.yaml_text import always_quoted, quoted

MOST_CHARACTERS = 500
"""Of an expression in a cell: longer ones are prose, and the parser need not look at them."""
# `status = studying`, `status: null → studying`; `status → studying`; `orders + 1`. A name ends
# at the first sign.
_SET = re.compile(r"([^=+:\s→-]+)\s*(?::=|=(?!=)|:)\s*(?:.+?(?:→|->)\s*)?(.+)", re.DOTALL)
_BECOMES = re.compile(r"([^=+:\s→-]+)\s*(?:→|->)\s*(.+)", re.DOTALL)
_ADD = re.compile(r"([^=+:\s→-]+)\s*([+-])=?\s*(.+)", re.DOTALL)
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of a property of people.

    Args:
        name: Of the property, as in the plan.
        value: As YAML in one line.
    """

    verb: Literal["set", "add"]
    name: str
    value: str


def change_of(
    text: str, users: Mapping[str, PlanProperty], others: Collection[str] = ()
) -> PlannedChange | None:
    """Return the change that a text says, None where a scenario cannot say it without more.

    Args:
        text: Such as `status = studying`, `status: null → studying`, `orders + 1`, `spent +
            total`.
        users: Properties of people, by name.
        others: Further names that an expression may hold.
    """
    names = {*users, *others}
    added = _ADD.fullmatch(text.strip())
    if added and added[1] in users:
        is_number = users[added[1]].type in ("integer", "number", "money")
        amount = _amount(added[2], added[3].strip(), names) if is_number else None
        return PlannedChange("add", added[1], amount) if amount else None
    found = _SET.fullmatch(text.strip()) or _BECOMES.fullmatch(text.strip())
    if not found or found[1] not in users:
        return None
    planned, written = users[found[1]], found[2].strip()
    value = literal(written, planned.type, planned.values)
    if value is None and is_expression(written, names):
        value = always_quoted(written)
    return PlannedChange("set", found[1], value) if value is not None else None


def _amount(sign: str, text: str, names: Collection[str]) -> str | None:
    if _AMOUNT.fullmatch(text):
        return text if sign == "+" else f"-{text}"
    # `(a) + (b)` begins and ends with brackets too, but without them it is no expression.
    is_bracketed = text.startswith("(") and text.endswith(")")
    inner = text[1:-1] if is_bracketed and is_expression(text[1:-1], names) else text
    if not is_expression(inner, names):
        return None
    subtracted = f"0 - ({inner})" if " " in inner else f"0 - {inner}"
    return always_quoted(inner if sign == "+" else subtracted)


def literal(text: str, kind: PlanType, values: Collection[str]) -> str | None:
    """Return a text as YAML for a value of a type, None when it is no such value.

    Args:
        text: As a plan writes it.
        kind: Type of the property.
        values: Its allowed values, as a scenario declares them; empty when any will do.
    """
    bare = text.strip("'\"")
    if text == "null":
        return "null"
    if kind == "boolean":
        return bare.lower() if bare.lower() in ("true", "false") else None
    if kind in ("integer", "number", "money"):
        is_number = re.fullmatch(
            r"-?\d{1,12}" + ("" if kind == "integer" else r"(\.\d{1,2})?"), bare
        )
        return plain(Decimal(bare)) if is_number else None
    if kind in ("text", "any") and bare in values:
        return as_text(bare)
    is_quoted = (
        text != bare
    )  # without quotes it may be a name that only the plan's authors know
    is_plain = (
        kind in ("text", "any") and not values and bool(re.fullmatch(r"[^'\\\n]{1,100}", bare))
    )
    return quoted(f"'{bare}'") if is_quoted and is_plain else None


def is_expression(text: str, names: Collection[str]) -> bool:
    """Return whether a text is an expression over some names, and nothing else."""
    if len(text) > MOST_CHARACTERS:
        return False
    try:
        parse(Expression(text, SourceLocation("", 1, 1)))
        words = [token.text for token in tokens(text) if token.kind == "name"]
    except ExpressionProblem:
        return False
    return set(words) <= {*names, *CONSTANTS}
