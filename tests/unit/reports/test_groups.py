"""Cities and groups of five people, counted by hand."""

from __future__ import annotations

import pytest

from footfall.reports import report
from footfall.reports.group_queries import cities_of_tallies
from footfall.reports.people_groups import PeopleGroup
from footfall.units import HOUR_MS
from tests.stores import Rows, make_run, store_of_rows

H = HOUR_MS
ULM = ("Ulm", "DE", "Europe/Berlin")
BONN = ("Bonn", "DE", "Europe/Berlin")

ROWS = Rows(
    arrivals=[
        (1, 1 * H, *ULM, "visitor", {}),
        (2, 1 * H, *ULM, "visitor", {}),
        (3, 1 * H, *ULM, "visitor", {}),  # never does anything
        (4, -9 * H, *BONN, "customer", {}),  # was a customer before
        (5, 1 * H, *BONN, "visitor", {}),
    ],
    changes=[(1, "stage", '"visitor"', '"customer"', 3 * H)],
    events=[
        (1, 1 * H, 1 * H, "Ulm", "DE", "phone", None),
        (1, 1 * H + 5, 1 * H, "Ulm", "DE", "phone", 1999),
        (1, 3 * H, 3 * H, "Ulm", "DE", "phone", 301),  # a second session
        (1, 9 * H, None, "Ulm", "DE", None, -500),  # a refund, in no session
        (2, 2 * H, 2 * H, "Ulm", "DE", "phone", None),
        (
            4,
            2 * H,
            -1 * H,
            "Bonn",
            "DE",
            "phone",
            None,
        ),  # a session that began before the start
        (5, 4 * H, 4 * H, "Bonn", "DE", "phone", None),
    ],
)


@pytest.fixture(scope="module")
def cities():
    with store_of_rows(make_run(), ROWS) as store:
        yield report(store, stages=False).cities


def test_counts(cities):
    """Sessions count once, open at the start or not; money with refunds; customers whenever they became one."""
    assert sorted(cities.groups, key=lambda city: -city.people) == [
        PeopleGroup(
            "Ulm",
            people=3,
            active=2,
            returned=1,
            sessions=3,
            events=5,
            events_squared=17,
            events_cubed=65,
            converted=1,
            revenue_minor=1800,
            buyers=1,
            revenue_squared=3_240_000,
            revenue_cubed=5_832_000_000,
        ),
        PeopleGroup(
            "Bonn",
            people=2,
            active=2,
            returned=0,
            sessions=2,
            events=2,
            events_squared=2,
            events_cubed=2,
            converted=1,
            revenue_minor=0,
            buyers=0,
            revenue_squared=0,
            revenue_cubed=0,
        ),
    ]


def test_rates(cities):
    """Means are over all people, the return rate over the active ones."""
    ulm = next(city for city in cities.groups if city.name == "Ulm")
    assert (ulm.active_share, ulm.return_rate) == (2 / 3, 0.5)
    assert (ulm.sessions_per_person, ulm.events_per_person, ulm.conversion) == (1, 5 / 3, 1 / 3)
    assert ulm.revenue_per_person_minor == 600
    assert ulm.events_interval is None


def test_labels_of_the_table(cities):
    """The table knows what money and goal are called."""
    assert (cities.goal, cities.currency, cities.minor_digits) == ("customer", "EUR", 2)


def test_arrow(cities):
    """A notebook gets one row per city, money in major units."""
    rows = cities.to_arrow().to_pylist()
    assert [row["city"] for row in rows] == ["Ulm", "Bonn"]
    assert rows[0]["revenue_per_person"] == 6.0
    assert rows[0]["best_rank"] is None


def test_of_tallies():
    """Tallies that were never counted are 0; where none of powers were counted, how far revenue varies is not known."""
    [city] = cities_of_tallies(
        {("Ulm", "people"): 3, ("Ulm", "events"): 5, ("Ulm", "revenue"): 1800}
    )
    assert (city.people, city.events, city.active, city.revenue_minor) == (3, 5, 0, 1800)
    assert (city.buyers, city.revenue_squared, city.revenue_cubed) == (None, None, None)
    powers = {
        ("Ulm", "buyers"): 1,
        ("Ulm", "revenue_squared"): 1800**2,
        ("Ulm", "revenue_cubed"): 1800**3,
    }
    ulm, bonn = sorted(
        cities_of_tallies({("Ulm", "people"): 3, ("Bonn", "people"): 2, **powers}),
        key=lambda city: -city.people,
    )
    assert (ulm.buyers, ulm.revenue_squared, ulm.revenue_cubed) == (1, 1800**2, 1800**3)
    assert (bonn.buyers, bonn.revenue_squared, bonn.revenue_cubed) == (0, 0, 0)


@pytest.mark.parametrize(
    ("by", "people"),
    [
        ("country", {"DE": 5}),
        ("city", {"Ulm": 3, "Bonn": 2}),
        ("platform", {"phone": 4, None: 1}),  # of the first event; person 3 has none
    ],
)
def test_groups_by_any_property(by, people):
    """People count by the value with which they came, each once, who never did anything too."""
    with store_of_rows(make_run(), ROWS) as store:
        groups = report(store, by=by).groups
    assert {group.name: group.people for group in groups.groups} == people
    assert sum(group.events for group in groups.groups) == 7
    assert sum(group.converted for group in groups.groups) == 2
    assert (groups.by, groups.to_arrow().column_names[0]) == (
        by,
        "city" if by == "city" else "value",
    )


def test_groups_by_a_user_property():
    """A person counts by the value at arrival, whatever it became; nobody's is nobody's."""
    rows = Rows(
        arrivals=[
            (1, H, *ULM, "visitor", {"plan": "free"}),
            (2, H, *ULM, "visitor", {"plan": "pro"}),
            (3, H, *ULM, "visitor", {}),
        ],
        changes=[(1, "plan", '"free"', '"pro"', 2 * H)],
        events=[(1, 3 * H, 3 * H, "Ulm", "DE", "phone", None)],
    )
    with store_of_rows(make_run(), rows) as store:
        groups = report(store, by="plan").groups
    assert [(g.name, g.people, g.events) for g in groups.groups] == [
        ("free", 1, 1),
        ("pro", 1, 0),
        (None, 1, 0),
    ]
