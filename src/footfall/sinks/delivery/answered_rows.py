"""Rows of a part that a destination has answered for: they are not sent again when the part is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Span = tuple[int, int]
"""Rows from, and up to, but not including."""


@dataclass(frozen=True, eq=False, slots=True)
class AnsweredRows:
    """Rows of a part whose outcome is known before it is sent.

    Events of a part are ordered by time and person, of which no two are alike: a row is the same event whenever the
    part is made again, also in a run that goes on for longer.

    Args:
        accepted, refused: Shape (n,), bool.
    """

    accepted: Bools
    refused: Bools

    @classmethod
    def of(
        cls, n_rows: int, accepted: Iterable[Span] = (), refused: Iterable[Span] = ()
    ) -> Self:
        """Return what spans of rows say; rows that the part lacks are left out."""
        return cls(_filled(n_rows, accepted), _filled(n_rows, refused))

    @property
    def known(self) -> Bools:
        """Shape (n,), bool: rows that are not sent again."""
        return self.accepted | self.refused

    @property
    def n_accepted(self) -> int:
        """Number of rows that are accepted."""
        return int(np.count_nonzero(self.accepted))

    @property
    def n_refused(self) -> int:
        """Number of rows that are refused."""
        return int(np.count_nonzero(self.refused))


def spans_of(rows: Sequence[int]) -> list[Span]:
    """Return rows as spans, in order."""
    ordered = np.unique(np.asarray(rows, np.int64))
    if not len(ordered):
        return []
    breaks = np.flatnonzero(np.diff(ordered) > 1)
    first = ordered[np.concatenate(([0], breaks + 1))].tolist()
    last = ordered[np.concatenate((breaks, [len(ordered) - 1]))].tolist()
    return [(a, b + 1) for a, b in zip(first, last, strict=True)]


def spans_within(mask: Bools, first: int, end: int) -> list[Span]:
    """Return the spans of rows between two that are not in a mask."""
    known = mask[first:end]
    return (
        [(first, end)]
        if not known.any()
        else [(first + a, first + b) for a, b in spans_of(np.flatnonzero(~known).tolist())]
    )


def _filled(n_rows: int, spans: Iterable[Span]) -> Bools:
    mask = np.zeros(n_rows, np.bool_)
    for first, end in spans:
        mask[first:end] = True
    return mask
