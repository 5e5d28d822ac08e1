"""Sessions that are counted while simulating, against the sessions of the events."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from tests.simulated import simulated
from tests.small_scenarios import small

ALWAYS_ONLINE = {
    "calendar": "{start: 2026-01-01, length: 2 days}",
    "people": "{count: 300, home: cities, already_here: {share: 90%, over: 1 days}}",
    "journeys": """
  life:
    steps:
      - repeat: {steps: [Seen: {after: 18 min to 22 min}], leave: 2%}
      - Paid
""",
}


@pytest.mark.parametrize("cuts", [(), (0.005, 0.01, 0.02, 1)])
def test_sessions_are_those_of_the_events(cuts):
    """Each session of the events counts once, also one that was open at the start and goes on over several parts."""
    made = simulated(small(**ALWAYS_ONLINE), cuts=cuts)
    shown = (
        made.events.select(["person", "session_id"])
        .drop_null()
        .group_by(["person", "session_id"])
        .aggregate([])
    )
    counted = {measure: total for (_, measure), total in made.tallies.cities.items()}
    assert counted["sessions"] == shown.num_rows
    assert pc.less(shown["session_id"], made.model.start_ms).to_pylist().count(True) > 20
    of_each = shown.group_by("person").aggregate([("session_id", "count")])
    assert (
        counted.get("returned", 0)
        == pc.sum(pc.greater_equal(of_each["session_id_count"], 2)).as_py()
    )
