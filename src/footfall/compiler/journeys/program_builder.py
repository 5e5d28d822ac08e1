"""The program under construction: nodes, counters, and the numbers of what is tallied."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.compiler import distributions
from footfall.compiler.addresses import JourneyNames, key
from footfall.compiler.journeys.step_context import Here
from footfall.compiler.symbols import Columns
from footfall.errors import Problems, SourceLocation
from footfall.model.compiled_effects import CompiledEffect
from footfall.model.model import AffectedDraw, DecisionName
from footfall.model.program import DecisionNode, DecisionOption, DrawKey, JumpNode, Node, Timer

# Each place that runs a journey gets nodes of its own: fifteen journeys that each run the next
# one twice would make 2**15 copies of the last.
MAX_NODES = 20_000


@dataclass(slots=True)
class Builder:
    """Collects what makes a program.

    Args:
        at: Where a program that becomes too large is reported.

    Attributes:
        nodes: The program so far; `JumpNode` where something is still open.
        decisions, affected: Names for the tallies, in order of number.
        skips: What can fail to happen: (what, address).
        timers: Journeys started by `later`.
        id_prefixes: Column → what its ids begin with.
    """

    seed: int
    columns: Columns
    problems: Problems
    at: SourceLocation
    names: JourneyNames = field(init=False)
    nodes: list[Node] = field(default_factory=list)
    decisions: list[DecisionName] = field(default_factory=list)
    affected: list[AffectedDraw] = field(default_factory=list)
    skips: list[tuple[str, str]] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    id_prefixes: dict[int, str] = field(default_factory=dict)
    _decision_numbers: dict[str, int] = field(default_factory=dict, repr=False)
    _counters: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.names = JourneyNames(self.problems)

    # --- nodes -------------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> int:
        """Add a node and return its number.

        Raises:
            ScenarioError: The program becomes too large.
        """
        if len(self.nodes) == MAX_NODES:
            hint = "a journey run from many places is compiled for each"
            self.problems.add(
                self.at, f"the journeys make more than {MAX_NODES} nodes", hint=hint
            )
            self.problems.raise_if_any()
        self.nodes.append(node)
        return len(self.nodes) - 1

    def hole(self) -> int:
        """Add a node that is filled later."""
        return self.add(JumpNode(0))

    def fill(self, hole: int, target: int) -> None:
        """Let a hole lead to a node."""
        self.nodes[hole] = JumpNode(target)

    def decide(
        self,
        number: int,
        name: DrawKey,
        options: tuple[DecisionOption, ...],
        otherwise: int,
        is_chance: bool = False,
    ) -> int:
        """Add a decision; with its thresholds where nothing about it differs between people."""
        weights = [o.weight for o in options if isinstance(o.weight, float)]
        # The usual case: one table of thresholds, in place of chances computed for each person.
        is_alike = len(weights) == len(options) and not any(
            o.when is not None or o.effects for o in options
        )
        thresholds = distributions.thresholds(weights) if is_alike else None
        return self.add(DecisionNode(number, name, options, otherwise, is_chance, thresholds))

    # --- numbers and names -------------------------------------------------------------------------------------------

    def counter(self, address: str) -> int:
        """Return the column that counts visits of a journey or loop, wherever it is run."""
        # Draws are named after the step, wherever its journey is run from: only a count over
        # all of these places keeps two visits of a person apart.
        if address not in self._counters:
            self._counters[address] = self.columns.counter(f"visits of {address}")
        return self._counters[address]

    def key(self, here: Here, kind: str, name: str) -> DrawKey:
        """Return what names a draw of a journey."""
        return DrawKey(key(self.seed, kind, here.journey, name), here.counter)

    def skip(self, what: str, address: str) -> int:
        """Return the number of a tally of what could not happen."""
        if (what, address) not in self.skips:
            self.skips.append((what, address))
        return self.skips.index((what, address))

    def decision(self, address: str, options: tuple[str, ...]) -> int:
        """Return the number of a decision in the tallies."""
        if address not in self._decision_numbers:
            self._decision_numbers[address] = len(self.decisions)
            self.decisions.append(DecisionName(address, options))
        return self._decision_numbers[address]

    def factors(self, address: str, kind: str, effects: tuple[CompiledEffect, ...]) -> int:
        """Return the tally number of a wait or value; -1 where no effect acts on it."""
        if not effects:
            return -1
        self.affected.append(AffectedDraw(address, kind, effects))
        return len(self.affected) - 1
