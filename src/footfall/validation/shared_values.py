"""Checks that a value stays what it was in the course of one process: the direction chosen is the one that is paid."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.store.dialect import literal, quote
from footfall.units import DAY_MS
from footfall.validation.audit import Audit
from footfall.validation.carried import Carried
from footfall.validation.property_checks import pointer

TOLERATED = 0.01
"""Share of pairs that may differ: people who do two things at once have two processes that run into each other."""


def check_shared(audit: Audit) -> None:
    """Count events that tell another value than the latest event before them that tells it in the same process.

    Only events of the same person within a day are held against each other.
    """
    fields = audit.source.properties["ep"]
    carried = [
        one for one in audit.expected.carried if fields is None or one.property in fields
    ]
    if not carried:
        return
    _make_told(audit, carried)
    seen = {name for (name,) in audit.source.rows("SELECT DISTINCT event_type FROM told")}
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in carried:
        if one.event in seen and seen.intersection(one.before):
            together.setdefault((one.event, one.before), []).append(one.property)
    for (event, before), names in together.items():
        _check(audit, event, before, names)


def _make_told(audit: Audit, carried: Sequence[Carried]) -> None:
    """Make the table of what is told when: a hash per property, as it is compared for equality only."""
    names = sorted({one.property for one in carried})
    events = sorted({event for one in carried for event in (one.event, *one.before)})
    values = ((name, _value(audit, name)) for name in names)
    hashes = ", ".join(
        f"CASE WHEN {value} IS NOT NULL THEN hash({value}) END AS {quote(name)}"
        for name, value in values
    )
    audit.source.rows(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT who AS who_, time_ms AS time_, event_type, {hashes} FROM e "
        f"WHERE event_type IN ({', '.join(map(literal, events))}) AND who IS NOT NULL AND time_ms IS NOT NULL"
    )


def _check(audit: Audit, event: str, before: tuple[str, ...], names: Sequence[str]) -> None:
    pairs = _pairs(event, before, names)
    counts = ", ".join(
        f"count(*) FILTER (p{k} IS NOT NULL), count(*) FILTER (p{k})" for k in range(len(names))
    )
    found = audit.source.rows(f"SELECT {counts} FROM ({pairs})")[0]
    for k, name in enumerate(names):
        compared, differ = found[2 * k], found[2 * k + 1]
        if differ > compared * TOLERATED:
            shown = ", ".join(before[:2]) + (", …" if len(before) > 2 else "")
            detail = f"another in {shown} before it; {differ:,} of {compared:,} pairs differ"
            wrong = f"SELECT (who_, time_) FROM ({pairs}) WHERE p{k}"
            where = f"event_type = {literal(event)} AND (who, time_ms) IN ({wrong})"
            audit.add(
                "value_changes", f"{event}.{name}", differ, detail, where, _value(audit, name)
            )


def _pairs(event: str, before: tuple[str, ...], names: Sequence[str]) -> str:
    """Return SQL for the events, and whether each property differs from that of the event before: null if unknown."""
    differ = ", ".join(
        f"b.{quote(name)} <> a.{quote(name)} AS p{k}" for k, name in enumerate(names)
    )
    return (
        f"SELECT b.who_, b.time_, {differ} FROM (FROM told WHERE event_type = {literal(event)}) AS b "
        f"ASOF JOIN (FROM told WHERE event_type IN ({', '.join(map(literal, before))})) AS a "
        f"ON b.who_ = a.who_ AND b.time_ > a.time_ WHERE b.time_ - a.time_ < {DAY_MS}"
    )


def _value(audit: Audit, name: str) -> str:
    if audit.source.properties["ep"] is not None:
        return f"ep.{quote(name)}"
    return f"json_extract_string(ep, {literal(pointer(name))})"
