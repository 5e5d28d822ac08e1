"""What the waves leave behind until a chunk is assembled: plain arrays, appended wave by wave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from footfall.model.model import Model
from footfall.model.values import Array


class Journal:
    """Arrays that grow by appending, concatenated once.

    Args:
        names: Names of the arrays.
    """

    __slots__ = ("_parts", "n")

    def __init__(self, n_arrays: int) -> None:
        self._parts: list[list[Array]] = [[] for _ in range(n_arrays)]
        self.n = 0

    def append(self, *arrays: Array) -> None:
        """Append one array to each; all of the same length."""
        self.n += len(arrays[0])
        for part, array in zip(self._parts, arrays, strict=True):
            part.append(array)

    def columns(self) -> list[Array]:
        """Return the arrays, each concatenated; empty ones are int64."""
        return [np.concatenate(part) if part else np.empty(0, np.int64) for part in self._parts]


@dataclass(slots=True)
class Record:
    """All that happened in a part.

    Args:
        sites: Per site: rows, times, event numbers, session ids, device numbers (-1: none), stages, known, then the captures.
        changes: Per user property (the stage last): rows, sequences, times, event numbers, whether bound for sure, then old and
            new value; for lists old and new lengths, then old and new elements per field.
        firsts: Rows and event numbers of people's first events, then all their user properties' arrays.
        decisions, effects: Per number: shape (options, 3) and (options, 2, 3), int64: reached, chances in 2**-32, taken.
        skips: Shape (S,), int64.
    """

    sites: list[Journal]
    changes: list[Journal]
    firsts: Journal
    decisions: list[Array]
    effects: dict[tuple[int, int, int], Array] = field(default_factory=dict)
    skips: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def empty(cls, model: Model) -> Record:
        """Return a record of nothing."""
        widths = [2 * (1 + len(p.items)) for p in model.user_properties] + [2]
        n_values = sum(1 + len(p.items) for p in model.user_properties)
        return cls(
            sites=[Journal(7 + len(site.captures)) for site in model.sites],
            changes=[Journal(5 + width) for width in widths],
            firsts=Journal(2 + n_values),
            decisions=[np.zeros((len(d.options), 3), np.int64) for d in model.decisions],
            skips=np.zeros(len(model.skips), np.int64),
        )
