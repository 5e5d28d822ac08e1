"""Tallies as rows and as text."""

from dataclasses import replace

from footfall.data.tallies import Tallies
from footfall.execution.chunks import simulate
from footfall.store.tables import TALLIES
from footfall.store.tally_tables import read_tallies, tallies_text, tally_changes


def test_tallies_are_read_as_they_were_written():
    """Whatever a run counts, numbers beyond 64 bits among them."""
    (chunk,) = simulate("ecommerce", people=300, days=5)
    tallies = chunk.tallies
    key = next(iter(tallies.cities))
    tallies.cities[key] += 10**25
    assert all((tallies.decisions, tallies.effects, tallies.stages))
    assert read_tallies(tallies_text(tallies)) == tallies


def test_tallies_of_a_part_are_added_and_those_of_a_whole_run_replace():
    """A part touches the tables in which it has rows; a whole run empties all of them first."""
    tallies = Tallies.empty()
    tallies.cities["Pune", "events"] = 3
    tallies.cities["Oslo", "events"] = 2
    (change,) = tally_changes("r", tallies)
    assert (change.table, change.replaces) == ("city_tallies", False)
    assert change.rows == [("r", "Oslo", "events", 2), ("r", "Pune", "events", 3)]
    assert (change.keys, change.sums) == (("run", "city", "measure"), ("total",))
    changes = tally_changes("r", replace(tallies, is_whole=True))
    assert {change.table for change in changes} == set(TALLIES)
    assert all(change.replaces for change in changes)
    assert [change.table for change in changes if change.rows] == ["city_tallies"]
