"""Turns journeys into a program: steps become nodes, from the last to the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from footfall.compiler import distributions
from footfall.compiler.checks.call_graph import CallGraph
from footfall.compiler.effects import Effects
from footfall.compiler.emissions import Emissions
from footfall.compiler.expressions.typed_values import as_number, ramp
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.journeys.program_builder import Builder
from footfall.compiler.journeys.step_context import Here, Instance
from footfall.compiler.symbols import (
    ElementVariable,
    ListVariable,
    Scope,
    TypeOf,
    Variable,
    columns_of,
)
from footfall.compiler.variables import Declarer
from footfall.errors import Problem, Problems, SourceLocation
from footfall.model.operations import Op
from footfall.model.program import (
    NO_LIMIT_MS,
    BeginSessionNode,
    ConditionNode,
    DecisionOption,
    EndNode,
    EnterNode,
    JumpNode,
    Timer,
    UntilNode,
    WaitEnd,
    WaitNode,
)
from footfall.model.tables import CatalogueColumn
from footfall.scenario.leaf_records import Chance, Expression, OddsChance, Ramp, Rest, Wait
from footfall.scenario.records import Journey, Property
from footfall.scenario.step_records import PickOne, Step, Steps
from footfall.scenario.step_traits import default_name, traits, walk, with_name
from footfall.units import DAY_MS, MINUTE_MS

# A minute below the gap that ends a session (`SESSION_GAP_MS` of the simulation).
LIMIT_IN_SESSION_MS = 29 * MINUTE_MS


@dataclass(slots=True)
class Lowering:
    """Compiles journeys into nodes.

    Args:
        calls: The journeys and who runs them.
        table_columns: Columns of catalogues by number.
        outer: People and sessions.
        lower: What compiles each kind of step; see `kinds`.
        warnings: What is odd but allowed.

    Attributes:
        end: Node where a life is over.
        timer_numbers: Journeys started by `later` → their numbers.
        kept: Columns of which an event tells what was before it → those that keep it (`Snapshots`).
    """

    calls: CallGraph
    builder: Builder
    typer: Typer
    declarer: Declarer
    effects: Effects
    emissions: Emissions
    table_columns: tuple[CatalogueColumn, ...]
    outer: Scope
    lower: Mapping[type[Step], Callable[[Lowering, Any, Here, int], int]]
    warnings: list[Problem]
    end: int = field(init=False)
    timer_numbers: dict[str, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    _instances: dict[tuple[str, str], Instance] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.end = self.builder.add(EndNode())

    @property
    def problems(self) -> Problems:
        """The list on which mistakes are noted."""
        return self.typer.problems

    @property
    def journeys(self) -> Mapping[str, Journey]:
        """The journeys by name."""
        return self.calls.journeys

    # --- journeys ----------------------------------------------------------------------------------------------------

    def timers(self) -> None:
        """Compile the journeys that are started by `later`."""
        # Later journeys may start each other, in any order, so numbers come before bodies.
        names = self.calls.started()
        started = [journey for journey in self.journeys.values() if journey.name in names]
        for number, journey in enumerate(started):
            self.timer_numbers[journey.name] = number
            self.builder.timers.append(
                Timer(journey.name, 0, journey.slots, (), journey.has_session)
            )
        for number, journey in enumerate(started):
            self._timer(number, journey)

    def _timer(self, number: int, journey: Journey) -> None:
        end = self.builder.add(EndNode(is_later=True))
        instance = self.instance(journey, journey.name, self.outer)
        payload = tuple(
            column for symbol in instance.names.values() for column in columns_of(symbol)
        )
        inner = self.outer.within(instance.names)
        here = Here(
            journey.name, instance, journey.name, inner, 0, end, journey.has_session, {}
        )
        body = self._body(journey, here, end)
        if journey.when is not None:
            body = self.test(journey.when, inner, body, end)
        entry = self.builder.add(BeginSessionNode(body)) if journey.has_session else body
        self.builder.timers[number] = Timer(
            journey.name, entry, journey.slots, payload, journey.has_session
        )

    def main(self, name: str) -> int:
        """Compile the main journey and return its first node."""
        # Column 0 as a counter stands for none: `_body` sets one before any step is compiled.
        here = Here("", Instance(self.journeys[name]), "", self.outer, 0, self.end, True, {})
        return self.builder.add(BeginSessionNode(self.journey(name, here, self.end)))

    def journey(self, name: str, caller: Here, following: int) -> int:
        """Compile a journey run by `do` (or the main one) and return its first node.

        Args:
            caller: Where the step stands that runs it.
        """
        journey = self.journeys[name]
        instance = self.instance(journey, caller.root, caller.scope)
        here = replace(
            caller,
            journey=name,
            instance=instance,
            scope=caller.scope.within(instance.names),
            labels={},
        )
        body = self._body(journey, here, following)
        # The condition is tested in the caller's scope, before the variables begin anew.
        enter = EnterNode((), body, tuple(instance.clears), tuple(instance.lengths))
        first = self.builder.add(enter) if instance.names else body
        return (
            first
            if journey.when is None
            else self.test(journey.when, caller.scope, first, following)
        )

    def _body(self, journey: Journey, here: Here, following: int) -> int:
        counter = self.builder.counter(journey.name)
        body = self.steps(journey.steps, replace(here, counter=counter), following)
        # Only now: `retry` adds its counter while the steps are compiled.
        return self.builder.add(EnterNode((counter,), body, (), tuple(here.instance.tries)))

    # --- their variables ---------------------------------------------------------------------------------------------

    def instance(self, journey: Journey, root: str, scope: Scope) -> Instance:
        """Return a journey's state within a root, declared where it is met first."""
        # One state, however many places run the journey: nobody is in two of them at once. A
        # later journey runs beside the main one, so each root has columns of its own.
        found = self._instances.get((root, journey.name))
        if found is None:
            prefix = f"{root}>{journey.name}." if root else f"{journey.name}."
            found = self._instances[root, journey.name] = Instance(journey)
            for declared in journey.carries:
                self._declare(declared, prefix, scope, found)
            for step in walk(journey.steps):
                for pick in traits(step).picks:
                    self._declare_pick(pick, prefix, scope, found)
            found.reset_columns()
        return found

    def _declare(
        self, declared: Property, prefix: str, scope: Scope, instance: Instance
    ) -> None:
        listed = (
            scope.within(instance.names).find(declared.type)
            if declared.type is not None
            else None
        )
        if isinstance(listed, ListVariable):
            instance.names[declared.name] = self.declarer.element(declared.name, listed, prefix)
            return
        symbol = self.declarer.declare(declared, prefix)
        if symbol is not None:
            instance.names[declared.name] = symbol

    def _declare_pick(
        self, pick: PickOne, prefix: str, scope: Scope, instance: Instance
    ) -> None:
        """Declare the variable of a pick, unless there is one that can take it."""
        inner = scope.within(instance.names)
        if pick.variable in instance.names or isinstance(
            inner.find(pick.variable), Variable | ElementVariable
        ):
            return
        source = inner.find(pick.source)
        if isinstance(source, ListVariable):
            instance.names[pick.variable] = self.declarer.element(pick.variable, source, prefix)
        elif pick.source in self.typer.tables:
            table = self.typer.tables[pick.source]
            instance.names[pick.variable] = self.declarer.row(pick.variable, table, prefix)

    # --- steps -------------------------------------------------------------------------------------------------------

    def steps(self, steps: Steps, here: Here, following: int) -> int:
        """Compile steps and return their first node."""
        # `retry` leads to a step before it, which is compiled after it: so each step that can be called
        # gets a node at once, which is filled when the step is there.
        for step in steps:
            name = traits(step).label
            if name is not None and name not in here.labels:
                here.labels[name] = self.builder.hole()
        # From the last to the first: a node is made with the number of the one that follows.
        for number in range(len(steps) - 1, -1, -1):
            following = self._step(steps, number, here, following)
        return following

    def _step(self, steps: Steps, number: int, here: Here, following: int) -> int:
        step = with_name(steps[number], steps[number + 1 :])
        # Of the step as written: a `go on` that takes its name from the steps behind it is no
        # target of `retry`.
        known = traits(steps[number])
        first = self.lower[type(step)](self, step, here, following)
        if known.guard is not None:
            first = self.test(known.guard, here.scope, first, following)
        if known.label is not None:
            hole = here.labels[known.label]
            if isinstance(self.builder.nodes[hole], JumpNode):
                self.builder.fill(hole, first)
        return first

    def name_of(self, step: Step, steps: Steps) -> str:
        """Return a step's name in addresses: its own, or that of its first event."""
        name = step.named or default_name(steps)
        if name is None:
            message = f'this "{traits(step).verb}" has no event to be called after'
            self.problems.add(step.at, message, hint="add named:")
            return f"line {step.at.line}"
        return name

    # --- nodes that several kinds of steps need ----------------------------------------------------------------------

    def test(self, when: Expression, scope: Scope, then: int, otherwise: int) -> int:
        """Add a guard."""
        condition = self.typer.condition(when, scope)
        return (
            then
            if condition is None
            else self.builder.add(ConditionNode(condition, then, otherwise))
        )

    def pause(
        self,
        wait: Wait,
        name: str,
        here: Here,
        following: int,
        ends: bool = False,
        deadline: WaitEnd | None = None,
    ) -> int:
        """Add a wait: in the session, or (`ends`) in activity time after its end; or until a moment.

        Args:
            deadline: Where those go on at a time of their own who would wait for longer.
        """
        if wait.until is not None:
            return self._pause_until(wait.until, here, following, ends=ends, deadline=deadline)
        address = self.builder.names.take("wait", here.journey, name, wait.at)
        is_cut = here.in_session and not ends
        if is_cut and wait.high_ms > LIMIT_IN_SESSION_MS:
            self._warn_of_cut(wait, address)
        elif here.root and wait.low_ms >= DAY_MS:
            self._warn_of_standstill(wait.at)
        limit = LIMIT_IN_SESSION_MS if is_cut else NO_LIMIT_MS
        effects = self.effects.at("wait", address)
        key = self.builder.key(here, "wait", name)
        affected = self.builder.factors(address, "wait", effects)
        factor, skip = self.factor(wait, address, here.scope)
        table = distributions.wait(wait)
        times = (ends, limit, ends, effects, affected, factor, skip, deadline)
        return self.builder.add(WaitNode(key, table, following, *times))

    def factor(self, wait: Wait, address: str, scope: Scope) -> tuple[Op | None, int]:
        """Compile what a wait is multiplied by; with the number of the tally of those who have none."""
        op = None if wait.factor is None else self.typer.factor(wait.factor, scope)
        return op, -1 if op is None else self.builder.skip("no factor", address)

    def _pause_until(
        self,
        until: Expression,
        here: Here,
        following: int,
        *,
        ends: bool,
        deadline: WaitEnd | None,
    ) -> int:
        """Add a wait until a moment."""
        if here.in_session and not ends:
            message = "a wait by the calendar in a session, which lasts 29 minutes at most"
            hint = "later: JOURNEY starts another one at a time, while the person goes on"
            self.problems.add(until.at, message, "come back after: ends the session", hint)
        elif here.root:
            self._warn_of_standstill(until.at)
        moment = self.typer.compile(until, here.scope, TypeOf("time"))
        return (
            following
            if moment is None
            else self.builder.add(UntilNode(moment, following, ends, deadline))
        )

    def _warn_of_standstill(self, at: SourceLocation) -> None:
        message = "while this waits, the person does nothing else: visits wait too"
        hint = "later: JOURNEY starts the rest at its time, beside the visits"
        self._warn(Problem(at, message, hint=hint))

    def _warn_of_cut(self, wait: Wait, address: str) -> None:
        which = (
            "some are"
            if wait.low_ms <= LIMIT_IN_SESSION_MS
            else "most are"
            if wait.kind == "about"
            else "it is"
        )
        message = (
            f'the wait "{address}" is longer than a session lasts: {which} cut to 29 minutes'
        )
        hint = "come back after: WAIT ends the session and is not cut"
        self._warn(Problem(wait.at, message, "up to 29 min", hint))

    def _warn(self, warning: Problem) -> None:
        """Note a warning, once for a journey that several others run."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def chance(
        self,
        name: str,
        chance: Chance,
        at: SourceLocation,
        here: Here,
        then: int,
        otherwise: int,
    ) -> int:
        """Add a decision between yes and no."""
        address = self.builder.names.take("chance", here.journey, name, at)
        weight = self.weight(chance, here.scope)
        options = (
            DecisionOption("yes", weight, then, None, self.effects.at("chance", address)),
            # Where the chance is an expression the second weight is not used (`is_chance`).
            DecisionOption("no", 1.0 - weight if isinstance(weight, float) else 0.0, otherwise),
        )
        number = self.builder.decision(address, ("yes", "no"))
        key = self.builder.key(here, "chance", name)
        return self.builder.decide(number, key, options, otherwise, is_chance=True)

    def weight(self, chance: Chance, scope: Scope) -> float | Op:
        """Compile a chance or weight; that of the rest is 0."""
        if isinstance(chance, OddsChance):
            return self._with_odds(chance, scope)
        if isinstance(chance, Ramp):
            op = self.typer.compile(chance.of, scope, TypeOf("number"))
            return (
                0.0
                if op is None
                else ramp(op, (float(chance.start), float(chance.end), float(chance.over)))
            )
        if isinstance(chance, Expression):
            # What is wrong is noted; any number lets the rest be compiled.
            return self.typer.compile(chance, scope, TypeOf("number")) or 0.0
        return 0.0 if isinstance(chance, Rest) else float(chance)

    def _with_odds(self, chance: OddsChance, scope: Scope) -> float | Op:
        before = as_number(self.weight(chance.chance, scope))
        factor = self.typer.factor(chance.odds, scope)
        # What is wrong is noted; any number lets the rest be compiled.
        return (
            0.0 if factor is None else Op("odds", "number", (before, factor), is_nullable=True)
        )
