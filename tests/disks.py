"""A small disk for tests: a file system in memory, where one can be mounted."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Disk:
    """A mounted file system."""

    folder: Path

    def grow(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


@contextmanager
def small_disk(
    size: str, folder: Path | None = None, options: str = "mode=700"
) -> Iterator[Disk]:
    """Mount a disk of a size like 4m over a folder, by default a new one; skip the test where that is not allowed."""
    place = folder or Path(tempfile.mkdtemp(prefix="footfall-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},{options}", "tmpfs", str(place)]
    done = subprocess.run(command, check=False, capture_output=True)
    try:
        if done.returncode:
            pytest.skip(
                f"no small file system can be mounted here: {done.stderr.decode().strip()}"
            )
        yield Disk(place)
    finally:
        if not done.returncode:
            subprocess.run(["umount", "-l", place], check=True)
        if folder is None:
            place.rmdir()
