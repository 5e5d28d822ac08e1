"""The values of a property that people are compared by, as numbers in SQL and as texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from footfall.errors import UsageError
from footfall.reports.compared_property import compared_property
from footfall.reports.stored_run import StoredRun
from footfall.store.dialect import literal

MAX_GROUPS = 1_000
"""Most values of a property to compare by: they travel back to the database within a query.

Nobody reads more tables either.
"""


@dataclass(frozen=True, slots=True)
class CodedValues:
    """Entries into stages with the value of a property.

    Args:
        sql: SQL: person, stage, at_ms, took_ms, code.
        labels: By code, the values as texts; None for none.
        is_of_visit: It is a property of events, and the visit of the entry counts.
    """

    sql: str
    labels: list[str | None]
    is_of_visit: bool


def coded(source: StoredRun, entered: str, by: str) -> CodedValues:
    """Return entries with the value of a property at their time.

    Args:
        source: The run.
        entered: SQL for the entries: person, stage, at_ms, is_arrival, took_ms.
        by: The property.

    Raises:
        UsageError: There is no such property, or it has more than `MAX_GROUPS` values.
    """
    # Values become numbers in Python: 1.0 and 1.00 are one group there, whatever a database writes as JSON.
    found_by = compared_property(source, by)
    values, valued = found_by.queries(source, entered)
    raw = _distinct(source, values, by)
    labels = sorted(
        {label_of(text) for text in raw},
        key=lambda label: (label is None, (label or "").encode()),
    )
    codes = ", ".join(f"({literal(text)}, {labels.index(label_of(text))})" for text in raw)
    sql = f"""
        SELECT v.person, stage, at_ms, took_ms, code
        FROM ({valued}) AS v JOIN (VALUES {codes}) AS codes (raw, code) ON codes.raw = v.value"""
    return CodedValues(sql, labels, found_by.is_of_visit)


def _distinct(source: StoredRun, values: str, by: str) -> list[str]:
    """Return all values as JSON texts.

    Raises:
        UsageError: There are more than `MAX_GROUPS`.
    """
    # One more than is allowed is enough to know that there are too many.
    rows = source.rows(f"SELECT DISTINCT value FROM ({values}) AS v LIMIT {MAX_GROUPS + 1}")
    if len(rows) > MAX_GROUPS:
        raise UsageError(
            f'"{by}" has more than {MAX_GROUPS:,} values\n  accepted: a property with at most {MAX_GROUPS:,}\n'
            "  hint: one that is different for every person splits them into groups of one"
        )
    return [str(value) for (value,) in rows]


def label_of(text: str) -> str | None:
    """Return a JSON text as people read it: 1.50 as 1.5, a text bare, null as None."""
    value = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return text
