"""Passes that make a program smaller: no jumps, no nodes that nobody reaches, neighbours made one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from footfall.model.program import ActNode, EnterNode, JumpNode, Node, Timer
from footfall.model.program_flow import retargeted, successors


def optimise(
    nodes: Sequence[Node], entry: int, end: int, timers: Sequence[Timer]
) -> tuple[tuple[Node, ...], int, int, tuple[Timer, ...]]:
    """Return the program without jumps and without nodes that nothing leads to, renumbered."""
    roots = [entry, end, *(timer.entry for timer in timers)]
    order = _in_order(nodes, [_target(nodes, root) for root in roots])
    number = {old: new for new, old in enumerate(order)}

    def at(old: int) -> int:
        return number[_target(nodes, old)]

    program = tuple(retargeted(nodes[old], at) for old in order)
    return (
        program,
        at(entry),
        at(end),
        tuple(replace(timer, entry=at(timer.entry)) for timer in timers),
    )


def joined(nodes: Sequence[Node]) -> list[Node]:
    """Return the program with neighbours that change state made one, so that fewer waves do the same.

    What several lead to is repeated at each of them. What changes nothing becomes a jump.
    """
    program = list(nodes)
    for number in range(
        len(program) - 1, -1, -1
    ):  # followers first: they have joined theirs by then
        node = program[number]
        if isinstance(node, ActNode | EnterNode):
            program[number] = _with(node, program[node.next])
    return [
        JumpNode(n.next)
        if isinstance(n, EnterNode) and not (n.counters or n.clears or n.zeroes)
        else n
        for n in program
    ]


def _with(node: ActNode | EnterNode, following: Node) -> Node:
    """Return a node and the one after it as one, where that does the same; else the node."""
    if (
        isinstance(node, ActNode)
        and isinstance(following, ActNode)
        and not (node.joins_next or following.joins_next)
    ):
        return ActNode(node.actions + following.actions, following.next)
    if (
        isinstance(node, EnterNode)
        and isinstance(following, EnterNode)
        and not _collide(node, following)
    ):
        clears, zeroes = node.clears + following.clears, node.zeroes + following.zeroes
        return EnterNode(node.counters + following.counters, following.next, clears, zeroes)
    return node


def _collide(one: EnterNode, other: EnterNode) -> bool:
    """Tell whether the order matters: a node counts first, then clears, then sets to 0."""
    return bool(
        {*other.counters} & {*one.clears, *one.zeroes} or {*other.clears} & {*one.zeroes}
    )


def _target(nodes: Sequence[Node], at: int) -> int:
    node = nodes[at]
    while isinstance(node, JumpNode):
        at = node.next
        node = nodes[at]
    return at


def _in_order(nodes: Sequence[Node], roots: list[int]) -> list[int]:
    """Return what can be reached in reverse postorder.

    But for ways back, every node comes before those it leads to.
    """
    finished: dict[int, None] = {}
    seen: set[int] = set()
    waiting = [(root, False) for root in roots]
    while waiting:
        at, is_left = waiting.pop()
        at = _target(nodes, at)
        if is_left:
            finished[at] = None
        elif at not in seen:
            seen.add(at)
            waiting.append((at, True))
            # Reversed, so that the first way is walked last and stands first in the order.
            waiting.extend((n, False) for n in reversed(successors(nodes[at])))
    return list(reversed(finished))
