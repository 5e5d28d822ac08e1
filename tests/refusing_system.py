"""A system that refuses one of the calls by which this process changes files: the n-th."""

from __future__ import annotations

import errno
import io
import os
from dataclasses import dataclass

REFUSALS = (errno.ENOSPC, errno.EIO, errno.EACCES)
_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class RefusingSystem:
    """Counts calls that open for writing, write, sync, rename, link, unlink or make a folder; refuses one.

    Args:
        at: Which call is refused; none for 0.
    """

    at: int
    seen: int = 0
    refused: str = ""

    def step(self, call: str, path: object = None) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.refused = call
            code = REFUSALS[self.at % len(REFUSALS)]
            raise OSError(code, os.strerror(code), path)

    def install(self, monkeypatch) -> None:
        for call in ("fsync", "replace", "link", "unlink", "mkdir"):
            monkeypatch.setattr(os, call, self._around(getattr(os, call), call))
        monkeypatch.setattr(os, "open", self._opening(os.open))
        monkeypatch.setattr(io, "open", self._opening_file(io.open))

    def _around(self, original, call):
        def wrapped(path, *args, **options):
            self.step(call, path if isinstance(path, str | os.PathLike) else None)
            # Syncing is what takes the time, and no machine dies here.
            return None if call == "fsync" else original(path, *args, **options)

        return wrapped

    def _opening(self, original):
        def wrapped(path, flags, *args, **options):
            if flags & _CHANGING:
                self.step("open", path)
            return original(path, flags, *args, **options)

        return wrapped

    def _opening_file(self, original):
        def wrapped(file, mode="r", *args, **options):
            if "b" not in mode or not set(mode) & set("wxa+"):
                return original(file, mode, *args, **options)
            if not isinstance(file, int):
                self.step("open", file)
            raw = _File(file, mode.replace("b", ""))
            raw.system = self
            return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)

        return wrapped


class _File(io.FileIO):
    system: RefusingSystem

    def write(self, data):
        self.system.step("write")
        return super().write(data)
