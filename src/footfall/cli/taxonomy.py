"""`footfall taxonomy`: a scenario as a tracking plan, in the forms in which analysts work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments
from footfall.errors import UsageError, shown

if TYPE_CHECKING:
    from footfall.taxonomy.pictures import Section
    from footfall.taxonomy.plan import Plan

EPILOG = """\b
Examples:
  footfall taxonomy shop.yaml --to plan.xlsx          a workbook: events, critical path, diagrams
  footfall taxonomy shop.yaml --to plan.html          a page for the team
  footfall taxonomy shop.yaml --to events.csv --format amplitude
  footfall taxonomy shop.yaml --to schemas/ --format json-schema
\b
The file's ending says the format: .xlsx, .csv, .json (JSON Schema), .md or .html.
Example values come from a small simulation of the scenario.
"""

FORMAT_NAMES = ("xlsx", "csv", "amplitude", "amplitude-users", "json-schema", "markdown", "html")
ENDINGS = {
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".json": "json-schema",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
}
PLAN_ENDINGS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".json")


@click.command("taxonomy", epilog=EPILOG)
@click.argument("source", metavar="SCENARIO|PLAN", type=arguments.SCENARIO)
@click.option("--to", "target", metavar="FILE", required=True, help="Where to; its ending says the format.")
@click.option("--format", "form", type=click.Choice(FORMAT_NAMES), help="The format, where the ending does not say it.")
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Change a value of the scenario.")
def command(source: str, target: str, form: str | None, settings: tuple[str, ...]) -> None:
    """Write a scenario's tracking plan as workbook, CSV, JSON Schema or page.

    SCENARIO is the path of a scenario, or the name of a shipped one; PLAN is a tracking plan that is to be written in
    another form: a workbook, a CSV file, or JSON Schemas.
    """
    chosen = form or _form(target)
    plan, sections = _read(source, settings)
    for name, content in _contents(plan, sections, chosen, target).items():
        _write(Path(name), content)
    for remark in plan.remarks:
        click.echo(f"note: {remark}", err=True)
    events, properties = len(plan.events), sum(len(event.properties) for event in plan.events)
    click.echo(f"{target}: {events} events with {properties} properties, of {plan.name}", err=True)


def _form(target: str) -> str:
    ending = Path(target).suffix
    form = ENDINGS.get(ending.lower())
    if form:
        return form
    problem = f"its ending {shown(ending)} is no format" if ending else "it has no ending that says the format"
    near = get_close_matches(ending, ENDINGS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"or say it: --format {', '.join(FORMAT_NAMES)}"
    raise UsageError(f"--to {shown(target)}: {problem}\n  accepted: {', '.join(ENDINGS)}\n  hint: {hint}")


def _read(source: str, settings: tuple[str, ...]) -> tuple[Plan, Sequence[Section]]:
    """Return a plan, and the diagrams of the scenario that it is made of."""
    if _is_plan(source):
        from footfall.taxonomy.readers import read_plan

        if settings:
            raise UsageError(f"--set {shown(settings[0])}: {source} is a plan, not a scenario whose values can be set")
        return read_plan(source), ()
    from footfall.run.setup import load_scenario
    from footfall.taxonomy.from_scenario import plan_of
    from footfall.taxonomy.pictures import sections_of

    scenario = load_scenario(source, arguments.read_settings(settings))
    return plan_of(scenario), sections_of(scenario)


def _is_plan(source: str) -> bool:
    path = Path(source)
    return path.suffix.lower() in PLAN_ENDINGS or (path.is_dir() and any(path.glob("*.json")))


def _contents(plan: Plan, sections: Sequence[Section], form: str, target: str) -> Mapping[str, bytes]:
    """Return the content of each file that is to be written."""
    from footfall.taxonomy.writers import FORMATS, json_schema_files

    folder = Path(target)
    if form == "json-schema" and (not folder.suffix or folder.is_dir()):
        return {str(folder / name): content for name, content in json_schema_files(plan).items()}
    return {target: FORMATS[form].render(plan, sections)}


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror or problem}") from None
