"""`footfall diagram`: journeys of a scenario as flow charts."""

from __future__ import annotations

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand

EPILOG = """\b
Examples:
  footfall diagram shop.yaml --to shop.html                     every journey, on one page
  footfall diagram ecommerce --journey checkout --to checkout.svg
  footfall diagram ecommerce --to journeys.png --theme dark
  footfall diagram ecommerce --with footfall.duckdb --to asked-and-got.html
\b
The file's ending says the format: .svg, .png, .html, .mmd (Mermaid) or .dot (Graphviz).
"""


@click.command("diagram", cls=DataCommand, epilog=EPILOG)
@click.argument("file", metavar="SCENARIO", type=arguments.SCENARIO)
@click.option(
    "--to",
    "target",
    metavar="FILE",
    required=True,
    help="Where to: .svg, .png, .html, .mmd or .dot.",
)
@click.option(
    "--journey", "names", metavar="NAME", multiple=True, help="Only this journey; repeatable."
)
@click.option(
    "--with",
    "store",
    metavar="STORE",
    type=arguments.STORE,
    help="Write beside each chance what a run got.",
)
@click.option(
    "--run",
    "run_id",
    metavar="ID",
    help="Which run of the store, by the beginning of its id; else the one asked for last.",
)
@click.option("--theme", type=click.Choice(["light", "dark"]), help="Colours of SVG and PNG.")
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a value of the scenario.",
)
def command(
    file: str,
    target: str,
    names: tuple[str, ...],
    store: str | None,
    run_id: str | None,
    theme: str | None,
    settings: tuple[str, ...],
) -> None:
    """Draw the journeys of a scenario as flow charts.

    Chances stand on the arrows; what is optional is dashed; state changes stand in curly braces. A STORE is a DuckDB
    file, a folder of Parquet files or a PostgreSQL address, as in `footfall report`.
    """
    from footfall.diagrams.drawn_scenario import diagram

    drawn = diagram(
        file,
        to=target,
        journeys=names,
        store=store,
        run=run_id,
        theme=theme,  # type: ignore[arg-type]  # click has checked the choice
        settings=arguments.read_settings(settings),
    )
    if drawn.n_unplaced:
        click.echo(
            f"note: {drawn.n_unplaced} options of the run are not in this scenario: it has changed since",
            err=True,
        )
    click.echo(f"{target}: {drawn.outcome}", err=True)
