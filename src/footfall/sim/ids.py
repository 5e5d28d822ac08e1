"""Ids: functions of the stream and the person, so that a repeated delivery has the same ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim import arrow

_INSERT_ID = np.dtype([("stream", "S9"), ("person", "u8"), ("dash", "S1"), ("number", "S6")])
"""24 characters: 8 of the stream, 8 of the person, 6 of the event number, in hexadecimal, with dashes between."""


def insert_ids(model: Model, persons: Array, rows: Array, numbers: Array) -> Array:
    """Return ids of events: unique by construction from stream, person and the person's event number.

    Args:
        persons: Shape (U,): numbers of people, below 2**32.
        rows: Shape (n,): whose event.
        numbers: Shape (n,): event numbers, below 2**24.

    Returns:
        Shape (n, 24), uint8, ASCII.
    """
    out = np.empty(len(rows), _INSERT_ID)
    out["stream"] = (model.stream.id[:8] + "-").encode("ascii")
    out["person"] = arrow.hex_digits(persons, 4).view(np.uint64).ravel().take(rows)
    out["dash"] = b"-"
    most = int(numbers.max()) + 1 if len(numbers) else 0
    if most < len(numbers):
        out["number"] = arrow.hex_digits(np.arange(most), 3).view("S6").ravel().take(numbers)
    else:
        out["number"] = arrow.hex_digits(numbers, 3).view("S6").ravel()
    return out.view(np.uint8).reshape(len(rows), _INSERT_ID.itemsize)


def user_ids(model: Model, persons: Array) -> Array:
    """Return what people are known by: shape (U, width), uint8, ASCII."""
    return arrow.labelled(model.stream.id[:6] + "-u", persons, 4)


def device_ids(model: Model, persons: Array) -> Array:
    """Return the ids of three devices of each person, one after another: shape (3 U, width), uint8, ASCII."""
    numbers = np.repeat(persons, 3) * 16 + np.tile(np.arange(3), len(persons))
    return arrow.labelled(model.stream.id[:6] + "-d", numbers, 5)


def id_column(codes: Array, valid: Array, characters: Array) -> pa.Array:
    """Return a dictionary column of ids.

    Args:
        codes: Shape (n,): rows of `characters`.
        valid: Shape (n,): null elsewhere.
        characters: Shape (m, width): all ids there could be.
    """
    occurs = np.zeros(len(characters), np.bool_)
    occurs[codes[valid]] = True
    places = (np.cumsum(occurs) - 1).astype(np.int32)
    dictionary = arrow.fixed_texts(characters[occurs])
    return arrow.Codes(places, dictionary).placed(places.take(codes), None if valid.all() else valid)
