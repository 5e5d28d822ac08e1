"""A journey as boxes and arrows, before anything is measured or placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NodeKind = Literal["start", "event", "journey", "choice", "test", "state", "wait", "later", "loop", "leave", "end"]
EdgeKind = Literal["plain", "maybe", "drop", "loop"]


@dataclass(frozen=True, slots=True)
class Node:
    """A box.

    Args:
        number: Its place among the nodes.
        title: What stands in it first.
        notes: What stands below: waits, guards, `{state changes}`.
        properties: Names of an event's properties.
        stage: The stage of the critical path that colours it, as a number from 0, or None.
        enters: The stage that the event takes people to, or "".
        is_optional: Drawn dashed: it may be passed over.
        about: Longer text, shown when the reader points at the box.
    """

    number: int
    kind: NodeKind
    title: str
    notes: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    stage: int | None = None
    enters: str = ""
    is_optional: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow.

    Args:
        label: Lines of text on it.
        seen: What a run has shown of it, one more line.
        about: The chance in full, shown when the reader points at the label.
    """

    source: int
    target: int
    label: tuple[str, ...] = ()
    kind: EdgeKind = "plain"
    seen: str = ""
    about: str = ""


@dataclass(slots=True)
class Graph:
    """A journey as a graph.

    Args:
        name: The journey's name.
        about: What it means.
        stages: The critical path, for the legend.
    """

    name: str
    about: str = ""
    stages: tuple[str, ...] = ()
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    @property
    def has_observed(self) -> bool:
        """Whether a run's shares stand beside the asked ones."""
        return any(edge.seen for edge in self.edges)


@dataclass(frozen=True, slots=True)
class Share:
    """How an option came out in a run: of `reached` times, asked on average `asked` (0..1), taken `taken` times."""

    reached: int
    asked: float
    taken: int

    @property
    def text(self) -> str:
        """Return it as the last line of a label."""
        if not self.reached:
            return "never reached"
        got = self.taken / self.reached
        return f"asked {percent(self.asked)}, got {percent(got)}"


Observed = Mapping[tuple[str, str], Share]
"""(address, option) → share; a chance has the options `yes` and `no`."""


def percent(share: float) -> str:
    """Return a share as percent with one digit after the point where that says something: 28%, 4.5%."""
    return f"{share * 100:.1f}".removesuffix(".0") + "%"
