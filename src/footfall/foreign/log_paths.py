"""Paths of logs: what a file or folder is, told by its name and its first bytes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from pathlib import Path

from footfall.errors import StoreError
from footfall.foreign.csv_source import HEAD_BYTES, holds_roles, is_table
from footfall.foreign.encodings import of_mark
from footfall.foreign.json_source import holds_events
from footfall.foreign.line_sources import files_of
from footfall.foreign.lines import unpacked
from footfall.refusals import refusal
from footfall.store.committed_files import check_is_file
from footfall.store.files.imported import imported_folder
from footfall.store.files.layout import file_ledger_path, folder_ledger_path
from footfall.store.postgres.address import is_address

_PREFIX = re.compile(r"^(duckdb|parquet|ndjson|csv|json):(?!//)")


def without_prefix(where: str | Path) -> Path:
    """Return the path of a target of `footfall run`, as it is written there: `ndjson:events.ndjson`."""
    return Path(_PREFIX.sub("", str(where)))


def magic_of(path: Path) -> bytes:
    """Return the first bytes of a file, which say what it is: a name may lie.

    Raises:
        StoreError: It cannot be read, or is no file.
    """
    check_is_file(path)
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as error:
        told = refusal(error, path) or f"{path} cannot be read: {error.strerror}"
        raise StoreError(str(told)) from None


def is_foreign(where: str | Path) -> bool:
    """Return whether a text names a file or folder of events that footfall did not write.

    A file is no store of ours where there is no ledger beside it; DuckDB files are stores, and so is
    what is called like one: what else it is, is told where it is opened.
    """
    path = without_prefix(where)
    if is_address(str(where)) or "://" in str(where) or not path.exists():
        return False
    if path.is_dir():
        is_store = folder_ledger_path(path).exists() or imported_folder(path).is_dir()
        return not is_store and bool(parquet_files(path) or files_of(path))
    is_duckdb = path.suffix.lower() == ".duckdb" or magic_of(path)[8:12] == b"DUCK"
    return not is_duckdb and not file_ledger_path(path).exists()


def _is_of_lines(path: Path) -> bool:
    """Return whether a file's name says that it holds events, line by line: no plan is called so."""
    endings = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", ".json.gz", ".zip")
    return path.name.lower().endswith(endings)


def is_log(where: str | Path, plan_titles: Collection[str] = ()) -> bool:
    """Return whether a path is one of a log, and not of a plan in the same form of file.

    So is a store. CSV and JSON are logs where they show a person, a time and an event type: no plan
    has times.

    Args:
        where: The path.
        plan_titles: What only a plan's columns are called, in lower case.
    """
    path = without_prefix(where)
    if path.is_dir():
        files = files_of(path)
        if parquet_files(path) or any(map(_is_of_lines, files)):
            return True
        # A plan may be a folder of schemas in `.json`.
        return any(holds_events(file, plan_titles) for file in files[:1])
    if not path.is_file():
        return False
    magic = magic_of(path)
    if magic[:4] == b"PAR1" or magic[8:12] == b"DUCK" or _is_of_lines(path):
        return True
    if path.suffix.lower() == ".json":
        return holds_events(path, plan_titles)
    return is_csv(path) and holds_roles(path, plan_titles)


def parquet_files(folder: Path) -> list[Path]:
    """Return the Parquet files below a folder; what Spark and others keep for themselves begins with `_` or a dot."""
    found = (path for path in folder.rglob("*.parquet") if path.is_file())
    return sorted(
        path
        for path in found
        if not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    )


def is_csv(path: Path) -> bool:
    """Return whether a file is CSV: by its name, or, where that says nothing, by its first line."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv")):
        return True
    if name.endswith((".json", ".ndjson", ".jsonl", ".zip")):
        return False
    try:
        with path.open("rb") as raw, unpacked(raw) as file:
            begin = file.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return False
    text = begin.decode(of_mark(begin) or "utf-8-sig", "replace").lstrip("\ufeff \t\r\n")
    return text[:1] not in "{[" and is_table(text)
