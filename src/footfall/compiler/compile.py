"""Compiles a scenario: a tuple of small passes, each adding to what the next ones need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from footfall.compiler.affected_draws import affect_draws
from footfall.compiler.checks import busy_lives, wide_laws
from footfall.compiler.checks.call_graph import CallGraph
from footfall.compiler.checks.channels import check_channels
from footfall.compiler.checks.effect_values import check_factors
from footfall.compiler.checks.impossible_texts import check_texts
from footfall.compiler.checks.spans import check_spans
from footfall.compiler.checks.termination import Termination
from footfall.compiler.compilation import Compilation
from footfall.compiler.declarations import compile_catalogues, declare_people, declare_sessions
from footfall.compiler.effects import Effects
from footfall.compiler.emissions import Emissions
from footfall.compiler.id_prefixes import id_prefixes
from footfall.compiler.journeys.kinds import LOWER
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.program_builder import Builder
from footfall.compiler.link import assemble
from footfall.compiler.liveness import without_idle_clears
from footfall.compiler.nullability import never_null
from footfall.compiler.optimise import joined, optimise
from footfall.compiler.people_hours import compile_hours
from footfall.data.patterns import FORMATS
from footfall.errors import Problem
from footfall.model.model import Model
from footfall.scenario.constraints import unchecked
from footfall.scenario.records import Scenario
from footfall.units import nearest_hint


def compile_scenario(
    scenario: Scenario,
    *,
    people: int | None = None,
    start: dt.date | None = None,
    seed: int = 1,
    warnings: list[str] | None = None,
    effects: dict[str, list[str]] | None = None,
) -> Model:
    """Compile a scenario.

    Args:
        scenario: As loaded.
        people: Instead of its `people: count`; scales the rate of arrivals, so it makes another stream.
        start: Instead of its `calendar: start`.
        seed: From 0 to 2**63 - 1.
        warnings: Filled with what is odd but allowed, in order of the file.
        effects: Filled with the addresses that each effect holds at, sorted.

    Raises:
        ScenarioError: With every problem that was found.
    """
    # Put into the scenario before anything else: its hash is part of the stream's identity, so
    # `--people 500` is the same stream as `count: 500` in the file.
    started = start or dt.date(*scenario.calendar.start)
    day = (started.year, started.month, started.day)
    scenario = replace(scenario, calendar=replace(scenario.calendar, start=day))
    if people is not None:
        scenario = replace(scenario, people=replace(scenario.people, count=people))
    c = Compilation(scenario, seed, started)
    for compile_part in PASSES:
        compile_part(c)
    c.problems.raise_if_any()
    if warnings is not None:
        warnings.extend(
            str(w)
            for w in sorted(c.warnings, key=lambda w: (w.at.file, w.at.line, w.at.column))
        )
    if effects is not None:
        effects.update(
            (name, sorted(addresses)) for name, addresses in c.effects.matched.items()
        )
    return assemble(c)


def check_calls(c: Compilation) -> None:
    """Check which journey runs which, and that all of them come to an end."""
    c.calls = CallGraph({journey.name: journey for journey in c.scenario.journeys}, c.problems)
    c.roots = c.calls.roots(c.scenario.main)
    c.calls.check(c.roots)
    ends = Termination(c.calls, c.problems)
    ends.check_depth()
    ends.check()
    c.warnings += busy_lives.warnings_of(c.calls)


def prepare_taxonomy(c: Compilation) -> None:
    """Check the events, their properties, the stages and the goal."""
    c.emissions = Emissions(
        c.scenario.events, c.scenario.properties, c.scenario.stages, c.declarer
    )
    c.emissions.check()
    goal, stages = c.scenario.goal, c.typer.stages
    if goal is not None and goal.text not in stages:
        accepted = "stages: " + ", ".join(stages)
        c.problems.add(
            goal.at, f'goal: no stage "{goal.text}"', accepted, nearest_hint(goal.text, stages)
        )


def compile_effects(c: Compilation) -> None:
    """Compile who, when and how much; where is asked for by the journeys."""
    c.effects = Effects(c.scenario.effects, c.typer, c.scope, c.moments)
    c.warnings += check_spans(c.scenario, c.moments, c.problems)
    check_channels(c.scenario, c.problems)
    check_factors(c.scenario, c.typer, c.problems)


def lower_journeys(c: Compilation) -> None:
    """Turn the steps of all journeys that are run into nodes."""
    c.builder = Builder(c.seed, c.columns, c.problems, c.scenario.journeys[0].at)
    lowering = Lowering(
        calls=c.calls,
        builder=c.builder,
        typer=c.typer,
        declarer=c.declarer,
        effects=c.effects,
        emissions=c.emissions,
        table_columns=c.table_columns,
        outer=c.scope,
        lower=LOWER,
        warnings=c.warnings,
    )
    # Before the main journey, whose steps refer to timers by their numbers.
    lowering.timers()
    entries = [lowering.main(name) for name in c.roots]
    c.entry, c.end = entries[0], lowering.end


def check_effects(c: Compilation) -> None:
    """Note effects that hold nowhere."""
    c.effects.check()


def warn_of_silent_events(c: Compilation) -> None:
    """Warn of events that no step emits."""
    for event in c.scenario.events:
        if event.name not in c.emissions.emitted:
            message = f'no step emits the event "{event.name}"'
            c.warnings.append(
                Problem(event.at, message, hint="add a step, or take the event out")
            )


def warn_of_unchecked(c: Compilation) -> None:
    """Warn of constraints that no value can be held against."""
    scenario = c.scenario
    of_people = (*scenario.people.properties, *scenario.session_properties)
    of_events = (one for event in scenario.events for one in event.properties)
    declared = [(one.name, one.at, one.constraint) for one in of_people]
    declared += [
        (one.name, one.at, one.constraint) for one in (*scenario.properties, *of_events)
    ]
    for name, at, constraint in declared:
        for clause in unchecked(constraint):
            accepted = f"formats that are checked: {', '.join(FORMATS)}"
            message = f'"{name}": nothing can be held against {clause}'
            c.warnings.append(Problem(at, message, accepted))


def warn_of_wide_laws(c: Compilation) -> None:
    """Warn of laws whose moments are not those of their formulas."""
    c.warnings += wide_laws.warnings_of(c.scenario)


def finish_program(c: Compilation) -> None:
    """Take out of the program what nobody reaches, and settle what events carry."""
    # A wrong step leaves a hole in the program, from which nothing can be concluded.
    if c.problems.found:
        return
    builder = c.builder
    c.nodes, c.entry, c.end, c.timers = optimise(builder.nodes, c.entry, c.end, builder.timers)
    builder.id_prefixes = id_prefixes(c.nodes, c.timers, builder.id_prefixes)
    language = c.language
    c.fields, c.compiled_emissions = c.emissions.finish(builder.id_prefixes, {language} - {-1})


def mark_nullability(c: Compilation) -> None:
    """Mark what can never be null."""
    if c.problems.found:
        return
    # In this order: without idle clears more neighbours become one, and columns that are set
    # before they are read (`set_first`) count as never null.
    c.nodes, set_first = without_idle_clears(c.nodes, c.compiled_emissions, c.columns.all())
    c.nodes, c.entry, c.end, c.timers = optimise(joined(c.nodes), c.entry, c.end, c.timers)
    known = never_null(c.initials, c.nodes, c.timers, c.table_columns, set_first)
    c.nodes, c.compiled_emissions = known.marked(c.nodes), known.marked(c.compiled_emissions)
    c.initials, c.session_initials = (
        list(known.marked(tuple(c.initials))),
        list(known.marked(tuple(c.session_initials))),
    )


PASSES: tuple[Callable[[Compilation], None], ...] = (
    compile_catalogues,
    declare_people,
    declare_sessions,
    compile_hours,
    check_calls,
    prepare_taxonomy,
    compile_effects,
    lower_journeys,
    affect_draws,
    check_effects,
    check_texts,
    warn_of_silent_events,
    warn_of_unchecked,
    warn_of_wide_laws,
    finish_program,
    mark_nullability,
)
"""The passes in order. Each notes mistakes and goes on, so that all are found at once."""
