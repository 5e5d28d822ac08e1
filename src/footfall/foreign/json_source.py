"""Lines of JSON as a table of the columns that checks see.

Lines that are no JSON object are listed beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.errors import UsageError
from footfall.foreign.common_columns import IDS, NAMES
from footfall.foreign.encodings import BLOCK_BYTES
from footfall.foreign.json_array import LONGEST_LINE_BYTES
from footfall.foreign.json_query import LineQuery, query_of, query_of_vendor
from footfall.foreign.line_sources import sources_of
from footfall.foreign.lines import Lines, read_lines
from footfall.foreign.opened import opened
from footfall.foreign.role_contents import Sampled, is_untimed
from footfall.foreign.roles import ROLE_OF_COMMON, SAMPLE_ROWS, Named, Roles, roles_of
from footfall.foreign.strict_json import LineFault, read_object
from footfall.foreign.vendor_records import Paths, Vendor, first
from footfall.foreign.vendors import (
    AMPLITUDE,
    AMPLITUDES_CALLS,
    BY_NAME,
    FOOTFALL,
    MAKERS_OF_EVENTS,
    calls_of,
    vendor_of,
)
from footfall.store.dialect import literal
from footfall.store.duckdb import connection as db

if TYPE_CHECKING:
    import duckdb

_SCHEMA = pa.schema(
    [("n", pa.int64()), ("part", pa.int32()), ("line", pa.int64()), ("text", pa.string())]
)
_BAD = pa.schema([*_SCHEMA, ("reason", pa.string())])
DEEPEST_ROLE = 3
"""Objects within objects that a column of a role is looked for in."""


@dataclass(frozen=True, slots=True)
class LinesRead:
    """The result of reading lines into `e` and `bad`.

    Args:
        parts: Names of the parts, by number.
        has: Common columns that may be there.
        has_order: Whether rows follow each other in time, as the file has them.
        is_foreign: Names are not ours.
        taken: What was taken for what, in a sentence; empty where names are ours.
        calls: What calls that tell of people and groups are called among the event types.
        has_own_events: Whether the vendor makes events of its own, whose names begin with `$`.
        roles: Names of members that say who, when or what → which of these.
    """

    parts: tuple[str, ...]
    has: frozenset[str]
    has_order: bool
    is_foreign: bool
    taken: str
    calls: frozenset[str]
    has_own_events: bool
    roles: Mapping[str, str]


def load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    named: Named | None = None,
    *,
    is_whole: bool = False,
) -> LinesRead:
    """Fill the table `e` (and `bad`, of lines that are no events) from a file of lines.

    Args:
        connection: An empty database in memory.
        path: NDJSON, plain or gzip, a JSON array, or a zip of such files.
        named: Columns that somebody named.
        is_whole: Whether a column `event` keeps the whole of each event, as JSON.
    """
    named = named or Named()
    sources = sources_of(path)
    blocks = _parsed(read_lines(path, sources.parts))
    begin = next(blocks)
    vendor = None if named.is_any else _vendor_of(begin.events)
    roles = None if vendor else _roles_of(path, begin.events, named)
    found = query_of_vendor(vendor) if vendor else query_of(roles)
    query = replace(found, is_whole=is_whole)
    # The table gets its types from the query itself, run over no lines.
    with db.registered(connection, _SCHEMA.empty_table(), "batch"):
        connection.execute(f"CREATE TABLE e AS {query.sql}")
        connection.execute(
            "CREATE TABLE bad (n BIGINT, part INTEGER, line BIGINT, text VARCHAR, reason VARCHAR)"
        )
    n = 0
    for block in chain([begin], blocks):
        n = _store(connection, block, n, query)
    taken = f"read as events of {vendor.title}" if vendor else roles.sentence() if roles else ""
    ids = _whole_ids(begin.events, roles)
    has = frozenset(
        name for name, paths in query.names.items() if paths or not query.is_foreign
    )
    return LinesRead(
        tuple(part.name for part in sources.parts),
        has - {"session_id"} if query.is_foreign else has,
        not query.is_foreign,
        query.is_foreign,
        "; ".join(filter(None, (taken, ids, sources.passed_over))),
        calls_of(vendor) if vendor else frozenset() if query.is_foreign else AMPLITUDES_CALLS,
        not query.is_foreign or vendor in MAKERS_OF_EVENTS,
        {
            path.rsplit("/", 1)[-1]: role
            for common, role in ROLE_OF_COMMON.items()
            for path in query.names[common]
        },
    )


@dataclass(slots=True)
class _Block:
    """Lines that were read together, of one part or several.

    Args:
        rows: (part, line, text) of objects.
        bad: (part, line, text, reason) of the others.
        events: The objects of the first rows, for the recognition of roles.
        size: Characters of all lines.
    """

    rows: list[tuple[int, int, str]] = field(default_factory=list)
    bad: list[tuple[int, int, str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0

    def take(self, part: int, line: int, text: str | None) -> None:
        """Take a line up; an empty one is none."""
        if text == "":
            return
        if text is None:
            self.bad.append((part, line, "", _TOO_LONG))
            return
        self.size += len(text)
        try:
            found = read_object(text)
        except LineFault as fault:
            self.bad.append((part, line, text, str(fault)))
            return
        events = opened(found)
        for event in events:
            # An object that stands alone is written as it came: most do, and it saves time.
            is_same = len(events) == 1 and event is found
            written = text if is_same else json.dumps(event, ensure_ascii=False)
            self.rows.append((part, line, written))
        if len(self.events) < SAMPLE_ROWS:
            self.events += events


_TOO_LONG = f"longer than {LONGEST_LINE_BYTES >> 20} MB, the most that a line may have"


def _parsed(several: Iterable[Lines]) -> Iterator[_Block]:
    """Yield lines by some megabytes: each insert costs as much as some thousand lines, whatever it holds."""
    block = _Block()
    for lines in several:
        for line, text in enumerate(lines.texts, lines.first):
            block.take(lines.part, line, text)
        if block.size >= BLOCK_BYTES:
            yield block
            block = _Block()
    yield block


def _store(
    connection: duckdb.DuckDBPyConnection, block: _Block, n: int, query: LineQuery
) -> int:
    """Insert a block; return the number of the row behind it."""
    if block.bad:
        bad = [(n + i, *row) for i, row in enumerate(block.bad)]
        _insert_bad(connection, bad)
        n += len(bad)
    rows = [(n + i, *row) for i, row in enumerate(block.rows)]
    if rows:
        _insert(connection, _table(rows, _SCHEMA), query)
    return n + len(rows)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [
        # Half a surrogate pair is no text in UTF-8.
        pa.array(
            [c.encode("utf-8", "replace").decode() if isinstance(c, str) else c for c in column]
            if one.type == pa.string() and one.name == "reason"
            else column,
            one.type,
        )
        for column, one in zip(columns, schema, strict=True)
    ]
    return pa.table(arrays, schema=schema)


def _insert_bad(connection: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    with db.registered(connection, _table(rows, _BAD), "batch"):
        connection.execute("INSERT INTO bad BY NAME SELECT * FROM batch")


def _insert(connection: duckdb.DuckDBPyConnection, batch: pa.Table, query: LineQuery) -> None:
    """Insert lines; where one breaks the query, halves of them, until that one is alone and bad.

    A broken line among n costs about 2 log2 n queries. To try each line beforehand would read
    all lines twice.
    """
    import duckdb

    with db.registered(connection, batch, "batch"):
        try:
            connection.execute(f"INSERT INTO e {query.sql}")
        except (duckdb.ConversionException, duckdb.InvalidInputException):
            halves = (
                [batch.slice(0, len(batch) // 2), batch.slice(len(batch) // 2)]
                if len(batch) > 1
                else []
            )
        else:
            connection.execute(
                f"INSERT INTO bad SELECT n, part, line, text, {literal(_NO_TEXT)} FROM batch "
                "WHERE json_type(TRY_CAST(text AS JSON)) IS DISTINCT FROM 'OBJECT'"
            )
            return
        if not halves:
            connection.execute(
                f"INSERT INTO bad SELECT n, part, line, text, {literal(_NO_TEXT)} FROM batch"
            )
    for half in halves:
        _insert(connection, half, query)


_NO_TEXT = "holds what is no text in UTF-8: half a surrogate pair, as \\ud800"


def holds_events(path: Path, plan_titles: Collection[str]) -> bool:
    """Return whether a file of JSON holds events, with a person, a time and a type each, and not a plan of them.

    Args:
        path: The file.
        plan_titles: What only a plan's columns are called, in lower case: with any of them, what names each
            type once is a plan, whoever made its events and when.
    """
    try:
        events = next(_parsed(read_lines(path, sources_of(path).parts))).events
    except UsageError:
        return False
    vendor = _vendor_of(events)
    if vendor or not events:
        return vendor is not None
    is_declared = any(_declares(event, plan_titles) for event in events)
    try:
        roles = _roles_of(path, events, Named())
    except UsageError:
        return not is_declared and is_untimed(_sampled(events))
    if roles is None or "time" not in roles.columns:
        return all("event_type" in event and first(event, _TIMES) for event in events)
    types = {str(event.get(roles.columns["type"])) for event in events}
    return len(types) < len(events) or not is_declared


_TIMES = tuple((name,) for name in NAMES["time"])


def _declares(event: Mapping[str, Any], plan_titles: Collection[str]) -> bool:
    """Return whether a member is called as a plan's columns are, and holds more than the values of one event."""
    told = [
        value for name, value in event.items() if name.lower().replace("_", " ") in plan_titles
    ]
    return any(
        not isinstance(value, Mapping)
        or any(isinstance(v, Mapping | list) for v in value.values())
        for value in told
    )


# --- vendors ---------------------------------------------------------------------------------------------------------


def _vendor_of(events: list[dict[str, Any]]) -> Vendor | None:
    """Return whose events most are; None where they are ours, Amplitude's, or could be anybody's."""
    found = Counter(vendor.name if (vendor := vendor_of(event)) else "" for event in events)
    name, n = found.most_common(1)[0] if found else ("", 0)
    vendor = BY_NAME.get(name)
    if vendor in (None, FOOTFALL, AMPLITUDE) or 2 * n < len(events):
        return None
    # A log of somebody's own may have a few members of the same names: then the others are not
    # where the vendor has them.
    timed = sum(first(event, vendor.time) is not None for event in events)
    holders = _holders(vendor)
    is_held = not holders or any(first(event, holders) is not None for event in events)
    return vendor if 2 * timed >= len(events) and is_held else None


def _holders(vendor: Vendor) -> Paths:
    """Return where a vendor's calls have what they say of events, people and groups; nowhere where it stands beside."""
    changes = (path for paths in vendor.changes.values() for path in paths)
    return (*vendor.event_properties, *vendor.user_properties, *changes, *vendor.others)


# --- roles -----------------------------------------------------------------------------------------------------------


def _roles_of(path: Path, events: list[dict[str, Any]], named: Named) -> Roles | None:
    """Return the roles of members with names of their own; None where names are ours or Amplitude's."""
    if not events:
        return None
    names = dict.fromkeys(name for event in events for name in event)
    return roles_of(str(path), names, lambda: _sampled(events), named)


def _sampled(events: list[dict[str, Any]]) -> dict[str, Sampled]:
    members: dict[str, list[str | None]] = {}
    for i, event in enumerate(events):
        for name, value in _members(event, DEEPEST_ROLE):
            members.setdefault(name, [None] * i).append(value)
        for texts in members.values():
            texts.extend([None] * (i + 1 - len(texts)))
    return {name: Sampled("JSON", texts) for name, texts in members.items()}


def _whole_ids(events: list[dict[str, Any]], roles: Roles | None) -> str:
    """Return what is said of ids that are whole numbers with a fraction of zero."""
    names = (
        [roles.columns[r] for r in ("user", "device", "session", "id") if r in roles.columns]
        if roles
        else IDS
    )
    found = [
        name
        for name in names
        if any(isinstance(v := event.get(name), float) and v.is_integer() for event in events)
    ]
    return f"{', '.join(found)} without the .0 of whole numbers" if found else ""


def _members(value: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str | None]]:
    """Yield members and those of objects within, as `actor.id`, with their values as texts."""
    for name, inner in value.items():
        if isinstance(inner, dict) and depth > 1:
            for below, text in _members(inner, depth - 1):
                yield f"{name}.{below}", text
        elif not isinstance(inner, dict | list):
            yield name, None if inner is None else str(inner)
