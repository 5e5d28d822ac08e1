"""The first lines of a scenario made of a plan, and the world that no plan says: when, on what, where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footfall.tracking_plan.all_properties import open_places
from footfall.tracking_plan.journeys import ASSUMED
from footfall.tracking_plan.plan import Plan, PlanProperty
from footfall.tracking_plan.plan_facts import PlanFacts
from footfall.tracking_plan.plan_names import scenario_name
from footfall.tracking_plan.scenario_types import single_fields
from footfall.tracking_plan.yaml_text import comment, quoted


def head(facts: PlanFacts, source: str) -> Iterator[str]:
    """Yield the first lines: where it was made from, and what is said of the whole.

    Args:
        facts: Of the plan.
        source: Where the plan was read.
    """
    plan = facts.plan
    yield "footfall: 1"
    yield ""
    yield comment(
        f"Made from {source or plan.name}: {len(plan.events)} events, "
        f"{len(plan.user_properties)} user properties."
    )
    yield "# What can happen, and what it means, is the plan's. It does not say how often, how long after, and to whom:"
    yield f"# that is marked as an {ASSUMED}. Change it, then: footfall run THIS_FILE"
    yield from (comment(f"note: {remark}") for remark in plan.remarks)
    yield from (
        comment(f"not kept: {text}") for text in (*facts.not_agreed, *open_places(plan))
    )
    if facts.not_agreed or _lacks_required(plan):
        yield "# So its events cannot keep to all of the plan, and will have findings:"
        yield comment(f"footfall validate EVENTS --against {source or plan.name}")
    yield ""
    yield f"scenario: {scenario_name(plan.name)}"
    for key, text in (("title", plan.title), ("about", plan.about)):
        if text:
            yield f"{key}: {quoted(text)}"
    yield f"currency: {facts.currency}" + (
        "" if plan.currency == facts.currency else f"  {comment(ASSUMED)}"
    )
    yield "time_zone: UTC"


def _lacks_required(plan: Plan) -> bool:
    """Return whether records of lists must have a field that a scenario leaves out, as it is a list or a record."""
    properties = [p for event in plan.events for p in event.properties]
    return any(
        field.is_required
        for planned in _with_fields(properties)
        if planned.type == "list"
        for field in planned.fields
        if field not in single_fields(planned)
    )


def _with_fields(properties: Iterable[PlanProperty]) -> Iterator[PlanProperty]:
    for planned in properties:
        yield planned
        yield from _with_fields(planned.fields)


CALENDAR = (
    f"calendar: {{start: 2026-01-01, length: 30 days, rhythm: evenings}}  {comment(ASSUMED)}"
)
DEVICES_AND_CITIES = f"""\
devices:
  kinds:  {comment(ASSUMED)}
    columns: [platform, os_name]
    rows:    [[phone, Android], [phone, iOS], [computer, Windows], [computer, macOS]]
    weights: [40, 25, 25, 10]

catalogues:
  cities:  {comment(ASSUMED)}; or write {{file: cities.csv, weight: population}}
    columns: [city, country, language, time_zone]
    rows:    [[London, GB, en, Europe/London], [Berlin, DE, de, Europe/Berlin], [Paris, FR, fr, Europe/Paris]]
    weights: [45, 30, 25]"""
