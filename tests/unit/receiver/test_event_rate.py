"""Events per second over the last minutes."""

import pytest

from footfall.receiver.event_rate import BIN_S, N_BINS, EventRate
from tests.clocks import FakeClock


@pytest.fixture
def clock():
    made = FakeClock()
    made.now = 1000.0 * BIN_S
    return made


def test_bins(clock):
    """Each bin that is over tells its events per second; the one that is going on is left out."""
    rate = EventRate(clock)
    for n_events, pause_s in ((10, 0), (20, BIN_S), (5, 2 * BIN_S), (7, 0)):
        rate.add(n_events)
        clock.advance(pause_s)
    assert list(rate.per_second()) == [0] * (N_BINS - 3) + [30 / BIN_S, 5 / BIN_S, 0]


def test_it_forgets(clock):
    """What lies further back than the span that is shown is gone, however long nothing came."""
    rate = EventRate(clock)
    for _ in range(3 * N_BINS):
        rate.add(BIN_S)
        clock.advance(BIN_S)
    assert list(rate.per_second()) == [1] * N_BINS
    clock.advance(N_BINS * BIN_S)
    assert list(rate.per_second()) == [0] * N_BINS
