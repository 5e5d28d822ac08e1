"""Named weeks: 24 weights per day, in local hours, which count relative to each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

Week = tuple[tuple[Decimal, ...], ...]

# Hours 0 to 23. Shapes of our own (a quiet night, a peak where the name says), in whole numbers, the peak being 100.
_EVENING_WORKDAY = (
    6,
    3,
    2,
    1,
    1,
    3,
    10,
    22,
    30,
    28,
    26,
    28,
    36,
    32,
    28,
    30,
    36,
    50,
    72,
    92,
    100,
    90,
    56,
    20,
)
_EVENING_WEEKEND = (
    10,
    6,
    3,
    2,
    1,
    2,
    5,
    14,
    30,
    52,
    66,
    70,
    66,
    62,
    60,
    62,
    66,
    72,
    80,
    88,
    90,
    78,
    52,
    24,
)
_OFFICE_WORKDAY = (
    1,
    1,
    1,
    1,
    1,
    2,
    6,
    25,
    70,
    100,
    98,
    92,
    60,
    70,
    95,
    96,
    88,
    66,
    28,
    12,
    8,
    6,
    4,
    2,
)
_OFFICE_WEEKEND = (1, 1, 1, 1, 1, 1, 1, 2, 4, 6, 8, 8, 7, 6, 6, 6, 6, 5, 5, 5, 4, 3, 2, 1)
_SHOP_WORKDAY = (
    10,
    5,
    3,
    2,
    2,
    4,
    10,
    24,
    40,
    54,
    62,
    66,
    74,
    68,
    60,
    58,
    62,
    70,
    80,
    92,
    100,
    92,
    62,
    28,
)
_SHOP_WEEKEND = (
    14,
    8,
    4,
    3,
    2,
    3,
    6,
    16,
    38,
    64,
    84,
    94,
    96,
    92,
    90,
    90,
    88,
    86,
    88,
    96,
    100,
    90,
    62,
    30,
)


def week(weekday: Sequence[int | Decimal], weekend: Sequence[int | Decimal]) -> Week:
    """Return a week of five days alike and two days alike."""
    days = [weekday] * 5 + [weekend] * 2
    return tuple(tuple(Decimal(weight) for weight in hours) for hours in days)


WEEKS: dict[str, Week] = {
    "always": week([1] * 24, [1] * 24),
    "evenings": week(_EVENING_WORKDAY, _EVENING_WEEKEND),
    "office hours": week(_OFFICE_WORKDAY, _OFFICE_WEEKEND),
    "shopping": week(_SHOP_WORKDAY, _SHOP_WEEKEND),
}
"""Name of a rhythm → its week, Monday first."""
