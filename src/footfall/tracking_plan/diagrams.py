"""Diagrams of a plan by category: each journey is drawn once, where most of its events belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from footfall.diagrams import Graph, journey_graph
from footfall.scenario.records import Journey, Scenario
from footfall.scenario.step_traits import traits, walk

OVERVIEW = ""
"""Stands for a category where journeys hold others together."""
OVERVIEW_TITLE = "How the journeys hang together"


@dataclass(frozen=True, slots=True)
class Section:
    """The diagrams of a category.

    Args:
        category: Its name; `OVERVIEW` for journeys that mostly begin others.
        graphs: Of the journeys most of whose events belong to it.
        elsewhere: (journey, category that it is drawn under): journeys with some of its events.
    """

    category: str
    graphs: tuple[Graph, ...]
    elsewhere: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return its heading."""
        return self.category or OVERVIEW_TITLE

    @property
    def references(self) -> list[str]:
        """Return sentences that say where else events of the category are drawn."""
        return [
            f"Also in the journey {name}, under {home or OVERVIEW_TITLE}."
            for name, home in self.elsewhere
        ]


def sections_of(scenario: Scenario) -> tuple[Section, ...]:
    """Return the diagrams of a scenario: first what holds the journeys together, then each category in its order."""
    counts = {journey.name: _categories(scenario, journey) for journey in scenario.journeys}
    main = _homes(scenario, counts)
    categories = dict.fromkeys(event.category for event in scenario.events)
    sections = [
        Section(
            category,
            tuple(
                journey_graph(scenario, name, properties=True)
                for name, home in main.items()
                if home == category
            ),
            tuple(
                (name, home)
                for name, home in main.items()
                if home != category and category in counts[name]
            ),
        )
        for category in (OVERVIEW, *categories)
    ]
    return tuple(section for section in sections if section.graphs or section.elsewhere)


def _homes(scenario: Scenario, counts: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return the category of each journey.

    One without events of its own goes where the journey that begins it is.
    """
    begun = {journey.name: _begun(journey) for journey in scenario.journeys}
    homes: dict[str, str] = {}
    for name, found in counts.items():
        # A journey that begins more others than it has events shows how these follow each
        # other.
        is_frame = len(begun[name]) > found.total()
        homes[name] = (
            OVERVIEW
            if is_frame or not found
            else max(found, key=lambda category: found[category])
        )
    # One without events or others goes where the journey that begins it is, which is known only
    # now.
    for name in homes:
        if not counts[name] and not begun[name]:
            homes[name] = next(
                (homes[other] for other, names in begun.items() if name in names), OVERVIEW
            )
    return homes


def _categories(scenario: Scenario, journey: Journey) -> Counter[str]:
    """Return how many events of each category a journey has."""
    category = {event.name: event.category for event in scenario.events}
    events = dict.fromkeys(traits(step).emits for step in walk(journey.steps))
    return Counter(category[name] for name in events if name is not None)


def _begun(journey: Journey) -> set[str]:
    """Return the journeys that a journey begins as a part of itself."""
    runs = (traits(step).runs for step in walk(journey.steps))
    return {run.name for run in runs if run is not None and not run.is_later}
