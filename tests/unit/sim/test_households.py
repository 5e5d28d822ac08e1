"""People who live together: who, where, and the device that they share."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from footfall.compiler import distributions
from footfall.errors import ScenarioError
from footfall.model.model import HouseholdSpec
from footfall.sim.households import households
from footfall.sim.identities import identities
from tests.simulated import rows, same, simulated
from tests.small_scenarios import small

TWO_IN_FIVE = HouseholdSpec(distributions.categorical([3, 2], 2), (1, 3), 7)
CITIES = """
cities:
  columns: [city, country, time_zone]
  rows: [[Paris, FR, Europe/Paris], [Lyon, FR, Europe/Paris], [Nice, FR, Europe/Paris]]
"""
DEVICES = """
per_person: {1: 1, 2: 1}
shared: 50 %
kinds: {columns: [platform, os_name], rows: [[phone, iOS], [phone, Android], [computer, macOS]]}
"""
VISITS = """
life:
  steps:
    - repeat: {named: visit, at_most: 9, come back after: about 9 h, steps: [Seen]}
"""


def indented(text):
    return "\n" + "\n".join(f"  {line}" for line in text.strip("\n").splitlines())


def together(**options):
    scenario = small(
        people="{count: 3000, home: cities, households: {1: 2, 2: 1, 3: 1}}",
        catalogues=indented(CITIES),
        devices=indented(DEVICES),
        journeys=indented(VISITS),
    )
    return simulated(scenario, **options)


def test_places_of_a_day_are_shared_out():
    """Households are places next to each other, as large as asked for, whoever else is looked at."""
    who = identities(0, np.zeros(64_000, np.int64), np.arange(64_000))
    first, has_others = households(TWO_IN_FIVE, 1, who)
    sizes = Counter(Counter(first.tolist()).values())
    # The last household of each 64 places has what is left: one of some 36.
    assert sizes[1] / (sizes[1] + sizes[3]) == pytest.approx(0.6, abs=0.02)
    assert sizes[2] < 0.02 * sizes[1] + 64_000 / 64
    assert np.all(np.diff(first) >= 0)
    alone = households(TWO_IN_FIVE, 1, who[12_345:12_346])
    assert (alone[0][0], alone[1][0]) == (first[12_345], has_others[12_345])


def test_alone_or_not():
    """Whoever has others in their household is told from who has none."""
    who = identities(3, np.full(6400, -2), np.arange(6400))
    first, has_others = households(TWO_IN_FIVE, 1, who)
    sizes = Counter(first.tolist())
    assert has_others.tolist() == [sizes[one] > 1 for one in first.tolist()]


def test_a_household_has_one_home_and_perhaps_a_device_in_common():
    """A device is used by several people only if they live together, and so have one home."""
    run = together()
    people, homes = defaultdict(set), defaultdict(set)
    for row in rows(run.events):
        people[row["device_id"]].add(row["person"])
        homes[row["device_id"]].add((row["city"], row["platform"], row["os_name"]))
    shared = [device for device, users in people.items() if len(users) > 1]
    assert len(shared) > 200
    assert all(len(homes[device]) == 1 for device in shared)
    assert all(max(people[d]) - min(people[d]) < 3 for d in shared)


def test_whoever_lives_alone_is_as_without_households():
    """Households move those who live together to one home, and change nobody else."""
    scenario = "{count: 500, home: cities, households: {1: 1}}"
    plain = simulated(small(people="{count: 500, home: cities}", catalogues=indented(CITIES)))
    with_them = simulated(small(people=scenario, catalogues=indented(CITIES)))
    assert rows(plain.arrivals.drop_columns(["user_id"])) == rows(
        with_them.arrivals.drop_columns(["user_id"])
    )


def test_windows_and_groups_change_nothing():
    """Households that groups of people divide are the same households."""
    same(together(), together(cuts=(0.3, 2, 9.7), group=101))


def test_a_dictionary_names_each_device_once():
    """The column of devices has each text once, also of those that several people use."""
    run = together(group=500)
    words = run.events["device_id"].combine_chunks().dictionary.to_pylist()
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("households", "message"),
    [("{0: 1}", "from 1 to 8"), ("{9: 1}", "from 1 to 8"), ("{2: 0}", "weight")],
)
def test_what_no_household_has_is_refused(households, message):
    """Households have one to eight people, and some size has a weight."""
    with pytest.raises(ScenarioError, match=message):
        small(people=f"{{count: 10, home: cities, households: {households}}}")


def test_a_shared_device_needs_somebody_to_share_it():
    """Devices in common without people who live together are refused, with the way out."""
    with pytest.raises(ScenarioError, match=r"nobody lives together.*\n.*households"):
        small(devices=indented(DEVICES))
