"""Lines of files that others wrote: plain, gzip, a zip or folder of either, a JSON array, or bodies of requests.

Nothing in them is trusted: neither the sizes that an archive claims, nor that a line ever ends.

Source: Amplitude's export is "a zipped archive of JSON files", each with one object per line,
mostly as gzip (https://amplitude.com/docs/apis/analytics/export).
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from footfall.errors import UsageError
from footfall.foreign.encodings import as_utf8, code_page, of_mark
from footfall.foreign.envelopes import unwrapped

BLOCK_BYTES = 4 << 20
LONGEST_LINE_BYTES = 16 << 20
"""A line beyond it is skipped and counted as no event: events have some hundred bytes, seldom some thousand."""
MOST_RATIO = 300
"""How much larger than the file its content may be; event lines shrink by 10 to 60."""
HARMLESS_BYTES = 256 << 20
"""Unpacked content up to which no ratio counts: a tiny file of equal lines shrinks by far more."""
MOST_MEMBERS = 100_000
LARGEST_ARRAY_BYTES = 256 << 20
_ENDINGS = (".json", ".ndjson", ".jsonl", ".gz")
_BODY = re.compile(rb'"(?:events|batch|data)"\s*:\s*\[')


class _UnreadableError(Exception):
    """A part that holds no events at all; what is wrong with it, without its name."""


@dataclass(frozen=True, slots=True)
class LineSource:
    """One file of lines, or one member of a zip."""

    name: str
    opened: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of lines that follow each other.

    Args:
        part: Number of the part.
        first: Number of the first line, from 1.
        texts: Without line ends; None for one that is longer than anybody's event.
    """

    part: int
    first: int
    texts: list[str | None]


class _Transcoded(io.RawIOBase):
    """A file in another encoding, read as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._blocks, self._rest = as_utf8(file, encoding), b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        size = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def parts_of(path: Path) -> list[LineSource]:
    """Return what lines are read from.

    Args:
        path: A file, or a folder in which all files that end like lines are read, but no
            symbolic link.

    Raises:
        UsageError: A zip that is broken, encrypted, or unpacks to far more than it is.
    """
    if path.is_dir():
        return [
            part
            for file in files_of(path)
            for part in _named(parts_of(file), str(file.relative_to(path)))
        ]
    if _begins(path, b"PK\x03\x04") or _begins(path, b"PK\x05\x06"):
        return _members(path)
    return [LineSource(path.name, lambda: path.open("rb"))]


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
        LineSource(file if len(parts) == 1 else f"{file}: {part.name}", part.opened)
        for part in parts
    ]


def _size(path: Path) -> int:
    files = files_of(path) if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _members(path: Path) -> list[LineSource]:
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
    return [_member(path, info) for info in sorted(wanted, key=lambda info: info.filename)]


def _check_members(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    size, total = path.stat().st_size, sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        raise UsageError(
            f"{path} holds {len(infos):,} files\n  accepted: at most {MOST_MEMBERS:,}"
        )
    # What the archive claims of itself; `read_lines` counts what really comes.
    if total > max(HARMLESS_BYTES, size * MOST_RATIO):
        raise _bomb(path, total)
    if any(info.flag_bits & 1 for info in infos):
        raise UsageError(
            f"{path} is encrypted\n"
            "  accepted: a zip without a password\n  hint: unpack it first"
        )


def _bomb(path: Path, total: int) -> UsageError:
    return UsageError(
        f"{path} unpacks to {total:,} bytes or more, from {_size(path):,}\n"
        f"  accepted: at most {MOST_RATIO} times its size\n"
        "  hint: unpack it yourself, if you know what it is"
    )


def _member(path: Path, info: zipfile.ZipInfo) -> LineSource:
    return LineSource(info.filename, lambda: zipfile.ZipFile(path).open(info))


def read_lines(path: Path, parts: list[LineSource]) -> Iterator[Lines]:
    """Yield the lines of all parts, some thousands at a time.

    Raises:
        UsageError: A part is broken, or unpacks to far more than the file is.
    """
    # Per part, and by what was unpacked: gzip claims no size, and a zip's claim may be false.
    most = max(HARMLESS_BYTES, _size(path) * MOST_RATIO)
    for number, part in enumerate(parts):
        with whole(path, part.name), part.opened() as raw, unpacked(raw) as file:
            read = 0
            for lines in _split(_in_utf8(file), number):
                read += sum(len(text or "") for text in lines.texts)
                if read > most:
                    raise _bomb(path, read)
                yield lines


@contextmanager
def whole(path: Path, name: str) -> Iterator[None]:
    """Turn what a damaged or cut file raises into a `UsageError`.

    Args:
        path: What the user named.
        name: Of the part of it that is read.
    """
    try:
        yield
    except _UnreadableError as error:
        raise UsageError(f"{path}{f', {name}' if path.name != name else ''}: {error}") from None
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise UsageError(
            f"{path}: {name} cannot be read to its end: {error}\n  hint: fetch it again"
        ) from None


@contextmanager
def unpacked(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give a file's content, whether it is packed with gzip or not."""
    magic = raw.read(2)
    raw.seek(0)
    if magic == b"\x1f\x8b":
        with gzip.open(raw, "rb") as file:
            yield file  # type: ignore[misc]  # a GzipFile reads bytes as any other
    else:
        yield raw


def _in_utf8(file: IO[bytes]) -> IO[bytes]:
    """Return a file as UTF-8, which a mark at its beginning tells not to be: PowerShell writes UTF-16."""
    encoding = of_mark(file.read(4))
    file.seek(0)
    return file if encoding in (None, "utf-8-sig") else _Transcoded(file, encoding)  # type: ignore[return-value]


def _split(file: IO[bytes], part: int) -> Iterator[Lines]:
    """Yield lines block by block.

    A JSON array's lines lose the brackets and commas around their objects.

    Where objects are not one per line, in an array or a body, their numbers stand for lines.
    """
    tail, line, is_array = b"", 1, False
    while block := file.read(BLOCK_BYTES):
        if line == 1 and not tail:
            block = block.removeprefix(b"\xef\xbb\xbf")
            is_array = block.lstrip()[:1] == b"["
            if _is_body(block) or (is_array and not _is_by_line(block)):
                yield Lines(part, 1, _elements(block, file))
                return
        *whole, tail = (tail + block).split(b"\n")
        if whole:
            yield Lines(part, line, [_text(text, is_array) for text in whole])
        line += len(whole)
        # A line without an end would fill the memory: it is given up here, and read on from the
        # next.
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
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError:
        # A wrong byte should not cost the line: it is a letter of a code page, most likely.
        text = line.decode(code_page(line), "replace").strip()
    if is_array:
        text = (
            text.removeprefix("[").rstrip(",").strip() if text[:1] in "[{" else text.strip(",]")
        )
        text = text[:-1] if text.endswith("}]") else text
    return text


def _is_by_line(block: bytes) -> bool:
    """Return whether a JSON array has one whole object per line."""
    body = block.lstrip().removeprefix(b"[").lstrip()
    first = body.split(b"\n", 1)[0].strip().rstrip(b",]").strip()
    try:
        return not first or isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _is_body(block: bytes) -> bool:
    """Return whether a file begins with the body of a request that goes on over several lines.

    One that stands in a line, `{"api_key": …, "events": […]}`, is a line as any other.
    """
    found = _BODY.search(block)
    if found is None or block.lstrip()[:1] != b"{":
        return False
    try:
        json.loads(block.lstrip().split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        # It goes on, or beyond the block. An event that has a property called `events` names its
        # type before.
        return b'"event_type"' not in block[: found.start()]
    return False


def _elements(block: bytes, file: IO[bytes]) -> list[str | None]:
    rest = file.read(LARGEST_ARRAY_BYTES + 1)
    if len(rest) > LARGEST_ARRAY_BYTES:
        raise _UnreadableError(
            f"a JSON array or body of more than {LARGEST_ARRAY_BYTES >> 20} MB "
            "with objects over several lines\n"
            "  accepted: one object per line (NDJSON)\n"
            "  hint: jq -c '.[]' FILE > events.ndjson, of bodies '.events[]'"
        )
    try:
        return [json.dumps(element, ensure_ascii=False) for element in _parsed(block + rest)]
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(
            f"JSON that cannot be read: {error}\n  accepted: one object per line"
        ) from None


def _parsed(text: bytes) -> list[Any]:
    """Return the elements of an array, or the events of a body."""
    return unwrapped(json.loads(text))
