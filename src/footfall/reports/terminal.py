"""Reports in the terminal: aligned tables that fit 80 columns and stay readable without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rich import box
from rich.console import Console, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from footfall.reports import estimates
from footfall.reports.cities import Cities, City, RankBy
from footfall.reports.intervals import MIN_PEOPLE
from footfall.reports.report import Report
from footfall.reports.stages import FunnelStep, StageCounts, Stages, StepComparison
from footfall.reports.truth import Amount, Tally, Truth
from footfall.store import RunInfo
from footfall.text import ascii_only, clean, count, date, days, duration, mean, money, percent
from footfall.units import DAY_MS

MOST_GROUPS = 12
LEAST_BAR, MOST_BAR, BESIDE_BAR = 8, 30, 44
IS_GOAL = " (goal)"
NAME_WIDTH = 12
WIDE = 90
MEASURES: dict[RankBy, str] = {
    "engagement": "events per person",
    "conversion": "share who reached the goal",
    "revenue": "revenue per person",
}
GOAL, UNSURE, WRONG, FAINT, BAR = "bold green", "yellow", "bold red", "dim", "cyan"


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is written on: how wide it is, and which characters it can show."""

    console: Console
    most_cities: int | None

    @property
    def overflow(self) -> Literal["crop", "ellipsis"]:
        """How texts are cut: rich's ellipsis is one character that not every encoding has."""
        return "crop" if self.console.options.ascii_only else "ellipsis"

    def text(self, text: str, style: str | Style = "") -> Text:
        """Return a text without markup, in characters that the terminal's encoding has."""
        if self.console.options.ascii_only:
            text = ascii_only(text)
        return Text(text, style, overflow=self.overflow, no_wrap=True)

    def name(self, name: str, style: str = "") -> Text:
        """Return somebody's name for something."""
        return self.text(clean(name), style)

    def note(self, text: str) -> Text:
        """Return a remark below a table."""
        note = self.text(f"\n{text}", FAINT)
        note.no_wrap = False
        return note


def render_table(report: Report, console: Console, *, most_cities: int | None = None) -> None:
    """Print a report as tables.

    Args:
        report: What to print; parts that are None are left out.
        console: Where to; without colours if it has none.
        most_cities: Cut the table of cities to so many rows, and say so.
    """
    paper = _Paper(console, most_cities)
    for part in _parts(report, paper):
        console.print(part)


def _parts(report: Report, paper: _Paper) -> Iterator[RenderableType]:
    if report.info:
        yield from _facts(report.info, paper)
    if report.stages:
        yield from _stages(report.stages, paper)
    if report.cities and report.cities.cities:
        yield from _cities(report.cities, paper)
    if report.truth and not report.truth.is_empty:
        yield from _truth(report.truth, paper)


def _facts(info: RunInfo, paper: _Paper) -> Iterator[RenderableType]:
    run, start_ms = info.run, info.run.stream.start_ms
    length = days((run.until_ms - start_ms) / DAY_MS)
    yield paper.name(run.title or info.scenario, "bold")
    yield paper.text(
        f"{info.scenario}, run {info.id}, seed {run.stream.seed}; {length} from {date(start_ms)}",
        FAINT,
    )
    if not info.is_complete:
        yield paper.text(
            "This run is not complete: only what is stored so far is counted.", UNSURE
        )


def _table(paper: _Paper, *headers: str, gap: int = 2) -> Table:
    """Return an empty table: the first column holds names, which are cut when it is narrow; the others numbers."""
    first, *others = (
        Text("\n").join(map(paper.name, header.split("\n"))) for header in headers
    )
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, gap - 1, 0, 0), pad_edge=False, show_edge=False
    )
    table.add_column(first, overflow=paper.overflow, vertical="bottom", min_width=NAME_WIDTH)
    for header in others:
        table.add_column(header, justify="right" if header else "left", no_wrap=True)
    return table


def _title(text: Text) -> Iterator[RenderableType]:
    text.stylize("bold")
    yield from (Text(), text, Text())


def _stages(stages: Stages, paper: _Paper) -> Iterator[RenderableType]:
    yield from _title(paper.text(f"Stages: how far {_people(stages.people)} come"))
    table = _table(paper, "Stage", "Reached", "% of all", "", "Now here", "% of all")
    longest = max(len(stage.name) + len(IS_GOAL) * stage.is_goal for stage in stages.stages)
    width = min(max(paper.console.width - longest - BESIDE_BAR, LEAST_BAR), MOST_BAR)
    for stage in stages.stages:
        table.add_row(*_stage(stages, stage, width, paper), style=GOAL if stage.is_goal else "")
    yield table
    yield from _steps(stages, paper)
    if stages.comparison:
        yield from _comparison(stages, stages.comparison, paper)


def _stage(stages: Stages, stage: StageCounts, width: int, paper: _Paper) -> list[Text]:
    share, here = stages.share(stage.reached), stages.share(stage.standing)
    return [
        paper.name(stage.name + IS_GOAL * stage.is_goal),
        paper.text(count(stage.reached)),
        paper.text(percent(share)),
        paper.text(_bar(share, width), BAR),
        paper.text(count(stage.standing)),
        paper.text(percent(here)),
    ]


def _people(number: int) -> str:
    return "1 person has" if number == 1 else f"{number:,} people have"


def _bar(share: float, width: int) -> str:
    """Return a bar of so many characters; a share above 0 shows at least a sliver."""
    eighths = max(round(share * width * 8), int(share > 0))
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _steps(stages: Stages, paper: _Paper) -> Iterator[RenderableType]:
    steps = [(f"{a.name} → {b.name}", a.step) for a, b in pairwise(stages.stages) if a.step]
    if not steps:
        return
    yield from _title(paper.text("Steps: of those who entered a stage, who went on"))
    table = _step_table("Step", paper)
    for name, step in steps:
        table.add_row(paper.name(name), *_step(step, paper))
    yield table
    yield from _step_notes(stages, [step for _, step in steps], paper)


def _step_table(first: str, paper: _Paper) -> Table:
    return _table(
        paper,
        *(
            f"\n{first}",
            "\nEntered",
            "Went on\n%",
            "\n95 %",
            "Median\ntime",
            "90 %\nwithin",
            "Still\nopen ",
        ),
        gap=1 if paper.console.width < WIDE else 2,
    )


def _step(step: FunnelStep, paper: _Paper) -> list[Text]:
    style = UNSURE if step.is_provisional else ""
    return [
        paper.text(count(step.entered)),
        paper.text(percent(step.conversion), style),
        paper.text(estimates.percent_interval(step.interval), FAINT),
        paper.text(duration(step.median_ms)),
        paper.text(duration(step.p90_ms)),
        paper.text(count(step.still_open) + ("*" if step.is_provisional else " "), style),
    ]


def _step_notes(
    stages: Stages, steps: Sequence[FunnelStep], paper: _Paper
) -> Iterator[RenderableType]:
    if any(step.is_provisional for step in steps):
        yield paper.note(
            "* Still open: people who did not go on, but had less time left than the column 90 % says. In a longer run "
            "more of them would."
        )
    if stages.already_here:
        yield paper.note(
            f"{count(stages.already_here)} people were here before the start. "
            "They count as having reached their stage; steps count only stages that people were seen to enter."
        )


def _comparison(
    stages: Stages, comparison: StepComparison, paper: _Paper
) -> Iterator[RenderableType]:
    for i, (stage, after) in enumerate(pairwise(stages.stages)):
        shown = [group for group in comparison.groups if group.steps[i].entered]
        if not shown:
            continue
        yield from _title(
            paper.name(
                f"{stage.name} → {after.name}, by {comparison.by} on entering {stage.name}"
            )
        )
        table = _step_table(clean(comparison.by), paper)
        for group in shown[:MOST_GROUPS]:
            name = (
                paper.text("(none)", FAINT) if group.value is None else paper.name(group.value)
            )
            table.add_row(name, *_step(group.steps[i], paper))
        yield table
        if len(shown) > MOST_GROUPS:
            yield paper.note(
                f"and {len(shown) - MOST_GROUPS} more; all of them with --format json"
            )


def _cities(cities: Cities, paper: _Paper) -> Iterator[RenderableType]:
    yield from _title(
        paper.text(f"Cities: by {MEASURES[cities.rank_by]}; the goal is {clean(cities.goal)}")
    )
    table = _table(
        paper,
        *(
            "\nCity",
            "\nRank",
            "\nPeople",
            "Active\n%",
            "Return\n%",
            "Visits\neach",
            "Events\neach",
        ),
        *("Reached goal\n% (95 %)", f"{cities.currency}\neach"),
        gap=1 if paper.console.width < WIDE else 2,
    )
    shown = cities.largest(paper.most_cities)
    for city in shown:
        table.add_row(*_city(city, cities, paper))
    yield table
    yield from _city_notes(cities, len(shown), paper)


def _city(city: City, cities: Cities, paper: _Paper) -> list[Text]:
    is_sure = city.ranks is not None and city.ranks[0] == city.ranks[1]
    interval = estimates.rounded_interval(city.conversion_interval)
    return [
        paper.name(city.name),
        paper.text(estimates.ranks(city.ranks), "bold" if is_sure else FAINT),
        paper.text(count(city.people)),
        paper.text(percent(city.active_share)),
        paper.text(percent(city.return_rate)),
        paper.text(mean(city.sessions_per_person)),
        paper.text(estimates.mean_with_arm(city.events_per_person, city.events_interval)),
        paper.text(f"{percent(city.conversion)} ({interval})"),
        paper.text(money(city.revenue_per_person_minor, cities.minor_digits)),
    ]


def _city_notes(cities: Cities, shown: int, paper: _Paper) -> Iterator[RenderableType]:
    if shown < len(cities.cities):
        yield paper.note(f"These are the largest; there are {len(cities.cities) - shown} more.")
    if cities.are_alike:
        yield paper.note(
            "No two of these cities can be told apart: all of the differences may be chance."
        )
    elif any(city.ranks for city in cities.cities):
        yield paper.note(
            "Rank 2–5: anything from 2 to 5 fits the data. Of the differences between ranks 1 in 20 may be chance."
        )
    if any(city.ranks is None for city in cities.cities):
        yield paper.note(f"Rank –: fewer than {MIN_PEOPLE} people, too few to compare.")


def _truth(truth: Truth, paper: _Paper) -> Iterator[RenderableType]:
    yield from _title(paper.text("Truth: what was asked, and what came out"))
    if truth.decisions:
        yield from _decisions(truth, paper)
    if truth.effects:
        yield from _title(paper.text("Effects on odds: those they hold for, and all others"))
        yield _effects(truth, paper)
    if truth.factors:
        yield from _title(
            paper.text("Effects on waits and values: those they hold for, and all others")
        )
        yield _factors(truth, paper)
        yield paper.note(
            "Asked and got are means; a factor says how many times what it would be without the effect."
        )
    if truth.skipped:
        yield from _title(paper.text("Skipped: declared, but could not happen"))
        yield _skipped(truth, paper)


def _decisions(truth: Truth, paper: _Paper) -> Iterator[RenderableType]:
    table = _table(paper, "Decision", *_TALLY_HEADERS)
    for decision in truth.distinct:
        table.add_row(paper.name(decision.name), *_tally(decision.tally, paper))
    yield table
    yield paper.note(
        f"{truth.outside} of {truth.reached} options lie outside their 95 % interval (!); by chance about 1 in 20 does."
    )


_TALLY_HEADERS = ("Reached", "Asked %", "Got %", "95 %", "")


def _tally(tally: Tally, paper: _Paper) -> list[Text]:
    mark = {True: "", False: "!", None: ""}[tally.is_as_asked]
    return [
        paper.text(count(tally.reached)),
        paper.text(percent(tally.asked)),
        paper.text(percent(tally.got), WRONG if mark else ""),
        paper.text(estimates.percent_interval(tally.interval), FAINT),
        paper.text(mark, WRONG),
    ]


def _effects(truth: Truth, paper: _Paper) -> Table:
    table = _table(paper, "Effect, on", *_TALLY_HEADERS)
    for effect in truth.effects:
        table.add_row(paper.name(effect.name), *_tally(effect.affected, paper))
        table.add_row(paper.text("  all others", FAINT), *_tally(effect.others, paper))
    return table


def _factors(truth: Truth, paper: _Paper) -> Table:
    table = _table(
        paper,
        *(
            "\nEffect, on",
            "\nReached",
            "\nAsked",
            "\nGot",
            "Factor\nasked",
            "Factor\ngot",
            "\n95 %",
            "",
        ),
        gap=1 if paper.console.width < WIDE else 2,
    )
    for factor in truth.factors:
        table.add_row(paper.name(factor.name), *_amount(factor.affected, factor.kind, paper))
        for number, amount in factor.several:
            table.add_row(paper.text(f"  × {number:g}"), *_amount(amount, factor.kind, paper))
        table.add_row(
            paper.text("  all others", FAINT), *_amount(factor.others, factor.kind, paper)
        )
    return table


def _amount(amount: Amount, kind: str, paper: _Paper) -> list[Text]:
    mark = "!" if amount.is_as_asked is False else ""
    return [
        paper.text(count(amount.reached)),
        paper.text(estimates.amount(amount.asked, kind)),
        paper.text(estimates.amount(amount.got, kind)),
        paper.text(estimates.factor(amount.asked_factor)),
        paper.text(estimates.factor(amount.got_factor), WRONG if mark else ""),
        paper.text(estimates.factor_interval(amount.interval), FAINT),
        paper.text(mark, WRONG),
    ]


def _skipped(truth: Truth, paper: _Paper) -> Table:
    table = _table(paper, "What", "Times")
    for skipped in truth.skipped:
        table.add_row(
            paper.name(f"{skipped.what}: {skipped.address}"),
            paper.text(count(skipped.times)),
        )
    return table
