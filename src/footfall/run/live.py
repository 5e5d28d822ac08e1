"""Live: people act now, or some times faster, and their events are delivered when they happen."""

from __future__ import annotations

import copy
import datetime as dt
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.errors import TransientSinkError, UsageError
from footfall.events.chunk import Run
from footfall.run.ahead import Ahead, Window
from footfall.run.checkpoint import Checkpoints
from footfall.run.crowd import Crowd
from footfall.run.engine import LiveEngine
from footfall.run.meter import Meter, Standing, Watch, nobody
from footfall.run.pace import Lags, Limit, Pace
from footfall.run.plan import is_torn
from footfall.run.result import Balance
from footfall.run.setup import Settings, Setup, set_up
from footfall.run.stored import stored_run
from footfall.sinks import Cursors, Prepared, Receipt, Sink, parse
from footfall.sinks.delivery.clock import Clock, SystemClock
from footfall.sinks.sink import EVERYBODY, Heeding, stands_at

if TYPE_CHECKING:
    from footfall.scenario.records import Scenario

WINDOW_S = 0.2
_NAP_S = 0.25


@dataclass(slots=True)
class LiveResult:
    """What a live run has come to.

    Args:
        run: With the end that was reached.
        time_zone: The scenario's.
        began_ms: Simulated time at which this call went on.
        sinks: One balance per sink, of this call.
        lags: Of the events that were due while this ran, until all sinks had them.
        seconds: How long it took, the replay left out.
        is_finished: The end that was asked for was reached; False when it was stopped.
    """

    run: Run
    time_zone: str
    began_ms: int
    sinks: list[Balance]
    lags: Lags = field(default_factory=Lags)
    events: int = 0
    seconds: float = 0.0
    is_finished: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether everything was delivered."""
        return all(sink.rejected == sink.pending == 0 for sink in self.sinks)


def live(
    scenario: str | Path | Scenario,
    *,
    to: str | Sink | Sequence[str | Sink],
    speed: float = 1.0,
    for_s: float | None = None,
    rate_limit: float | None = None,
    catch_up: bool | None = None,
    people: int | None = None,
    start: str | dt.date | None = None,
    seed: int = 1,
    settings: Settings | None = None,
    stop: threading.Event | None = None,
    watch: Watch = nobody,
    clock: Clock | None = None,
    checkpoints: Path | None = None,
) -> LiveResult:
    """Let people act now, and deliver their events when they happen.

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        to: Where to, as for `run`; or several.
        speed: How many times faster than the clock.
        for_s: Seconds to run; None runs until it is stopped.
        rate_limit: Events per second at most.
        catch_up: Deliver at once what has happened between where the sinks stand and now, then go on with the clock;
            else time goes on where the sinks stand. None does so at speed 1.
        people, seed, settings: As for `run`.
        start: First day; None takes that of the run of this scenario and seed that a sink holds, else today.
        stop: When set, what is in flight is finished and the run ends; running again continues.
        watch: Told about once a second how things stand.
        clock: Another clock, for tests.
        checkpoints: Folder for a copy of how everybody stands, so that going on needs no past; None is
            `.footfall-live` here.

    Raises:
        UsageError, ScenarioError: The arguments or the scenario cannot be used.
        StoreError, SinkError: A sink cannot be written; what it has is kept.
    """
    named = [to] if isinstance(to, str) or not isinstance(to, Sequence) else list(to)
    sinks = [parse(sink) if isinstance(sink, str) else sink for sink in named]
    ready = _set_up(scenario, sinks, settings=settings, people=people, start=start, seed=seed)
    clock = clock or SystemClock()
    kept = Checkpoints(ready.run.id, clock, checkpoints)
    task = Task(ready.engine, ready.run, sinks, ready.scenario.time_zone, clock, kept)
    wanted = Wanted(speed, for_s, rate_limit, speed == 1.0 if catch_up is None else catch_up)
    return task.drive(wanted, stop or threading.Event(), watch)


def _set_up(
    scenario: str | Path | Scenario,
    sinks: Sequence[Sink],
    *,
    settings: Settings | None,
    people: int | None,
    start: str | dt.date | None,
    seed: int,
) -> Setup:
    """Return the stream that a sink holds already, or a new one from today on."""
    if start is not None:
        return set_up(scenario, settings=settings, people=people, start=start, seed=seed)
    found = stored_run(scenario, sinks, settings=settings, people=people, seed=seed)
    return found or set_up(scenario, settings=settings, people=people, start="today", seed=seed)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How time is to pass; see `live`."""

    speed: float
    for_s: float | None
    rate_limit: float | None
    catch_up: bool

    def __post_init__(self) -> None:
        for name, value in (("speed", self.speed), ("for", self.for_s), ("rate limit", self.rate_limit)):
            if value is not None and not 0 < value < 1e9:
                raise UsageError(f"a {name} of {value:g}\n  accepted: a number above 0")


class Task:
    """One live run into its sinks.

    opened → the past is replayed → windows are simulated ahead, and delivered when they are due → closed.
    """

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

    def drive(self, wanted: Wanted, stop: threading.Event, watch: Watch) -> LiveResult:
        """Deliver until the end, or until `stop` is set."""
        encoders = [copy.deepcopy(sink) if sink.placement == "worker" else None for sink in self._sinks]
        positions = self._positions()
        at_ms = min(positions)
        self._result = LiveResult(self._run, self._time_zone, at_ms, self._balances(positions))
        n_open = 0
        try:
            running = replace(self._run, until_ms=at_ms + 1, people=self._engine.people_until(at_ms + 1))
            for sink in self._sinks:
                if isinstance(sink, Heeding):
                    sink.heed(stop)
                sink.open(running, fresh=False)
                n_open += 1
            self._reached_ms = at_ms
            with suppress(_StoppedError):
                crowd = self._crowd(at_ms, lambda share: self._replayed(share, stop, watch))
                self._deliver(crowd, encoders, positions, wanted, stop, watch)
        finally:
            self._close(n_open)
            self._checkpoints.close()
        self._finish()
        return self._result

    def _crowd(self, at_ms: int, watch: Callable[[float], None]) -> Crowd:
        """Return everybody as they stand at a time: from the checkpoint, or by living through what came before."""
        begun = self._clock.monotonic()
        stood = self._checkpoints.load(at_ms)
        try:
            crowd = Crowd(self._engine, self._run.id, at_ms, watch, stood)
        except ValueError as problem:
            self._checkpoints.remark(problem)
            crowd = Crowd(self._engine, self._run.id, at_ms, watch)
        if self._checkpoints.is_worth(self._clock.monotonic() - begun):
            self._checkpoints.write(crowd.stood())
            self._checkpoints.settle(at_ms)
        return crowd

    def _keep(self, crowd: Crowd) -> None:
        if self._checkpoints.is_due:
            self._checkpoints.write(crowd.stood())

    def _replayed(self, share: float, stop: threading.Event, watch: Watch) -> None:
        if stop.is_set():
            raise _StoppedError
        watch(Standing(self._reached_ms, replayed=min(share, 0.999)))

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

    def _balances(self, positions: Sequence[int]) -> list[Balance]:
        start_ms = self._engine.stream.start_ms
        return [
            Balance(sink.name, sink.guarantee, "incomplete" if position > start_ms else "new")
            for sink, position in zip(self._sinks, positions, strict=True)
        ]

    def _deliver(
        self,
        crowd: Crowd,
        encoders: Sequence[Sink | None],
        positions: Sequence[int],
        wanted: Wanted,
        stop: threading.Event,
        watch: Watch,
    ) -> None:
        begun = self._clock.monotonic()
        at_ms = crowd.at_ms
        now_ms = max(self._clock.wall_ms(), at_ms) if wanted.catch_up else at_ms
        until_ms = None if wanted.for_s is None else now_ms + int(wanted.for_s * wanted.speed * 1000)
        self._pace = Pace(self._clock, now_ms, wanted.speed)
        self._limit = Limit(self._clock, wanted.rate_limit)
        self._live_from_ms = now_ms
        width_ms = max(int(WINDOW_S * wanted.speed * 1000), 1)
        ahead = Ahead(
            crowd,
            encoders,
            positions,
            width_ms=width_ms,
            now_ms=self._pace.now_ms,
            until_ms=until_ms,
            after=self._keep,
        )
        meter = Meter(self._clock, watch, self._sinks, self._result.sinks, lambda: ahead.queued, at_ms)
        with ahead, meter:
            for window in ahead.windows(stop):
                if not self._await(window, stop) or not self._commit(window, meter, stop):
                    break
                self._checkpoints.settle(self._reached_ms)
        self._result.events, self._result.lags = meter.events, meter.lags
        self._result.seconds = self._clock.monotonic() - begun
        self._result.is_finished = self._reached_ms == until_ms

    def _await(self, window: Window, stop: threading.Event) -> bool:
        """Wait until a window has passed; return False if `stop` was set before."""
        while not stop.is_set():
            wait = max(self._pace.seconds_until(window.part.until_ms), self._limit.wait_s())
            if wait <= 0:
                return True
            self._clock.sleep(min(wait, _NAP_S), stop)
        return False

    def _commit(self, window: Window, meter: Meter, stop: threading.Event) -> bool:
        """Hand a window over; return False if a sink let it be because `stop` was set: then it is pending."""
        n_events = len(window.times_ms)
        due_ms = window.times_ms[window.times_ms >= self._live_from_ms]  # what had happened before has no lag
        meter.begin(n_events)
        for place, prepared in window.prepared.items():
            meter.hand_over(place)
            try:
                receipt = self._commit_to(self._sinks[place], prepared, window)
            except TransientSinkError:
                if stop.is_set():
                    return False
                raise
            self._result.sinks[place].add(n_events, receipt)
            meter.take(place, self._pace.lags_ms(due_ms))
        self._limit.take(n_events)
        self._reached_ms = window.part.until_ms
        meter.end(self._reached_ms, self._pace.lags_ms(due_ms))
        return True

    def _commit_to(self, sink: Sink, prepared: Prepared | None, window: Window) -> Receipt:
        if prepared is not None:
            return sink.commit(prepared)
        assert window.chunk is not None
        return sink.commit(sink.prepare(window.chunk))

    def _close(self, n_open: int) -> None:
        for sink in reversed(self._sinks[:n_open]):
            sink.close(complete=False)

    def _finish(self) -> None:
        """Note in the sinks up to where the run is complete: reports count people as watched until then."""
        people = self._engine.people_until(self._reached_ms)
        reached = replace(self._run, until_ms=self._reached_ms, people=people)
        self._result.run = reached
        for sink in self._sinks:
            sink.open(reached, fresh=False)
            sink.close(complete=True)


class _StoppedError(Exception):
    """The user wants no more, in the middle of the replay."""
