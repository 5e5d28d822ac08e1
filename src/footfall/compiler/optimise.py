"""The last pass: jumps are taken out, and only what can be reached stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from footfall.model.program import (
    ActNode,
    ConditionNode,
    DecisionNode,
    EndNode,
    EnterNode,
    JumpNode,
    Node,
    RetryNode,
    Timer,
)


def optimise(
    nodes: Sequence[Node], entry: int, end: int, timers: Sequence[Timer]
) -> tuple[tuple[Node, ...], int, int, tuple[Timer, ...]]:
    """Return the program without jumps and without nodes that nothing leads to, renumbered."""
    roots = [entry, end, *(timer.entry for timer in timers)]
    order = _reachable(nodes, [_target(nodes, root) for root in roots])
    number = {old: new for new, old in enumerate(order)}

    def at(old: int) -> int:
        return number[_target(nodes, old)]

    program = tuple(_retarget(nodes[old], at) for old in order)
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


def successors(node: Node) -> list[int]:
    """Return the nodes that a node leads to."""
    if isinstance(node, EndNode):
        return []
    if isinstance(node, ConditionNode):
        return [node.then, node.otherwise]
    if isinstance(node, DecisionNode):
        return [*(option.target for option in node.options), node.otherwise]
    if isinstance(node, RetryNode):
        return [node.target, node.next]
    return [node.next]


def _reachable(nodes: Sequence[Node], roots: list[int]) -> list[int]:
    """Return what can be reached in reverse postorder: but for ways back, every node comes before those it leads to."""
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
            waiting.extend((n, False) for n in reversed(successors(nodes[at])))
    return list(reversed(finished))


def _retarget(node: Node, to: Callable[[int], int]) -> Node:
    if isinstance(node, EndNode):
        return node
    if isinstance(node, ConditionNode):
        return replace(node, then=to(node.then), otherwise=to(node.otherwise))
    if isinstance(node, DecisionNode):
        options = tuple(replace(o, target=to(o.target)) for o in node.options)
        return replace(node, options=options, otherwise=to(node.otherwise))
    if isinstance(node, RetryNode):
        return replace(node, target=to(node.target), next=to(node.next))
    return replace(node, next=to(node.next))
