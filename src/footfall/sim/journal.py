"""Journal: what the waves of a part leave behind until its chunk is assembled.

Events are kept by emission, the place in the program that emits them, since all of one emission
have the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from footfall.model.compiled_effects import CompiledEffect
from footfall.model.model import Model
from footfall.model.program import NO_LIMIT_MS, AffectedChoice, DecisionNode
from footfall.model.tables import InverseCdf, Uniform
from footfall.model.values import DTYPES, Array, Kind
from footfall.sim.decision_log import DecisionLog
from footfall.sim.effect_log import EffectLog


class GrowingArrays:
    """Arrays that grow wave by wave and are concatenated once; in place, each wave would copy them.

    Args:
        blanks: What each is when nothing was appended.
    """

    __slots__ = ("_blanks", "_parts")

    def __init__(self, blanks: list[Array]) -> None:
        self._blanks = blanks
        self._parts: list[list[Array]] = [[] for _ in blanks]

    def append(self, *arrays: Array) -> None:
        """Append one array to each; all of the same length."""
        for part, array in zip(self._parts, arrays, strict=True):
            part.append(array)

    def columns(self) -> list[Array]:
        """Return the arrays, each concatenated."""
        return [
            np.concatenate(part) if part else blank
            for part, blank in zip(self._parts, self._blanks, strict=True)
        ]


def _integers(n: int) -> list[Array]:
    return [np.empty(0, np.int64)] * n


def _blanks(model: Model, columns: tuple[int, ...]) -> list[Array]:
    """Return empty arrays of the kinds and widths of columns."""
    declared = [model.columns[c] for c in columns]
    return [np.empty((0, c.width) if c.width else 0, DTYPES[c.kind]) for c in declared]


@dataclass(slots=True)
class Journal:
    """All that happened in a part.

    Args:
        emissions: Per emission: rows, times, event numbers, session ids, event flags, then the
            captures.
        changes: Per user property (the stage last): rows, sequences, times, event numbers,
            whether bound for sure, then old and new value; for lists old length and elements
            per field, then the new ones.
        firsts: Rows and event numbers of people's first events, then the arrays of all their
            user properties.
        decision_logs: Of decisions that were reached, by number of the node.
        choice_logs: Of draws that effects act on, each with its choices.
        effect_logs: Of waits and values that effects act on and that came up, by number.
        skips: Shape (S,), int64: what could not happen.
    """

    emissions: list[GrowingArrays]
    changes: list[GrowingArrays]
    firsts: GrowingArrays
    decision_logs: dict[int, DecisionLog] = field(default_factory=dict)
    choice_logs: dict[int, tuple[AffectedChoice, DecisionLog]] = field(default_factory=dict)
    effect_logs: dict[int, EffectLog] = field(default_factory=dict)
    skips: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def empty(cls, model: Model) -> Journal:
        """Return a journal of nothing."""
        properties = [_blanks(model, (p.column, *p.items)) for p in model.user_properties]
        return cls(
            emissions=[
                GrowingArrays(_integers(5) + _blanks(model, emission.captures))
                for emission in model.emissions
            ],
            changes=[
                GrowingArrays(_integers(5) + 2 * blanks)
                for blanks in (*properties, _integers(1))
            ],
            firsts=GrowingArrays(
                _integers(2) + [blank for blanks in properties for blank in blanks]
            ),
            skips=np.zeros(len(model.skips), np.int64),
        )

    def decision_log_of(self, number: int, node: DecisionNode) -> DecisionLog:
        """Return the log of a decision."""
        found = self.decision_logs.get(number)
        if found is None:
            found = self.decision_logs[number] = DecisionLog(len(node.options))
        return found

    def choice_log_of(self, choice: AffectedChoice) -> DecisionLog:
        """Return the log of a draw that effects act on."""
        empty = (choice, DecisionLog(len(choice.options)))
        # By identity: a journey run from two places has two such draws of one address.
        return self.choice_logs.setdefault(id(choice), empty)[1]

    def effect_log_of(
        self,
        number: int,
        effects: tuple[CompiledEffect, ...],
        kind: Kind | None = None,
        distribution: InverseCdf | Uniform | None = None,
        limit_ms: int = NO_LIMIT_MS,
    ) -> EffectLog:
        """Return the log of a wait or a value that effects act on."""
        found = self.effect_logs.get(number)
        if found is None:
            found = self.effect_logs[number] = EffectLog(effects, kind, distribution, limit_ms)
        return found
