"""Roles of the columns of a log: which one says who, when and what, by name and by content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from footfall.errors import UsageError, shown
from footfall.foreign.common_columns import NAMES, TOP_LEVEL, is_whole_number
from footfall.foreign.role_names import SURE_IDS, plain, rank
from footfall.foreign.times import READ_FORMS, REWRITE, UNITS, time_of
from footfall.foreign.vendors import Unit

SAMPLE_ROWS = 10_000
"""Rows that roles are recognised by: the first ones."""
_PLAUSIBLE_MS = (631_152_000_000, 4_102_444_800_000)
"""1990 up to 2100: what lies outside of it is no time of a log."""
MOST_SHOWN = 30
"""Columns that an error lists."""
ROLE_OF_COMMON = {
    "event_type": "type",
    "time": "time",
    "user_id": "user",
    "device_id": "device",
    "session_id": "session",
    "insert_id": "id",
}
"""Common column → role."""
COMMON_OF_ROLE = {role: column for column, role in ROLE_OF_COMMON.items()}
ROW_INDEX = ("", "Unnamed: 0", "__index_level_0__", "column0")
"""What the number of a row is called where pandas has written it: no property."""


@dataclass(frozen=True, slots=True)
class Named:
    """Columns that somebody named for a role; empty where they are to be recognised.

    Args:
        zone: The time zone of times that name none.
    """

    user: str = ""
    time: str = ""
    type: str = ""
    session: str = ""
    id: str = ""
    zone: str = ""

    @property
    def is_any(self) -> bool:
        """Whether any column is named."""
        return any(getattr(self, one.name) for one in fields(self) if one.name != "zone")


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


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a log's columns.

    Args:
        columns: Role → column.
        properties: The other columns, which are properties of events.
        left_out: Columns that are no properties: numbers of rows.
        unit: Of numbers in the time's column; None for dates.
        is_naive: Its times name no zone.
        zone: The zone that is taken then.
        session_refused: The column that is called like a session, but is none; or nothing.
        is_ours: Names are ours, but properties stand beside them.
        outermost: Names of members as they stand in lines; `actor.id` may be one, or within one.
    """

    columns: Mapping[str, str]
    properties: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unit: Unit | None = None
    is_naive: bool = False
    zone: str = "UTC"
    session_refused: str = ""
    is_ours: bool = False
    outermost: frozenset[str] = frozenset()

    def sentence(self) -> str:
        """Return what was taken for what."""
        time = self.columns.get("time")
        how = f"{UNITS[self.unit]} since 1970" if self.unit in UNITS else ""
        if self.is_naive:
            how = f"{self.zone}; it names no zone" + (
                "" if self.zone != "UTC" else ", --zone says another"
            )
        parts = [
            f"{role} {name}{f' ({how})' if name == time and role == 'time' and how else ''}"
            for role, name in self.columns.items()
        ]
        if self.session_refused:
            parts.append(f"no session: {self.session_refused} is shared by several people")
        if self.properties:
            listed = ", ".join(self.properties[:MOST_SHOWN])
            more = ", …" if len(self.properties) > MOST_SHOWN else ""
            parts.append(f"properties {listed}{more}")
        if self.left_out:
            parts.append(f"left out as numbers of rows: {', '.join(map(repr, self.left_out))}")
        return f"read as: {'; '.join(parts)}"


def recognise(where: str, sampled: Mapping[str, Sampled], named: Named) -> Roles:
    """Return the roles of columns.

    Args:
        where: What the events are called, for messages.
        sampled: Column → its first values.
        named: Columns that somebody named.

    Raises:
        UsageError: A named column is not there, or one of user, time, type is not recognised.
    """
    names = {name: one for name, one in sampled.items() if name not in ROW_INDEX}
    problems: list[str] = []
    chosen: dict[str, str] = {}
    for role in ("time", "type", "user", "session", "id"):
        wanted = getattr(named, role)
        if wanted:
            chosen[role] = _named(role, wanted, names, problems)
    for role in ("time", "type", "user", "device", "session", "id"):
        if role not in chosen:
            found = _found(role, names, chosen, problems)
            if found:
                chosen[role] = found
    if problems:
        raise UsageError(_message(where, list(names), problems))
    return _roles(sampled, chosen, named)


def _named(role: str, wanted: str, names: Mapping[str, Sampled], problems: list[str]) -> str:
    found = next((name for name in names if name == wanted), None)
    found = found or next((name for name in names if plain(name) == plain(wanted)), None)
    if found is None:
        problems.append(f"--{role} {shown(wanted)}: there is no such column")
    elif role == "time" and not _is_time(names[found]):
        problems.append(_unread(f"--time {shown(wanted)}", names[found]))
    return found or ""


def _unread(which: str, one: Sampled) -> str:
    seen = ", ".join(map(shown, one.values[:2])) or "nothing"
    return f"{which} holds {seen}: times like these are not read; accepted: {READ_FORMS}"


def _found(
    role: str, names: Mapping[str, Sampled], chosen: Mapping[str, str], problems: list[str]
) -> str | None:
    """Return the column of a role; None where there is none, which only three roles must have."""
    free = {name: one for name, one in names.items() if name not in chosen.values()}
    fits = {name: one for name, one in free.items() if _fits(role, name, names, chosen)}
    ranks = {name: rank(role, name) for name in fits}
    best = min((one for one in ranks.values() if one is not None), default=None)
    if best is not None:
        found = [name for name, one in ranks.items() if one == best]
    elif role in _OPTIONAL:
        return None
    else:
        found = _clearest(role, {n: one for n, one in fits.items() if _shows(role, one)})
    if len(found) == 1:
        return found[0]
    unread = _unread_time(free) if role == "time" and not found else None
    if unread is not None:
        problems.append(_unread(unread, free[unread]))
    elif role not in _OPTIONAL:
        which = f"could be {' or '.join(found[:4])}" if found else "is not recognised"
        problems.append(f"the {_ROLE_WORDS[role]} {which}; --{role} COLUMN names it")
    return None


_OPTIONAL = ("device", "session", "id")
_ROLE_WORDS = {"user": "person", "time": "time", "type": "event type"}


def beside(names: Collection[str]) -> Roles | None:
    """Return the roles of columns that are called as ours are, where properties stand beside them.

    Args:
        names: Of all columns.

    Returns:
        None where properties have a column of their own, or there are none.
    """
    own = {column: next((n for n in NAMES[column] if n in names), "") for column in NAMES}
    others = tuple(name for name in names if name not in TOP_LEVEL and name == name.strip())
    if own["ep"] or own["up"] or not others:
        return None
    columns = {ROLE_OF_COMMON[c]: own[c] for c in ROLE_OF_COMMON if own[c]}
    return Roles(columns, others, is_ours=True)


# --- by content ------------------------------------------------------------------------------------------------------


def _fits(
    role: str, name: str, names: Mapping[str, Sampled], chosen: Mapping[str, str]
) -> bool:
    """Return whether a column's values can be those of a role."""
    one = names[name]
    values = one.values
    if not values:
        return False
    if role == "time":
        return _is_time(one)
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
        return _is_of_one_person(one, names.get(chosen.get("user", "")))
    return True


def _is_of_one_person(one: Sampled, users: Sampled | None) -> bool:
    """Return whether hardly a session has several people: else it numbers something else, as lessons."""
    if users is None:
        return True
    pairs = {(s, u) for s, u in zip(one.texts, users.texts, strict=True) if s and u}
    return len(pairs) <= 1.1 * len({s for s, _ in pairs}) + 1


def _is_time(one: Sampled) -> bool:
    if one.is_stamp:
        return True
    if one.stored == "BOOLEAN" or not one.values:
        return False
    # Those that cannot be read are findings, not a reason to look elsewhere.
    return 2 * sum(map(_is_plausible, one.values)) >= len(one.values)


_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}:\d\d")
"""What a date or a time of day holds in any country."""


def _unread_time(names: Mapping[str, Sampled]) -> str | None:
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


def has_unread_time(sampled: Mapping[str, Sampled]) -> bool:
    """Return whether a column that is a time by its name is in no form that is read."""
    found = _unread_time(sampled)
    return found is not None and rank("time", found) is not None


def is_untimed(sampled: Mapping[str, Sampled]) -> bool:
    """Return whether columns are those of a log whose times are in no form that is read."""
    called = [
        next(
            (n for n, one in sampled.items() if one.values and rank(role, n) is not None), None
        )
        for role in ("user", "type")
    ]
    return None not in called and _unread_time(sampled) is not None


def _is_plausible(text: str) -> bool:
    ms, _ = time_of(text.strip())
    return ms is not None and _PLAUSIBLE_MS[0] <= ms < _PLAUSIBLE_MS[1]


def _usual_unit(values: Iterable[str]) -> Unit | None:
    """Return the unit that most numbers of a column tell; None where most are no numbers."""
    units = Counter(time_of(text.strip())[1] for text in values)
    return units.most_common(1)[0][0] if units else None


def _shows(role: str, one: Sampled) -> bool:
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


def _clearest(role: str, shown: Mapping[str, Sampled]) -> list[str]:
    """Return the columns that values show as a role: of types the one that has by far the fewest values."""
    if role != "type" or len(shown) < 2:
        return list(shown)
    few, more, *_ = sorted((len(set(one.values)), name) for name, one in shown.items())
    return [few[1]] if 4 * few[0] <= more[0] else list(shown)


def _roles(sampled: Mapping[str, Sampled], chosen: dict[str, str], named: Named) -> Roles:
    order = ("user", "device", "time", "type", "session", "id")
    columns = {role: chosen[role] for role in order if role in chosen}
    time = sampled[columns["time"]]
    unit = None if time.is_stamp else _usual_unit(time.values)
    naive = _names_no_zone(time, unit)
    refused = next(
        (
            n
            for n in sampled
            if "session" not in columns
            and rank("session", n) is not None
            and n not in columns.values()
            and sampled[n].values
        ),
        "",
    )
    taken = set(columns.values())
    return Roles(
        columns,
        tuple(name for name in sampled if name not in taken and name not in ROW_INDEX),
        tuple(name for name in sampled if name in ROW_INDEX),
        unit,
        naive,
        named.zone or "UTC",
        refused,
    )


def _names_no_zone(time: Sampled, unit: Unit | None) -> bool:
    if time.is_stamp:
        return time.stored not in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
    return unit is None and any(map(_is_naive, time.values[:1000]))


def _is_naive(text: str) -> bool:
    return not re.search(r"(Z|[A-Za-z]|[+-]\d\d(:?\d\d)?)$", text.strip()[10:])


def _message(where: str, names: list[str], problems: Sequence[str]) -> str:
    listed = ", ".join(names[:MOST_SHOWN]) + (", …" if len(names) > MOST_SHOWN else "")
    told = "".join(f"\n  {problem}" for problem in problems)
    n_unread = sum(problem.endswith(READ_FORMS) for problem in problems)
    another = ", or name another one" if problems[0].startswith("--time") else ""
    hints = [f"{REWRITE}{another}"] if n_unread else []
    if n_unread < len(problems):
        hints.append("--user COLUMN --time COLUMN --type COLUMN name them")
    return (
        f"{where}: its columns are not all recognised{told}\n  it has: {listed or 'no columns'}\n"
        "  accepted: one row per event, with a person, a time and an event type\n"
        f"  hint: {'; '.join(hints)}"
    )
