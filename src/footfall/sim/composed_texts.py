"""Texts that are put together when an event is written: arrays of bytes, UTF-8."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footfall.model.operations import Op
from footfall.model.values import NULL_COMPOSED, Array, is_null
from footfall.sim.arrow_columns import labelled
from footfall.sim.evaluation_context import EvaluationContext


def composed(op: Op, values: Array, context: EvaluationContext) -> Array:
    """Return texts, integers or ids as parts of texts.

    Args:
        op: What they are values of.
    """
    match op.kind:
        case "text":
            # An array is as wide as its longest text: of all texts only those that occur.
            codes, places = np.unique(values, return_inverse=True)
            words = [_encoded(context.model.texts, code) for code in codes.tolist()]
            return np.array(words).take(places.reshape(values.shape))
        case "id":
            characters = labelled(op.of or "id", values.reshape(-1), 8)
            parts = characters.view(f"S{characters.shape[1]}")[:, 0]
        case _:
            parts = values.astype(np.bytes_)
    return np.where(is_null(op.kind, values), NULL_COMPOSED, parts) if op.is_nullable else parts


def _encoded(texts: Sequence[str], code: int) -> bytes:
    return NULL_COMPOSED if code < 0 else texts[code].encode()


def joined(one: Array, other: Array) -> Array:
    """Return texts one after the other; null where one is."""
    missing = np.equal(one, NULL_COMPOSED) | np.equal(other, NULL_COMPOSED)
    return np.where(missing, NULL_COMPOSED, np.strings.add(one, other))
