"""Reader of calls: events become events, what is said of people their properties, the rest is named.

A schema may be of all that is sent or of the properties alone; both are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from footfall.errors import shown
from footfall.tracking_plan.plan import Origin, PlanEvent
from footfall.tracking_plan.readers.documents.calls import Declared
from footfall.tracking_plan.readers.documents.elements import ASKED, names_asked, only_value
from footfall.tracking_plan.readers.documents.members import list_at, map_at, text_at, text_of
from footfall.tracking_plan.readers.documents.whole_schemas import Schema
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.json_schema import SchemaReader

UNNAMED = {"page": "page", "screen": "screen"}
"""Kind of a call → what it is called as an event where it has no name: what receivers call it."""
_OF_EVENTS = ("event_properties", "eventProperties", "properties")
"""Below which an event's own properties stand, where a schema is of all that is sent."""
_OF_PEOPLE = ("traits", "user_properties", "userProperties", "$set", "properties")
_OF_EVENTS_PEOPLE = ("user_properties", "userProperties", "traits", "$set")
_SENT = frozenset((
    "event", "event_type", "event_name", "eventName", "type", "name", "category", "messageId", "timestamp", "time",
    "originalTimestamp", "sentAt", "receivedAt", "userId", "user_id", "anonymousId", "anonymous_id", "device_id",
    "deviceId", "distinct_id", "session_id", "sessionId", "insert_id", "channel", "integrations", "version",
    "groupId", "previousId", "writeKey",
))  # fmt: skip
"""Members of what is sent that every event has here too, or that a plan says nothing by."""
_READ = ("properties", "additionalProperties", "unevaluatedProperties")


class CallReader:
    """Takes the calls of a file into a draft.

    Args:
        calls: In the file's order.
    """

    def __init__(
        self, file: str, calls: Sequence[Declared], schemas: SchemaReader, draft: Draft
    ) -> None:
        self.file, self.schemas, self.draft, self.whole = file, schemas, draft, schemas.whole.of
        self.calls = [call for call in calls if call.call != "common"]
        self.common = [call.schema for call in calls if call.call == "common"]

    def read(self) -> None:
        """Take all calls."""
        for call in self.calls:
            self.schemas.begin(self.file, call.name or call.place)
            match call.call:
                case "identify":
                    self._people(self._within(call), is_open=call.is_open)
                case "group":
                    for name in map_at(self._within(call), "properties"):
                        self._leave_out(f"group property {name}", call)
                case "alias":
                    self._leave_out("the call alias", call)
                case _:
                    self._event(call)

    def _event(self, call: Declared) -> None:
        # What holds for all events holds for each.
        schema = self.whole(
            {"allOf": [call.schema, *self.common]} if self.common else call.schema
        )
        name = call.name or UNNAMED.get(call.call, "")
        if not name:
            self._leave_out("a schema without the name of an event", call)
            return
        if not call.name:
            text = f"calls of kind {call.call} are taken as events called {shown(name)}"
            self.draft.remark(text, self._at(call))
        if call.named_by:
            text = f"events are called by the only value of their member {call.named_by}"
            self.draft.remark(text, Origin(self.file))
        asked = self.whole(map_at(schema, "properties").get("category"))
        category = call.category or only_value(asked)
        about = call.about or text_at(schema, "description")
        own = self._own(schema, _OF_EVENTS, call)
        is_open = call.is_open or self.schemas.is_open(own)
        event = PlanEvent(name, category, about, is_open=is_open, origin=self._at(call))
        self.draft.add_event(event)
        for read, is_typed in self.schemas.properties(own):
            self.draft.add_property(name, read, is_typed=is_typed)

    def _people(self, schema: Schema, *, is_open: bool = False) -> None:
        self.draft.has_open_people |= is_open or self.schemas.is_open(schema)
        for read, is_typed in self.schemas.properties(schema):
            self.draft.add_property("", read, is_typed=is_typed)

    def _within(self, call: Declared) -> Schema:
        """Return the schema of what a call says of a person or a group."""
        schema = self.whole(call.schema)
        for part in filter(None, call.section.split(".")):
            inner = map_at(schema, "properties").get(part)
            schema = schema if inner is None else self.whole(inner)
        return self._own(schema, _OF_PEOPLE, call)

    # --- of all that is sent, the properties ----------------------------------------------------------------------

    def _own(self, schema: Schema, sections: Sequence[str], call: Declared) -> Schema:
        """Return the schema of the properties themselves, in that of all that is sent; what stands beside is named."""
        members = map_at(schema, "properties")
        self.schemas.rest(schema, _READ)
        section = next((key for key in sections if self._is_object(members.get(key))), "")
        if not section:
            context = self.whole(members.get("context"))
            if sections is _OF_PEOPLE and self._is_object(
                map_at(context, "properties").get("traits")
            ):
                return self._own(context, sections, call)
            return self._without_names(schema, call)
        for key in members:
            if key != section and key not in _SENT:
                self._beside(key, self.whole(members[key]), call)
        found = self.whole(members[section])
        self.schemas.rest(found, _READ)
        return found

    def _without_names(self, schema: Schema, call: Declared) -> Schema:
        """Return the schema of an event's properties without the member that says which event it is."""
        members = map_at(schema, "properties")
        names = {*names_asked(schema, self.whole, ASKED), *filter(None, (call.named_by,))}
        if not names:
            return schema
        unasked = {*names, *(_SENT - set(members))}
        return {
            **schema,
            "properties": {k: member for k, member in members.items() if k not in names},
            "required": [
                name
                for name in list_at(schema, "required")
                if text_of(name) and name not in unasked
            ],
        }

    def _beside(self, key: str, member: Schema, call: Declared) -> None:
        """Take what stands beside the properties of a call: of the person, or nothing that is read."""
        if key in _OF_EVENTS_PEOPLE:
            self._people(member)
        elif map_at(member, "properties") or (member and not _is_object(member)):
            for name in map_at(member, "properties") or [""]:
                self._leave_out(
                    f"property {'.'.join(filter(None, (key, name)))} beside those of a call",
                    call,
                )

    def _is_object(self, member: object) -> bool:
        return member is not None and _is_object(self.whole(member))

    def _leave_out(self, what: str, call: Declared) -> None:
        self.draft.leave_out(what, self._at(call))

    def _at(self, call: Declared) -> Origin:
        return Origin(self.file, place=call.place)


def _is_object(schema: Schema) -> bool:
    return schema.get("type") in ("object", ["object"]) or "properties" in schema
