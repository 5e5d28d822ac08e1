"""`footfall.diagram`: the journeys of a scenario as flow charts, beside each chance what a run got."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from footfall.diagrams.colours import PALETTES, Theme
from footfall.diagrams.drawing import FORMATS, Drawing, draw
from footfall.diagrams.graph import Graph, Observed
from footfall.diagrams.graph_builder import journey_graph
from footfall.errors import UsageError, shown
from footfall.execution.engine import understand
from footfall.execution.setup import AnyScenario, Settings, load_scenario
from footfall.html import element
from footfall.reports import report
from footfall.scenario.records import Scenario
from footfall.store import Store, open_store, output_files


@dataclass(frozen=True, slots=True, repr=False)
class DrawnScenario:
    """A scenario's journeys, drawn; a notebook shows them.

    Args:
        drawing: The flow charts.
        scenario: Its name.
        run: Id of the run whose shares stand beside the chances, or "".
        n_unplaced: Options of the run that are not in the scenario, which has changed since.
    """

    drawing: Drawing
    scenario: str
    run: str = ""
    n_unplaced: int = 0

    def __repr__(self) -> str:
        return f"<DrawnScenario: {self.outcome}>"

    def _repr_html_(self) -> str:
        # As a picture of its own: the style of an SVG element would be that of the whole notebook.
        data = b64encode(self.render("svg")).decode()
        return element("img", src=f"data:image/svg+xml;base64,{data}", alt=self.outcome)

    @property
    def outcome(self) -> str:
        """The drawn journeys in words."""
        graphs = self.drawing.graphs
        drawn = graphs[0].name if len(graphs) == 1 else f"{len(graphs)} journeys"
        beside = f", beside run {self.run}" if self.run else ""
        return f"{drawn} of {self.scenario}{beside}"

    def render(self, form: str = "svg") -> bytes:
        """Return the content of a file.

        Args:
            form: `svg`, `png`, `html`, `mmd` (Mermaid) or `dot` (Graphviz).

        Raises:
            UsageError: There is no such format.
            MissingExtraError: The extra `diagrams` is not installed.
        """
        return draw(self.drawing, form)


def diagram(
    scenario: AnyScenario,
    *,
    to: str | Path | None = None,
    journeys: str | Sequence[str] = (),
    store: str | Path | None = None,
    run: str | None = None,
    theme: Theme | None = None,
    settings: Settings | None = None,
) -> DrawnScenario:
    """Draw the journeys of a scenario as flow charts.

    Example:
        >>> footfall.diagram("ecommerce", to="checkout.mmd", journeys=["checkout"])
        <DrawnScenario: checkout of ecommerce>

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        to: File to write; its ending says the format: .svg, .png, .html, .mmd or .dot. None writes none.
        journeys: Name of the one to draw, or names of several; none draws all.
        store: Where a run lies whose shares are to stand beside the chances.
        run: Which one, by the beginning of its id; else the one of the scenario that was asked for last.
        theme: Colours of SVG and PNG, `light` or `dark`; None follows the reader.
        settings: Values to replace in the scenario: path of the key → value.

    Raises:
        UsageError, ScenarioError: The arguments or the scenario cannot be used.
        MissingExtraError: The extra `diagrams` is not installed.
    """
    form = "" if to is None else _form(str(to))
    if theme is not None and theme not in PALETTES:
        raise UsageError(
            f"theme {shown(theme)} is unknown\n  accepted: {', '.join(PALETTES)}, None"
        )
    loaded = load_scenario(scenario, settings)
    # For its errors alone: only what can be run is drawn.
    understand(loaded)
    run_id, observed = _observed(store, loaded.name, run)
    graphs = [
        journey_graph(loaded, name, observed=observed)
        for name in _journeys(loaded, [journeys] if isinstance(journeys, str) else journeys)
    ]
    drawing = Drawing(graphs, loaded.title or loaded.name, loaded.about, theme)
    if to is not None:
        output_files.write(Path(to), draw(drawing, form))
    return DrawnScenario(drawing, loaded.name, run_id, _n_unplaced(graphs, observed))


def _form(target: str) -> str:
    ending = Path(target).suffix
    form = ending[1:].lower()
    if form in FORMATS:
        return form
    accepted = ", ".join(f".{known}" for known in FORMATS)
    problem = (
        f"its ending {shown(ending)} is no format"
        if ending
        else "it has no ending that says the format"
    )
    raise UsageError(
        f"--to {shown(target)}: {problem}\n  accepted: {accepted}{_nearest(form, FORMATS, '.')}"
    )


def _observed(
    where: str | Path | None, scenario: str, run_id: str | None
) -> tuple[str, Observed]:
    """Return a run of the scenario with its count per decision; nothing without a store."""
    if where is None:
        if run_id is not None:
            raise UsageError(
                f"--run {shown(run_id)} without a store\n  hint: --with STORE says where the run is"
            )
        return "", {}
    with open_store(where) as store:
        run = _run_of(store, scenario, run_id)
        made = report(store, stages=False, cities=False, truth=True, run=run)
    decisions = made.truth.decisions if made.truth is not None else ()
    return run, {(decision.address, decision.option): decision.tally for decision in decisions}


def _n_unplaced(graphs: Sequence[Graph], observed: Observed) -> int:
    """Return how many options of the drawn journeys a run has that the scenario lacks."""
    names = {graph.name for graph in graphs}
    told = sum(address.partition("/")[0] in names for address, _ in observed)
    # An arrow with a share shows one option of the run.
    return told - sum(bool(edge.seen) for graph in graphs for edge in graph.edges)


def _run_of(store: Store, scenario: str, run_id: str | None) -> str:
    """Return the id of the latest run of a scenario, or of the one with the id asked for."""
    runs = store.runs()
    found = [
        info.id
        for info in runs
        if info.scenario == scenario and info.id.startswith(run_id or "")
    ]
    if found and (run_id is None or len(found) == 1):
        return found[-1]
    begins = f" that begins with {shown(run_id)}" if run_id else ""
    have = "".join(
        f"\n  {info.id}  {info.scenario}, seed {info.run.stream.seed}, {info.state}"
        for info in runs
    )
    problem = "several runs" if found else "no run"
    raise UsageError(
        f"{store.name} holds {problem} of {scenario}{begins}"
        + (have or "\n  it holds no runs at all")
    )


def _journeys(scenario: Scenario, names: Sequence[str]) -> list[str]:
    known = [journey.name for journey in scenario.journeys]
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no journey {shown(name)} in {scenario.name}\n"
                f"  journeys: {', '.join(known)}{_nearest(name, known)}"
            )
    return list(dict.fromkeys(names)) or known


def _nearest(written: str, known: Sequence[str], before: str = "") -> str:
    near = get_close_matches(written, known, n=1, cutoff=0.5)
    return f"\n  hint: did you mean {before}{near[0]}?" if near else ""
