"""Journeys as text that other tools draw: Mermaid and Graphviz's DOT."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.diagrams.colours import LIGHT, stage_class
from footfall.diagrams.graph import Graph, GraphEdge, GraphNode

_MERMAID = {
    "start": ("([", "])"),
    "end": ("([", "])"),
    "leave": ("([", "])"),
    "loop": ("([", "])"),
    "journey": ("[[", "]]"),
    "later": ("[[", "]]"),
    "choice": ("{{", "}}"),
    "test": ("{{", "}}"),
    "wait": ("(", ")"),
}
_DOT = {
    "start": "oval",
    "end": "oval",
    "leave": "oval",
    "loop": "oval",
    "journey": "component",
    "later": "component",
    "choice": "diamond",
    "test": "hexagon",
}
# What Mermaid or Markdown would take for its own; written as entities, which Mermaid shows as the character.
_SPECIAL = {c: f"#{ord(c)};" for c in "#\"'`{}[]()<>|\\&;*_~$%"}


def render_mermaid(graphs: Sequence[Graph]) -> str:
    """Return graphs as one Mermaid flow chart, a subgraph each."""
    lines = ["flowchart TB"]
    for number, graph in enumerate(graphs):
        lines.append(f'  subgraph g{number}["{_mermaid(graph.name)}"]')
        lines += [f"    {_mermaid_node(node, number)}" for node in graph.nodes]
        lines += [f"    {_mermaid_edge(edge, number)}" for edge in graph.edges]
        lines.append("  end")
    used = sorted(
        {n.stage % len(LIGHT.stages) for g in graphs for n in g.nodes if n.stage is not None}
    )
    for stage in used:
        fill, stroke = LIGHT.stages[stage]
        lines.append(f"  classDef s{stage} fill:{fill},stroke:{stroke},color:{LIGHT.ink}")
    lines.append("  classDef optional stroke-dasharray:5 3")
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    # A line break or another control character would end Mermaid's line.
    return "".join(_SPECIAL.get(c, c) for c in text if c.isprintable())


def _node_lines(node: GraphNode) -> list[str]:
    enters = [f"→ {node.enters}"] if node.enters else []
    properties = [", ".join(node.properties)] if node.properties else []
    return [line for line in (node.title, *enters, *node.notes, *properties) if line] or [" "]


def _edge_lines(edge: GraphEdge) -> list[str]:
    return [line for line in (*edge.label, edge.seen) if line]


def _mermaid_node(node: GraphNode, graph: int) -> str:
    left, right = _MERMAID.get(node.kind, ("[", "]"))
    text = "<br/>".join(map(_mermaid, _node_lines(node)))
    stage = (
        f":::{stage_class(node.stage)}"
        if node.stage is not None
        else ":::optional"
        if node.is_optional
        else ""
    )
    return f'g{graph}n{node.number}{left}"{text}"{right}{stage}'


def _mermaid_edge(edge: GraphEdge, graph: int) -> str:
    arrow = "-->" if edge.kind in ("plain", "drop") else "-.->"
    text = "<br/>".join(map(_mermaid, _edge_lines(edge)))
    label = f'|"{text}"|' if text else ""
    return f"g{graph}n{edge.source} {arrow}{label} g{graph}n{edge.target}"


def render_dot(graphs: Sequence[Graph]) -> str:
    """Return graphs as one DOT graph, a cluster each."""
    lines = ["digraph {", '  graph [rankdir=TB fontname="Helvetica" compound=true]']
    lines += [
        '  node [shape=box style="rounded,filled" fillcolor=white fontname="Helvetica" fontsize=11]'
    ]
    lines.append('  edge [fontname="Helvetica" fontsize=9]')
    for number, graph in enumerate(graphs):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted([graph.name])}"]
        lines += [f"    {_dot_node(node, number)}" for node in graph.nodes]
        lines += [f"    {_dot_edge(edge, number)}" for edge in graph.edges]
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


# DOT knows two escapes in a quoted text; its HTML labels are never used, so no other sign has a meaning.
def _quoted(lines: Sequence[str]) -> str:
    escaped = [
        "".join(c for c in line if c.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
        for line in lines
    ]
    return '"' + "\\n".join(escaped) + '"'


def _dot_node(node: GraphNode, graph: int) -> str:
    shape = f" shape={_DOT[node.kind]}" if node.kind in _DOT else ""
    dashed = ' style="rounded,filled,dashed"' if node.is_optional else ""
    colour = ""
    if node.stage is not None:
        fill, stroke = LIGHT.stages[node.stage % len(LIGHT.stages)]
        colour = f' fillcolor="{fill}" color="{stroke}"'
    return f"g{graph}n{node.number} [label={_quoted(_node_lines(node))}{shape}{dashed}{colour}]"


def _dot_edge(edge: GraphEdge, graph: int) -> str:
    style = (
        " style=dashed"
        if edge.kind in ("maybe", "loop")
        else ' color="#b3261e"'
        if edge.kind == "drop"
        else ""
    )
    lines = _edge_lines(edge)
    label = f"label={_quoted(lines)}" if lines else ""
    return f"g{graph}n{edge.source} -> g{graph}n{edge.target} [{label}{style}]"
