"""`footfall taxonomy`: tracking plans from scenarios, and scenarios from tracking plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments, options, output_files
from footfall.cli.data_command import DataCommand
from footfall.errors import UsageError, shown
from footfall.text import clean, plural

if TYPE_CHECKING:
    from footfall.foreign.roles import Named
    from footfall.tracking_plan.diagrams import Section
    from footfall.tracking_plan.plan import Plan

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

SCENARIO = "scenario"
MOST_LOSSES = 12
"""Of what a scenario does not hold, as many are named; the rest stands in its comments."""
FORMAT_NAMES = (
    "xlsx",
    "csv",
    "amplitude",
    "amplitude-users",
    "json-schema",
    "markdown",
    "html",
    SCENARIO,
)
ENDINGS = {
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".json": "json-schema",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".yaml": SCENARIO,
    ".yml": SCENARIO,
}
PLAN_ENDINGS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".json")


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
    if (target is None) == (into is None):
        raise UsageError(
            "say where to\n  accepted: --to FILE, or --into SCENARIO to add to a scenario that there is"
        )
    chosen = "" if target is None else form or _form(target)
    plan, sections = _read(source, settings, options.named_columns(given))
    _show_remarks(source, plan, strict=strict)
    if chosen == SCENARIO:
        _show_losses(source, plan, strict=strict)
    elif target is not None:
        _show_not_in_file(chosen, target, plan)
    if target is None:
        _merge(plan, Path(into or ""))
        return
    contents = _contents(plan, sections, chosen, target, source)
    # A scenario is somebody's work: none that is there is replaced.
    output_files.write_all(
        {Path(name): content for name, content in contents.items()}, is_new=chosen == SCENARIO
    )
    n_events, n_properties = (
        len(plan.events),
        sum(len(event.properties) for event in plan.events),
    )
    events = plural(n_events, "event")
    properties = f"{n_properties} propert{'y' if n_properties == 1 else 'ies'}"
    click.echo(f"{target}: {events} with {properties}, of {plan.name}", err=True)


def _show_remarks(source: str, plan: Plan, *, strict: bool) -> None:
    """Print what a reader guessed, merged and did not read.

    Raises:
        UsageError: What is lost of the plan, all of it, where nothing may be.
    """
    lost = [clean(str(remark)) for remark in plan.remarks if strict and remark.is_loss]
    for remark in plan.remarks:
        if not (strict and remark.is_loss):
            click.echo(f"note: {clean(str(remark))}", err=True)
    if lost:
        lines = "\n  ".join(lost)
        raise UsageError(
            f"{clean(source)}: not all of this plan can be read, and --strict leaves nothing out\n  {lines}\n"
            "  hint: without --strict this is left out, and named"
        )


def _show_losses(source: str, plan: Plan, *, strict: bool) -> None:
    """Print what of a plan its scenario cannot hold.

    Raises:
        UsageError: All of it, where nothing may be lost.
    """
    from footfall.tracking_plan.property_keys import losses

    lost = [clean(text) for text in losses(plan)]
    if lost and strict:
        lines = "\n  ".join(lost)
        raise UsageError(
            f"{clean(source)}: a scenario cannot hold all of this plan, and --strict leaves nothing out\n  {lines}\n"
            "  hint: without --strict this stands in a comment"
        )
    for text in lost[:MOST_LOSSES]:
        click.echo(f"note: {clean(source)}: not kept in the scenario: {text}", err=True)
    if len(lost) > MOST_LOSSES:
        more = f"{len(lost) - MOST_LOSSES} more stand in its comments"
        click.echo(f"note: {clean(source)}: {more}", err=True)


def _show_not_in_file(form: str, target: str, plan: Plan) -> None:
    """Print what of a plan a form has no place for."""
    from footfall.tracking_plan.writers import FORMATS

    lost = [clean(text) for text in FORMATS[form].not_in(plan)]
    for text in lost[:MOST_LOSSES]:
        click.echo(f"note: {clean(target)}: not in this file: {text}", err=True)
    if len(lost) > MOST_LOSSES:
        more = f"{len(lost) - MOST_LOSSES} more are not in this file"
        click.echo(f"note: {clean(target)}: {more}", err=True)


def _form(target: str) -> str:
    ending = Path(target).suffix
    form = ENDINGS.get(ending.lower())
    if form:
        return form
    problem = (
        f"its ending {shown(ending)} is no format"
        if ending
        else "it has no ending that says the format"
    )
    near = get_close_matches(ending, ENDINGS, n=1, cutoff=0.6)
    hint = (
        f"did you mean {near[0]}?" if near else f"or say it: --format {', '.join(FORMAT_NAMES)}"
    )
    raise UsageError(
        f"--to {shown(target)}: {problem}\n  accepted: {', '.join(ENDINGS)}\n  hint: {hint}"
    )


def _read(
    source: str, settings: tuple[str, ...], named: Named
) -> tuple[Plan, Sequence[Section]]:
    """Return a plan, and the diagrams of the scenario that it is made of."""
    from footfall.foreign.log_paths import is_log
    from footfall.tracking_plan.sheet_columns import ONLY_IN_PLANS

    if named.is_any or is_log(source, ONLY_IN_PLANS):
        return _of_log(source, named), ()
    if is_plan(source):
        from footfall.tracking_plan.readers import read_plan

        if settings:
            raise UsageError(
                f"--set {shown(settings[0])}: {source} is a plan, not a scenario whose values can be set"
            )
        return read_plan(source), ()
    from footfall.execution.setup import load_scenario
    from footfall.tracking_plan.diagrams import sections_of
    from footfall.tracking_plan.from_scenario import plan_of

    scenario = load_scenario(source, arguments.read_settings(settings))
    return plan_of(scenario), sections_of(scenario)


def _of_log(log: str, named: Named) -> Plan:
    """Return the plan of a log, with what was taken for what said."""
    from footfall.foreign.log_sections import told_of_lines
    from footfall.foreign.open_events import open_events
    from footfall.tracking_plan.from_log import PRIVACY, plan_of_log

    with open_events(log, named=named) as source:
        plan = plan_of_log(source)
        lines = told_of_lines(source.unread, source.nameless)
        for sentence in filter(None, (source.taken, *lines, PRIVACY)):
            click.echo(f"{log}: {clean(sentence)}", err=True)
    return plan


def is_plan(source: str) -> bool:
    """Return whether a path is a plan's: by its ending, as a folder, or in YAML by what it holds."""
    path = Path(source)
    if path.suffix.lower() in PLAN_ENDINGS or path.is_dir():
        return True
    from footfall.tracking_plan.readers import holds_plan

    return path.is_file() and holds_plan(path)


def _contents(
    plan: Plan, sections: Sequence[Section], form: str, target: str, source: str
) -> Mapping[str, bytes]:
    """Return the content of each file that is to be written."""
    if form == SCENARIO:
        return {target: _scenario(plan, target, source)}
    from footfall.tracking_plan.writers import FORMATS, json_schema_files

    folder = Path(target)
    if form == "json-schema" and (not folder.suffix or folder.is_dir()):
        return {
            str(folder / name): content for name, content in json_schema_files(plan).items()
        }
    return {target: FORMATS[form].render(plan, sections)}


def _scenario(plan: Plan, target: str, source: str) -> bytes:
    """Return a scenario made from a plan; a file that is there already is never replaced."""
    from footfall.tracking_plan.to_scenario import scenario_text

    if Path(target).exists():
        hint = f"--into {target} adds what it lacks; or write to another file"
        raise UsageError(f"--to {shown(target)}: there is such a file already\n  hint: {hint}")
    return scenario_text(plan, Path(source).name).encode()


def _merge(plan: Plan, path: Path) -> None:
    """Add to a scenario what it lacks of a plan, and print what was added, and what differs."""
    from footfall.tracking_plan.merge import merged

    result = merged(plan, path)
    if result.text != result.before:
        output_files.write(path, result.content)
    for line in result.lines():
        click.echo(clean(line))
