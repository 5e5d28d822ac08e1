"""Changes of state and conditions as plans write them, as far as a scenario can say the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from footfall.errors import Mark
from footfall.scenario.expressions import ExpressionProblem, parse
from footfall.scenario.records import Expression
from footfall.scenario.tokens import CONSTANTS, tokens
from footfall.taxonomy.laws import as_text, number_of, plain
from footfall.taxonomy.plan import PlanProperty, PlanType
from footfall.taxonomy.yaml_text import quoted

MOST_CONDITION = 500
_SET = re.compile(r"([^=+:\s→-]+)\s*(?::=|=|:)\s*(?:.+?(?:→|->)\s*)?(.+)", re.DOTALL)
_BECOMES = re.compile(r"([^=+:\s→-]+)\s*(?:→|->)\s*(.+)", re.DOTALL)
_ADD = re.compile(r"([^=+:\s→-]+)\s*([+-])=?\s*(\d{1,12}(?:\.\d{1,6})?)")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a property of people.

    Args:
        name: Of the property, as in the plan.
        value: As YAML in one line: of `set` one of its values, of `add` a number.
    """

    verb: Literal["set", "add"]
    name: str
    value: str


def change_of(text: str, users: Mapping[str, PlanProperty]) -> Change | None:
    """Return the change that a text says, None where a scenario cannot say it without more.

    Args:
        text: Such as `status = studying`, `status: null → studying`, `orders + 1`.
        users: Properties of people, by name.
    """
    added = _ADD.fullmatch(text.strip())
    if added:
        known = users.get(added[1])
        is_number = known is not None and known.type in ("integer", "number", "money")
        return Change("add", added[1], ("-" if added[2] == "-" else "") + added[3]) if is_number else None
    found = _SET.fullmatch(text.strip()) or _BECOMES.fullmatch(text.strip())
    known = users.get(found[1]) if found else None
    value = literal(found[2].strip(), known.type, known.values) if found and known else None
    return Change("set", found[1], value) if found and value is not None else None


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
        is_number = re.fullmatch(r"-?\d{1,12}" + ("" if kind == "integer" else r"(\.\d{1,2})?"), bare)
        number = number_of(bare, 2) if is_number else None
        return None if number is None else plain(number)
    if kind in ("text", "any") and bare in values:
        return as_text(bare)
    is_said = text != bare  # without quotes it may be a name that only the plan's authors know
    is_plain = kind in ("text", "any") and not values and bool(re.fullmatch(r"[^'\\\n]{1,100}", bare))
    return quoted(f"'{bare}'") if is_said and is_plain else None


def is_condition(text: str, users: Collection[str]) -> bool:
    """Return whether a text is an expression over these properties of people, and nothing else."""
    if len(text) > MOST_CONDITION:
        return False
    try:
        parse(Expression(text, Mark("", 1, 1)))
        words = [token.text for token in tokens(text) if token.kind == "name"]
    except ExpressionProblem:
        return False
    return set(words) <= {*users, *CONSTANTS}
