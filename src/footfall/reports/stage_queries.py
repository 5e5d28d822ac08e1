"""The SQL behind `stages`: who reached what, who went on, by which value of a property."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from footfall.data.schema import Field, field_called
from footfall.errors import UsageError
from footfall.reports.stages import ComparedGroup, FunnelStep, Stages, StepComparison, assemble
from footfall.reports.stored_run import StoredRun
from footfall.store.column_names import column_of
from footfall.store.dialect import literal
from footfall.units import nearest_hint

MAX_GROUPS = 1_000
"""Most values of a property to compare by: they travel back to the database within a query.

Nobody reads more tables either.
"""
HOME_COLUMNS = ("city", "country", "language", "time_zone")
EVENT_COLUMNS = ("platform", "os_name")
NOTHING = FunnelStep(0, 0, None, None, 0)

Steps = dict[tuple[int, int], FunnelStep]
"""(stage, code of a group) → the step out of that stage."""
P90s = Sequence[int | None]
"""Per stage, the time in ms within which nine in ten of those who went on did.

None where nobody did.
"""


def stages_of_store(source: StoredRun, by: str | None = None) -> Stages:
    """Count the people of a run by stage and step.

    Args:
        source: The run.
        by: Property to compare steps by: a user property, a column of home, `platform` or `os_name`; at its value
            when a person entered the first stage of the step.

    Raises:
        UsageError: There is no such property, or it has more than `MAX_GROUPS` values.
    """
    schema, entered = source.schema, _entered(source)
    # First the times of those who went on; who is still open can be told only against them.
    counted = _counted(source, f"SELECT stage, at_ms, took_ms, 0 AS code FROM ({entered}) AS e")
    p90s = [
        counted[stage, 0].p90_ms if (stage, 0) in counted else None
        for stage in range(len(schema.stages) - 1)
    ]
    # Of all people whoever stands at a stage has not gone on, so the open ones are counted there, in one pass.
    standing = _standing(source, p90s)
    reached = [sum(people for people, _ in standing[stage:]) for stage in range(len(standing))]
    steps = [
        replace(counted.get((i, 0), NOTHING), still_open=standing[i][1])
        for i in range(len(p90s))
    ]
    comparison = _comparison(source, entered, by, p90s) if by else None
    here = _already_here(source)
    return assemble(
        reached,
        schema.stages,
        schema.goal,
        already_here=here,
        steps=steps,
        comparison=comparison,
    )


def _standing(source: StoredRun, p90s: P90s) -> list[tuple[int, int]]:
    """Return, per stage, how many people stand there, and how many of these are still open.

    Stages rise with time, so a person's greatest stage and latest entry are of one row: no window is needed.
    """
    rows = source.rows(f"""
        SELECT stage, count(*), count(CASE WHEN at_ms >= {source.start_ms} AND {_is_late(source, p90s)} THEN 1 END)
        FROM (
            SELECT person, max(stage) AS stage, max(at_ms) AS at_ms FROM ({source.entries()}) AS e GROUP BY person
        ) AS people
        GROUP BY stage""")
    found = {int(stage): (int(people), int(still_open)) for stage, people, still_open in rows}
    return [found.get(stage, (0, 0)) for stage in range(len(source.schema.stages))]


def _is_late(source: StoredRun, p90s: P90s) -> str:
    """Return SQL that holds where less time was left than nine in ten need to go on.

    It holds, too, where nobody has gone on yet.
    """
    cases = " ".join(
        f"WHEN {stage} THEN {p90}" for stage, p90 in enumerate(p90s) if p90 is not None
    )
    # Without a case for its stage the comparison is null, and null means that nobody has gone on: all are open.
    return (
        f"coalesce({source.until_ms} - at_ms < CASE stage {cases} END, 1 = 1)"
        if cases
        else "1 = 1"
    )


def _already_here(source: StoredRun) -> int:
    [(people,)] = source.rows(f"""
        SELECT count(*) FROM {source.table("arrivals")} AS a
        WHERE {source.ms("arrived")} < {source.start_ms}""")
    return int(people)


def _entered(source: StoredRun) -> str:
    """Return SQL for entries during the run: person, stage, at_ms, is_arrival, took_ms.

    The last is null for people who did not go on.

    The filter stands outside of the window: within, nobody would be seen to reach the last stage.
    """
    return f"""
        SELECT * FROM (
            SELECT person, stage, at_ms, is_arrival,
                lead(at_ms) OVER (PARTITION BY person ORDER BY stage) - at_ms AS took_ms
            FROM ({source.entries()}) AS e
        ) AS every_entry
        WHERE at_ms >= {source.start_ms} AND stage < {len(source.schema.stages) - 1}"""


def _counted(source: StoredRun, coded: str, p90s: P90s = ()) -> Steps:
    """Return the step per (stage, code): the percentile at share p is the ⌈p·n⌉-th time.

    Databases differ in how they interpolate percentiles; rows are numbered instead, and one is taken. Those who did not
    go on sort last and are not counted in n.

    Args:
        source: The run.
        coded: SQL: stage, at_ms, took_ms, code.
        p90s: ms per stage, to tell who is still open.
    """
    rows = source.rows(f"""
        SELECT stage, code, count(*), count(took_ms), max(CASE WHEN {_is_place(5)} THEN took_ms END),
            max(CASE WHEN {_is_place(9)} THEN took_ms END),
            count(CASE WHEN took_ms IS NULL AND {_is_late(source, p90s)} THEN 1 END)
        FROM (
            SELECT stage, code, at_ms, took_ms, count(took_ms) OVER (PARTITION BY stage, code) AS n,
                row_number() OVER (PARTITION BY stage, code ORDER BY took_ms NULLS LAST) AS place
            FROM ({coded}) AS c
        ) AS sorted
        GROUP BY stage, code""")
    return {(int(stage), int(code)): _step(*numbers) for stage, code, *numbers in rows}


def _step(
    entered: int, converted: int, half: int | None, most: int | None, still_open: int
) -> FunnelStep:
    median_ms, p90_ms = (None if ms is None else int(ms) for ms in (half, most))
    return FunnelStep(int(entered), int(converted), median_ms, p90_ms, int(still_open))


def _is_place(tenths: int) -> str:
    """Return SQL that holds at the row whose place is ⌈n·tenths/10⌉.

    That is where 10·place ≥ tenths·n > 10·(place - 1): in integers, as the two databases divide differently.
    """
    return f"place * 10 >= n * {tenths} AND (place - 1) * 10 < n * {tenths}"


def _comparison(source: StoredRun, entered: str, by: str, p90s: P90s) -> StepComparison:
    # Values become numbers in Python: 1.0 and 1.00 are one group there, whatever a database writes as JSON.
    values, valued = _property(source, entered, by)
    raw = _distinct(source, values, by)
    labels = sorted(
        {label_of(text) for text in raw},
        key=lambda label: (label is None, (label or "").encode()),
    )
    codes = ", ".join(f"({literal(text)}, {labels.index(label_of(text))})" for text in raw)
    coded = f"""
        SELECT stage, at_ms, took_ms, code
        FROM ({valued}) AS v JOIN (VALUES {codes}) AS codes (raw, code) ON codes.raw = v.value"""
    found = _counted(source, coded, p90s) if raw else {}
    return StepComparison(by, _groups(found, labels, len(p90s)))


def _groups(
    found: Steps, labels: Sequence[str | None], n_steps: int
) -> tuple[ComparedGroup, ...]:
    by_code: dict[int, dict[int, FunnelStep]] = defaultdict(dict)
    for (stage, code), step in found.items():
        by_code[code][stage] = step
    groups = [
        ComparedGroup(labels[code], tuple(of.get(stage, NOTHING) for stage in range(n_steps)))
        for code, of in sorted(by_code.items())
    ]
    # The sort is stable: groups of one size stay in the order of their values.
    return tuple(sorted(groups, key=lambda group: -max(step.entered for step in group.steps)))


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


def _property(source: StoredRun, entered: str, by: str) -> tuple[str, str]:
    """Return SQL for all values of a property, and for entries with its value at their time.

    Raises:
        UsageError: There is no such property.
    """
    if by in HOME_COLUMNS:
        return _home(source, entered, by)
    if by in EVENT_COLUMNS:
        return _of_event(source, entered, by)
    declared = field_called(source.schema.user_properties, by)
    if declared is None:
        names = [field.name for field in source.schema.user_properties]
        accepted = [*HOME_COLUMNS, *EVENT_COLUMNS, *names]
        hint = nearest_hint(by, accepted)
        raise UsageError(
            f'run {source.info.id} has no property "{by}"\n  accepted: {", ".join(accepted)}'
            + (f"\n  hint: {hint}" if hint else "")
        )
    return _of_person(source, entered, declared)


def _home(source: StoredRun, entered: str, by: str) -> tuple[str, str]:
    values = f"SELECT person, {source.json(by)} AS value FROM {source.table('arrivals')} AS a"
    return (
        values,
        f"SELECT e.*, value FROM ({entered}) AS e JOIN ({values}) AS h ON h.person = e.person",
    )


def _of_event(source: StoredRun, entered: str, by: str) -> tuple[str, str]:
    """Take the value of the event that made a person enter.

    At arrival it is that of their first event; no two events of a person share a time.
    """
    events, ms = source.table("events"), source.ms("time")
    valued = f"""
        SELECT e.person, e.stage, e.at_ms, e.took_ms, coalesce(v.value, 'null') AS value
        FROM ({entered}) AS e
        LEFT JOIN (SELECT person, min({ms}) AS first_ms FROM {events} AS x GROUP BY person) AS f ON f.person = e.person
        LEFT JOIN (SELECT person, {ms} AS time_ms, {source.json(by)} AS value FROM {events} AS y) AS v
            ON v.person = e.person AND v.time_ms = CASE WHEN e.is_arrival = 1 THEN f.first_ms ELSE e.at_ms END"""
    return (
        f"SELECT {source.json(by)} AS value FROM {events} AS x UNION ALL SELECT 'null' AS value",
        valued,
    )


def _of_person(source: StoredRun, entered: str, by: Field) -> tuple[str, str]:
    """Take the value of the latest change up to the entry, that of the same instant included.

    Where there is none, the value at arrival counts.
    """
    value = source.json(source.member("properties", column_of(by)))
    starts = f"SELECT person, {value} AS value FROM {source.table('arrivals')} AS a"
    changes = (
        f"SELECT * FROM {source.table('changes')} AS c WHERE property = {literal(by.name)}"
    )
    ms = source.ms("time")
    valued = f"""
        SELECT e.person, e.stage, e.at_ms, e.took_ms, coalesce(s.value, a.value) AS value
        FROM ({entered}) AS e
        JOIN ({starts}) AS a ON a.person = e.person
        LEFT JOIN (
            SELECT person, new AS value, {ms} AS from_ms,
                lead({ms}) OVER (PARTITION BY person ORDER BY sequence) AS until_ms
            FROM ({changes}) AS c
        ) AS s ON s.person = e.person AND s.from_ms <= e.at_ms AND (s.until_ms IS NULL OR e.at_ms < s.until_ms)"""
    return (
        f"SELECT value FROM ({starts}) AS a UNION ALL SELECT new AS value FROM ({changes}) AS c",
        valued,
    )
