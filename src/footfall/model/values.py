"""Kinds of values, how a state array holds them, and what stands for null in it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal[
    "integer",
    "number",
    "boolean",
    "money",
    "time",
    "text",
    "row",
    "id",
    "null",
    "duration",
    "months",
    "composed",
]
Array = npt.NDArray[Any]
"""A NumPy array; its docstring says shape, dtype and unit."""

# Null is a value of the column itself (in band): a mask beside each column would be a second
# array to gather and to write at every step. No amount and no time comes near the end of int64.
NULL_INTEGER = int(np.iinfo(np.int64).min)
NULL_CODE = -1
NULL_COMPOSED = b"\xff"
"""The null of composed texts, which are UTF-8: no text has this byte."""
NEVER = int(np.iinfo(np.int64).max)
"""A time that never comes, ms."""
MOST_WHOLE = float(1 << 62)
"""Whole numbers that are drawn beyond it count as this: they stay int64, and so does a time plus a wait."""

DTYPES: dict[Kind, np.dtype[Any]] = {
    "integer": np.dtype(np.int64),
    "money": np.dtype(np.int64),
    "time": np.dtype(np.int64),
    "id": np.dtype(np.int64),
    "number": np.dtype(np.float64),
    # bool has no room for null.
    "boolean": np.dtype(np.int8),
    "text": np.dtype(np.int32),
    "row": np.dtype(np.int32),
    "null": np.dtype(np.int64),
    "duration": np.dtype(np.int64),
    "months": np.dtype(np.int64),
    "composed": np.dtype(np.bytes_),  # as long as its column says
}
"""How a kind is held: money in minor units, time in ms since the epoch (UTC), text as a code, a row as its index, a
duration in ms, a composed text (put together when an event is written) as UTF-8."""

NULLS: dict[Kind, int | float] = {
    "integer": NULL_INTEGER,
    "money": NULL_INTEGER,
    "time": NULL_INTEGER,
    "id": NULL_INTEGER,
    "number": float("nan"),
    "boolean": NULL_CODE,
    "text": NULL_CODE,
    "row": NULL_CODE,
    "null": NULL_INTEGER,
    "duration": NULL_INTEGER,
    "months": NULL_INTEGER,
}
"""What stands for null in an array of a kind; of composed texts `NULL_COMPOSED`."""


def null_of(kind: Kind) -> int | float | bytes:
    """Return what stands for null in an array of a kind, composed texts included."""
    return NULL_COMPOSED if kind == "composed" else NULLS[kind]


def is_null(kind: Kind, values: Array) -> Array:
    """Tell which values are null; shape and order as `values`, dtype bool."""
    if kind == "number":
        # NaN equals nothing, not even itself.
        return np.isnan(values)
    return np.equal(values, null_of(kind))


def differ(kind: Kind, one: Array, other: Array) -> Array:
    """Tell where two arrays of a kind differ; null equals null."""
    if kind == "number":
        # Two NaN differ to NumPy, but from null to null is no change.
        return np.not_equal(one, other) & ~(np.isnan(one) & np.isnan(other))
    return np.not_equal(one, other)
