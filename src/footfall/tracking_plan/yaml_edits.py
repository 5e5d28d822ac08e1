"""Insertions into the text of a YAML file: comments, order and every byte that was there stay.

A library that keeps comments would write the whole file anew, with line breaks and spaces of
its own. The loader knows where each key stands, so lines are put behind an entry, or items
before a closing bracket, and nothing else is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from footfall.errors import SourceLocation
from footfall.scenario.leaf_records import Text
from footfall.scenario.text_files import BOM
from footfall.scenario.tree import ListNode, MapNode, Node, parse_tree
from footfall.tracking_plan.yaml_text import YamlEntry, YamlGroup, listed, mapped

_ANCHOR = re.compile(r"&\S+\s*")
_OPENING, _CLOSING = "[{", "]}"


@dataclass(slots=True)
class Document:
    """A YAML file as text, with its tree, and what is to be inserted.

    Args:
        text: Without its byte order mark.
        insertions: (offset, column, text), applied by `edited`; the column of lines, 0 of what
            goes into a line.
    """

    text: str
    source: str
    root: Node = field(init=False)
    insertions: list[tuple[int, int, str]] = field(default_factory=list)
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.text.removeprefix(BOM)
        self.root = parse_tree(self.text, self.source)
        self._starts = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", self.text))]

    @property
    def newline(self) -> str:
        """Return how the file ends its lines."""
        # The first line speaks for all: what is inserted should not be the only line that ends
        # otherwise.
        found = re.search("\r\n|\r|\n", self.text)
        return found[0] if found else "\n"

    def edited(self) -> str:
        """Return the text with everything inserted, in the order in which it was asked for.

        At the same place lines further right come first: they belong to what ends there, others
        to what is around it.
        """
        # Offsets are those of the text as it was, so all are applied at once, from the first to
        # the last.
        pieces, last = [], 0
        for offset, _, inserted in sorted(self.insertions, key=lambda one: (one[0], -one[1])):
            pieces += [self.text[last:offset], inserted]
            last = offset
        return "".join((*pieces, self.text[last:]))

    # --- inserting ------------------------------------------------------------------------------------------------

    def add_entries(
        self, node: MapNode, entries: Sequence[YamlEntry | YamlGroup], after: str = ""
    ) -> None:
        """Add keys to a map.

        Args:
            node: In braces or not; without any key it is in braces.
            entries: In order.
            after: The key behind which they belong, if the map has it; else at its end.
        """
        if not entries:
            return
        if node.is_flow:
            self._into_flow(self._offset(node.at), [entry.flow for entry in entries])
            return
        keys = [name for name, _ in node.entries]
        number = next((n for n, name in enumerate(keys) if name.text == after), len(keys) - 1)
        column = keys[0].at.column - 1
        lines = [line for entry in entries for line in entry.lines(column)]
        self._after_line(
            self._last_line(keys[number], node.entries[number][1], column), column, lines
        )

    def add_keys(self, key: Text, node: Node, pairs: Sequence[tuple[str, str]]) -> None:
        """Add keys with values in one line to the map that a key holds, which may hold nothing yet."""
        if isinstance(node, Text):
            self.insertions.append((self._behind_colon(key), 0, f" {mapped(pairs)}"))
        elif isinstance(node, MapNode) and node.is_flow:
            self._into_flow(
                self._offset(node.at), [f"{name}: {value}" for name, value in pairs]
            )
        elif isinstance(node, MapNode):
            last, value = node.entries[-1]
            column = last.at.column - 1
            lines = [f"{' ' * column}{name}: {text}" for name, text in pairs]
            self._after_line(self._last_line(last, value, column), column, lines)

    def add_names(self, key: Text, node: Node, names: Sequence[str]) -> None:
        """Add names to the list that a key holds, which may hold nothing yet."""
        if isinstance(node, Text):
            self.insertions.append((self._behind_colon(key), 0, f" {listed(names)}"))
        elif isinstance(node, ListNode):
            for name in names:
                self._add_item(node, name, name, len(node.items) - 1)

    def add_item(self, node: ListNode, item: YamlEntry, after: int) -> None:
        """Add a map with one key to a list, behind the item of a number."""
        self._add_item(
            node,
            item.lines(0)[0] if len(item.lines(0)) == 1 else item.flow,
            f"{{{item.flow}}}",
            after,
        )

    def _add_item(self, node: ListNode, block: str, flow: str, after: int) -> None:
        if self.text[self._offset(node.at)] != "[":
            column = node.at.column - 1
            item = node.items[after]
            self._after_line(
                self._last_line(item, item, column), column, [f"{' ' * column}- {block}"]
            )
        elif after + 1 < len(node.items):
            self.insertions.append((self._offset(node.items[after + 1].at), 0, f"{flow}, "))
        else:
            self._into_flow(self._offset(node.at), [flow])

    def is_alias(self, key: Text) -> bool:
        """Return whether a key's value is an alias: what it names stands elsewhere, and is shared."""
        return self.text[self._behind_colon(key) :].lstrip(" ").startswith("*")

    def _into_flow(self, opening: int, items: Sequence[str]) -> None:
        end, has_items = _flow_end(self.text, opening)
        is_first = not has_items and not any(offset == end for offset, _, _ in self.insertions)
        self.insertions.append((end, 0, ("" if is_first else ", ") + ", ".join(items)))

    def _after_line(self, number: int, column: int, lines: Sequence[str]) -> None:
        text = "".join(f"{line}{self.newline}" for line in lines)
        if number + 1 < len(self._starts):
            self.insertions.append((self._starts[number + 1], column, text))
        else:  # the file does not end its last line
            self.insertions.append(
                (len(self.text), column, self.newline + text.removesuffix(self.newline))
            )

    # --- finding ----------------------------------------------------------------------------------------------------

    def _offset(self, at: SourceLocation) -> int:
        """Return the offset of a node's first character, behind its anchor."""
        # The tree has the place of `&name [a, b]` at the anchor, whose name may hold brackets
        # itself.
        offset = self._starts[at.line - 1] + at.column - 1
        anchor = _ANCHOR.match(self.text, offset)
        return anchor.end() if anchor else offset

    def _behind_colon(self, key: Text) -> int:
        offset = self._offset(key.at)
        # A quoted key may hold a colon itself.
        if key.is_quoted:
            offset = _quote_end(self.text, offset)
        return self.text.index(":", offset + (0 if key.is_quoted else len(key.text))) + 1

    def _last_line(self, first: Node, value: Node, column: int) -> int:
        """Return the number, from 0, of the last line of an entry whose key, or dash, stands in a column."""
        end = max(node.at.line for node in (first, *_nodes(value))) - 1
        # The tree ends an entry where its last value begins. Further lines of that value, and
        # comments, belong to the entry as far as they stand further right; comments only up to
        # a blank line.
        is_list = isinstance(value, ListNode)
        is_behind_blank = False
        for number in range(end + 1, len(self._starts)):
            line = self._line(number)
            content = line.lstrip(" ")
            indent = len(line) - len(content)
            if not content:
                is_behind_blank = True
            elif content.startswith("#"):
                end = number if indent > column and not is_behind_blank else end
            elif indent > column or (
                is_list and indent == column and content.startswith("- ") and first is not value
            ):
                end, is_behind_blank = number, False
            else:
                break
        return end

    def _line(self, number: int) -> str:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[number] : end].rstrip("\r\n")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, MapNode):
        for key, value in node.entries:
            yield key
            yield from _nodes(value)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _nodes(item)


def _flow_end(text: str, opening: int) -> tuple[int, bool]:
    """Return where the next item of a collection in brackets belongs, and whether there is one before it.

    Args:
        text: That it stands in.
        opening: Offset of its bracket.
    """
    depth, at, end, last = 0, opening, opening + 1, "["
    while True:
        character = text[at]
        # A quote within a plain text, as in `[it's]`, begins nothing: it must be the first of
        # an item or a value.
        if character in "'\"" and last in "[{,:":
            at = end = _quote_end(text, at)
            last = "'"
            continue
        if character == "#" and text[at - 1].isspace():
            at = re.compile("\r\n|\r|\n|$").search(text, at).start()  # type: ignore[union-attr]  # $ always matches
            continue
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0:
            return end, last not in "[{,"
        if not character.isspace():
            end, last = at + 1, character if character in "[{,:" else "x"
        at += 1
    raise AssertionError


def _quote_end(text: str, start: int) -> int:
    """Return the offset behind a text in quotes."""
    pattern = r'"(?:[^"\\]|\\.)*"' if text[start] == '"' else "'(?:[^']|'')*'"
    found = re.compile(pattern, re.DOTALL).match(text, start)
    assert found
    return found.end()
