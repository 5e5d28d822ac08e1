"""Which properties an event always has: proven from the program that a scenario is compiled to, not observed.

What is known not to be null is followed along every way through the program: through assignments, picks, guards
(`when: direction != null`) and into journeys that start later. A column is known at a node if it is on all ways there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from footfall.compiler.nullability import Nullability, never_null
from footfall.model.model import Model
from footfall.model.operations import Op
from footfall.model.program import (
    Action,
    ActNode,
    Assign,
    ConditionNode,
    DecisionNode,
    EmitNode,
    EnterNode,
    LaterNode,
    ListValue,
    Node,
    PickRow,
    RandomValue,
    WaitNode,
)
from footfall.model.program_flow import (
    NO_COLUMNS,
    Columns,
    accesses,
    action_access,
    reachable,
    successors,
)
from footfall.model.tables import Grouped

_COMPARISONS = frozenset(
    ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
)
"""Of null they are never true."""


def always_present(model: Model) -> dict[str, set[str]]:
    """Return for each event the properties that it can never lack: at each of its places, on each way there."""
    ways = _Ways(model)
    names = [known.name for known in model.stream.schema.event_properties]
    found: dict[str, set[str]] = {}
    for number, columns in ways.known.items():
        node = model.nodes[number]
        if isinstance(node, EmitNode):
            emission = model.emissions[node.emission]
            sure = {
                names[n]
                for n, value in emission.properties
                if not (isinstance(value, Op) and ways.can_be_null(value, columns))
            }
            event = model.events[emission.event][0]
            found[event] = found.get(event, sure) & sure
    return found


@dataclass(slots=True)
class _Ways:
    """Follows what is known through the program.

    Args:
        known: Node → columns that are not null when people get there; nodes that nobody reaches are left out.
    """

    model: Model
    known: dict[int, Columns] = field(default_factory=dict)
    _nullability: Nullability = field(init=False)
    _sure: Columns = field(init=False)
    _lost_in_waits: Columns = field(init=False)
    _of_sessions: Columns = field(init=False)
    _changing: Columns = field(init=False)
    _main: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        model = self.model
        begun = (*model.initials, *model.session_initials)
        self._nullability = never_null(begun, model.nodes, model.timers, model.tables)
        self._sure = frozenset(self._nullability.sure)
        self._main = reachable(model.nodes, [model.entry])
        later = reachable(model.nodes, [timer.entry for timer in model.timers])
        # while the main journey waits, those that start later may run and change people; a session may begin anywhere
        self._lost_in_waits = self._written(later)
        self._changing = self._written(range(len(model.nodes)))
        self._of_sessions = frozenset(initial.column for initial in model.session_initials)
        self.known[model.entry] = NO_COLUMNS
        waiting = [model.entry]
        while waiting:
            number = waiting.pop()
            for target, columns in self._onwards(number, self.known[number]):
                before = self.known.get(target)
                after = (columns if before is None else before & columns) - self._of_sessions
                if after != before:
                    self.known[target] = after
                    waiting.append(target)

    def _written(self, numbers: Iterable[int]) -> Columns:
        """Return the columns that some nodes change."""
        model = self.model
        found = (accesses(model.nodes[number], model.emissions) for number in numbers)
        return NO_COLUMNS.union(*(access.writes for node in found for access in node))

    def can_be_null(self, value: Op | ListValue, columns: Columns) -> bool:
        """Tell whether a value can be null where some columns are not; a list is empty, never null."""
        if isinstance(value, ListValue):
            return False
        self._nullability.sure = {*self._sure, *columns}
        return self._nullability.can_be_null(value)

    def _onwards(self, number: int, columns: Columns) -> Iterator[tuple[int, Columns]]:
        """Yield where people go on from a node, and what is known there."""
        node = self.model.nodes[number]
        if isinstance(node, ConditionNode):
            yield node.then, columns | _proven(node.condition, is_true=True)
            yield node.otherwise, columns | _proven(node.condition, is_true=False)
            return
        if isinstance(node, DecisionNode):
            yield from _decided(node, columns)
            return
        if isinstance(node, LaterNode):
            timer = self.model.timers[node.timer]
            pairs = zip(timer.payload, node.values, strict=True)
            yield (
                timer.entry,
                frozenset(
                    column for column, value in pairs if not self.can_be_null(value, columns)
                ),
            )
        after = self._after(node, columns, is_main=number in self._main)
        yield from ((target, after) for target in successors(node))

    def _found(self, pick: PickRow, columns: Columns) -> bool:
        """Tell whether a pick always finds a row: any will do, or each value that is asked for has some."""
        if pick.equal is None:
            return True
        assert isinstance(pick.table, Grouped)
        asked = self._values(pick.equal, columns)
        return asked is not None and asked <= _with_rows(pick.table)

    def _values(self, value: Op, columns: Columns) -> set[int] | None:
        """Return all that a value can be: of a catalogue's column, or of a property that is drawn once; else None."""
        if (
            value.op == "field"
            and isinstance(value.value, int)
            and not self.can_be_null(value, columns)
        ):
            return {*self.model.tables[value.value].values[:-1].tolist()}
        if value.op != "load" or value.kind != "text" or value.value in self._changing:
            return None
        drawn = next(
            (initial.value for initial in self.model.initials if initial.column == value.value),
            None,
        )
        if not isinstance(drawn, RandomValue) or self.can_be_null(value, columns):
            return None
        return {int(code) for code in drawn.codes} or None

    def _after(self, node: Node, columns: Columns, *, is_main: bool) -> Columns:
        if isinstance(node, ActNode):
            for action in node.actions:
                columns = self._acted(action, columns)
        elif isinstance(node, EnterNode):
            columns -= {*node.clears}
        elif isinstance(node, WaitNode) and is_main:
            columns -= self._lost_in_waits
        return columns

    def _acted(self, action: Action, columns: Columns) -> Columns:
        if isinstance(action, Assign):
            return (
                columns | {action.column}
                if self._gives_value(action, columns)
                else columns - {action.column}
            )
        if isinstance(action, PickRow):
            return (
                columns | {action.column}
                if self._found(action, columns)
                else columns - {action.column}
            )
        return columns - action_access(action).writes

    def _gives_value(self, action: Assign, columns: Columns) -> bool:
        if action.effects or (action.adds and action.kind == "number"):
            return False  # a number may grow until it is none
        self._nullability.sure = {*self._sure, *columns}
        return action.adds or not self._nullability.assigns_null(action.value)


def _decided(node: DecisionNode, columns: Columns) -> Iterator[tuple[int, Columns]]:
    """Yield the ways of a decision; the one for those who have no option is none where an option is always there."""
    for option in node.options:
        yield (
            option.target,
            columns | (_proven(option.when, is_true=True) if option.when else NO_COLUMNS),
        )
    if not any(
        isinstance(o.weight, float) and o.weight > 0 and not o.when and not o.effects
        for o in node.options
    ):
        yield node.otherwise, columns


def _with_rows(table: Grouped) -> set[int]:
    """Return the values that rows can be drawn for: those of a group that is not of weight 0."""
    cumulated, edges = [0, *table.cumulated.tolist()], table.starts.tolist()
    groups = zip(table.keys.tolist(), edges, edges[1:], strict=False)
    return {key for key, first, end in groups if cumulated[end] > cumulated[first]}


def _proven(condition: Op, *, is_true: bool) -> Columns:
    """Return the columns that cannot be null where a condition holds, or does not."""
    if condition.op == "not":
        return _proven(condition.args[0], is_true=not is_true)
    if condition.op == ("and" if is_true else "or"):
        return NO_COLUMNS.union(*(_proven(arg, is_true=is_true) for arg in condition.args))
    if (condition.op == "is_null" and not is_true) or (
        condition.op in _COMPARISONS and is_true
    ):
        return frozenset(column for arg in condition.args for column in _read(arg))
    return NO_COLUMNS


def _read(value: Op) -> Iterator[int]:
    """Yield the column without which a value is null: its own, or that of the row that it is a field of."""
    if value.op == "field":
        yield from _read(value.args[0])
    elif value.op == "load" and isinstance(value.value, int) and not value.is_list:
        yield value.value
