"""What shipped scenarios declare of their events, compiled once for all tests that hold events against it."""

from functools import cache

from footfall.execution.setup import load_scenario
from footfall.validation import of_scenario
from footfall.validation.expectations import Expectations


@cache
def declared(name: str) -> Expectations:
    """Return a scenario's expectations; a test of how scenarios are named passes the name itself."""
    return of_scenario(load_scenario(name, {}))
