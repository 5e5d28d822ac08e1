"""`footfall new`: a scenario to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from footfall.cli import output_files
from footfall.errors import UsageError, shown

STARTER = "starter"
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
    default=STARTER,
    help="Name of a shipped scenario to copy.",
)
def command(file: Path, name: str) -> None:
    """Write a commented scenario to start from.

    FILE must not exist yet; nothing is ever overwritten.
    """
    copies = _copies(file, name)
    for copy in copies:
        if copy.exists():
            raise UsageError(
                f"{shown(str(copy))} exists already\n  hint: name another file; nothing was written"
            )
    # All or none: half a scenario would be left behind.
    output_files.write_all(copies, is_new=True)
    for copy in copies:
        click.echo(f"wrote {copy}", err=True)
    named = shlex.quote(str(file))
    click.echo(f"\nnext:\n  footfall check {named}\n  footfall run {named}", err=True)


def _copies(file: Path, name: str) -> dict[Path, bytes]:
    """Return path → content of the scenario and of the CSV files that it names, beside it."""
    from footfall.scenario.loading import load_shipped, shipped

    found = name.replace("-", "_")
    if found not in shipped():
        load_shipped(name)  # raises, and names the nearest
    folder = files("footfall").joinpath("scenarios")
    text = folder.joinpath(f"{found}.yaml").read_bytes()
    tables = [
        entry
        for entry in folder.iterdir()
        if entry.name.endswith(".csv") and entry.name.encode() in text
    ]
    return {file: text, **{file.with_name(table.name): table.read_bytes() for table in tables}}
