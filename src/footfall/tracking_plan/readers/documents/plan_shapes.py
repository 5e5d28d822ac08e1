"""Shapes of plans in JSON and YAML: which parts of a document declare calls.

Known are the rules of Segment and RudderStack, in API answers too; what Avo and Mixpanel export; and
lists and maps of events as people write them by hand. Each call becomes a JSON Schema with a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from footfall.tracking_plan.readers.documents.calls import Call, Declared
from footfall.tracking_plan.readers.documents.elements import (
    SILENT,
    WORDS_OF_SCHEMAS,
    Element,
    name_of_schema,
    says_open,
)
from footfall.tracking_plan.readers.documents.members import maps_of, text_at, text_of, unread
from footfall.tracking_plan.readers.documents.plain_properties import (
    are_properties,
    schema_of_properties,
)
from footfall.tracking_plan.readers.documents.whole_schemas import Whole

_ENVELOPES = (
    "data", "tracking_plan", "trackingPlan", "plan", "result", "results", "response", "payload",
)  # fmt: skip
_LISTS = (
    "events", "rules", "entries", "results", "tracking_events", "trackingEvents",
    "event_definitions", "eventDefinitions", "custom_events", "customEvents",
)  # fmt: skip
_ANY_LISTS = ("rules", "entries", "results")
"""Lists that hold events only if an element looks like one: others have such lists too."""
_ALONE = ("event_property", "user_property")
_SECTIONS: Mapping[str, Call] = {
    "identify": "identify", "identify_traits": "identify", "user_properties": "identify", "userProperties": "identify",
    "user_traits": "identify", "userTraits": "identify", "traits": "identify", "users": "identify", "user": "identify",
    "custom_attributes": "identify", "customAttributes": "identify",
    "people": "identify", "profile": "identify", "profiles": "identify",
    "group": "group", "group_traits": "group", "group_properties": "group", "groupProperties": "group",
    "groups": "group", "groupTypes": "group",
    "page": "page", "screen": "screen", "alias": "alias", "global": "common", "common": "common",
}  # fmt: skip
_TITLES = ("title", "display_name", "displayName", "name")
_OF_PLAN = (
    *_LISTS,
    *_SECTIONS,
    *SILENT,
    *_TITLES,
    "description",
    "categories",
    "status",
    "pagination",
    "type",
)
LeaveOut = Callable[[str, str], None]
"""Takes what is not read, and its place."""


def opened(root: Any) -> Any:
    """Return what stands in the envelopes of API answers."""
    while isinstance(root, Mapping) and not _is_schema(root):
        if _lists(root):
            break
        within = (root[key] for key in _ENVELOPES if isinstance(root.get(key), list | Mapping))
        inner = next(within, None)
        if inner is None:
            break
        root = inner
    return root


def _lists(root: Mapping[str, Any]) -> list[str]:
    """Return the keys of a plan below which its calls may stand."""
    return [key for key in _LISTS if isinstance(root.get(key), list | Mapping)]


def _is_schema(root: Mapping[str, Any]) -> bool:
    """Return whether a map is a JSON Schema; a plan with a list of events may have a `$schema` of its own."""
    words = [word for word in WORDS_OF_SCHEMAS if word in root]
    return bool(words) and (words != ["$schema"] or not _lists(root))


class Shapes:
    """Finds the calls that a document declares in lists, maps and sections.

    Args:
        whole: Makes schemas whole.
        leave_out: Takes what is not read.
    """

    def __init__(self, whole: Whole, leave_out: LeaveOut) -> None:
        self.whole, self.leave_out = whole, leave_out
        self.titles: dict[str, str] = {}
        """What the plan calls itself, and says of itself."""

    def calls(self, root: Any) -> list[Declared]:
        """Return the calls in order, none where nothing says that there are any."""
        root = opened(root)
        if isinstance(root, list):
            return [*self._elements(root, "", {})] if _are_events(root) else []
        if not isinstance(root, Mapping) or _is_schema(root):
            return []
        found_calls = [*self._sections(root, "")]
        if found_calls:
            self.titles["title"] = text_at(root, *_TITLES)
            self.titles["about"] = text_at(root, "description")
            for key in unread(root, _OF_PLAN):
                self.leave_out(f"key {key} of the plan", "")
            return [
                replace(each, is_open=each.is_open or says_open(root)) for each in found_calls
            ]
        specs = [spec for spec in root.values() if isinstance(spec, Mapping)]
        is_map = (
            bool(specs) and len(specs) == len(root) and all(Element(spec).key for spec in specs)
        )
        return [*self._by_name(root, "")] if is_map else []

    def _sections(self, root: Mapping[str, Any], within: str) -> Iterator[Declared]:
        """Yield the calls of a plan's sections, such as `events`, `identify` and `group`."""
        listed = _lists(root)
        for key in listed:
            inner, place = root[key], f"{within}{key}"
            if isinstance(inner, list) and key in _ANY_LISTS and not _are_events(inner):
                continue
            if isinstance(inner, list):
                yield from self._elements(inner, place, _names_by_id(root.get("categories")))
            elif isinstance(inner.get("events"), list | Mapping):
                yield from self._sections(inner, f"{place}.")
            else:
                yield from self._by_name(inner, place)
        for key, call in _SECTIONS.items() if listed else ():
            if root.get(key):
                yield self._section(call, root[key], f"{within}{key}")

    def _section(self, call: Call, inner: Any, place: str) -> Declared:
        element = Element(inner) if isinstance(inner, Mapping) else None
        if element is None or not element.key:
            return Declared(call, "", schema_of_properties(inner), place)
        is_open = says_open(element.written)
        return Declared(call, "", element.schema(), place, element.about, is_open=is_open)

    # --- lists and maps of events ---------------------------------------------------------------------------------

    def _elements(
        self, elements: Sequence[Any], place: str, categories: Mapping[str, str]
    ) -> Iterator[Declared]:
        for number, written in enumerate(elements):
            at = f"{place}[{number}]"
            if isinstance(written, Mapping) and set(written) & {*_ALONE}:
                yield from self._property_alone(written, at)
            elif isinstance(written, Mapping):
                yield from self._declared(Element(written), "", at, categories)
            elif text_of(written):
                yield Declared("track", text_of(written), {}, at)
            else:
                self.leave_out("an element that is no event", at)

    def _property_alone(self, written: Mapping[str, Any], place: str) -> Iterator[Declared]:
        """Yield a call with the one property that an element is, as Amplitude's API answers them."""
        key = next(key for key in _ALONE if key in written)
        event = text_at(written, "event_type")
        name = text_at(written, key)
        if not name or (key == "event_property" and not event):
            self.leave_out(f"property {name} of no event", place)
            return
        rest = {k: v for k, v in written.items() if k not in (key, "event_type")}
        call: Call = "track" if key == "event_property" else "identify"
        yield Declared(call, event, schema_of_properties({name: rest}), place)

    def _by_name(self, events: Mapping[str, Any], place: str) -> Iterator[Declared]:
        """Yield the calls of a map from names to what is said of each."""
        for name, written in events.items():
            at = f"{place}.{name}".lstrip(".")
            if isinstance(written, list) or are_properties(written):
                yield Declared("track", text_of(name), schema_of_properties(written), at)
            elif isinstance(written, Mapping):
                yield from self._declared(Element(written), text_of(name), at, {})
            elif written is None or text_of(written):
                yield Declared("track", text_of(name), {}, at, text_of(written))
            else:
                self.leave_out("an element that is no event", at)

    def _declared(
        self, element: Element, key: str, place: str, categories: Mapping[str, str]
    ) -> Iterator[Declared]:
        """Yield what an element declares; one of an event that has no name is left out.

        Args:
            key: What it is called where it stands in a map.
        """
        schema = element.schema()
        is_own = schema is element.written and not element.is_schema
        of_schema = "" if is_own else name_of_schema(self.whole(schema), self.whole)
        # A title within the schema of an event in a map is one more description of it.
        name = key or element.name or of_schema
        if element.call == "track" and not name:
            self.leave_out("an element without the name of an event", place)
            return
        for unknown in element.unread():
            self.leave_out(f"key {unknown} of an event", name or place)
        section = text_at(element.written, "identitySection", "identity_section")
        category = element.category(categories)
        is_open = says_open(element.written)
        yield Declared(
            element.call, name, schema, place, element.about, category, section, is_open
        )


def _are_events(elements: Sequence[Any]) -> bool:
    """Return whether any element can only be an event, or a property of one."""
    found = maps_of(elements)
    return any(Element(each).is_event or set(each) & {*_ALONE} for each in found)


def _names_by_id(categories: Any) -> dict[str, str]:
    return {
        str(each.get("id", each.get("name"))): text_at(each, "name")
        for each in maps_of(categories)
    }
