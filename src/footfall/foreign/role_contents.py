"""Contents of columns: which roles their values can have, whatever the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from footfall.foreign.common_columns import is_whole_number
from footfall.foreign.role_names import SURE_IDS, plain, rank
from footfall.foreign.times import time_of
from footfall.foreign.vendor_records import Unit

_PLAUSIBLE_MS = (631_152_000_000, 4_102_444_800_000)
"""1990 up to 2100: what lies outside of it is no time of a log."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A column as it was sampled.

    Args:
        stored: Its type in DuckDB; `JSON` for a member of lines.
        texts: Its first values as text, null included.
    """

    stored: str
    texts: Sequence[str | None]

    @property
    def values(self) -> list[str]:
        """The values that are there."""
        return [text for text in self.texts if text not in (None, "")]

    @property
    def is_stamp(self) -> bool:
        """Whether it is a typed date or timestamp."""
        return self.stored.startswith(("TIMESTAMP", "DATE"))


_KEYS_AND_VALUES = re.compile(r'STRUCT\("?key"? VARCHAR, "?value"? .*\)\[\]')


def is_of_pairs(stored: str) -> bool:
    """Return whether a type of DuckDB's is a list of keys and values, as Google Analytics exports properties."""
    return bool(_KEYS_AND_VALUES.fullmatch(stored))


def is_object(name: str, sampled: Mapping[str, Sampled]) -> bool:
    """Return whether the values of a column or member are objects, also as texts of JSON."""
    one = sampled.get(name)
    if one is None:  # of lines only what stands within is sampled
        return any(inner.startswith(f"{name}.") for inner in sampled)
    if one.stored.startswith(("STRUCT(", "MAP(")) and not one.stored.endswith("[]"):
        return True
    return is_of_pairs(one.stored) or (
        bool(one.values) and all(text.startswith("{") for text in one.values)
    )


def fits(role: str, name: str, names: Mapping[str, Sampled], chosen: Mapping[str, str]) -> bool:
    """Return whether a column's values can be those of a role."""
    one = names[name]
    values = one.values
    if not values:
        return False
    if role == "time":
        return is_time(one)
    if (
        one.is_stamp
        or (one.stored.endswith(("]", ")")) and not is_whole_number(one.stored))
        or one.stored in ("BOOLEAN", "DOUBLE", "FLOAT")
    ):
        return False
    different = len(set(values))
    if role == "type":
        return max(map(len, values)) <= 200 and (
            len(values) < 20 or different <= len(values) / 2
        )
    if role == "id":
        is_of_each = different == len(values) == len(one.texts)
        return is_of_each or (plain(name) in SURE_IDS and different >= 0.9 * len(values))
    if role == "session":
        # One that is told by its beginning is of each person, and -1 is none.
        are_times = all(text == "-1" or _is_plausible(text) for text in values)
        return are_times or _is_of_one_person(one, names.get(chosen.get("user", "")))
    return True


def _is_of_one_person(one: Sampled, users: Sampled | None) -> bool:
    """Return whether hardly a session has several people: else it numbers something else, as lessons."""
    if users is None:
        return True
    pairs = {(s, u) for s, u in zip(one.texts, users.texts, strict=True) if s and u}
    return len(pairs) <= 1.1 * len({s for s, _ in pairs}) + 1


def is_time(one: Sampled) -> bool:
    """Return whether at least half of a column's values are times."""
    if one.is_stamp:
        return True
    if one.stored == "BOOLEAN" or not one.values:
        return False
    # Those that cannot be read are findings, not a reason to look elsewhere.
    return 2 * sum(map(_is_plausible, one.values)) >= len(one.values)


_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}:\d\d")
"""What a date or a time of day holds in any country."""


def unread_time(names: Mapping[str, Sampled]) -> str | None:
    """Return the column that is a time by its name or values, but in no form that is read."""
    dates = [
        name
        for name, one in names.items()
        if one.values
        and 2 * sum(bool(_DATE.search(v[:40])) for v in one.values) >= len(one.values)
    ]
    # Numbers under such a name are days of a spreadsheet, or minutes since a beginning; a plan has
    # at most marks there.
    numbers = [
        name
        for name, one in names.items()
        if len(set(one.values)) > 2 and all(re.fullmatch(r"[\d.]+", v) for v in one.values)
    ]
    found = [*dates, *(name for name in numbers if rank("time", name) is not None)]
    return min(found, key=lambda name: rank("time", name) is None) if found else None


def is_untimed(sampled: Mapping[str, Sampled]) -> bool:
    """Return whether columns are those of a log whose times are in no form that is read."""
    called = [
        next(
            (n for n, one in sampled.items() if one.values and rank(role, n) is not None), None
        )
        for role in ("user", "type")
    ]
    return None not in called and unread_time(sampled) is not None


def _is_plausible(text: str) -> bool:
    ms, _ = time_of(text.strip())
    return ms is not None and _PLAUSIBLE_MS[0] <= ms < _PLAUSIBLE_MS[1]


def units_of(one: Sampled) -> list[Unit | None]:
    """Return the units that numbers of a column tell, the most frequent first; None among them for texts."""
    units = Counter(time_of(text.strip())[1] for text in one.values)
    return [unit for unit, _ in units.most_common()]


def shows(role: str, one: Sampled) -> bool:
    """Return whether values alone show a role, whatever the column is called."""
    values = one.values
    different = len(set(values))
    if role == "time":
        return True
    if role == "type":
        is_words = all(re.search(r"[^\W\d]", text) for text in set(values))
        return is_words and 1 < different <= 200 and 5 * different <= len(values)
    is_ids = all(re.fullmatch(r"[\w@.:+-]{1,80}", text) for text in set(values))
    return is_ids and 2 * different <= len(values) and different > 20


def clearest(role: str, shown: Mapping[str, Sampled]) -> list[str]:
    """Return the columns that values show as a role: of types the one that has by far the fewest values."""
    if role != "type" or len(shown) < 2:
        return list(shown)
    few, more, *_ = sorted((len(set(one.values)), name) for name, one in shown.items())
    return [few[1]] if 4 * few[0] <= more[0] else list(shown)


def names_no_zone(time: Sampled, unit: Unit | None) -> bool:
    """Return whether times, of this unit where they are numbers, leave open in which zone they are."""
    if time.is_stamp:
        return time.stored not in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
    return unit is None and any(map(_is_naive, time.values[:1000]))


def _is_naive(text: str) -> bool:
    return not re.search(r"(Z|[A-Za-z]|[+-]\d\d(:?\d\d)?)$", text.strip()[10:])
