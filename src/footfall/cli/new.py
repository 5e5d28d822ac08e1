"""`footfall new`: a scenario to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

EPILOG = """\b
Examples:
  footfall new shop.yaml                           a small commented scenario that runs
  footfall new my-shop.yaml --from ecommerce       a copy of a shipped one, with its CSV files
"""


@click.command("new", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "name",
    metavar="NAME",
    default="starter",
    help="Name of a shipped scenario to copy.",
)
def command(file: Path, name: str) -> None:
    """Write a commented scenario to start from.

    FILE must not exist yet; nothing is ever overwritten.
    """
    from footfall.execution.starter import new

    for copy in new(file, name):
        click.echo(f"wrote {copy}", err=True)
    named = shlex.quote(str(file))
    click.echo(f"\nnext:\n  footfall check {named}\n  footfall run {named}", err=True)
