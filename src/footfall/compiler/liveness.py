"""Finds variables that need not be cleared when their journey begins, as they are set before anybody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace

from footfall.compiler.optimise import successors
from footfall.model.model import Column
from footfall.model.operations import Op
from footfall.model.program import (
    Action,
    ActNode,
    Append,
    Assign,
    Emission,
    EmitNode,
    EnterNode,
    Node,
    PickElement,
    PickRow,
    Remove,
)

Columns = frozenset[int]


def without_idle_clears(
    nodes: Sequence[Node], emissions: Sequence[Emission], columns: Sequence[Column]
) -> tuple[tuple[Node, ...], Columns]:
    """Return the program without clears of variables that are set on every way before they are read.

    A journey's variables belong to one root alone (the main journey, or one started by `later`), so that nothing else
    reads or sets them meanwhile. Lists are cleared always: what lies past their end is null.

    Args:
        nodes: The program.
        emissions: What its events read.
        columns: All columns of state.

    Returns:
        The program, and the columns that are no longer cleared: whoever reads one finds what was set.
    """
    live = _live_after(nodes, emissions)
    cleared = {
        c
        for node in nodes
        if isinstance(node, EnterNode)
        for c in node.clears
        if not columns[c].width
    }
    needed = {
        c
        for node, after in zip(nodes, live, strict=True)
        if isinstance(node, EnterNode)
        for c in after
    }
    idle = frozenset(cleared - needed)
    return tuple(_without(node, idle) for node in nodes), idle


def _without(node: Node, idle: Columns) -> Node:
    if not isinstance(node, EnterNode):
        return node
    return replace(node, clears=tuple(c for c in node.clears if c not in idle))


def _live_after(nodes: Sequence[Node], emissions: Sequence[Emission]) -> list[Columns]:
    """Return, per node, the columns that are read after it before they are set (cleared columns, at a clear)."""
    before: list[Columns] = [frozenset()] * len(nodes)
    steps = [_steps(node, emissions) for node in nodes]
    is_changed = True
    while is_changed:
        is_changed = False
        for number in range(len(nodes) - 1, -1, -1):
            live = frozenset().union(
                *(before[following] for following in successors(nodes[number]))
            )
            for sets, reads in reversed(steps[number]):
                live = (live - sets) | reads
            if live != before[number]:
                before[number], is_changed = live, True
    return [
        frozenset(node.clears) & frozenset().union(*(before[n] for n in successors(node)))
        if isinstance(node, EnterNode)
        else frozenset()
        for node in nodes
    ]


def _steps(node: Node, emissions: Sequence[Emission]) -> list[tuple[Columns, Columns]]:
    """Return what a node sets for sure and what it reads before, one after the other."""
    if isinstance(node, ActNode):
        return [_of_action(action) for action in node.actions]
    if isinstance(node, EnterNode):
        return [(frozenset(node.clears), frozenset())]
    if isinstance(node, EmitNode):
        emission = emissions[node.emission]
        return [(frozenset(), frozenset(emission.captures) | _read(emission))]
    return [(frozenset(), _read(node))]


def _of_action(action: Action) -> tuple[Columns, Columns]:
    reads = _read(action)
    match action:
        case Assign(column=column, adds=adds):
            return (frozenset(), reads | {column}) if adds else (frozenset({column}), reads)
        case PickRow(column=column):
            return frozenset({column}), reads
        case PickElement(length=length, place=place, sources=sources, columns=columns):
            return frozenset({place, *columns}), reads | {length, *sources}
        case Append(length=length, columns=columns) | Remove(length=length, columns=columns):
            return frozenset(), reads | {length, *columns}


def _read(part: object) -> Columns:
    """Return the columns that expressions in a part of the program read. Counters of draws are never cleared."""
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
