"""Live runs, with a clock that moves only when somebody waits for it."""

import sys
import threading
import time
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall.data.tallies import Tallies
from footfall.errors import PermanentSinkError, StoreError, UsageError
from footfall.execution.live import live_task
from footfall.execution.live.live_run import live
from footfall.execution.live.population import LivePopulation
from footfall.execution.live.simulated_clock import LagHistogram, SimulatedClock
from footfall.execution.setup import RunParameters, set_up
from footfall.net.rate_limit import RateLimit
from footfall.sinks.protocol import EVERYBODY, Receipt, prepared_of
from footfall.store import open_store
from footfall.units import DAY_MS, HOUR_MS

SCENARIO, PEOPLE, START = "online-school", 1000, "2026-03-01"
crowds = sys.modules[
    LivePopulation.__module__
]  # `footfall.run` is the function, so the path cannot be written
A_DAY_IN_2_S = 43_200.0


@pytest.fixture(scope="module", autouse=True)
def _wide_windows():
    """Windows of 18 hours at that speed: few, and they end at all times of a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_task, "WINDOW_S", 1.5)
        yield


class FakeClock:
    """Time passes when somebody sleeps."""

    def __init__(self, wall_ms: int = 0) -> None:
        self.wall, self.now = wall_ms, 0.0

    def wall_ms(self) -> int:
        return self.wall + int(self.now * 1000)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds, wake=None) -> None:
        self.now += max(seconds, 0.0)


class MovingClock(FakeClock):
    """Time passes by itself too, as slowly as here."""

    def monotonic(self) -> float:
        return self.now + time.monotonic()


@pytest.fixture(scope="module")
def start_ms():
    return set_up(SCENARIO, RunParameters(people=PEOPLE, start=START)).run.stream.start_ms


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Everything of one run of six days."""
    file = tmp_path_factory.mktemp("whole") / "whole.duckdb"
    footfall.run(SCENARIO, people=PEOPLE, start=START, days=6, to=f"duckdb:{file}", workers=1)
    return contents(file)


def contents(file, scenario="online_school"):
    """Return all rows, tallies and what is known of the run."""
    keys = {"events": "insert_id", "changes": "person, sequence", "arrivals": "person"}
    with open_store(file) as store:
        (info,) = store.runs()
        tables = {
            name: store.arrow(f"SELECT * FROM {scenario}.{name} ORDER BY {key}")
            for name, key in keys.items()
        }
        totals = (info.id, info.run.until_ms, info.run.people, info.events, info.is_complete)
        return tables, store.tallies(info.id), totals


def assert_same(found, whole):
    (tables, *rest), (wanted, *others) = found, whole
    assert rest == others
    for name, table in wanted.items():
        different = [
            column
            for column in table.column_names
            if not tables[name][column].equals(table[column])
        ]
        assert not different, name


def go_live(file, seconds, *, speed=A_DAY_IN_2_S, clock=None, **options):
    return live(
        SCENARIO,
        to=f"duckdb:{file}",
        speed=speed,
        for_s=seconds,
        clock=clock or FakeClock(),
        **options,
    )


def test_a_backfill_and_a_live_run_join_without_a_seam(tmp_path, whole):
    """Three days by `run`, three by `live`, which finds start and people in the store: as one run of six days."""
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=3,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    result = go_live(tmp_path / "a.duckdb", 6)
    assert result.is_finished
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_the_clock_bounds_a_live_run(tmp_path, whole):
    """A rate limit makes people's time pass slower; `max_time_s` ends that by the clock, and the same again goes on."""
    clock, slow = FakeClock(), {"people": PEOPLE, "start": START, "rate_limit": 4}
    begun = clock.monotonic()
    result = go_live(tmp_path / "a.duckdb", 12, clock=clock, max_time_s=20, **slow)
    assert not result.is_finished
    assert result.sinks[0].problem is None
    assert 20 <= clock.monotonic() - begun < 21
    left_s = 12 - (result.run.until_ms - result.run.stream.start_ms) / 1000 / A_DAY_IN_2_S
    assert 0 < left_s < 12
    assert go_live(tmp_path / "a.duckdb", left_s).is_finished
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_live_run_alone_is_that_run(tmp_path, whole):
    """From the start on, in windows of some hours."""
    go_live(tmp_path / "a.duckdb", 12, people=PEOPLE, start=START)
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_windows_of_other_widths_give_the_same(tmp_path, whole):
    """Slower and faster, one after the other, into the same store."""
    go_live(tmp_path / "a.duckdb", 4, people=PEOPLE, start=START, speed=A_DAY_IN_2_S / 2)
    go_live(tmp_path / "a.duckdb", 0.5, speed=A_DAY_IN_2_S * 8)
    go_live(tmp_path / "a.duckdb", 6)
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_backfill_goes_on_after_a_live_run(tmp_path, whole):
    """`run` by groups continues where everybody stands."""
    go_live(tmp_path / "a.duckdb", 5, people=PEOPLE, start=START)
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=6,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_live_run_that_is_stopped_goes_on(tmp_path, whole):
    """Stopped at any moment it is whole up to there; again, it goes on, without gap or overlap."""
    clock, stop = FakeClock(), threading.Event()

    def watch(status):
        if status.replayed == 1:
            stop.set()

    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=2,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    stopped = go_live(tmp_path / "a.duckdb", 8, clock=clock, stop=stop, watch=watch)
    assert not stopped.is_finished
    assert stopped.run.until_ms < stopped.run.stream.start_ms + 6 * DAY_MS
    left_s = (whole[2][1] - stopped.run.until_ms) / 1000 / A_DAY_IN_2_S
    go_live(tmp_path / "a.duckdb", left_s)
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_second_sink_is_brought_to_where_the_first_stands(tmp_path, whole, start_ms):
    """A sink that is behind gets what it lacks; the other one gets nothing twice."""
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=2,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    clock = FakeClock(start_ms + 6 * DAY_MS)
    both = [f"duckdb:{tmp_path}/a.duckdb", f"duckdb:{tmp_path}/b.duckdb"]
    result = live(SCENARIO, to=both, speed=1e6, for_s=1e-10, catch_up=True, clock=clock)
    assert [sink.before for sink in result.sinks] == ["incomplete", "new"]
    for name in ("a", "b"):
        assert_same(contents(tmp_path / f"{name}.duckdb"), whole)


class Beside:
    """A sink that keeps what it is given, and at its first part waits for a gate, or fails."""

    placement, guarantee = "single", "at least once"

    def __init__(self, name="memory:beside", gate=None, problem=None):
        self.name, self.gate, self.problem = name, gate, problem
        self.ids, self.parts, self.until_ms, self.closed = [], [], None, []

    def prepare(self, chunk):
        self.ids += chunk.events["insert_id"].to_pylist()
        return prepared_of(chunk, {})

    def open(self, run, *, fresh):
        self.until_ms = run.until_ms
        return {EVERYBODY: self.parts[-1].until_ms} if self.parts else {}

    def commit(self, prepared):
        if self.problem is not None:
            raise self.problem
        if self.gate is not None:
            assert self.gate.wait(20)
        self.parts.append(prepared.part)
        return Receipt(prepared.part, prepared.events)

    def close(self, *, complete):
        self.closed.append(complete)


def test_a_slow_sink_does_not_stop_the_others(tmp_path, whole):
    """The quick one has all that was due while the slow one hangs at its first window; then that one follows."""
    gate, told = threading.Event(), []
    slow = Beside(gate=gate)

    def watch(status):
        told.append(status)
        if status.sinks[0].accepted == len(whole[0]["events"]):
            gate.set()

    both = [f"duckdb:{tmp_path}/a.duckdb", slow]
    result = live(
        SCENARIO,
        to=both,
        speed=A_DAY_IN_2_S,
        for_s=12,
        clock=MovingClock(),
        people=PEOPLE,
        start=START,
        watch=watch,
    )
    assert result.is_finished
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert any(
        s.sinks[0].accepted > 0 == s.sinks[1].accepted and s.sinks[1].queued > 0 for s in told
    )
    assert sorted(slow.ids) == whole[0]["events"]["insert_id"].to_pylist()


def test_a_sink_that_fails_leaves_the_others_alone(tmp_path, whole, start_ms):
    """It is told why while the others go on; asked to, the call raises it at its end. Mended, it gets what it lacks."""
    bad, told = Beside(problem=PermanentSinkError("it wants nothing")), []
    both, options = [f"duckdb:{tmp_path}/a.duckdb", bad], {"speed": A_DAY_IN_2_S, "for_s": 12}
    result = live(
        SCENARIO,
        to=both,
        people=PEOPLE,
        start=START,
        clock=FakeClock(),
        watch=told.append,
        check=False,
        **options,
    )
    assert [sink.problem is None for sink in result.sinks] == [True, False]
    assert (result.is_finished, result.is_clean) == (False, False)
    assert str(told[-1].sinks[1].problem) == "it wants nothing"
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert result.run.until_ms == start_ms + 6 * DAY_MS
    good = Beside()
    live(
        SCENARIO,
        to=[f"duckdb:{tmp_path}/a.duckdb", good],
        clock=FakeClock(start_ms),
        speed=A_DAY_IN_2_S,
        for_s=12,
    )
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert sorted(good.ids) == whole[0]["events"]["insert_id"].to_pylist()
    assert good.until_ms == result.run.until_ms
    with pytest.raises(PermanentSinkError, match="it wants nothing"):
        live(SCENARIO, to=[bad], people=PEOPLE, start=START, clock=FakeClock(), **options)


def test_a_sink_that_is_gone_when_the_end_is_noted(start_ms):
    """The other one is complete all the same; it is told what is wrong with the first."""

    class Gone(Beside):
        def open(self, run, *, fresh):
            if self.closed[1:]:
                raise StoreError("the server is gone")
            return super().open(run, fresh=fresh)

    gone, good = Gone("memory:gone"), Beside("memory:good")
    options = {
        "people": PEOPLE,
        "start": START,
        "speed": A_DAY_IN_2_S,
        "for_s": 1,
        "clock": FakeClock(),
    }
    result = live(SCENARIO, to=[gone, good], check=False, **options)
    assert [str(sink.problem) for sink in result.sinks] == ["the server is gone", "None"]
    assert [sink.is_complete for sink in result.sinks] == [False, True]
    assert good.closed[-1]
    assert not result.is_finished


def test_an_end_before_where_another_sink_stands(start_ms):
    """The one that is behind gets there, the other one gets nothing, and the end is reached; or nothing counts."""
    first, options = (
        Beside("memory:first"),
        {"people": PEOPLE, "start": START, "speed": A_DAY_IN_2_S},
    )
    live(SCENARIO, to=first, for_s=6, clock=FakeClock(), **options)
    had = len(first.ids)
    second = Beside("memory:second")
    result = live(SCENARIO, to=[first, second], for_s=2, clock=FakeClock(), **options)
    assert (result.is_finished, result.events, len(first.ids)) == (True, len(second.ids), had)
    bad = Beside("memory:bad", problem=PermanentSinkError("no"))
    result = live(SCENARIO, to=[first, bad], for_s=2, clock=FakeClock(), check=False, **options)
    assert (result.is_finished, result.events) == (False, 0)


def test_sinks_that_were_stopped_at_different_times(tmp_path, whole, start_ms):
    """Each is complete up to where it stands, and the next call brings the one that is behind to the other."""
    stop, gate = threading.Event(), threading.Event()
    slow = Beside(gate=gate)

    def watch(status):
        if status.replayed == 1 and status.sinks[0].accepted >= len(whole[0]["events"]) / 2:
            stop.set()
            gate.set()

    both = [f"duckdb:{tmp_path}/a.duckdb", slow]
    options = {"speed": A_DAY_IN_2_S, "people": PEOPLE, "start": START}
    result = live(
        SCENARIO, to=both, for_s=12, clock=MovingClock(), stop=stop, watch=watch, **options
    )
    assert not result.is_finished
    stood = contents(tmp_path / "a.duckdb")[2]
    assert stood[-1], "complete up to where it stands"
    assert start_ms <= slow.until_ms == result.run.until_ms < stood[1]
    assert all(sink.generated == sink.accepted + sink.pending for sink in result.sinks)
    slow.ids.clear()
    left_s = (start_ms + 6 * DAY_MS - slow.until_ms) / 1000 / A_DAY_IN_2_S
    live(SCENARIO, to=both, for_s=left_s, clock=FakeClock(), **options)
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert slow.until_ms == start_ms + 6 * DAY_MS
    assert [part.from_ms for part in slow.parts[1:]] == [
        part.until_ms for part in slow.parts[:-1]
    ]


def test_a_sink_is_named_once(tmp_path):
    """Twice would be twice the events."""
    with pytest.raises(UsageError, match="named twice"):
        live(SCENARIO, to=[f"ndjson:{tmp_path}/a.ndjson"] * 2)


def test_catching_up_delivers_what_has_happened_since(tmp_path, start_ms):
    """At speed 1, what happened between the store's end and now comes at once; then time passes with the clock."""
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=2,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    clock = FakeClock(start_ms + 5 * DAY_MS)
    result = go_live(tmp_path / "a.duckdb", 20, speed=1.0, clock=clock)
    assert result.run.until_ms == start_ms + 5 * DAY_MS + 20_000
    assert clock.now <= 21


def test_without_catching_up_time_goes_on_where_the_store_ends(tmp_path, start_ms):
    """On request also at speed 1."""
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=2,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    clock = FakeClock(start_ms + 5 * DAY_MS)
    result = go_live(tmp_path / "a.duckdb", 20, speed=1.0, clock=clock, catch_up=False)
    assert result.run.until_ms == start_ms + 2 * DAY_MS + 20_000


def test_groups_that_differ_are_refused(tmp_path):
    """A run that was stopped in its middle is finished first; the message says so."""
    stop = threading.Event()
    run = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=3))
    from footfall.sinks import parse

    sink = parse(f"duckdb:{tmp_path}/a.duckdb")
    sink.open(run.run, fresh=False)
    end = run.engine.groups.range(0)[1]
    simulation = run.engine.simulation(run.run.id, 0, end // 2, run.run.until_ms)
    sink.commit(sink.prepare(simulation.advance(run.run.until_ms)))
    other = run.engine.simulation(run.run.id, end // 2, end, run.run.until_ms)
    sink.commit(sink.prepare(other.advance(run.run.until_ms - DAY_MS)))
    sink.close(complete=False)
    with pytest.raises(UsageError, match="finish that run first"):
        go_live(tmp_path / "a.duckdb", 1, stop=stop)


def test_another_scenario_of_that_name_is_refused(tmp_path):
    """The stored run's people cannot go on when what they do was changed."""
    footfall.run(
        SCENARIO,
        people=PEOPLE,
        start=START,
        days=1,
        to=f"duckdb:{tmp_path}/a.duckdb",
        workers=1,
    )
    with pytest.raises(UsageError, match="--start to begin a run of its own"):
        go_live(tmp_path / "a.duckdb", 1, people=PEOPLE + 1)


def test_events_come_when_they_are_due(tmp_path, monkeypatch):
    """No event is delivered before its time, and with a clock that waits for us none more than a window late."""
    monkeypatch.setattr(live_task, "WINDOW_S", 0.2)
    result = go_live(tmp_path / "a.duckdb", 4, people=PEOPLE, start=START)
    assert result.events > 0
    assert result.lags[0].quantile_ms(1.0) <= 200


def test_a_clock_that_is_set_back_changes_nothing(tmp_path, whole):
    """Pacing follows the monotonic clock."""

    class SetBack(FakeClock):
        def wall_ms(self):
            return super().wall_ms() - (7_200_000 if self.now > 2 else 0)

    go_live(tmp_path / "a.duckdb", 12, people=PEOPLE, start=START, clock=SetBack())
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_rate_limit_holds(tmp_path):
    """So many events per second at most: before the last window goes, time enough has passed for all before it."""
    clock, seen = FakeClock(), []
    to = f"ndjson:{tmp_path}/a.ndjson"
    options = {
        "speed": A_DAY_IN_2_S / 10,
        "for_s": 8,
        "people": PEOPLE,
        "start": START,
        "rate_limit": 10,
    }
    live(
        SCENARIO,
        to=to,
        clock=clock,
        watch=lambda s: seen.append((clock.now, s.events)),
        **options,
    )
    assert len(seen) > 3
    assert all(events <= 10 * (later + 1) for (_, events), (later, _) in pairwise(seen))


@pytest.mark.parametrize(
    "wrong", [{"speed": 0}, {"speed": -1}, {"rate_limit": 0}, {"seconds": 0}]
)
def test_numbers_that_mean_nothing_are_refused(tmp_path, wrong):
    """Speed, length and rate are above 0."""
    options = {"seconds": 1, **wrong}
    with pytest.raises(UsageError, match="a number above 0"):
        go_live(
            tmp_path / "a.duckdb", options.pop("seconds"), people=10, start=START, **options
        )


def test_a_crowd_lets_people_in_as_they_come(monkeypatch):
    """Blocks of people, a calendar that ends, windows of any width: the events of one group simulated at once."""
    ready = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=9))
    until_ms, begin_ms = ready.run.until_ms, ready.run.stream.start_ms
    one = ready.engine.simulation(ready.run.id, 0, 10**6, until_ms).advance(until_ms)
    monkeypatch.setattr(crowds, "SOON_MS", DAY_MS)
    monkeypatch.setattr(crowds, "HORIZON_MS", 4 * DAY_MS)
    population = LivePopulation(ready.engine, ready.run.id, begin_ms)
    cuts = [*range(begin_ms + 5 * HOUR_MS, until_ms, 7 * HOUR_MS), until_ms]
    chunks = [population.advance(cut) for cut in cuts]
    for name in ("events", "changes", "arrivals"):
        pieces = pa.concat_tables(
            [getattr(chunk, name) for chunk in chunks]
        ).unify_dictionaries()
        if name == "arrivals":  # within a day numbers do not follow the clock
            pieces = pieces.sort_by("person")
        assert pieces.to_pylist() == getattr(one, name).to_pylist()


def test_a_crowd_forgets_who_has_gone(monkeypatch):
    """Few who come to the school stay for long: memory holds those who may act again, and the events are the same."""
    ready = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=30))
    until_ms, begin_ms = ready.run.until_ms, ready.run.stream.start_ms
    one = ready.engine.simulation(ready.run.id, 0, 10**6, until_ms).advance(until_ms)
    monkeypatch.setattr(crowds, "SOON_MS", DAY_MS)
    monkeypatch.setattr(crowds, "LATER_MS", 2 * DAY_MS)
    population = LivePopulation(ready.engine, ready.run.id, begin_ms)
    chunks, most = [], 0
    for cut in range(begin_ms + DAY_MS, until_ms + 1, DAY_MS):
        chunks.append(population.advance(cut))
        if cut > begin_ms + 10 * DAY_MS:
            most = max(
                most,
                sum(len(block.saved["state.time"]) for block in population.snapshot().blocks),
            )
    assert len(population.snapshot().blocks) <= 3  # two, and those who are asleep
    assert most < one.arrivals.num_rows / 3
    found, wanted = (
        pa.concat_tables(c.events for c in several).to_pylist() for several in (chunks, [one])
    )
    assert found == wanted
    tallies = Tallies.empty()
    for chunk in chunks:
        tallies.add(chunk.tallies)
    assert tallies == one.tallies


@pytest.mark.parametrize("has_room", [True, False])
def test_a_crowd_sleeps_in_a_file(monkeypatch, tmp_path, has_room):
    """Who does nothing for days is not in memory, and wakes up in time; without room for a file all stay there."""

    def full(*_):
        raise OSError("no space left")

    ready = set_up(SCENARIO, RunParameters(people=PEOPLE, start=START, days=30))
    until_ms, begin_ms = ready.run.until_ms, ready.run.stream.start_ms
    one = ready.engine.simulation(ready.run.id, 0, 10**6, until_ms).advance(until_ms)
    monkeypatch.setattr(crowds, "SOON_MS", 2 * HOUR_MS)
    monkeypatch.setattr(crowds, "LATER_MS", 2 * HOUR_MS)
    if not has_room:
        monkeypatch.setattr(crowds.Sleepers, "put", full)
    population = LivePopulation(ready.engine, ready.run.id, begin_ms, folder=tmp_path)
    chunks, asleep = [], 0
    for cut in range(begin_ms + 5 * HOUR_MS, until_ms + HOUR_MS, 5 * HOUR_MS):
        chunks.append(population.advance(min(cut, until_ms)))
        n_people = sum(len(b.saved["state.time"]) for b in population.snapshot().blocks)
        asleep += len(population._asleep.get("state.time", ())) > n_people / 2
    assert (asleep > len(chunks) / 2) == has_room
    assert list(tmp_path.iterdir()) == []
    events = pa.concat_tables(chunk.events for chunk in chunks).to_pylist()
    assert events == one.events.to_pylist()


def test_a_crowd_takes_wide_steps(monkeypatch):
    """A step may be longer than all that was lived before, and than the time for which people are let in."""
    ready = set_up(SCENARIO, RunParameters(people=50, start=START, days=40))
    begin_ms, until_ms = ready.run.stream.start_ms, ready.run.until_ms
    monkeypatch.setattr(crowds, "HORIZON_MS", 20 * DAY_MS)
    population = LivePopulation(ready.engine, ready.run.id, begin_ms)
    found = (
        population.advance(begin_ms + DAY_MS).events.num_rows
        + population.advance(until_ms).events.num_rows
    )
    assert (
        found
        == ready.engine.simulation(ready.run.id, 0, 10**6, until_ms)
        .advance(until_ms)
        .events.num_rows
    )


def test_lags_are_counted():
    """Quantiles of what was added, the longest ones in one bin."""
    lags = LagHistogram()
    assert lags.quantile_ms(0.5) is None
    lags.add(np.array([5, 1, 3, 2, 4]))
    assert (lags.quantile_ms(0.5), lags.quantile_ms(1.0), lags.quantile_ms(0.2)) == (3, 5, 1)
    lags.add(np.array([10**9]))
    assert lags.quantile_ms(1.0) == 600_000


def test_pace_and_limit():
    """Simulated time is the clock's, times the speed; a limit asks to wait for what was taken."""
    clock = FakeClock()
    pace, limit = SimulatedClock(clock, 1_000, 60.0), RateLimit(clock, 100, burst_s=0.0)
    clock.sleep(2)
    assert pace.now_ms() == 121_000
    assert pace.seconds_until(181_000) == pytest.approx(1.0)
    assert pace.lags_ms(np.array([61_000, 200_000])).tolist() == [1_000, 0]
    limit.take(50)
    assert limit.wait_s() == pytest.approx(0.5)


def test_at_the_clocks_pace_a_run_has_begun(tmp_path, start_ms):
    """What has not happened is not delivered: a start that lies ahead is refused, unless time is to begin there."""
    clock, file = FakeClock(start_ms - 1), tmp_path / "a.duckdb"
    with pytest.raises(
        UsageError, match=r"begins on 2026-03-01, which has not come(.|\n)*hint: --no-catch-up"
    ):
        go_live(file, 60, speed=1.0, people=PEOPLE, start=START, clock=clock)
    assert not file.exists()
    result = go_live(
        file, 60, speed=1.0, people=PEOPLE, start=START, clock=clock, catch_up=False
    )
    assert (result.began_ms, result.run.until_ms) == (start_ms, start_ms + 60_000)
    assert go_live(
        tmp_path / "b.duckdb",
        1,
        speed=1.0,
        people=PEOPLE,
        start=START,
        clock=FakeClock(start_ms),
    ).is_finished
