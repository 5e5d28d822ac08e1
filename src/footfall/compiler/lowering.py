"""Turns journeys into a program: steps become nodes, from the last to the first, each knowing where to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from footfall.compiler import tables as laws
from footfall.compiler.changes import Changes, draw_name
from footfall.compiler.effects import Effects
from footfall.compiler.naming import Names, default_name, key, kind_of_step
from footfall.compiler.sites import Sites
from footfall.compiler.symbols import Columns, ElementVariable, ListVariable, Scope, Symbol, TypeOf, Variable
from footfall.compiler.typing import Typer, nearest_hint, ramp
from footfall.compiler.variables import Declarer, element, picks, row
from footfall.errors import Mark
from footfall.model import program
from footfall.model.model import DecisionName
from footfall.model.ops import Op
from footfall.model.program import Key, Node, Timer
from footfall.model.tables import TableColumn
from footfall.model.values import Array, Kind
from footfall.scenario import records
from footfall.scenario.records import Chance, Expression, Journey, Ramp, Rest, Step, Text

LIMIT_IN_SESSION_MS = 29 * 60_000
MAX_NODES = 20_000


@dataclass(slots=True)
class Instance:
    """A journey's state within one root (the main journey, or one started by `later`).

    Args:
        names: Its variables.
        clears: Columns that become null at entry; `lengths`: of its lists, which become 0; `tries`: of its retries.
    """

    journey: Journey
    names: dict[str, Symbol]
    clears: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Here:
    """Where steps are compiled.

    Args:
        journey: Name of the journey they stand in.
        instance: Its state.
        root: Which root it is run by.
        scope: What names mean.
        counter: Column that counts visits.
        leave: Node where a visit that is left goes on.
        in_session: Events have a session.
        labels: Named steps and events of this journey, for `retry`.
    """

    journey: str
    instance: Instance
    root: str
    scope: Scope
    counter: int
    leave: int
    in_session: bool
    labels: dict[str, int]


class Lowering:
    """Compiles journeys into nodes.

    Attributes:
        nodes: The program so far; `Jump` where something is still open.
        decisions: Names for the tallies, in order of number.
        skips: What can fail to happen: (what, address).
        timers: Journeys started by `later`.
    """

    def __init__(
        self,
        journeys: dict[str, Journey],
        typer: Typer,
        columns: Columns,
        declarer: Declarer,
        effects: Effects,
        sites: Sites,
        outer: Scope,
        table_columns: tuple[TableColumn, ...],
        seed: int,
    ) -> None:
        self.journeys = journeys
        self.typer = typer
        self.problems = typer.problems
        self.columns = columns
        self.declarer = declarer
        self.effects = effects
        self.sites = sites
        self.outer = outer
        self._table_columns = table_columns
        self.value_addresses: dict[str, None] = {}
        self.id_prefixes: dict[int, str] = {}
        self.seed = seed
        self.nodes: list[Node] = []
        self.names = Names(self.problems)
        self.decisions: list[DecisionName] = []
        self._decision_numbers: dict[str, int] = {}
        self.skips: list[tuple[str, str]] = []
        self.timers: list[Timer] = []
        self._timer_numbers: dict[str, int] = {}
        self._counters: dict[str, int] = {}
        self._instances: dict[tuple[str, str], Instance] = {}
        self.changes = Changes(self)
        self.end = self.add(program.End())

    def table_values(self, number: int) -> Array:
        """Return the values of a column of a catalogue, null last."""
        return self._table_columns[number].values

    # --- nodes -------------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> int:
        """Add a node and return its number."""
        if len(self.nodes) == MAX_NODES:
            at = next(iter(self.journeys.values())).at
            self.problems.add(
                at,
                f"the journeys make more than {MAX_NODES} nodes",
                hint="a journey run from many places is compiled for each",
            )
            self.problems.raise_if_any()
        self.nodes.append(node)
        return len(self.nodes) - 1

    def hole(self) -> int:
        """Add a node that is filled later."""
        return self.add(program.Jump(0))

    def fill(self, hole: int, target: int) -> None:
        """Let a hole lead to a node."""
        self.nodes[hole] = program.Jump(target)

    def counter(self, address: str) -> int:
        """Return the column that counts visits of a journey or a loop, one for all places that run it."""
        if address not in self._counters:
            self._counters[address] = self.columns.counter(f"visits of {address}")
        return self._counters[address]

    def key(self, here: Here, kind: str, name: str) -> Key:
        """Return what names a draw of this journey."""
        return Key(key(self.seed, kind, here.journey, name), here.counter)

    def skip(self, what: str, address: str) -> int:
        """Return the number of a tally of what could not happen."""
        if (what, address) not in self.skips:
            self.skips.append((what, address))
        return self.skips.index((what, address))

    # --- journeys ----------------------------------------------------------------------------------------------------

    def main(self, name: str) -> int:
        """Compile the main journey and return its first node."""
        self._compile_later_first()
        body = self.journey(name, "", self.outer, self.end, self.end, True)
        return self.add(program.BeginSession(body))

    def _compile_later_first(self) -> None:
        """Number the timers before anything refers to them; their programs follow."""
        started = [j for j in self.journeys.values() if j.name in _started(self.journeys)]
        for number, journey in enumerate(started):
            self._timer_numbers[journey.name] = number
            self.timers.append(Timer(journey.name, 0, journey.slots, (), journey.has_session))
        for number, journey in enumerate(started):
            self._compile_timer(number, journey)

    def _compile_timer(self, number: int, journey: Journey) -> None:
        end = self.add(program.End(is_later=True))
        instance = self._instance(journey, journey.name, self.outer)
        payload = tuple(c for symbol in instance.names.values() for c in _columns_of(symbol))
        body = self._steps_of(journey, journey.name, instance, self.outer, end, end, journey.has_session)
        if journey.when is not None:
            body = self._test(journey.when, self.outer.within(instance.names), body, end)
        entry = self.add(program.BeginSession(body)) if journey.has_session else body
        self.timers[number] = Timer(journey.name, entry, journey.slots, payload, journey.has_session)

    def journey(self, name: str, root: str, scope: Scope, leave: int, following: int, in_session: bool) -> int:
        """Compile a journey run by `do` (or the main one) and return its first node."""
        journey = self.journeys[name]
        instance = self._instance(journey, root, scope)
        body = self._steps_of(journey, root, instance, scope, leave, following, in_session)
        enter = program.Enter((), body, tuple(instance.clears), tuple(instance.lengths))
        first = self.add(enter) if instance.names else body
        return first if journey.when is None else self._test(journey.when, scope, first, following)

    def _steps_of(
        self,
        journey: Journey,
        root: str,
        instance: Instance,
        scope: Scope,
        leave: int,
        following: int,
        in_session: bool,
    ) -> int:
        counter = self.counter(journey.name)
        inner = scope.within(instance.names)
        here = Here(journey.name, instance, root, inner, counter, leave, in_session, {})
        body = self.steps(journey.steps, here, following)
        return self.add(program.Enter((counter,), body, (), tuple(instance.tries)))

    def _instance(self, journey: Journey, root: str, scope: Scope) -> Instance:
        found = self._instances.get((root, journey.name))
        if found is None:
            prefix = f"{root}>{journey.name}." if root else f"{journey.name}."
            found = Instance(journey, {})
            self._instances[root, journey.name] = found
            self._declare(journey, prefix, scope, found)
        return found

    def _declare(self, journey: Journey, prefix: str, scope: Scope, instance: Instance) -> None:
        for declared in journey.carries:
            self._declare_one(declared, prefix, scope, instance)
        for pick in picks(journey.steps):
            if pick.variable not in instance.names and self.changes.is_free(pick, scope.within(instance.names)):
                self._declare_pick(pick, prefix, scope.within(instance.names), instance)
        for symbol in instance.names.values():
            for column in _columns_of(symbol):
                is_length = isinstance(symbol, ListVariable) and column == symbol.length
                (instance.lengths if is_length else instance.clears).append(column)

    def _declare_one(self, declared: records.Property, prefix: str, scope: Scope, instance: Instance) -> None:
        listed = scope.within(instance.names).find(declared.type) if declared.type is not None else None
        if isinstance(listed, ListVariable):
            instance.names[declared.name] = element(declared.name, listed, self.columns, prefix)
            return
        symbol = self.declarer.declare(declared, prefix)
        if symbol is not None:
            instance.names[declared.name] = symbol

    def _declare_pick(self, pick: records.PickOne, prefix: str, scope: Scope, instance: Instance) -> None:
        source = scope.find(pick.source)
        if isinstance(source, ListVariable):
            instance.names[pick.variable] = element(pick.variable, source, self.columns, prefix)
        elif pick.source in self.typer.tables:
            instance.names[pick.variable] = row(pick.variable, self.typer.tables[pick.source], self.columns, prefix)

    # --- steps -------------------------------------------------------------------------------------------------------

    def steps(self, steps: tuple[Step, ...], here: Here, following: int) -> int:
        """Compile steps and return their first node."""
        for step in steps:
            self._label(step, here)
        self._check_reachable(steps)
        for number in range(len(steps) - 1, -1, -1):
            following = self._step(steps, number, here, following)
        return following

    def _label(self, step: Step, here: Here) -> None:
        name = step.event if isinstance(step, records.Emit) and step.named is None else step.named
        if name is not None and name not in here.labels:
            here.labels[name] = self.hole()

    def _check_reachable(self, steps: tuple[Step, ...]) -> None:
        for step, after in zip(steps, steps[1:], strict=False):
            if _never_goes_on(step):
                self.problems.add(
                    after.at, f'this step is never reached: "{kind_of_step(step)}" before it never goes on'
                )
                return

    def _step(self, steps: tuple[Step, ...], number: int, here: Here, following: int) -> int:
        step = steps[number]
        if isinstance(step, records.GoOn) and step.named is None:
            step = replace(step, named=default_name(steps[number + 1 :]))
        first = _LOWER[type(step)](self, step, here, following)
        if step.when is not None and not isinstance(step, records.Guard):
            first = self._test(step.when, here.scope, first, following)
        name = step.event if isinstance(step, records.Emit) and step.named is None else steps[number].named
        if name is not None and isinstance(self.nodes[here.labels[name]], program.Jump):
            self.fill(here.labels[name], first)
        return first

    def _test(self, when: Expression, scope: Scope, then: int, otherwise: int) -> int:
        condition = self.typer.condition(when, scope)
        return then if condition is None else self.add(program.Test(condition, then, otherwise))

    def _emit(self, step: records.Emit, here: Here, following: int) -> int:
        site = self.sites.add(step.event, step.at, here.scope, here.in_session)
        if site is None:
            return following
        first = self.add(program.Emit(site, following))
        actions = self.changes.compile(step.changes, here, step.named)
        if actions:
            first = self.add(program.Act(actions, first, joins_next=True))
        if step.after is not None:
            first = self._pause(step.after, step.named or step.event, here, first)
        return first

    def _pause(self, wait: records.Wait, name: str, here: Here, following: int, ends: bool = False) -> int:
        address = self.names.take("wait", here.journey, name, wait.at)
        limit = LIMIT_IN_SESSION_MS if here.in_session and not ends else 2**62
        pause = program.Pause(
            self.key(here, "wait", name),
            laws.wait(wait),
            following,
            ends,
            limit,
            ends,
            self.effects.at("duration", address),
        )
        return self.add(pause)

    def _do(self, step: records.Do, here: Here, following: int) -> int:
        if step.journey not in self.journeys:
            self.unknown_journey(step.journey, step.at)
            return following
        return self.journey(step.journey, here.root, here.scope, here.leave, following, here.in_session)

    def unknown_journey(self, name: str, at: Mark) -> None:
        """Note a journey that is not declared."""
        known = list(self.journeys)
        self.problems.add(at, f'no journey "{name}"', "journeys: " + ", ".join(known), nearest_hint(name, known))

    def _name_of(self, step: Step, steps: tuple[Step, ...], here: Here) -> str:
        name = step.named or default_name(steps)
        if name is None:
            what = kind_of_step(step)
            self.problems.add(step.at, f'this "{what}" has no event to be called after', hint="add named:")
            return f"line {step.at.line}"
        return name

    def _maybe(self, step: records.Maybe, here: Here, following: int) -> int:
        name = self._name_of(step, step.steps, here)
        then = self.steps(step.steps, here, following)
        otherwise = self.steps(step.otherwise, here, following)
        return self._chance(name, step.chance, step.at, here, then, otherwise)

    def _go_on(self, step: records.GoOn, here: Here, following: int) -> int:
        name = self._name_of(step, (), here)
        return self._chance(name, step.chance, step.at, here, following, here.leave)

    def _chance(self, name: str, chance: Chance, at: Mark, here: Here, then: int, otherwise: int) -> int:
        address = self.names.take("chance", here.journey, name, at)
        weight = self.weight(chance, here.scope)
        effects = self.effects.at("odds", address)
        options = (
            program.Option("yes", weight, then, None, effects),
            program.Option("no", 1.0 - weight if isinstance(weight, float) else 0.0, otherwise),
        )
        number = self._decision(address, ("yes", "no"))
        return self._decide(number, self.key(here, "chance", name), options, otherwise, is_chance=True)

    def _decide(
        self, number: int, name: Key, options: tuple[program.Option, ...], otherwise: int, is_chance: bool = False
    ) -> int:
        constant = all(isinstance(o.weight, float) and o.when is None and not o.effects for o in options)
        thresholds = laws.thresholds([o.weight for o in options]) if constant else None  # type: ignore[misc]
        return self.add(program.Decide(number, name, options, otherwise, is_chance, thresholds))

    def _decision(self, address: str, options: tuple[str, ...]) -> int:
        if address not in self._decision_numbers:
            self._decision_numbers[address] = len(self.decisions)
            self.decisions.append(DecisionName(address, options))
        return self._decision_numbers[address]

    def weight(self, chance: Chance, scope: Scope) -> float | Op:
        """Compile a chance or weight."""
        if isinstance(chance, Decimal):
            return float(chance)
        if isinstance(chance, Ramp):
            op = self.typer.compile(chance.of, scope, TypeOf("number"))
            ends = (float(chance.start), float(chance.end), float(chance.over))
            return 0.0 if op is None else ramp(op, ends)
        if isinstance(chance, Rest):
            return 0.0
        return self.typer.compile(chance, scope, TypeOf("number")) or 0.0

    def _either(self, step: records.Either, here: Here, following: int) -> int:
        name = self._name_of(step, (), here)
        address = self.names.take("chance", here.journey, name, step.at)
        options = tuple(self._option(o, address, here, following) for o in step.options)
        options = self._with_rest(step, options)
        self._check_option_names(step, [o.name for o in options])
        number = self._decision(address, tuple(o.name for o in options))
        return self._decide(number, self.key(here, "chance", name), options, following)

    def _option(self, option: records.Option, address: str, here: Here, following: int) -> program.Option:
        name = option.named or default_name(option.steps)
        if name is None:
            self.problems.add(option.at, "this option has no event to be called after", hint="add named:")
            name = f"line {option.at.line}"
        chance = option.chance if option.chance is not None else option.weight
        assert chance is not None
        weight = self.weight(chance, here.scope)
        when = self._possible(option, here)
        target = self.steps(option.steps, here, following)
        return program.Option(name, weight, target, when, self.effects.at("odds", f"{address}/{name}"))

    def _possible(self, option: records.Option, here: Here) -> Op | None:
        conditions = [self.typer.condition(option.when, here.scope)]
        first = option.steps[0] if option.steps else None
        if isinstance(first, records.Do) and first.journey in self.journeys:
            conditions.append(self.typer.condition(self.journeys[first.journey].when, here.scope))
        found = [c for c in conditions if c is not None]
        if not found:
            return None
        return found[0] if len(found) == 1 else Op("and", "boolean", tuple(found))

    def _with_rest(self, step: records.Either, options: tuple[program.Option, ...]) -> tuple[program.Option, ...]:
        rest = [n for n, o in enumerate(step.options) if isinstance(o.chance, Rest)]
        if not rest:
            return options
        weights = [o.weight for n, o in enumerate(options) if n != rest[0]]
        left: float | Op
        if all(isinstance(w, float) for w in weights):
            left = float(1 - sum(Decimal(repr(w)) for w in weights))
        else:
            left = Op("const", "number", value=1.0)
            for weight in weights:
                other = weight if isinstance(weight, Op) else Op("const", "number", value=weight)
                left = Op("subtract", "number", (left, other), is_nullable=other.is_nullable)
        return tuple(replace(o, weight=left) if n == rest[0] else o for n, o in enumerate(options))

    def _check_option_names(self, step: records.Either, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self.problems.add(
                    step.options[number].at, f'two options are called "{name}"', hint="add named: to one of them"
                )

    def _repeat(self, step: records.Repeat, here: Here, following: int) -> int:
        name = self._name_of(step, step.steps, here)
        self.names.take("repeat", here.journey, name, step.at)
        self._check_ends(step, here)
        counter = self.counter(f"{here.journey}/{name}")
        again, after = self.hole(), self.hole()
        is_visit = step.come_back_after is not None
        if is_visit:
            self._check_may_come_back(step.at, here)
        inside = replace(here, counter=counter, leave=after if is_visit else here.leave)
        rounds = self._rounds(step, here, name)
        body = self.steps(step.steps, inside, after)
        counters = (counter,) if rounds is None else (counter, rounds)
        self.fill(again, self.add(program.Enter(counters, body)))
        self.fill(after, self._after_round(step, name, inside, rounds, again, following))
        return again if rounds is None else self.add(program.Enter((), again, (), (rounds,)))

    def _rounds(self, step: records.Repeat, here: Here, name: str) -> int | None:
        if step.at_most is None:
            return None
        return self.columns.counter(f"rounds of {here.root}>{here.journey}/{name}")

    def _after_round(
        self, step: records.Repeat, name: str, here: Here, rounds: int | None, again: int, following: int
    ) -> int:
        """Compile what follows a round: the ways out, else the wait and the next round."""
        first = again
        if step.come_back_after is not None:
            first = self.add(program.BeginSession(first)) if here.in_session else first
            first = self._pause(step.come_back_after, name, here, first, ends=True)
        if step.leave is not None:
            first = self._chance(f"{name}/leave", step.leave, step.at, here, following, first)
        if rounds is not None:
            assert step.at_most is not None
            full = Op("greater_equal", "boolean", (_count(rounds), Op("const", "integer", value=step.at_most)))
            first = self.add(program.Test(full, following, first))
        if step.until is not None:
            first = self._test(step.until, here.scope, following, first)
        return first

    def _check_ends(self, step: records.Repeat, here: Here) -> None:
        if step.leave is None and step.until is None and step.at_most is None:
            self.problems.add(
                step.at,
                f'journey "{here.journey}" can never end: this repeat has no way out',
                "leave: CHANCE, until: EXPRESSION or at_most: N",
                "leave: 5% ends it after one round in twenty",
            )
        bounded = step.at_most is not None or step.come_back_after is not None
        if not bounded and not self.surely_waits(step.steps):
            self.problems.add(
                step.at,
                f'journey "{here.journey}": this repeat can go round without any time passing',
                "come back after: WAIT, at_most: N, or a wait in every way through its steps",
                "give an event in it an after:",
            )

    def surely_waits(self, steps: tuple[Step, ...]) -> bool:
        """Tell whether time passes on every way through some steps."""
        return any(self._waits(step) for step in steps if step.when is None or isinstance(step, records.Guard))

    def _waits(self, step: Step) -> bool:
        if isinstance(step, records.Emit):
            return step.after is not None
        if isinstance(step, records.Pause):
            return True
        if isinstance(step, records.Maybe | records.Guard):
            return self.surely_waits(step.steps) and self.surely_waits(step.otherwise)
        if isinstance(step, records.Either):
            return all(self.surely_waits(o.steps) for o in step.options)
        if isinstance(step, records.Repeat):
            return self.surely_waits(step.steps)
        if isinstance(step, records.Do) and step.journey in self.journeys:
            journey = self.journeys[step.journey]
            return journey.when is None and self.surely_waits(journey.steps)
        return False

    def _leave(self, step: records.Leave, here: Here, following: int) -> int:
        if step.what == "visit":
            return here.leave
        return self.end if not here.root else self.add(program.End(is_later=True, for_good=True))

    def _wait(self, step: records.Pause, here: Here, following: int) -> int:
        default = "come back" if step.ends_session else "wait"
        if step.ends_session:
            self._check_may_come_back(step.at, here)
        if step.ends_session and here.in_session:
            following = self.add(program.BeginSession(following))
        return self._pause(step.wait, step.named or default, here, following, step.ends_session)

    def _check_may_come_back(self, at: Mark, here: Here) -> None:
        if here.root:
            self.problems.add(
                at,
                f'"come back after" in a journey started by later ("{here.root}")',
                hint="start another journey with later: instead",
            )

    def _change(self, step: records.Change, here: Here, following: int) -> int:
        actions = self.changes.compile(step.changes, here, step.named)
        return self.add(program.Act(actions, following)) if actions else following

    def _pick(self, step: records.Pick, here: Here, following: int) -> int:
        names = [draw_name(step.named, p.variable, len(step.picks)) for p in step.picks]
        compiled = (self.changes.pick(p, here, name) for p, name in zip(step.picks, names, strict=True))
        actions = tuple(a for a in compiled if a is not None)
        return self.add(program.Act(actions, following)) if actions else following

    def _retry(self, step: records.Retry, here: Here, following: int) -> int:
        if step.target not in here.labels:
            known = list(here.labels)
            self.problems.add(
                step.at,
                f'retry: no step named "{step.target}" comes before this in journey "{here.journey}"',
                "named steps and events: " + ", ".join(known),
                nearest_hint(step.target, known),
            )
            return following
        tries = self.columns.counter(f"tries of {here.root}>{here.journey}/{step.target} line {step.at.line}")
        here.instance.tries.append(tries)
        target = here.labels[step.target]
        if step.after is not None:
            target = self._pause(step.after, step.named or f"retry {step.target}", here, target)
        return self.add(program.Retry(tries, step.at_most, here.counter, target, following))

    def _later(self, step: records.Later, here: Here, following: int) -> int:
        number = self._timer_numbers.get(step.journey)
        if number is None:
            self.unknown_journey(step.journey, step.at)
            return following
        instance = self._instance(self.journeys[step.journey], step.journey, self.outer)
        values = self._payload(step, instance, here)
        name = step.named or step.journey
        table, effects = None, ()
        if step.wait is not None:
            address = self.names.take("wait", here.journey, name, step.at)
            table, effects = laws.wait(step.wait), self.effects.at("duration", address)
        moment = None if step.moment is None else self.typer.compile(step.moment, here.scope, TypeOf("time"))
        skip = self.skip("no free slot", f"{here.journey}/{name}")
        key_ = self.key(here, "wait", name)
        return self.add(program.Later(number, key_, table, following, skip, moment, step.is_activity, values, effects))

    def _payload(self, step: records.Later, instance: Instance, here: Here) -> tuple[Op, ...]:
        given = dict(step.values)
        for name, text in given.items():
            if name not in instance.names:
                known = list(instance.names)
                self.problems.add(
                    text.at,
                    f'journey "{step.journey}" carries no "{name}"',
                    "it carries: " + ", ".join(known),
                    nearest_hint(name, known),
                )
        return tuple(
            op for name, symbol in instance.names.items() for op in self._handed(symbol, given.get(name), here)
        )

    def _handed(self, symbol: Symbol, text: Text | None, here: Here) -> list[Op]:
        """Return what fills the columns of a variable: a value, the columns of a list, or null."""
        if text is not None and isinstance(symbol, Variable):
            op = self.changes.value(text, symbol, here.scope)
            return [op or _null(symbol.type.kind)]
        source = here.scope.find(text.text) if text is not None else None
        if (
            isinstance(symbol, ListVariable)
            and isinstance(source, ListVariable)
            and list(source.fields) == list(symbol.fields)
        ):
            lists = [Op("load", v.type.kind, value=v.column, is_list=True) for v in source.fields.values()]
            return [Op("load", "integer", value=source.length), *lists]
        if isinstance(symbol, ElementVariable) and isinstance(source, ElementVariable):
            return [Op("load", "integer", value=c) for c in _columns_of(source)]
        if text is not None:
            self.problems.add(text.at, f'"{text.text}" does not fit "{symbol.name}"', "a list with the same fields")
        return [
            _null(
                "integer" if c == getattr(symbol, "length", None) else self.columns.all()[c].kind,
                c == getattr(symbol, "length", None),
            )
            for c in _columns_of(symbol)
        ]

    def _guard(self, step: records.Guard, here: Here, following: int) -> int:
        assert step.when is not None
        then = self.steps(step.steps, here, following)
        otherwise = self.steps(step.otherwise, here, following)
        return self._test(step.when, here.scope, then, otherwise)


def _null(kind: Kind, is_length: bool = False) -> Op:
    from footfall.model.values import NULLS

    return Op("const", kind, value=0 if is_length else NULLS[kind], is_nullable=True)


def _count(column: int) -> Op:
    return Op("load", "integer", value=column)


def _columns_of(symbol: Symbol) -> list[int]:
    """Return the columns of a variable, a list's length first."""
    if isinstance(symbol, Variable):
        return [symbol.column]
    fields = [v.column for v in symbol.fields.values()]
    return [symbol.length if isinstance(symbol, ListVariable) else symbol.place, *fields]


def _started(journeys: dict[str, Journey]) -> set[str]:
    """Return the names of journeys that some step starts by `later`."""
    found: set[str] = set()
    for journey in journeys.values():
        found |= {s.journey for s in walk(journey.steps) if isinstance(s, records.Later)}
    return found & set(journeys)


def walk(steps: tuple[Step, ...]) -> list[Step]:
    """Return every step, those within others included."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        for inner in inner_steps(step):
            found.extend(walk(inner))
    return found


def inner_steps(step: Step) -> list[tuple[Step, ...]]:
    """Return the lists of steps within a step."""
    if isinstance(step, records.Maybe | records.Guard):
        return [step.steps, step.otherwise]
    if isinstance(step, records.Repeat):
        return [step.steps]
    if isinstance(step, records.Either):
        return [option.steps for option in step.options]
    return []


def _never_goes_on(step: Step) -> bool:
    if step.when is not None and not isinstance(step, records.Guard):
        return False
    if isinstance(step, records.Leave):
        return True
    if isinstance(step, records.Repeat):
        return step.until is None and step.at_most is None and step.leave == Decimal(0)
    if isinstance(step, records.Either):
        return bool(step.options) and all(o.steps and _never_goes_on(o.steps[-1]) for o in step.options)
    if isinstance(step, records.Maybe | records.Guard) and step.otherwise:
        return _never_goes_on(step.steps[-1]) and _never_goes_on(step.otherwise[-1])
    return False


_LOWER: dict[type[Step], Callable[[Lowering, Any, Here, int], int]] = {
    records.Emit: Lowering._emit,
    records.Do: Lowering._do,
    records.Maybe: Lowering._maybe,
    records.Either: Lowering._either,
    records.Repeat: Lowering._repeat,
    records.GoOn: Lowering._go_on,
    records.Leave: Lowering._leave,
    records.Pause: Lowering._wait,
    records.Change: Lowering._change,
    records.Pick: Lowering._pick,
    records.Retry: Lowering._retry,
    records.Later: Lowering._later,
    records.Guard: Lowering._guard,
}
