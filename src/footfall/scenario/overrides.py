"""Replaces single values of a scenario before it is read: `--set people.count=500`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from footfall.errors import SourceLocation, UsageError, shown
from footfall.scenario.forms import ByShape, Form, ListOf, MapKind, MapOf, Ref, StepForm
from footfall.scenario.language import KINDS, SCENARIO
from footfall.scenario.language_steps import EMIT, STEP_VERBS, STEP_WORDS
from footfall.scenario.leaf_records import Text
from footfall.scenario.tree import ListNode, MapNode, Node, parse_tree
from footfall.units import nearest

EXAMPLE = "write key=value, such as people.count=500 or effects.spring_sale.odds=2"
NAMED_BY = ("named", "do", "event", "retry", "later")
"""Keys whose text is a name that a path finds a step or an option by."""


def apply_settings(root: Node, settings: Iterable[str]) -> Node:
    """Replace values in a tree, in place, and return it.

    A path names keys between points. An item of a list is named by its `named`, by the name it has without one (a
    stage's, an event's, the journey that it does), or by its number, the first being 1; what has an alias, by that as
    well. The last part may also be a key that the language has there and the file does not. The value is written as in
    the file.

    Args:
        root: The tree of a scenario.
        settings: Texts such as `people.count=500`.

    Raises:
        UsageError: A text without `=`, or a path that leads nowhere; names the nearest.
        ScenarioError: The value is not YAML.
    """
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path.strip():
            raise UsageError(f"--set {shown(setting)} is no setting\n  {EXAMPLE}")
        _apply(root, path.strip(), value)
    return root


def _apply(root: Node, path: str, value: str) -> None:
    source = f"--set {path}"
    new = (
        # `--set goal=` writes nothing behind the colon, which is null, as in a file. The parser
        # would refuse an empty document.
        parse_tree(value, source)
        if value.strip()
        else Text("", SourceLocation(source, 1, 1), is_null=True)
    )
    node, form, parts = root, Ref(SCENARIO.name), path.split(".")
    _Walk(path, new).go(node, form, parts)


class _Walk:
    """Follows a path down a tree and the language's forms; replaces what it leads to."""

    def __init__(self, path: str, new: Node) -> None:
        self.path, self.new = path, new

    def go(self, node: Node, form: Form | None, parts: Sequence[str]) -> None:
        """Replace the node that `parts` lead to from here."""
        if isinstance(node, MapNode):
            self._into_map(node, form, parts)
        elif isinstance(node, ListNode):
            self._into_list(node, form, parts)
        else:
            raise self._unknown(parts[0], [], f"{shown(node.text)} has no parts")

    def _into_map(self, node: MapNode, form: Form | None, parts: Sequence[str]) -> None:
        aliases = _aliases(node)
        key, rest = _first_part(parts, [*node.keys, *aliases])
        # Names before aliases: an alias may be what something else is called here.
        key = key if key in node.keys else aliases.get(key, key)
        index = next((i for i, (name, _) in enumerate(node.entries) if name.text == key), None)
        known = _known_keys(form, node)
        if index is not None and rest:
            node.entries[index] = node.entries[index][0], _copied(node.entries[index][1])
            self.go(node.entries[index][1], _below(form, node, key), rest)
        elif index is not None:
            node.entries[index] = node.entries[index][0], self.new
        elif not rest and key in known:
            node.entries.append(
                (Text(key, SourceLocation(f"--set {self.path}", 1, 1)), self.new)
            )
        else:
            raise self._unknown(key, [*node.keys, *known], "")

    def _into_list(self, node: ListNode, form: Form | None, parts: Sequence[str]) -> None:
        item_form = _item_form(form)
        names = [_names(item) for item in node.items]
        part, rest = _first_part(parts, [name for several in names for name in several])
        # Names before numbers: an event or a step may be called `2`.
        found = [index for index, several in enumerate(names) if part in several]
        if (
            not found
            # `²` is a digit to `isdigit`, but not to `int`.
            and part.isascii()
            and part.isdigit()
            and 1 <= int(part) <= len(node.items)
        ):
            found = [int(part) - 1]
        if len(found) > 1:
            numbers = ", ".join(str(index + 1) for index in found)
            raise UsageError(
                f"--set {self.path}: {shown(part)} stands {len(found)} times\n  write its number: {numbers}"
            )
        if not found:
            raise self._unknown(
                part, [name for several in names for name in several], f"1 to {len(node.items)}"
            )
        self._into_item(node, found[0], item_form, part, rest)

    def _into_item(
        self, node: ListNode, index: int, form: Form | None, part: str, rest: Sequence[str]
    ) -> None:
        item = node.items[index] = _copied(node.items[index])
        within = item.get(part) if isinstance(item, MapNode) else None
        # `- Product Viewed: {after: 5 s}` is named by its own key, and the path goes on through
        # it.
        if isinstance(item, MapNode) and within is not None and part not in STEP_WORDS:
            self._into_map(item, form, [part, *rest])
        elif rest:
            self.go(item, form, rest)
        else:
            node.items[index] = self.new

    def _unknown(self, part: str, known: Sequence[str], otherwise: str) -> UsageError:
        there = ", ".join(dict.fromkeys(known)) or otherwise
        meant = nearest(part, known)
        hint = f"\n  hint: did you mean {meant}?" if meant else ""
        return UsageError(
            f"--set {self.path}: there is no {shown(part)} there\n  known there: {there}{hint}"
        )


def _aliases(node: MapNode) -> dict[str, str]:
    """Return what is written after `as` in the entries of a map → the entry's key."""
    known = (
        (key.text, node.get("as")) for key, node in node.entries if isinstance(node, MapNode)
    )
    return {alias.text: key for key, alias in known if isinstance(alias, Text)}


def _copied(node: Node) -> Node:
    """Return a copy of a node, so that a change does not reach its aliases."""
    if isinstance(node, MapNode):
        return replace(node, entries=list(node.entries))
    return replace(node, items=list(node.items)) if isinstance(node, ListNode) else node


def _first_part(parts: Sequence[str], known: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the longest beginning of a path that is a known name, and the rest."""
    # The longest first: `a` and `a.b` may both be names, and who writes the second means it.
    for n_parts in range(len(parts), 0, -1):
        name = ".".join(parts[:n_parts])
        if name in known:
            return name, parts[n_parts:]
    return parts[0], parts[1:]


def _names(item: Node) -> list[str]:
    if isinstance(item, Text):
        return [item.text]
    if isinstance(item, ListNode):
        return []
    named = [item.get(key) for key in NAMED_BY]
    inner = [value.get("named") for _, value in item.entries if isinstance(value, MapNode)]
    own = [name for name in item.keys if name not in STEP_WORDS and len(item.entries) == 1]
    return list(
        dict.fromkeys(
            [*own, *(node.text for node in (*named, *inner) if isinstance(node, Text))]
        )
    )


def _below(form: Form | None, node: MapNode, key: str) -> Form | None:
    match _fitting(form, node):
        case Ref(kind=kind):
            return KINDS[kind].by_name[key].form if key in KINDS[kind].by_name else None
        case MapOf(value=value):
            return value
        case StepForm():
            kind_of_step = _step_kind(node)
            return (
                kind_of_step.by_name[key].form
                if key in kind_of_step.by_name
                else Ref(EMIT.name)
            )
    return None


def _known_keys(form: Form | None, node: MapNode) -> list[str]:
    match _fitting(form, node):
        case Ref(kind=kind):
            return list(KINDS[kind].by_name)
        case StepForm():
            return list(_step_kind(node).by_name)
    return []


def _step_kind(node: MapNode) -> MapKind:
    return next((STEP_VERBS[key] for key in node.keys if key in STEP_VERBS), EMIT)


def _fitting(form: Form | None, node: Node) -> Form | None:
    if isinstance(form, ByShape):
        return form.list if isinstance(node, ListNode) else form.map
    return form


def _item_form(form: Form | None) -> Form | None:
    fitting = form.list if isinstance(form, ByShape) else form
    return fitting.item if isinstance(fitting, ListOf) else None
