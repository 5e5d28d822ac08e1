"""A JSON array read element by element: memory depends on its longest element, not on its length."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator

from footfall.foreign.encodings import BLOCK_BYTES

LONGEST_LINE_BYTES = 16 << 20
"""A line or element beyond it is no event: these have some hundred bytes, seldom some thousand."""
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def array_elements(begin: bytes, read: Callable[[int], bytes]) -> Iterator[list[str]]:
    """Yield the elements of an array as they stand in it, some at a time.

    Args:
        begin: The first block of the file.
        read: Gives the next bytes, up to so many; none at the end.

    Raises:
        ValueError: It is no JSON, is cut off, or an element is too long; those before it came.
    """
    decoder, n_before = codecs.getincrementaldecoder("utf-8")(), 0
    rest, block = "", begin
    while True:
        rest += decoder.decode(block, final=not block)
        is_begin = n_before == 0 and block is begin
        elements, rest, fault = _taken(
            rest.lstrip()[1:] if is_begin else rest, is_whole=not block
        )
        n_before += len(elements)
        if elements:
            yield elements
        if rest[:1] == "]":
            _check_end(rest[1:] + read(BLOCK_BYTES).decode("utf-8", "replace"))
            return
        if not block:
            raise ValueError(fault or "the array is cut off")
        if len(rest) > LONGEST_LINE_BYTES:
            raise ValueError(
                f"element {n_before + 1} is longer than {LONGEST_LINE_BYTES >> 20} MB, or no JSON: {fault}"
            )
        block = read(BLOCK_BYTES)


def _taken(text: str, *, is_whole: bool) -> tuple[list[str], str, str]:
    """Return the elements that a text holds to their end, what is left, and why it is no element yet."""
    found, place, fault = [], 0, ""
    while True:
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
        if text[place : place + 1] in ("", "]"):
            break
        try:
            _, end = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            fault = error.msg
            break
        # A number at the end may go on in the next block.
        if end == len(text) and not is_whole:
            break
        found.append(text[place:end])
        place = end
    return found, text[place:], fault


def _check_end(rest: str) -> None:
    if rest.strip():
        raise ValueError("something stands behind the array")
