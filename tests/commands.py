"""Runs the command line inside the test's process."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from footfall.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command has printed and how it ended."""

    code: int
    out: str
    err: str


def footfall(*args: object) -> Said:
    """Run a command; standard output and error are kept apart."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(arg) for arg in args])
        except SystemExit as end:
            code = int(end.code or 0)
        out.flush()
        err.flush()
        return Said(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())
