"""Lines of files that others wrote: plain, gzip, a zip of either, or a JSON array. Nothing in them is trusted.

Source: Amplitude's export is "a zipped archive of JSON files", each with one object per line, mostly as gzip
(https://amplitude.com/docs/apis/analytics/export).
"""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from footfall.errors import UsageError

BLOCK_BYTES = 4 << 20
LONGEST_LINE_BYTES = 16 << 20
MOST_RATIO = 300
"""How much larger than the file its content may be; event lines shrink by 10 to 60."""
HARMLESS_BYTES = 256 << 20
MOST_MEMBERS = 100_000
LARGEST_ARRAY_BYTES = 256 << 20
_ENDINGS = (".json", ".ndjson", ".jsonl", ".gz")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of lines, or one member of a zip."""

    name: str
    opened: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines that follow each other.

    Args:
        part: Number of the part.
        first: Number of the first line, from 1.
        texts: Without line ends; None for one that is longer than anybody's event.
    """

    part: int
    first: int
    texts: list[str | None]


def parts_of(path: Path) -> list[Part]:
    """Return what lines are read from.

    Raises:
        UsageError: A zip that is broken, encrypted, or unpacks to far more than it is.
    """
    if _begins(path, b"PK\x03\x04") or _begins(path, b"PK\x05\x06"):
        return _members(path)
    return [Part(path.name, lambda: path.open("rb"))]


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _members(path: Path) -> list[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UsageError(f"{path} is no zip file that can be read: {error}\n  hint: fetch it again") from None
    _check_members(path, infos)
    wanted = [info for info in infos if info.filename.lower().endswith(_ENDINGS)]
    if not wanted:
        names = ", ".join(info.filename for info in infos[:3]) or "nothing"
        raise UsageError(f"{path} holds no events: {names}\n  accepted: files that end in {', '.join(_ENDINGS)}")
    return [_member(path, info) for info in sorted(wanted, key=lambda info: info.filename)]


def _check_members(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    size, total = path.stat().st_size, sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        raise UsageError(f"{path} holds {len(infos):,} files\n  accepted: at most {MOST_MEMBERS:,}")
    if total > max(HARMLESS_BYTES, size * MOST_RATIO):
        raise _bomb(path, total)
    if any(info.flag_bits & 1 for info in infos):
        raise UsageError(f"{path} is encrypted\n  accepted: a zip without a password\n  hint: unpack it first")


def _bomb(path: Path, total: int) -> UsageError:
    return UsageError(
        f"{path} unpacks to {total:,} bytes or more, from {path.stat().st_size:,}\n"
        f"  accepted: at most {MOST_RATIO} times its size\n  hint: unpack it yourself, if you know what it is"
    )


def _member(path: Path, info: zipfile.ZipInfo) -> Part:
    return Part(info.filename, lambda: zipfile.ZipFile(path).open(info))


def read_lines(path: Path, parts: list[Part]) -> Iterator[Lines]:
    """Yield the lines of all parts, some thousands at a time.

    Raises:
        UsageError: A part is broken, or unpacks to far more than the file is.
    """
    most = max(HARMLESS_BYTES, path.stat().st_size * MOST_RATIO)
    for number, part in enumerate(parts):
        with _explained(path, part), part.opened() as raw, _unpacked(raw) as file:
            read = 0
            for lines in _split(file, number):
                read += sum(len(text or "") for text in lines.texts)
                if read > most:
                    raise _bomb(path, read)
                yield lines


@contextmanager
def _explained(path: Path, part: Part) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"{path}: {part.name} cannot be read to its end: {error}\n  hint: fetch it again") from None


@contextmanager
def _unpacked(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    magic = raw.read(2)
    raw.seek(0)
    if magic == b"\x1f\x8b":
        with gzip.open(raw, "rb") as file:
            yield file  # type: ignore[misc]  # a GzipFile reads bytes as any other
    else:
        yield raw


def _split(file: IO[bytes], part: int) -> Iterator[Lines]:
    """Yield lines block by block; a JSON array's lines lose the brackets and commas around their objects."""
    tail, line, is_array = b"", 1, False
    while block := file.read(BLOCK_BYTES):
        if line == 1 and not tail:
            block = block.removeprefix(b"\xef\xbb\xbf")
            is_array = block.lstrip()[:1] == b"["
            if is_array and not _is_by_line(block):
                yield Lines(part, 1, _elements(block, file))
                return
        *whole, tail = (tail + block).split(b"\n")
        if whole:
            yield Lines(part, line, [_text(text, is_array) for text in whole])
        line += len(whole)
        if len(tail) > LONGEST_LINE_BYTES:
            yield Lines(part, line, [None])
            tail = _skip_line(file)
            line += 1
    if tail:
        yield Lines(part, line, [_text(tail, is_array)])


def _skip_line(file: IO[bytes]) -> bytes:
    while block := file.read(BLOCK_BYTES):
        _, found, rest = block.partition(b"\n")
        if found:
            return rest
    return b""


def _text(line: bytes, is_array: bool) -> str | None:
    if len(line) > LONGEST_LINE_BYTES:
        return None
    text = line.decode("utf-8", "replace").strip()
    if is_array:
        text = text.removeprefix("[").rstrip(",").strip() if text[:1] in "[{" else text.strip(",]")
        text = text[:-1] if text.endswith("}]") else text
    return text


def _is_by_line(block: bytes) -> bool:
    """Tell whether a JSON array has one whole object per line."""
    body = block.lstrip().removeprefix(b"[").lstrip()
    first = body.split(b"\n", 1)[0].strip().rstrip(b",]").strip()
    try:
        return not first or isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _elements(block: bytes, file: IO[bytes]) -> list[str | None]:
    rest = file.read(LARGEST_ARRAY_BYTES + 1)
    if len(rest) > LARGEST_ARRAY_BYTES:
        raise UsageError(
            f"a JSON array of more than {LARGEST_ARRAY_BYTES >> 20} MB with objects over several lines\n"
            "  accepted: one object per line (NDJSON)\n  hint: jq -c '.[]' FILE > events.ndjson"
        )
    try:
        found = json.loads(block + rest)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"a JSON array that cannot be read: {error}\n  accepted: one object per line") from None
    return [json.dumps(element, ensure_ascii=False) for element in found]
