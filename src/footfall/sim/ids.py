"""Ids: functions of stream and person, so that a repeated delivery has the same ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.errors import UsageError
from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim import arrow_columns

_INSERT_ID = np.dtype([("stream", "S9"), ("person", "S16"), ("dash", "S1"), ("number", "S6")])
"""32 characters: stream 8, identity 16, event number 6, with dashes between."""
MOST_EVENTS = 16**6 - 1
"""Events that ids can tell apart of one person."""


def insert_ids(model: Model, identities: Array, rows: Array, numbers: Array) -> Array:
    """Return ids of events, made of stream, identity and event number: unique by construction.

    Args:
        identities: Shape (U,), int64: of people.
        rows: Shape (n,): whose event.
        numbers: Shape (n,): event numbers.

    Returns:
        Shape (n, 32), uint8, ASCII.

    Raises:
        UsageError: Somebody has more events than there are ids.
    """
    most = int(numbers.max()) + 1 if len(numbers) else 0
    if most > MOST_EVENTS + 1:
        raise _too_many(model, int(identities[rows[numbers.argmax()]]))
    # Put together as a structured array, whose fields are written whole. Digits of people and of
    # numbers are made once each and looked up per event, where there are fewer of them.
    out = np.empty(len(rows), _INSERT_ID)
    out["stream"] = (model.stream.id[:8] + "-").encode("ascii")
    if len(identities) < len(rows):
        out["person"] = arrow_columns.hex_digits(identities, 8).view("S16").ravel().take(rows)
    else:
        out["person"] = arrow_columns.hex_digits(identities.take(rows), 8).view("S16").ravel()
    out["dash"] = b"-"
    if most < len(numbers):
        out["number"] = (
            arrow_columns.hex_digits(np.arange(most), 3).view("S6").ravel().take(numbers)
        )
    else:
        out["number"] = arrow_columns.hex_digits(numbers, 3).view("S6").ravel()
    return out.view(np.uint8).reshape(len(rows), _INSERT_ID.itemsize)


def _too_many(model: Model, identity: int) -> UsageError:
    return UsageError(
        f"person {model.stream.id[:6]}-u-{identity:016x} has more than {MOST_EVENTS:,} events, "
        "which is as many as ids can tell apart\n"
        "  hint: `footfall check` names journeys that go round and hardly wait"
    )


def user_ids(model: Model, identities: Array) -> Array:
    """Return what people are known by: shape (U, width), uint8, ASCII."""
    return arrow_columns.labelled(model.stream.id[:6] + "-u", identities, 8)


def account_ids(model: Model, identities: Array, numbers: Array) -> pa.Array:
    """Return what people are known by in each of their accounts: the first has the user id, others a number more.

    Args:
        identities: Shape (m,), int64: whose.
        numbers: Shape (m,): which of each one's, from 0, below 10.
    """
    first = arrow_columns.fixed_texts(user_ids(model, identities))
    if not np.count_nonzero(numbers):
        return first
    endings = arrow_columns.texts(numbers, ["", *(f"-{n}" for n in range(1, 10))])
    return pc.binary_join_element_wise(first, endings.cast(pa.string()), "")


def device_ids(model: Model, identities: Array, numbers: Array) -> Array:
    """Return the ids of devices: shape (m, width), uint8, ASCII.

    Args:
        identities: Shape (m,), int64: whose.
        numbers: Shape (m,): which of each one's, below 16.
    """
    whose = arrow_columns.labelled(model.stream.id[:6] + "-d", identities, 8)
    which = np.frombuffer(b"0123456789abcdef", np.uint8)[numbers]
    return np.append(whose, which[:, None], axis=1)


def id_column(
    codes: Array, valid: Array, n: int, texts: Callable[[Array], pa.Array]
) -> pa.Array:
    """Return a dictionary column of ids.

    Args:
        codes: Shape (n events,): which id.
        valid: Shape (n events,): null elsewhere.
        n: How many ids there could be.
        texts: Codes of those that occur, rising → their texts.
    """
    # Only ids that occur get a text: in a narrow window few of a group's people do anything.
    occurs = np.zeros(n, np.bool_)
    occurs[codes[valid]] = True
    places = (np.cumsum(occurs) - 1).astype(np.int32)
    dictionary = texts(np.flatnonzero(occurs))
    return arrow_columns.TextCodes(places, dictionary).placed(
        places.take(codes), None if valid.all() else valid
    )
