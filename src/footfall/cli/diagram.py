"""`footfall diagram`: journeys of a scenario as flow charts."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from footfall.cli import arguments, output_files
from footfall.cli.data_command import DataCommand
from footfall.errors import UsageError, shown

if TYPE_CHECKING:
    from footfall.diagrams.colours import Theme
    from footfall.diagrams.graph import Graph, Observed
    from footfall.scenario.records import Scenario
    from footfall.store import Store

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
    from footfall.diagrams import Drawing, draw, journey_graph
    from footfall.execution.engine import understand
    from footfall.execution.setup import load_scenario

    form = _form(target)
    scenario = load_scenario(file, arguments.read_settings(settings))
    # For its errors alone: only what can be run is drawn.
    understand(scenario)
    run, observed = _observed(store, scenario.name, run_id)
    graphs = [
        journey_graph(scenario, name, observed=observed) for name in _journeys(scenario, names)
    ]
    _note_strangers(graphs, observed)
    title = scenario.title or scenario.name
    output_files.write(
        Path(target),
        draw(Drawing(graphs, title, scenario.about, cast("Theme | None", theme)), form),
    )
    drawn = graphs[0].name if len(graphs) == 1 else f"{len(graphs)} journeys"
    beside = f", beside run {run}" if run else ""
    click.echo(f"{target}: {drawn} of {scenario.name}{beside}", err=True)


def _form(target: str) -> str:
    from footfall.diagrams import FORMATS

    ending = Path(target).suffix
    form = ending[1:].lower()
    if form in FORMATS:
        return form
    accepted = ", ".join(f".{known}" for known in FORMATS)
    problem = (
        f"its ending {shown(ending)} is no format"
        if ending
        else "it has no ending that says the format"
    )
    raise UsageError(
        f"--to {shown(target)}: {problem}\n  accepted: {accepted}{_nearest(form, FORMATS, '.')}"
    )


def _observed(where: str | None, scenario: str, run_id: str | None) -> tuple[str, Observed]:
    """Return a run of the scenario with its count per decision; nothing without a store."""
    from footfall.reports import report
    from footfall.store import open_store

    if where is None:
        if run_id is not None:
            raise UsageError(
                f"--run {shown(run_id)} without a store\n  hint: --with STORE says where the run is"
            )
        return "", {}
    with open_store(where) as store:
        run = _run_of(store, scenario, run_id)
        made = report(store, stages=False, cities=False, truth=True, run=run)
    decisions = made.truth.decisions if made.truth is not None else ()
    return run, {(decision.address, decision.option): decision.tally for decision in decisions}


def _note_strangers(graphs: Sequence[Graph], observed: Observed) -> None:
    """Note decisions of a run that are not in the drawn journeys: the scenario has changed."""
    names = {graph.name for graph in graphs}
    told = sum(address.partition("/")[0] in names for address, _ in observed)
    # An arrow with a share shows one option of the run.
    unplaced = told - sum(bool(edge.seen) for graph in graphs for edge in graph.edges)
    if unplaced:
        click.echo(
            f"note: {unplaced} options of the run are not in this scenario: it has changed since",
            err=True,
        )


def _run_of(store: Store, scenario: str, run_id: str | None) -> str:
    """Return the id of the latest run of a scenario, or of the one with the id asked for."""
    runs = store.runs()
    found = [
        info.id
        for info in runs
        if info.scenario == scenario and info.id.startswith(run_id or "")
    ]
    if found and (run_id is None or len(found) == 1):
        return found[-1]
    begins = f" that begins with {shown(run_id)}" if run_id else ""
    have = "".join(
        f"\n  {info.id}  {info.scenario}, seed {info.run.stream.seed}, {info.state}"
        for info in runs
    )
    problem = "several runs" if found else "no run"
    raise UsageError(
        f"{store.name} holds {problem} of {scenario}{begins}"
        + (have or "\n  it holds no runs at all")
    )


def _journeys(scenario: Scenario, names: tuple[str, ...]) -> list[str]:
    known = [journey.name for journey in scenario.journeys]
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no journey {shown(name)} in {scenario.name}\n"
                f"  journeys: {', '.join(known)}{_nearest(name, known)}"
            )
    return list(dict.fromkeys(names)) or known


def _nearest(written: str, known: tuple[str, ...] | list[str], before: str = "") -> str:
    near = get_close_matches(written, known, n=1, cutoff=0.5)
    return f"\n  hint: did you mean {before}{near[0]}?" if near else ""
