"""The program under construction: nodes, counters, and the numbers of what is tallied."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.compiler import laws
from footfall.compiler.journeys.context import Here
from footfall.compiler.naming import Names, key
from footfall.compiler.symbols import Columns
from footfall.errors import Mark, Problems
from footfall.model.model import DecisionName, FactoredName
from footfall.model.program import Decide, Effect, Jump, Key, Node, Option, Timer

MAX_NODES = 20_000


@dataclass(slots=True)
class Builder:
    """Collects what makes a program.

    Args:
        at: Where a program that becomes too large is reported.

    Attributes:
        nodes: The program so far; `Jump` where something is still open.
        decisions, factored: Names for the tallies, in order of number.
        skips: What can fail to happen: (what, address).
        timers: Journeys started by `later`.
        value_addresses: Where effects on values can hold.
        id_prefixes: Column → what its ids begin with.
    """

    seed: int
    columns: Columns
    problems: Problems
    at: Mark
    names: Names = field(init=False)
    nodes: list[Node] = field(default_factory=list)
    decisions: list[DecisionName] = field(default_factory=list)
    factored: list[FactoredName] = field(default_factory=list)
    skips: list[tuple[str, str]] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    value_addresses: dict[str, None] = field(default_factory=dict)
    id_prefixes: dict[int, str] = field(default_factory=dict)
    _decision_numbers: dict[str, int] = field(default_factory=dict, repr=False)
    _counters: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.names = Names(self.problems)

    # --- nodes -------------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> int:
        """Add a node and return its number.

        Raises:
            ScenarioError: The program becomes too large.
        """
        if len(self.nodes) == MAX_NODES:
            hint = "a journey run from many places is compiled for each"
            self.problems.add(self.at, f"the journeys make more than {MAX_NODES} nodes", hint=hint)
            self.problems.raise_if_any()
        self.nodes.append(node)
        return len(self.nodes) - 1

    def hole(self) -> int:
        """Add a node that is filled later."""
        return self.add(Jump(0))

    def fill(self, hole: int, target: int) -> None:
        """Let a hole lead to a node."""
        self.nodes[hole] = Jump(target)

    def decide(
        self, number: int, name: Key, options: tuple[Option, ...], otherwise: int, is_chance: bool = False
    ) -> int:
        """Add a decision; where nothing about it differs between people, with its thresholds."""
        weights = [o.weight for o in options if isinstance(o.weight, float)]
        is_alike = len(weights) == len(options) and not any(o.when is not None or o.effects for o in options)
        thresholds = laws.thresholds(weights) if is_alike else None
        return self.add(Decide(number, name, options, otherwise, is_chance, thresholds))

    # --- numbers and names -------------------------------------------------------------------------------------------

    def counter(self, address: str) -> int:
        """Return the column that counts visits of a journey or a loop, one for all places that run it."""
        if address not in self._counters:
            self._counters[address] = self.columns.counter(f"visits of {address}")
        return self._counters[address]

    def key(self, here: Here, kind: str, name: str) -> Key:
        """Return what names a draw of a journey."""
        return Key(key(self.seed, kind, here.journey, name), here.counter)

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

    def factors(self, address: str, kind: str, effects: tuple[Effect, ...]) -> int:
        """Return the number of a wait or a value in the tallies; -1 where no effect acts on it."""
        if not effects:
            return -1
        self.factored.append(FactoredName(address, kind, effects))
        return len(self.factored) - 1

    def addresses(self) -> dict[str, list[str]]:
        """Return where effects can hold, by kind."""
        odds = []
        for decision in self.decisions:
            is_chance = decision.options == ("yes", "no")
            odds += [decision.address] if is_chance else [f"{decision.address}/{o}" for o in decision.options]
        return {"odds": odds, "duration": self.names.addresses("wait"), "value": list(self.value_addresses)}
