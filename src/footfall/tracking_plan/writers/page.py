"""A plan as one page that asks for nothing; its one script is the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

from footfall.diagrams import PICTURE_STYLE, picture
from footfall.html import (
    SCROLL_STYLE,
    Content,
    Markup,
    document,
    element,
    join,
    table,
)
from footfall.tracking_plan.all_properties import unfolded
from footfall.tracking_plan.cells import type_text
from footfall.tracking_plan.diagrams import OVERVIEW, Section
from footfall.tracking_plan.plan import ExampleStep, Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.writers.plan_rows import (
    allowed_text,
    by_category,
)

PATH, JOURNEYS, USERS, INDEX = "critical-path", "journeys", "user-properties", "properties"
"""Anchors of the sections that are not a category."""
_BREAK = element("br")


def render_page(plan: Plan, sections: Sequence[Section] = ()) -> bytes:
    """Return a plan as an HTML page: everything is in it, and every text is escaped.

    Raises:
        MissingExtraError: What draws the diagrams is not installed.
    """
    folder = files("footfall.tracking_plan.writers")
    style, script = (
        folder.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js")
    )
    parts = element("main", *_Page(plan, sections).parts())
    style = SCROLL_STYLE + PICTURE_STYLE + style
    page = document(plan.title or plan.name, parts, style=style, script=script)
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
        # Numbers, not names: a name may be anything, and two may differ in what an anchor cannot hold.
        self.anchors = {
            event.name: f"event-{number}" for number, event in enumerate(plan.events, 1)
        }
        self.groups = by_category(plan)
        self.headings = {
            name: f"category-{number}" for number, (name, _, _) in enumerate(self.groups, 1)
        }

    def parts(self) -> Iterator[Markup]:
        yield self._header()
        yield _search()
        yield self._links()
        if self.plan.stages:
            yield _section(PATH, "Critical path", self._path())
        if OVERVIEW in self.drawn:
            overview = self.drawn[OVERVIEW]
            yield _section(JOURNEYS, overview.title, _diagrams(overview, is_open=True))
        for category, about, events in self.groups:
            yield self._category(category, about, events)
        if self.plan.user_properties:
            yield _section(USERS, "User properties", self._users())
        if self._has_properties:
            yield _section(INDEX, "Event properties", self._index())
        yield element(
            "footer",
            "Made from the scenario by footfall; examples are values of a small simulation.",
        )

    @property
    def _has_properties(self) -> bool:
        return any(event.properties for event in self.plan.events)

    def _header(self) -> Markup:
        plan = self.plan
        counts = f"{len(plan.events)} events in {len(self.groups)} categories"
        title = element("h1", plan.title or plan.name)
        return element("header", title, _lead(plan.about), _lead(counts))

    def _links(self) -> Markup:
        """Return links to the sections that the page has."""
        found = [(PATH, "Critical path")] if self.plan.stages else []
        found += [(JOURNEYS, "Journeys")] if OVERVIEW in self.drawn else []
        found += [(anchor, name) for name, anchor in self.headings.items()]
        found += [(USERS, "User properties")] if self.plan.user_properties else []
        found += [(INDEX, "Event properties")] if self._has_properties else []
        links = [element("a", text, href=f"#{anchor}") for anchor, text in found]
        return element("nav", links, aria_label="Parts of the plan")

    def _path(self) -> Markup:
        steps = {step.stage: step for step in self.plan.example}
        titles = ("Stage", "Reached by", "Example, UTC", "What the event said")
        n_columns = len(titles) if steps else 2
        rows = [
            self._stage(stage, steps.get(stage.name))[:n_columns] for stage in self.plan.stages
        ]
        return join(self._example_person(), table(titles[:n_columns], rows))

    def _example_person(self) -> Content:
        if not self.plan.example:
            return ""
        user_id = element("code", self.plan.example[0].user_id)
        text = ("The example is one simulated person, user_id ", user_id, ".")
        return element("p", text, class_="lead")

    def _stage(self, stage: PlanStage, step: ExampleStep | None) -> list[Content]:
        goal = (" ", element("span", "goal", class_="mark goal"))
        reached: list[Content] = [self._link(event) for event in stage.events]
        reached = reached or ["everybody who comes"]
        if stage.condition:
            reached.append(("when ", element("code", stage.condition)))
        if stage.is_optional:
            reached.append("people may get further without it")
        example: Content = ""
        said: Content = ""
        if step:
            time = element("span", _clock(step.time), class_="time")
            example = (time, _BREAK, self._link(step.event))
            said = _values(f"{name} = {value}" for name, value in step.properties)
        is_goal = stage.name == self.plan.goal
        return [(stage.name, goal if is_goal else ""), _lines(reached), example, said]

    def _link(self, event: str) -> Markup:
        text = element("code", event)
        if event not in self.anchors:
            return text
        return element("a", text, href=f"#{self.anchors[event]}")

    def _category(self, category: str, about: str, events: Sequence[PlanEvent]) -> Markup:
        diagrams = _diagrams(self.drawn[category]) if category in self.drawn else ""
        content = (_lead(about), [self._event(event) for event in events], diagrams)
        return _section(self.headings[category], category, content)

    def _event(self, event: PlanEvent) -> Markup:
        marks = {
            "optional": event.is_optional,
            "revenue": event.has_revenue,
            "identifies": event.identifies,
        }
        shown = [element("span", m, class_=f"mark {m}") for m, holds in marks.items() if holds]
        changes = [
            element("p", element("code", "{", change, "}"), class_="state")
            for change in event.changes
        ]
        words = [event.name, event.category, event.about, *event.changes]
        return element(
            "article",
            element("header", element("h3", event.name), shown),
            element("p", event.about) if event.about else "",
            changes,
            _properties(event.properties) if event.properties else "",
            id=self.anchors[event.name],
            data_find=_find([*words, *_words(event.properties)]),
        )

    def _users(self) -> Markup:
        titles = (
            "Property",
            "Type",
            "Starts as",
            "Changes",
            "Allowed values",
            "Example",
            "Description",
        )
        known = list(unfolded(self.plan.user_properties))
        finds = [{"data_find": _find((p.name, p.about))} for p in known]
        return table(titles, map(_user_property, known), attributes=finds)

    def _index(self) -> Markup:
        carriers: dict[str, list[str]] = {}
        for event in self.plan.events:
            for known in event.properties:
                carriers.setdefault(known.name, []).append(event.name)
        names = sorted(carriers)
        rows = [
            (element("code", name), _listed(map(self._link, carriers[name]))) for name in names
        ]
        finds = [{"data_find": _find([name])} for name in names]
        return table(("Property", "Events that carry it"), rows, attributes=finds)


def _search() -> Markup:
    """Return the search field.

    It is hidden until the script has found it, since without a script it would do nothing.
    """
    what = "Find an event or a property"
    field = element(
        "input", id="find", type="search", placeholder=what, aria_label=what, autocomplete="off"
    )
    return element("div", field, element("output", id="count"), class_="find", hidden=True)


def _section(anchor: str, title: str, content: Content) -> Markup:
    return element("section", element("h2", title), content, id=anchor)


def _lead(text: str) -> Content:
    return element("p", text, class_="lead") if text else ""


def _diagrams(section: Section, *, is_open: bool = False) -> Content:
    drawn = [
        element(
            "details",
            element("summary", "Diagram: ", graph.name),
            picture(graph),
            open=is_open,
        )
        for graph in section.graphs
    ]
    return [*drawn, *map(_lead, section.references)]


def _properties(properties: Iterable[PlanProperty]) -> Markup:
    titles = ("Property", "Type", "Required", "Allowed values", "Example", "Description")
    rows = map(_event_property, unfolded(properties))
    return table(titles, rows, class_="properties")


def _event_property(known: PlanProperty) -> list[Content]:
    return [
        element("code", known.name),
        type_text(known),
        "yes" if known.is_required else "",
        _values(known.values or filter(None, [allowed_text(known)])),
        _values(known.examples),
        known.about,
    ]


def _user_property(known: PlanProperty) -> list[Content]:
    return [
        element("code", known.name),
        type_text(known),
        element("code", known.start) if known.start else "",
        "yes" if known.changes else "",
        _values(known.values or filter(None, [allowed_text(known)])),
        _values(known.examples),
        known.about,
    ]


def _find(words: Iterable[str]) -> str:
    """Return what the search looks in, as the script compares it: in small letters."""
    return " ".join(filter(None, words)).lower()


def _words(properties: Iterable[PlanProperty]) -> Iterator[str]:
    for known in unfolded(properties):
        yield from (known.name, known.about)


def _clock(time: str) -> str:
    """Return a time to the second, as people read it."""
    day, _, rest = time.partition("T")
    return f"{day} {rest[:8]}" if rest else time


def _values(values: Iterable[str]) -> Content:
    return [element("span", value, class_="value") for value in values]


def _lines(parts: Iterable[Content]) -> Content:
    first, *others = parts
    return [first, *((_BREAK, part) for part in others)]


def _listed(parts: Iterable[Content]) -> Content:
    first, *others = parts
    return [first, *((", ", part) for part in others)]
