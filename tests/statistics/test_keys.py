"""The draws behave like independent uniform numbers over people, names and visits.

Every test states how often it would fail if they were: below 1 in 100,000; below 1 in 10,000 for the file.
"""

import numpy as np
import pytest

from footfall.compiler.addresses import key
from footfall.sim.keys import draw, person_keys

N = 1 << 16
Z = 4.8  # two-sided tail of the normal law: 1.6e-6


def bits(seed=1, name="a/b", visits=0, persons=None):
    persons = np.arange(N) if persons is None else persons
    return draw(person_keys(key(seed, "person"), persons), key(seed, "chance", name), visits)


def z_of_chi_square(counts):
    """Return the chi-square statistic as a standard normal (Wilson and Hilferty 1931)."""
    expected = counts.sum() / counts.size
    x, k = ((counts - expected) ** 2 / expected).sum(), counts.size - 1
    return ((x / k) ** (1 / 3) - (1 - 2 / (9 * k))) / np.sqrt(2 / (9 * k))


@pytest.mark.parametrize("shift", [56, 40, 20, 0])
def test_bytes_are_uniform(shift):
    """Each byte of a draw takes all 256 values alike (false alarm 2e-6 each)."""
    counts = np.bincount(
        ((bits() >> np.uint64(shift)) & np.uint64(255)).astype(int), minlength=256
    )
    assert abs(z_of_chi_square(counts)) < Z


@pytest.mark.parametrize(
    "pair",
    [
        (bits(), bits(visits=1)),
        (bits(), bits(name="a/c")),
        (bits(), bits(seed=2)),
        (bits(), np.roll(bits(), 1)),
        (bits(visits=7), bits(visits=8, name="a/c")),
    ],
    ids=["visits", "names", "seeds", "neighbours", "visits and names"],
)
def test_draws_are_independent(pair):
    """The top four bits of two draws that differ in one thing fall into all 256 pairs alike (false alarm 2e-6 each)."""
    one, other = ((b >> np.uint64(60)).astype(int) for b in pair)
    assert abs(z_of_chi_square(np.bincount(one * 16 + other, minlength=256))) < Z


def test_half_of_the_bits_flip():
    """From one visit to the next each of the 64 bits flips half the time (false alarm 64 x 1.6e-6)."""
    flipped = bits() ^ bits(visits=1)
    shares = np.array([((flipped >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
    assert np.abs((shares - 0.5) * 2 * np.sqrt(N)).max() < Z


def test_no_two_draws_are_equal():
    """Among 4 million draws over people, visits and names none is the same (false alarm 5e-7)."""
    many = np.concatenate(
        [bits(name=name, visits=visit) for name in "abcdefgh" for visit in range(8)]
    )
    assert np.unique(many).size == many.size


def test_people_can_be_numbered_far_apart():
    """Keys of people with numbers around 2**32 are as uniform as those of the first (false alarm 2e-6)."""
    persons = np.arange(2**32 - N // 2, 2**32 + N // 2)
    counts = np.bincount((bits(persons=persons) >> np.uint64(56)).astype(int), minlength=256)
    assert abs(z_of_chi_square(counts)) < Z
