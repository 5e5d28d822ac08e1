"""A plan as Markdown, with diagrams that GitHub and others draw (Mermaid)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from footfall.diagrams import Drawing, draw
from footfall.tracking_plan.cells import braced
from footfall.tracking_plan.diagrams import OVERVIEW, Section
from footfall.tracking_plan.plan import Plan, PlanEvent
from footfall.tracking_plan.writers.plan_rows import (
    by_category,
    path_rows,
    property_rows,
    user_rows,
)

_SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>|#~$&]|^[-+=]|(?<=^\d)[.)]"
)  # the last two would begin a list


def render_markdown(plan: Plan, sections: Sequence[Section] = ()) -> bytes:
    """Return a plan as a page of Markdown: critical path, events by category, user properties."""
    return ("\n\n".join(_parts(plan, sections)) + "\n").encode()


def _parts(plan: Plan, sections: Sequence[Section]) -> Iterator[str]:
    drawn = {section.category: section for section in sections}
    yield f"# {_plain(plan.title or plan.name)}"
    if plan.about:
        yield _plain(plan.about)
    if plan.stages:
        yield "## Critical path"
        yield _path(plan)
    if OVERVIEW in drawn:
        yield from _section(drawn[OVERVIEW])
    for category, about, events in by_category(plan):
        yield f"## {_plain(category)}"
        if about:
            yield _plain(about)
        for event in events:
            yield from _event(event)
        if category in drawn:
            yield from _section(drawn[category])
    if plan.user_properties:
        yield "## User properties"
        titles = ("Type", "Start", "Changes", "Allowed values", "Example", "Description")
        yield _table(("Property", *titles), user_rows(plan))


def _path(plan: Plan) -> str:
    rows = path_rows(plan)
    titles = ("Stage", "Events", "Condition", "Optional", "Goal")
    of_example = ("Example user_id", "Event", "Time (UTC)", "Properties")
    if plan.example:
        return _table((*titles, *of_example), rows)
    return _table(titles, (row[: len(titles)] for row in rows))


def _event(event: PlanEvent) -> Iterator[str]:
    flags = (
        ("optional", event.is_optional),
        ("revenue", event.has_revenue),
        ("identifies", event.identifies),
    )
    notes = "".join(f" *({flag})*" for flag, holds in flags if holds)
    yield f"### {_plain(event.name)}{notes}"
    lines = [_plain(text) for text in (event.about, braced(event.changes)) if text]
    if lines:
        yield "\\\n".join(lines)
    if event.properties:
        titles = ("Property", "Type", "Required", "Allowed values", "Example", "Description")
        yield _table(titles, property_rows(event.properties))


def _section(section: Section) -> Iterator[str]:
    if section.category == OVERVIEW:
        yield f"## {section.title}"
    for graph in section.graphs:
        yield "```mermaid\n" + draw(Drawing([graph], graph.name), "mmd").decode() + "```"
    yield from map(_plain, section.references)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Return a text in one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
