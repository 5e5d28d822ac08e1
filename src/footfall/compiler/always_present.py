"""Properties that an event always has: proven from the compiled program, not observed.

What is known not to be null is followed along every way through the program: through assignments, picks, guards
(`when: direction != null`) and into journeys that start later. A column is known at a node if it is on all ways there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from footfall.compiler.nullability import Nullability, never_null
from footfall.data.schema import Field
from footfall.model.emitted_values import EmittedValue, ListValue
from footfall.model.model import Model
from footfall.model.operations import Op
from footfall.model.program import (
    Action,
    ActNode,
    Append,
    Assign,
    ConditionNode,
    DecisionNode,
    EmitNode,
    EnterNode,
    Node,
    PickRow,
    RandomValue,
    UntilNode,
    WaitNode,
)
from footfall.model.program_flow import (
    NO_COLUMNS,
    Columns,
    accesses,
    action_access,
    later_start,
    reachable,
    successors,
)
from footfall.model.tables import Grouped

_COMPARISONS = frozenset(
    ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
)
"""Of null they are never true."""


Path = tuple[str, ...]
"""An event, a property of it, and the fields of records that lead on from there."""
ELEMENT = ""
"""The element of a plain list, where fields of records have names."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Properties that are there in every event, whatever way it happens.

    Args:
        of_events: Event → the properties that it can never lack; silent events are left out.
        of_records: Path → the fields that no record there, or in this list, can lack; of a plain
            list `ELEMENT`, if no element of it can be null.
    """

    of_events: Mapping[str, frozenset[str]]
    of_records: Mapping[Path, frozenset[str]]


def presence_of(model: Model) -> Presence:
    """Return what events always have: at each of their places, on each way there."""
    ways = _Ways(model)
    lacking = ways.lacking_elements()
    properties = model.stream.schema.event_properties
    events: dict[str, frozenset[str]] = {}
    records: dict[Path, frozenset[str]] = {}
    for number, columns in ways.known.items():
        node = model.nodes[number]
        if not isinstance(node, EmitNode):
            continue
        emission = model.emissions[node.emission]
        event = model.events[emission.event][0]
        named = [(properties[n], value) for n, value in emission.properties]
        sure = ways.always_there((event,), named, columns, lacking, records)
        events[event] = events.get(event, sure) & sure
    return Presence(events, records)


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
        # While the main journey waits, those that start later may run and change people; a session
        # may begin anywhere, so nothing that is known of its properties lasts.
        self._lost_in_waits = self._written(later)
        self._changing = self._written(range(len(model.nodes)))
        self._of_sessions = frozenset(initial.column for initial in model.session_initials)
        self.known[model.entry] = NO_COLUMNS
        # A fixed point from above: a node is visited again whenever a further way to it knows less
        # than those before. Columns only ever go, so it ends.
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

    def can_be_null(self, value: Op, columns: Columns) -> bool:
        """Tell whether a value can be null where some columns are not."""
        self._nullability.sure = {*self._sure, *columns}
        return self._nullability.can_be_null(value)

    def always_there(
        self,
        path: Path,
        values: Iterable[tuple[Field, EmittedValue]],
        columns: Columns,
        lacking: Columns,
        records: dict[Path, frozenset[str]],
    ) -> frozenset[str]:
        """Return the names of values that are never null; what records and lists hold is noted.

        Args:
            path: Event, and the properties that the values are in.
            values: With the fields that they are written to.
            columns: Those that are not null here.
            lacking: Those of lists in which an element may lack its value.
            records: Path → names that no record there can lack, so far.
        """
        sure = set()
        for known, value in values:
            inner = (*path, known.name)
            if isinstance(value, Op):
                is_sure = not self.can_be_null(value, columns)
            elif isinstance(value, ListValue):
                there = self.filled(known, value, lacking)
                records[inner] = records.get(inner, there) & there
                is_sure = True  # a list is empty, never null
            else:
                pairs = zip(known.fields, value.fields, strict=True)
                there = self.always_there(inner, pairs, columns, lacking, records)
                records[inner] = records.get(inner, there) & there
                is_sure = bool(there)  # a record is null where all of its fields are
            if is_sure:
                sure.add(known.name)
        return frozenset(sure)

    # --- lists -------------------------------------------------------------------------------------------------------

    def lacking_elements(self) -> Columns:
        """Return the columns of lists in which an element may lack its value.

        Elements come from `append` alone, or with a whole list that `later` hands on.
        """
        lacking: set[int] = set()
        copies: list[tuple[int, Op]] = []
        for number, columns in self.known.items():
            node = self.model.nodes[number]
            if isinstance(node, ActNode):
                lacking.update(self._appended_without(node, columns))
            start = later_start(node, self.model.timers)
            copies += start.fills if start is not None else ()
        handed = [(column, value.value) for column, value in copies if value.is_list]
        while more := {c for c, source in handed if source in lacking and c not in lacking}:
            lacking |= more
        return frozenset(lacking)

    def _appended_without(self, node: ActNode, columns: Columns) -> Iterator[int]:
        for action in node.actions:
            if isinstance(action, Append):
                values = zip(action.columns, action.values, strict=True)
                yield from (
                    column for column, value in values if self.can_be_null(value, columns)
                )
            columns = self._acted(action, columns)

    def filled(self, known: Field, listed: ListValue, lacking: Columns) -> frozenset[str]:
        """Return the fields of records that no record in a list lacks."""
        if not known.fields:
            is_filled = self._is_filled(listed.items[0], lacking)
            return frozenset([ELEMENT] if is_filled else [])
        items = zip(known.fields, listed.items, strict=True)
        return frozenset(inner.name for inner, item in items if self._is_filled(item, lacking))

    def _is_filled(self, item: Op, lacking: Columns) -> bool:
        """Tell whether a field has a value in each record: its own, or a cell of a row."""
        if item.op == "field":
            return self._is_filled(item.args[0], lacking) and not self._nullability.has_null(
                item
            )
        return item.op == "load" and item.value not in lacking

    # --- ways --------------------------------------------------------------------------------------------------------

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
        start = later_start(node, self.model.timers)
        if start is not None:
            filled = (c for c, value in start.fills if not self.can_be_null(value, columns))
            yield start.entry, frozenset(filled)
        after = self._after(node, columns, is_main=number in self._main)
        yield from ((target, after) for target in successors(node))

    def _found(self, pick: PickRow, columns: Columns) -> bool:
        """Tell whether a pick always finds a row: any will do, or each value asked for has one."""
        if pick.equal is None:
            return True
        assert isinstance(pick.table, Grouped)
        asked = self._values(pick.equal, columns)
        return asked is not None and asked <= {*pick.table.keys.tolist()}

    def _values(self, value: Op, columns: Columns) -> set[int] | None:
        """Return all that a value can be, if it is a catalogue's or drawn once; else None."""
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
        elif isinstance(node, WaitNode | UntilNode) and is_main:
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
    """Yield the ways of a decision; there is one for nobody only if an option may be lacking."""
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
    """Yield the column without which a value is null: its own, or that of its row."""
    if value.op == "field":
        yield from _read(value.args[0])
    elif value.op == "load" and isinstance(value.value, int) and not value.is_list:
        yield value.value
