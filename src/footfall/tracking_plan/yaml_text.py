"""YAML as scenarios are written: maps in one line where they fit, and no text that could become structure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from footfall.tracking_plan.readers.grid import clean

WIDTH = 140
# A letter or digit comes first, and none of `: # , [ ] { } "` is in it: nothing of YAML's, in a
# list or out of it.
_PLAIN = re.compile(r"[^\W_][\w.()/%&+'$€-]*(?: [\w(/%&+$€][\w.()/%&+'$€-]*)*")
_NULL = frozenset(("null", "~"))
Pairs = Sequence[tuple[str, str]]
"""Keys of a map, each with its value as YAML in one line.

A key whose value is empty is left out.
"""


def quoted(text: str) -> str:
    """Return a text as a YAML scalar, in quotes unless it cannot be taken for anything else anywhere."""
    safe = clean(text)
    if _PLAIN.fullmatch(safe) and safe not in _NULL:
        return safe
    return json.dumps(safe, ensure_ascii=False)  # what JSON quotes, YAML reads as the same text


def always_quoted(text: str) -> str:
    """Return a text in quotes, so that it stays a text where a plain one could be a number or a truth value."""
    return json.dumps(clean(text), ensure_ascii=False)


def exactly(text: str) -> str:
    """Return a text as a YAML scalar that is read as it is, spaces at its ends included."""
    return quoted(text) if clean(text) == text else json.dumps(text, ensure_ascii=False)


def listed(items: Iterable[str]) -> str:
    """Return values that are YAML already as a list in one line."""
    return f"[{', '.join(items)}]"


def mapped(pairs: Pairs) -> str:
    """Return keys with values that are YAML already as a map in one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs if value) + "}"


def comment(text: str) -> str:
    """Return a text as a comment: whatever it holds, it stays in its line."""
    return "# " + " ".join(clean(text).split())


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """A key with a map.

    Args:
        key: As YAML.
        pairs: The map.
        note: A comment behind the key, without its sign.
    """

    key: str
    pairs: Pairs
    note: str = ""

    @property
    def flow(self) -> str:
        """Return it in one line, without the comment, as it stands in a map in braces."""
        return f"{self.key}: {mapped(self.pairs)}"

    def lines(self, indent: int) -> list[str]:
        """Return its lines, so many spaces from the left: one line if it fits, else a line per key."""
        behind = f"  {comment(self.note)}" if self.note else ""
        space = " " * indent
        if len(space + self.flow) <= WIDTH or not any(value for _, value in self.pairs):
            return [space + self.flow + behind]
        lines = [f"{space}{self.key}:{behind}"]
        for name, value in self.pairs:
            lines += wrapped(f"{space}  {name}: {value}", indent + 4) if value else []
        return lines


@dataclass(frozen=True, slots=True)
class YamlGroup:
    """A key with a map of entries, or of further groups, each on lines of its own."""

    key: str
    entries: Sequence[YamlEntry | YamlGroup]

    @property
    def flow(self) -> str:
        """Return it in one line, as it stands in a map in braces."""
        return f"{self.key}: {{{', '.join(entry.flow for entry in self.entries)}}}"

    def lines(self, indent: int) -> list[str]:
        """Return its lines, so many spaces from the left."""
        inner = [line for entry in self.entries for line in entry.lines(indent + 2)]
        return [f"{' ' * indent}{self.key}:", *inner]


def wrapped(line: str, indent: int) -> list[str]:
    """Return a line cut at the commas of its list where it is too long.

    A line without a list stays as it is.
    """
    # A quoted key may hold `: [` itself; such a line stays as it is.
    head, bracket, rest = line.partition(": [")
    if len(line) <= WIDTH or not bracket or not line.endswith("]") or '"' in head:
        return [line]
    lines, current = [], f"{head}: ["
    for number, item in enumerate(_ITEM.findall(rest)):
        joined = f"{current}, {item.strip()}" if number else current + item
        if len(joined) > WIDTH and number:
            lines.append(f"{current},")
            joined = " " * indent + item.strip()
        current = joined
    return [*lines, current]


_ITEM = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+')
