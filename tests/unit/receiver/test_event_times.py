"""Times of received events, and what is remarked on them."""

from footfall.receiver.event_times import NO_TIME, UNREADABLE_TIME, in_unit, moments

NOW_MS = 1_795_000_000_000
MOMENT_S = 1_767_607_200


def test_as_they_are():
    """Milliseconds stay as they are, also those of the first years, which as seconds would lie after 2286."""
    values = [MOMENT_S * 1000, 31_536_000_000]
    assert moments(values, "ms", NOW_MS) == (values, {})


def test_other_units():
    """What comes in another unit than the vendor's is read as what it is, and remarked."""
    values = [MOMENT_S, MOMENT_S * 1000, MOMENT_S * 10**6, MOMENT_S]
    assert moments(values, "ms", NOW_MS) == (
        [MOMENT_S * 1000] * 4,
        {in_unit("s"): 2, in_unit("us"): 1},
    )
    assert moments(values, "any", NOW_MS) == ([MOMENT_S * 1000] * 4, {})


def test_no_times():
    """What has none, or none that can be read, has the moment of receipt, and is remarked."""
    values = [None, "soon", True, "2026-01-05T10:00:00Z"]
    assert moments(values, "ms", NOW_MS) == (
        [NOW_MS, NOW_MS, NOW_MS, MOMENT_S * 1000],
        {NO_TIME: 1, UNREADABLE_TIME: 2},
    )
