"""Import of events of others into stores: staged, given ids, each once however often they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from footfall.errors import StoreError, UsageError
from footfall.foreign.event_source import EventSource
from footfall.foreign.open_events import open_events
from footfall.foreign.roles import Named
from footfall.refusals import refusal
from footfall.store.dialect import literal
from footfall.store.import_into import import_into, refused
from footfall.store.imported import COLUMNS
from footfall.store.whole_files import write_whole

BATCH_ROWS = 100_000
MOST_TOLD = 5
"""Bad lines that an error names."""
MOST_ASIDE = 1_000_000
"""Bad lines that are put aside: a file with more of them is another file than was meant."""
_FLAW_WORDS = {
    "seconds": "seconds since 1970",
    "milliseconds": "milliseconds since 1970",
    "microseconds": "finer than milliseconds",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """The balance of an import: events are new, were there, or repeat an id of the same file.

    Args:
        name: Of the destination, without a secret.
        events: Events in the file.
        new: Of these, how many were not there yet.
        repeated: How many have an id that an earlier one of the file has.
    """

    name: str
    events: int
    new: int
    repeated: int

    @property
    def known(self) -> int:
        """The number of those that were there before."""
        return self.events - self.new - self.repeated


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome of an import.

    Args:
        taken: What was taken for what; empty where names are ours.
        notes: What else is to be said of the events, in sentences.
        bad: Lines that are no events, and were put aside.
        stores: The balance of each destination.
    """

    taken: str
    notes: tuple[str, ...]
    bad: int
    stores: tuple[Imported, ...]


def import_log(
    events: str | Path,
    targets: Sequence[tuple[str, str]],
    *,
    named: Named | None = None,
    skip_bad: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ImportResult:
    """Take events of others over into stores: each store gets all of them, or nothing.

    Args:
        events: As `open_events` takes them.
        targets: (name, address of the store) of each destination.
        named: Columns that somebody named.
        skip_bad: Where lines that are no events are put aside; None refuses the file for one.
        progress: Told of a destination how many of how many events it has got.

    Raises:
        UsageError: A destination takes none, or a line is no event; nothing was sent.
        StoreError: A store cannot be written; those before it have everything.
    """
    takers = [(name, address, import_into(address)) for name, address in targets]
    for name, _, taker in takers:
        if taker is None:
            raise refused(str(events), name)
    with open_events(events, named=named, is_whole=True) as source:
        bad = _stage(source, skip_bad)
        ((n, repeated),) = source.rows(
            "SELECT (SELECT count(*) FROM staged WHERE reason IS NULL), "
            "(SELECT count(*) FROM again WHERE NOT is_made)"
        )
        stores = []
        for name, _, taker in takers:
            assert taker is not None
            new = taker(_reader(source, name, n, progress))
            stores.append(Imported(name, n, new, repeated))
        return ImportResult(source.taken, tuple(_notes(source)), bad, tuple(stores))


# --- staging ---------------------------------------------------------------------------------------------------------


def _stage(source: EventSource, skip_bad: Path | None) -> int:
    """Make the table `staged` of events with ids; return how many lines are none.

    Raises:
        UsageError: One is none, and nobody said where to put it.
    """
    place = "part" if source.form == "lines" else "file"
    properties = "to_json(ep)" if source.properties["ep"] is not None else "ep"
    source.rows(f"""
        CREATE TABLE staged AS
        SELECT *, coalesce(given, md5(event)) AS id FROM (
            SELECT {place} AS place, line, nullif(insert_id, '') AS given, event_type, time_ms, user_id, device_id,
                session_text, CAST({properties} AS VARCHAR) AS properties, CAST(event AS VARCHAR) AS event,
                time_flaw, endless, {_reason()} AS reason
            FROM e)""")
    # An id of one's own belongs to one event; a row without one may well be there twice, and is
    # two events then.
    source.rows("""
        CREATE TABLE again AS
        SELECT r, k, is_made FROM (
            SELECT rowid AS r, given IS NULL AS is_made, row_number() OVER (PARTITION BY id ORDER BY rowid) AS k
            FROM staged
            SEMI JOIN (SELECT id FROM staged WHERE reason IS NULL GROUP BY id HAVING count(*) > 1) USING (id)
            WHERE reason IS NULL)
        WHERE k > 1""")
    bad = "SELECT place, line, reason, event AS text FROM staged WHERE reason IS NOT NULL"
    if source.form == "lines":
        bad += " UNION ALL SELECT part, line, reason, text FROM bad"
    ((n_bad,),) = source.rows(f"SELECT count(*) FROM ({bad})")
    if skip_bad is not None:
        _put_aside(source, f"{bad} ORDER BY place, line LIMIT {MOST_ASIDE}", skip_bad)
    elif n_bad:
        raise _refused(source, f"{bad} ORDER BY place, line LIMIT {MOST_TOLD}", n_bad)
    return int(n_bad)


def _reason() -> str:
    """Return SQL for what keeps a row from being an event; null for nothing."""
    texts = ("event_type", "user_id", "device_id", "insert_id", "session_text")
    has_zero = " OR ".join(f"contains({text}, chr(0))" for text in texts)
    whole = "CAST(event AS VARCHAR)"
    return f"""CASE WHEN is_nameless THEN 'it has no event type' WHEN time_flaw = 'missing' THEN 'it has no time'
        WHEN time_ms IS NULL THEN concat('its time is none: ', left(time_text, 40))
        WHEN contains({whole}, '\\u0000') OR {has_zero} THEN 'it holds a zero character, which no store can hold' END"""


def _place(source: EventSource, place: int | str) -> str:
    if source.form == "lines":
        part = source.parts[int(place)]
        return source.name if part == Path(source.name).name else f"{source.name}: {part}"
    return str(place)


def _refused(source: EventSource, bad: str, n_bad: int) -> UsageError:
    told = [
        f"  {_place(source, place)}:{line}: {reason}"
        for place, line, reason, _ in source.rows(bad)
    ]
    more = [f"  … and {n_bad - len(told):,} more"] if n_bad > len(told) else []
    what = "1 line is no event" if n_bad == 1 else f"{n_bad:,} lines are no events"
    return UsageError(
        "\n".join(
            [
                f"{source.name}: {what}; nothing was changed",
                *told,
                *more,
                "  accepted: an event per line, with an event type and a time (2026-01-31T08:00:00Z, or since 1970)",
                "  hint: --skip-bad FILE puts such lines aside, and sends the others",
            ]
        )
    )


def _put_aside(source: EventSource, bad: str, target: Path) -> None:
    """Write bad lines to a file of NDJSON, each with its place and the reason.

    Raises:
        UsageError: There is a file that holds something else.
    """
    if target.exists() and not _is_ours(target):
        raise UsageError(
            f"--skip-bad {target}: there is such a file already, with something else in it\n"
            "  hint: name another one"
        )
    lines = (
        json.dumps(
            {"file": _place(source, place), "line": line, "reason": reason, "text": text},
            ensure_ascii=False,
        )
        for place, line, reason, text in source.rows(bad)
    )
    try:
        write_whole(target, "".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    except OSError as error:
        place = f"--skip-bad {target}"
        raise refusal(error, place, "nothing was changed") or StoreError(
            f"{place}: {error}"
        ) from None


def _is_ours(target: Path) -> bool:
    with target.open("rb") as file:
        begin = file.readline(1 << 20)
    try:
        return not begin or {"line", "reason", "text"} <= json.loads(begin).keys()
    except (ValueError, AttributeError):
        return False


# --- handing over ----------------------------------------------------------------------------------------------------


def _reader(
    source: EventSource, name: str, n: int, progress: Callable[[str, int, int], None] | None
) -> pa.RecordBatchReader:
    log = literal(Path(source.name).name)
    rows = source.connection.sql(f"""
        SELECT CASE WHEN k IS NULL THEN id ELSE concat(id, '-', k) END AS insert_id, event_type,
            epoch_ms(time_ms) AS time, user_id, device_id, session_text AS session_id, {log} AS log,
            properties AS event_properties, event
        FROM staged LEFT JOIN again ON staged.rowid = again.r
        WHERE reason IS NULL AND coalesce(is_made, true)""").to_arrow_reader(BATCH_ROWS)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in rows:
            yield _fitted(batch)
            done += batch.num_rows
            if progress is not None:
                progress(name, done, n)

    return pa.RecordBatchReader.from_batches(COLUMNS, batches())


def _fitted(batch: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [
        column.cast(field.type, safe=False)
        for column, field in zip(batch.columns, COLUMNS, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)


def _notes(source: EventSource) -> Iterator[str]:
    """Yield what is to be said of times that were understood, but are not what was expected."""
    wanted = "" if source.is_foreign else " where milliseconds are expected"
    for flaw, n, first in source.rows(
        "SELECT time_flaw, count(*), min(line) FROM staged WHERE time_flaw IS NOT NULL "
        "AND reason IS NULL GROUP BY 1 ORDER BY 1"
    ):
        if flaw in _FLAW_WORDS:
            where = f", the first in line {first}" if first is not None else ""
            times = "1 time is" if n == 1 else f"{n:,} times are"
            yield f"{times} {_FLAW_WORDS[flaw]}{wanted}, and taken as such{where}"
    ((n, first),) = source.rows(
        "SELECT count(*), min(line) FROM staged WHERE endless AND reason IS NULL"
    )
    if n:
        holds = "1 event holds" if n == 1 else f"{n:,} events hold"
        yield (
            f"{holds} NaN or an infinite number, which no JSON can say: taken as missing values, "
            f"the first in line {first}"
        )
