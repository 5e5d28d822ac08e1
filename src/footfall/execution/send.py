"""`footfall.send`: a stored run is delivered, part by part, in place of a simulation."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from footfall.data.tallies import Tallies
from footfall.errors import StoreError, UsageError
from footfall.execution.batch import Drive
from footfall.execution.pipeline import SPILL_BYTES
from footfall.execution.resend import holds_dead_letters
from footfall.execution.result import RunResult
from footfall.execution.stored_engine import StoredEngine
from footfall.sinks import Sink, parse_all
from footfall.sinks.protocol import capabilities_of
from footfall.store import RunInfo, Store, open_store
from footfall.store.files.event_file import is_event_file, open_event_file
from footfall.store.runs import named


def send(
    store: str | Path,
    *,
    to: str | Sink | Sequence[str | Sink],
    run: str | None = None,
    from_ms: int | None = None,
    until_ms: int | None = None,
    spill_bytes: int = SPILL_BYTES,
    progress: bool = False,
    stop: threading.Event | None = None,
    check: bool = True,
) -> RunResult:
    """Deliver a stored run.

    The same command again continues it if it was stopped, and does nothing if all is delivered.

    Example:
        >>> result = footfall.send("parquet:shop", to="ndjson:shop.ndjson")
        >>> result.is_finished, result.sinks[0].accepted
        (True, 1511)

    Args:
        store: A DuckDB file, a folder of Parquet files, a PostgreSQL database, or an NDJSON
            file, which holds events alone.
        to: Where to, as for `run`; or several.
        run: Id of the run, or its beginning; None takes the one asked for last.
        from_ms, until_ms: Only what happened in this span, ms since the epoch, UTC; None for
            all.
        spill_bytes: Of several sinks, how much may wait in files for a slow one before the
            others wait too.
        progress: Show a bar, and a line per sink, on standard error if that is a terminal.
        stop: When set, what is in flight is finished; the same again continues.
        check: Raise what has gone wrong in a sink, once the others have got everything; else
            it stands in the result.

    Raises:
        UsageError: There is no such run, the span holds nothing of it, or these are dead
            letters.
        StoreError, SinkError: The store cannot be read, or a sink cannot be written; what it
            has is kept.
    """
    sinks = parse_all(to)
    with _source(store) as source:
        info = _chosen(source, run)
        engine = StoredEngine.of(source, info, from_ms, until_ms)
        _check(sinks, info, source)
        if is_event_file(store):
            _warn_of_events_alone(sinks, source)
        drive = Drive(
            engine,
            engine.run,
            sinks,
            stop=stop or threading.Event(),
            # The store is open in this process, and its connection cannot be pickled.
            n_workers=1,
            spill_bytes=spill_bytes,
            progress=progress,
        )
        return drive.drive(check=check)


def _source(where: str | Path) -> Store:
    """Open what is to be delivered.

    Raises:
        UsageError: Events cannot be read from it, or it holds dead letters.
    """
    if holds_dead_letters(where):
        raise UsageError(
            f"{where} holds dead letters\n  hint: footfall.send_dead_letters sends them again"
        )
    if is_event_file(where):
        return open_event_file(where)
    store = open_store(where)
    if not store.has_rows:
        name = store.name
        store.close()
        raise UsageError(
            f"{name} cannot be read back\n"
            "  accepted: a DuckDB file, a folder of Parquet files, a PostgreSQL database, an NDJSON file\n"
            "  hint: the same run can be made again: footfall run … --to …"
        )
    return store


def _chosen(source: Store, run: str | None) -> RunInfo:
    infos = source.runs()
    if run is not None:
        return named(infos, run)
    if not infos:
        raise UsageError(f"{source.name} holds no runs")
    return infos[-1]


def _check(sinks: Sequence[Sink], info: RunInfo, source: Store) -> None:
    """Check that no sink holds a simulated part of the run: its tallies would be mixed.

    Raises:
        UsageError: One does, or is the source itself.
    """
    for sink in sinks:
        if _is_at(sink, source):
            raise UsageError(
                f"{sink.name} is where the run comes from\n  hint: name another sink"
            )
        have = _stored(sink, info.id)
        if have is not None and _is_simulated(*have, source):
            raise UsageError(
                f"{sink.name} holds a part of run {info.id} that was simulated\n"
                "  hint: finish it with the command that began it; `send` continues only what `send` began"
            )


def _is_simulated(info: RunInfo, counted: Tallies, source: Store) -> bool:
    """Return whether an incomplete run in a sink was simulated there."""
    # `send` brings the counts last of all. Where they are those of the whole, it was stopped
    # behind its last part, and only has to note that all is there.
    is_part = not info.is_complete and bool(counted.cities)
    return is_part and counted != source.tallies(info.id)


def _is_at(sink: Sink, source: Store) -> bool:
    """Return whether a sink is the store itself, however its path is written."""
    can = capabilities_of(sink)
    if can.path is not None:
        return can.path.resolve() == Path(source.name).resolve()
    return can.store == source.name


def _warn_of_events_alone(sinks: Sequence[Sink], source: Store) -> None:
    """Warn that a file of events has no arrivals and changes, where a sink keeps profiles."""
    for sink in sinks:
        if capabilities_of(sink).keeps_profiles:
            sys.stderr.write(
                f"{source.name} holds events alone: user properties stay as they are in {sink.name}\n"
            )


def _stored(sink: Sink, run: str) -> tuple[RunInfo, Tallies] | None:
    address = capabilities_of(sink).store
    if address is None:
        return None
    try:
        with open_store(address) as store:
            found = next((info for info in store.runs() if info.id == run), None)
            return None if found is None else (found, store.tallies(run))
    except StoreError:
        return None  # there is none yet; what is really wrong is said when the sink is opened
