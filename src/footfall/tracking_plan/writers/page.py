"""A plan as one page that needs nothing else: no request; its one script, the search, is known to its policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from footfall.diagrams import Drawing, draw
from footfall.tracking_plan.cells import type_text
from footfall.tracking_plan.diagrams import OVERVIEW, Section
from footfall.tracking_plan.plan import ExampleStep, Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.writers.plan_rows import by_category, unfolded

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{script}'"
)
PATH, JOURNEYS, USERS, INDEX = "critical-path", "journeys", "user-properties", "properties"


def render_page(plan: Plan, sections: Sequence[Section] = ()) -> bytes:
    """Return a plan as an HTML page: everything is in it, and every text is escaped.

    Raises:
        MissingExtraError: What draws the diagrams is not installed.
    """
    folder = files("footfall.tracking_plan.writers")
    style, script = (
        folder.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js")
    )
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY.format(script=digest)}">
<link rel="icon" href="data:,">
<title>{escape(plan.title or plan.name)}</title>
<style>
{style}</style>
</head>
<body>
<main>
{"".join(_Page(plan, sections).parts())}</main>
<script>
{script}</script>
</body>
</html>
"""
    return page.encode()


class _Page:
    """The parts of the page.

    Args:
        plan: What stands on it.
        sections: Diagrams by category.
    """

    def __init__(self, plan: Plan, sections: Sequence[Section]) -> None:
        self.plan = plan
        self.drawn = {section.category: section for section in sections}
        self.anchors = {
            event.name: f"event-{number}" for number, event in enumerate(plan.events, 1)
        }
        self.groups = by_category(plan)
        self.headings = {
            name: f"category-{number}" for number, (name, _, _) in enumerate(self.groups, 1)
        }

    def parts(self) -> Iterator[str]:
        yield self._header()
        if self.plan.stages:
            yield _section(PATH, "Critical path", self._path())
        if OVERVIEW in self.drawn:
            yield _section(
                JOURNEYS,
                self.drawn[OVERVIEW].title,
                *_diagrams(self.drawn[OVERVIEW], is_open=True),
            )
        for category, about, events in self.groups:
            yield self._category(category, about, events)
        if self.plan.user_properties:
            yield _section(USERS, "User properties", self._users())
        if self._has_properties:
            yield _section(INDEX, "Event properties", self._index())
        yield "<footer>Made from the scenario by footfall; examples are values of a small simulation.</footer>\n"

    @property
    def _has_properties(self) -> bool:
        return any(event.properties for event in self.plan.events)

    def _header(self) -> str:
        plan = self.plan
        links = [(PATH, "Critical path")] if plan.stages else []
        links += [(JOURNEYS, "Journeys")] if OVERVIEW in self.drawn else []
        links += [(anchor, name) for name, anchor in self.headings.items()]
        links += [(USERS, "User properties")] if plan.user_properties else []
        links += [(INDEX, "Event properties")] if self._has_properties else []
        nav = "".join(f'<a href="#{anchor}">{escape(text)}</a>' for anchor, text in links)
        counts = f"{len(plan.events)} events in {len(self.groups)} categories"
        about = f'<p class="lead">{escape(plan.about)}</p>' if plan.about else ""
        return (
            f'<header><h1>{escape(plan.title or plan.name)}</h1>{about}<p class="lead">{counts}</p></header>\n'
            '<div class="find" hidden><input id="find" type="search" placeholder="Find an event or a property"'
            ' aria-label="Find an event or a property" autocomplete="off"><output id="count"></output></div>\n'
            f'<nav aria-label="Parts of the plan">{nav}</nav>\n'
        )

    def _path(self) -> str:
        steps = {step.stage: step for step in self.plan.example}
        rows = [self._stage(stage, steps.get(stage.name)) for stage in self.plan.stages]
        titles = ("Stage", "Reached by", "Example, UTC", "What the event said")
        lead = ""
        if self.plan.example:
            user_id = escape(self.plan.example[0].user_id)
            lead = f'<p class="lead">The example is one simulated person, user_id <code>{user_id}</code>.</p>'
        return lead + _table(
            titles if steps else titles[:2], (row if steps else row[:2] for row in rows)
        )

    def _stage(self, stage: PlanStage, step: ExampleStep | None) -> list[str]:
        goal = ' <span class="mark goal">goal</span>' if stage.name == self.plan.goal else ""
        reached = "<br>".join(map(self._link, stage.events)) or "everybody who comes"
        if stage.condition:
            reached += f"<br>when <code>{escape(stage.condition)}</code>"
        example = (
            f'<span class="time">{escape(_clock(step.time))}</span><br>{self._link(step.event)}'
            if step
            else ""
        )
        said = (
            "".join(_value(f"{name} = {value}") for name, value in step.properties)
            if step
            else ""
        )
        return [f"{escape(stage.name)}{goal}", reached, example, said]

    def _link(self, event: str) -> str:
        text = f"<code>{escape(event)}</code>"
        return f'<a href="#{self.anchors[event]}">{text}</a>' if event in self.anchors else text

    def _category(self, category: str, about: str, events: Sequence[PlanEvent]) -> str:
        lead = f'<p class="lead">{escape(about)}</p>' if about else ""
        diagrams = _diagrams(self.drawn[category]) if category in self.drawn else []
        return _section(
            self.headings[category], category, lead, *map(self._event, events), *diagrams
        )

    def _event(self, event: PlanEvent) -> str:
        marks = (
            ("optional", event.is_optional),
            ("revenue", event.has_revenue),
            ("identifies", event.identifies),
        )
        said = "".join(
            f'<span class="mark {mark}">{mark}</span>' for mark, holds in marks if holds
        )
        about = f"<p>{escape(event.about)}</p>" if event.about else ""
        changes = "".join(
            f'<p class="state"><code>{{{escape(change)}}}</code></p>'
            for change in event.changes
        )
        words = (
            event.name,
            event.category,
            event.about,
            *event.changes,
            *_words(event.properties),
        )
        properties = _properties(event.properties) if event.properties else ""
        return (
            f'<article id="{self.anchors[event.name]}"{_find(words)}>'
            f"<header><h3>{escape(event.name)}</h3>{said}</header>{about}{changes}{properties}</article>\n"
        )

    def _users(self) -> str:
        titles = (
            "Property",
            "Type",
            "Starts as",
            "Changes",
            "Allowed values",
            "Example",
            "Description",
        )
        rows, words = [], []
        for p in unfolded(self.plan.user_properties):
            changes = "yes" if p.changes else ""
            start = f"<code>{escape(p.start)}</code>" if p.start else ""
            about = escape(p.about)
            rows.append(
                [
                    _code(p.name),
                    escape(type_text(p)),
                    start,
                    changes,
                    _values(p.values),
                    _values(p.examples),
                    about,
                ]
            )
            words.append((p.name, p.about))
        return _table(titles, rows, words)

    def _index(self) -> str:
        carriers: dict[str, list[str]] = {}
        for event in self.plan.events:
            for known in event.properties:
                carriers.setdefault(known.name, []).append(event.name)
        rows = [
            [_code(name), ", ".join(map(self._link, events))]
            for name, events in sorted(carriers.items())
        ]
        return _table(
            ("Property", "Events that carry it"), rows, [(name,) for name in sorted(carriers)]
        )


def _section(anchor: str, title: str, *content: str) -> str:
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>\n{"".join(content)}</section>\n'


def _diagrams(section: Section, *, is_open: bool = False) -> list[str]:
    found = []
    for graph in section.graphs:
        svg = draw(Drawing([graph], graph.name), "svg").decode()
        state = " open" if is_open else ""
        found.append(
            f"<details{state}><summary>Diagram: {escape(graph.name)}</summary>\n{svg}</details>\n"
        )
    return [*found, *(f'<p class="lead">{escape(text)}</p>' for text in section.references)]


def _properties(properties: Iterable[PlanProperty]) -> str:
    titles = ("Property", "Type", "Required", "Allowed values", "Example", "Description")
    rows = (
        [
            _code(p.name),
            escape(type_text(p)),
            "yes" if p.is_required else "",
            _values(p.values),
            _values(p.examples),
            escape(p.about),
        ]
        for p in unfolded(properties)
    )
    return _table(titles, rows, kind="properties")


def _table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    words: Sequence[Sequence[str]] = (),
    *,
    kind: str = "",
) -> str:
    """Return a table of escaped cells; with words for each row, the search shows and hides it."""
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = "".join(
        f'<tr{_find(words[number]) if words else ""}><th scope="row">{first}</th>'
        f"{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
        for number, (first, *cells) in enumerate(rows)
    )
    return f'<div class="table {kind}"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def _find(words: Iterable[str]) -> str:
    return f' data-find="{escape(" ".join(filter(None, words)).lower())}"'


def _words(properties: Iterable[PlanProperty]) -> Iterator[str]:
    for known in unfolded(properties):
        yield from (known.name, known.about)


def _clock(time: str) -> str:
    """Return a time to the second, as people read it."""
    day, _, rest = time.partition("T")
    return f"{day} {rest[:8]}" if rest else time


def _code(name: str) -> str:
    return f"<code>{escape(name)}</code>"


def _values(values: Iterable[str]) -> str:
    return "".join(map(_value, values))


def _value(text: str) -> str:
    return f'<span class="value">{escape(text)}</span>'
