"""`footfall validate`: events are checked against what was declared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments, options
from footfall.cli.data_command import DataCommand
from footfall.errors import UsageError, shown
from footfall.text import clean

if TYPE_CHECKING:
    from footfall.validation import Expectations, Validation

EPILOG = """\b
Examples:
  footfall validate footfall.duckdb --against ecommerce
  footfall validate events.ndjson --against shop.yaml
  footfall validate export.zip --against shop.yaml           Amplitude's export
  footfall validate export.zip --against plan.xlsx           a tracking plan
  footfall validate warehouse/ --against shop.yaml --format json > findings.json
  footfall validate events.ndjson --against shop.yaml --ignore stage_order
\b
Exit code: 0 when nothing is wrong, 1 when something is, 2 when the command or the scenario is.
"""


@click.command("validate", cls=DataCommand, epilog=EPILOG)
@click.argument("events", type=click.Path())
@click.option(
    "--against",
    required=True,
    type=arguments.SCENARIO,
    metavar="SCENARIO|PLAN",
    help="What the events ought to be.",
)
@options.columns
@click.option(
    "--run",
    "run_id",
    metavar="ID",
    help="Which run of a store, by its id or the beginning of it; else the one asked for last.",
)
@click.option(
    "--ignore",
    metavar="CHECK",
    multiple=True,
    help="Leave a check out, by its name in the JSON; repeatable.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to show it.",
)
def command(
    events: str,
    against: str,
    run_id: str | None,
    ignore: tuple[str, ...],
    form: str,
    **given: Any,
) -> int:
    """Check events, also those of others, against a scenario or a tracking plan.

    EVENTS is a DuckDB store, a folder of Parquet files or a PostgreSQL address that footfall wrote, any Parquet file,
    NDJSON or CSV (also .gz, or a folder of NDJSON), or Amplitude's export. Columns of a log may have any name: they are
    recognised, or named by --user, --time and --type. A plan is a workbook (.xlsx), a CSV file, or a file or
    folder of JSON Schemas.
    """
    from footfall.validation import validate

    found = validate(
        events,
        _declared(against),
        run=run_id,
        ignore=ignore,
        named=options.named_columns(given),
    )
    if found.taken:
        click.echo(f"{found.events}: {clean(found.taken)}", err=True)
    _show(found, form)
    return 0 if found.is_clean else 1


def _declared(against: str) -> str | Expectations:
    """Return a plan's expectations, with its remarks printed; a scenario as it was named."""
    from footfall.foreign.log_paths import is_log
    from footfall.foreign.open_events import open_events
    from footfall.tracking_plan.expectations_of_plan import of_plan
    from footfall.tracking_plan.plan_formats import is_plan
    from footfall.tracking_plan.readers import read_plan
    from footfall.tracking_plan.sheet_columns import ONLY_IN_PLANS

    if Path(against).is_file() and is_log(against, ONLY_IN_PLANS):
        # What keeps a log from being read is said first: then none can be made a plan of.
        open_events(against).connection.close()
        raise UsageError(
            f"--against {shown(against)}: it is a log of events, not a plan\n"
            f"  hint: footfall taxonomy {against} --to plan.csv makes a plan of it"
        )
    if not is_plan(against):
        return against
    plan = read_plan(against)
    for remark in plan.remarks:
        click.echo(f"note: {clean(str(remark))}", err=True)
    return of_plan(plan)


def _show(found: Validation, form: str) -> None:
    from footfall.validation import render_json, render_table

    if form == "json":
        click.echo(render_json(found))
    else:
        from rich.console import Console

        render_table(found, Console(highlight=False))
