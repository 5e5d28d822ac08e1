"""`footfall validate`: are events what was declared?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand

if TYPE_CHECKING:
    from footfall.validation import Validation

EPILOG = """\b
Examples:
  footfall validate footfall.duckdb --against ecommerce
  footfall validate events.ndjson --against shop.yaml
  footfall validate export.zip --against shop.yaml           Amplitude's export
  footfall validate warehouse/ --against shop.yaml --format json > findings.json
  footfall validate events.ndjson --against shop.yaml --ignore stage_order
\b
Exit code: 0 when nothing is wrong, 1 when something is, 2 when the command or the scenario is.
"""


@click.command("validate", cls=DataCommand, epilog=EPILOG)
@click.argument("events", type=click.Path())
@click.option(
    "--against", required=True, type=arguments.SCENARIO, metavar="SCENARIO", help="What the events ought to be."
)
@click.option(
    "--run", "run_id", metavar="ID", help="Which run of a store, by its id or the beginning of it; else the latest."
)
@click.option(
    "--ignore", metavar="CHECK", multiple=True, help="Leave a check out, by its name in the JSON; repeatable."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to show it.")
def command(events: str, against: str, run_id: str | None, ignore: tuple[str, ...], form: str) -> int:
    """Check events, also those of others, against what a scenario declares.

    EVENTS is a DuckDB store or a folder of Parquet files that footfall wrote, any Parquet file, NDJSON (also .gz), or
    Amplitude's export.
    """
    from footfall.validation import validate

    found = validate(events, against, run=run_id, ignore=ignore)
    _show(found, form)
    return 0 if found.is_clean else 1


def _show(found: Validation, form: str) -> None:
    from footfall.validation import render_json, render_table

    if form == "json":
        click.echo(render_json(found))
    else:
        from rich.console import Console

        render_table(found, Console(highlight=False))
