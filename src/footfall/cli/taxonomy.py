"""`footfall taxonomy`: tracking plans from scenarios, and scenarios from tracking plans."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from footfall.cli import arguments, options
from footfall.cli.data_command import DataCommand
from footfall.tracking_plan.plan_formats import FORMAT_NAMES

EPILOG = """\b
Examples:
  footfall taxonomy shop.yaml --to plan.xlsx          a workbook: events, critical path, diagrams
  footfall taxonomy shop.yaml --to plan.html          a page for the team
  footfall taxonomy shop.yaml --to events.csv --format amplitude
  footfall taxonomy shop.yaml --to schemas/ --format json-schema
  footfall taxonomy clicks.parquet --to plan.xlsx     what somebody's log holds
  footfall taxonomy plan.xlsx --to my-scenario.yaml   a scenario of the plan, which runs at once
  footfall taxonomy plan.xlsx --into shop.yaml        adds what the scenario lacks, and says what differs
\b
The file's ending says the format: .xlsx, .csv, .json (JSON Schema), .md, .html, or .yaml for a scenario.
Example values come from a small simulation of the scenario.
"""


@click.command("taxonomy", cls=DataCommand, epilog=EPILOG)
@click.argument("source", metavar="SCENARIO|PLAN|LOG", type=arguments.SCENARIO)
@click.option("--to", "target", metavar="FILE", help="Where to; its ending says the format.")
@click.option(
    "--into",
    metavar="SCENARIO",
    help="A scenario's file that is to get what it lacks of the plan.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMAT_NAMES),
    help="The format, where the ending does not say it.",
)
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a value of the scenario.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse a plan of which something is not read, or that contradicts itself.",
)
@options.columns
def command(
    source: str,
    target: str | None,
    into: str | None,
    form: str | None,
    settings: tuple[str, ...],
    *,
    strict: bool,
    **given: Any,
) -> None:
    """Make tracking plans of scenarios and logs (.xlsx, .csv, .json, .html), and scenarios of plans.

    SCENARIO is the path of a scenario, or the name of a shipped one; PLAN is a tracking plan: a workbook, a CSV file
    (also Amplitude Data's), or a file or folder of JSON or YAML: JSON Schemas, or a plan of Segment, RudderStack, Avo,
    Mixpanel or Snowplow. A log is CSV, NDJSON or Parquet of anybody's events: its plan is what was seen in it.
    """
    from footfall.tracking_plan.plan_files import taxonomy

    made = taxonomy(
        source,
        to=target,
        into=into,
        form=form,
        settings=arguments.read_settings(settings),
        strict=strict,
        named=options.named_columns(given),
        tell=partial(click.echo, err=True),
    )
    for line in made.lines:
        click.echo(line)
    if target is not None:
        click.echo(f"{target}: {made.outcome}", err=True)
