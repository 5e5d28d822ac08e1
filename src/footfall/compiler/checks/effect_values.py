"""Values that an effect maps to factors, against those that its property or column can have."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.compiler.expressions.lookup import BUILTIN_NAMES
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.requirements import drawn_values
from footfall.errors import Problems
from footfall.scenario.records import Effect, Scenario
from footfall.text import first_names
from footfall.units import nearest_hint

MOST_SHOWN = 30


def check_factors(scenario: Scenario, typer: Typer, problems: Problems) -> None:
    """Note keys of `odds`, `duration` and their like that what `by` names never equals."""
    for effect in scenario.effects:
        if effect.by is None:
            continue
        possible = _possible(effect.by.text, scenario, typer)
        if possible is not None:
            _check(effect, effect.by.text, possible, problems)


def _check(effect: Effect, by: str, possible: Sequence[str], problems: Problems) -> None:
    for text, _ in effect.factors:
        # `null` stands for people without a value.
        if text.text not in possible and not text.is_null:
            problems.add(
                text.at,
                f'effect "{effect.named}": "{text.text}" is no value of {by}',
                f"values of {by}: " + first_names(possible, MOST_SHOWN),
                nearest_hint(text.text, possible),
            )


def _possible(by: str, scenario: Scenario, typer: Typer) -> list[str] | None:
    """Return the values that a name can have, in order; None when that cannot be told."""
    for declared in (*scenario.session_properties, *scenario.people.properties):
        if declared.name == by:
            # Without declared values, and not drawn from a list, it may be any text.
            drawn = drawn_values(scenario).get(by)
            return list(declared.values or drawn or ()) or None
    if by == "stage":
        return list(typer.stages)
    home = typer.tables[typer.home]
    table = (
        typer.devices if by in ("platform", "os_name") else home if by in home.columns else None
    )
    if table is None or (table is home and by in BUILTIN_NAMES):
        return None
    position = table.source.columns.index(by)
    return list(
        dict.fromkeys(
            str(row[position]) for row in table.source.rows if row[position] is not None
        )
    )
