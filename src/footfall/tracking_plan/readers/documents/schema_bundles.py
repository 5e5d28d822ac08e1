"""Bundles of JSON Schemas: files that hold one event's schema, or several as definitions and alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footfall.tracking_plan.readers.documents.calls import Declared
from footfall.tracking_plan.readers.documents.elements import (
    NAMES,
    WORDS_OF_SCHEMAS,
    Element,
    asked_name,
    name_of_schema,
)
from footfall.tracking_plan.readers.documents.members import list_at, map_at, maps_of, text_at
from footfall.tracking_plan.readers.documents.source_files import PlanFile
from footfall.tracking_plan.readers.documents.whole_schemas import Whole

USER_PROPERTIES = "user_properties"
_PREFIX = "event:"
_TITLES_OF_USERS = ("user properties", "identify", "users")
_ALTERNATIVES = ("oneOf", "anyOf")


class Bundle:
    """The schemas of a file.

    Args:
        whole: Makes schemas whole.
        used: Identities of schemas that others refer to: parts of events, not events.
    """

    def __init__(self, document: PlanFile, whole: Whole, used: set[int]) -> None:
        self.root, self.stem, self.whole, self.used = document.root, document.stem, whole, used
        self.titles: dict[str, str] = {}

    def calls(self) -> list[Declared]:
        """Return the calls in order, none where the file holds no schema of an event."""
        if not isinstance(self.root, Mapping):
            return []
        found = [*self._defined(), *self._alternatives()]
        if any(call.call == "track" for call in found):
            self.titles = {key: text_at(self.root, word) for key, word in _SAID.items()}
            return found
        return [*found, *self._alone()]

    def _defined(self) -> Iterator[Declared]:
        """Yield the events among the definitions.

        Those that say so, those that the file lists, or all to which nothing refers.
        """
        definitions = {**map_at(self.root, "definitions"), **map_at(self.root, "$defs")}
        listed = [each for key in _ALTERNATIVES for each in maps_of(list_at(self.root, key))]
        names = {text_at(each, "$ref").rpartition("/")[2] for each in listed}
        is_bundle = not listed and not any(
            self.root.get(key) for key in ("properties", "allOf", "self")
        )
        for key, schema in definitions.items():
            if key == USER_PROPERTIES:
                yield Declared("identify", "", schema, key)
                continue
            whole = self.whole(schema)
            is_loose = is_bundle and id(schema) not in self.used and "properties" in whole
            if key.startswith(_PREFIX) or key in names or is_loose or asked_name(whole):
                name = asked_name(whole) or text_at(whole, "title") or key.removeprefix(_PREFIX)
                yield Declared("track", name, schema, key)

    def _alternatives(self) -> Iterator[Declared]:
        """Yield the events that stand in the file as alternatives of each other."""
        for key in _ALTERNATIVES:
            for number, each in enumerate(list_at(self.root, key)):
                name = "" if text_at(each, "$ref") else asked_name(self.whole(each))
                if name:
                    yield Declared("track", name, each, f"{key}[{number}]")

    def _alone(self) -> Iterator[Declared]:
        """Yield the only call that a file holds, by its own name or by the file's."""
        root = self.root
        if id(root) in self.used and not asked_name(self.whole(root)):
            return  # what other schemas are made of
        is_of_people = text_at(root, "title").casefold() in _TITLES_OF_USERS
        if self.stem == USER_PROPERTIES or is_of_people:
            yield Declared("identify", "", root, self.stem)
            return
        element = Element(root)
        whole = self.whole(root)
        is_schema = any(key in root for key in (*WORDS_OF_SCHEMAS, "title", "self"))
        if is_schema and not ("properties" in whole or name_of_schema(whole)):
            return
        if not is_schema and not (element.key and text_at(root, *NAMES)):
            return
        name = name_of_schema(whole) or element.name or self.stem
        # What stands beside a list of properties by hand is no keyword.
        schema = (
            root
            if "properties" in whole and is_schema and not _is_by_hand(root)
            else element.schema()
        )
        yield Declared(element.call, name, schema, name, element.about, element.category({}))


_SAID = {"title": "title", "about": "description"}


def _is_by_hand(root: Mapping[str, Any]) -> bool:
    """Return whether the properties of a map are written by hand, as a list or as names with types."""
    inner = root.get("properties")
    if not isinstance(inner, Mapping):
        return inner is not None
    return any(not isinstance(each, Mapping | bool) for each in inner.values())
