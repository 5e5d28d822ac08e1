"""Exports the table of the language as a JSON Schema: editors complete and check by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from footfall.scenario.forms import (
    ByShape,
    Form,
    Key,
    ListOf,
    MapKind,
    MapOf,
    Ref,
    Scalar,
    StepForm,
)
from footfall.scenario.language import KINDS, SCENARIO
from footfall.scenario.language_steps import EMIT, GUARD, STEP_VERBS, STEP_WORDS
from footfall.scenario.scalars import LABEL

DRAFT = "https://json-schema.org/draft/2020-12/schema"
STEP = "step"
BESIDE_EVENT = ("when", "named", "after")

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the language as a JSON Schema, draft 2020-12.

    It sees a scenario as editors do, after YAML has typed its scalars, so numbers may be numbers or texts. What it
    refuses the loader refuses too; the loader finds more.
    """
    kinds = {_name(kind): _kind(kind) for kind in KINDS.values() if kind is not SCENARIO}
    return {
        "$schema": DRAFT,
        "title": "footfall scenario",
        **_kind(SCENARIO),
        "$defs": {STEP: _step(), **kinds},
    }


def json_schema_text() -> str:
    """Return the JSON Schema as text, indented, for a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _name(kind: MapKind) -> str:
    return kind.name.replace("`", "").replace(" ", "-")


def _kind(kind: MapKind) -> Schema:
    schema: Schema = {
        "description": kind.about,
        "type": "object",
        "properties": {key.name: _key(key) for key in kind.keys},
        "additionalProperties": False,
    }
    required = [key.name for key in kind.keys if key.is_required]
    if required:
        schema["required"] = required
    groups = [_exactly_one(group) for group in kind.one_of]
    # JSON Schema has no “at most one of”: each pair is excluded.
    groups += [
        _not_both(pair) for group in kind.at_most_one_of for pair in combinations(group, 2)
    ]
    return schema | ({"allOf": groups} if groups else {})


def _exactly_one(group: Sequence[str]) -> Schema:
    return {"oneOf": [{"required": [name]} for name in group]}


def _not_both(pair: Sequence[str]) -> Schema:
    return {"not": {"required": list(pair)}}


def _key(key: Key) -> Schema:
    parts = [
        key.about,
        f"Default: {key.default}" if key.default else "",
        f"Example: {key.example}",
    ]
    return {"description": ". ".join(filter(None, parts)), **_form(key.form)}


def _form(form: Form) -> Schema:
    match form:
        case Scalar():
            return dict(form.json)
        case ListOf():
            return _list(form)
        case MapOf():
            return _map(form)
        case ByShape():
            return {
                "anyOf": [_form(shape) for shape in (form.scalar, form.list, form.map) if shape]
            }
        case Ref():
            return _or_null({"$ref": f"#/$defs/{_name(KINDS[form.kind])}"}, form.takes_null)
        case StepForm():
            return {"$ref": f"#/$defs/{STEP}"}


def _list(form: ListOf) -> Schema:
    limits = {"minItems": form.least} if form.least else {}
    return {
        "type": "array",
        "items": _form(form.item),
        **limits,
        **({"maxItems": form.most} if form.most else {}),
    }


def _map(form: MapOf) -> Schema:
    schema = {
        "type": "object",
        "propertyNames": _of_key(form.key),
        "additionalProperties": _form(form.value),
    }
    # `catalogues:` with nothing behind it is null to an editor, and an empty map to the reader.
    return _or_null(
        schema | ({"minProperties": form.least} if form.least else {}), not form.least
    )


def _of_key(key: Scalar) -> Schema:
    """Return what a key must match; a key is a text whatever it looks like."""
    return {name: value for name, value in key.json.items() if name in ("pattern", "enum")}


def _or_null(schema: Schema, takes_null: bool) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]} if takes_null else schema


def _step() -> Schema:
    # set, add, append and remove share a kind, which is listed once.
    kinds = dict.fromkeys(_name(kind) for kind in (*STEP_VERBS.values(), GUARD))
    verbs = [{"$ref": f"#/$defs/{name}"} for name in kinds]
    return {
        "description": "An event's name, or a map with one verb.",
        "anyOf": [dict(LABEL.json), *verbs, _event_step()],
    }


def _event_step() -> Schema:
    """Return the schema of `EVENT: {after: …}`: one key that is no word of steps."""
    beside = {name: _key(EMIT.by_name[name]) for name in BESIDE_EVENT}
    # An event's name is free, so the key is described by what it is not.
    words = sorted(STEP_WORDS - set(BESIDE_EVENT))
    return {
        "type": "object",
        "properties": beside,
        "propertyNames": {"not": {"enum": words}},
        "additionalProperties": _or_null({"$ref": f"#/$defs/{_name(EMIT)}"}, takes_null=True),
        "minProperties": 1,
    }
