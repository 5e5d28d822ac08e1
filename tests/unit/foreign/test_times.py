"""Times of any unit are one moment."""

import pytest

from footfall.foreign.times import time_of

MOMENT_MS = 1_767_607_200_000  # 2026-01-05 10:00 UTC


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (1_767_607_200, "s"),
        (1_767_607_200.0, "s"),
        ("1767607200", "s"),
        ("1767607200.000", "s"),
        (1_767_607_200_000, "ms"),
        ("1767607200000", "ms"),
        (1_767_607_200_000_000, "us"),
        (1_767_607_200_000_000_000, "ns"),
        ("2026-01-05T10:00:00Z", None),
        ("2026-01-05T10:00:00.000Z", None),
        ("2026-01-05T12:00:00+02:00", None),
        ("2026-01-05 10:00:00.000000", None),
        ("2026-01-05 10:00:00 UTC", None),
    ],
)
def test_one_moment(value, unit):
    """Numbers tell their unit by their size; texts without an offset are UTC."""
    assert time_of(value) == (MOMENT_MS, unit)


def test_parts_of_a_second():
    """What is finer than milliseconds is rounded, what is coarser keeps its fraction."""
    assert time_of(1_767_607_200.25)[0] == MOMENT_MS + 250
    assert time_of(1_767_607_200_250_999)[0] == MOMENT_MS + 250


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "2026",
        "soon",
        "9" * 1000,
        [],
        1e300,
        10**30,
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_no_times(value):
    """What is no moment of a calendar is none."""
    assert time_of(value)[0] is None
