"""The file of a scenario that a plan is merged into: where its declarations stand, and where further ones go."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.errors import UsageError
from footfall.scenario.leaf_records import Text
from footfall.scenario.tree import ListNode, MapNode, Node
from footfall.tracking_plan.yaml_edits import Document
from footfall.tracking_plan.yaml_text import YamlEntry, YamlGroup, listed, quoted


class ScenarioFile:
    """A scenario's text, by the paths of its keys; what is added comes into `edited`.

    Args:
        text: Of the file, which is a scenario.
        source: Its path, for messages.
    """

    def __init__(self, text: str, source: str) -> None:
        self.document = Document(text, source)
        assert isinstance(self.document.root, MapNode)
        self.root = self.document.root

    def edited(self) -> str:
        """Return the text with all that was added."""
        return self.document.edited()

    def find(self, *path: str) -> Node | None:
        """Return what a path of keys leads to, if it is there."""
        node: Node | None = self.root
        for name in path:
            node = node.get(name) if isinstance(node, MapNode) else None
        return node

    def add(
        self, path: Sequence[str], entries: Sequence[YamlEntry | YamlGroup], after: str = ""
    ) -> None:
        """Add entries to the map that a path of keys leads to, which is made where it is missing.

        Args:
            path: At least one key.
            entries: In order; without any nothing is made.
            after: The top key behind which the first one of the path belongs, where that is
                missing.

        Raises:
            UsageError: There is something else.
        """
        node: MapNode = self.root
        for depth, name in enumerate(path if entries else ()):
            inner = node.get(name)
            if inner is None:
                for missing in reversed(path[depth:]):
                    entries = [YamlGroup(quoted(missing), entries)]
                self.document.add_entries(node, entries, after if depth == 0 else "")
                return
            key = next(key for key, _ in node.entries if key.text == name)
            # What is added to an alias would appear wherever else its anchor is used.
            if not isinstance(inner, MapNode) or self.document.is_alias(key):
                raise UsageError(
                    f"{key.at}: nothing can be added to `{name}` here\n"
                    "  accepted: a map, written out"
                )
            node = inner
        self.document.add_entries(node, entries)

    def add_event(self, category: MapNode, entry: YamlEntry, after: str) -> None:
        """Add an event to a category that is there, behind another of its events."""
        self.document.add_entries(category, [entry], after)

    def fill_about(self, path: Sequence[str], name: str, about: str) -> bool:
        """Fill in the description of what is declared under a name, and return whether there is a place for it.

        Args:
            path: Of the map that declares it.
            name: Its key, whose value must be a map of its own.
            about: The description.
        """
        parent = self.find(*path)
        if not isinstance(parent, MapNode):
            return False
        for key, node in parent.entries:
            if key.text == name and isinstance(node, MapNode) and not self.is_alias(key):
                self.document.add_keys(key, node, [("about", quoted(about))])
                return True
        return False

    def is_alias(self, key: Text) -> bool:
        """Return whether a key's value is an alias: what it names is declared elsewhere, and shared."""
        return self.document.is_alias(key)

    def event(self, name: str) -> tuple[Text, Node]:
        """Return key and value of an event's declaration, in whichever category it is."""
        events = self.find("events")
        assert isinstance(events, MapNode)
        categories = [node for _, node in events.entries if isinstance(node, MapNode)]
        declared = (entry for category in categories for entry in category.entries)
        return next((key, node) for key, node in declared if key.text == name)

    def add_to_event(self, name: str, about: str, properties: Sequence[str]) -> None:
        """Add a description, and names of properties, to an event that is declared.

        Args:
            name: Of the event, which is no alias.
            about: "" where it has one.
            properties: Those that it lacks.
        """
        key, node = self.event(name)
        pairs = [("about", quoted(about))] if about else []
        there = node.get("properties") if isinstance(node, MapNode) else None
        if properties and there is None:
            pairs.append(("properties", listed(properties)))
        elif properties and isinstance(node, MapNode) and there is not None:
            inner = next(key for key, _ in node.entries if key.text == "properties")
            self._add_names(inner, there, properties)
        if pairs:
            self.document.add_keys(key, node, pairs)

    def _add_names(self, key: Text, node: Node, names: Sequence[str]) -> None:
        """Add properties to those of an event, which are a list of names or a map."""
        if isinstance(node, MapNode):
            self.document.add_entries(node, [YamlEntry(name, ()) for name in names])
        else:
            self.document.add_names(key, node, names)

    def add_stage(self, node: ListNode, entry: YamlEntry, after: int) -> None:
        """Add a stage behind that of a number."""
        self.document.add_item(node, entry, after)
