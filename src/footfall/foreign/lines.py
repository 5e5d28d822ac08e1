"""Lines of files that others wrote: plain, gzip, a zip or folder of either, a JSON array, or bodies of requests.

Nothing in them is trusted: neither the sizes that an archive claims, nor that a line ever ends.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

from footfall.errors import UsageError
from footfall.foreign.encodings import BLOCK_BYTES, as_utf8, code_page, of_mark
from footfall.foreign.envelopes import unwrapped
from footfall.foreign.json_array import LONGEST_LINE_BYTES, array_elements
from footfall.foreign.line_sources import (
    HARMLESS_BYTES,
    MOST_RATIO,
    LineSource,
    size_of,
    unpacks_to,
)
from footfall.refusals import refusal

LARGEST_BODY_BYTES = 64 << 20
_BODY = re.compile(rb'"(?:events|batch|data|results)"\s*:\s*\[')


class _UnreadableError(Exception):
    """A part that holds no events at all; what is wrong with it, without its name."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of lines that follow each other.

    Args:
        part: Number of the part.
        first: Number of the first line, from 1.
        texts: Without line ends; None for one that is too long.
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


class _Bounded:
    """A file that is refused once it has given more than so many bytes."""

    def __init__(self, path: Path, file: IO[bytes], most: int) -> None:
        self._path, self._file, self._most, self._read = path, file, most, 0

    def read(self, size: int) -> bytes:
        block = self._file.read(size)
        self._read += len(block)
        if self._read > self._most:
            raise unpacks_to(self._path, self._read)
        return block


def read_lines(path: Path, parts: Sequence[LineSource]) -> Iterator[Lines]:
    """Yield the lines of all parts, some thousands at a time.

    Raises:
        UsageError: A part is broken, or unpacks to far more than the file is.
    """
    # Per part, and by what was unpacked: gzip claims no size, and a zip's claim may be false.
    most = max(HARMLESS_BYTES, size_of(path) * MOST_RATIO)
    for file, grouped in groupby(enumerate(parts), key=lambda one: one[1].file):
        some = list(grouped)
        # A zip is opened once for all of its members: opening reads the list of them.
        is_zip = some[0][1].member is not None
        with (
            whole(path, file.name),
            zipfile.ZipFile(file) if is_zip else nullcontext() as zipped,
        ):
            for number, part in some:
                with (
                    whole(path, part.name),
                    _opened(part, zipped) as raw,
                    unpacked(raw) as content,
                ):
                    yield from _split(_Bounded(path, _in_utf8(content), most), number)


def _opened(part: LineSource, zipped: zipfile.ZipFile | None) -> IO[bytes]:
    if zipped is None or part.member is None:
        return part.file.open("rb")
    return zipped.open(part.member)


@contextmanager
def whole(path: Path, name: str) -> Iterator[None]:
    """Turn what a damaged or cut file raises, or the system refuses, into an error of ours.

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
        # Of the system, such as no space for a copy in UTF-8, or of the file itself.
        raise refusal(error) or UsageError(
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


def _split(file: _Bounded, part: int) -> Iterator[Lines]:
    """Yield lines block by block.

    A JSON array's lines lose the brackets and commas around their objects.

    Where objects are not one per line, in an array or a body, their numbers stand for lines.
    """
    tail, line = b"", 1
    block = file.read(BLOCK_BYTES).removeprefix(codecs.BOM_UTF8)
    is_array = block.lstrip()[:1] == b"["
    if is_array and not _is_by_line(block):
        yield from _of_array(block, file, part)
        return
    if _is_body(block):
        yield Lines(part, 1, _of_body(block, file))
        return
    while block:
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
        block = file.read(BLOCK_BYTES)
    if tail:
        yield Lines(part, line, [_text(tail, is_array)])


def _skip_line(file: _Bounded) -> bytes:
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
    first, end, _ = block.lstrip().partition(b"\n")
    if found is None or not end or first[:1] != b"{":
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        # It goes on, or beyond the block. An event that has a property called `events` names its
        # type before.
        return b'"event_type"' not in block[: found.start()]
    return False


def _of_body(block: bytes, file: _Bounded) -> list[str | None]:
    rest = file.read(LARGEST_BODY_BYTES + 1)
    if len(rest) > LARGEST_BODY_BYTES:
        raise _UnreadableError(
            f"a body of more than {LARGEST_BODY_BYTES >> 20} MB that goes over several lines\n"
            "  accepted: one object per line (NDJSON), or an array of them\n"
            "  hint: jq -c '.events[]' FILE > events.ndjson"
        )
    try:
        events = unwrapped(json.loads(block + rest))
    except (ValueError, RecursionError) as error:
        raise _no_json(error) from None
    return [json.dumps(event, ensure_ascii=False) for event in events]


def _of_array(begin: bytes, file: _Bounded, part: int) -> Iterator[Lines]:
    """Yield the elements of a JSON array, which go over several lines or share one, as lines."""
    n = 1
    try:
        for elements in array_elements(begin, file.read):
            yield Lines(part, n, [*elements])
            n += len(elements)
    except (ValueError, RecursionError) as error:
        raise _no_json(error) from None


def _no_json(error: Exception) -> _UnreadableError:
    return _UnreadableError(
        f"JSON that cannot be read: {error}\n  accepted: one object per line"
    )
