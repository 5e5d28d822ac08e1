"""What a watcher is told about each sink of a live run."""

import threading
from itertools import pairwise

import numpy as np

from footfall.run.meter import Meter
from footfall.run.result import Balance
from footfall.sinks.sink import Progress
from tests.unit.run.test_live import FakeClock


class Quick:
    """A sink that says nothing about what it does."""


class Slow:
    """A sink that tells."""

    def progress(self) -> Progress:
        return Progress(in_flight=30, accepted=60, rejected=10, retries=4)


def meter_of(clock, watch, *sinks):
    balances = [Balance(type(sink).__name__, "at least once", "new") for sink in sinks]
    return Meter(clock, watch, sinks, balances, lambda: 7, 0), balances


def test_each_sink_by_itself():
    """While one still sends a window, the other has it: rates, queues, lags and counts differ."""
    clock, told = FakeClock(), []
    meter, balances = meter_of(clock, told.append, Quick(), Slow())
    meter.begin(100)
    meter.hand_over(0)
    balances[0].generated = balances[0].accepted = 100
    meter.take(0, np.array([20, 30, 40]))
    clock.sleep(2)
    meter.hand_over(1)
    with meter:  # nobody but its thread tells now
        wait_for(lambda: told)
    quick, slow = told[0].sinks
    assert (quick.name, quick.events_per_s, quick.queued, quick.in_flight, quick.accepted) == ("Quick", 50, 7, 0, 100)
    assert quick.lag_ms == (30, 40)
    assert (slow.events_per_s, slow.queued, slow.in_flight, slow.retries) == (0, 7, 30, 4)
    assert (slow.accepted, slow.rejected, slow.lag_ms) == (60, 10, None)
    assert told[0].events == 0, "not everybody has the window"


def test_a_sink_that_has_to_wait():
    """What it is to get next counts as queued, and is not in flight yet."""
    clock, told = FakeClock(), []
    meter, _ = meter_of(clock, told.append, Quick(), Slow())
    meter.begin(100)
    meter.hand_over(0)
    clock.sleep(1)
    with meter:
        wait_for(lambda: told)
    quick, slow = told[0].sinks
    assert (quick.queued, quick.in_flight) == (7, 100)
    assert (slow.queued, slow.in_flight) == (107, 0)


def test_once_a_second():
    """However short windows are; and what was told is forgotten, but for the sums."""
    clock, told = FakeClock(), []
    meter, _ = meter_of(clock, told.append, Quick())
    for number in range(1, 27):
        meter.begin(10)
        meter.hand_over(0)
        clock.sleep(0.125)
        meter.take(0, np.array([number]))
        meter.end(number, np.array([number]))
    assert [standing.at_ms for standing in told] == [8, 16, 24]
    assert all(later.events - former.events == 80 for former, later in pairwise(told))
    assert [standing.sinks[0].lag_ms for standing in told] == [(4, 8), (12, 16), (20, 24)]
    assert (meter.events, meter.lags.quantile_ms(1.0)) == (260, 26)


def wait_for(condition):
    """Wait until a thread has done something."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("nothing was told")
