"""Long journeys broken into columns side by side, so that one printed page is readable."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from footfall.diagrams.graph import Graph, GraphEdge, GraphNode
from footfall.diagrams.layout import Layout, PlacedEdge, PlacedNode, Point, lay_out
from footfall.diagrams.metrics import LABEL_PX
from footfall.diagrams.svg import picture_size

PAGES_PT = ((538.6, 785.2), (785.2, 538.6))
"""Room on an A4 page with margins of 10 mm, upright and across."""
FRAME_PX = (28.0, 190.0)
"""About what title, legend, margins, and the numbers at both ends of a column add."""
READABLE_PT = 7.2
"""A journey whose smallest letters are printed as large as this is broken no further."""
WORTH_A_COLUMN = 1.01
"""Factor by which another column has to enlarge everything."""
FEWEST_BOXES = 5
"""A column of fewer boxes is not worth the way to it."""
MOST_COLUMNS, MOST_CUTS, MOST_TRIES = 4, 24, 3
GAP_PX = 28.0
LOOP_PX = 120.0
"""Height that a column may have more, so that no way back leads into another column."""


def lay_out_for_print(graph: Graph) -> Layout:
    """Place a graph in the fewest columns that make it readable in print, or largest.

    Raises:
        MissingExtraError: The package pygraphviz is not installed.
    """
    # A layout takes Graphviz some 30 ms, and there may be 2,000 ways to break: all are judged by the one layout of the
    # whole, and only the likeliest are laid out.
    best = whole = lay_out(graph)
    cuts = _cuts(graph)
    for n_columns in range(2, min(MOST_COLUMNS, len(cuts) + 1) + 1):
        if printed_pt(best) >= READABLE_PT:
            break
        possible = (
            at for at in combinations(cuts, n_columns - 1) if _fewest(graph, at) >= FEWEST_BOXES
        )
        likely = sorted(possible, key=lambda at: _likely_pt(whole, at))[-MOST_TRIES:]
        if not likely:
            break
        broken = [
            _side_by_side(graph, [lay_out(part) for part in _parts(graph, at)]) for at in likely
        ]
        largest = max(broken, key=printed_pt)
        best = largest if printed_pt(largest) > printed_pt(best) * WORTH_A_COLUMN else best
    return best


def printed_pt(layout: Layout) -> float:
    """Return the size of a picture's smallest letters on A4, in points.

    The page is turned as it fits better.
    """
    return _fitted_pt(*picture_size(layout))


def _fitted_pt(width: float, height: float) -> float:
    return LABEL_PX * max(min(across / width, down / height) for across, down in PAGES_PT)


# --- where to break --------------------------------------------------------------------------------------------------


def _cuts(graph: Graph) -> list[int]:
    """Return the boxes before which the journey may be broken: all ways on lead through them.

    Of many it is a sample.
    """
    ahead = [edge for edge in graph.edges if edge.source < edge.target]
    found = [
        node.number
        for node in graph.nodes[2:-1]
        if {edge.target for edge in ahead if edge.source < node.number <= edge.target}
        == {node.number}
    ]
    # Rounded up: every third of 60 possible cuts makes 20, and no more than MOST_CUTS are combined.
    every = -(-len(found) // MOST_CUTS) or 1
    return found[::every]


def _fewest(graph: Graph, cuts: tuple[int, ...]) -> int:
    """Return how many boxes the column with the fewest would have."""
    return min(end - start for start, end in pairwise([0, *cuts, len(graph.nodes)]))


def _likely_pt(whole: Layout, cuts: tuple[int, ...]) -> float:
    """Return the size of letters with these breaks, estimated from the layout in one column."""
    bounds = [0, *cuts, len(whole.nodes)]
    sizes = [_extent(whole, start, end) for start, end in pairwise(bounds)]
    width = sum(across + GAP_PX for across, _ in sizes) - GAP_PX
    back = [placed.edge for placed in whole.edges if placed.edge.target < placed.edge.source]
    broken = sum(any(edge.target < cut <= edge.source for cut in cuts) for edge in back)
    height = max(down for _, down in sizes) + broken * LOOP_PX
    return _fitted_pt(width + FRAME_PX[0], height + FRAME_PX[1])


def _extent(whole: Layout, start: int, end: int) -> tuple[float, float]:
    """Return width and height that some boxes and the labels on their arrows take up."""
    own = range(start, end)
    boxes = [(p.x, p.y, p.box) for p in whole.nodes[start:end]]
    boxes += [
        (*p.at, p.box)
        for p in whole.edges
        if p.box.lines and p.edge.source in own and p.edge.target in own
    ]
    left, right = (
        min(x - box.width / 2 for x, _, box in boxes),
        max(x + box.width / 2 for x, _, box in boxes),
    )
    top, bottom = (
        min(y - box.height / 2 for _, y, box in boxes),
        max(y + box.height / 2 for _, y, box in boxes),
    )
    return right - left, bottom - top


# --- breaking --------------------------------------------------------------------------------------------------------


def _parts(graph: Graph, cuts: tuple[int, ...]) -> list[Graph]:
    """Return a graph in parts.

    An arrow that leads into another part ends there, and begins again, at a number.
    """
    bounds = [0, *cuts, len(graph.nodes)]
    column = [n for n, (start, end) in enumerate(pairwise(bounds)) for _ in range(start, end)]
    crossing = [edge for edge in graph.edges if column[edge.source] != column[edge.target]]
    numbers = {
        target: str(n + 1)
        for n, target in enumerate(sorted({edge.target for edge in crossing}))
    }
    return [_part(graph, column, number, numbers) for number in range(len(cuts) + 1)]


def _part(graph: Graph, column: list[int], number: int, numbers: dict[int, str]) -> Graph:
    part = Graph(graph.name, graph.about, graph.stages)
    own: dict[int, int] = {}
    for target, name in numbers.items():
        if column[target] == number:
            _link(part, name)
    for node in graph.nodes:
        if column[node.number] == number:
            own[node.number] = _added(part, node)
    part.edges += [
        GraphEdge(_link(part, name), own[target])
        for target, name in numbers.items()
        if target in own
    ]
    for edge in graph.edges:
        if column[edge.source] == number:
            part.edges.append(_within(part, edge, own, numbers))
    return part


def _within(
    part: Graph, edge: GraphEdge, own: dict[int, int], numbers: dict[int, str]
) -> GraphEdge:
    if edge.target in own:
        return replace(edge, source=own[edge.source], target=own[edge.target])
    # It ends at a number below, in its own column, so it is no way back any more.
    kind = "maybe" if edge.kind == "loop" else edge.kind
    return replace(
        edge, source=own[edge.source], target=_link(part, numbers[edge.target]), kind=kind
    )


def _link(part: Graph, name: str) -> int:
    known = next((n.number for n in part.nodes if n.kind == "link" and n.title == name), None)
    return _added(part, GraphNode(0, "link", name)) if known is None else known


def _added(part: Graph, node: GraphNode) -> int:
    part.nodes.append(replace(node, number=len(part.nodes)))
    return len(part.nodes) - 1


# --- putting together ------------------------------------------------------------------------------------------------


def _side_by_side(graph: Graph, parts: list[Layout]) -> Layout:
    nodes: list[PlacedNode] = []
    edges: list[PlacedEdge] = []
    x = 0.0
    for part in parts:
        nodes += [replace(placed, x=placed.x + x) for placed in part.nodes]
        edges += [_moved(placed, x) for placed in part.edges]
        x += part.width + GAP_PX
    return Layout(
        graph, tuple(nodes), tuple(edges), x - GAP_PX, max(part.height for part in parts)
    )


def _moved(placed: PlacedEdge, x: float) -> PlacedEdge:
    def move(point: Point) -> Point:
        return point[0] + x, point[1]

    return replace(
        placed, points=tuple(map(move, placed.points)), tip=move(placed.tip), at=move(placed.at)
    )
