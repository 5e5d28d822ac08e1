"""`footfall report`: what a store holds, as tables, JSON or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from footfall.cli import arguments

if TYPE_CHECKING:
    from footfall.report import Report

EPILOG = """\b
Examples:
  footfall report                                  stages and cities of footfall.duckdb
  footfall report --by platform                    steps compared between groups of people
  footfall report --truth                          every decision and effect: asked, and got
  footfall report parquet:school --format html > school.html
  footfall report --cities --rank-by revenue --format json
"""


@click.command("report", epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option("--stages", is_flag=True, help="Only how far people have come (or with the other parts named).")
@click.option("--cities", is_flag=True, help="Only how each city performs (or with the other parts named).")
@click.option("--truth", is_flag=True, help="For every decision and effect, what was asked and what came out.")
@click.option("--by", metavar="PROPERTY", help="Compare steps by a user property, city, country, platform, …")
@click.option(
    "--rank-by",
    type=click.Choice(["engagement", "conversion", "revenue"]),
    default="engagement",
    show_default=True,
    help="What the ranks of cities compare.",
)
@click.option("--run", "run_id", metavar="ID", help="Which run, by its id or the beginning of it; else the latest.")
@click.option("--format", "form", type=click.Choice(["table", "json", "html"]), default="table", help="How to show it.")
def command(
    store: str, stages: bool, cities: bool, truth: bool, by: str | None, rank_by: str, run_id: str | None, form: str
) -> None:
    """Show stages, cities and the truth of what a store holds.

    STORE is a DuckDB file or a folder of Parquet files; by default footfall.duckdb.
    """
    from footfall.report import report

    is_any = stages or cities or truth or bool(by)
    made = report(
        store,
        stages=stages or not is_any or bool(by),
        cities=cities or not is_any,
        truth=truth,
        curves=form == "html",
        by=by,
        run=run_id,
        rank_by=rank_by,  # type: ignore[arg-type]  # click has checked the choice
    )
    _show(made, form)


def _show(made: Report, form: str) -> None:
    from footfall.report import render_html, render_json, render_table

    if form == "json":
        click.echo(render_json(made))
    elif form == "html":
        click.echo(render_html(made), nl=False)
    else:
        from rich.console import Console

        render_table(made, Console(highlight=False))
