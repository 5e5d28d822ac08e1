"""Reader of RudderStack's catalogue in YAML: plans refer to events, properties and types in other files.

Source: rudderstack.com/docs, Rudder CLI. Files have a `kind`; references are `#property:id` or, in
older files, `#/properties/group/id`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from footfall.tracking_plan.readers.documents.calls import Declared, call_of
from footfall.tracking_plan.readers.documents.elements import OPEN, says_open
from footfall.tracking_plan.readers.documents.members import maps_of, text_at, unread
from footfall.tracking_plan.readers.documents.plain_properties import (
    IN_FILE,
    schema_of_property,
)
from footfall.tracking_plan.readers.documents.source_files import PlanFile

_PLANS = ("tp", "tracking-plan")
_LISTS = {
    "events": "events",
    "properties": "properties",
    "categories": "categories",
    "custom-types": "types",
}
"""Kind of a file → the key below `spec` with what it declares."""
_OF_RULES = (
    "id",
    "type",
    "event",
    "properties",
    "variants",
    "identity_section",
    "identitySection",
)
_OF_EVENTS = ("id", "name", "event_type", "description", "category")
_OF_REFERENCES = ("property", "$ref", "required", "properties")
"""Keys that are read."""
_REFERENCE = re.compile(r"#/?([a-z-]+?)s?[:/](?:.*/)?([^/]+)")
_SINGULARS = {
    "properties": "property",
    "propertie": "property",
    "categories": "category",
    "categorie": "category",
}
MOST_LEVELS = 20
"""Properties within properties: those of custom types may lead in a circle."""
Entry = Mapping[str, Any]
LeaveOutOf = Callable[[str], Callable[[str, str], None]]
"""Gives of a file what takes what is not read, and its place."""


def is_catalogue(document: PlanFile) -> bool:
    """Return whether a document is a file of RudderStack's catalogue."""
    root = document.root
    if not isinstance(root, Mapping) or not isinstance(root.get("spec"), Mapping):
        return False
    is_versioned = str(root.get("version", "")).startswith("rudder/")
    return is_versioned and root.get("kind") in (*_PLANS, *_LISTS)


class DataCatalogue:
    """The events, properties and types that some files declare.

    Args:
        leave_out_of: Takes what is not read.
    """

    def __init__(self, documents: Sequence[PlanFile], leave_out_of: LeaveOutOf) -> None:
        self.documents, self.leave_out_of = documents, leave_out_of
        self.leave_out = leave_out_of(documents[0].file)
        self.entries: dict[tuple[str, str], Entry] = {}
        self.files: dict[int, str] = {}
        self.titles: dict[str, str] = {}
        self.used: set[int] = set()
        for document in documents:
            kind = document.root["kind"]
            for entry in maps_of(document.root["spec"].get(_LISTS.get(kind, ""))):
                self.entries[_singular(kind), str(entry.get("id", ""))] = entry
                self.files[id(entry)] = document.file

    def calls(self) -> Iterator[tuple[str, list[Declared]]]:
        """Yield the calls of each plan with its file; without a plan those of all events, without properties."""
        plans = [document for document in self.documents if document.root["kind"] in _PLANS]
        for document in plans:
            self.leave_out = self.leave_out_of(document.file)
            spec = document.root["spec"]
            self.titles.setdefault("title", text_at(spec, "display_name"))
            self.titles.setdefault("about", text_at(spec, "description"))
            rules = enumerate(maps_of(spec.get("rules")))
            yield (
                document.file,
                [call for n, rule in rules for call in self._rule(rule, f"rules[{n}]")],
            )
        events = [
            (key, event) for (kind, key), event in self.entries.items() if kind == "event"
        ]
        if not plans:
            self.used.update(id(event) for _, event in events)
            yield (
                self.documents[0].file,
                [self._declared(event, key, {}) for key, event in events],
            )
        for (kind, key), entry in self.entries.items():
            if id(entry) not in self.used:
                what = f"{kind} {text_at(entry, 'name') or key}, to which nothing refers,"
                self._leave_out(what, "", entry)

    def _rule(self, rule: Entry, place: str) -> Iterator[Declared]:
        event = self._entry(rule.get("event"), place)
        if event is None:
            return
        schema = self._object(rule.get("properties"), place, 0)
        if rule.get("variants"):
            self.leave_out("key variants of a rule", place)
        self._tell_unread(rule, _OF_RULES, "a rule", place)
        # Older files say it beside the reference to the event.
        is_open = any(says_open(each) for each in (rule, rule.get("event")))
        section = text_at(rule, "identity_section", "identitySection")
        yield replace(self._declared(event, place, schema, section), is_open=is_open)

    def _declared(
        self, event: Entry, place: str, schema: Mapping[str, Any], section: str = ""
    ) -> Declared:
        self._tell_unread(event, _OF_EVENTS, "an event", place, event)
        category = event.get("category")
        found = self._entry(category, place, event) if category else None
        return Declared(
            call_of(event.get("event_type")) or "track",
            text_at(event, "name"),
            schema,
            place,
            text_at(event, "description"),
            text_at(found, "name"),
            section,
        )

    def _entry(self, reference: Any, place: str, within: Entry | None = None) -> Entry | None:
        """Return what a reference leads to; what is in none of the files is named.

        Args:
            reference: As it is written.
            place: In the plan.
            within: The entry that it stands in, if it is not the plan itself.
        """
        written = reference.get("$ref") if isinstance(reference, Mapping) else reference
        found = _REFERENCE.fullmatch(written) if isinstance(written, str) else None
        entry = self.entries.get((_singular(found[1]), found[2])) if found else None
        self.used.add(id(entry))
        if entry is None and found:
            what = f"what {written} refers to, which is in none of the files,"
            self._leave_out(what, place, within)
        return entry

    def _leave_out(self, what: str, place: str, within: Entry | None) -> None:
        """Name what is not read: with the file and the id of the entry that it is within, if it is not the plan."""
        if within is None:
            self.leave_out(what, place)
        else:
            self.leave_out_of(self.files[id(within)])(what, str(within.get("id", "")))

    def _tell_unread(
        self,
        entry: Entry,
        read: Sequence[str],
        what: str,
        place: str,
        within: Entry | None = None,
    ) -> None:
        for key in unread(entry, (*read, *OPEN)):
            self._leave_out(f"key {key} of {what}", place, within)

    # --- properties -----------------------------------------------------------------------------------------------

    def _object(
        self, references: Any, place: str, level: int, within: Entry | None = None
    ) -> dict[str, Any]:
        """Return the schema of an object of which some references, within an entry or a rule, name the properties."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        if level > MOST_LEVELS:
            self._leave_out("what a type holds that holds itself", place, within)
            return {"type": "object"}
        for reference in maps_of(references):
            target = reference.get("property", reference.get("$ref"))
            entry = self._entry(target, place, within)
            if entry is None:
                continue
            name = text_at(entry, "name") or str(entry.get("id"))
            self._tell_unread(
                reference, _OF_REFERENCES, "a property's place", f"{place}.{name}", within
            )
            properties[name] = self._property(entry, reference, f"{place}.{name}", level)
            if reference.get("required") is True:
                required.append(name)
        return {"type": "object", "properties": properties, "required": required}

    def _property(
        self, entry: Entry, reference: Entry, place: str, level: int
    ) -> dict[str, Any]:
        schema = self._typed(entry, place, level)
        if reference.get("properties"):
            inner = self._object(reference["properties"], place, level + 1)
            schema = (
                {**schema, "items": inner}
                if schema.get("type") == "array"
                else {**schema, **inner}
            )
        return {**schema, IN_FILE: self.files[id(entry)]}

    def _typed(self, entry: Entry, place: str, level: int) -> dict[str, Any]:
        """Return the schema of a property or of a custom type."""
        kinds = entry.get("type", entry.get("types"))
        about = {key: entry[key] for key in ("description",) if key in entry}
        if isinstance(kinds, str) and kinds.startswith("#"):
            custom = self._entry(kinds, place, entry)
            return {**self._custom(custom, place, level), **about} if custom else dict(about)
        rest = {
            key: value
            for key, value in entry.items()
            if key not in ("id", "name", "variants", "properties")
        }
        schema, _ = schema_of_property(rest)
        return self._with_items(entry, dict(schema), place, level)

    def _custom(self, custom: Entry, place: str, level: int) -> dict[str, Any]:
        if custom.get("variants"):
            self._leave_out("key variants of a type", place, custom)
        if custom.get("properties"):
            return self._object(custom["properties"], place, level + 1, custom)
        return self._typed(custom, place, level)

    def _with_items(
        self, entry: Entry, schema: dict[str, Any], place: str, level: int
    ) -> dict[str, Any]:
        """Return a list's schema with the custom type of its elements."""
        config = entry.get("config", entry.get("propConfig"))
        inner = {**config, **entry} if isinstance(config, Mapping) else entry
        names = inner.get("item_types", inner.get("itemTypes", inner.get("item_type")))
        name = names[0] if isinstance(names, list) and len(names) == 1 else names
        if isinstance(name, str) and name.startswith("#") and level < MOST_LEVELS:
            custom = self._entry(name, place, entry)
            schema["items"] = self._custom(custom, place, level + 1) if custom else {}
        return schema


def _singular(kind: str) -> str:
    return _SINGULARS.get(kind, kind.removesuffix("s"))
