"""Tables that random draws look up: integers only, so that all machines read the same value."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.model.values import Array

# The most: with 63 bits the sum itself, 2**63, would not fit int64.
CHOICE_BITS = 62
"""A categorical's cumulated weights are scaled to 2**62."""

GUIDE_BITS = 12
"""Leading bits of a number that its choice is looked up by."""

# A difference of two knots is multiplied by 20 bits: below 2**43, 278 years of ms, the product
# stays within int64.
CELL_BITS = 10
FRACTION_BITS = 20
"""An inverse CDF has 2**10 cells; between two knots the next 20 bits of the hash interpolate."""


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
    """A continuous distribution as a table.

    Args:
        knots: Shape (2**CELL_BITS + 1,), int64, non-decreasing, in units of 2**-shift of the value's unit.
        shift: Binary digits after the point in `knots`.
    """

    knots: Array
    shift: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Rows of a catalogue grouped by a column, for draws among the rows with a given value.

    Args:
        keys: Shape (G,), int64 or int32 codes, rising: the distinct values.
        starts: Shape (G + 1,), int64: the group's half-open range in `rows`.
        rows: Shape (R,), int32: row indices, group by group.
        cumulated: Shape (R,), int64: cumulated integer weights over all of `rows`, not scaled.
    """

    keys: Array
    starts: Array
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
