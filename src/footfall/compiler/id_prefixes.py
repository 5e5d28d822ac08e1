"""Prefixes of ids: drawn in one place, handed on through variables, also to later journeys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from footfall.model.operations import Op
from footfall.model.program import Assign, Node, Timer
from footfall.model.program_flow import actions_of, later_start


def id_prefixes(
    nodes: Sequence[Node], timers: Sequence[Timer], known: dict[int, str]
) -> dict[int, str]:
    """Return what the ids in each column begin with.

    Args:
        nodes: The program.
        timers: Journeys that `later` starts, whose variables it fills.
        known: Columns into which ids are drawn.
    """
    flows = list(_flows(nodes, timers))
    found: dict[int, str] = dict(known)
    n_before = -1
    # An id may go through several variables, whose flows stand in any order: until a round
    # finds nothing new.
    while len(found) != n_before:
        n_before = len(found)
        for column, value in flows:
            prefix = prefix_of(value, found)
            if prefix:
                found.setdefault(column, prefix)
    return found


def _flows(nodes: Sequence[Node], timers: Sequence[Timer]) -> Iterator[tuple[int, Op]]:
    """Yield where ids go: the column, and what is put there."""
    for node in nodes:
        for action in actions_of((node,)):
            if (
                isinstance(action, Assign)
                and action.kind == "id"
                and isinstance(action.value, Op)
            ):
                yield action.column, action.value
        start = later_start(node, timers)
        if start is not None:
            yield from ((column, value) for column, value in start.fills if value.kind == "id")


def prefix_of(value: Op, known: dict[int, str]) -> str:
    """Return an id's prefix as far as it is known: the first in its expression."""
    for op in value.walk():
        if (
            op.kind == "id"
            and op.op == "load"
            and isinstance(op.value, int)
            and op.value in known
        ):
            return known[op.value]
        if op.kind == "id" and op.of:
            return op.of
    return ""


def prefixed(value: Op, prefixes: dict[int, str]) -> Op:
    """Give a single value the prefix of its id, if it is one."""
    if value.kind == "composed":
        return replace(value, args=tuple(prefixed(arg, prefixes) for arg in value.args))
    return (
        replace(value, of=prefix_of(value, prefixes) or "id") if value.kind == "id" else value
    )
