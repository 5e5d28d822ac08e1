"""Tallies as text."""

from footfall.execution.chunks import simulate
from footfall.store.tally_tables import read_tallies, tallies_text


def test_tallies_are_read_as_they_were_written():
    """Whatever a run counts, numbers beyond 64 bits among them."""
    (chunk,) = simulate("ecommerce", people=300, days=5)
    tallies = chunk.tallies
    key = next(iter(tallies.cities))
    tallies.cities[key] += 10**25
    assert all((tallies.decisions, tallies.effects, tallies.stages))
    assert read_tallies(tallies_text(tallies)) == tallies
