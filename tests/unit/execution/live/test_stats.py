"""What a watcher is told about each sink of a live run."""

import threading
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from footfall.execution.live.simulated_clock import SimulatedClock
from footfall.execution.live.stats import DueWindow, LiveStats
from footfall.execution.sink_status import SinkStatus
from footfall.sinks.protocol import Progress
from tests.runs.test_live import FakeClock

NOTHING = Progress()


class Way:
    """A pipeline, as far as a meter looks at it."""

    def __init__(self, name, waiting=0, now=NOTHING, accepted=0):
        self.balance = SimpleNamespace(problem=None)
        self._status = SinkStatus(
            name, waiting, now.in_flight, now.retries, accepted + now.accepted, now.rejected
        )

    @property
    def status(self):
        return replace(self._status, problem=self.balance.problem)


def meter_of(clock, watch, *ways):
    """A meter that has begun at simulated time 0, while 7 more events are simulated ahead."""
    return LiveStats(clock, watch, ways, [0 for _ in ways]).begin(
        SimulatedClock(clock, 0, 1.0), lambda: 7
    )


def due(until_ms, n_events=100, times_ms=()):
    return DueWindow(until_ms, n_events, np.array(times_ms, np.int64))


def test_each_sink_by_itself():
    """While one still sends a window, the other has it: rates, queues, lags and counts differ."""
    clock, told = FakeClock(), []
    quick = Way("quick", accepted=100)
    slow = Way("slow", 50, Progress(in_flight=30, accepted=60, rejected=10, retries=4))
    meter = meter_of(clock, told.append, quick, slow)
    meter.take(due(1000, times_ms=[1960, 1970, 1980]), [0, 1])
    meter.handed_over(0)
    clock.sleep(2)
    meter.delivered(0)
    meter.handed_over(1)
    with meter:  # nobody but its thread tells now
        wait_for(lambda: told)
    first, second = told[0].sinks
    assert (first.name, first.events_per_s, first.queued, first.in_flight, first.accepted) == (
        "quick",
        50,
        7,
        0,
        100,
    )
    assert first.lag_ms == (30, 40)
    assert (second.events_per_s, second.queued, second.in_flight, second.retries) == (
        0,
        57,
        30,
        4,
    )
    assert (second.accepted, second.rejected, second.lag_ms) == (60, 10, None)
    assert (told[0].events, told[0].at_ms) == (0, 0), "not everybody has the window"
    assert meter.reached_ms == [1000, 0]
    meter.delivered(1)
    assert meter.events == 100
    assert [lags.quantile_ms(1.0) for lags in meter.lags] == [40, 40]


def test_a_sink_that_has_no_room():
    """What is due, and does not fit into its pipeline yet, counts as queued."""
    clock, told = FakeClock(), []
    meter = meter_of(clock, told.append, Way("quick", now=Progress(100)), Way("full", 300))
    meter.take(due(1000), [0, 1])
    meter.handed_over(0)
    clock.sleep(1)
    meter.look()
    quick, full = told[0].sinks
    assert (quick.queued, quick.in_flight) == (7, 100)
    assert (full.queued, full.in_flight) == (407, 0)


def test_a_sink_that_has_failed():
    """It is told why; time and totals go on with the others, and where it stands is known."""
    clock, told = FakeClock(), []
    good, bad = Way("good"), Way("bad")
    meter = meter_of(clock, told.append, good, bad)
    for until_ms in (1000, 2000):
        meter.take(due(until_ms), [0, 1])
        meter.delivered(0)
    bad.balance.problem = OSError("no cable")
    clock.sleep(1)
    meter.look()
    assert (told[0].at_ms, told[0].events) == (2000, 200)
    assert [str(sink.problem) for sink in told[0].sinks] == ["None", "no cable"]
    assert meter.reached_ms == [2000, 0]


@pytest.mark.parametrize("others_ms", [(), (2000,)])
def test_what_a_sink_took_before_it_failed(others_ms):
    """It counts as delivered, though it is counted after the failure; what the sink did not take does not."""
    clock, bad = FakeClock(), Way("bad")
    ways, positions = (bad, *(Way("good") for _ in others_ms)), (0, *others_ms)
    meter = LiveStats(clock, lambda _: None, ways, positions)
    meter.begin(SimulatedClock(clock, 0, 1.0), lambda: 0)
    for until_ms in (1000, 2000):
        meter.take(due(until_ms), [0])
    meter.delivered(0)
    bad.balance.problem = OSError("the disk is full")
    assert meter.events == 100


def test_once_a_second():
    """However short windows are; and what was told is forgotten, but for the sums."""
    clock, told = FakeClock(), []
    meter = meter_of(clock, told.append, Way("quick"))
    for number in range(1, 27):
        clock.sleep(0.125)
        meter.take(due(number, 10, [number * 125 - number]), [0])
        meter.handed_over(0)
        meter.delivered(0)
        meter.look()
    assert [status.at_ms for status in told] == [8, 16, 24]
    assert all(later.events - former.events == 80 for former, later in pairwise(told))
    assert [status.sinks[0].lag_ms for status in told] == [(4, 8), (12, 16), (20, 24)]
    assert (meter.events, meter.lags[0].quantile_ms(1.0)) == (260, 26)


def wait_for(condition):
    """Wait until a thread has done something."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("nothing was told")
