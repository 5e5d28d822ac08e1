"""The SQL behind `stages`: who reached what, who went on, by which value of a property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from footfall.reports.property_values import coded
from footfall.reports.stages import ComparedGroup, FunnelStep, Stages, StepComparison, assemble
from footfall.reports.stored_run import StoredRun

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
        by: Property to compare steps by: a user property, a column of home, `platform` or `os_name`, at its value
            when a person entered the first stage of the step; or an event property, at its value in that visit.

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
    comparison = _comparison(source, entered, by, p90s) if by is not None else None
    return assemble(
        reached,
        schema.stages,
        schema.goal,
        already_here=_already_here(source),
        passed_over=_passed_over(source),
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


def _passed_over(source: StoredRun) -> list[int]:
    """Return, per stage, how many people went from one before it to one beyond it during the run."""
    rows = source.rows(f"""
        SELECT before, stage, count(*)
        FROM (
            SELECT stage, lag(stage) OVER (PARTITION BY person ORDER BY stage) AS before
            FROM ({source.entries()}) AS e
        ) AS moves
        WHERE before IS NOT NULL GROUP BY before, stage""")
    return [
        sum(int(people) for before, after, people in rows if before < stage < after)
        for stage in range(len(source.schema.stages))
    ]


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
    values = coded(source, entered, by)
    found = _counted(source, values.sql, p90s) if values.labels else {}
    return StepComparison(by, _groups(found, values.labels, len(p90s)), values.is_of_visit)


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
