"""Addresses: the names of decisions, options, waits and draws, and the keys made from them."""

from __future__ import annotations

import hashlib

from footfall.errors import Problems, SourceLocation
from footfall.model.model import CHANNEL_BITS


def key(seed: int, *address: str) -> int:
    """Return the 64-bit key of a name: a hash of seed and address."""
    # The unit separator keeps ('a', 'bc') and ('ab', 'c') apart.
    text = "\x1f".join((str(seed), *address))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def channel(campaign: str) -> int:
    """Return the channel by which the people of a campaign come: a hash of its name, never 0."""
    return key(0, "channel", campaign) % ((1 << CHANNEL_BITS) - 1) + 1


class JourneyNames:
    """Names that stand in a journey: each once per kind.

    A journey is compiled once per place that runs it; the same step found again is no repetition.
    """

    def __init__(self, problems: Problems) -> None:
        self._taken: dict[tuple[str, str, str], SourceLocation] = {}
        self._problems = problems

    def take(self, kind: str, journey: str, name: str, at: SourceLocation) -> str:
        """Take a name for a chance, wait or draw and return its address; note a repetition."""
        other = self._taken.setdefault((kind, journey, name), at)
        if other != at:
            # By their place in the file: steps are compiled from the last to the first.
            first, second = sorted((other, at), key=lambda mark: (mark.line, mark.column))
            self._problems.add(
                second,
                f'journey "{journey}" has another {kind} named "{name}" (line {first.line})',
                "a name stands once per kind in a journey",
                "add named: to one of them",
            )
        return f"{journey}/{name}"
