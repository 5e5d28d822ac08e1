"""Numbers of a log: events, people, types, sessions, how things went over time, and a funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from footfall.errors import UsageError, shown
from footfall.foreign.common_columns import is_endless
from footfall.foreign.event_source import EventSource
from footfall.store.dialect import literal, one_of
from footfall.units import DAY_MS, MINUTE_MS, nearest_hint

SESSION_GAP_MS = 30 * MINUTE_MS
"""Time without an event after which another session begins, where no column says so."""
MOST_TYPES, MOST_GROUPS = 1000, 1000
_FEW_DAYS, _FEW_WEEKS = 31, 53


@dataclass(frozen=True, slots=True)
class Counted:
    """So many events and people under a name."""

    name: str
    events: int
    people: int


@dataclass(frozen=True, slots=True)
class LogPeriod:
    """A day, week (from Monday) or month, and what happened in it.

    Args:
        start_ms: Its beginning, ms since the epoch, UTC.
        events: Events in it.
        people: People with an event in it.
        new_people: Of these, those whose first event it holds.
    """

    start_ms: int
    events: int
    people: int
    new_people: int


@dataclass(frozen=True, slots=True)
class LogSessions:
    """Sessions: those that a column tells, and those cut by time.

    Args:
        given: Different values of the session's column; None where there is none.
        cut: Sessions by a gap of 30 minutes.
        single: Of these, how many have one event.
        median_events: Of these, events of half of them at most.
    """

    given: int | None
    cut: int
    single: int
    median_events: float


@dataclass(frozen=True, slots=True)
class LogStep:
    """A step of a funnel: people who came that far, each step at or after the one before.

    Args:
        name: The event type.
        people: Who reached it.
        median_ms: Time from the step before, of half of them at most; None for the first.
    """

    name: str
    people: int
    median_ms: int | None


@dataclass(frozen=True, slots=True)
class LogReport:
    """The report of a log.

    Args:
        name: What the user called it.
        taken: What was taken for what; empty where names are ours.
        events: All of them.
        people: Different people.
        nobodys: Events that name nobody: they count for no person and no session.
        nameless: Lines without an event type: they are no events.
        repeated: Events with an id that an earlier one has; `send` takes these over once.
        logs: Names of the logs that a store has the events of.
        unread: Lines that are no events.
        timeless: Events whose time is missing or cannot be read.
        first_ms, last_ms: The span, ms since the epoch; None without any time.
        types: By event type, the most frequent first.
        sessions: Of events with a person and a time.
        period: `day`, `week` or `month`.
        periods: From the first to the last with an event.
        funnel: Steps that were asked for.
        by: The property that was asked for; or nothing.
        groups: By its values, the most frequent first.
    """

    name: str
    taken: str
    events: int
    people: int
    unread: int
    timeless: int
    first_ms: int | None
    last_ms: int | None
    types: tuple[Counted, ...]
    sessions: LogSessions
    period: str
    periods: tuple[LogPeriod, ...]
    funnel: tuple[LogStep, ...] = ()
    by: str = ""
    groups: tuple[Counted, ...] = ()
    nobodys: int = 0
    nameless: int = 0
    repeated: int = 0
    logs: tuple[str, ...] = ()


def log_report(source: EventSource, *, funnel: Sequence[str] = (), by: str = "") -> LogReport:
    """Return the report of a log.

    Args:
        source: The events.
        funnel: Event types in their order.
        by: A property by whose values events and people are counted.

    Raises:
        UsageError: No event has a type, or the property, that was asked for.
    """
    value = _value_of(source, by) if by else "CAST(NULL AS VARCHAR)"
    source.rows(
        "CREATE TEMP TABLE log AS SELECT CAST(who AS VARCHAR) AS who, event_type, time_ms, "
        f"session_text, {value} AS grouped, insert_id FROM e WHERE NOT is_nameless"
    )
    ((n, people, nobodys, timeless, first, last),) = source.rows(
        "SELECT count(*), count(DISTINCT who), count(*) - count(who), count(*) - count(time_ms), "
        "min(time_ms), max(time_ms) FROM log"
    )
    period = _period(first, last)
    return LogReport(
        source.name,
        source.taken,
        n,
        people,
        source.unread,
        timeless,
        first,
        last,
        _counted(source, "event_type", MOST_TYPES),
        _sessions(source),
        period,
        _periods(source, period),
        _funnel(source, funnel),
        by,
        _counted(source, "coalesce(grouped, '')", MOST_GROUPS) if by else (),
        nobodys,
        source.nameless,
        _repeated(source),
        source.logs,
    )


def _repeated(source: EventSource) -> int:
    if "insert_id" not in source.has:
        return 0
    ((n,),) = source.rows(
        "SELECT count(*) - count(DISTINCT insert_id) FROM log WHERE insert_id <> ''"
    )
    return int(n)


def _counted(source: EventSource, key: str, most: int) -> tuple[Counted, ...]:
    rows = source.rows(
        f"SELECT {key} AS name, count(*) AS n, count(DISTINCT who) FROM log "
        f"GROUP BY 1 ORDER BY n DESC, name LIMIT {most}"
    )
    return tuple(Counted(*row) for row in rows)


def _value_of(source: EventSource, name: str) -> str:
    """Return SQL for a property as text.

    Raises:
        UsageError: There is none of that name.
    """
    fields = source.properties["ep"]
    if fields is not None and name in fields:
        value = source.value("ep", name)
        text = f"CAST({value} AS VARCHAR)"
        # A missing value, as `send` takes it.
        is_number = fields[name] in ("DOUBLE", "FLOAT")
        return f"CASE WHEN NOT {is_endless(value)} THEN {text} END" if is_number else text
    if fields is None:
        value = f"json_extract_string({source.value('ep', name)}, '$')"
        if source.rows(f"SELECT 1 FROM e WHERE {value} IS NOT NULL LIMIT 1"):
            return value
        found = source.rows(
            "SELECT DISTINCT unnest(json_keys(ep)) FROM (SELECT ep FROM e LIMIT 10000)"
        )
        names = sorted(key for (key,) in found)
    else:
        names = list(fields)
    hint = nearest_hint(name, names)
    raise UsageError(
        f"--by {shown(name)}: no event has such a property\n  accepted: {', '.join(names[:30]) or 'none'}"
        + (f"\n  hint: {hint}" if hint else "")
    )


# --- over time -------------------------------------------------------------------------------------------------------


def _period(first: int | None, last: int | None) -> str:
    n_days = 0 if first is None or last is None else (last - first) // DAY_MS
    if n_days <= _FEW_DAYS:
        return "day"
    return "week" if n_days <= 7 * _FEW_WEEKS else "month"


def _periods(source: EventSource, period: str) -> tuple[LogPeriod, ...]:
    start = f"epoch_ms(date_trunc('{period}', epoch_ms({{0}})))"
    rows = source.rows(f"""
        WITH firsts AS (
            SELECT {start.format("min(time_ms)")} AS p, who FROM log WHERE time_ms IS NOT NULL GROUP BY who),
        new AS (SELECT p, count(who) AS n FROM firsts GROUP BY p)
        SELECT l.p, l.events, l.people, coalesce(new.n, 0) FROM (
            SELECT {start.format("time_ms")} AS p, count(*) AS events, count(DISTINCT who) AS people
            FROM log WHERE time_ms IS NOT NULL GROUP BY 1) AS l
        LEFT JOIN new ON new.p = l.p ORDER BY 1""")
    return tuple(LogPeriod(*row) for row in rows)


def _sessions(source: EventSource) -> LogSessions:
    given = None
    # A number is a time, at which two people may begin; -1 is none.
    ((n_given,),) = source.rows(
        "SELECT count(DISTINCT CASE WHEN regexp_full_match(session_text, '[0-9]+') THEN concat(session_text, ' ', who) "
        "ELSE session_text END) FROM log WHERE who IS NOT NULL AND session_text <> '-1'"
    )
    if n_given:
        given = n_given
    ((cut, single, median),) = source.rows(f"""
        SELECT count(*), count(*) FILTER (n = 1), coalesce(median(n), 0) FROM (
            SELECT who, visit, count(*) AS n FROM (
                SELECT who, sum(starts) OVER (PARTITION BY who ORDER BY time_ms ROWS UNBOUNDED PRECEDING) AS visit
                FROM (
                    SELECT who, time_ms, CASE WHEN time_ms - lag(time_ms) OVER (PARTITION BY who ORDER BY time_ms)
                        <= {SESSION_GAP_MS} THEN 0 ELSE 1 END AS starts
                    FROM log WHERE who IS NOT NULL AND time_ms IS NOT NULL))
            GROUP BY ALL)""")
    return LogSessions(given, cut, single, float(median))


# --- the funnel ------------------------------------------------------------------------------------------------------


def _funnel(source: EventSource, names: Sequence[str]) -> tuple[LogStep, ...]:
    if not names:
        return ()
    _check_types(source, names)
    source.rows(f"CREATE TEMP TABLE step0 AS {_step_query(names[0])}")
    steps = [LogStep(names[0], source.rows("SELECT count(*) FROM step0")[0][0], None)]
    for k, name in enumerate(names[1:], 1):
        source.rows(f"CREATE TEMP TABLE step{k} AS {_step_query(name, f'step{k - 1}')}")
        ((people, median),) = source.rows(
            f"SELECT count(*), median(a.at - b.at) FROM step{k} AS a JOIN step{k - 1} AS b USING (who)"
        )
        steps.append(LogStep(name, people, None if median is None else round(median)))
    return tuple(steps)


def _step_query(name: str, before: str = "") -> str:
    """Return SQL for who reached a step, and when first: at or after the step before."""
    join = f"JOIN {before} AS b USING (who)" if before else ""
    after = "AND time_ms >= b.at" if before else ""
    return (
        f"SELECT who, min(time_ms) AS at FROM log {join} WHERE event_type = {literal(name)} "
        f"AND who IS NOT NULL AND time_ms IS NOT NULL {after} GROUP BY who"
    )


def _check_types(source: EventSource, names: Sequence[str]) -> None:
    seen = source.rows(
        f"SELECT DISTINCT event_type FROM log WHERE {one_of('event_type', names)}"
    )
    missing = [name for name in names if (name,) not in seen]
    if missing:
        types = [t.name for t in _counted(source, "event_type", 30)]
        hint = nearest_hint(missing[0], types)
        raise UsageError(
            f"--funnel {shown(missing[0])}: no event is of this type\n  accepted: {', '.join(types)}"
            + (f"\n  hint: {hint}" if hint else "")
        )
