"""Bundles of JSON Schemas: files that hold one event's schema, or several as definitions and alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footfall.tracking_plan.readers.documents.calls import Declared
from footfall.tracking_plan.readers.documents.elements import (
    ASKED,
    NAMES,
    WORDS_OF_SCHEMAS,
    Element,
    asked_name,
    name_of_schema,
    names_asked,
)
from footfall.tracking_plan.readers.documents.members import list_at, map_at, maps_of, text_at
from footfall.tracking_plan.readers.documents.source_files import PlanFile
from footfall.tracking_plan.readers.documents.whole_schemas import Whole

USER_PROPERTIES = "user_properties"
_PREFIX = "event:"
_TITLES_OF_USERS = ("user properties", "identify", "users")
_ALTERNATIVES = ("oneOf", "anyOf")
_SHARED = ("properties", "required", "allOf")
"""Keywords of a file that hold for each of its alternatives."""
_TELLING = ("name", "type")
"""Members that may tell events apart, where none does that is called after them."""


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
            shared = {key: self.root[key] for key in _SHARED if key in self.root}
            return [*found, Declared("common", "", shared, self.stem)] if shared else found
        return [*found, *self._alone()]

    def _defined(self) -> Iterator[Declared]:
        """Yield the events among the definitions, and what is said of people there."""
        definitions = {**map_at(self.root, "definitions"), **map_at(self.root, "$defs")}
        people = definitions.pop(USER_PROPERTIES, None)
        if people is not None:
            yield Declared("identify", "", people, USER_PROPERTIES)
        listed = [each for word in _ALTERNATIVES for each in maps_of(list_at(self.root, word))]
        names = {text_at(each, "$ref").rpartition("/")[2] for each in listed}
        is_bundle = not listed and not any(
            self.root.get(word) for word in ("properties", "allOf", "self")
        )
        found = {
            key: schema
            for key, schema in definitions.items()
            if key.startswith(_PREFIX) or key in names or self._is_event(schema, is_bundle)
        }
        telling = self._telling(list(found.values()))
        for key, schema in found.items():
            whole = self.whole(schema)
            asked = names_asked(whole, self.whole, (*ASKED, *telling))
            by, name = next(iter(asked.items()), ("", text_at(whole, "title")))
            own = key.removeprefix(_PREFIX)
            named_by = by if by in telling or name != own else ""
            yield Declared("track", name or own, schema, key, named_by=named_by)

    def _is_event(self, schema: Any, is_bundle: bool) -> bool:
        """Return whether a definition says that it is an event, or stands in a bundle where nothing refers to it."""
        whole = self.whole(schema)
        is_loose = is_bundle and id(schema) not in self.used and "properties" in whole
        return is_loose or bool(asked_name(whole, self.whole))

    def _alternatives(self) -> Iterator[Declared]:
        """Yield the events that stand in the file as alternatives of each other."""
        for key in _ALTERNATIVES:
            listed = list_at(self.root, key)
            own = [each for each in listed if not text_at(each, "$ref")]
            telling = self._telling(own)
            for number, each in enumerate(listed):
                asked = names_asked(self.whole(each), self.whole, (*ASKED, *telling))
                by, name = next(iter(asked.items()), ("", ""))
                if name and not text_at(each, "$ref"):
                    place = f"{key}[{number}]"
                    named_by = by if by in telling else ""
                    yield Declared("track", name, each, place, named_by=named_by)

    def _telling(self, schemas: Sequence[Any]) -> tuple[str, ...]:
        """Return the member that tells alternatives apart by its only value, where none of those does that are sure."""
        wholes = [self.whole(schema) for schema in schemas]
        if len(wholes) < 2 or any(asked_name(whole, self.whole) for whole in wholes):
            return ()
        said = text_at(map_at(self.root, "discriminator"), "propertyName")
        for key in filter(None, (said, *_TELLING)):
            values = [names_asked(whole, self.whole, (key,)).get(key) for whole in wholes]
            if all(values) and len(set(values)) == len(values):
                return (key,)
        return ()

    def _alone(self) -> Iterator[Declared]:
        """Yield the only call that a file holds, by its own name or by the file's."""
        root = self.root
        if id(root) in self.used and not asked_name(self.whole(root), self.whole):
            return  # what other schemas are made of
        is_of_people = text_at(root, "title").casefold() in _TITLES_OF_USERS
        if self.stem == USER_PROPERTIES or is_of_people:
            yield Declared("identify", "", root, self.stem)
            return
        element = Element(root)
        whole = self.whole(root)
        is_schema = any(key in root for key in (*WORDS_OF_SCHEMAS, "title", "self"))
        if is_schema and not ("properties" in whole or name_of_schema(whole, self.whole)):
            return
        if not is_schema and not (element.key and text_at(root, *NAMES)):
            return
        name = name_of_schema(whole, self.whole) or element.name or self.stem
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
