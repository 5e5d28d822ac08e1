"""`footfall.resume`: continue runs that were stopped, from the scenario stored with them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.errors import ScenarioError, UsageError
from footfall.execution.batch import Drive
from footfall.execution.previous import again
from footfall.execution.result import RunResult
from footfall.execution.setup import Setup
from footfall.sinks import parse
from footfall.store import RunInfo, open_store
from footfall.store.runs import named

if TYPE_CHECKING:
    from footfall.scenario.records import Scenario


def resume(
    store: str | Path,
    *,
    run: str | None = None,
    progress: bool = False,
    stop: threading.Event | None = None,
    check: bool = True,
) -> list[RunResult]:
    """Continue the runs of a store that are not complete.

    Example:
        >>> footfall.resume("parquet:shop")  # every run in it is complete
        []

    Args:
        store: A DuckDB file, a folder of Parquet files, a PostgreSQL database, or a single
            file.
        run: Id of one, or its beginning; None takes all.
        progress: Show a bar on standard error if that is a terminal.
        stop: When set, what is in flight is finished; the same again continues.
        check: Raise what has gone wrong with the store; else it stands in the result, and the
            next run is tried.

    Returns:
        One result per run that was not complete.

    Raises:
        UsageError: There is no run of that id; or a run's scenario has other files or has
            changed, so the command that began it is needed.
        StoreError: The store cannot be read or written.
    """
    # Closed again before a run goes on: its sink opens the same store, and locks it.
    with open_store(store) as opened:
        runs = opened.runs()
    infos = runs if run is None else [named(runs, run)]
    stopped = stop or threading.Event()
    return [
        _continue(store, info, progress, stopped, check)
        for info in infos
        if not info.is_complete
        # After a Ctrl-C in one run those behind it are not begun.
        if not stopped.is_set()
    ]


def _continue(
    store: str | Path, info: RunInfo, progress: bool, stop: threading.Event, check: bool
) -> RunResult:
    ready = _set_up(info)
    drive = Drive(
        ready.engine,
        # The run as it is stored: its end and its settings, not those of today's command.
        info.run,
        [parse(_spec(store))],
        time_zone=ready.scenario.time_zone,
        progress=progress,
        stop=stop,
    )
    return drive.drive(check=check)


def _spec(store: str | Path) -> str:
    """Return a store as it is written after `--to`: a folder is one of Parquet files."""
    path = Path(store)
    return (
        f"parquet:{store}"
        if path.is_dir()
        else str(store)
        if ":" in str(store) or path.suffix
        else f"duckdb:{store}"
    )


def _set_up(info: RunInfo) -> Setup:
    """Compile the scenario of a run.

    Raises:
        UsageError: What comes out is another stream.
    """
    try:
        ready = again(_scenario(info), info)
    except (ScenarioError, UsageError) as problem:
        raise _needs_command(info) from problem
    if ready.run.id != info.id:
        raise _needs_command(info)
    return ready


def _scenario(info: RunInfo) -> str | Scenario:
    """Return the name of a shipped scenario, or what the stored text says."""
    from footfall.execution.previous import OWN
    from footfall.scenario.loading import loads, shipped

    if info.scenario in shipped():
        return info.scenario
    settings = [f"{key}={value}" for key, value in info.run.settings.items() if key not in OWN]
    return loads(info.run.scenario_text, info.scenario, settings=settings)


def _needs_command(info: RunInfo) -> UsageError:
    return UsageError(
        f"run {info.id} of {info.scenario} cannot be continued from what is stored: its scenario reads other files,\n"
        "  or was made by another version\n"
        "  hint: give the command that began it again; it continues where the run stands"
    )
