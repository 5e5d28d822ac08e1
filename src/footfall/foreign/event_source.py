"""Event sources: the events to be checked as one relation `e`, in a database that can read nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from footfall.errors import UnitError, UsageError, shown
from footfall.foreign.common_columns import is_zero
from footfall.foreign.json_pointer import pointer
from footfall.foreign.times import READ_FORMS, REWRITE
from footfall.foreign.vendors import AMPLITUDES_CALLS, POSTHOG, POSTHOGS_EVENTS, calls_of
from footfall.store.dialect import literal, literals, quote
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.connection import hide_progress
from footfall.store.temporary_folders import temporary_folder
from footfall.text import first_names, plural
from footfall.units import parse_time_zone

if TYPE_CHECKING:
    import duckdb

MEMORY = "1GB"
MOST_IDS = 5
"""Of those that are said to be somebody, or nobody."""
# Reading a file whose format DuckDB lacks would otherwise fetch an extension from the network,
# and run it.
_NO_EXTENSIONS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
EventForm = Literal["store", "parquet", "lines"]
ColumnTypes = Mapping[str, str]
"""Name of a column, or of a field of a struct → DuckDB's type."""


@dataclass
class EventSource:
    """Open events: the relation `e`, with one row per event; a context manager.

    Args:
        connection: A database without access to anything but the events.
        name: What the user called them.
        form: `store` and `parquet` have typed columns, `lines` come from JSON.
        properties: `ep` and `up` → name → DuckDB's type, where they are structs; None where
            they are JSON or absent.
        parts: Names of the files of lines.
        has: Columns that the events have.
        has_order: Whether rows follow each other in time, as the file has them.
        is_foreign: Its columns have names of their own, or it is another vendor's: Amplitude's
            rules for ids and times are none for it.
        taken: What was taken for what, in a sentence; empty where names are ours.
        logs: Names of the files that the events were in, where a store keeps these.
        calls: What calls that tell of people and groups are called among its event types.
        roles: Names of columns or members that say who, when or what → which of these.
        has_own_events: Whether its vendor makes events of its own, whose names begin with `$`.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    form: EventForm
    properties: dict[str, ColumnTypes | None]
    has: frozenset[str]
    has_order: bool
    parts: tuple[str, ...] = ()
    is_foreign: bool = False
    taken: str = ""
    logs: tuple[str, ...] = ()
    calls: frozenset[str] = AMPLITUDES_CALLS
    has_own_events: bool = True
    roles: Mapping[str, str] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, which must be few.

        Raises:
            StoreError: A file is broken further on, or the disk is full.
        """
        with db.explained(Path(self.name), "nothing was changed"):
            return self.connection.execute(sql).fetchall()

    def value(self, column: str, name: str) -> str:
        """Return SQL for a property: a field of a struct as it is typed, a member of JSON as JSON.

        Args:
            column: `ep` or `up`.
            name: Of the property; in a struct it must be there.
        """
        if self.properties[column] is not None:
            return f"{column}.{quote(name)}"
        return f"json_extract({column}, {literal(pointer(name))})"

    def timed(self) -> Self:
        """Return itself: one of its times can be read, or there is none at all.

        Raises:
            UsageError: None of those that are there can be read.
        """
        if self.rows("SELECT 1 FROM e WHERE time_ms IS NOT NULL LIMIT 1"):
            return self
        is_given = "time_text <> '' AND time_flaw IS DISTINCT FROM 'missing'"
        unread = self.rows(f"SELECT time_text FROM e WHERE {is_given} LIMIT 2")
        if not unread:
            return self
        raise UsageError(
            f"{self.name}: none of its times can be read: {', '.join(shown(text) for (text,) in unread)}\n"
            f"  accepted: {READ_FORMS}\n  hint: {REWRITE}"
        )

    def told(self) -> Self:
        """Return itself, with whose own events it holds, and a sentence on ids that are, or could be, nobody's."""
        if not self.has_own_events and self.rows(
            f"SELECT 1 FROM e WHERE event_type IN ({literals(POSTHOGS_EVENTS)}) LIMIT 1"
        ):
            self.has_own_events, self.calls = True, self.calls | calls_of(POSTHOG)
        if not {"user_id"} <= self.has or "person" in self.has:
            return self
        groups = self.rows(
            f"SELECT user_id, real_user IS NULL, count(*) AS n FROM e WHERE user_id <> '' "
            f"AND (real_user IS NULL OR {is_zero('user_id')}) GROUP BY ALL ORDER BY n DESC, 1"
        )
        for is_none, what in ((False, "somebody"), (True, "nobody")):
            ids = [
                f"{name} ({plural(n, 'event')})" for name, none, n in groups if none is is_none
            ]
            if ids:
                said = f"taken for {what}: user {first_names(ids, MOST_IDS)}"
                self.taken = f"{self.taken}; {said}" if self.taken else said
        return self

    @cached_property
    def unread(self) -> int:
        """The number of lines that cannot be read."""
        return int(self.rows("SELECT count(*) FROM bad")[0][0]) if self.form == "lines" else 0

    @cached_property
    def nameless(self) -> int:
        """The number of lines without an event type: they are no events."""
        return int(self.rows("SELECT count(*) FILTER (is_nameless) FROM e")[0][0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def check_zone(zone: str) -> None:
    """Check that a time zone is one.

    Raises:
        UsageError: It is none.
    """
    try:
        parse_time_zone(zone or "UTC")
    except UnitError as error:
        raise UsageError(f"--zone: {error}") from None


def connect(files: Sequence[Path], zone: str = "") -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory that may read these files, and spill into the system's temporary folder.

    Args:
        files: What it may read.
        zone: In which texts and timestamps without an offset are read.

    Its doors are closed by `close_doors`, once what lies outside of it is attached or fetched.
    """
    import duckdb

    scratch = temporary_folder() / secrets.token_hex(8)
    connection = duckdb.connect(":memory:", config=dict(_NO_EXTENSIONS))
    # UTC: texts without an offset would be read in the zone of the machine, and the findings
    # differ with it.
    for setting in (
        f"TimeZone = {literal(zone or 'UTC')}",
        f"memory_limit = '{MEMORY}'",
    ):
        connection.execute(f"SET {setting}")
    hide_progress(connection)
    # What DuckDB may read is named now: once external access is off, nothing can be added.
    # Large sorts and groups spill into a folder of this process, which is the one place that it
    # may write to.
    connection.execute(f"SET temp_directory = {literal(str(scratch))}")
    connection.execute(f"SET allowed_directories = [{literal(str(scratch))}]")
    connection.execute(
        f"SET allowed_paths = [{', '.join(literal(str(file)) for file in files)}]"
    )
    return connection


def close_doors(connection: duckdb.DuckDBPyConnection) -> None:
    """Forbid a database everything but the paths that it was opened for, for good.

    Names of columns and members come from foreign files into the SQL of checks. They are quoted
    there; should one ever break out of its quotes, it finds neither a file to read nor one to
    write, nor a setting that would give them back.
    """
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
