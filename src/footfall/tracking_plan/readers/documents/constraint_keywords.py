"""Constraints in the words of JSON Schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.readers.documents.whole_schemas import Schema


def of_range(found: Constraint) -> Schema:
    """Return the schema of numbers within a range."""
    ends = [end for end in (found.minimum, found.maximum) if end is not None]
    kind = "integer" if all(end == int(end) for end in ends) else "number"
    return {"type": kind, **keywords_of(found)}


def keywords_of(found: Constraint) -> dict[str, Any]:
    """Return what a constraint says in the words of JSON Schema."""
    words = {
        "exclusiveMinimum" if found.excludes_minimum else "minimum": found.minimum,
        "exclusiveMaximum" if found.excludes_maximum else "maximum": found.maximum,
        "minLength": found.least,
        "maxLength": found.most,
        "pattern": found.pattern or None,
        "format": found.format or None,
    }
    return {
        key: _plain_number(value) if isinstance(value, Decimal) else value
        for key, value in words.items()
        if value is not None
    }


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
