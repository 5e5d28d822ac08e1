"""Checks that a value stays the same in the course of one process: the direction chosen is the one that is paid."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.foreign.json_pointer import pointer
from footfall.store.dialect import literal, literals, quote
from footfall.units import DAY_MS
from footfall.validation.audit import Audit
from footfall.validation.carried import Carried

TOLERATED = 0.01
"""Share of pairs that may differ: people who do two things at once have two processes that run into each other."""


def check_shared(audit: Audit) -> None:
    """Count events whose value is not that of the latest event before them in the same process that carries it.

    Only events of the same person within a day are compared.
    """
    fields = audit.source.properties["ep"]
    carried = [
        one for one in audit.expected.carried if fields is None or one.property in fields
    ]
    if not carried:
        return
    _make_values(audit, carried)
    types = audit.source.rows("SELECT DISTINCT event_type FROM process_values")
    seen = {name for (name,) in types}
    # Properties that the same two events share are compared in one join.
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in carried:
        if one.event in seen and seen.intersection(one.before):
            together.setdefault((one.event, one.before), []).append(one.property)
    for (event, before), names in together.items():
        _check(audit, event, before, names)


def _make_values(audit: Audit, carried: Sequence[Carried]) -> None:
    """Make the table of values by person and time: a hash each, of eight bytes, as only equality is asked for."""
    names = sorted({one.property for one in carried})
    events = sorted({event for one in carried for event in (one.event, *one.before)})
    values = ((name, _value(audit, name)) for name in names)
    hashes = ", ".join(
        f"CASE WHEN {value} IS NOT NULL THEN hash({value}) END AS {quote(name)}"
        for name, value in values
    )
    audit.source.rows(
        "CREATE OR REPLACE TEMP TABLE process_values AS "
        f"SELECT who AS who_, time_ms AS time_, event_type, {hashes} FROM e "
        f"WHERE event_type IN ({literals(events)}) AND who IS NOT NULL "
        "AND time_ms IS NOT NULL"
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
    # ASOF: with the one latest row before, not with all that are before, which would be a
    # product.
    return (
        f"SELECT b.who_, b.time_, {differ} FROM (FROM process_values "
        f"WHERE event_type = {literal(event)}) AS b "
        "ASOF JOIN (FROM process_values WHERE event_type IN "
        f"({literals(before)})) AS a "
        "ON b.who_ = a.who_ AND b.time_ > a.time_ "
        f"WHERE b.time_ - a.time_ < {DAY_MS}"
    )


def _value(audit: Audit, name: str) -> str:
    if audit.source.properties["ep"] is not None:
        return f"ep.{quote(name)}"
    return f"json_extract_string(ep, {literal(pointer(name))})"
