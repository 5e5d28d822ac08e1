"""Cities of five people, counted by hand, and ranks."""

from __future__ import annotations

import pytest

from footfall.errors import UsageError
from footfall.reports import report
from footfall.reports.cities import Cities, City, check_rank_by, cities_of_tallies, ranked
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
    assert list(cities.cities) == [
        City(
            "Ulm",
            people=3,
            active=2,
            returned=1,
            sessions=3,
            events=5,
            events_squared=17,
            converted=1,
            revenue_minor=1800,
            revenue_squared=3_240_000,
        ),
        City(
            "Bonn",
            people=2,
            active=2,
            returned=0,
            sessions=2,
            events=2,
            events_squared=2,
            converted=1,
            revenue_minor=0,
            revenue_squared=0,
        ),
    ]


def test_rates(cities):
    """Means are over all people, the return rate over the active ones."""
    ulm = cities.cities[0]
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


def _city(name, people, each, spread=1, **more):
    """Return a city in which half of the people have `each` - `spread` events and half that much more."""
    low, high = each - spread, each + spread
    squares = people // 2 * (low * low + high * high)
    return City(
        name,
        people,
        people,
        0,
        people,
        people * each,
        squares,
        **{"converted": 0, "revenue_minor": 0, **more},
    )


def test_ranks_by_engagement():
    """Two that are alike share the ranks 2-3; who is above and below them is sure."""
    made = ranked(
        [_city("c", 1000, 5), _city("a", 1000, 9), _city("d", 1000, 2), _city("b", 1000, 5)],
        "engagement",
    )
    assert [(c.name, c.ranks) for c in made] == [
        ("a", (1, 1)),
        ("b", (2, 3)),
        ("c", (2, 3)),
        ("d", (4, 4)),
    ]


def test_ranks_by_conversion():
    """900 of 1,000 lies above 100 of 1,000 whatever the events say."""
    made = ranked(
        [_city("a", 1000, 9, converted=100), _city("b", 1000, 2, converted=900)], "conversion"
    )
    assert [(c.name, c.ranks) for c in made] == [("b", (1, 1)), ("a", (2, 2))]


def test_ranks_by_revenue():
    """Revenue is ranked where its spread was counted, else only sorted."""
    rich = _city("a", 100, 5, revenue_minor=100_000, revenue_squared=100_100_000)
    poor = _city("b", 100, 5, revenue_minor=10_000, revenue_squared=1_010_000)
    assert [(c.name, c.ranks) for c in ranked([poor, rich], "revenue")] == [
        ("a", (1, 1)),
        ("b", (2, 2)),
    ]
    unknown = _city("c", 100, 5, revenue_minor=50_000)
    assert [(c.name, c.ranks) for c in ranked([poor, rich, unknown], "revenue")] == [
        ("a", None),
        ("c", None),
        ("b", None),
    ]


def test_small_cities_have_no_rank():
    """A city of fewer than 30 people is listed where it belongs, but not compared."""
    made = ranked([_city("large", 1000, 5), _city("small", 20, 9)], "engagement")
    assert [(c.name, c.ranks) for c in made] == [("small", None), ("large", (1, 1))]


def test_cities_without_people_are_left_out():
    """A city that nobody has come from yet performs neither well nor badly."""
    assert ranked([_city("a", 0, 5)], "engagement") == ()


def test_equal_cities_are_sorted_by_bytes():
    """Names are sorted by their bytes, not by a language's rules."""
    made = ranked([_city(name, 100, 5) for name in ("é", "z", "Z", "a")], "engagement")
    assert [c.name for c in made] == ["Z", "a", "z", "é"]


def test_of_tallies():
    """Tallies that were never counted are 0; revenue's spread is not known."""
    [city] = cities_of_tallies(
        {("Ulm", "people"): 3, ("Ulm", "events"): 5, ("Ulm", "revenue"): 1800}
    )
    assert (
        city.people,
        city.events,
        city.active,
        city.revenue_minor,
        city.revenue_squared,
    ) == (3, 5, 0, 1800, None)


def test_unknown_ranking():
    """The error lists what cities can be ranked by."""
    with pytest.raises(
        UsageError, match=r'by "size"\n  accepted: engagement, conversion, revenue'
    ):
        check_rank_by("size")


def test_cities_that_are_all_alike_say_so():
    """Where no two can be told apart, the ranks are all the same and a sentence says it."""
    alike = Cities(
        ranked([_city(n, 100, 5) for n in "abc"], "engagement"),
        "customer",
        "EUR",
        2,
        "engagement",
    )
    apart = Cities(
        ranked([_city("a", 100, 5), _city("b", 100, 9)], "engagement"),
        "customer",
        "EUR",
        2,
        "engagement",
    )
    assert (alike.are_alike, apart.are_alike) == (True, False)


def test_the_largest_keep_their_order():
    """A table that is cut keeps the cities with most people, best first."""
    made = ranked([_city("a", 40, 9), _city("b", 1000, 5), _city("c", 500, 7)], "engagement")
    cities = Cities(made, "customer", "EUR", 2, "engagement")
    assert [c.name for c in cities.largest(2)] == ["c", "b"]
    assert [c.name for c in cities.largest(None)] == ["a", "c", "b"]
