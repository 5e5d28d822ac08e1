"""`footfall report`: the report of a store as tables, JSON or a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments, options
from footfall.cli.data_command import DataCommand
from footfall.errors import UsageError, shown
from footfall.store import output_files
from footfall.text import clean

if TYPE_CHECKING:
    from footfall.foreign.log_numbers import LogReport
    from footfall.foreign.roles import Named
    from footfall.reports import Report

EPILOG = """\b
Examples:
  footfall report                                  stages and cities of footfall.duckdb
  footfall report --by platform                    people and steps by their platform
  footfall report --over-time                      people, visits and revenue per day
  footfall report --retention n-day                who came back after 1, 7, 30 days
  footfall report --truth                          every decision and effect: asked, and got
  footfall report parquet:school --to school.html  a page with charts
  footfall report --cities --rank-by revenue --format json
  footfall report clicks.csv --funnel view,cart,buy    what happened in somebody's log
"""
FORMS = ("table", "json", "html")


def _once(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Return the one value of an option: of several, all but the last would be lost in silence."""
    if len(values) > 1:
        name = option.opts[0]
        given = " ".join(f"{name} {shown(value)}" for value in values)
        raise UsageError(
            f"{given}: {name} is given {len(values)} times\n  accepted: {name} once\n"
            "  hint: make one report for each"
        )
    return values[0] if values else None


@click.command("report", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option(
    "--stages",
    is_flag=True,
    help="Only how far people have come (or with the other parts named).",
)
@click.option(
    "--cities",
    is_flag=True,
    help="Only how each city performs (or with the other parts named).",
)
@click.option(
    "--truth",
    is_flag=True,
    help="For every decision and effect, what was asked and what came out.",
)
@click.option(
    "--over-time",
    is_flag=True,
    help="Newcomers, active people, visits, events and revenue per day, or per week of longer runs.",
)
@click.option(
    "--retention",
    metavar="RULE",
    multiple=True,
    callback=_once,
    help="Who came back after how many days: n-day, unbounded (on the day or later), or brackets such as 0,1-7,8-14.",
)
@click.option(
    "--identity",
    is_flag=True,
    help="What profiles vendors would make of the ids of users and devices, and who it was.",
)
@click.option(
    "--by",
    metavar="PROPERTY",
    multiple=True,
    callback=_once,
    help="Compare people and steps by a property of people, their homes (city, …), sessions or events.",
)
@click.option(
    "--rank-by",
    type=click.Choice(["engagement", "conversion", "revenue"]),
    default="engagement",
    show_default=True,
    help="What cities, and people by a property, are judged by.",
)
@click.option(
    "--run",
    "run_id",
    metavar="ID",
    help="Which run, by its id or the beginning of it; else the one asked for last.",
)
@click.option(
    "--funnel",
    metavar="TYPE,TYPE,…",
    multiple=True,
    callback=_once,
    help="Of a log: how many people went from one event type to the next.",
)
@click.option("--imported", is_flag=True, help="Of a store: the events of others in it.")
@options.columns
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="How to show it.  [default: table]"
)
@click.option("--to", "target", metavar="FILE", help="Write it to a file: .html or .json.")
def command(
    store: str,
    stages: bool,
    cities: bool,
    truth: bool,
    identity: bool,
    retention: str | None,
    over_time: bool,
    by: str | None,
    rank_by: str,
    run_id: str | None,
    funnel: str | None,
    imported: bool,
    form: str | None,
    target: str | None,
    **given: Any,
) -> None:
    """Show stages, cities and the truth of what a store holds, or what happened in a log.

    STORE is a DuckDB file or a folder of Parquet files; by default footfall.duckdb. A log is CSV, NDJSON or Parquet
    that something else has made, or events of others that a store holds.
    """
    from footfall.foreign.log_paths import is_foreign
    from footfall.foreign.open_imported import holds_imported_alone
    from footfall.reports import report

    named = options.named_columns(given)
    if imported or is_foreign(store) or holds_imported_alone(store):
        _check_none(
            store,
            {
                "--stages": stages,
                "--cities": cities,
                "--truth": truth,
                "--identity": identity,
                "--retention": retention,
                "--over-time": over_time,
                "--run": run_id,
            },
        )
        _report_log(store, named, imported, funnel, by, form, target)
        return
    _check_none(store, {"--funnel": funnel, "a column of a log": named.is_any or named.zone})

    # Where no part is chosen, stages and cities are shown; `--by` compares steps, and so needs
    # stages.
    is_any = stages or cities or truth or identity or over_time
    is_any = is_any or retention is not None or by is not None
    wanted = form or "table" if target is None else _form_of(target, form)
    made = report(
        store,
        stages=stages or not is_any or by is not None,
        cities=cities or not is_any,
        truth=truth,
        # Only the page draws them, and they cost a pass over all events.
        curves=wanted == "html",
        identity=identity,
        retention=retention,
        over_time=over_time,
        by=by,
        run=run_id,
        rank_by=rank_by,  # type: ignore[arg-type]  # click has checked the choice
    )
    if wanted == "table":
        _print(made)
    else:
        _put(_text(made, wanted), target)


def _put(text: str, target: str | None) -> None:
    if target is None:
        click.echo(text, nl=False)
    else:
        output_files.write(Path(target), text.encode())
        click.echo(f"wrote {Path(target)}", err=True)


def _check_none(store: str, options: dict[str, Any]) -> None:
    """Refuse options that are for the other kind of report.

    Raises:
        UsageError: One was given.
    """
    option = next((name for name, value in options.items() if value), None)
    if option is None:
        return
    is_of_log = option in ("--funnel", "a column of a log")
    what = "was written by footfall" if is_of_log else "holds events of others, and no run"
    raise UsageError(f"{option}: {store} {what}\n  hint: leave it out")


def _report_log(
    store: str,
    named: Named,
    imported: bool,
    funnel: str | None,
    by: str | None,
    form: str | None,
    target: str | None,
) -> None:
    from footfall.foreign.log_numbers import log_report
    from footfall.foreign.open_events import open_events
    from footfall.foreign.open_imported import open_imported

    wanted = form or "table" if target is None else _form_of(target, form)
    steps = tuple(filter(None, (step.strip() for step in (funnel or "").split(","))))
    with open_imported(store) if imported else open_events(store, named=named) as source:
        if source.taken:
            click.echo(f"{store}: {clean(source.taken)}", err=True)
        made = log_report(source, funnel=steps, by=by or "")
    if wanted == "table":
        _print_log(made)
    else:
        _put(_text_of_log(made, wanted), target)


def _text_of_log(made: LogReport, form: str) -> str:
    from footfall.foreign.log_sections import (
        heading_of_log,
        numbers_of_log,
        render_log_json,
        sections_of_log,
    )
    from footfall.reports.page import page_of

    if form == "json":
        return f"{render_log_json(made)}\n"
    heading = heading_of_log(made)
    return page_of(heading, heading.span, numbers_of_log(made), sections_of_log(made), "")


def _print_log(made: LogReport) -> None:
    from rich.console import Console

    from footfall.foreign.log_sections import heading_of_log, sections_of_log
    from footfall.reports.terminal import print_sections

    print_sections(heading_of_log(made), sections_of_log(made), Console(highlight=False))


def _form_of(target: str, form: str | None) -> str:
    """Return the format that a file's ending says, or that was asked for."""
    ending = Path(target).suffix[1:].lower()
    if form and ending in FORMS[1:] and ending != form:
        raise UsageError(
            f"--to {shown(target)} --format {form}: the name's ending says {ending}, the format {form}\n"
            "  accepted: either, or both alike\n  hint: leave --format out"
        )
    wanted = form or ending
    if wanted not in FORMS[1:]:
        raise UsageError(
            f"--to {shown(target)}{' --format table' if form else ''}: a file holds a page or JSON\n"
            "  accepted: a name that ends in .html or .json, or --format html or json\n"
            "  hint: `footfall report > FILE` keeps the tables"
        )
    return wanted


def _text(made: Report, form: str) -> str:
    from footfall.reports import render_html, render_json

    return render_html(made) if form == "html" else f"{render_json(made)}\n"


def _print(made: Report) -> None:
    from rich.console import Console

    from footfall.reports import render_table

    render_table(made, Console(highlight=False))
