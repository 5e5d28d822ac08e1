"""Keyed randomness: a draw is a hash of who, what and which time.

There is no generator whose state advances, so draws may be made in any order, in any process,
and never shift when the scenario gains another one. A person's key is a well-mixed 64-bit
number. A draw adds the key of its name and a multiple of the golden ratio per visit, and passes
the sum through the finalizer of SplitMix64. For one person and one name the visits are exactly
a SplitMix64 sequence from a random start.

Everything is arithmetic of unsigned 64-bit integers, which wraps alike on every processor and
in every version of NumPy. Uniform floats would be made of the same bits, but whatever is
computed from them by `log` or `exp` differs in the last digit from one C library to the next;
so tables are integers too (`model/tables.py`).

Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

from __future__ import annotations

import numpy as np

from footfall.model.values import Array

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_LOW_32 = np.uint64(2**32 - 1)


def finalize(z: Array) -> Array:
    """Mix 64-bit numbers, in place.

    Args:
        z: Shape (n,), uint64; overwritten.

    Returns:
        The same array.
    """
    # A bijection: `z ^= z >> s` can be undone from the top bits down, and so can a product with
    # an odd number modulo 2**64. Different inputs therefore never meet. In place, because six
    # arrays that are thrown away cost a fifth more.
    z ^= z >> _S30
    z *= _MIX_1
    z ^= z >> _S27
    z *= _MIX_2
    z ^= z >> _S31
    return z


def person_keys(key: int, identities: Array) -> Array:
    """Return the key of each person.

    Args:
        key: Key of the stream's people, from the seed.
        identities: Shape (n,), int64.

    Returns:
        Shape (n,), uint64.
    """
    # An odd multiple, a sum and two finalizers, all of them bijections: no two people of a
    # stream share a key.
    z = identities.astype(np.uint64)
    z *= GOLDEN
    z += np.uint64(key)
    finalize(z)
    z += GOLDEN
    return finalize(z)


def below(random: Array, n: Array | int) -> Array:
    """Return whole numbers from 0 to below n, all alike: floor(random * n / 2**64).

    Args:
        random: Shape (n,), uint64.
        n: Shape (n,), uint64, or one number: at least 1, below 2**63.

    Returns:
        Shape (n,), uint64. No number is more likely than another by more than 2**-64.
    """
    # The upper half of a product of 128 bits, by halves of its factors: each sum of a product
    # and what is carried is below 2**64.
    high, low = random >> _S32, random & _LOW_32
    if isinstance(n, int) and n < 2**32:
        one = np.uint64(n)
        return (high * one + (low * one >> _S32)) >> _S32
    n = np.asarray(n, np.uint64)
    n_high, n_low = n >> _S32, n & _LOW_32
    middle = high * n_low + (low * n_low >> _S32)
    carried = low * n_high + (middle & _LOW_32)
    return high * n_high + (middle >> _S32) + (carried >> _S32)


def draw(keys: Array, name: int, visits: Array | int) -> Array:
    """Draw 64 random bits per person.

    Args:
        keys: Shape (n,), uint64: keys of people.
        name: Key of what is drawn.
        visits: Shape (n,), int64, or one number: which time it is drawn.

    Returns:
        Shape (n,), uint64, uniform.
    """
    # Two draws of a stream coincide only if the distance of their keys is a small multiple of
    # GOLDEN, modulo 2**64: names and people would have to be hashed to within their few visits
    # of each other.
    if isinstance(visits, int):
        return finalize(keys + np.uint64((name + visits * int(GOLDEN)) % 2**64))
    z = np.multiply(visits.view(np.uint64), GOLDEN)
    z += keys
    z += np.uint64(name)
    return finalize(z)
