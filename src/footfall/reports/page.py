"""A report as one page that needs nothing else: no request, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files

from footfall.html import SCROLL_STYLE, Content, Markup, document, element, table
from footfall.reports.contents import ReportHeading, heading_of, sections_of
from footfall.reports.inline_svg import drawn
from footfall.reports.reporting import Report
from footfall.reports.section import Bar, Cell, Figure, ReportSection, TableColumn, TableRow
from footfall.store import RunInfo
from footfall.text import count, money, percent


def render_html(report: Report) -> str:
    """Return a report as an HTML page: everything is in it, and every name is escaped.

    Args:
        report: Parts that are None are left out; with `curves` it shows how things went over time.

    Raises:
        MissingExtraError: The extra `charts` is not installed.
    """
    heading = heading_of(report.info) if report.info else ReportHeading("Report", "", "")
    lead = f"{heading.span} · simulated people, not real ones"
    footer = _footer(heading, report.info) if report.info else ""
    return page_of(heading, lead, _numbers(report), sections_of(report), footer)


def tables_of(report: Report) -> Markup:
    """Return the tables of a report as a part of somebody's page, as of a notebook: without style and charts."""
    heading = heading_of(report.info) if report.info else ReportHeading("Report", "", "")
    lead = ". ".join(filter(None, (heading.span, heading.warning)))
    sections = [
        _section(replace(section, figure=None))
        for section in sections_of(report)
        if section.columns or section.parts
    ]
    return element("div", element("h2", heading.title), element("p", lead), sections)


Report.as_html = staticmethod(lambda report: str(tables_of(report)))


def page_of(
    heading: ReportHeading,
    lead: str,
    numbers: Iterable[tuple[str, str]],
    sections: Iterable[ReportSection],
    footer: Content,
) -> str:
    """Return sections as a page.

    Args:
        heading: Of the page.
        lead: The line below its title, where the heading has a span.
        numbers: What stands out: label and value.
        sections: In reading order.
        footer: What stands at the end.
    """
    parts = [_header(heading, lead, numbers), *map(_section, sections), footer]
    style = files("footfall.reports").joinpath("page.css").read_text("utf-8")
    return document(heading.title, element("main", parts), style=SCROLL_STYLE + style)


def _header(heading: ReportHeading, lead: str, numbers: Iterable[tuple[str, str]]) -> Markup:
    shown = [
        element("div", element("dt", label), element("dd", value)) for label, value in numbers
    ]
    return element(
        "header",
        element("h1", heading.title),
        element("p", lead, class_="lead") if heading.span else "",
        element("p", heading.warning, class_="warning") if heading.warning else "",
        element("dl", shown, class_="numbers"),
    )


def _numbers(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what stands out: label and value."""
    stages, cities = report.stages, report.cities
    if stages:
        yield "people", count(stages.people)
    if cities:
        yield "visits", count(sum(city.sessions for city in cities.groups))
        yield "events", count(sum(city.events for city in cities.groups))
    if stages:
        goal = next(stage for stage in stages.stages if stage.is_goal)
        yield f"reached {goal.name}", f"{percent(stages.share(goal.reached))} %"
    if cities:
        revenue = sum(city.revenue_minor for city in cities.groups)
        yield f"revenue, {cities.currency}", money(revenue, cities.minor_digits)


def _footer(heading: ReportHeading, info: RunInfo) -> Markup:
    settings = "".join(f", {key} {value}" for key, value in sorted(info.run.settings.items()))
    version = info.run.versions.get("footfall", "")
    return element(
        "footer",
        f"Scenario {heading.identity}{settings}. Simulated by footfall {version}.",
    )


def _section(section: ReportSection) -> Markup:
    return element("section", _content(section, "h2"))


def _content(section: ReportSection, heading: str) -> Iterator[Content]:
    """Yield what stands in a section; a section within it gets a smaller heading.

    What columns mean is said once, above: sections within one have the columns of another.
    """
    lead = section.lead
    yield element(heading, section.title)
    if lead:
        yield element("p", f"{lead[0].upper()}{lead[1:]}.", class_="lead")
    if section.figure:
        yield _figure(section.figure)
    if section.columns:
        yield _table(section)
    notes = [_meanings(section), *section.notes] if heading == "h2" else section.notes
    yield from (element("p", note, class_="note") for note in notes if note)
    for part in section.parts:
        yield from _content(part, "h3")


def _figure(figure: Figure) -> Markup:
    captions = " ".join(figure.captions)
    caption = element("figcaption", captions, class_="note") if captions else ""
    return element("figure", drawn(figure), caption)


def _meanings(section: ReportSection) -> str:
    return " ".join(
        f"{column.name}: {column.about}." for column in section.columns if column.about
    )


def _table(section: ReportSection) -> Markup:
    """Return the table; without its bars, which the chart above shows."""
    shown = [n for n in range(len(section.columns)) if not _is_bars(section, n)]
    columns: list[TableColumn] = [section.columns[n] for n in shown]
    rows = [[_cell(row, n) for n in shown] for row in section.rows]
    return table(
        [column.name for column in columns],
        rows,
        attributes=[{"class_": row.tone} for row in section.rows],
    )


def _is_bars(section: ReportSection, n: int) -> bool:
    return any(isinstance(row.cells[n], Bar) for row in section.rows)


def _cell(row: TableRow, n: int) -> Content:
    cell = row.cells[n]
    assert isinstance(cell, Cell)
    shown = _toned(cell)
    return element("span", shown, class_="part") if row.is_part and n == 0 else shown


def _toned(cell: Cell) -> Content:
    text = f"{cell.text}{cell.mark}"
    if cell.tone in ("", "faint"):
        return element("span", text, class_="faint") if cell.tone else text
    # Bold besides its colour, which not everybody sees.
    return element("b", text, class_=cell.tone)
