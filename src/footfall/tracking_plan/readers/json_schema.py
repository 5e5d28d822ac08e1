"""Reader of JSON Schemas: a folder with one per event, one file with all, or the rules of Segment's tracking plans.

A schema is read as far as a plan goes: types, allowed values, what is required, descriptions,
examples, lists and their records. References lead within the file; nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from footfall.errors import shown
from footfall.tracking_plan.plan import Origin, PlanEvent, PlanProperty, PlanType
from footfall.tracking_plan.readers.csv_text import read_text
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.grid import clean, refusal
from footfall.validation.json_pointer import unescaped

MOST_FILES = 20_000
MOST_BYTES = 256 << 20
MOST_STEPS = 20
"""References that are followed one after the other: some lead in a circle."""
USER_PROPERTIES = "user_properties"
_TYPES: Mapping[str, PlanType] = {
    "string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "array": "list", "object": "any",
}  # fmt: skip
_TIMES = ("date", "date-time", "time")
_NESTED = ("event_properties", "properties")
"""Below which an event's own properties stand, where a schema is of the whole event."""
_RULE_KEYS = ("jsonSchema", "rules", "schema")
_RULE_TYPES = ("TRACK", "OBJECT", "EVENT")
Schema = Mapping[str, Any]


def schema_files(path: Path) -> list[Path]:
    """Return the JSON files of a path, in order.

    Raises:
        UsageError: There are too many of them, or too much in them.
    """
    files = (
        sorted(
            file for file in path.rglob("*.json") if file.is_file() and not file.is_symlink()
        )
        if path.is_dir()
        else [path]
    )
    n_bytes = sum(file.stat().st_size for file in files)
    if len(files) > MOST_FILES or n_bytes > MOST_BYTES:
        message = f"{len(files):,} files of {n_bytes >> 20:,} MiB in all"
        raise refusal(
            Origin(path.name), message, f"at most {MOST_FILES:,} files, {MOST_BYTES >> 20} MiB"
        )
    return files


def read_schemas(path: Path, draft: Draft) -> None:
    """Take what the JSON Schemas of a file or folder say.

    Raises:
        UsageError: A file is no JSON, or not read within reason; names it.
    """
    for file in schema_files(path):
        _Document(file.name, _parsed(file), draft).read(file.stem)


def _parsed(file: Path) -> Any:
    text, _ = read_text(file)
    try:
        return json.loads(text)
    except RecursionError:
        raise refusal(Origin(file.name), "the JSON is nested too deep") from None
    except ValueError as error:
        raise refusal(
            Origin(file.name), f"this is no JSON: {error}", "a JSON Schema, or several"
        ) from None


class _Document:
    """A file of JSON."""

    def __init__(self, file: str, root: Any, draft: Draft) -> None:
        self.file, self.root, self.draft = file, root, draft

    def read(self, stem: str) -> None:
        """Take all schemas of the file."""
        found = list(self._events())
        for name, schema in found:
            self._event(name, schema)
        if isinstance(self.root, Mapping):
            self._about(is_bundle=bool(found))
            if not found and (stem == USER_PROPERTIES or self._names_users(self.root)):
                self._users(self.root)
            elif not found and self._is_event(self.root):
                self._event(_name(self.root) or stem, self.root)
            elif not found:
                self.draft.remark(f"{self.file}: no schema of an event; it is not read")

    def _about(self, *, is_bundle: bool) -> None:
        definitions = self._definitions()
        if isinstance(definitions.get(USER_PROPERTIES), Mapping):
            self._users(definitions[USER_PROPERTIES])
        if is_bundle:
            self.draft.title = self.draft.title or _text(self.root.get("title"))
            self.draft.about = self.draft.about or _text(self.root.get("description"))

    def _events(self) -> Iterator[tuple[str, Schema]]:
        """Yield name and schema of each event, where the file holds several."""
        rules = self.root if isinstance(self.root, list) else self._rules()
        for number, rule in enumerate(rules, 1):
            if _is_rule_of_event(rule):
                inner = (rule[key] for key in _RULE_KEYS if _is_map(rule.get(key)))
                schema = next(inner, rule)
                key = _text(rule.get("key")) or _name(rule) or _name(schema)
                yield key or f"event {number}", schema
        for key, schema in self._definitions().items():
            if key == USER_PROPERTIES or not _is_map(schema):
                continue
            if key.startswith("event:") or self._is_event(schema):
                yield _name(schema) or key.removeprefix("event:"), schema

    def _rules(self) -> Sequence[Any]:
        found: Any = self.root
        for key in ("data", "tracking_plan", "trackingPlan"):
            found = found[key] if _is_map(found) and _is_map(found.get(key)) else found
        lists = (found.get(key) for key in ("rules", "events")) if _is_map(found) else ()
        rules = next((each for each in lists if isinstance(each, list | Mapping)), [])
        if isinstance(rules, Mapping):
            rules = (
                rules["events"]
                if isinstance(rules.get("events"), list)
                else [{"key": name, "schema": schema} for name, schema in rules.items()]
            )
        return rules

    def _definitions(self) -> dict[str, Any]:
        if not _is_map(self.root):
            return {}
        found: dict[str, Any] = {}
        for key in ("$defs", "definitions"):
            found |= self.root[key] if _is_map(self.root.get(key)) else {}
        return found

    def _is_event(self, schema: Schema) -> bool:
        """Return whether a schema is of an event: it says which event it is of, or it is all of a file."""
        properties = _map(schema, "properties")
        return "event_type" in properties or (
            schema is self.root and bool(properties or _name(schema))
        )

    def _names_users(self, schema: Schema) -> bool:
        return _text(schema.get("title")).casefold() in ("user properties", "identify", "users")

    # --- one schema -------------------------------------------------------------------------------------------------

    def _event(self, name: str, schema: Schema) -> None:
        properties = _map(schema, "properties")
        category = _first(self._resolved(properties.get("category"))) or _text(
            schema.get("category")
        )
        read = PlanEvent(
            clean(name), category, _text(schema.get("description")), origin=Origin(self.file)
        )
        if not read.name:
            self.draft.remark(f"{self.file}: a schema without a name is left out")
            return
        self.draft.add_event(read)
        inner = next(
            (
                self._resolved(properties[key])
                for key in _NESTED
                if _is_map(properties.get(key))
            ),
            schema,
        )
        self._properties(read.name, inner)

    def _users(self, schema: Schema) -> None:
        traits = _map(schema, "properties").get("traits")
        self._properties("", self._resolved(traits) if _is_map(traits) else schema)

    def _properties(self, event: str, schema: Schema) -> None:
        required = schema.get("required")
        for name, inner in _map(schema, "properties").items():
            if clean(name):
                is_required = isinstance(required, list) and name in required
                read = self._property(
                    name, self._resolved(inner), is_required=is_required, depth=0
                )
                self.draft.add_property(event, read, is_typed=read.type != "any")

    def _property(
        self, name: str, schema: Schema, *, is_required: bool, depth: int
    ) -> PlanProperty:
        kind, can_be_null = self._type(schema)
        item, fields = self._items(schema, depth) if kind == "list" else (None, ())
        allowed = schema if kind != "list" else self._resolved(schema.get("items"))
        values = [*_listed(allowed, "enum"), *_member(allowed, "const")]
        examples = [*_listed(schema, "examples"), *_member(schema, "default")]
        return PlanProperty(
            clean(name),
            kind,
            item,
            fields,
            about=_text(schema.get("description")),
            values=tuple(dict.fromkeys(_texts(values))),
            examples=tuple(dict.fromkeys(_texts(examples))),
            is_required=is_required and not can_be_null,
            origin=Origin(self.file, "", name),
        )

    def _type(self, schema: Schema) -> tuple[PlanType, bool]:
        """Return a type, and whether null is allowed beside it."""
        written = schema.get("type")
        names = [written] if isinstance(written, str) else _listed(schema, "type")
        for each in (*_listed(schema, "anyOf"), *_listed(schema, "oneOf")):
            inner = self._resolved(each).get("type")
            names += [inner] if isinstance(inner, str) else []
        kinds = {_TYPES[name] for name in names if isinstance(name, str) and name in _TYPES}
        # `null` beside a type says that it may be left out; of two types that are both numbers
        # one holds both.
        if kinds == {"integer", "number"}:
            kinds = {"number"}
        if not kinds and _listed(schema, "enum"):
            kinds = {_type_of(_listed(schema, "enum"))}
        kind = kinds.pop() if len(kinds) == 1 else "any"
        is_time = kind == "text" and schema.get("format") in _TIMES
        return ("time" if is_time else kind), "null" in names

    def _items(
        self, schema: Schema, depth: int
    ) -> tuple[PlanType | None, tuple[PlanProperty, ...]]:
        items = self._resolved(schema.get("items"))
        properties = _map(items, "properties")
        # Records within records have no place in a plan; a depth of one also ends schemas that
        # hold themselves.
        if properties and depth == 0:
            required = _listed(items, "required")
            fields = (
                self._property(
                    name, self._resolved(inner), is_required=name in required, depth=1
                )
                for name, inner in properties.items()
                if clean(name)
            )
            return None, tuple(fields)
        kind, _ = self._type(items)
        return (None, ()) if items.get("type") == "object" else (kind, ())

    def _resolved(self, schema: Any) -> Schema:
        """Return a schema with its reference followed, within the file.

        An empty one for what cannot be.
        """
        found = schema
        for _ in range(MOST_STEPS):
            reference = found.get("$ref") if _is_map(found) else None
            if not isinstance(reference, str):
                return found if _is_map(found) else {}
            if not reference.startswith("#"):
                self.draft.remark(
                    f"{self.file}: {shown(reference)} leads out of the file and is not followed"
                )
                return {}
            found = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        found = self.root
        for part in reference.removeprefix("#").strip("/").split("/"):
            key = unescaped(unquote(part))
            found = found.get(key) if _is_map(found) else None
        return found


def _is_rule_of_event(rule: Any) -> bool:
    """Return whether one of Segment's rules is of an event.

    Others are of people, pages and groups.
    """
    return _is_map(rule) and _text(rule.get("type", "TRACK")).upper() in _RULE_TYPES


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def _map(schema: Schema, key: str) -> Schema:
    found = schema.get(key)
    return found if isinstance(found, Mapping) else {}


def _listed(schema: Schema, key: str) -> list[Any]:
    found = schema.get(key)
    return list(found) if isinstance(found, list) else []


def _member(schema: Schema, key: str) -> list[Any]:
    return [schema[key]] if key in schema else []


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _texts(values: Sequence[Any]) -> Iterator[str]:
    """Yield values as a plan writes them; null and objects are left out."""
    for value in values:
        if value is None or _is_map(value):
            continue
        text = clean(value if isinstance(value, str) else json.dumps(value))
        if text:
            yield text


def _type_of(values: Sequence[Any]) -> PlanType:
    """Return the type that all of some values have."""
    # Exact types, since a bool is an int for `isinstance`.
    of: dict[type, PlanType] = {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "text",
    }
    kinds = {type(value) for value in values if value is not None}
    return of.get(kinds.pop(), "any") if len(kinds) == 1 else "any"


def _first(schema: Schema) -> str:
    return next(_texts([*_listed(schema, "enum"), schema.get("const")]), "")


def _name(schema: Schema) -> str:
    """Return which event a schema says it is of: by the type that it asks for, by Iglu's `self`, or by its title."""
    properties = _map(schema, "properties")
    asked = _map(properties, "event_type") or _map(properties, "event")
    return (
        _first(asked)
        or _text(_map(schema, "self").get("name"))
        or _text(schema.get("title"))
        or _text(schema.get("name"))
    )
