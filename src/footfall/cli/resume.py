"""`footfall resume`: finish the runs of a store that were stopped."""

from __future__ import annotations

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop

EPILOG = """\b
Examples:
  footfall resume
  footfall resume postgresql://me@localhost/shop --run 3f9a0c61
"""


@click.command("resume", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option("--run", "run_id", metavar="ID", help="Only this run, by its id or the beginning of it.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(store: str, run_id: str | None, quiet: bool) -> int:
    """Finish the runs of a store that were stopped before their end.

    STORE is a DuckDB file, a folder of Parquet files or a PostgreSQL database; by default footfall.duckdb.
    """
    from footfall.cli.send import conclude
    from footfall.run.resume import resume

    with gentle_stop() as stop:
        results = resume(store, run=run_id, progress=not quiet, stop=stop)
    for result in [] if quiet else results:
        conclude(result)
    if not results and not quiet:
        click.echo("nothing to do: every run is complete", err=True)
    return 0 if all(result.is_clean for result in results) else 1
