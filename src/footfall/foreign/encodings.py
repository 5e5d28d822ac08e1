"""Encodings of texts that others wrote: UTF-8, UTF-16, or a code page of Windows."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

BLOCK_BYTES = 4 << 20
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}
SAMPLE_BYTES = 2000


def of_mark(begin: bytes) -> str | None:
    """Return the encoding that a mark at the beginning tells, or the zeros of UTF-16; None without."""
    marked = next((name for bom, name in _BOMS.items() if begin.startswith(bom)), None)
    return marked or _without_mark(begin)


def _without_mark(begin: bytes) -> str | None:
    """Return which UTF-16 a content without a mark is in: every second byte of Latin letters is zero."""
    for start, name in ((0, "utf-16-be"), (1, "utf-16-le")):
        half = begin[start : SAMPLE_BYTES + start : 2]
        if (
            half
            and 2 * half.count(0) > len(half)
            and begin[1 - start :: 2][:1000].count(0) == 0
        ):
            return name
    return None


def encoding_of(content: bytes) -> str:
    """Return the encoding of a whole content."""
    marked = of_mark(content)
    if marked is not None:
        return marked
    # Words of a code page are next to never valid UTF-8; so what is valid is UTF-8.
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return code_page(content)
    return "utf-8"


def encoding_of_file(file: IO[bytes]) -> str:
    """Return the encoding of a file, read to its end block by block if it has no mark."""
    block = file.read(BLOCK_BYTES)
    marked = of_mark(block)
    if marked is not None:
        return marked
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block:
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return code_page(block)
        block = file.read(BLOCK_BYTES)
    return "utf-8"


def code_page(content: bytes) -> str:
    """Return the code page: Cyrillic words are runs of high letters, an é stands alone among low ones."""
    letters = sum(map(len, runs := re.findall(rb"[\xc0-\xff]+", content)))
    in_words = sum(len(run) for run in runs if len(run) > 2)
    return "cp1251" if 2 * in_words > letters else "cp1252"


def as_utf8(file: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a file's content in UTF-8, block by block; what no character stands for is replaced."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while block := file.read(BLOCK_BYTES):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
