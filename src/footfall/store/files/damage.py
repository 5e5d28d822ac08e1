"""Parquet files that cannot be read: which one of a store's, what is wrong with it, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from footfall.errors import StoreError
from footfall.store.committed_files import FRESH, Piece, check_committed
from footfall.store.duckdb import connection as db

MADE_AGAIN = f"put it back from a copy; or {FRESH}"
"""What to do about a damaged file of a run."""
Files = Mapping[Path, Piece | None]
"""File → what it ought to hold; None where nobody knows."""


@contextmanager
def damage_named(
    store: Path, files: Callable[[], Files], hint: str, columns: Collection[str] = ()
) -> Iterator[None]:
    """Turn what DuckDB says into a `StoreError` that names the file at fault, which DuckDB does not always.

    Args:
        store: What the user named.
        files: Gives its files, once something has failed.
        hint: What to do about a damaged one.
        columns: What each file must have.
    """
    try:
        with db.explained(store, "nothing was changed"):
            yield
    except StoreError as error:
        found_files = files()
        check_committed(filter(None, found_files.values()))
        damages = (_damage(file, columns) for file in found_files)
        found = next(filter(None, damages), None)
        if found is None:
            raise
        raise StoreError(f"{found}\n  nothing was changed\n  hint: {hint}") from error


def _damage(file: Path, columns: Collection[str]) -> str | None:
    try:
        with pq.ParquetFile(file) as parquet:
            lacking = [name for name in columns if name not in parquet.schema_arrow.names]
            if lacking:
                return f"{file} was not written by footfall: it has no {', '.join(lacking)}"
            for group in range(parquet.num_row_groups):
                parquet.read_row_group(group)
    except (pa.ArrowException, OSError) as error:
        reason = next(iter(str(error).splitlines()), "it is no Parquet")
        return f"{file} is damaged: {reason}"
    return None
