"""Remarks: what real people would not do, and what is not there.

It shows only in many events, so it fails nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from footfall.store.dialect import literals
from footfall.units import HOUR_MS
from footfall.validation.audit import Audit
from footfall.validation.findings import Remark

ENOUGH = 50
"""People below which there is no remark: by chance alone 50 are hardly ever all alike, let alone in every step."""
OFTEN = 4
"""A person must have a property on so many events to be counted: one that rarely changes is sent twice as well."""


def remarks_on(audit: Audit) -> list[Remark]:
    """Return what looks odd."""
    return [
        *_nobody_leaves(audit),
        *_hours(audit),
        *_constant(audit),
        *_unlinked(audit),
        *_unseen(audit),
    ]


def _nobody_leaves(audit: Audit) -> Iterator[Remark]:
    stages = [stage for stage in audit.expected.stages if stage.events]
    if len(stages) < 2:
        return
    came = ", ".join(
        f"bool_or(event_type IN ({literals(s.events)})) AS came{k}"
        for k, s in enumerate(stages)
    )
    counts = ", ".join(
        f"count(*) FILTER (came{k}), count(*) FILTER (came{k} AND came{k + 1})"
        for k in range(len(stages) - 1)
    )
    row = audit.source.rows(
        f"SELECT {counts} FROM (SELECT who, {came} FROM stage_times GROUP BY who)"
    )[0]
    steps = list(zip(row[::2], row[1::2], strict=True))
    if all(came_here == went_on and came_here >= ENOUGH for came_here, went_on in steps):
        detail = f"all of {steps[0][0]:,} people who came to {stages[0].name} came to {stages[-1].name}"
        yield Remark("nobody_leaves", "stages", detail)


def _hours(audit: Audit) -> Iterator[Remark]:
    rows = audit.source.rows(
        f"SELECT (time_ms // {HOUR_MS}) % 24 AS hour, count(*) AS n, "
        f"count(*) FILTER (time_ms % {HOUR_MS} = 0) AS sharp "
        "FROM e WHERE time_ms IS NOT NULL GROUP BY ALL ORDER BY n DESC, hour"
    )
    total, sharp = sum(n for _, n, _ in rows), sum(sharp for *_, sharp in rows)
    if total < ENOUGH:
        return
    hour, most, _ = rows[0]
    if most > total / 2:
        yield Remark(
            "one_hour", "time", f"{most:,} of {total:,} between {hour}:00 and {hour + 1}:00 UTC"
        )
    if sharp > total / 10:
        yield Remark("full_hours", "time", f"{sharp:,} of {total:,}")


def _constant(audit: Audit) -> Iterator[Remark]:
    """Yield user properties that change in the plan, and for nobody in the events: each carries the final state."""
    names = [p.name for p in audit.expected.user_properties.values() if p.changes]
    fields = audit.source.properties["up"]
    values = {
        name: audit.source.value("up", name)
        for name in names
        if fields is None or name in fields
    }
    if not values or "up" not in audit.source.has:
        return
    # Hashes, as lists and records of any type are compared for equality only.
    columns = ", ".join(
        f"count({value}) >= {OFTEN} AS has{k}, "
        f"count(DISTINCT CASE WHEN {value} IS NOT NULL "
        f"THEN hash({value}) END) > 1 AS changes{k}"
        for k, value in enumerate(values.values())
    )
    counts = ", ".join(
        f"count(*) FILTER (has{k}), count(*) FILTER (changes{k})" for k in range(len(values))
    )
    row = audit.source.rows(
        f"SELECT {counts} FROM (SELECT who, {columns} FROM e WHERE up IS NOT NULL GROUP BY who)"
    )[0]
    for k, name in enumerate(values):
        if row[2 * k] >= ENOUGH and not row[2 * k + 1]:
            yield Remark(
                "never_changes",
                name,
                f"{row[2 * k]:,} people have it on {OFTEN} events or more, always the same",
            )


def _unlinked(audit: Audit) -> Iterator[Remark]:
    if not {"user_id", "device_id"} <= audit.source.has:
        return
    devices = (
        "SELECT bool_or(real_user IS NULL) AS nobody, "
        "bool_or(real_user IS NOT NULL) AS somebody "
        "FROM e WHERE device_id IS NOT NULL GROUP BY device_id"
    )
    nobody, both, somebody = audit.source.rows(
        "SELECT count(*) FILTER (nobody), count(*) FILTER (nobody AND somebody), "
        "count(*) FILTER (somebody) "
        f"FROM ({devices})"
    )[0]
    if nobody >= ENOUGH and somebody and not both:
        yield Remark(
            "never_linked",
            "device_id",
            f"{nobody:,} devices without a user, none of them has one later",
        )


def _unseen(audit: Audit) -> Iterator[Remark]:
    seen = {
        name for (name,) in audit.source.rows("SELECT DISTINCT event_type FROM e LIMIT 10000")
    }
    missing = [name for name in audit.expected.events if name not in seen]
    if missing:
        more = ", …" if len(missing) > 6 else ""
        detail = f"{len(missing)} of {len(audit.expected.events)} event types: {', '.join(missing[:6])}{more}"
        yield Remark("never_seen", "events", detail)
