"""`footfall report`: the report of a store as tables, JSON or a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments, output_files
from footfall.cli.data_command import DataCommand
from footfall.errors import UsageError, shown

if TYPE_CHECKING:
    from footfall.reports import Report

EPILOG = """\b
Examples:
  footfall report                                  stages and cities of footfall.duckdb
  footfall report --by platform                    steps compared between groups of people
  footfall report --truth                          every decision and effect: asked, and got
  footfall report parquet:school --to school.html  a page with charts
  footfall report --cities --rank-by revenue --format json
"""
FORMS = ("table", "json", "html")


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
    "--by",
    metavar="PROPERTY",
    help="Compare steps by a user property, city, country, platform, …",
)
@click.option(
    "--rank-by",
    type=click.Choice(["engagement", "conversion", "revenue"]),
    default="engagement",
    show_default=True,
    help="What the ranks of cities compare.",
)
@click.option(
    "--run",
    "run_id",
    metavar="ID",
    help="Which run, by its id or the beginning of it; else the one asked for last.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="How to show it.  [default: table]"
)
@click.option("--to", "target", metavar="FILE", help="Write it to a file: .html or .json.")
def command(
    store: str,
    stages: bool,
    cities: bool,
    truth: bool,
    by: str | None,
    rank_by: str,
    run_id: str | None,
    form: str | None,
    target: str | None,
) -> None:
    """Show stages, cities and the truth of what a store holds.

    STORE is a DuckDB file or a folder of Parquet files; by default footfall.duckdb.
    """
    from footfall.reports import report

    # Where no part is chosen, stages and cities are shown; `--by` compares steps, and so needs
    # stages.
    is_any = stages or cities or truth or bool(by)
    wanted = form or "table" if target is None else _form_of(target, form)
    made = report(
        store,
        stages=stages or not is_any or bool(by),
        cities=cities or not is_any,
        truth=truth,
        # Only the page draws them, and they cost a pass over all events.
        curves=wanted == "html",
        by=by,
        run=run_id,
        rank_by=rank_by,  # type: ignore[arg-type]  # click has checked the choice
    )
    if wanted == "table":
        _print(made)
    elif target is None:
        click.echo(_text(made, wanted), nl=False)
    else:
        output_files.write(Path(target), _text(made, wanted).encode())
        click.echo(f"wrote {Path(target)}", err=True)


def _form_of(target: str, form: str | None) -> str:
    """Return the format that a file's ending says, or that was asked for."""
    wanted = form or Path(target).suffix[1:].lower()
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
