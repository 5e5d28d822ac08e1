"""Checks that look at one event at a time, all counted in one scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from footfall.foreign.common_columns import is_banned, is_nobody, is_short
from footfall.sinks.amplitude.limits import SHORTEST_ID
from footfall.store.dialect import literal, one_of
from footfall.text import plural
from footfall.units import DAY_MS
from footfall.validation.audit import Audit, nearest, shortened
from footfall.validation.findings import Finding, Place

MOST_TYPES = 1000
"""Unknown event types that are named, the most frequent first."""
MOST_UNCHECKED = 10
"""A vendor's own event types that are named."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of one event.

    Args:
        check: Its name.
        subject: What it concerns.
        where: SQL that holds where it is wrong.
        value: SQL for the value to show.
        detail: What is accepted.
        of: Columns that decide it, where these have few different values: each is looked at
            once.
    """

    check: str
    subject: str
    where: str
    value: str
    detail: str = ""
    of: str = ""


def check_rows(audit: Audit) -> None:
    """Check what can be seen in one event."""
    check_lines(audit)
    check_event_types(audit)
    check_event_ids(audit)
    rules = list(_rules(audit))
    for of in dict.fromkeys(rule.of for rule in rules):
        together = [rule for rule in rules if rule.of == of]
        counts = ", ".join(
            f"CAST(coalesce(sum(weight) FILTER ({rule.where}), 0) AS BIGINT)"
            for rule in together
        )
        groups = (
            f"SELECT {of}, count(*) AS weight FROM e GROUP BY ALL"
            if of
            else "SELECT *, 1 AS weight FROM e"
        )
        # Ids and cities have few different values: they are brought together before the rules
        # look at them. The other rules read the rows as they are scanned; materialized, all
        # columns of all events would be copied first.
        kept = "AS MATERIALIZED" if of else "AS NOT MATERIALIZED"
        found = audit.source.rows(f"WITH g {kept} ({groups}) SELECT {counts} FROM g")[0]
        for rule, count in zip(together, found, strict=True):
            audit.add(rule.check, rule.subject, count, rule.detail, rule.where, rule.value)


def check_event_ids(audit: Audit) -> None:
    """Count events without `event_id` where at least half of all have one.

    Source: http-v2, `event_id`: "an incrementing counter to distinguish events with the same
    user_id and timestamp".
    """
    # A sender that counts nothing sends no event_id at all: a few without it among many are a
    # mistake.
    if "event_id" in audit.source.has:
        ((lack, have),) = audit.source.rows(
            "SELECT count(*) - count(event_id), count(event_id) FROM e WHERE NOT is_nameless"
        )
        if lack <= have:
            detail = f"{have:,} other events have it"
            where = "event_id IS NULL AND NOT is_nameless"
            audit.add("event_id_missing", "event_id", lack, detail, where)


def check_lines(audit: Audit) -> None:
    """Count lines that are no events."""
    if audit.source.form != "lines":
        return
    (count, first), *_ = audit.source.rows("SELECT count(*), min(n) FROM bad")
    if count:
        ((part, line, reason),) = audit.source.rows(
            f"SELECT part, line, reason FROM bad WHERE n = {first} LIMIT 1"
        )
        detail = f"{reason}; not counted as events"
        share = count / (audit.count + audit.no_events)
        at = Place(None, audit.source.parts[part], line)
        audit.findings.append(Finding("line_invalid", "line", count, share, detail, "", at))


def check_event_types(audit: Audit) -> None:
    """Check the names of events and their categories."""
    declared = list(audit.expected.events)
    own = _vendors_own(audit)
    groups = audit.source.rows(
        "SELECT event_type, count(*) AS n FROM e WHERE NOT is_nameless "
        f"AND NOT ({one_of('event_type', declared)}) "
        f"AND NOT ({own}) GROUP BY ALL ORDER BY n DESC, 1 "
        f"LIMIT {MOST_TYPES}"
    )
    _say_unchecked(audit, own)
    for name, count in groups:
        audit.add(
            "event_unknown",
            shortened(name),
            count,
            nearest(name, declared),
            f"event_type = {literal(name)}",
        )
    if "category" in audit.source.has:
        _check_categories(audit)


def _vendors_own(audit: Audit) -> str:
    """Return SQL for whether an event is one that a vendor makes, as Amplitude's `$identify`, and no plan declares."""
    is_call = one_of("event_type", sorted(audit.source.calls))
    own = "starts_with(event_type, '$')" if audit.source.has_own_events else "false"
    return f"{own} OR coalesce({is_call}, false)"


def _say_unchecked(audit: Audit, own: str) -> None:
    groups = audit.source.rows(
        "SELECT event_type, count(*) AS n FROM e WHERE NOT is_nameless "
        f"AND NOT ({one_of('event_type', audit.expected.events)}) AND ({own}) "
        f"GROUP BY ALL ORDER BY n DESC, 1 LIMIT {MOST_TYPES}"
    )
    told = [f"{plural(n, 'event')} {shortened(name)}" for name, n in groups[:MOST_UNCHECKED]]
    more = len(groups) - MOST_UNCHECKED
    if told:
        listed = ", ".join(told) + (f" and {more} more types" if more > 0 else "")
        audit.skipped["event_unknown"] = f"{listed}: the vendor's own"


def _check_categories(audit: Audit) -> None:
    groups = audit.source.rows(
        "SELECT event_type, category, count(*) FROM e "
        "WHERE category IS NOT NULL GROUP BY ALL ORDER BY 1, 2"
    )
    for name, category, count in groups:
        event = audit.expected.events.get(name)
        if event is not None and event.category and category != event.category:
            where = f"event_type = {literal(name)} AND category = {literal(category)}"
            audit.add(
                "category_wrong", name, count, f"declared {event.category}", where, "category"
            )


def _rules(audit: Audit) -> Iterator[Rule]:
    yield Rule("event_missing", "event_type", "is_nameless", "event_type")
    yield Rule(
        "key_spaces", "event", "spaced IS NOT NULL", "spaced", "a key of the event itself"
    )
    yield Rule(
        "property_type", "properties", "object_flaw IS NOT NULL", "object_flaw", "no object"
    )
    yield from _times(audit)
    yield from _ids(audit)
    yield from _sessions(audit)
    yield from _money(audit)
    yield from _homes(audit)


def _times(audit: Audit) -> Iterator[Rule]:
    is_foreign = audit.source.is_foreign
    seconds = "as milliseconds it lies in 1970 to 1973"
    details = {
        "missing": ("time_missing", ""),
        "seconds": ("time_seconds", "unlike the others" if is_foreign else seconds),
        "milliseconds": ("time_unit", "in milliseconds, unlike the others"),
        "microseconds": ("time_unit", "finer than milliseconds"),
        "fraction": ("time_unit", "a number with a fraction"),
        "unreadable": ("time_unreadable", "accepted: ms since 1970, 2026-01-31T12:00:00Z"),
    }
    for flaw, (check, detail) in details.items():
        yield Rule(check, "time", f"time_flaw = '{flaw}'", "time_text", detail)
    yield Rule(
        "time_digits",
        "time",
        "time_is_digits",
        "time_text",
        "a number is expected, without quotes",
    )


def _ids(audit: Audit) -> Iterator[Rule]:
    has = audit.source.has
    if "insert_id" in has:
        yield Rule(
            "insert_id_missing",
            "insert_id",
            "coalesce(insert_id, '') = ''",
            "insert_id",
            "repeats are not seen",
        )
    if "person" not in has:
        yield Rule(
            "id_missing",
            "user_id",
            "who IS NULL AND user_id IS NULL",
            "NULL",
            "Amplitude refuses such events",
        )
    yield Rule("id_type", "id", "id_flaw IS NOT NULL", "id_flaw", "accepted: text")
    # Amplitude's rule, which nobody keeps who never meant to send the events there.
    shortest = () if audit.source.is_foreign else ("user_id", "device_id")
    for name in shortest:
        yield Rule(
            "id_short",
            name,
            is_short(name),
            name,
            f"Amplitude takes {SHORTEST_ID} characters or more",
            name,
        )
    of, why = (
        (is_nobody, "taken for nobody")
        if audit.source.is_foreign
        else (is_banned, "Amplitude refuses it")
    )
    for name in ("user_id", "device_id"):
        yield Rule("id_banned", name, of(name), name, why, name)


def _sessions(audit: Audit) -> Iterator[Rule]:
    if "session_id" in audit.source.has:
        yield Rule(
            "session_type",
            "session_id",
            "session_flaw",
            "session_id",
            "accepted: its beginning in ms, or -1",
        )
        yield Rule(
            "session_far",
            "session_id",
            FAR,
            "session_id",
            "more than a day; accepted: its beginning in ms",
        )


FAR = f"(session_id <> -1 AND abs(CAST(session_id AS DOUBLE) - time_ms) > {DAY_MS})"


def _money(audit: Audit) -> Iterator[Rule]:
    names = [event.name for event in audit.expected.events.values() if event.has_revenue]
    if "revenue" not in audit.source.has:
        return
    yield Rule(
        "currency_missing",
        "revenue",
        "revenue IS NOT NULL AND coalesce(currency, '') = ''",
        "revenue",
    )
    for name in names:
        yield Rule(
            "revenue_missing",
            name,
            f"event_type = {literal(name)} AND revenue IS NULL",
            "NULL",
            "declared",
        )


def _homes(audit: Audit) -> Iterator[Rule]:
    cities = audit.expected.cities
    if not cities or "city" not in audit.source.has:
        return
    detail = f"declared: {', '.join(list(cities)[:4])}, … ({len(cities)} in all)"
    of = "city, country"
    yield Rule("city_unknown", "city", _unknown(cities), "city", detail, of)
    if "country" in audit.source.has:
        yield Rule(
            "country_wrong", "country", _foreign(cities), "concat(city, ', ', country)", "", of
        )


def _unknown(cities: Mapping[str, tuple[str, ...]]) -> str:
    return f"NOT ({one_of('city', cities)})"


def _foreign(cities: Mapping[str, tuple[str, ...]]) -> str:
    pairs = [f"{city}\t{country}" for city, of in cities.items() for country in of]
    is_home = one_of("concat(city, chr(9), country)", pairs)
    return f"{one_of('city', cities)} AND country IS NOT NULL AND NOT {is_home}"
