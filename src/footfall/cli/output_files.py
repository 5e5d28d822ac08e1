"""Files that a user has named."""

from __future__ import annotations

from pathlib import Path

from footfall.errors import UsageError


def write(path: Path, content: bytes) -> None:
    """Write a file, and the folders that it lies in.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror or problem}") from None
