"""`footfall.taxonomy`: tracking plans of scenarios and logs, and scenarios of tracking plans, as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.execution.setup import Settings
from footfall.foreign.roles import Named
from footfall.store import output_files
from footfall.text import clean, plural
from footfall.tracking_plan.diagrams import Section
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.plan_formats import SCENARIO, form_of, is_plan
from footfall.tracking_plan.property_keys import losses
from footfall.tracking_plan.writers import FORMATS, json_schema_files

MOST_LOSSES = 12
"""Of what a scenario does not hold, as many are named; the rest stands in its comments."""
Tell = Callable[[str], object]
"""Takes a sentence about what was guessed, merged, not read or not written."""


def tell_nobody(sentence: str) -> None:
    """Tell nobody: what readers remark stands in the plan, too."""


@dataclass(frozen=True, slots=True, repr=False)
class Taxonomy:
    """A tracking plan that was made, and where it went.

    Args:
        plan: With what was remarked when it was read.
        lines: What was added to a scenario, and what differs; none of a file that was written.
    """

    plan: Plan
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Taxonomy: {self.outcome}>"

    @property
    def outcome(self) -> str:
        """The numbers of events and properties in words."""
        n = sum(len(event.properties) for event in self.plan.events)
        events = plural(len(self.plan.events), "event")
        return f"{events} with {plural(n, 'property', 'properties')}, of {self.plan.name}"


def taxonomy(
    source: str | Path,
    *,
    to: str | Path | None = None,
    into: str | Path | None = None,
    form: str | None = None,
    settings: Settings | None = None,
    strict: bool = False,
    named: Named | None = None,
    tell: Tell = tell_nobody,
) -> Taxonomy:
    """Make a tracking plan of a scenario or a log, or a scenario of a plan.

    Example:
        >>> footfall.taxonomy("ecommerce", to="plan.csv")
        <Taxonomy: 28 events with 136 properties, of ecommerce>

    Args:
        source: A scenario, a tracking plan or a log, as `footfall taxonomy` takes them.
        to: File to write; its ending says the form.
        into: Or the file of a scenario that is to get what it lacks of the plan.
        form: Where the ending does not say it.
        settings: Values to replace in the scenario: path of the key → value.
        strict: Refuse a plan of which something is not read, or that contradicts itself.
        named: Columns of a log, where they are not to be recognised.
        tell: Called with a sentence for each thing that was guessed, merged, or left out.

    Raises:
        UsageError: The source or the target cannot be used, or something is lost where nothing may be.
        ScenarioError: The scenario cannot be used.
    """
    if (to is None) == (into is None):
        raise UsageError(
            "say where to\n  accepted: --to FILE, or --into SCENARIO to add to a scenario that there is"
        )
    source, target = str(source), None if to is None else str(to)
    chosen = "" if target is None else form_of(target, form)
    plan, sections = _read(source, settings or {}, named or Named(), tell)
    _tell_remarks(source, plan, tell, strict=strict)
    if chosen == SCENARIO:
        _tell_losses(source, plan, tell, strict=strict)
    elif target is not None:
        _tell_not_in_file(chosen, target, plan, tell)
    if target is None:
        return Taxonomy(plan, _merge(plan, Path(into or "")))
    contents = _contents(plan, sections, chosen, target, source)
    # A scenario is somebody's work: none that is there is replaced.
    output_files.write_all(
        {Path(name): content for name, content in contents.items()}, is_new=chosen == SCENARIO
    )
    return Taxonomy(plan)


def _tell_remarks(source: str, plan: Plan, tell: Tell, *, strict: bool) -> None:
    """Tell what a reader guessed, merged and did not read.

    Raises:
        UsageError: What is lost of the plan, all of it, where nothing may be.
    """
    lost = [clean(str(remark)) for remark in plan.remarks if strict and remark.is_loss]
    for remark in plan.remarks:
        if not (strict and remark.is_loss):
            tell(f"note: {clean(str(remark))}")
    if lost:
        lines = "\n  ".join(lost)
        raise UsageError(
            f"{clean(source)}: not all of this plan can be read, and --strict leaves nothing out\n  {lines}\n"
            "  hint: without --strict this is left out, and named"
        )


def _tell_losses(source: str, plan: Plan, tell: Tell, *, strict: bool) -> None:
    """Tell what of a plan its scenario cannot hold.

    Raises:
        UsageError: All of it, where nothing may be lost.
    """
    lost = [clean(text) for text in losses(plan)]
    if lost and strict:
        lines = "\n  ".join(lost)
        raise UsageError(
            f"{clean(source)}: a scenario cannot hold all of this plan, and --strict leaves nothing out\n  {lines}\n"
            "  hint: without --strict this stands in a comment"
        )
    for text in lost[:MOST_LOSSES]:
        tell(f"note: {clean(source)}: not kept in the scenario: {text}")
    if len(lost) > MOST_LOSSES:
        more = f"{len(lost) - MOST_LOSSES} more stand in its comments"
        tell(f"note: {clean(source)}: {more}")


def _tell_not_in_file(form: str, target: str, plan: Plan, tell: Tell) -> None:
    """Tell what of a plan a form has no place for."""
    lost = [clean(text) for text in FORMATS[form].not_in(plan)]
    for text in lost[:MOST_LOSSES]:
        tell(f"note: {clean(target)}: not in this file: {text}")
    if len(lost) > MOST_LOSSES:
        more = f"{len(lost) - MOST_LOSSES} more are not in this file"
        tell(f"note: {clean(target)}: {more}")


def _read(
    source: str, settings: Settings, named: Named, tell: Tell
) -> tuple[Plan, Sequence[Section]]:
    """Return a plan, and the diagrams of the scenario that it is made of."""
    from footfall.foreign.log_paths import is_log
    from footfall.tracking_plan.sheet_columns import ONLY_IN_PLANS

    if named.is_any or is_log(source, ONLY_IN_PLANS):
        return _of_log(source, named, tell), ()
    if is_plan(source):
        from footfall.tracking_plan.readers import read_plan

        if settings:
            key, value = next(iter(settings.items()))
            raise UsageError(
                f"--set {shown(f'{key}={value}')}: {source} is a plan, not a scenario whose values can be set"
            )
        return read_plan(source), ()
    from footfall.execution.setup import load_scenario
    from footfall.tracking_plan.diagrams import sections_of
    from footfall.tracking_plan.from_scenario import plan_of

    scenario = load_scenario(source, settings)
    return plan_of(scenario), sections_of(scenario)


def _of_log(log: str, named: Named, tell: Tell) -> Plan:
    """Return the plan of a log, with what was taken for what said."""
    from footfall.foreign.log_sections import told_of_lines
    from footfall.foreign.open_events import open_events
    from footfall.tracking_plan.from_log import PRIVACY, plan_of_log

    with open_events(log, named=named) as source:
        plan = plan_of_log(source)
        lines = told_of_lines(source.unread, source.nameless)
        for sentence in filter(None, (source.taken, *lines, PRIVACY)):
            tell(f"{log}: {clean(sentence)}")
    return plan


def _contents(
    plan: Plan, sections: Sequence[Section], form: str, target: str, source: str
) -> Mapping[str, bytes]:
    """Return the content of each file that is to be written."""
    if form == SCENARIO:
        return {target: _scenario(plan, target, source)}
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


def _merge(plan: Plan, path: Path) -> tuple[str, ...]:
    """Add to a scenario what it lacks of a plan; return what was added, and what differs."""
    from footfall.tracking_plan.merge import merged

    result = merged(plan, path)
    if result.text != result.before:
        output_files.write(path, result.content)
    return tuple(map(clean, result.lines()))
