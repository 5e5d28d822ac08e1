"""User properties as events carry them, however many there are."""

import pytest

from tests.simulated import rows, simulated
from tests.small_scenarios import small


@pytest.mark.parametrize("n", [1, 63, 64, 126, 127])
def test_any_number_of_them(n):
    """The first event carries all of them, one that changes some of them names those, in their order."""
    names = [f"p{number}" for number in range(n)]
    properties = ", ".join(f"{name}: {{start: 1}}" for name in names)
    changed = sorted({0, n // 2, n - 1})
    sets = ", ".join(f"p{number}: 2" for number in changed)
    scenario = small(
        people=f"{{count: 20, home: cities, properties: {{{properties}}}}}",
        journeys=f"{{life: {{steps: [Seen, Paid, {{set: {{{sets}}}}}]}}}}",
    )
    events = rows(simulated(scenario, days=30).events)
    by_type = {event["event_type"]: event for event in events}
    assert by_type["Seen"]["changed"] == names
    assert set(by_type["Seen"]["user_properties"].values()) == {1}
    paid = by_type["Paid"]
    assert paid["changed"] == [names[number] for number in changed]
    assert {name for name, value in paid["user_properties"].items() if value == 2} == {
        names[number] for number in changed
    }
