"""Plain files as stores: a database in memory over what their ledgers know."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from footfall.errors import StoreError
from footfall.store.committed_files import check_committed, check_size
from footfall.store.duckdb import connection as db
from footfall.store.duckdb.open import DuckDBStore
from footfall.store.durable import Lock
from footfall.store.files import layout, relations
from footfall.store.files.damage import MADE_AGAIN, Files, damage_named
from footfall.store.files.file_ledger import FileLedger
from footfall.store.runs import RunInfo
from footfall.store.store import RUN_KEPT, Store
from footfall.text import plural


class ParquetStore(DuckDBStore):
    """A folder of Parquet files: views over those that the ledger knew when it was opened.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, db.connect_memory(folder))
        self._load()

    def _load(self) -> None:
        with FileLedger(layout.folder_ledger_path(self.path)) as ledger, self._explained():
            relations.load_ledger(self._connection, ledger)
            relations.make_file_views(self._connection, self.path, ledger)

    def _explained(self) -> AbstractContextManager[None]:
        return damage_named(self.path, self._files, MADE_AGAIN)

    def check_contents(self) -> str:
        """Compare every file with the checksum that was noted of it."""
        files = self._files()
        check_committed(filter(None, files.values()), is_read=True)
        for info in self.runs():
            self._check_tallies(info)
        return f"{plural(len(files), 'file holds', 'files hold')} what was written"

    def _files(self) -> Files:
        with FileLedger(layout.folder_ledger_path(self.path)) as ledger:
            return {piece.path: piece for piece in ledger.pieces(self.path)}

    def _remove(self, info: RunInfo) -> None:
        with (
            db.explained(self.path, RUN_KEPT),
            Lock(layout.folder_lock_path(self.path), self.path),
            FileLedger(layout.folder_ledger_path(self.path)) as ledger,
        ):
            # The ledger first: a file that it does not know is no part of the store, so that
            # being killed in between leaves files that the next writer removes, and no run
            # whose files are gone.
            ledger.delete(info.id)
            with db.explained(self.path, "the run is removed, but some of its files are left"):
                layout.describe(self.path, ledger)
                layout.delete_files(self.path, info.scenario, info.id)
        self._connection.close()
        self._connection = db.connect_memory(self.path)
        self._load()


class FileStore(DuckDBStore):
    """A single file: only its ledger can be queried.

    Args:
        path: The file.
    """

    has_rows = False

    def __init__(self, path: Path) -> None:
        super().__init__(path, db.connect_memory(path.parent))
        with FileLedger(layout.file_ledger_path(path)) as ledger:
            pieces = ledger.pieces(path)
            if pieces:
                check_size(pieces[-1])
            relations.load_ledger(self._connection, ledger)

    def check_contents(self) -> str:
        """Compare the file with the checksums that were noted of its pieces."""
        with FileLedger(layout.file_ledger_path(self.path)) as ledger:
            check_committed(ledger.pieces(self.path), has_rest=True, is_read=True)
        for info in self.runs():
            self._check_tallies(info)
        return "the file holds what was written"

    def _remove(self, info: RunInfo) -> None:
        del info  # it is the only one
        with (
            db.explained(self.path, RUN_KEPT),
            Lock(layout.file_lock_path(self.path), self.path),
        ):
            self.path.unlink(missing_ok=True)
            layout.file_ledger_path(self.path).unlink()
        self._connection.execute("DELETE FROM main.runs")


def open_folder(folder: Path) -> Store:
    """Open a folder of Parquet files.

    Raises:
        StoreError: It has no ledger, or its ledger cannot be read.
    """
    ledger = layout.folder_ledger_path(folder)
    if not ledger.exists():
        raise StoreError(
            f"{folder} is no store: it has no ledger ({ledger.relative_to(folder)})"
        )
    return ParquetStore(folder)


def open_file(path: Path) -> Store:
    """Open the ledger of a single file.

    Raises:
        StoreError: The ledger cannot be read.
    """
    return FileStore(path)
