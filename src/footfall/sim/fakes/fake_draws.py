"""Draws of fakes: one per person and name, or per person, name and session."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np

from footfall.model.values import NULL_COMPOSED, Array
from footfall.sim import keys
from footfall.sim.evaluation_context import EvaluationContext

_HIGH = np.uint64(32)


@cache
def _name(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"fake {text}".encode(), digest_size=8).digest())


def draw(context: EvaluationContext, name: str, visits: Array | int = 0) -> Array:
    """Return 64 random bits per person: shape (n,), uint64.

    Args:
        name: Of what is drawn; the person's key has the stream in it.
    """
    return keys.draw(context.state.keys.take(context.rows), _name(name), visits)


def below(random: Array, n: Array | int) -> Array:
    """Return whole numbers below n, all alike: shape (n,), int64."""
    return keys.below(random, n).astype(np.int64)


def frequent_first(random: Array, n: Array) -> Array:
    """Return whole numbers below n, small ones more often: floor(n u²) of a uniform u."""
    u = random >> _HIGH
    return ((u * u >> _HIGH) * n.astype(np.uint64) >> _HIGH).astype(np.int64)


def joined(*parts: Array) -> Array:
    """Return texts one after the other; none of them null."""
    whole = parts[0]
    for part in parts[1:]:
        whole = np.strings.add(whole, part)
    return whole


def or_null(texts: Array, is_there: Array) -> Array:
    """Return texts, null where they are not there."""
    return np.where(is_there, texts, NULL_COMPOSED)
