"""`footfall delete`: a run leaves its store."""

from __future__ import annotations

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand

EPILOG = """\b
Examples:
  footfall runs footfall.duckdb                              lists the ids
  footfall delete footfall.duckdb --run 3f9a0c61b81d2f09
"""


@click.command("delete", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option(
    "--run", "run_id", required=True, metavar="ID", help="Id of the run, or its beginning."
)
def command(store: str, run_id: str) -> None:
    """Remove a run from a store.

    The run's events, changes, people and tallies are removed; other runs stay as they are.
    """
    from footfall.store.open import delete

    info = delete(store, run_id)
    click.echo(f"removed run {info.id} of {info.scenario}: {info.events:,} events", err=True)
