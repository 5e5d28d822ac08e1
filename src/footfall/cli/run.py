"""`footfall run`: simulate a scenario and write its events."""

from __future__ import annotations

import sys
from typing import Any

import click

from footfall.cli import arguments, options
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.cli.rerun import to_continue

EPILOG = """\b
Examples:
  footfall run ecommerce                                    into footfall.duckdb
  footfall run shop.yaml --people 1e5 --days 90 --to parquet:shop --workers 4
  footfall run online-school --start now-30d --seed 7
  footfall run ecommerce --set effects.sale_carts.odds=3 --to duckdb:what-if.duckdb
  footfall run ecommerce --people 100 --to - | head -3      NDJSON into a pipe
\b
The same run again continues it if it is incomplete, and does nothing if it is complete: nothing is ever there twice.
Ctrl-C once finishes what is in flight and says how to go on; twice stops at once.
Exit code: 0 done, 1 failed, refused or stopped before the end, 2 a mistake in the command or the scenario.
"""


@click.command("run", cls=DataCommand, epilog=EPILOG)
@click.argument("scenario", type=arguments.SCENARIO)
@options.stream
@click.option(
    "--to",
    metavar="SINK",
    multiple=True,
    help="Where to; repeatable: duckdb:FILE, parquet:DIR, ndjson:FILE, csv:FILE, json:FILE, "
    "postgresql://USER@HOST/DATABASE, webhook+https://HOST/PATH, amplitude:us, amplitude:eu, "
    "kafka://BROKER/TOPIC, or - for NDJSON on standard output.  [default: duckdb:footfall.duckdb]",
)
@options.delivery
@click.option(
    "--workers",
    type=arguments.WORKERS,
    help="Processes that simulate.  [default: what suits machine and run]",
)
@click.option(
    "--order",
    type=click.Choice(["part", "time"]),
    default="part",
    help="part: group of people by group; time: everybody's events in order of time.  [default: part]",
)
@click.option(
    "--partition",
    type=click.Choice(["none", "day"]),
    default="none",
    help="day puts each day's events into files (parquet) or tables (postgresql) of their own.  [default: none]",
)
@options.SPILL
@click.option(
    "--fresh", is_flag=True, help="Remove what the sinks have of this run, and begin anew."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--summary",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print the result.",
)
def command(scenario: str, quiet: bool, summary: str, spill: int, **given: Any) -> int:
    """Simulate a scenario and write its events.

    SCENARIO is the name of a shipped scenario (footfall scenarios lists them) or the path of a YAML file.
    """
    from footfall.cli import delivery_outcome, run_summary
    from footfall.execution.batch import DEFAULT_SINK, run_with
    from footfall.execution.start import depends_on_today

    sinks = options.read_sinks(
        given.pop("to") or (DEFAULT_SINK,),
        region=given.pop("region"),
        dry_run=given.pop("dry_run"),
        by_day=given.pop("partition") == "day",
    )
    parameters = options.run_parameters(given)
    is_dated = not depends_on_today(parameters.start)
    with gentle_stop(to_continue(sinks, is_dated=is_dated)) as stop:
        result = run_with(
            scenario,
            parameters,
            sinks,
            progress=not quiet,
            spill_bytes=spill,
            stop=stop,
            check=False,
            **given,
        )
    # `… --to - | head` has read enough: neither a summary nor an error is wanted.
    if all(delivery_outcome.is_left(balance) for balance in result.sinks):
        return 1
    console = run_summary.Printer(is_stdout_taken=options.takes_stdout(sinks))
    try:
        if summary == "json":
            console.print_json(result)
        elif not quiet:
            console.print_result(result, scenario)
    finally:  # also when nobody reads the tables to their end
        delivery_outcome.tell_problems(result.sinks)
        if not result.is_finished:
            run_summary.tell_stopped(result, sys.argv[1:])
    return 0 if result.is_clean else 1
