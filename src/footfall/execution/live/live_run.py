"""`footfall.live`: people act now, and their events are delivered when they happen."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from footfall.errors import UsageError
from footfall.execution.live.checkpoint import Checkpoints
from footfall.execution.live.live_task import LiveOptions, LiveResult, LiveTask
from footfall.execution.live.stats import Watch, watch_nothing
from footfall.execution.pipeline import SPILL_BYTES
from footfall.execution.previous import stored_run
from footfall.execution.result import raise_first
from footfall.execution.setup import (
    AnyScenario,
    RunParameters,
    Settings,
    Setup,
    WholeNumber,
    set_up,
)
from footfall.net.clock import Clock, SystemClock
from footfall.sinks import Sink, parse_all
from footfall.units.zones import zone


def live(
    scenario: AnyScenario,
    *,
    to: str | Sink | Sequence[str | Sink],
    speed: float = 1.0,
    for_s: float | None = None,
    max_time_s: float | None = None,
    rate_limit: float | None = None,
    catch_up: bool | None = None,
    people: WholeNumber | None = None,
    start: str | dt.date | None = None,
    seed: WholeNumber = 1,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
    watch: Watch = watch_nothing,
    clock: Clock | None = None,
    checkpoints: Path | None = None,
    spill_bytes: int = SPILL_BYTES,
    check: bool = True,
) -> LiveResult:
    """Let people act now, and deliver their events when they happen.

    Example:
        >>> result = footfall.live("ecommerce", to="duckdb:live.duckdb", speed=3600, for_s=1)
        >>> result.is_finished
        True

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        to: Where to, as for `run`; or several.
        speed: Simulated seconds per second.
        for_s: How much of people's time to deliver: seconds at this speed, which take longer where
            a sink or `rate_limit` is slow; None runs until it is stopped.
        max_time_s: Seconds by the clock after which it is stopped, as by `stop`.
        rate_limit: Events per second at most.
        catch_up: Deliver at once what has happened between the sinks' cursors and now, then go
            on with the clock; else time goes on at the cursors. None does so at speed 1.
        people, seed, settings: As for `run`.
        start: First day; None takes that of the run of this scenario and seed that a sink
            holds, else today.
        stop: When set, what is in flight is finished and the run ends; running again continues.
        watch: Called about once a second with the status.
        clock: Another clock, for tests.
        checkpoints: Folder for checkpoints, so that going on needs no replay; None is
            `.footfall-live` here.
        spill_bytes: Of several sinks, how much may wait in files for a slow one before the
            others wait too.
        check: Raise what has gone wrong in a sink, once this ends; else it stands in the
            result.

    Raises:
        UsageError, ScenarioError: The arguments or the scenario cannot be used.
        StoreError, SinkError: A sink cannot be opened, or has failed while others went on;
            what it has is kept.
    """
    return live_with(
        scenario,
        RunParameters.of(people=people, start=start, seed=seed, settings=settings),
        parse_all(to),
        LiveOptions(speed, for_s, max_time_s, rate_limit, catch_up, spill_bytes),
        stop=stop,
        watch=watch,
        clock=clock,
        checkpoints=checkpoints,
        check=check,
    )


def live_with(
    scenario: AnyScenario,
    parameters: RunParameters,
    sinks: Sequence[Sink],
    options: LiveOptions,
    *,
    stop: threading.Event | None = None,
    watch: Watch = watch_nothing,
    clock: Clock | None = None,
    checkpoints: Path | None = None,
    check: bool = True,
) -> LiveResult:
    """Deliver live to sinks that are made already; arguments are those of `live`."""
    ready = _set_up(scenario, sinks, parameters)
    clock = clock or SystemClock()
    kept = Checkpoints(ready.run.id, clock, checkpoints)
    task = LiveTask(ready.engine, ready.run, sinks, ready.scenario.time_zone, clock, kept)
    if options.catches_up:
        _check_begun(ready, clock)
    result = task.drive(options, stop or threading.Event(), watch)
    if check:
        raise_first(result.sinks)
    return result


def _set_up(scenario: AnyScenario, sinks: Sequence[Sink], parameters: RunParameters) -> Setup:
    """Return the stream that a sink holds already, or a new one from today on."""
    if parameters.start is not None:
        return set_up(scenario, parameters)
    found = stored_run(scenario, sinks, parameters)
    return found or set_up(scenario, replace(parameters, start="today"))


def _check_begun(ready: Setup, clock: Clock) -> None:
    """Check that a run that is to be where the clock is begins in the past.

    Raises:
        UsageError: It begins later: what has not happened yet would be delivered now.
    """
    start_ms = ready.run.stream.start_ms
    if start_ms > clock.wall_ms():
        first = dt.datetime.fromtimestamp(
            start_ms / 1000, zone(ready.scenario.time_zone)
        ).date()
        raise UsageError(
            f"the run begins on {first}, which has not come\n"
            "  accepted at the clock's own pace: today, or a day before\n"
            "  hint: --no-catch-up lets people's time begin there now; --speed 60 does too, an hour in a minute"
        )
