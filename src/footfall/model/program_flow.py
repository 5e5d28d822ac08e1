"""The flow of people and values through a program: successors of nodes, columns they touch.

Every pass over the program asks here, so that a new kind of node or action is described once. All
dispatches are exhaustive: mypy refuses a kind that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import assert_never

from footfall.model.emitted_values import Emission
from footfall.model.operations import Op
from footfall.model.program import (
    Action,
    ActNode,
    Append,
    Assign,
    BeginSessionNode,
    CancelNode,
    ConditionNode,
    DecisionNode,
    EmitNode,
    EndNode,
    EnterNode,
    JumpNode,
    LaterNode,
    Node,
    PickElement,
    PickRow,
    Remove,
    RetryNode,
    Timer,
    UntilNode,
    WaitNode,
)

Columns = frozenset[int]
NO_COLUMNS: Columns = frozenset()


def successors(node: Node) -> tuple[int, ...]:
    """Return the nodes that a node leads to; what `later` starts is a root, not a successor."""
    match node:
        case EndNode():
            return ()
        case ConditionNode():
            return (node.then, node.otherwise)
        case DecisionNode():
            return (*(option.target for option in node.options), node.otherwise)
        case RetryNode():
            return (node.target, node.next)
        case WaitNode() | UntilNode():
            return (node.next,) if node.deadline is None else (node.next, node.deadline.over)
        case JumpNode() | ActNode() | EmitNode() | LaterNode():
            return (node.next,)
        case BeginSessionNode() | EnterNode() | CancelNode():
            return (node.next,)
    assert_never(node)


@dataclass(frozen=True, slots=True)
class LaterStart:
    """A later journey that a node starts.

    Args:
        entry: Its first node.
        fills: The columns of its variables, each with the value that it is filled with.
    """

    entry: int
    fills: tuple[tuple[int, Op], ...]


def later_start(node: Node, timers: Sequence[Timer]) -> LaterStart | None:
    """Return the later journey that a node starts, or None."""
    match node:
        case LaterNode():
            timer = timers[node.timer]
            return LaterStart(timer.entry, tuple(zip(timer.payload, node.values, strict=True)))
        case ActNode() | EmitNode() | ConditionNode() | DecisionNode() | WaitNode():
            return None
        case JumpNode() | BeginSessionNode() | EnterNode() | RetryNode():
            return None
        case CancelNode() | EndNode() | UntilNode():
            return None
    assert_never(node)


def retargeted(node: Node, to: Callable[[int], int]) -> Node:
    """Return a node that leads where `to` says instead of where it led."""
    match node:
        case EndNode():
            return node
        case ConditionNode():
            return replace(node, then=to(node.then), otherwise=to(node.otherwise))
        case DecisionNode():
            options = tuple(replace(o, target=to(o.target)) for o in node.options)
            return replace(node, options=options, otherwise=to(node.otherwise))
        case RetryNode():
            return replace(node, target=to(node.target), next=to(node.next))
        case WaitNode() | UntilNode():
            deadline = node.deadline and replace(node.deadline, over=to(node.deadline.over))
            return replace(node, next=to(node.next), deadline=deadline)
        case JumpNode() | ActNode() | EmitNode() | LaterNode():
            return replace(node, next=to(node.next))
        case BeginSessionNode() | EnterNode() | CancelNode():
            return replace(node, next=to(node.next))
    assert_never(node)


def reachable(nodes: Sequence[Node], roots: Sequence[int]) -> frozenset[int]:
    """Return the nodes that people can get to from some others, these included."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            waiting += successors(nodes[number])
    return frozenset(seen)


# --- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """The columns of state that are read at once, and those that get another value after."""

    reads: Columns
    writes: Columns


def accesses(node: Node, emissions: Sequence[Emission]) -> list[Access]:
    """Return what a node does with columns, one after the other.

    Not among them are the built-in columns that events and sessions change (`builtins`), and the
    columns of a later journey's variables, which are filled when it starts (`later_start`).
    """
    match node:
        case ActNode():
            return [action_access(action) for action in node.actions]
        case EnterNode():
            counted, cleared = frozenset(node.counters), frozenset(node.clears + node.zeroes)
            return [Access(counted, counted), Access(NO_COLUMNS, cleared)]
        case RetryNode():
            counted = frozenset((node.tries, node.counter))
            return [Access(counted, counted)]
        case EmitNode():
            emission = emissions[node.emission]
            kept = NO_COLUMNS.union(*(memory.columns() for memory in emission.memories))
            kept |= frozenset(column for column, _ in emission.counted)
            return [Access(kept | frozenset(emission.captures) | _read(emission), kept)]
        case WaitNode() | UntilNode():
            deadline = NO_COLUMNS if node.deadline is None else {node.deadline.column}
            return [Access(_read(node) | deadline, NO_COLUMNS)]
        case ConditionNode() | DecisionNode() | LaterNode():
            return [Access(_read(node), NO_COLUMNS)]
        case JumpNode() | BeginSessionNode() | CancelNode() | EndNode():
            return []
    assert_never(node)


def action_access(action: Action) -> Access:
    """Return what an action does with columns; what it may leave as it was, it reads too."""
    read = _read(action)
    match action:
        case Assign():
            written = frozenset((action.column,))
            return Access(read | written if action.adds else read, written)
        case PickRow():
            return Access(read, frozenset((action.column,)))
        case PickElement():
            written = frozenset((action.place, *action.columns))
            return Access(read | {action.length, *action.sources}, written)
        case Append() | Remove():
            # A full list stays as it was, and so do the elements in front of a removed one.
            written = frozenset((action.length, *action.columns))
            return Access(read | written, written)
    assert_never(action)


def changed_property(action: Action) -> int:
    """Return the number of the user property whose change an action records; -1 for none."""
    match action:
        case Assign() | Append() | Remove():
            return action.property
        case PickRow() | PickElement():
            return -1
    assert_never(action)


def actions_of(nodes: Sequence[Node]) -> Iterator[Action]:
    """Yield every action of a program."""
    for node in nodes:
        if isinstance(node, ActNode):
            yield from node.actions


def _read(part: object) -> Columns:
    """Return the columns that expressions in a part of the program read.

    The counters of draws are not among them: they are plain numbers in `DrawKey`, and nothing ever
    clears them.
    """
    return frozenset(_columns(part))


def _columns(part: object) -> Iterator[int]:
    if isinstance(part, Op):
        yield from part.columns()
    elif isinstance(part, tuple):
        for one in part:
            yield from _columns(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _columns(getattr(part, field.name))
