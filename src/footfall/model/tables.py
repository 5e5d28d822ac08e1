"""Tables that random draws look up, so that all machines read the same value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.model.values import Array

# The most: with 63 bits the sum itself, 2**63, would not fit int64.
CHOICE_BITS = 62
"""A categorical's cumulated weights are scaled to 2**62."""

GUIDE_BITS = 12
"""Leading bits of a number that its choice is looked up by."""

GROUP_BITS = 40
"""Weights of the rows of a group are scaled to 2**40, which leaves room for 2**22 groups."""

PLACE_BITS = 53
OCTAVES = PLACE_BITS - 1
CELL_BITS = 5
"""Each octave of an inverse CDF has 2**5 cells."""


# No `==`: arrays compare element by element, which is no answer to it.
@dataclass(frozen=True, slots=True, eq=False)
class Categorical:
    """Weights of choices.

    Args:
        cumulated: Shape (K,), int64, non-decreasing, the last is 2**62. The first entry above a 62-bit number is the
            choice.
        guide: Shape (2**GUIDE_BITS,), int64: the first choice possible for each value of a number's leading bits, or
            None where it would not help.
        steps: How far at most the choice lies beyond it.
    """

    cumulated: Array
    guide: Array | None = None
    steps: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class InverseCdf:
    """A continuous distribution as pieces of straight lines.

    A draw is a place: how far it is from the nearer end of the law, in 2**-53, an odd number
    below 2**52; times 2**52 where that is the upper end. Cells are parts of octaves of places
    (`cell_edges`), so both tails are as fine as the middle, down to 2**-53. The leading bits of
    a place as float64 are the number of its cell.

    Args:
        intercepts, slopes: Shape (2 * OCTAVES * 2**CELL_BITS,), float64: the value at a place
            is `intercept + slope * place` of its cell.
        is_whole: Values are rounded down to whole numbers, of type int64.
    """

    intercepts: Array
    slopes: Array
    is_whole: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value, before it is rounded down."""
        low, high = (
            float(self.intercepts[cell] + self.slopes[cell] * place)
            for cell, place in ((0, 1.0), (OCTAVES << CELL_BITS, float(1 << OCTAVES)))
        )
        return low, high


def cell_edges() -> Array:
    """Return the places where the cells of an inverse CDF begin, and where the last one ends.

    Returns:
        Shape (2 * OCTAVES * 2**CELL_BITS + 1,), float64, rising: from 1 to 2**52 below the
        median, from there to 2**104 above it, where values fall with the place.
    """
    parts = np.arange(1 << CELL_BITS) / (1 << CELL_BITS) + 1.0
    octaves = np.array([float(1 << octave) for octave in range(2 * OCTAVES)])
    return np.append((octaves[:, None] * parts).ravel(), float(1 << 2 * OCTAVES))


def cell_shares() -> Array:
    """Return the share of all draws that fall into each cell of an inverse CDF: float64, sum 1."""
    widths, cells, median = np.diff(cell_edges()), OCTAVES << CELL_BITS, float(1 << OCTAVES)
    shares = np.append(widths[:cells] / median, widths[cells:] / median / median) / 2
    shares[[0, cells]] += 2.0**-PLACE_BITS  # what lies below the place 1 is drawn as 1
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class Uniform:
    """Numbers that are all alike.

    Args:
        low: The lowest.
        width: How many whole numbers there are, at least 1; of other numbers the distance to
            the highest.
        is_whole: They are whole.
    """

    low: int | float
    width: int | float
    is_whole: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        return self.low, self.low + self.width - self.is_whole


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Rows of a catalogue grouped by a column, for draws among the rows with a given value.

    Args:
        keys: Shape (G,), int64 or int32 codes, rising: the distinct values that have a row of a weight above 0.
        rows: Shape (R,), int32: row indices, group by group.
        cumulated: Shape (R,), int64, rising: cumulated weights, those of each group with the sum 2**GROUP_BITS.
    """

    keys: Array
    rows: Array
    cumulated: Array


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueColumn:
    """A column of a catalogue.

    Args:
        values: Shape (R + 1,), the kind's dtype; the last entry is null, so that the null row (-1) looks up null.
    """

    catalogue: str
    name: str
    values: Array
