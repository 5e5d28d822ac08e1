"""Stages stand in the order in which people reach them."""

import pytest

from footfall.receiver.stage_order import ordered


@pytest.mark.parametrize(
    ("stages", "paths", "right"),
    [
        ("cba", [("abc", 1)], "abc"),
        ("cab", [("ac", 9), ("abc", 1), ("bc", 1)], "abc"),
        ("ab", [], "ab"),
        ("bax", [("ab", 1)], "axb"),
        ("ab", [("ab", 3), ("ba", 2)], "ab"),
        ("ab", [("ab", 2), ("ba", 3)], "ba"),
        ("", [], ""),
    ],
)
def test_order(stages, paths, right):
    """What most people reach first stands first, also behind stages that some pass over; else nothing is moved."""
    assert ordered(list(stages), [(list(path), n) for path, n in paths]) == list(right)
