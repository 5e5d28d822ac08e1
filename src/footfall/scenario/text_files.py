"""Reads text files of users: regular, of limited size, in UTF-8, without hidden characters."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from footfall.errors import Problem, ScenarioError, SourceLocation
from footfall.units import nearest

# C0 and C1 controls but tab, line feed and carriage return; lone surrogates; the line breaks that only YAML 1.1 knows;
# byte order marks inside the text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BEGINNING = 4096
_SIGNS = (
    (b"DUCK", 8, "a DuckDB file"),
    (b"PAR1", 0, "a Parquet file"),
    (b"SQLite format 3", 0, "a SQLite file"),
    (b"PK\x03\x04", 0, "a workbook or a zip"),
    (b"\x1f\x8b", 0, "a compressed file"),
)
"""By which bytes, and where, kinds of files are known that are given in place of a text."""
BOM = "\ufeff"
YAML_SUFFIXES = (".yaml", ".yml")
MOST_COMPARED = 1000
"""Names beside a missing file that it is compared with."""


class UnreadableError(Exception):
    """A file cannot be read as text; the place is known where the content is at fault."""

    def __init__(
        self, message: str, accepted: str = "", line: int = 1, column: int = 1
    ) -> None:
        self.message, self.accepted, self.line, self.column = message, accepted, line, column
        super().__init__(message)

    def at(self, file: str) -> ScenarioError:
        """Return the error to raise when `file` is the name that the user gave."""
        return ScenarioError(
            [Problem(SourceLocation(file, self.line, self.column), self.message, self.accepted)]
        )


def read_text(path: Path, limit_bytes: int) -> str:
    """Return the text of a regular file, without its byte order mark.

    Raises:
        OSError: The file is missing or unreadable.
        UnreadableError: It is no regular file, too large, not UTF-8, or holds control characters.
    """
    return decoded(_read(path, limit_bytes))


def _read(path: Path, limit_bytes: int) -> bytes:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait forever. O_BINARY: the
    # bytes as they are, on Windows as well.
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    # Asked of the open file, not of its path, behind which another may be put meanwhile.
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError(
            "this is not a regular file", "give a file, not a folder, device or pipe"
        )
    with os.fdopen(descriptor, "rb") as file:
        # Not by the size that the system states: in /proc it is 0, and a file may grow.
        content = file.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise UnreadableError(
            f"the file is larger than {limit_bytes // 1024**2} MiB",
            "split it, or move data to a CSV file",
        )
    return content


def nearest_file(missing: Path) -> str:
    """Return the file of the same kind that is called most like a missing one, or nothing."""
    kinds = YAML_SUFFIXES if missing.suffix in ("", *YAML_SUFFIXES) else (missing.suffix,)
    try:
        names = sorted(file.name for file in missing.parent.iterdir() if file.suffix in kinds)
    except OSError:
        return ""
    stems = {Path(name).stem: name for name in names[:MOST_COMPARED]}
    return stems.get(nearest(missing.stem, stems), "")


def reason(error: OSError | ValueError) -> str:
    """Return why a file cannot be opened, in words that do not depend on the system."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "reading it is not allowed"
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def decoded(content: bytes) -> str:
    """Return the text of UTF-8 bytes.

    Raises:
        UnreadableError: They are not UTF-8, or hold control characters.
    """
    # What Windows programs save as “Unicode”; as UTF-8 its first byte would be the problem.
    if content.startswith(_UTF_16):
        raise UnreadableError("the file is in UTF-16", "save it as UTF-8")
    kind = _binary_kind(content)
    if kind:
        raise UnreadableError(
            f"this is {kind}, and no text",
            "give a text; stores are read by `footfall report` and `footfall runs`",
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(content[: error.start].decode("utf-8"))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise UnreadableError(message, "save it as UTF-8", line, column) from None
    return checked(text)


def _binary_kind(content: bytes) -> str:
    """Return what kind of file this is, if it is a known one that is no text; else nothing."""
    # No text holds a NUL, and a text may begin with any of the signs.
    has_nul = b"\0" in content[:BEGINNING]
    return next(
        (kind for sign, at, kind in _SIGNS if has_nul and content.startswith(sign, at)), ""
    )


def checked(text: str) -> str:
    """Return a text without its byte order mark.

    Raises:
        UnreadableError: It holds control characters, lone surrogates or line separators.
    """
    text = text.removeprefix(BOM)
    found = _FORBIDDEN.search(text)
    if found:
        line, column = _place(text[: found.start()])
        raise UnreadableError(hidden_message(found[0]), "remove it", line, column)
    return text


def forbidden(text: str) -> str:
    """Return the first character of a text that no file may hold, or nothing."""
    found = _FORBIDDEN.search(text)
    return found[0] if found else ""


def hidden_message(character: str) -> str:
    """Return what to say about a forbidden character."""
    return f"the hidden character U+{ord(character):04X} cannot be stored"


def _place(before: str) -> tuple[int, int]:
    lines = re.split("\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1
