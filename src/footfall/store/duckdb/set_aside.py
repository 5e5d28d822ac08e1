"""A DuckDB file that is damaged, set aside: a new one takes its place, and nothing is lost that could be read."""

from __future__ import annotations

import os
from itertools import chain, count
from pathlib import Path

_SIGN = b"DUCK"
_SIGN_AT = 8
_OURS = (b"store_format", b"scenario_hash")
"""Names of columns of our table of runs, as they stand in a file that holds it."""
_BLOCK_BYTES = 1 << 20


def set_aside(path: Path) -> Path | None:
    """Give a damaged DuckDB file another name, if footfall has written into it; return that name.

    It is not removed: it may hold other runs, and tables of others.

    Args:
        path: Of a file that nobody has open.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    if not path.is_file() or not _is_ours(path):
        return None
    names = (path.with_name(f"{path.name}.damaged{n}") for n in chain([""], count(2)))
    aside = next(name for name in names if not os.path.lexists(name))
    wal = path.with_name(f"{path.name}.wal")
    if wal.exists():
        wal.rename(aside.with_name(f"{aside.name}.wal"))
    path.rename(aside)
    return aside


def _is_ours(path: Path) -> bool:
    """Return whether a file is DuckDB's, and somewhere in it stand the columns of our table of runs."""
    missing, rest = {*_OURS}, b""
    with path.open("rb") as file:
        if file.read(_SIGN_AT + len(_SIGN))[_SIGN_AT:] != _SIGN:
            return False
        while missing and (block := file.read(_BLOCK_BYTES)):
            text = rest + block
            missing = {name for name in missing if name not in text}
            rest = text[-max(map(len, _OURS)) :]
    return not missing
