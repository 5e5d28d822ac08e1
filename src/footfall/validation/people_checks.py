"""Checks that compare events with each other: ids, order, homes, devices, sessions, stages."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.store.dialect import literal, literals, one_of
from footfall.text import plural
from footfall.validation.audit import Audit
from footfall.validation.expectations import ExpectedStage
from footfall.validation.row_checks import FAR

NEVER_MS = 2**63 - 1
"""Later than any time: when a stage was reached that nobody knows of."""
_NO_ORDER = "rows have no order here"
_NO_COLUMN = "this check needs a column that is not there: "


def check_people(audit: Audit) -> None:
    """Check what can be seen in several events only."""
    check_insert_ids(audit)
    check_order(audit)
    check_homes(audit)
    check_sharing(audit)
    check_stages(audit)


# --- ids and order ---------------------------------------------------------------------------------------------------


def check_insert_ids(audit: Audit) -> None:
    """Count events whose insert_id an earlier one has, and those that Amplitude would drop for it.

    Source: http-v2, "Event deduplication": the same insert_id on the same device_id within 7
    days counts once.
    """
    if "insert_id" not in audit.source.has:
        audit.skipped["insert_id_repeats"] = _NO_COLUMN + "insert_id"
        return
    is_there = "coalesce(insert_id, '') <> ''"
    keys = {"insert_id_repeats": "insert_id", "insert_id_dropped": "device_id, insert_id"}
    details = {
        "insert_id_repeats": "an earlier event has it",
        "insert_id_dropped": "Amplitude would drop the later ones, if within 7 days",
    }
    for check, key in keys.items():
        where = f"{is_there} AND device_id IS NOT NULL" if "device" in key else is_there
        repeated = f"(SELECT {key} FROM e WHERE {where} GROUP BY ALL HAVING count(*) > 1)"
        ((count,),) = audit.source.rows(
            "SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n "
            f"FROM e WHERE {where} GROUP BY {key})"
        )
        if not count:  # what is not repeated at all is not repeated on one device either
            return
        audit.add(
            check, "insert_id", count, details[check], f"({key}) IN {repeated}", "insert_id"
        )


def check_order(audit: Audit) -> None:
    """Count events that are earlier than the one before them of the same person, in the order of the file."""
    if not audit.source.has_order:
        audit.skipped["time_backwards"] = _NO_ORDER
        return
    is_lines = audit.source.form == "lines"
    order = "n" if is_lines else "line"
    # Parquet is typed and large: one scan without sorting shows that a file rises as a whole,
    # as most do.
    if not is_lines and not _falls(audit):
        return
    before = f"(PARTITION BY file, who ORDER BY {order})"
    rows = f"(SELECT file, {order} AS place, time_ms, lag(time_ms) OVER {before} AS last FROM e WHERE who IS NOT NULL)"
    ((count,),) = audit.source.rows(f"SELECT count(*) FROM {rows} WHERE time_ms < last")
    where = f"(file, {order}) IN (SELECT (file, place) FROM {rows} WHERE time_ms < last)"
    detail = "the person's event before it is later"
    audit.add("time_backwards", "time", count, detail, where, "time_text")


def _falls(audit: Audit) -> bool:
    """Return whether time falls anywhere within a file: where it does not, it falls for nobody."""
    rows = "SELECT time_ms, file, lag(time_ms) OVER () AS last, lag(file) OVER () AS last_file FROM e"
    falls = f"SELECT bool_or(time_ms < last AND file = last_file) FROM ({rows})"
    ((found,),) = audit.source.rows(falls)
    return bool(found)


# --- what should be one ----------------------------------------------------------------------------------------------


def check_homes(audit: Audit) -> None:
    """Count events of people who are in two cities or countries."""
    for check, column in (("city_changes", "city"), ("country_changes", "country")):
        if column in audit.source.has:
            _check_one(audit, check, "who", column, "true")


def check_sharing(audit: Audit) -> None:
    """Count events on devices and in sessions that belong to several users.

    Two people may begin a session in the same millisecond. So a session is shared only if its
    id is no time, or if the device is the same too.
    """
    if not {"user_id", "device_id"} <= audit.source.has:
        audit.skipped["device_shared"] = _NO_COLUMN + "user_id or device_id"
        return
    if audit.expected.shares_devices:
        audit.skipped["device_shared"] = f"{audit.expected.name} has devices of several users"
        return
    is_shared = _check_one(
        audit, "device_shared", "device_id", "real_user", "real_user IS NOT NULL"
    )
    if "session_id" not in audit.source.has:
        return
    where = f"session_id <> -1 AND real_user IS NOT NULL AND {FAR}"
    is_far = any(found.check == "session_far" for found in audit.findings)
    is_found = is_far and _check_one(audit, "session_shared", "session_id", "real_user", where)
    if is_shared and not is_found:
        where = "session_id <> -1 AND real_user IS NOT NULL AND device_id IS NOT NULL"
        _check_one(
            audit, "session_shared", "concat(session_id, ' on ', device_id)", "real_user", where
        )


_KEY_NOUNS = {"who": ("person", "people"), "device_id": ("device", "devices")}


def _check_one(audit: Audit, check: str, key: str, value: str, where: str) -> bool:
    """Check that all events with the same key have one value; null is none.

    A group has one value if the least and the greatest hash of it are the same: no list of
    distinct values is kept for millions of keys, and only the first key that has several is
    looked at again.
    """
    groups = (
        f"SELECT {key} AS k, count(*) AS n, count(*) AS events FROM e "
        f"WHERE {key} IS NOT NULL AND {value} IS NOT NULL "
        f"AND {where} GROUP BY ALL "
        f"HAVING min(hash({value})) <> max(hash({value}))"
    )
    count, keys, first = audit.source.rows(
        f"SELECT coalesce(sum(n), 0)::BIGINT, count(*), min(k) FROM ({groups})"
    )[0]
    if not count:
        return False
    is_first = f"CAST({key} AS VARCHAR) = {literal(str(first))}"
    of_first = f"{is_first} AND {value} IS NOT NULL AND {where}"
    ((found,),) = audit.source.rows(
        f"SELECT list_sort(list(DISTINCT {value}))[:3] FROM e WHERE {of_first}"
    )
    noun, nouns = _KEY_NOUNS.get(key, ("session", "sessions"))
    detail = f"{plural(keys, noun, nouns)}; {', '.join(found)}"
    audit.add(check, value.removeprefix("real_"), count, detail, of_first, key)
    return True


# --- the critical path -----------------------------------------------------------------------------------------------


def check_stages(audit: Audit) -> None:
    """Check that stages are reached in order, as far as the events tell.

    An event of a stage is out of order before the person's first event of the stage before it.
    Where events say which stage a person had reached (`stage`, as a column or a user property),
    that counts too, and a person's first event is taken as it is: there may have been others
    before the file begins.
    """
    stages = [stage for stage in audit.expected.stages if stage.events]
    text = _recorded_stage(audit)
    names = literals(stage.name for stage in audit.expected.stages)
    recorded = f"list_position([{names}], {text})" if text else ""
    _make_stage_times(audit, text or "CAST(NULL AS VARCHAR)", names)
    if recorded:
        _check_back(audit, recorded)
    if recorded and "person" not in audit.source.has:
        audit.skipped["stage_order"] = (
            "people have several devices here, and no number that brings these together"
        )
    elif len(stages) > 1:
        _check_order_of(audit, stages, recorded)


def _make_stage_times(audit: Audit, text: str, names: str) -> None:
    """Make the table of when somebody had an event at a recorded stage, first and last: far fewer rows than events."""
    audit.source.rows(f"""
        CREATE OR REPLACE TEMP TABLE stage_times AS
        SELECT who, event_type, list_position([{names or "''"}], stage) AS s, first, last FROM (
            SELECT who, event_type, {text} AS stage, min(time_ms) AS first, max(time_ms) AS last
            FROM e WHERE who IS NOT NULL GROUP BY ALL)""")


def _recorded_stage(audit: Audit) -> str:
    """Return SQL for the stage that an event records; nothing if none does."""
    names = literals(stage.name for stage in audit.expected.stages)
    if not names:
        return ""
    fields = audit.source.properties["up"]
    of_struct = "up.stage" if fields is not None and "stage" in fields else ""
    of_json = "json_extract_string(up, '/stage')" if fields is None else ""
    for text in ("stage", of_struct, of_json):
        if text and audit.source.rows(f"SELECT 1 FROM e WHERE {text} IN ({names}) LIMIT 1"):
            return text
    return ""


def _check_back(audit: Audit, recorded: str) -> None:
    """Check that the recorded stage never falls: where the last time of each is before the first of the next."""
    n = len(audit.expected.stages)
    levels = ", ".join(
        f"max(last) FILTER (s = {k}) AS last{k}, min(first) FILTER (s > {k}) AS next{k}"
        for k in range(1, n)
    )
    wrong = " OR ".join(f"last{k} > next{k}" for k in range(1, n)) or "false"
    # Most lives rise: the window over all events, which has to be sorted, is made for those
    # alone that fall somewhere.
    people = (
        f"SELECT who FROM (SELECT who, {levels} FROM stage_times GROUP BY who) WHERE {wrong}"
    )
    if not audit.source.rows(f"{people} LIMIT 1"):
        return
    rows = (
        f"SELECT *, max({recorded}) OVER (PARTITION BY who "
        "ORDER BY time_ms ROWS UNBOUNDED PRECEDING) AS most FROM e "
        f"WHERE who IN ({people})"
    )
    ((count,),) = audit.source.rows(f"SELECT count(*) FROM ({rows}) WHERE {recorded} < most")
    where = f"(who, time_ms) IN (SELECT (who, time_ms) FROM ({rows}) WHERE {recorded} < most)"
    audit.add("stage_back", "stage", count, "a later one was recorded before", where, "stage")


def _check_order_of(audit: Audit, stages: list[ExpectedStage], recorded: str) -> None:
    firsts = ", ".join(_firsts(audit, stages, recorded))
    audit.source.rows(
        "CREATE OR REPLACE TEMP TABLE reached AS "
        f"SELECT who, min(first) AS began, count(s) AS recorded, {firsts} "
        "FROM stage_times GROUP BY who"
    )
    for k in range(1, len(stages)):
        before = _needed(audit, stages, k)
        if before is not None:
            _check_step(audit, stages[before], stages[k], k)


def _firsts(audit: Audit, stages: list[ExpectedStage], recorded: str) -> Iterator[str]:
    """Yield, per stage, when its first event was, and when the stage before it was known to be reached."""
    names = [stage.name for stage in audit.expected.stages]
    for k, stage in enumerate(stages):
        own = _events(stage)
        yield f"min(first) FILTER ({own}) AS first{k}"
        if k:
            needed = _needed(audit, stages, k)
            if needed is None:
                continue
            # An event of the stage itself records that stage already, so it is no sign of the one
            # before. Stages never fall, so an event of any between the two is one.
            before, here = names.index(stages[needed].name) + 1, names.index(stage.name) + 1
            signs = f" OR (s >= {before} AND NOT {own}) OR s > {here}" if recorded else ""
            between = " OR ".join(map(_events, stages[needed:k]))
            yield f"min(first) FILTER ({between}{signs}) AS ready{k}"


def _needed(audit: Audit, stages: list[ExpectedStage], k: int) -> int | None:
    """Return which stage everybody must have reached before the events of another; None for none."""
    n_before = stages[k].n_before
    if n_before is None:
        return k - 1
    names = [stage.name for stage in audit.expected.stages]
    return next(
        (b for b in range(k - 1, -1, -1) if names.index(stages[b].name) < n_before), None
    )


def _events(stage: ExpectedStage) -> str:
    return one_of("event_type", stage.events)


def _check_step(audit: Audit, before: ExpectedStage, stage: ExpectedStage, k: int) -> None:
    ready = f"coalesce(ready{k}, {NEVER_MS})"
    # Who has a recorded stage may have begun before the file does: the first event of such a
    # person proves nothing.
    early = f"first{k} < {ready} AND NOT (recorded > 0 AND first{k} = began)"
    ((people,),) = audit.source.rows(f"SELECT count(*) FROM reached WHERE {early}")
    if people:
        where = (
            f"{_events(stage)} AND EXISTS (SELECT 1 FROM reached AS r "
            f"WHERE r.who = e.who AND {early} "
            f"AND e.time_ms < {ready})"
        )
        ((count,),) = audit.source.rows(f"SELECT count(*) FROM e WHERE {where}")
        detail = f"{before.name} was not reached before"
        audit.add("stage_order", stage.name, count, detail, where, "event_type")
