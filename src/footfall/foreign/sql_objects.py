"""SQL for objects of properties as files hold them: structs, maps, texts of JSON, lists of keys and values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from footfall.foreign.event_source import ColumnTypes
from footfall.foreign.json_pointer import pointer
from footfall.foreign.role_contents import is_of_pairs
from footfall.store.dialect import literal, quote


def object_of(called: str, types: ColumnTypes) -> str:
    """Return SQL for a column that holds objects, in whatever form: a struct stays one, all else becomes JSON."""
    if not called:
        return "CAST(NULL AS JSON)"
    if is_of_pairs(types[called]):
        return _of_pairs(quote(called), types[called])
    if types[called].startswith("STRUCT"):
        return quote(called)
    # TRY: a text that is no JSON is a null here, and a finding of its own, not the end of the
    # query.
    if types[called] in ("VARCHAR", "JSON"):
        return f"TRY_CAST({quote(called)} AS JSON)"
    return f"to_json({quote(called)})"


def object_without(called: str, types: ColumnTypes, taken: Sequence[str]) -> str:
    """Return SQL for what such a column holds, but for members that are taken for something else."""
    held = object_of(called, types)
    if not taken:
        return held
    patch = json.dumps(dict.fromkeys(taken))
    return f"json_merge_patch(to_json({held}), {literal(patch)})"


def member_of(called: str, types: ColumnTypes, name: str) -> str:
    """Return SQL for a member of what such a column holds, as JSON."""
    return f"json_extract(to_json({object_of(called, types)}), {literal(pointer(name))})"


_VALUES = re.compile(r'"?(\w+_value)"? \w+')


def _of_pairs(value: str, stored: str) -> str:
    """Return SQL for a list of keys and values as an object; of typed values the one that is there counts."""
    names = _VALUES.findall(stored)
    values = [f"p.value.{quote(name)}" for name in names] or ["p.value"]
    cases = " ".join(
        f"WHEN {one} IS NOT NULL THEN CAST(to_json({one}) AS VARCHAR)" for one in values
    )
    pairs = f"concat(CAST(to_json(p.key) AS VARCHAR), ':', CASE {cases} ELSE 'null' END)"
    listed = f"[{pairs} FOR p IN {value} IF p.key IS NOT NULL]"
    return f"TRY_CAST(concat('{{', array_to_string({listed}, ','), '}}') AS JSON)"
