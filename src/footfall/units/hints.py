"""The nearest of some names, for hints."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the name of `known` that is written most like a word, or nothing."""
    # Sorted, so that the hint does not depend on the order of a set; of names that differ in
    # case alone the first wins.
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.lower(), list(by_lower), n=1)
    return by_lower[found[0]] if found else ""


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …?` for the nearest of some names, or nothing."""
    meant = nearest(word, known)
    return f"did you mean {meant}?" if meant else ""
