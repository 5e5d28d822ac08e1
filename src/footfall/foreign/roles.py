"""Roles of the columns of a log: which one says who, when and what, by name and by content."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from footfall.errors import UsageError, shown
from footfall.foreign.common_columns import NAMES, TOP_LEVEL
from footfall.foreign.role_contents import (
    Sampled,
    clearest,
    fits,
    is_object,
    is_time,
    names_no_zone,
    shows,
    units_of,
    unread_time,
)
from footfall.foreign.role_names import HOLDERS, plain, rank
from footfall.foreign.times import READ_FORMS, REWRITE, UNITS
from footfall.foreign.vendor_records import Unit

SAMPLE_ROWS = 10_000
"""Rows that roles are recognised by: the first ones."""
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
HOLDER = "event_properties"
"""What holds the properties in Amplitude's events and ours."""
PARAMS = "event_params"
"""The same in Google Analytics 4."""
PARAMS_SESSION = "ga_session_id"
"""The member of these that numbers the session."""
SET = "$set"
"""The member of an object of properties that PostHog's SDKs set people's by."""
BESIDE = ("items", "ecommerce")
"""Members beside these that tell of the event itself, and so are properties of it as the others."""
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
class Roles:
    """The roles of a log's columns.

    Args:
        columns: Role → column.
        properties: The other columns, which are properties of events.
        left_out: Columns that are no properties: numbers of rows.
        not_read: Columns of the vendor's own, which tell nothing of the event itself.
        unit: Of most numbers in the time's column; None for dates.
        units: Of all that were seen, the most frequent first.
        is_naive: Its times name no zone.
        zone: The zone that is taken then.
        session_refused: The column that is called like a session, but is none; or nothing.
        holder: The column that holds an object of properties, besides those that stand alone; or nothing.
        people: The same for properties of people.
        is_ours: Names are ours, but properties stand beside them.
        is_like_ours: Type and properties are called as Amplitude's are: what else is called as there is read so too.
        members: Names of members of the holder that are no properties of events: of the session, of people.
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
    units: tuple[Unit, ...] = ()
    is_like_ours: bool = False
    holder: str = ""
    people: str = ""
    outermost: frozenset[str] = frozenset()
    not_read: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return what was taken for what."""
        time = self.columns.get("time")
        how = f"{self._units()} since 1970" if self.unit in UNITS else ""
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
        if self.people:
            parts.append(f"user properties in {self.people}")
        what = "properties"
        if self.holder:
            parts.append(f"properties in {self.holder}")
            meanings = {PARAMS_SESSION: "session", SET: "user properties"}
            parts += [f"{meanings[name]} in its {name}" for name in self.members]
            what = "properties beside these"
        parts += _listed(what, self.properties) + _listed("not read", self.not_read)
        if self.left_out:
            parts.append(f"left out as numbers of rows: {', '.join(map(repr, self.left_out))}")
        return f"read as: {'; '.join(parts)}"

    def _units(self) -> str:
        *others, last = (UNITS[unit] for unit in self.units)
        return f"{', '.join(others)} or {last}" if others else last


def _listed(what: str, names: Sequence[str]) -> list[str]:
    more = ", …" if len(names) > MOST_SHOWN else ""
    return [f"{what} {', '.join(names[:MOST_SHOWN])}{more}"] if names else []


def roles_of(
    where: str,
    names: Collection[str],
    sampled: Callable[[], Mapping[str, Sampled]],
    named: Named,
) -> Roles | None:
    """Return the roles of columns or members with names of their own; None where they are ours or Amplitude's.

    Args:
        where: What the events are called, for messages.
        names: Of all columns, or of the outermost members.
        sampled: Gives the first values of each, also of members within others.
        named: Columns that somebody named.

    Raises:
        UsageError: A column that must be there is not recognised.
    """
    is_timed = any(name in names for name in NAMES["time"])
    is_like_ours = "event_type" in names and not named.is_any
    if is_like_ours and is_timed:
        return beside(names)
    everything = sampled()
    members = _outside_of_holders(everything, named)
    if is_like_ours and not _has_other_time(where, members):
        return beside(names)
    found = recognise(where, members, named)
    taken = {*found.columns.values(), *ROW_INDEX}
    holders = _holders([name for name in names if name not in taken], everything)
    is_amplitudes = found.columns["type"] == "event_type" and HOLDER in names
    known = TOP_LEVEL if is_amplitudes else ()
    others = [name for name in names if name not in {*taken, *known, *holders.values()}]
    own = [name for name in others if name not in BESIDE] if PARAMS in holders.values() else []
    return replace(
        found,
        properties=tuple(name for name in others if name not in own),
        not_read=tuple(own),
        is_like_ours=is_amplitudes,
        holder=HOLDER if is_amplitudes else holders.get("ep", ""),
        people=holders.get("up", ""),
        members=tuple(_members(holders, found.columns, everything)),
        outermost=frozenset(names),
    )


def _holders(names: Sequence[str], sampled: Mapping[str, Sampled]) -> dict[str, str]:
    """Return common column → what holds the properties of events, or those of people, as objects."""
    objects = {plain(name): name for name in reversed(names) if is_object(name, sampled)}
    found = {
        column: next((objects[name] for name in listed if name in objects), "")
        for column, listed in HOLDERS.items()
    }
    return {column: name for column, name in found.items() if name}


def _members(
    holders: Mapping[str, str], columns: Mapping[str, str], sampled: Mapping[str, Sampled]
) -> Iterator[str]:
    """Yield the members of a column's objects that tell of the session or of people, where no column does."""
    values = sampled[holders["ep"]].values if holders.get("ep") in sampled else []
    for name, is_told in ((PARAMS_SESSION, "session" in columns), (SET, "up" in holders)):
        # As JSON, as a struct, and in a list of keys and values.
        shown = re.compile(rf"""["']{re.escape(name)}["']|'key': {re.escape(name)},""")
        if not is_told and any(map(shown.search, values)):
            yield name


def _outside_of_holders(sampled: Mapping[str, Sampled], named: Named) -> dict[str, Sampled]:
    """Return columns without properties of events and people, but for those that are named: these are never a role."""
    wanted = {getattr(named, one.name) for one in fields(named)}
    holders = (f"{HOLDER}.", "user_properties.")
    return {n: one for n, one in sampled.items() if n in wanted or not n.startswith(holders)}


def _has_other_time(where: str, sampled: Mapping[str, Sampled]) -> bool:
    """Return whether a column that is not called `time` is, or should be, the time beside `event_type`."""
    try:
        recognise(where, sampled, Named())
    except UsageError:
        unread = unread_time(sampled)
        return unread is not None and rank("time", unread) is not None
    return True


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
    elif role == "time" and not is_time(names[found]):
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
    fitting = {name: one for name, one in free.items() if fits(role, name, names, chosen)}
    ranks = {name: rank(role, name) for name in fitting}
    best = min((one for one in ranks.values() if one is not None), default=None)
    if best is not None:
        found = [name for name, one in ranks.items() if one == best]
    elif role in _OPTIONAL:
        return None
    else:
        found = clearest(role, {n: one for n, one in fitting.items() if shows(role, one)})
    if len(found) == 1:
        return found[0]
    unread = unread_time(free) if role == "time" and not found else None
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


def _roles(sampled: Mapping[str, Sampled], chosen: dict[str, str], named: Named) -> Roles:
    order = ("user", "device", "time", "type", "session", "id")
    columns = {role: chosen[role] for role in order if role in chosen}
    time = sampled[columns["time"]]
    units = [] if time.is_stamp else units_of(time)
    unit = units[0] if units else None
    naive = names_no_zone(time, unit)
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
        units=tuple(each for each in units if each is not None),
    )


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
