"""One token bucket for all that is sent: even over time, and no burst after a pause."""

import doctest

import pytest

from footfall.net import rate_limit, retry
from footfall.net.rate_limit import RateLimit
from tests.clocks import FakeClock


def sent_within(limit, clock, seconds):
    """Return how many go out within some seconds when all are sent as soon as they may be."""
    end, n = clock.monotonic() + seconds, 0
    while clock.monotonic() + limit.wait_s() < end:
        clock.sleep(limit.wait_s())
        limit.take(1)
        n += 1
    return n


@pytest.mark.parametrize("pause_s", [0, 1, 3600])
@pytest.mark.parametrize("burst_s", [0.0, 0.1])
def test_no_second_has_more_than_the_rate_and_the_depth(burst_s, pause_s):
    """Whatever pause came before: 100 per second, and at most the bucket's depth and one on top."""
    clock = FakeClock()
    limit = RateLimit(clock, 100, burst_s)
    clock.advance(pause_s)
    assert 100 <= sent_within(limit, clock, 1.0) <= 100 * (1 + burst_s) + 1


def test_an_amount_deeper_than_the_bucket_is_paid_for_afterwards():
    """A batch larger than a second's worth goes out whole; the next waits for all of it."""
    clock = FakeClock()
    limit = RateLimit(clock, 100)
    limit.take(1000)
    assert limit.wait_s() == pytest.approx(10.0)


def test_no_limit():
    """A rate of 0 never waits."""
    limit = RateLimit(FakeClock(), 0)
    limit.take(1e12)
    assert limit.wait_s() == 0.0


@pytest.mark.parametrize("module", [rate_limit, retry])
def test_examples(module):
    """What the docstrings show is so."""
    assert doctest.testmod(module).failed == 0
