"""Reads a tree by the table of the language: checks forms, notes problems, builds records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from footfall.errors import Problems, SourceLocation, UnitError, shown
from footfall.scenario import synonyms
from footfall.scenario.forms import (
    ByShape,
    Form,
    ListOf,
    MapEntry,
    MapKind,
    MapOf,
    Ref,
    Scalar,
    StepForm,
)
from footfall.scenario.language import KINDS
from footfall.scenario.leaf_records import Text
from footfall.scenario.names import composed, folded
from footfall.scenario.step_records import Step
from footfall.scenario.tree import ListNode, MapNode, Node


class Invalid:
    """Stands for a value that could not be read; its problem has been noted."""


INVALID = Invalid()
TOP = "the scenario"
_MOST_QUOTED = 40


@dataclass(slots=True)
class Fields:
    """A map of a kind, as read: what its builder works with.

    Args:
        at: Place of the map, or of the key that names it.
        label: How messages call it: `event "Signed Up"`.
        name: The key that it stands under, in a map with free keys.
        is_usable: Every required key was read, and no group of keys is violated.
        read: Key → value as read; keys whose value is invalid are missing here and in `written` only.
        written: Key → (place of the key, node of the value), in written order.
    """

    at: SourceLocation
    label: str
    name: Text | None = None
    is_usable: bool = True
    read: dict[str, Any] = field(default_factory=dict)
    written: dict[str, tuple[SourceLocation, Node]] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value as read, or the default where the key is missing or invalid."""
        return self.read.get(key, default)

    def has(self, key: str) -> bool:
        """Return whether a key was written, valid or not."""
        return key in self.written

    def is_bad(self, key: str) -> bool:
        """Return whether a key was written, but could not be read."""
        return key in self.written and key not in self.read

    def place(self, key: str) -> SourceLocation:
        """Return the place of a key, or of the map where the key is missing."""
        return self.written[key][0] if key in self.written else self.at


Builder = Callable[["Reader", Fields], Any]
# Filled when the modules that build are imported; `loading` imports them for that alone.
BUILDERS: dict[str, Builder] = {}
StepReader = Callable[["Reader", Node], Step | Invalid]


def builds(kind: str) -> Callable[[Builder], Builder]:
    """Register a function as the builder of a kind: of complete fields it makes a record."""

    def register(builder: Builder) -> Builder:
        BUILDERS[KINDS[kind].name] = builder
        return builder

    return register


@dataclass(slots=True)
class Reader:
    """The state of reading one scenario.

    Args:
        source: Name of the file.
        folder: Where the scenario's CSV files lie; None for a scenario given as text.
        currency: Of money in catalogues.
        home: Name of the catalogue where people live.
        read_step: Reads a step.
    """

    source: str
    folder: Path | None
    currency: str
    home: str
    read_step: StepReader
    problems: Problems = field(default_factory=Problems)

    def note(
        self, at: SourceLocation, message: str, accepted: str = "", hint: str = ""
    ) -> Invalid:
        """Note a problem, and return the value that stands for it."""
        self.problems.add(at, message, accepted, hint)
        return INVALID

    def read(self, form: Form, node: Node, what: str, name: Text | None = None) -> Any:
        """Return what a node is read as, or `INVALID` when a problem was noted.

        Args:
            form: What can stand here.
            node: What stands here.
            what: How messages call the place: "`count` of people".
            name: The key it stands under, where that names it.
        """
        match form:
            case Scalar():
                return self._scalar(form, node, what)
            case ListOf():
                return self._list(form, node, what)
            case MapOf():
                return self._map(form, node, what)
            case ByShape():
                return self._by_shape(form, node, what, name)
            case Ref():
                return self._ref(form, node, what, name)
            case StepForm():
                return self.read_step(self, node)

    def _scalar(self, form: Scalar, node: Node, what: str) -> Any:
        if not isinstance(node, Text):
            return self.wrong_shape(node, what, form.accepts)
        if node.is_null and not form.takes_null:
            return self.note(node.at, f"{what} is empty", form.accepts)
        try:
            return form.read(node)
        except UnitError as error:
            return self.note(
                node.at, f"{what}: {error.message}", error.accepted or form.accepts, error.hint
            )

    def _list(self, form: ListOf, node: Node, what: str) -> Any:
        if not isinstance(node, ListNode):
            return self.wrong_shape(node, what, _list_accepts(form), _list_hint(form, node))
        n_items = len(node.items)
        if n_items < form.least or (form.most is not None and n_items > form.most):
            return self.note(
                node.at, f"{what} has {_count(n_items, 'item')}", _list_accepts(form)
            )
        items = [self.read(form.item, item, what) for item in node.items]
        return _valid(items, form.keeps_rest)

    def _map(self, form: MapOf, node: Node, what: str) -> Any:
        # A key with nothing behind its colon is null in YAML: `catalogues:` is an empty map.
        if isinstance(node, Text) and node.is_null and not form.least:
            return []
        if not isinstance(node, MapNode):
            return self.wrong_shape(node, what, f"write a map: {form.noun} → value")
        if len(node.entries) < form.least:
            return self.note(node.at, f"{what} is empty", f"write at least one {form.noun}")
        if form.is_folded:
            self.refuse_twins(((key.text, key.at) for key, _ in node.entries), form.noun)
        entries = [self._entry(form, key, value) for key, value in node.entries]
        return _valid(entries, form.keeps_rest)

    def _entry(self, form: MapOf, key: Text, node: Node) -> MapEntry | Invalid:
        name = self._scalar(form.key, key, form.noun)
        value = self.read(form.value, node, f"{form.noun} {shown(key.text)}", key)
        return INVALID if name is INVALID or value is INVALID else MapEntry(name, key, value)

    def _by_shape(self, form: ByShape, node: Node, what: str, name: Text | None) -> Any:
        fitting = (
            form.list
            if isinstance(node, ListNode)
            else form.map
            if isinstance(node, MapNode)
            else form.scalar
        )
        if fitting is None:
            return self.wrong_shape(node, what, "write " + "; or ".join(_shapes(form)))
        return self.read(fitting, node, what, name)

    def _ref(self, form: Ref, node: Node, what: str, name: Text | None) -> Any:
        kind = KINDS[form.kind]
        if isinstance(node, Text) and node.is_null and form.takes_null:
            node = MapNode(name.at if name else node.at)
        if not isinstance(node, MapNode):
            accepts = f"write a map with the keys {', '.join(kind.by_name)}"
            return self.wrong_shape(node, what, accepts, _level_hint(kind, node, name))
        return self.build(kind, node, _label(kind, node, name), name)

    def build(self, kind: MapKind, node: MapNode, label: str, name: Text | None = None) -> Any:
        """Return the record of a map of a kind; `INVALID` when a part is wrong or missing."""
        fields = self.fields(kind, node, label, name)
        return BUILDERS[kind.name](self, fields) if fields.is_usable else INVALID

    def fields(
        self, kind: MapKind, node: MapNode, label: str, name: Text | None = None
    ) -> Fields:
        """Return a map's keys as read, checked against the kind's keys and groups of keys."""
        fields = Fields(name.at if name else node.at, label, name)
        for key, value in node.entries:
            self._field(kind, fields, key, value, node)
        self._check_required(kind, fields)
        self._check_groups(kind, fields)
        return fields

    def _field(
        self, kind: MapKind, fields: Fields, key: Text, node: Node, parent: MapNode
    ) -> None:
        known = kind.by_name.get(key.text)
        if known is None:
            self.note(
                key.at,
                f"{fields.label} has no key {shown(key.text)}",
                _keys(kind),
                _key_hint(kind, key, node, parent),
            )
            return
        # Noted before it is read: a key whose value is wrong has its problem, and is not
        # missing too.
        fields.written[key.text] = key.at, node
        value = self.read(known.form, node, _what(key.text, fields.label))
        if value is not INVALID:
            fields.read[key.text] = value

    def _check_required(self, kind: MapKind, fields: Fields) -> None:
        for key in kind.keys:
            if key.is_required and not fields.has(key.name):
                self.note(
                    fields.at,
                    f"{fields.label} has no `{key.name}`",
                    f"write {key.name}: {key.example}",
                )
            if key.is_required and key.name not in fields.read:
                fields.is_usable = False

    def _check_groups(self, kind: MapKind, fields: Fields) -> None:
        for group in (*kind.one_of, *kind.at_most_one_of):
            written = [name for name in group if fields.has(name)]
            if len(written) > 1:
                several = " and ".join(f"`{name}`" for name in written)
                self.note(
                    fields.place(written[1]),
                    f"{fields.label} has {several}",
                    f"write one of {', '.join(group)}",
                )
            elif not written and group in kind.one_of:
                self.note(
                    fields.at,
                    f"{fields.label} has none of {', '.join(group)}",
                    "write one of them",
                )
            # Without the one that must stand there is nothing to build; any other is left out.
            is_bad = group in kind.one_of and any(fields.is_bad(name) for name in written)
            is_enough = len(written) == 1 if group in kind.one_of else len(written) < 2
            fields.is_usable &= is_enough and not is_bad

    def wrong_shape(self, node: Node, what: str, accepts: str, hint: str = "") -> Invalid:
        """Note that a list, map or single value stands where another shape is expected."""
        found = {ListNode: "a list", MapNode: "a map"}.get(type(node), "")
        if isinstance(node, Text):
            found = "nothing" if node.is_null else f"the text {shown(node.text)}"
        return self.note(node.at, f"{what} cannot be {found}", accepts, hint)

    def refuse_twins(
        self, named: Iterable[tuple[str, SourceLocation]], noun: str, is_folded: bool = True
    ) -> None:
        """Note every name that stands twice, or that differs from another in case only."""
        seen: dict[str, tuple[str, SourceLocation]] = {}
        for name, at in named:
            key = folded(name) if is_folded else composed(name)
            if key in seen:
                self._note_twin(noun, (name, at), seen[key])
            seen.setdefault(key, (name, at))

    def _note_twin(
        self, noun: str, second: tuple[str, SourceLocation], first: tuple[str, SourceLocation]
    ) -> None:
        if first[0] == second[0]:
            lines = sorted({first[1].line, second[1].line})
            where = (
                f"lines {lines[0]} and {lines[-1]}" if len(lines) > 1 else f"line {lines[0]}"
            )
            self.note(
                second[1],
                f"{noun} {shown(second[0])} stands twice ({where})",
                "rename one of them",
            )
            return
        # Two names that no eye can tell apart: é as one character, or as e and an accent.
        if composed(first[0]) == composed(second[0]):
            message = (
                f"{noun} {shown(second[0])} looks like another, written with other characters"
            )
            self.note(second[1], f"{message} (line {first[1].line})", "rename one of them")
            return
        # Such names would be one column or one table in databases that ignore case.
        message = f"{noun} {shown(second[0])} differs only in case from {shown(first[0])} (line {first[1].line})"
        self.note(
            second[1],
            message,
            "databases that ignore case take them for one",
            "rename one of them",
        )


def _valid(values: list[Any], keeps_rest: bool) -> Any:
    # Half a pair or 23 of 24 hours are no value; of events and steps the right ones are kept,
    # so that what is wrong with them together is found in the same go.
    valid = [value for value in values if value is not INVALID]
    return valid if keeps_rest or len(valid) == len(values) else INVALID


def _level_hint(kind: MapKind, node: Node, name: Text | None) -> str:
    """Return a hint for a single value in place of a map: a level too many or too few."""
    required = [key.name for key in kind.keys if key.is_required]
    if name is not None and name.text in kind.by_name:
        return f"is a level missing above? `{name.text}` is a key of the map that should stand here"
    if (
        isinstance(node, Text)
        and not node.is_null
        and len(required) == 1
        and len(node.text) <= _MOST_QUOTED
    ):
        return f"did you mean {{{required[0]}: {node.text}}}?"
    return ""


def _label(kind: MapKind, node: MapNode, name: Text | None) -> str:
    named = node.get(kind.named_by) if kind.named_by else None
    if name is None and isinstance(named, Text):
        name = named
    return f"{kind.name} {shown(name.text)}" if name else kind.name


def _keys(kind: MapKind) -> str:
    return "its keys are: " + ", ".join(kind.by_name)


def _key_hint(kind: MapKind, key: Text, node: Node, parent: MapNode) -> str:
    # In `{about: red, white}` YAML reads `white` as a key without a value.
    if parent.is_flow and isinstance(node, Text) and node.is_null:
        return "inside { } or [ ], quote a text that contains a comma"
    return synonyms.hint(key.text, kind.by_name, synonyms.KEYS)


def _shapes(form: ByShape) -> Sequence[str]:
    shapes = []
    if isinstance(form.scalar, Scalar):
        shapes.append(form.scalar.accepts.removeprefix("write "))
    if form.list:
        shapes.append("a list")
    if form.map:
        shapes.append("a map")
    return shapes


def _what(key: str, label: str) -> str:
    """Return how messages call the value of a key; what the label says already is left out."""
    return f"`{key}`" if label == TOP or label.endswith(f"`{key}`") else f"`{key}` of {label}"


def _list_accepts(form: ListOf) -> str:
    return f"write a list of {_size(form.least, form.most)}"


def _list_hint(form: ListOf, node: Node) -> str:
    if not isinstance(form.item, StepForm) or not isinstance(node, Text) or node.is_null:
        return ""
    return (
        f"[{node.text}] is that one event, [do: {node.text}] that journey"
        if len(node.text) <= _MOST_QUOTED
        else ""
    )


def _size(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {_count(least, 'item')}" if least else "items"
    return _count(most, "item") if least == most else f"{least} to {_count(most, 'item')}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
