"""Ids: functions of stream and person, so that a repeated delivery has the same ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from footfall.errors import UsageError
from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim import arrow_columns

_INSERT_ID = np.dtype([("stream", "S9"), ("person", "u8"), ("dash", "S1"), ("number", "S6")])
"""24 characters: stream 8, person 8, event number 6, with dashes between."""
MOST_EVENTS = 16**6 - 1
"""Events that ids can tell apart of one person."""


def insert_ids(model: Model, persons: Array, rows: Array, numbers: Array) -> Array:
    """Return ids of events, made of stream, person and event number: unique by construction.

    Args:
        persons: Shape (U,): numbers of people, below 2**32.
        rows: Shape (n,): whose event.
        numbers: Shape (n,): event numbers.

    Returns:
        Shape (n, 24), uint8, ASCII.

    Raises:
        UsageError: Somebody has more events than there are ids.
    """
    most = int(numbers.max()) + 1 if len(numbers) else 0
    if most > MOST_EVENTS + 1:
        raise _too_many(int(persons[rows[numbers.argmax()]]))
    # Put together as a structured array, whose fields are whole words: eight hex digits are
    # written as one number of 64 bits. Digits of people and of numbers are made once each and
    # looked up per event, where there are fewer of them.
    out = np.empty(len(rows), _INSERT_ID)
    out["stream"] = (model.stream.id[:8] + "-").encode("ascii")
    if len(persons) < len(rows):
        out["person"] = arrow_columns.hex_digits(persons, 4).view(np.uint64).ravel().take(rows)
    else:
        out["person"] = arrow_columns.hex_digits(persons.take(rows), 4).view(np.uint64).ravel()
    out["dash"] = b"-"
    if most < len(numbers):
        out["number"] = (
            arrow_columns.hex_digits(np.arange(most), 3).view("S6").ravel().take(numbers)
        )
    else:
        out["number"] = arrow_columns.hex_digits(numbers, 3).view("S6").ravel()
    return out.view(np.uint8).reshape(len(rows), _INSERT_ID.itemsize)


def _too_many(person: int) -> UsageError:
    return UsageError(
        f"person {person:,} has more than {MOST_EVENTS:,} events, which is as many as ids can tell apart\n"
        "  hint: `footfall check` names journeys that go round and hardly wait"
    )


def user_ids(model: Model, persons: Array) -> Array:
    """Return what people are known by: shape (U, width), uint8, ASCII."""
    return arrow_columns.labelled(model.stream.id[:6] + "-u", persons, 4)


def device_ids(model: Model, persons: Array, numbers: Array) -> Array:
    """Return the ids of devices: shape (m, width), uint8, ASCII.

    Args:
        persons: Shape (m,): whose.
        numbers: Shape (m,): which of each one's, below 16.
    """
    return arrow_columns.labelled(model.stream.id[:6] + "-d", persons * 16 + numbers, 5)


def id_column(
    codes: Array, valid: Array, n: int, characters: Callable[[Array], Array]
) -> pa.Array:
    """Return a dictionary column of ids.

    Args:
        codes: Shape (n events,): which id.
        valid: Shape (n events,): null elsewhere.
        n: How many ids there could be.
        characters: Codes of those that occur, rising → their characters: shape (m, width).
    """
    # Only ids that occur get a text: in a narrow window few of a group's people do anything.
    occurs = np.zeros(n, np.bool_)
    occurs[codes[valid]] = True
    places = (np.cumsum(occurs) - 1).astype(np.int32)
    dictionary = arrow_columns.fixed_texts(characters(np.flatnonzero(occurs)))
    return arrow_columns.TextCodes(places, dictionary).placed(
        places.take(codes), None if valid.all() else valid
    )
