"""A report as one page that needs nothing else: no request, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape
from importlib.resources import files
from itertools import pairwise

from footfall.reports import charts, estimates
from footfall.reports.cities import Cities, City
from footfall.reports.curves import Curves, Hours
from footfall.reports.intervals import MIN_PEOPLE
from footfall.reports.report import Report
from footfall.reports.stages import FunnelStep, Stages, StepComparison
from footfall.reports.truth import Amount, Tally, Truth
from footfall.store import RunInfo
from footfall.text import NONE, clean, count, date, days, duration, mean, money, percent
from footfall.units import DAY_MS

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MEASURES = {
    "engagement": "events per person",
    "conversion": "conversion",
    "revenue": "revenue per person",
}


def render_html(report: Report) -> str:
    """Return a report as an HTML page: everything is in it, and every name is escaped.

    Args:
        report: Parts that are None are left out; with `curves` it shows how things went over time.

    Raises:
        MissingExtraError: The extra `charts` is not installed.
    """
    style = files("footfall.reports").joinpath("page.css").read_text("utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<link rel="icon" href="data:,">
<title>{_name(_heading(report.info))}</title>
<style>
{style}</style>
</head>
<body>
<main>
{"".join(_parts(report))}</main>
</body>
</html>
"""


def _name(text: str) -> str:
    """Return a name that somebody chose, fit for the page."""
    return escape(clean(text))


def _heading(info: RunInfo | None) -> str:
    return (info.run.title or info.scenario) if info else "Report"


def _parts(report: Report) -> Iterator[str]:
    yield _header(report)
    if report.stages:
        yield _stages(report.stages)
        if report.curves:
            yield _days(report.curves, report.stages)
        if report.stages.comparison:
            yield _comparison(report.stages, report.stages.comparison)
    if report.cities and report.cities.cities:
        yield _cities(report.cities)
    if report.curves and report.curves.hours.lines:
        yield _hours(report.curves.hours)
    if report.truth and not report.truth.is_empty:
        yield _truth(report.truth)
    yield _footer(report.info)


def _header(report: Report) -> str:
    lines = [f"<h1>{_name(_heading(report.info))}</h1>"]
    if report.info:
        run, start_ms = report.info.run, report.info.run.stream.start_ms
        length = days((run.until_ms - start_ms) / DAY_MS)
        lines.append(
            f'<p class="lead">{length} from {date(start_ms)} · simulated people, not real ones</p>'
        )
        if not report.info.is_complete:
            lines.append(
                '<p class="warning">This run is not complete: only what is stored so far is counted.</p>'
            )
    numbers = "".join(
        f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in _numbers(report)
    )
    return f'<header>{"".join(lines)}<dl class="numbers">{numbers}</dl></header>\n'


def _numbers(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what stands out: label and value, both escaped."""
    if report.stages:
        yield "people", count(report.stages.people)
    if report.cities:
        cities = report.cities.cities
        yield "visits", count(sum(city.sessions for city in cities))
        yield "events", count(sum(city.events for city in cities))
    if report.stages:
        goal = next(stage for stage in report.stages.stages if stage.is_goal)
        yield (
            f"reached {_name(goal.name)}",
            f"{percent(report.stages.share(goal.reached))} %",
        )
    if report.cities:
        revenue = sum(city.revenue_minor for city in report.cities.cities)
        yield (
            f"revenue, {_name(report.cities.currency)}",
            money(revenue, report.cities.minor_digits),
        )


def _section(title: str, lead: str, *content: str) -> str:
    return f'<section><h2>{title}</h2><p class="lead">{lead}</p>{"".join(content)}</section>\n'


def _figure(svg: str) -> str:
    return f"<figure>{svg}</figure>"


def _table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[str] = ()
) -> str:
    """Return a table.

    Args:
        headers: Escaped; the first heads a column of names.
        rows: Cells, escaped.
        classes: One per row, or none.
    """
    head = "".join(f'<th scope="col">{header}</th>' for header in headers)
    body = "".join(
        f'<tr class="{classes[i] if classes else ""}"><th scope="row">{first}</th>'
        f"{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for i, (first, *cells) in enumerate(rows)
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _notes(notes: Iterable[str]) -> str:
    return "".join(f'<p class="note">{note}</p>' for note in notes)


def _stages(stages: Stages) -> str:
    chart = charts.drawn(
        partial(charts.funnel, stages), "People who reached each stage", "funnel"
    )
    return _section(
        "Stages",
        "How far people have come. Each person is counted once, at every stage they have reached.",
        _figure(chart),
        _stage_table(stages),
        _notes(_step_notes(stages)),
    )


_STEP_HEADERS = (
    "Entered",
    "Went on",
    "95 % interval",
    "Median time",
    "90 % within",
    "Still open",
)


def _stage_table(stages: Stages) -> str:
    goal = ["goal" if stage.is_goal else "" for stage in stages.stages]
    rows = [
        (
            _name(stage.name) + (" <small>goal</small>" if stage.is_goal else ""),
            count(stage.reached),
            f"{percent(stages.share(stage.reached))} %",
            count(stage.standing),
            *(_step(stage.step) if stage.step else [""] * len(_STEP_HEADERS)),
        )
        for stage in stages.stages
    ]
    has_steps = any(stage.step for stage in stages.stages)
    headers = ("Stage", "Reached", "of all", "Stand here", *_STEP_HEADERS)
    kept = len(headers) if has_steps else len(headers) - len(_STEP_HEADERS)
    return _table(headers[:kept], [row[:kept] for row in rows], goal)


def _step(step: FunnelStep) -> list[str]:
    mark = " unsure" if step.is_provisional else ""
    return [
        count(step.entered),
        f'<b class="{mark}">{percent(step.conversion)} %</b>' if step.entered else NONE,
        estimates.percent_interval(step.interval),
        duration(step.median_ms),
        duration(step.p90_ms),
        f'<span class="{mark}">{count(step.still_open)}{"*" if mark else ""}</span>',
    ]


def _step_notes(stages: Stages) -> Iterator[str]:
    steps = [stage.step for stage in stages.stages if stage.step]
    if steps:
        yield "Went on: of the people who were seen to enter a stage, those who reached the next one or one beyond it."
    if any(step.is_provisional for step in steps):
        yield (
            "* Still open: people who did not go on, but had less time left than the column “90 % within” says. In a "
            "longer run more of them would, and the share would rise."
        )
    if stages.already_here:
        yield (
            f"{count(stages.already_here)} people were here before the start. "
            "They count as having reached their stage; when they entered it is not known, "
            "so they are in no step out of it."
        )


def _days(curves: Curves, stages: Stages) -> str:
    goal = next(stage.name for stage in stages.stages if stage.is_goal)
    chart = charts.drawn(
        partial(charts.days, curves.days, goal), "People per stage, day by day", "days"
    )
    return _section(
        "Day by day",
        "People who had reached each stage by the end of each day. Every small chart has its own scale.",
        _figure(chart),
    )


def _comparison(stages: Stages, comparison: StepComparison) -> str:
    tables = [
        f"<h3>{_name(stage.name)} → {_name(after.name)}</h3>"
        + _table(
            (_name(comparison.by), *_STEP_HEADERS),
            [
                (
                    NONE if group.value is None else _name(group.value),
                    *_step(group.steps[i]),
                )
                for group in comparison.groups
                if group.steps[i].entered
            ],
        )
        for i, (stage, after) in enumerate(pairwise(stages.stages))
        if any(group.steps[i].entered for group in comparison.groups)
    ]
    lead = "Each person counts with the value of the time when they entered the first of the two stages."
    return _section(f"Steps by {_name(comparison.by)}", lead, *tables)


def _hours(hours: Hours) -> str:
    chart = charts.drawn(
        partial(charts.hours, hours), "Share of events per hour of the local day", "hours"
    )
    lead = f"When people are active, by the clock of their home, per {hours.by}."
    return _section("Hours of the day", lead, _figure(chart))


def _cities(cities: Cities) -> str:
    chart = charts.drawn(
        partial(charts.cities, cities), f"Cities by {MEASURES[cities.rank_by]}", "cities"
    )
    shown = min(len(cities.cities), charts.MOST_CITIES)
    cut = (
        f" The chart shows the {shown} largest of {len(cities.cities)}."
        if shown < len(cities.cities)
        else ""
    )
    lead = (
        f"By {MEASURES[cities.rank_by]}, with its 95 % interval; the dashed line is the mean of all people. "
        f"Where intervals overlap a lot, cities may be equal.{cut}"
    )
    return _section(
        "Cities", lead, _figure(chart), _city_table(cities), _notes(_city_notes(cities))
    )


def _city_table(cities: Cities) -> str:
    headers = (
        "City",
        "Rank",
        "People",
        "Active",
        "Return",
        "Visits each",
        "Events each",
        "95 % interval",
    )
    goal = f"Reached {_name(cities.goal)}"
    rows = [_city(city, cities.minor_digits) for city in cities.cities]
    return _table((*headers, goal, "95 % interval", f"{_name(cities.currency)} each"), rows)


def _city(city: City, minor_digits: int) -> list[str]:
    is_sure = city.ranks is not None and city.ranks[0] == city.ranks[1]
    return [
        _name(city.name),
        f"<b>{estimates.ranks(city.ranks)}</b>" if is_sure else estimates.ranks(city.ranks),
        count(city.people),
        f"{percent(city.active_share)} %",
        f"{percent(city.return_rate)} %" if city.active else NONE,
        mean(city.sessions_per_person),
        mean(city.events_per_person),
        estimates.mean_interval(city.events_per_person, city.events_interval),
        f"{percent(city.conversion)} %",
        estimates.percent_interval(city.conversion_interval),
        money(city.revenue_per_person_minor, minor_digits),
    ]


def _city_notes(cities: Cities) -> Iterator[str]:
    if cities.are_alike:
        yield "No two of these cities can be told apart: all of the differences may be chance."
    elif any(city.ranks for city in cities.cities):
        yield "Rank 2–5: anything from 2 to 5 fits the data. Of the differences between ranks 1 in 20 may be chance."
    if any(city.ranks is None for city in cities.cities):
        yield f"No rank: fewer than {MIN_PEOPLE} people, too few to compare."
    yield "Active: with at least one event. Return: of the active, those with at least two visits."


def _truth(truth: Truth) -> str:
    lead = "What the scenario asked for, and what came out."
    if not truth.decisions:
        return _section("Truth", lead, _factors(truth), _skipped(truth))
    lead += f" {truth.outside} of {truth.reached} options lie outside "
    lead += "their 95 % interval; by chance about 1 in 20 does."
    table = _table(
        ("Decision", *_TALLY_HEADERS),
        [(_name(d.name), *_tally(d.tally)) for d in truth.distinct],
    )
    return _section("Truth", lead, table, _effects(truth), _factors(truth), _skipped(truth))


_TALLY_HEADERS = ("Reached", "Asked", "Got", "95 % interval", "As asked")
_AS_ASKED = {True: "yes", False: '<b class="wrong">no</b>', None: NONE}


def _tally(tally: Tally) -> list[str]:
    if not tally.reached:
        return ["0", *[NONE] * 4]
    return [
        count(tally.reached),
        f"{percent(tally.asked)} %",
        f"{percent(tally.got)} %",
        estimates.percent_interval(tally.interval),
        _AS_ASKED[tally.is_as_asked],
    ]


def _effects(truth: Truth) -> str:
    rows: list[Sequence[str]] = []
    for effect in truth.effects:
        rows.append((_name(effect.name), *_tally(effect.affected)))
        rows.append(('<span class="others">all others</span>', *_tally(effect.others)))
    return (
        "<h3>Effects on odds</h3>" + _table(("Effect, on", *_TALLY_HEADERS), rows)
        if rows
        else ""
    )


_AMOUNT_HEADERS = (
    "Reached",
    "Asked",
    "Got",
    "Factor asked",
    "Factor got",
    "95 % interval",
    "As asked",
)


def _amount(amount: Amount, kind: str) -> list[str]:
    if not amount.reached:
        return ["0", *[NONE] * 6]
    return [
        count(amount.reached),
        estimates.amount(amount.asked, kind),
        estimates.amount(amount.got, kind),
        estimates.factor(amount.asked_factor),
        estimates.factor(amount.got_factor),
        estimates.factor_interval(amount.interval),
        _AS_ASKED[amount.is_as_asked],
    ]


def _factors(truth: Truth) -> str:
    rows: list[Sequence[str]] = []
    for factor in truth.factors:
        rows.append((_name(factor.name), *_amount(factor.affected, factor.kind)))
        for number, amount in factor.several:
            rows.append(
                (f'<span class="others">× {number:g}</span>', *_amount(amount, factor.kind))
            )
        rows.append(
            ('<span class="others">all others</span>', *_amount(factor.others, factor.kind))
        )
    if not rows:
        return ""
    note = "Asked and got are means; a factor says how many times what it would be without the effect."
    table = _table(("Effect, on", *_AMOUNT_HEADERS), rows)
    return f"<h3>Effects on waits and values</h3>{table}{_notes([note])}"


def _skipped(truth: Truth) -> str:
    rows = [(_name(f"{s.what}: {s.address}"), count(s.times)) for s in truth.skipped]
    return (
        "<h3>Declared, but could not happen</h3>" + _table(("What", "Times"), rows)
        if rows
        else ""
    )


def _footer(info: RunInfo | None) -> str:
    if info is None:
        return ""
    settings = "".join(
        f", {_name(key)} {_name(value)}" for key, value in sorted(info.run.settings.items())
    )
    version = _name(info.run.versions.get("footfall", ""))
    return (
        f"<footer>Scenario {_name(info.scenario)}, run {info.id}, seed {info.run.stream.seed}{settings}. "
        f"Simulated by footfall {version}.</footer>\n"
    )
