"""Draws that effects act on: of people, of sessions, and in steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footfall.compiler.compilation import Compilation
from footfall.compiler.effects import Effects
from footfall.compiler.expressions.typed_values import NUMERIC
from footfall.compiler.journeys.program_builder import Builder
from footfall.compiler.own_weights import options_of
from footfall.compiler.symbols import Scope, Symbol, Variable
from footfall.model.model import InitialValue
from footfall.model.program import AffectedChoice, RandomValue
from footfall.scenario.leaf_records import Draw
from footfall.scenario.records import Property


@dataclass(frozen=True, slots=True)
class DrawPlace:
    """The place of a draw: its address, and what is known there.

    Args:
        part: The journey that it stands in, or `people`, or `sessions`.
        name: Its name there.
        scope: What conditions of effects see there; people and sessions where None.
    """

    part: str
    name: str
    scope: Scope | None = None

    @property
    def address(self) -> str:
        """The name that effects use."""
        return f"{self.part}/{self.name}"


def affected_pick(
    drawn: RandomValue, written: Draw, place: DrawPlace, effects: Effects, builder: Builder
) -> RandomValue:
    """Return a draw with the effects on its values, which are addressed like options."""
    declared = options_of(written) if drawn.choice is None else drawn.choice.options
    options = tuple(
        replace(one, effects=effects.at("chance", f"{place.address}/{one.name}", place.scope))
        for one in declared
    )
    if drawn.choice is None and not any(option.effects for option in options):
        return drawn
    # Tallies and effects know it by this address alone, as if it were a decision.
    builder.names.take("chance", place.part, place.name, written.at)
    number = builder.decision(place.address, tuple(option.name for option in options))
    return replace(drawn, choice=AffectedChoice(number, options))


def affect_draws(c: Compilation) -> None:
    """Let effects act on what people and sessions draw; each sees what is declared before it."""
    people: dict[str, Symbol] = {}
    for declared in c.scenario.people.properties:
        _affect(
            c, declared, c.people_names.get(declared.name), Scope((dict(people),)), "people"
        )
        if declared.name in c.people_names:
            people[declared.name] = c.people_names[declared.name]
    sessions: dict[str, Symbol] = {}
    for declared in c.scenario.session_properties:
        scope = Scope((dict(sessions), people))
        _affect(c, declared, c.session_names.get(declared.name), scope, "sessions")
        if declared.name in c.session_names:
            sessions[declared.name] = c.session_names[declared.name]


def _affect(
    c: Compilation, declared: Property, symbol: Symbol | None, scope: Scope, part: str
) -> None:
    initials = c.initials if part == "people" else c.session_initials
    if declared.draw is None or not isinstance(symbol, Variable):
        return
    place = DrawPlace(part, declared.name, scope)
    for number, initial in enumerate(initials):
        if initial.column == symbol.column:
            initials[number] = _affected(c, initial, declared.draw, place)


def _affected(
    c: Compilation, initial: InitialValue, written: Draw, place: DrawPlace
) -> InitialValue:
    assert isinstance(initial.value, RandomValue)
    drawn = affected_pick(initial.value, written, place, c.effects, c.builder)
    if initial.kind not in NUMERIC:
        return replace(initial, value=drawn)
    effects = c.effects.at("value", place.address, place.scope)
    affected = c.builder.factors(place.address, initial.kind, effects)
    return replace(initial, value=drawn, effects=effects, affected=affected)
