"""`footfall.run`: the parts that sinks lack are simulated, delivered and accounted for."""

from __future__ import annotations

import datetime as dt
import pickle
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Literal

from footfall.data.stream import Run
from footfall.execution.engine import Engine
from footfall.execution.forecast import forecast_lines
from footfall.execution.pipeline import SPILL_BYTES, Pipeline, QueuedPart, halt
from footfall.execution.pool import default_workers, results_of
from footfall.execution.progress import watcher_for
from footfall.execution.result import RunResult
from footfall.execution.schedule import Schedule, make_schedule
from footfall.execution.setup import AnyScenario, RunParameters, Settings, WholeNumber, set_up
from footfall.execution.task import Job, PartResult
from footfall.execution.time_order import in_time_order
from footfall.sinks import Cursors, Sink, parse_all
from footfall.sinks.protocol import Forecasts
from footfall.units import DAY_MS

Order = Literal["part", "time"]
DEFAULT_SINK = "duckdb:footfall.duckdb"
SMALL_PERSON_DAYS = 200_000
"""Smaller runs are faster in this process alone: workers take 0.4 s to start (measured)."""


def run(
    scenario: AnyScenario,
    *,
    to: str | Sink | Sequence[str | Sink] = DEFAULT_SINK,
    people: WholeNumber | None = None,
    days: WholeNumber | None = None,
    start: str | dt.date | None = None,
    seed: WholeNumber = 1,
    settings: Settings | None = None,
    workers: WholeNumber | None = None,
    order: Order = "part",
    fresh: bool = False,
    spill_bytes: int = SPILL_BYTES,
    progress: bool = False,
    stop: threading.Event | None = None,
    check: bool = True,
) -> RunResult:
    """Simulate a scenario and write its events.

    The same run again into the same sink continues it if it is incomplete, and does nothing if
    it is complete.

    Example:
        >>> result = footfall.run("ecommerce", to="parquet:shop", people=500, days=7)
        >>> result.is_finished, result.events, result.sinks[0].accepted
        (True, 1511, 1511)

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        to: Where to: `duckdb:FILE`, `parquet:DIR`, `ndjson:FILE`, `csv:FILE`, `json:FILE`,
            `-`; or several.
        people: Scales the number of people, 10_000 or `"10k"`; None keeps the scenario's.
        days: Length; None keeps the scenario's.
        start: First day: a date, or `now-30d`; None keeps the scenario's.
        seed: From 0 to 2**63 - 1; another seed, other people.
        settings: Values to replace in the scenario: path of the key → value.
        workers: Processes that simulate; None takes one per processor, or none besides this
            one for small runs.
        order: `time` writes everybody's events in one order of time, which needs memory for
            all people at once.
        fresh: Remove what the sinks have of this run, and begin anew.
        spill_bytes: Of several sinks, how much may wait in files for a slow one before the
            others wait too.
        progress: Show on standard error warnings of the scenario, what to expect of a large run
            and, if that is a terminal or this is a notebook, a bar and a line per sink.
        stop: When set, what is in flight is finished and the run ends; running again continues.
        check: Raise what has gone wrong in a sink, once the others have got everything; else
            it stands in the result.

    Raises:
        UsageError, ScenarioError: The arguments or the scenario cannot be used; nothing was
            written.
        StoreError, SinkError: A sink cannot be written; what it has is kept.
    """
    parameters = RunParameters.of(
        people=people, days=days, start=start, seed=seed, settings=settings, workers=workers
    )
    return run_with(
        scenario,
        parameters,
        parse_all(to),
        order=order,
        fresh=fresh,
        spill_bytes=spill_bytes,
        progress=progress,
        stop=stop,
        check=check,
    )


def run_with(
    scenario: AnyScenario,
    parameters: RunParameters,
    sinks: Sequence[Sink],
    *,
    order: Order = "part",
    fresh: bool = False,
    spill_bytes: int = SPILL_BYTES,
    progress: bool = False,
    stop: threading.Event | None = None,
    check: bool = True,
) -> RunResult:
    """Simulate a scenario into sinks that are made already; arguments are those of `run`."""
    ready = set_up(scenario, parameters)
    # Before anything is simulated: what they warn of may be why that takes so long.
    for warning in ready.warnings if progress else ():
        sys.stderr.write(f"warning: {warning}\n")
    return Drive(
        ready.engine,
        ready.run,
        sinks,
        time_zone=ready.scenario.time_zone,
        fresh=fresh,
        in_time_order=order == "time",
        n_workers=parameters.workers,
        progress=progress,
        spill_bytes=spill_bytes,
        stop=stop or threading.Event(),
    ).drive(check=check)


class Drive:
    """One run into its sinks.

    sinks opened → parts planned by their cursors → parts simulated and put into a pipeline per
    sink → sinks closed, whatever happens on the way.
    """

    def __init__(
        self,
        engine: Engine,
        run: Run,
        sinks: Sequence[Sink],
        *,
        stop: threading.Event,
        time_zone: str = "UTC",
        fresh: bool = False,
        in_time_order: bool = False,
        n_workers: int | None = None,
        spill_bytes: int = SPILL_BYTES,
        progress: bool = False,
    ) -> None:
        self._engine, self._run, self._sinks = engine, run, sinks
        self._fresh, self._in_time_order, self._n_workers = fresh, in_time_order, n_workers
        self._progress, self._stop, self._time_zone, self._spill_bytes = (
            progress,
            stop,
            time_zone,
            spill_bytes,
        )

    def drive(self, *, check: bool = True) -> RunResult:
        """Deliver all parts that sinks lack.

        Args:
            check: Raise what has gone wrong in a sink; else it stands in the result.
        """
        begun = time.perf_counter()
        # First of all: an open sink holds connections, files and locks, which cannot be
        # pickled.
        encoders = self._encoders()
        pipelines = self._pipelines()
        result = RunResult(
            self._run, self._time_zone, [pipeline.balance for pipeline in pipelines]
        )
        try:
            # A sink's place here is its number everywhere: in the plan, among encoders, in
            # `given_up`.
            cursors = tuple(
                pipeline.open(self._run, fresh=self._fresh) for pipeline in pipelines
            )
            plan = self._plan(cursors, result)
            self._tell_forecast(result)
            self._work_off(
                Job(self._engine, self._run.id, plan, encoders, self._in_time_order),
                pipelines,
                result,
            )
        # After a second Ctrl-C as well: each sink is closed behind the part it is at, then the
        # error goes on.
        except BaseException as problem:
            halt(pipelines, problem)
            raise
        # All pipelines have been joined, so no thread changes these balances any more.
        result.is_finished = all(sink.is_complete for sink in result.sinks)
        result.seconds = time.perf_counter() - begun
        return result.checked() if check else result

    def _encoders(self) -> tuple[Sink | None, ...]:
        """Return copies of the sinks, made before they open; None for those that encode here."""
        return tuple(
            pickle.loads(pickle.dumps(s)) if s.placement == "worker" else None  # noqa: S301
            for s in self._sinks
        )

    def _pipelines(self) -> list[Pipeline]:
        """Return a pipeline per sink.

        A sink alone gets no spill: simulating ahead of it would only fill the disk.
        """
        spill_bytes = self._spill_bytes if len(self._sinks) > 1 else 0
        return [
            Pipeline(sink, stop=self._stop, spill_bytes=spill_bytes) for sink in self._sinks
        ]

    def _plan(self, cursors: tuple[Cursors, ...], result: RunResult) -> Schedule:
        plan = make_schedule(
            self._engine, self._run.until_ms, cursors, in_time_order=self._in_time_order
        )
        for place, balance in enumerate(result.sinks):
            plan.check_layout(place, balance.name)
            # Before the first part is put: `Pipeline.wants_more` asks for it.
            balance.before = plan.state_of(place)
        return plan

    def _tell_forecast(self, result: RunResult) -> None:
        if not self._progress:
            return
        # The forecast is of whole runs, so it is for sinks that begin with nothing.
        new = [
            sink
            for sink, balance in zip(self._sinks, result.sinks, strict=True)
            if balance.before == "new"
        ]
        for line in forecast_lines(self._engine, self._run, new):
            sys.stderr.write(f"{line}\n")
        for sink in self._sinks:
            if isinstance(sink, Forecasts):
                sink.forecast()

    def _work_off(self, job: Job, pipelines: Sequence[Pipeline], result: RunResult) -> None:
        result.n_workers = self._n_workers or _fitting_workers(self._run, job.plan)
        # A group belongs to one worker, so more workers than groups would have nothing to do.
        part_results = results_of(
            job, min(result.n_workers, max(job.plan.n_groups, 1)), self._stop
        )
        with watcher_for(
            job.plan, self._run.people, pipelines, is_wanted=self._progress
        ) as watcher:
            done = -1
            with (
                # A generator that is left early is closed here, not when it is collected some
                # day: its end kills the worker processes.
                closing(part_results),
                closing(
                    in_time_order(job, part_results) if self._in_time_order else part_results
                ) as ordered,
            ):
                for part_result in ordered:
                    watcher.made(part_result.step, part_result.n_events)
                    self._hand_over(part_result, pipelines, result)
                    done = part_result.step.number
                    # Else this name would keep the chunk while the next one is made.
                    del part_result
                    job.given_up.update(
                        place for place, of in enumerate(pipelines) if not of.wants_more
                    )
                    # No sink takes anything more, so what would still be simulated is for
                    # nobody.
                    if len(job.given_up) == len(pipelines):
                        break
            result.is_simulated = done == job.plan.n_steps - 1
            for pipeline in pipelines:
                # All are told before any is waited for: they empty their queues side by side.
                pipeline.end(has_all=result.is_simulated)
            for pipeline in pipelines:
                pipeline.join()

    def _hand_over(
        self, part_result: PartResult, pipelines: Sequence[Pipeline], result: RunResult
    ) -> None:
        result.events += part_result.n_events
        result.parts += 1
        result.tallies.add(part_result.tallies)
        for place, prepared in zip(part_result.step.sinks, part_result.prepared, strict=True):
            chunk = part_result.chunk if prepared is None else None
            if (
                prepared is None and chunk is None
            ):  # the sink is given up: it was made, and is pending
                result.sinks[place].generated += part_result.n_events
                continue
            pipelines[place].put(
                QueuedPart(part_result.step.number, part_result.n_events, prepared, chunk)
            )


def _fitting_workers(run: Run, plan: Schedule) -> int:
    days = (run.until_ms - run.stream.start_ms) // DAY_MS
    return 1 if run.people * days < SMALL_PERSON_DAYS else default_workers(plan.n_groups)
