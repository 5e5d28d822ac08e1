"""A journey as boxes and arrows, before anything is measured or placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from footfall.reports.asked_and_got import Tally
from footfall.text import short_percent

NodeKind = Literal[
    "start",
    "event",
    "journey",
    "choice",
    "test",
    "state",
    "wait",
    "later",
    "loop",
    "leave",
    "end",
    "link",
]
EdgeKind = Literal["plain", "maybe", "drop", "loop"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A box.

    Args:
        number: Its place among the nodes.
        title: What stands in it first.
        notes: What stands below: waits, guards, `{state changes}`.
        properties: Names of an event's properties.
        stage: The stage that everybody has reached there, at least, as a number from 0; it colours the box.
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
class GraphEdge:
    """An arrow.

    Args:
        label: Lines of text on it.
        seen: What a run has shown of it, one more line.
        about: The chance in full and the counts of a run, shown when the reader points at the label.
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
    nodes: list[GraphNode] = field(default_factory=list)
    edges: list[GraphEdge] = field(default_factory=list)

    @property
    def has_observed(self) -> bool:
        """Whether a run's shares stand beside the asked ones."""
        return any(edge.seen for edge in self.edges)


Observed = Mapping[tuple[str, str], Tally]
"""(address, option) → what a run has shown of it; a chance has the options `yes` and `no`."""


def seen_text(tally: Tally) -> str:
    """Return a run's figures as a line of a label: mean chance after effects, share taken."""
    if tally.asked is None or tally.got is None:
        return "never reached"
    return f"asked {short_percent(tally.asked, 1)} · got {short_percent(tally.got, 1)}"
