"""The store that takes events of others over; its backend is imported only then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from footfall.errors import UsageError
from footfall.store.postgres.address import Address, is_address

Import = Callable[[pa.RecordBatchReader], int]
"""Takes batches of `imported.COLUMNS` over, in one transaction, but ids that are there; returns how many are new."""
ACCEPTED = "duckdb:FILE, parquet:FOLDER, postgresql://USER@HOST/DATABASE"


def import_into(target: str) -> Import | None:
    """Return what takes events of others over into a store; None for a destination that takes none.

    Args:
        target: As a sink's store is addressed: `duckdb:a.duckdb`, `parquet:folder`, `postgresql://…`.
    """
    if is_address(target):
        from footfall.store.postgres.imported import import_events as into_postgres

        return lambda rows: into_postgres(Address.of(target), rows)
    kind, _, path = target.partition(":")
    if kind == "duckdb":
        from footfall.store.duckdb.imported import import_events as into_duckdb

        return lambda rows: into_duckdb(Path(path), rows)
    if kind == "parquet":
        from footfall.store.files.imported import import_events as into_folder

        return lambda rows: into_folder(Path(path), rows)
    return None


def refused(what: str, target: str) -> UsageError:
    """Return the error of a destination that cannot take events of others."""
    return UsageError(
        f"{what} was not written by footfall: {target} cannot take it, nothing was sent\n"
        f"  accepted for such files: --to {ACCEPTED}\n"
        "  hint: only a store can be asked which events it has already"
    )
