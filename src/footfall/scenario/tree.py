"""YAML text → a tree of nodes that know their place; every scalar stays text.

Only what a scenario needs of YAML is let in: no tags, no merge keys, one document, text keys that stand once. The
parser is driven event by event, so nesting costs no stack, and aliases are counted before anything walks through them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from footfall.errors import Problem, Problems, ScenarioError, SourceLocation, shown
from footfall.scenario.leaf_records import Text
from footfall.scenario.text_files import UnreadableError, checked, forbidden, hidden_message

MOST_BYTES = 10 * 1024**2
# The parser needs no stack, but the reader and the compiler recurse along the tree.
MOST_DEPTH = 64
# Ten lines of ten aliases each can stand for ten billion values, so what aliases expand to is
# bounded, and not the text alone.
MOST_EXPANDED = 100_000
_NULLS = ("", "~", "null")
SECOND_DOCUMENT = "a second document begins here"

# PyYAML's own parser, which runs where libyaml was not built in, words its errors otherwise:
# they then come without a hint.
# What libyaml says → what helps.
_YAML_HINTS = {
    "did not find expected alphabetic or numeric character": "quote a text that begins with * or &",
    "could not find expected ':'": "is a colon missing, or a line not indented like its neighbours?",
    "did not find expected key": "is a line not indented like its neighbours, or a text not quoted as a whole?",
    "did not find expected '-' indicator": "is a line not indented like its neighbours?",
    "did not find expected ',' or '}'": "a } is missing, or a text with a comma, { or } is not quoted",
    "did not find expected ',' or ']'": "a ] is missing, or a text with a comma, [ or ] is not quoted",
    "found unexpected end of stream": "a closing quote is missing",
    "block sequence entries are not allowed in this context": "put the list's first - on a line of its own",
}


@dataclass(slots=True)
class ListNode:
    """A YAML sequence."""

    at: SourceLocation
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class MapNode:
    """A YAML mapping, in written order. `is_flow`: written in braces."""

    at: SourceLocation
    is_flow: bool = False
    entries: list[tuple[Text, Node]] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None where the key does not stand."""
        return next((value for name, value in self.entries if name.text == key), None)

    @property
    def keys(self) -> list[str]:
        """Return the keys' texts, in written order."""
        return [name.text for name, _ in self.entries]


Node = Text | ListNode | MapNode


def parse_tree(text: str, source: str) -> Node:
    """Return the tree of a YAML text.

    Args:
        text: One YAML document.
        source: Name of the file, for the places in messages.

    Raises:
        ScenarioError: Not YAML, or more of YAML than a scenario may use; names every duplicate key and tag.
    """
    problems = Problems()
    root = _compose(_clean(text, source), source, problems)
    problems.raise_if_any()
    return root


def _clean(text: str, source: str) -> str:
    try:
        clean = checked(text)
    except UnreadableError as problem:
        raise problem.at(source) from None
    # A text of `loads` or `--set` has passed no file's limit. After `checked`, since a lone
    # surrogate has no bytes.
    if len(clean.encode()) > MOST_BYTES:
        raise _refusal(
            SourceLocation(source, 1, 1),
            f"the text is larger than {MOST_BYTES // 1024**2} MiB",
            "move data to CSV files",
        )
    return clean


def _compose(text: str, source: str, problems: Problems) -> Node:
    builder = _Builder(source, problems)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(error, text, source) from None
    if builder.root is None or (isinstance(builder.root, Text) and builder.root.is_null):
        raise _refusal(
            SourceLocation(source, 1, 1),
            f"there is no scenario in {source}",
            "begin with the line: footfall: 1",
        )
    return builder.root


def _yaml_error(error: yaml.MarkedYAMLError, text: str, source: str) -> ScenarioError:
    mark = error.problem_mark or error.context_mark
    at = SourceLocation(source, *_place(mark))
    said = str(error.problem)
    hint = _YAML_HINTS.get(said, "")
    if said.startswith("mapping values") and mark:
        hint = _stray_colon(text, mark.line, mark.column)
    if said.startswith("found character") and mark:
        said, hint = _bad_start(text, mark.line, mark.column)
    context = f" {error.context}" if error.context else ""
    return ScenarioError(
        [Problem(at, f"this is not YAML:{context}: {said}".replace("::", ":"), hint=hint)]
    )


def _place(mark: Any) -> tuple[int, int]:
    # libyaml counts from 0, messages count from 1.
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _stray_colon(text: str, line: int, column: int) -> str:
    """Return a hint for a colon inside a text.

    It is the second of its line, or its line continues another.
    """
    if ": " in _line(text, line)[:column]:
        return "quote a text that contains a colon and a space"
    return "does the line before lack its - or the space after its colon, or is this one indented too far?"


def _line(text: str, number: int) -> str:
    lines = re.split("\r\n|\r|\n", text)
    return lines[number] if number < len(lines) else ""


def _bad_start(text: str, line: int, column: int) -> tuple[str, str]:
    character = _line(text, line)[column : column + 1] or "?"
    if character == "\t":
        return "a tab stands where spaces indent", "indent with spaces"
    return f"a text cannot begin with {character}", "put the text into quotes"


def _refusal(
    at: SourceLocation, message: str, accepted: str = "", hint: str = ""
) -> ScenarioError:
    return ScenarioError([Problem(at, message, accepted, hint)])


@dataclass(slots=True)
class _Size:
    """The size of a node once every alias in it is written out."""

    n_nodes: int = 1
    height: int = 1


@dataclass(slots=True)
class _Open:
    """A list or map whose end has not come; `key` is the map's key that waits for its value."""

    node: ListNode | MapNode
    anchor: str | None
    key: Text | None = None
    lines: dict[tuple[str, bool], int] = field(default_factory=dict)
    size: _Size = field(default_factory=_Size)


class _Builder:
    """Takes parser events one by one and builds the tree with a stack of its own."""

    def __init__(self, source: str, problems: Problems) -> None:
        self.source, self.problems = source, problems
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, _Size]] = {}
        self.n_documents = self.n_expanded = 0

    def take(self, event: yaml.Event) -> None:
        """Take one event of the parser."""
        at = SourceLocation(self.source, *_place(event.start_mark))
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, at)
            case yaml.SequenceStartEvent():
                self._begin(ListNode(at), event, at)
            case yaml.MappingStartEvent():
                self._begin(MapNode(at, bool(event.flow_style)), event, at)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(str(event.anchor), at)
            case yaml.DocumentStartEvent():
                self._document(at)

    def _document(self, at: SourceLocation) -> None:
        self.n_documents += 1
        if self.n_documents > 1:
            raise _refusal(
                at,
                SECOND_DOCUMENT,
                "one file holds one scenario; remove the ---",
            )

    def _scalar(self, event: yaml.ScalarEvent, at: SourceLocation) -> None:
        self._refuse_tag(event.tag, at)
        is_plain = not event.style
        # "\u0000" in double quotes is six harmless characters in the file and a hidden one
        # here.
        hidden = forbidden(event.value)
        if hidden:
            self.problems.add(at, hidden_message(hidden), "remove it")
        # "null" and "" in quotes are texts. Numbers, yes and dates stay text as well: the place
        # where a scalar stands gives it its type, so `no` is a country and 1.10 keeps its zero.
        text = Text(event.value, at, is_plain and event.value in _NULLS, not is_plain)
        self._remember(event.anchor, text, _Size())
        self._put(text, _Size())

    def _begin(
        self, node: ListNode | MapNode, event: yaml.CollectionStartEvent, at: SourceLocation
    ) -> None:
        self._refuse_tag(event.tag, at)
        self._check_depth(1, at)
        self.open.append(_Open(node, event.anchor))

    def _end(self) -> None:
        closed = self.open.pop()
        self._remember(closed.anchor, closed.node, closed.size)
        self._put(closed.node, closed.size)

    def _alias(self, name: str, at: SourceLocation) -> None:
        # An anchor is remembered when its node ends. Without this an alias within it would be
        # unknown, or the node of an earlier anchor of the same name.
        if any(level.anchor == name for level in self.open):
            raise _refusal(
                at,
                f"{shown('*' + name)} contains itself",
                "an alias repeats what stands above it",
            )
        if name not in self.anchors:
            raise _refusal(
                at,
                f"{shown('*' + name)} refers to nothing above",
                hint="quote a text that begins with *",
            )
        node, size = self.anchors[name]
        self._check_depth(size.height, at)
        self.n_expanded += size.n_nodes
        if self.n_expanded > MOST_EXPANDED:
            raise _refusal(
                at,
                f"aliases expand to more than {MOST_EXPANDED:,} values",
                "write fewer aliases",
            )
        # Shared, not copied: whoever changes a node copies it first, as `overrides` does.
        self._put(node, size)

    def _remember(self, anchor: str | None, node: Node, size: _Size) -> None:
        if anchor:
            self.anchors[anchor] = node, size

    def _check_depth(self, height: int, at: SourceLocation) -> None:
        if len(self.open) + height > MOST_DEPTH:
            raise _refusal(
                at,
                f"this is nested deeper than {MOST_DEPTH} levels",
                "move inner steps to a journey and `do` it",
            )

    def _refuse_tag(self, tag: str | None, at: SourceLocation) -> None:
        if tag is not None:
            self.problems.add(
                at,
                f"the tag {shown(tag)} is not allowed",
                "the place of a value gives it its type",
            )

    def _put(self, node: Node, size: _Size) -> None:
        if not self.open:
            self.root = node
            return
        level = self.open[-1]
        level.size.n_nodes += size.n_nodes
        level.size.height = max(level.size.height, size.height + 1)
        if isinstance(level.node, ListNode):
            level.node.items.append(node)
        elif level.key is None:
            level.key = self._key(node, level)
        else:
            level.node.entries.append((level.key, node))
            level.key = None

    def _key(self, node: Node, level: _Open) -> Text:
        if not isinstance(node, Text):
            raise _refusal(
                node.at,
                "a key must be a text, not a list or map",
                hint="quote a key that begins with [ or {",
            )
        if node.text == "<<" and not node.is_quoted:
            self.problems.add(
                node.at,
                "merge keys (<<) are not allowed",
                "repeat the keys, or use an alias as a value",
            )
        # A plain null and a quoted "null" are two keys.
        name = node.text, node.is_null
        if name in level.lines:
            lines = f"lines {level.lines[name]} and {node.at.line}"
            self.problems.add(
                node.at, f"`{node.text}` is set twice ({lines})", "keep one of them"
            )
        level.lines.setdefault(name, node.at.line)
        return node
