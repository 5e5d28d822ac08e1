"""Names of a plan matched with those of a scenario that there is: by what is written, else by the name it would get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from footfall.compiler.requirements import DeclaredProperties
from footfall.scenario.names import folded
from footfall.scenario.records import Scenario
from footfall.tracking_plan.plan import Plan, PlanProperty
from footfall.tracking_plan.plan_names import KnownNames, event_label, identifier, variable


def _written(scenario: Scenario) -> dict[str, str]:
    """Return the names under which a scenario's events have properties → what it calls them."""
    declared = DeclaredProperties(scenario.properties)
    used = (p for event in scenario.events for p in event.properties)
    return {declared.written(p): p.name for p in (*used, *scenario.properties)}


def known_names(plan: Plan, scenario: Scenario) -> KnownNames:
    """Return the names in a scenario of those parts of a plan that it has."""
    people = scenario.people.properties
    of_events = [p.name for event in plan.events for p in event.properties]
    return KnownNames(
        events=_matched(
            [event.name for event in plan.events],
            {event.written: event.name for event in scenario.events},
            event_label,
        ),
        properties=_matched(of_events, _written(scenario), identifier),
        users=_matched(
            [p.name for p in plan.user_properties],
            {p.written: p.name for p in people},
            variable,
        ),
    )


def _matched(
    names: Iterable[str], there: Mapping[str, str], make: Callable[[str], str]
) -> dict[str, str]:
    """Return a plan's name → a scenario's, where both have it.

    Args:
        names: The plan's.
        there: What is written → the scenario's name.
        make: Gives the name that a scenario without aliases has for one that it cannot say.
    """
    names = list(dict.fromkeys(names))
    found = {name: there[name] for name in names if name in there}
    for name in names:
        made = make(name)
        if name not in found and there.get(made) == made and made not in found.values():
            found[name] = made
    return found


def spelled_as(plan: Plan, scenario: Scenario) -> Plan:
    """Return a plan with properties spelled as in the scenario, where only small and large letters differ."""
    of_events = [p.name for event in plan.events for p in event.properties]
    events = _spellings(of_events, _written(scenario))
    people = _spellings(
        [p.name for p in plan.user_properties], [p.written for p in scenario.people.properties]
    )
    return replace(
        plan,
        events=tuple(
            replace(event, properties=_respelled(event.properties, events))
            for event in plan.events
        ),
        user_properties=_respelled(plan.user_properties, people),
    )


def _spellings(names: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Return a plan's names → the same as a scenario spells them; not of two that differ in case alone."""
    spelled = {folded(name): name for name in there}
    different = set(names)
    counts = Counter(map(folded, different))
    return {
        name: spelled[folded(name)]
        for name in different
        if folded(name) in spelled and counts[folded(name)] == 1
    }


def _respelled(
    planned: Iterable[PlanProperty], names: Mapping[str, str]
) -> tuple[PlanProperty, ...]:
    return tuple(replace(p, name=names.get(p.name, p.name)) for p in planned)
