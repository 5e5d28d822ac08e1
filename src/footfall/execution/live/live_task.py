"""The task of a live run: windows are simulated ahead, and delivered when they are due."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from footfall.data.stream import Run
from footfall.errors import UsageError
from footfall.execution.engine import LiveEngine
from footfall.execution.live.checkpoint import Checkpoints, PopulationSnapshot
from footfall.execution.live.population import LivePopulation
from footfall.execution.live.producer import LiveProducer, ProducedWindow
from footfall.execution.live.simulated_clock import Deadline, LagHistogram, SimulatedClock
from footfall.execution.live.stats import DueWindow, LiveStats, LiveStatus, Watch
from footfall.execution.pipeline import SPILL_BYTES, Pipeline, QueuedPart, halt
from footfall.execution.result import Balance
from footfall.execution.schedule import is_torn
from footfall.net.clock import Clock
from footfall.net.rate_limit import RateLimit
from footfall.sinks import Cursors, Sink
from footfall.sinks.protocol import EVERYBODY, stands_at

WINDOW_S = 0.2
"""Length of a window by the clock: what sinks do once per part, they do five times a second."""
_NAP_S = 0.25
"""Longest sleep between two looks at whether the user has stopped the run."""


@dataclass(slots=True)
class LiveResult:
    """The result of a live run.

    Args:
        run: With the end that every sink has reached that has not failed.
        time_zone: The scenario's.
        began_ms: Simulated time at which this call went on.
        sinks: One balance per sink, of this call.
        lags: Per sink: lags of the events that were due while this ran.
        events: Delivered to every sink that has not failed.
        seconds: Duration of the delivery, without the replay.
        is_finished: All sinks have reached the end that was asked for.
    """

    run: Run
    time_zone: str
    began_ms: int
    sinks: list[Balance]
    lags: list[LagHistogram] = field(default_factory=list, repr=False)
    events: int = 0
    seconds: float = 0.0
    is_finished: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether no event was refused, now or before, and no sink has failed."""
        return all(
            sink.rejected == sink.dead_letters == 0 and sink.problem is None
            for sink in self.sinks
        )


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Options of a live run: how time passes, and how much may wait; see `live`."""

    speed: float = 1.0
    for_s: float | None = None
    max_time_s: float | None = None
    rate_limit: float | None = None
    catch_up: bool | None = None
    spill_bytes: int = SPILL_BYTES

    @property
    def catches_up(self) -> bool:
        """Whether what happened between the sinks' cursors and now is delivered at once."""
        return self.speed == 1.0 if self.catch_up is None else self.catch_up

    def __post_init__(self) -> None:
        for name, value in (
            ("speed", self.speed),
            ("for", self.for_s),
            ("max time", self.max_time_s),
            ("rate limit", self.rate_limit),
        ):
            if value is not None and not 0 < value < 1e9:
                raise UsageError(f"a {name} of {value:g}\n  accepted: a number above 0")


class LiveTask:
    """One live run into its sinks.

    cursors read → sinks opened → the past replayed, or loaded from a checkpoint → windows
    simulated ahead by the producer's thread, and put into a pipeline per sink when they are
    due → sinks closed → each marked as complete up to where it has got.
    """

    _pipelines: list[Pipeline]
    _stats: LiveStats
    _result: LiveResult

    def __init__(
        self,
        engine: LiveEngine,
        run: Run,
        sinks: Sequence[Sink],
        time_zone: str,
        clock: Clock,
        checkpoints: Checkpoints,
    ) -> None:
        self._engine, self._run, self._sinks, self._clock = engine, run, sinks, clock
        self._time_zone, self._checkpoints = time_zone, checkpoints

    def drive(self, options: LiveOptions, stop: threading.Event, watch: Watch) -> LiveResult:
        """Deliver until the end, or until `stop` is set; problems of sinks stand in the result."""
        stop = Deadline(stop, self._clock, options.max_time_s)
        # Copies before the first `open`: an open sink holds connections, which cannot be copied.
        encoders = [
            copy.deepcopy(sink) if sink.placement == "worker" else None for sink in self._sinks
        ]
        positions = self._positions()
        self._prepare(positions, options, stop, watch)
        try:
            # The end is unknown yet. The shortest one, since a sink that has got further keeps its own.
            running = self._reaching(self._result.began_ms + 1)
            for pipeline in self._pipelines:
                pipeline.open(running, fresh=False)
            with suppress(_StoppedError):
                population = self._population(
                    self._result.began_ms, lambda share: self._on_replayed(share, stop, watch)
                )
                self._deliver(population, encoders, positions, options, stop)
            # A second time, for a run that is stopped in its replay; ended pipelines ignore it.
            self._end()
        except BaseException as problem:
            halt(self._pipelines, problem)
            raise
        finally:
            self._checkpoints.close()
        self._mark_all_complete()
        return self._result

    def _prepare(
        self,
        positions: Sequence[int],
        options: LiveOptions,
        stop: threading.Event,
        watch: Watch,
    ) -> None:
        """Make a pipeline per sink, the stats over them, and the result."""
        spill_bytes = options.spill_bytes if len(self._sinks) > 1 else 0
        self._pipelines = [
            Pipeline(
                sink,
                stop=stop,
                spill_bytes=spill_bytes,
                delivered=partial(self._delivered, place),
            )
            for place, sink in enumerate(self._sinks)
        ]
        for pipeline, position in zip(self._pipelines, positions, strict=True):
            pipeline.balance.before = (
                "incomplete" if position > self._engine.stream.start_ms else "new"
            )
        self._stats = LiveStats(self._clock, watch, self._pipelines, positions)
        balances = [pipeline.balance for pipeline in self._pipelines]
        self._result = LiveResult(
            self._run, self._time_zone, min(positions), balances, self._stats.lags
        )

    def _delivered(self, place: int, _: QueuedPart) -> None:
        self._stats.delivered(place)

    def _population(self, at_ms: int, watch: Callable[[float], None]) -> LivePopulation:
        """Return the population at a time: from the checkpoint, or by replaying the past."""
        begun = self._clock.monotonic()
        saved = self._checkpoints.load(at_ms)
        try:
            population = self._begun(at_ms, watch, saved)
        except ValueError as problem:
            # Arrays that do not fit, as of another version, cost a replay and nothing else.
            self._checkpoints.warn(problem)
            population = self._begun(at_ms, watch, None)
        if self._checkpoints.is_worthwhile(self._clock.monotonic() - begun):
            self._checkpoints.write(population.snapshot())
            # It counts at once: `at_ms` is where the slowest sink stands.
            self._checkpoints.settle(at_ms)
        return population

    def _begun(
        self, at_ms: int, watch: Callable[[float], None], saved: PopulationSnapshot | None
    ) -> LivePopulation:
        return LivePopulation(
            self._engine,
            self._run.id,
            at_ms,
            watch,
            saved,
            self._clock,
            self._checkpoints.path.parent.parent,
        )

    def _save_if_due(self, population: LivePopulation) -> None:
        if self._checkpoints.is_due:
            self._checkpoints.write(population.snapshot())

    def _on_replayed(self, share: float, stop: threading.Event, watch: Watch) -> None:
        if stop.is_set():
            raise _StoppedError
        # A share of 1 would say that events are being delivered.
        watch(LiveStatus(self._result.began_ms, replayed=min(share, 0.999)))

    def _positions(self) -> list[int]:
        """Return, per sink, the time up to which it has everybody.

        Raises:
            UsageError: A sink's groups of people stand at different times.
        """
        first = replace(self._run, until_ms=self._engine.stream.start_ms + 1, people=0)
        positions = []
        for sink in self._sinks:
            cursors: Cursors = sink.open(first, fresh=False)
            sink.close(complete=False)
            if is_torn(self._engine, cursors):
                raise UsageError(
                    f"{sink.name} holds a part of this run, and not all people up to the same time\n"
                    "  hint: finish that run first, with the command that began it, then let it live"
                )
            positions.append(stands_at(cursors, EVERYBODY, self._engine.stream.start_ms))
        return positions

    def _deliver(
        self,
        population: LivePopulation,
        encoders: Sequence[Sink | None],
        positions: Sequence[int],
        options: LiveOptions,
        stop: threading.Event,
    ) -> None:
        begun = self._clock.monotonic()
        now_ms = (
            max(self._clock.wall_ms(), population.at_ms)
            if options.catches_up
            else population.at_ms
        )
        until_ms = (
            None
            if options.for_s is None
            else now_ms + int(options.for_s * options.speed * 1000)
        )
        simulated_clock, limit = (
            SimulatedClock(self._clock, now_ms, options.speed),
            RateLimit(self._clock, options.rate_limit or 0.0, burst_s=0.0),
        )
        producer = LiveProducer(
            population,
            encoders,
            positions,
            is_wanted=lambda place: self._pipelines[place].wants_more,
            width_ms=max(int(WINDOW_S * options.speed * 1000), 1),
            now_ms=simulated_clock.now_ms,
            until_ms=until_ms,
            after=self._save_if_due,
        )
        with producer, self._stats.begin(simulated_clock, lambda: producer.queued):
            for window in producer.windows(stop):
                if not self._wait_for(window, simulated_clock, limit, stop):
                    break
                self._hand_over(window, now_ms)
                limit.take(len(window.times_ms))
                # Of failed sinks as well: the next call goes on from where the slowest of all
                # stands.
                self._checkpoints.settle(min(self._stats.reached_ms))
                self._stats.look()
                if not any(pipeline.wants_more for pipeline in self._pipelines):
                    break
            # Within the context: emptying the queues may take a while, and the status shows it.
            self._end()
        self._result.events = self._stats.events
        self._result.seconds = self._clock.monotonic() - begun
        self._result.is_finished = (
            until_ms is not None and min(self._stats.reached_ms) >= until_ms
        )

    def _wait_for(
        self,
        window: ProducedWindow,
        simulated_clock: SimulatedClock,
        limit: RateLimit,
        stop: threading.Event,
    ) -> bool:
        """Wait until a window is due and the rate limit lets it go; False if stopped before."""
        while not stop.is_set():
            wait = max(simulated_clock.seconds_until(window.part.until_ms), limit.wait_s())
            if wait <= 0:
                return True
            self._clock.sleep(min(wait, _NAP_S), stop)
        return False

    def _hand_over(self, window: ProducedWindow, live_from_ms: int) -> None:
        """Put a window into the pipelines.

        With one sink alone, wait until it has the window: the producer then sees that windows
        come too late, and makes wider ones, which a slow sink takes faster than many narrow ones.
        """
        # What had happened before this call was late before it began: it has no lag of ours.
        times_ms = window.times_ms[window.times_ms >= live_from_ms]
        self._stats.take(
            DueWindow(window.part.until_ms, len(window.times_ms), times_ms), window.prepared
        )
        for place, prepared in window.prepared.items():
            chunk = window.chunk if prepared is None else None
            self._pipelines[place].put(
                QueuedPart(window.part.until_ms, len(window.times_ms), prepared, chunk)
            )
            self._stats.handed_over(place)
        if len(self._pipelines) == 1:
            self._pipelines[0].drain()

    def _end(self) -> None:
        """Have what waits delivered, unless the user has stopped the run; close the sinks."""
        for pipeline in self._pipelines:
            # Not complete yet: the end is known only now, see `_mark_all_complete`.
            pipeline.end(has_all=False)
        for pipeline in self._pipelines:
            pipeline.join()

    def _reaching(self, until_ms: int) -> Run:
        """Return the run as it is up to a time."""
        return replace(self._run, until_ms=until_ms, people=self._engine.people_until(until_ms))

    def _mark_all_complete(self) -> None:
        """Mark the run as complete in each sink up to where it has got.

        Reports count people as observed until then, also if nothing happened to them lately.
        """
        working = []
        for sink, pipeline, reached_ms in zip(
            self._sinks, self._pipelines, self._stats.reached_ms, strict=True
        ):
            if pipeline.balance.problem is None:
                self._mark_complete(sink, pipeline, reached_ms)
                working.append(reached_ms)
        self._result.run = self._reaching(min(working or self._stats.reached_ms))
        self._result.is_finished &= all(
            balance.problem is None for balance in self._result.sinks
        )

    def _mark_complete(self, sink: Sink, pipeline: Pipeline, reached_ms: int) -> None:
        try:
            sink.open(self._reaching(reached_ms), fresh=False)
            sink.close(complete=True)
            pipeline.balance.is_complete = True
        except Exception as problem:  # noqa: BLE001 - it is this sink's, and told with its balance
            pipeline.balance.problem = None if pipeline.is_leaving(problem) else problem


class _StoppedError(Exception):
    """Raised by the replay's watcher when the user stops the run in its middle."""
