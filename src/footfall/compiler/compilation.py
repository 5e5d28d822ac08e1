"""The state of a compilation: the passes read and write it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.checks.call_graph import CallGraph
from footfall.compiler.effects import Effects
from footfall.compiler.emissions import Emissions
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.journeys.program_builder import Builder
from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Columns, Scope, Symbol, Texts, Variable
from footfall.compiler.variables import Declarer
from footfall.data.schema import Field
from footfall.errors import Problem, Problems
from footfall.model.emitted_values import Emission
from footfall.model.model import InitialValue, OwnHours
from footfall.model.program import Node, Timer
from footfall.model.tables import CatalogueColumn
from footfall.scenario.records import Scenario


@dataclass(slots=True)
class Compilation:
    """A scenario on its way to a model: each pass reads what earlier ones have set.

    Args:
        scenario: With count and start resolved.
        seed: Of the stream.
        start: First day of the run.

    Attributes:
        problems: Mistakes; compiling goes on after them, and fails at the end.
        warnings: What is odd but allowed.
        texts, columns: Everything allocated so far.
        tables, table_columns: Catalogues, by `compile_catalogues`.
        typer, declarer: What compiles expressions and declares names, by `compile_catalogues`.
        people_names, initials: By `declare_people`.
        session_names, session_initials: By `declare_sessions`.
        hours: Of each one, by `compile_hours`.
        calls, roots: Who runs whom, and the main journey, by `check_calls`.
        emissions, effects: By `prepare_taxonomy` and `compile_effects`.
        builder, entry, end: The program, by `lower_journeys`.
        nodes, timers, fields, compiled_emissions: What is left of it, by `finish_program`.
    """

    scenario: Scenario
    seed: int
    start: dt.date
    problems: Problems = field(default_factory=Problems)
    warnings: list[Problem] = field(default_factory=list)
    texts: Texts = field(default_factory=Texts)
    columns: Columns = field(default_factory=Columns)
    tables: dict[str, CatalogueTable] = field(init=False)
    table_columns: tuple[CatalogueColumn, ...] = field(init=False)
    typer: Typer = field(init=False)
    declarer: Declarer = field(init=False)
    people_names: dict[str, Symbol] = field(default_factory=dict)
    session_names: dict[str, Symbol] = field(default_factory=dict)
    initials: list[InitialValue] = field(default_factory=list)
    session_initials: list[InitialValue] = field(default_factory=list)
    hours: OwnHours | None = None
    calls: CallGraph = field(init=False)
    roots: list[str] = field(init=False)
    emissions: Emissions = field(init=False)
    effects: Effects = field(init=False)
    builder: Builder = field(init=False)
    entry: int = field(init=False)
    end: int = field(init=False)
    nodes: tuple[Node, ...] = field(init=False)
    timers: tuple[Timer, ...] = field(init=False)
    fields: tuple[Field, ...] = field(init=False)
    compiled_emissions: tuple[Emission, ...] = field(init=False)

    @property
    def scope(self) -> Scope:
        """People and sessions."""
        return Scope((self.session_names, self.people_names))

    @property
    def moments(self) -> Moments:
        """Resolves points in time."""
        return Moments(self.start, self.scenario.time_zone)

    @property
    def language(self) -> int:
        """Column of the user property `language`; -1 when the home's language counts."""
        language = self.people_names.get("language")
        return (
            language.column
            if isinstance(language, Variable) and language.type.kind == "text"
            else -1
        )
