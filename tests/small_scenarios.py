"""The smallest scenario that loads, with any of its parts replaced: for tests of the language."""

from footfall.scenario import loads
from footfall.scenario.records import Scenario

PARTS = {
    "footfall": "1",
    "scenario": "shop",
    "calendar": "{start: 2026-01-01, length: 30 days}",
    "people": "{count: 100, home: cities}",
    "catalogues": "{cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}}",
    "stages": "[visitor, buyer: {on: Paid}]",
    "events": "{Buying: {Seen: {}, Paid: {}}}",
    "journeys": "{life: {steps: [Seen, Paid]}}",
}


def scenario_text(**parts: str | None) -> str:
    """Return the text of the smallest scenario; a part is YAML in one or more lines, None leaves it out."""
    written = {name: text for name, text in (PARTS | parts).items() if text is not None}
    return "".join(f"{name}: {_below(text)}\n" for name, text in written.items())


def _below(text: str) -> str:
    return text if "\n" not in text.strip() else "\n" + text.strip("\n")


def small(folder=None, **parts: str | None) -> Scenario:
    """Load the smallest scenario with some parts replaced."""
    return loads(scenario_text(**parts), "shop.yaml", folder)


def steps_of(steps: str):
    """Return the steps of a journey that is written as a YAML list."""
    lines = "\n".join("      " + line for line in steps.strip("\n").splitlines())
    return small(journeys=f"  life:\n    steps:\n{lines}").journeys[0].steps
