"""Values of every type of property, from a hash; with texts that tend to break encoders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.data.schema import TIMESTAMP, Field, arrow_type
from footfall.units import DAY_MS

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

START_MS = 1_767_225_600_000  # 2026-01-01
TEXTS = (
    "plain",
    "two words",
    'a "quote"',
    "back\\slash",
    "comma, and\nnew line",
    "tab\there",
    "zażółć",
    "日本語",
    "🙂",
    "",
    "=1+1",
    "'",
)


def hash_of(values: Ints, name: str) -> Ints:
    """Return a hash per value, from 0 to 2**62 - 1.

    Args:
        values: Shape (N,), int64.
        name: What is drawn.
    """
    salt = np.uint64(int.from_bytes(name.encode()[:40] * 2, "little") % (2**64))
    # SplitMix64's finalizer: neighbouring values give unlike hashes, the same on every machine.
    mixed = (values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) ^ salt
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)


def text(values: Sequence[str | None], codes: Ints) -> pa.Array:
    """Return a dictionary array; a None among the values is a null."""
    kept = [v for v in values if v is not None]
    places = {v: i for i, v in enumerate(kept)}
    table = pa.array([None if v is None else places[v] for v in values], pa.int32())
    return pa.DictionaryArray.from_arrays(
        table.take(pa.array(codes)), pa.array(kept, pa.string())
    )


def ids(prefix: str, *numbers: Ints) -> pa.Array:
    """Return texts made of a prefix and numbers, joined by `-`."""
    parts = [pa.array(n).cast(pa.string()) for n in numbers]
    return pc.binary_join_element_wise(pa.scalar(prefix), *parts, pa.scalar("-"))


def masked(array: pa.Array, keep: Bools) -> pa.Array:
    """Return an array with null where it is not to be kept."""
    return array if keep.all() else array.take(pa.array(np.arange(len(array)), mask=~keep))


def money(minor: Ints, digits: int) -> pa.Array:
    """Return decimals from integers of the minor unit: what a decimal64's buffer holds."""
    return pa.Array.from_buffers(
        pa.decimal64(18, digits), len(minor), [None, pa.py_buffer(minor.astype(np.int64))]
    )


def values_of(field: Field, codes: Ints, digits: int) -> pa.Array:
    """Return a value per code, every tenth a null."""
    nulls = codes % 10 != 0
    if field.type == "list":
        return _lists(field, codes, digits)
    if field.type == "record":
        inner = [hash_of(codes, f.name) for f in field.fields]
        masks = [np.ones(len(codes), np.bool_)] * len(inner)
        return masked(struct(field.fields, inner, masks, digits), nulls)
    scalars = {
        "text": lambda: text(TEXTS, codes % len(TEXTS)),
        "id": lambda: ids("🙂" if field.name == "select" else "", codes % 1_000_003),
        "integer": lambda: pa.array(codes % 2001 - 1000),
        "number": lambda: pa.array((codes % 2_000_003 - 1_000_000) / 7.0),
        "boolean": lambda: pa.array(codes % 3 == 0),
        "money": lambda: money(codes % 2_000_003 - 1_000_000, digits),
        "time": lambda: (
            pa.array(START_MS - codes % (400 * DAY_MS)).cast(pa.timestamp("ms")).cast(TIMESTAMP)
        ),
    }
    return masked(scalars[field.type](), nulls)


def _lists(field: Field, codes: Ints, digits: int) -> pa.Array:
    lengths = np.where(codes % 10 != 0, codes // 10 % 4, 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    inner = hash_of(np.repeat(codes, lengths) + np.arange(int(offsets[-1])), "element")
    if field.item is None:
        children = [values_of(f, inner + i, digits) for i, f in enumerate(field.fields)]
        named = [pa.field(f.name, arrow_type(f, digits)) for f in field.fields]
        elements = pa.StructArray.from_arrays(children, fields=named)
    else:
        elements = values_of(Field("element", field.item), inner * 10 + 1, digits)
    made = pa.ListArray.from_arrays(pa.array(offsets), elements).cast(arrow_type(field, digits))
    return masked(made, codes % 10 != 0)


def struct(
    fields: Sequence[Field], codes: list[Ints], masks: list[Bools], digits: int
) -> pa.Array:
    """Return structs of properties.

    Args:
        fields: The properties.
        codes: Per property, a code per row, from which its value follows.
        masks: Per property, whether a row has it.
        digits: Scale of money.
    """
    children = [
        masked(values_of(f, c, digits), m) for f, c, m in zip(fields, codes, masks, strict=True)
    ]
    named = [pa.field(f.name, arrow_type(f, digits)) for f in fields]
    return pa.StructArray.from_arrays(children, fields=named)


def json_text(value: Any) -> str:
    """Return a value as JSON: money with all digits, times as `2026-01-01T00:00:05.120Z`."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return json.dumps(
            value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    if isinstance(value, list):
        return "[" + ",".join(json_text(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(k)}:{json_text(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
