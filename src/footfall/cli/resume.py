"""`footfall resume`: finish the runs of a store that were stopped."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments, delivery_outcome
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.cli.rerun import again
from footfall.cli.send import conclude, tell_unfinished

if TYPE_CHECKING:
    from footfall.execution.result import RunResult

EPILOG = """\b
Examples:
  footfall resume
  footfall resume postgresql://me@localhost/shop --run 3f9a0c61
"""


@click.command("resume", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option(
    "--run", "run_id", metavar="ID", help="Only this run, by its id or the beginning of it."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--summary",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print the result.",
)
def command(store: str, run_id: str | None, quiet: bool, summary: str) -> int:
    """Finish the runs of a store that were stopped before their end.

    STORE is a DuckDB file, a folder of Parquet files or a PostgreSQL database; by default footfall.duckdb.
    """
    from footfall.cli.run_summary import record
    from footfall.execution.resume import resume

    with gentle_stop(f"  to continue: {again(sys.argv[1:])}") as stop:
        results = resume(store, run=run_id, progress=not quiet, stop=stop, check=False)
    if summary == "json":
        click.echo(
            json.dumps([record(result) for result in results], indent=2, ensure_ascii=False)
        )
    elif not quiet:
        _conclude(results)
    balances = [balance for result in results for balance in result.sinks]
    delivery_outcome.tell_problems(balances)
    if not all(result.is_finished for result in results):
        tell_unfinished(balances)
    return 0 if all(result.is_clean for result in results) else 1


def _conclude(results: list[RunResult]) -> None:
    from footfall.cli.run_summary import Printer

    for result in results:
        conclude(result)
        Printer(is_stdout_taken=False).print_tables(result)
    if not results:
        click.echo("nothing to do: every run is complete", err=True)
