"""Finds variables that are set before they are read, and so need not be cleared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from footfall.model.emitted_values import Emission
from footfall.model.model import Column
from footfall.model.program import EnterNode, Node
from footfall.model.program_flow import Columns, accesses, successors


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
    """Return, per node, the columns it clears that are read after it before they are set."""
    before: list[Columns] = [frozenset()] * len(nodes)
    in_order = [accesses(node, emissions) for node in nodes]
    # A fixed point from below: nothing is live at first, and sets only grow, so it ends. Nodes stand
    # before those they lead to, so going backwards one round settles all but the ways back of loops.
    is_changed = True
    while is_changed:
        is_changed = False
        for number in range(len(nodes) - 1, -1, -1):
            live = frozenset().union(
                *(before[following] for following in successors(nodes[number]))
            )
            for access in reversed(in_order[number]):
                live = (live - access.writes) | access.reads
            if live != before[number]:
                before[number], is_changed = live, True
    return [
        frozenset(node.clears) & frozenset().union(*(before[n] for n in successors(node)))
        if isinstance(node, EnterNode)
        else frozenset()
        for node in nodes
    ]
