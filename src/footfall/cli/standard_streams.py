"""Standard input, output and error: there even where the shell has closed them, and named in errors."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from footfall.refusals import STANDARD_OUTPUT


class NamedOutput(io.FileIO):
    """Standard output whose errors name it, as those of files do."""

    def write(self, data: Any, /) -> int:
        """Write some bytes."""
        try:
            return super().write(data)
        except OSError as error:
            error.filename = STANDARD_OUTPUT
            raise


def prepare() -> None:
    """Give the process the streams that it was started without, and standard output its name."""
    _open_closed()
    # Another one is a test's or a program's own; a terminal is written to in another way on Windows.
    if sys.stdout is sys.__stdout__ and not (sys.stdout and sys.stdout.isatty()):
        sys.stdout = _named(sys.stdout)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def leave() -> None:
    """Keep Python from writing, at its exit, what could not be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed() -> None:
    """Put something in the place of closed streams; else the next file that is opened takes it."""
    # The wrong way round for two of them, so that whoever reads or writes there is told.
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, mode), number)


def _named(output: TextIO | None) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(NamedOutput(1, "wb", closefd=False)),
        encoding=output.encoding if output else "utf-8",
        errors="backslashreplace",  # as standard error has it: a name need not be text
        write_through=bool(os.environ.get("PYTHONUNBUFFERED")),
    )
