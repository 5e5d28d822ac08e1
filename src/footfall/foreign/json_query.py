"""The query that makes rows of common columns from lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from footfall.foreign.common_columns import IDS, NAMES, TEXTS, TOP_LEVEL, somebody
from footfall.foreign.json_pointer import escaped
from footfall.foreign.roles import COMMON_OF_ROLE, Roles
from footfall.foreign.sql_times import number_time, text_time
from footfall.foreign.vendor_records import PROFILE_CALLS, Path, Unit, Vendor
from footfall.store.dialect import literal, literals

Names = Mapping[str, tuple[str, ...]]
"""Common column → JSON pointers of the members that may hold it, the first that is there."""
OURS: Names = {column: tuple(f"/{name}" for name in names) for column, names in NAMES.items()}


def query_of(roles: Roles | None) -> LineQuery:
    """Return the query for members with these roles; None where their names are ours or Amplitude's."""
    if roles is None:
        return LineQuery(OURS)
    if roles.is_ours:
        return LineQuery({**OURS, "ep": ()}, _patch(sorted(TOP_LEVEL), ()))
    taken = {
        COMMON_OF_ROLE[role]: (_pointer(name, roles.outermost),)
        for role, name in roles.columns.items()
    }
    holders = {"ep": roles.holder, "up": roles.people}
    taken |= {column: (f"/{escaped(name)}",) for column, name in holders.items() if name}
    known = roles.outermost if roles.is_like_ours else ()
    names = {
        column: tuple(path for path in paths if path.removeprefix("/") in known)
        for column, paths in OURS.items()
    }
    aside = filter(None, (*holders.values(), *(TOP_LEVEL if roles.is_like_ours else ())))
    return LineQuery(
        {**names, **taken},
        _patch(roles.columns.values(), roles.outermost),
        roles.unit or "ms",
        True,
        aside=json.dumps(dict.fromkeys(sorted(aside))) if any(holders.values()) else "",
    )


def query_of_vendor(vendor: Vendor) -> LineQuery:
    """Return the query for events of a vendor, as its table says where things stand."""
    own = {
        "event_type": vendor.event_type,
        "time": vendor.time,
        "insert_id": vendor.insert_id,
        "user_id": vendor.user_id,
        "device_id": vendor.device_id,
        "session_id": vendor.session_id,
        "city": vendor.city,
        "country": vendor.country,
        "up": vendor.user_properties,
    }
    names = {name: tuple(map(_pointer_of, own.get(name, ()))) for name in NAMES}
    properties = vendor.event_properties[:1]
    outer = {path for paths in own.values() for path in paths}
    if not properties:
        removed = json.dumps(dict.fromkeys(sorted(path[0] for path in outer)))
        return LineQuery(names, removed, vendor.time_unit, True)
    within = sorted(path[1] for path in outer if path[:1] == properties[0] and len(path) == 2)
    names |= {"ep": tuple(map(_pointer_of, vendor.event_properties))}
    calls = {said: kind for said, kind in vendor.kinds.items() if kind in PROFILE_CALLS}
    return LineQuery(
        names,
        json.dumps(dict.fromkeys(within)),
        vendor.time_unit,
        True,
        calls,
        _kind(vendor),
        # As the receiver takes it: what such a call is called is not what happened.
        is_track_named="track" in vendor.kinds,
    )


def _kind(vendor: Vendor) -> str:
    return _pointer_of(vendor.kind[0]) if vendor.kind else ""


def _pointer_of(path: Path) -> str:
    return "".join(f"/{escaped(name)}" for name in path)


def _pointer(name: str, members: Any) -> str:
    """Return the pointer of a member; `actor.id` is within `actor`, unless a member is called so itself."""
    parts = [name] if name in members else name.split(".")
    return "".join(f"/{escaped(part)}" for part in parts)


def _patch(names: Any, members: Any) -> str:
    """Return a merge patch that takes members away (RFC 7396)."""
    patch: dict[str, Any] = {}
    for name in names:
        *outer, last = [name] if name in members or not members else name.split(".")
        inner = patch
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = None
    return json.dumps(patch)


@dataclass(frozen=True)
class LineQuery:
    """A query over the relation `batch` (n, part, line, text).

    Args:
        names: Where the common columns stand.
        removed: A merge patch that takes away what is no property: of the object of properties,
            or of the whole line where there is none.
        aside: Another, for the rest of the line: properties stand there too, besides those in an object.
        unit: Of numbers that are times.
        is_foreign: Names are not ours: numbers may be ids, and times have fractions.
        calls: What a line says at `kind` where it is no event but tells of a person or group.
        kind: JSON pointer of that.
        is_track_named: Whether a line that says `track` there is called by the first of its names alone.
        is_whole: Whether a column `event` keeps the whole line.
    """

    names: Names
    removed: str = ""
    unit: Unit = "ms"
    is_foreign: bool = False
    calls: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    is_track_named: bool = False
    is_whole: bool = False
    aside: str = ""

    @cached_property
    def _wanted(self) -> list[str]:
        paths = [path for paths in self.names.values() for path in paths]
        return list(dict.fromkeys([*paths, self.kind] if self.kind else paths))

    @cached_property
    def sql(self) -> str:
        """The query."""
        # One list of paths: DuckDB goes through a line three times, for values, texts and types,
        # not once per member.
        paths = ", ".join(map(literal, self._wanted))
        texts = ", ".join(f"{self._column(name)} AS {name}" for name in TEXTS)
        whole = "j AS event, false AS endless," if self.is_whole else ""
        return f"""
        SELECT n, part, line, {texts}, {self._times()}, {self._sessions()},
            TRY_CAST({self._text("person")} AS BIGINT) AS person,
            TRY_CAST({self._text("revenue")} AS DOUBLE) AS revenue,
            {self._ids_flaw()} AS id_flaw, {somebody(self._text("user_id"))} AS real_user,
            {self._properties()} AS ep, {self._user_properties()} AS up, {self._objects_flaw()} AS object_flaw,
            {self._is_nameless()} AS is_nameless, list_filter(json_keys(j), lambda k: k <> trim(k))[1] AS spaced,
            {self._is_export()} AS is_export, CAST(NULL AS VARCHAR) AS who, {whole}
        FROM (SELECT n, part, line, j, json_extract(j, [{paths}]) AS x, json_extract_string(j, [{paths}]) AS s,
                json_type(j, [{paths}]) AS t
            FROM (SELECT n, part, line, TRY_CAST(text AS JSON) AS j FROM batch) WHERE json_type(j) = 'OBJECT')"""

    def _at(self, name: str, of: str = "x") -> str:
        """Return SQL for a member of a line, its text or its type: by the first of its names that is there."""
        places = [f"{of}[{self._wanted.index(path) + 1}]" for path in self.names[name]]
        if not places:
            return "CAST(NULL AS VARCHAR)"
        return places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"

    def _column(self, name: str) -> str:
        """Return SQL for a text; what is no event is called so that no check takes it for one."""
        if name != "event_type" or not self.calls:
            return self._text(name)
        said, is_call = self._said(), self._is_call(self.calls)
        return f"CASE WHEN {is_call} THEN '$' || ltrim({said}, '$') ELSE {self._text(name)} END"

    def _said(self) -> str:
        return f"s[{self._wanted.index(self.kind) + 1}]"

    def _is_call(self, said: Iterable[str]) -> str:
        return f"{self._said()} IN ({literals(sorted(said))})"

    def _text(self, name: str) -> str:
        text = self._at(name, "s")
        if name == "event_type" and self.is_track_named:
            first, said = (
                self._wanted.index(path) for path in (self.names[name][0], self.kind)
            )
            return f"CASE WHEN s[{said + 1}] = 'track' THEN s[{first + 1}] ELSE {text} END"
        if name not in IDS or not self.names[name]:
            return text
        # Only of numbers: in a text it is what somebody wrote.
        whole = f"regexp_replace({text}, '[.]0+$', '')"
        return f"CASE WHEN {self._type(name)} = 'DOUBLE' THEN {whole} ELSE {text} END"

    def _type(self, name: str) -> str:
        return f"coalesce({self._at(name, 't')}, 'NULL')"

    def _is_nameless(self) -> str:
        is_empty = f"coalesce({self._text('event_type')}, '') = ''"
        wanted = "" if self.is_foreign else f" OR {self._type('event_type')} <> 'VARCHAR'"
        return f"{is_empty}{wanted}"

    def _is_export(self) -> str:
        if "/event_time" not in self._wanted or self.is_foreign:
            return "false"
        return f"x[{self._wanted.index('/event_time') + 1}] IS NOT NULL"

    def _times(self) -> str:
        of, text = self._type("time"), self._text("time")
        whole = f"TRY_CAST({text} AS {'DOUBLE' if self.is_foreign else 'BIGINT'})"
        number, flaw = number_time(whole, self.unit)
        from_text, text_flaw, is_digits = text_time(text, self.unit)
        is_text = f"{of} = 'VARCHAR'"
        is_number = f"{of} IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
        # 1767301200000.0 is whole, however a sender writes it.
        is_fraction = (
            "false"
            if self.is_foreign
            else f"{of} = 'DOUBLE' AND TRY_CAST({text} AS DOUBLE) <> floor(TRY_CAST({text} AS DOUBLE))"
        )
        digits = "false" if self.is_foreign else f"{is_text} AND {is_digits}"
        return f"""
        CASE WHEN {is_text} THEN {from_text} WHEN {is_number} THEN {number} END AS time_ms,
        CASE WHEN {is_text} THEN {text_flaw} WHEN {is_fraction} THEN 'fraction' WHEN {is_number} THEN {flaw}
            WHEN {of} = 'NULL' THEN 'missing' ELSE 'unreadable' END AS time_flaw,
        {digits} AS time_is_digits, {text} AS time_text"""

    def _sessions(self) -> str:
        of, text = self._type("session_id"), self._text("session_id")
        is_whole = f"{of} IN ('BIGINT', 'UBIGINT')"
        return f"""
        TRY_CAST({text} AS BIGINT) AS session_id, {text} AS session_text,
        {of} <> 'NULL' AND NOT {is_whole} AS session_flaw"""

    def _ids_flaw(self) -> str:
        names = ("user_id", "device_id", "insert_id")
        cases = (
            f"WHEN {self._type(name)} NOT IN ('NULL', 'VARCHAR') THEN {literal(name)}"
            for name in names
        )
        return "CAST(NULL AS VARCHAR)" if self.is_foreign else f"CASE {' '.join(cases)} END"

    def _properties(self) -> str:
        of = self._object("ep") if self.names["ep"] and not self.aside else "j"
        # To patch what is not there would give the patch itself.
        patched = f"json_merge_patch(coalesce({of}, '{{}}'), {literal(self.removed)})"
        patched = patched if self.removed else of
        if not self.aside:
            return patched
        outer = f"json_merge_patch({patched}, {literal(self.aside)})"
        if not self.names["ep"]:
            return outer
        # What has a role may stand within, so it is looked for in what is left.
        (path,) = self.names["ep"]
        inner = _as_object(*(f"{of}({patched}, {literal(path)})" for of in _EXTRACTS))
        return f"json_merge_patch({outer}, coalesce({inner}, '{{}}'))"

    def _user_properties(self) -> str:
        """Return SQL for the user properties: a call that tells of a group has none."""
        found = _settings(self._object("up"))
        of_groups = [said for said, kind in self.calls.items() if kind == "group"]
        if not of_groups:
            return found
        return (
            f"CASE WHEN coalesce({self._is_call(of_groups)}, false) THEN NULL ELSE {found} END"
        )

    def _object(self, name: str) -> str:
        """Return SQL for an object of properties, also one that was written into a text."""
        if not self.names[name]:
            return "CAST(NULL AS JSON)"
        return _as_object(self._at(name), self._text(name), self._type(name))

    def _objects_flaw(self) -> str:
        cases = [
            f"WHEN {self._type(name)} NOT IN ('NULL', 'OBJECT') "
            f"AND {self._object(name)} IS NULL THEN {literal(self.names[name][0].lstrip('/'))}"
            for name in ("ep", "up")
            if self.names[name]
        ]
        return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


_EXTRACTS = ("json_extract", "json_extract_string", "json_type")


def _as_object(value: str, text: str, of: str) -> str:
    """Return SQL for an object, also one that was written into a text; null for all else.

    Args:
        value, text, of: SQL for the value, for it as a text, and for its type.
    """
    inner = f"TRY_CAST({text} AS JSON)"
    return (
        f"CASE {of} WHEN 'OBJECT' THEN {value} "
        f"WHEN 'VARCHAR' THEN CASE WHEN json_type({inner}) = 'OBJECT' THEN {inner} END END"
    )


def _settings(up: str) -> str:
    """Return SQL for what is set, where Amplitude's operations stand in place of a plain map.

    Source: Identify API.

    `$set` goes over `$setOnce`, as the later of the two: what a property holds already, no
    single event says.
    """
    once, now = (
        f"coalesce(json_extract({up}, '/{name}'), '{{}}')" for name in ("$setOnce", "$set")
    )
    operations = f"json_merge_patch({once}, {now})"
    return f"CASE WHEN starts_with(json_keys({up})[1], '$') THEN {operations} ELSE {up} END"
