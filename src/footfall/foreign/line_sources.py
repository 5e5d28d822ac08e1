"""Files that lines are read from: one, those of a folder, and the members of zips.

Source: Amplitude's export is "a zipped archive of JSON files", each with one object per line,
mostly as gzip (https://amplitude.com/docs/apis/analytics/export).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from footfall.errors import StoreError, UsageError
from footfall.refusals import refusal
from footfall.text import first_names

MOST_RATIO = 300
"""How much larger than the file its content may be; event lines shrink by 10 to 60."""
HARMLESS_BYTES = 256 << 20
"""Unpacked content up to which no ratio counts: a tiny file of equal lines shrinks by far more."""
MOST_MEMBERS = 100_000
MOST_NAMED = 5
"""Files that are named as passed over."""
_OWN = re.compile(r"(^|/)[._]|\.footfall(\.lock)?$")
"""What systems, Spark and footfall keep for themselves: `.DS_Store`, `__MACOSX/`, `_SUCCESS`, `x.ndjson.footfall`."""
_ENDINGS = (".json", ".ndjson", ".jsonl", ".gz")


@dataclass(frozen=True, slots=True)
class LineSource:
    """A file of lines, or a member of a zip.

    Args:
        name: As messages call it.
        file: The file, which is the zip of a member.
        member: None for a file that is no zip.
    """

    name: str
    file: Path
    member: zipfile.ZipInfo | None = None


@dataclass(frozen=True, slots=True)
class LineSources:
    """Sources of lines, and a sentence on the files beside them that are passed over."""

    parts: list[LineSource]
    passed_over: str = ""


def sources_of(path: Path) -> LineSources:
    """Return what lines are read from.

    Args:
        path: A file, or a folder in which all files that end like lines are read, but no
            symbolic link.

    Raises:
        UsageError: A zip that is broken, encrypted, or unpacks to far more than it is.
    """
    if path.is_dir():
        files = files_of(path)
        found = [(str(file.relative_to(path)), sources_of(file)) for file in files]
        parts = [part for name, sources in found for part in _named(sources.parts, name)]
        within = (sources.passed_over for _, sources in found)
        return LineSources(parts, "; ".join(filter(None, (passed_over(path, files), *within))))
    if _begins(path, b"PK\x03\x04") or _begins(path, b"PK\x05\x06"):
        return _members(path)
    return LineSources([LineSource(path.name, path)])


def passed_over(folder: Path, read: Collection[Path]) -> str:
    """Return a sentence on the files of a folder that are not read, "" where there are none."""
    known = set(read)
    others = (path.relative_to(folder) for path in folder.rglob("*") if path not in known)
    names = (path.as_posix() for path in others if _is_file(folder / path))
    return _passed_over(sorted(names))


def _is_file(path: Path) -> bool:
    return path.is_file() or path.is_symlink()


def _passed_over(names: Iterable[str]) -> str:
    others = [name for name in names if not _OWN.search(name)]
    return f"passed over: {first_names(others, MOST_NAMED)}" if others else ""


def files_of(folder: Path) -> list[Path]:
    """Return the files of lines in a folder, by name.

    Hidden ones and links, which may lead anywhere, are left out.
    """
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = (
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    endings = (*_ENDINGS, ".zip")
    return sorted(
        path
        for path in names
        if path.name.lower().endswith(endings) and not path.name.lower().endswith(".csv.gz")
    )


def _named(parts: list[LineSource], file: str) -> list[LineSource]:
    """Return the parts of one file of a folder, called after it."""
    return [
        replace(part, name=file if len(parts) == 1 else f"{file}: {part.name}")
        for part in parts
    ]


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of the files of lines in a folder."""
    files = files_of(path) if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise refusal(error, path) or StoreError(
            f"{path} cannot be read: {error.strerror}"
        ) from None


def _members(path: Path) -> LineSources:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UsageError(
            f"{path} is no zip file that can be read: {error}\n  hint: fetch it again"
        ) from None
    _check_members(path, infos)
    wanted = [info for info in infos if info.filename.lower().endswith(_ENDINGS)]
    if not wanted:
        names = ", ".join(info.filename for info in infos[:3]) or "nothing"
        raise UsageError(
            f"{path} holds no events: {names}\n"
            f"  accepted: files that end in {', '.join(_ENDINGS)}"
        )
    parts = [
        LineSource(info.filename, path, info)
        for info in sorted(wanted, key=lambda info: info.filename)
    ]
    others = {info.filename for info in infos} - {part.name for part in parts}
    return LineSources(parts, _passed_over(sorted(others)))


def _check_members(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    size, total = path.stat().st_size, sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        raise UsageError(
            f"{path} holds {len(infos):,} files\n  accepted: at most {MOST_MEMBERS:,}"
        )
    # What the archive claims of itself; `read_lines` counts what really comes.
    if total > max(HARMLESS_BYTES, size * MOST_RATIO):
        raise unpacks_to(path, total)
    if any(info.flag_bits & 1 for info in infos):
        raise UsageError(
            f"{path} is encrypted\n"
            "  accepted: a zip without a password\n  hint: unpack it first"
        )


def unpacks_to(path: Path, total: int) -> UsageError:
    """Return the refusal of files that unpack to far more than they are."""
    return UsageError(
        f"{path} unpacks to {total:,} bytes or more, from {size_of(path):,}\n"
        f"  accepted: at most {MOST_RATIO} times its size\n"
        "  hint: unpack it yourself, if you know what it is"
    )
