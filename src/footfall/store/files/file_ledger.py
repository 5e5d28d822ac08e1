"""The ledger of destinations that have no transactions of their own: a SQLite file beside them.

It has the same tables about runs as a database store, and one of its own: which rows lie in
which file, from which byte to which. What is in the ledger is there; what lies in a file and
not in the ledger is not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.store.catalogue_rows import catalogue_rows
from footfall.store.committed_files import FRESH, Piece
from footfall.store.dialect import create_table, quote
from footfall.store.runs import Row, RunInfo, begun, ended, info_of
from footfall.store.sqlite import SQLiteLedger
from footfall.store.tables import CURSORS, META_TABLES, RUNS, TALLIES, check_format
from footfall.store.tally_tables import tallies_of, tally_changes

FILES = pa.schema(
    [
        pa.field("run", pa.string(), nullable=False),
        pa.field("relation", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("begin_byte", pa.int64(), nullable=False),
        pa.field("end_byte", pa.int64(), nullable=False),
        pa.field("crc32", pa.int64()),
        pa.field("modified_ns", pa.int64()),
    ]
)
"""One row per piece: rows of a relation (`events`, `changes`, `arrivals`) in a file, whose path
counts from the destination's; its checksum, and when the file was changed last."""

PIECE_COLUMNS = ("begin_byte", "end_byte", "crc32", "modified_ns")
_TABLES = {**META_TABLES, "files": FILES}


class _SQLite:
    """The dialect of the ledger: times in ms, lists as JSON, wide integers as digits."""

    def column_type(self, kind: pa.DataType) -> str:
        return "INTEGER" if pa.types.is_integer(kind) or pa.types.is_timestamp(kind) else "TEXT"


class FileLedger(SQLiteLedger):
    """The ledger of a file or a folder of files, open.

    Args:
        path: The SQLite file.
        make: Make it if it is not there.
        moved: A hint: what to do where it is removed or replaced while it is open.

    Raises:
        StoreError: It is not there, no ledger, or cannot be read.
    """

    def __init__(self, path: Path, *, make: bool = False, moved: str = FRESH) -> None:
        super().__init__(path, make=make, moved=moved)
        # SQLite's integers end at 64 bits, and sums of chances in 2**-32 do not: such columns
        # are texts of digits, which Python adds up.
        self._connection.create_function("plus", 2, _plus, deterministic=True)

    def _make(self) -> None:
        for name, schema in _TABLES.items():
            self._connection.execute(create_table(_SQLite(), quote(name), schema))
        for lacking in set(FILES.names) - set(self._columns("files")):  # none was kept before
            self._connection.execute(f"ALTER TABLE files ADD COLUMN {lacking} INTEGER")
        for name, (keys, _) in TALLIES.items():
            # What ON CONFLICT needs.
            self._connection.execute(
                f"CREATE UNIQUE INDEX IF NOT EXISTS {name}_keys ON {name} ({', '.join(keys)})"
            )

    def _has_parts(self) -> bool:
        return bool(self.rows("SELECT 1 FROM ledger LIMIT 1"))

    def _check(self) -> None:
        # The cheapest statement that fails on a file of another kind and on a database of
        # others.
        self._connection.execute("SELECT store_format FROM runs")
        check_format(str(self.path), self._columns("runs"))

    def begin(self, run: Run) -> dict[tuple[int, int], int]:
        """Note a run.

        Returns:
            Its cursors: (first person, end person) → `until_ms` of what is there.

        Raises:
            StoreError: What is there of it begins at another time.
        """
        cursors = self.cursors(run.id)
        with self._transaction():
            self._put_run(begun(run, self._run_row(run.id), has_parts=bool(cursors)))
        return cursors

    def put_catalogues(self, run: Run) -> None:
        """Keep the catalogues of a run, which are the same for good."""
        if not self.rows("SELECT 1 FROM catalogue_rows WHERE run = ? LIMIT 1", run.id):
            with self._transaction():
                self._insert("catalogue_rows", catalogue_rows(run))

    def cursors(self, run: str) -> dict[tuple[int, int], int]:
        """Return, per group of people, the time up to which its parts are there."""
        rows = self.rows(CURSORS.format(ledger="ledger"), run)
        return {(first, end): until for first, end, until in rows}

    def commit(self, part: Row, tallies: Tallies, files: Sequence[Row]) -> None:
        """Note that a part is there: from here on it is.

        Args:
            part: Its row of the table `ledger`.
            tallies: Of the part.
            files: Its rows of the table `files`.
        """
        run = part["run"]
        # One transaction: a part is there with all that was counted in it, or not at all.
        with self._transaction() as execute:
            self._insert("ledger", [part])
            self._insert("files", files)
            for change in tally_changes(run, tallies):
                if change.replaces:
                    execute(f"DELETE FROM {change.table} WHERE run = ?", [run])
                self._write(_ADDING[change.table], change.table, change.rows)

    def end(self, run: Run) -> None:
        """Note that all parts of a run are there."""
        row = self._run_row(run.id)
        assert row is not None, "a run ends after it has begun"
        with self._transaction():
            self._put_run(ended(run, row))

    def delete(self, run: str) -> None:
        """Remove everything about a run."""
        with self._transaction():
            for name in _TABLES:
                self._connection.execute(f"DELETE FROM {name} WHERE run = ?", [run])

    def runs(self) -> list[RunInfo]:
        """Return the runs, the one that was asked for last at the end."""
        return [info_of(row | self._sums(row["run"])) for row in self._run_rows()]

    def tallies(self, run: str) -> Tallies:
        """Return a run's tallies, over all parts that are there."""
        return tallies_of(lambda name: self.table(name, run))

    def files(self, run: str) -> list[Row]:
        """Return a run's pieces, in the order in which they were committed."""
        return self.table("files", run)

    def pieces(self, place: Path, run: str | None = None) -> list[Piece]:
        """Return the pieces of a run, or of all, to be compared with what is there.

        Args:
            place: The destination, from which their paths count.
            run: Id of the run.
        """
        return [
            Piece(place / row["file"], *(row[name] for name in PIECE_COLUMNS))
            for row in self.table("files", run)
        ]

    def table(self, name: str, run: str | None = None) -> list[Row]:
        """Return the rows of a table, of one run or of all, in the order of their writing."""
        schema, have = _TABLES[name], self._columns(name)
        columns = ", ".join(quote(name) if name in have else "NULL" for name in schema.names)
        rows = self.rows(
            f"SELECT {columns} FROM {name} WHERE run = coalesce(?, run) ORDER BY rowid", run
        )
        return [
            {f.name: _value(v, f.type) for f, v in zip(schema, row, strict=True)}
            for row in rows
        ]

    def _run_rows(self) -> list[Row]:
        return sorted(
            self.table("runs"), key=lambda row: (row["asked"], row["created"], row["run"])
        )

    def _run_row(self, run: str) -> Row | None:
        return next(iter(self.table("runs", run)), None)

    def _sums(self, run: str) -> Row:
        sums = "coalesce(sum(events), 0), coalesce(sum(changes), 0), coalesce(sum(arrivals), 0), count(*)"
        (row,) = self.rows(f"SELECT {sums} FROM ledger WHERE run = ?", run)
        return dict(zip(("events", "changes", "arrivals", "parts"), row, strict=True))

    def _put_run(self, row: Row) -> None:
        self._connection.execute("DELETE FROM runs WHERE run = ?", [row["run"]])
        self._insert("runs", [{name: row[name] for name in RUNS.names}])

    def _insert(self, name: str, rows: Sequence[Row]) -> None:
        names = _TABLES[name].names
        self._write(_inserting(name), name, [tuple(row[n] for n in names) for row in rows])

    def _write(self, statement: str, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        kinds = _TABLES[name].types
        plain = [tuple(map(_plain, row, kinds)) for row in rows]
        self._connection.executemany(statement, plain)


def piece_row(run: str, relation: str, file: str, rows: int, piece: Piece) -> Row:
    """Return a piece's row of the table `files`.

    Args:
        run: Id of the run.
        relation: `events`, `changes` or `arrivals`.
        file: Its path from the destination's; empty where it is the destination.
        rows: Number of rows in it.
        piece: Where they lie.
    """
    row = {"run": run, "relation": relation, "file": file, "rows": rows}
    return row | {name: getattr(piece, name) for name in PIECE_COLUMNS}


def _inserting(name: str) -> str:
    marks = ", ".join("?" * len(_TABLES[name]))
    return f"INSERT INTO {name} VALUES ({marks})"


def _adding(name: str) -> str:
    """Return the statement that adds a row of tallies to the one with the same keys."""
    keys, schema = TALLIES[name]
    sums = [
        f"{f.name} = plus({f.name}, excluded.{f.name})"
        if pa.types.is_decimal(f.type)
        else f"{f.name} = {f.name} + excluded.{f.name}"
        for f in schema
        if f.name not in keys
    ]
    return f"{_inserting(name)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(sums)}"


_ADDING = {name: _adding(name) for name in TALLIES}


def _plus(one: str, other: str) -> str:
    return str(int(one) + int(other))


def _plain(value: Any, kind: pa.DataType) -> Any:
    """Return a value as SQLite holds it: lists as JSON, wide integers as their digits."""
    if pa.types.is_list(kind):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if pa.types.is_decimal(kind) else value


def _value(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return json.loads(value)
    return int(value) if pa.types.is_decimal(kind) else value
