"""Elements of plans: one event, or one kind of call, as vendors export it and people write it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from footfall.tracking_plan.readers.documents.calls import KIND_KEYS, kind_of
from footfall.tracking_plan.readers.documents.members import map_at, text_at, text_of, unread
from footfall.tracking_plan.readers.documents.plain_properties import schema_of_properties
from footfall.tracking_plan.readers.documents.whole_schemas import Whole
from footfall.tracking_plan.same_as import same_as

EVENT_NAMES = ("event_name", "eventName", "event")
ASKED = ("event_type", *EVENT_NAMES)
"""Members whose only value says which event a schema is of."""
NAMES = (*EVENT_NAMES, "name", "key", "title", "displayName", "display_name")
WORDS_OF_SCHEMAS = (
    "properties",
    "allOf",
    "anyOf",
    "oneOf",
    "$ref",
    "$schema",
    "patternProperties",
)
_SCHEMAS = (
    "rules", "jsonSchema", "json_schema", "schemaJson", "schema", "payloadSchema", "payload_schema",
)  # fmt: skip
"""Keys with a JSON Schema, as a map or as its text."""
_PROPERTIES = (
    "properties", "event_properties", "eventProperties", "params", "parameters", "attributes",
    "fields", "props", "arguments", "args", "payload", "traits", "dimensions",
)  # fmt: skip
ABOUT = ("description", "about", "desc", "definition", "summary", "purpose", "trigger", "when")
_CATEGORIES = (
    "category", "event_category", "eventCategory", "area", "feature", "section", "module", "group",
)  # fmt: skip
OPEN = (
    "additionalProperties", "additional_properties", "allow_unplanned", "allowUnplanned", "allowUnplannedProperties",
)  # fmt: skip
"""Keys that allow properties that are not declared."""
SILENT = (
    "id", "_id", "$schema", "$id", "$comment", *OPEN, "identitySection", "identity_section",
)  # fmt: skip
"""Keys that say nothing that a plan could hold, and are not missed."""


class Element:
    """One event or call of a plan, as it is written: anything may be missing.

    Args:
        written: As it stands in the file.
    """

    def __init__(self, written: Mapping[str, Any]) -> None:
        self.written = written
        self.key = _key_of_properties(written)
        self.is_schema = self.key == "properties" and is_object_schema(written)
        call, self.kind_key = kind_of(written)
        # In a JSON Schema `type` is the type of what is sent: an object.
        self.call = "track" if self.is_schema and self.kind_key == "type" else call

    @property
    def is_event(self) -> bool:
        """Whether nothing but an event looks like it: it has properties, or a key that names an event."""
        is_named = self.kind_key != "event_type" and bool(text_at(self.written, "event_type"))
        return bool(self.key) or is_named or any(key in self.written for key in EVENT_NAMES)

    @property
    def name(self) -> str:
        """Return what it calls itself, "" for nothing."""
        # `event_type` names the event, where it does not say what kind of call it is.
        named = text_at(self.written, *NAMES)
        return named or (
            "" if self.kind_key == "event_type" else text_at(self.written, "event_type")
        )

    @property
    def about(self) -> str:
        """Return its description."""
        return text_at(self.written, *ABOUT)

    def category(self, names: Mapping[str, str]) -> str:
        """Return its category.

        Args:
            names: Identifier of a category → its name, where elements refer to categories so.
        """
        listed = self.written.get("categories")
        first = listed[0] if isinstance(listed, list) and listed else ""
        written = text_at(self.written, *_CATEGORIES)
        inner = text_at(self.written.get("category"), "name")
        return written or inner or names.get(str(first), text_of(first))

    def schema(self) -> Mapping[str, Any]:
        """Return its properties as a JSON Schema."""
        inner = self.written.get(self.key)
        if self.key in _SCHEMAS:
            return _parsed(inner)
        if not self.key:
            is_schema = any(word in self.written for word in WORDS_OF_SCHEMAS)
            return self.written if is_schema else {}
        if isinstance(inner, Mapping) and is_object_schema(inner):
            return inner
        if self.is_schema:
            return self.written
        return schema_of_properties(inner, self.written.get("required"))

    def unread(self) -> list[str]:
        """Return the keys that say something and are read nowhere."""
        is_schema = not self.key and any(word in self.written for word in WORDS_OF_SCHEMAS[1:])
        if self.is_schema or is_schema:
            return []  # whoever reads the schema names them
        read = (
            *NAMES,
            *ABOUT,
            *_CATEGORIES,
            *SILENT,
            *KIND_KEYS,
            self.key,
            "required",
            "categories",
        )
        return unread(self.written, read)


def says_open(written: Any) -> bool:
    """Return whether what is said of a call allows properties that it does not declare."""
    found = (written.get(key) for key in OPEN) if isinstance(written, Mapping) else ()
    return any(value is True for value in found)


def is_object_schema(value: Mapping[str, Any]) -> bool:
    """Return whether a map is a JSON Schema of an object, and not one of names to types."""
    return isinstance(value.get("properties"), Mapping) and (
        value.get("type") == "object" or "$schema" in value
    )


def _key_of_properties(written: Mapping[str, Any]) -> str:
    """Return the key under which an element has its properties, "" where it has none."""
    for key in _SCHEMAS:
        inner = written.get(key)
        if isinstance(inner, Mapping) or text_of(inner).startswith("{"):
            return key
    return next((key for key in _PROPERTIES if _are_said(written.get(key))), "")


def _are_said(inner: Any) -> bool:
    """Return whether a value holds properties, or says that they are those of another event."""
    return isinstance(inner, list | Mapping) or same_as(text_of(inner)) is not None


def _parsed(schema: Any) -> Mapping[str, Any]:
    if not isinstance(schema, str):
        return schema if isinstance(schema, Mapping) else {}
    try:
        found = json.loads(schema)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def name_of_schema(schema: Mapping[str, Any], whole: Whole) -> str:
    """Return which event a schema says it is of: by the type that it asks for, by Iglu's `self`, or by its title."""
    return (
        asked_name(schema, whole)
        or text_at(map_at(schema, "self"), "name")
        or text_at(schema, "title")
    )


def asked_name(schema: Mapping[str, Any], whole: Whole) -> str:
    """Return the one name that a whole schema asks of its events, "" where it asks for none."""
    return next(iter(names_asked(schema, whole, ASKED).values()), "")


def names_asked(schema: Mapping[str, Any], whole: Whole, keys: Iterable[str]) -> dict[str, str]:
    """Return the members of a whole schema, of some, that have one value alone, with it."""
    members = map_at(schema, "properties")
    values = {key: only_value(whole(members.get(key))) for key in keys}
    return {key: value for key, value in values.items() if value}


def only_value(schema: Any) -> str:
    """Return the only text that a schema allows, "" where it allows others."""
    if not isinstance(schema, Mapping):
        return ""
    values = schema.get("enum", [schema.get("const")])
    return text_of(values[0]) if isinstance(values, list) and len(values) == 1 else ""
