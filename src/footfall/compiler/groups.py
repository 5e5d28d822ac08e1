"""The division of people into groups that are simulated together."""

from __future__ import annotations

from footfall.data.part import Groups
from footfall.model.model import PeopleSpec

SHARD = 4096
"""Groups are made of whole shards of people."""
MOST = 12 * SHARD
"""Most people in a group: more make fuller waves, but the state of each takes about 1 kB."""
LIVES = 45_000
"""Wanted lives per group, a life being a person who is there from the start of the run to its end."""


def groups_of(people: PeopleSpec) -> Groups:
    """Return groups that have about the same work: those of late comers are larger.

    There are two groups or more, where people are enough, so that two workers have work.
    """
    n_shards = max(1, -(-(people.already_here + people.newcomers) // SHARD))
    lives = [_lives(people, shard * SHARD) for shard in range(n_shards + 1)]
    wanted = lives[-1] // max(2, round(lives[-1] / LIVES))
    edges = [0]
    for shard in range(1, n_shards):
        begun = edges[-1] // SHARD
        if lives[shard] - lives[begun] >= wanted or (shard - begun) * SHARD == MOST:
            edges.append(shard * SHARD)
    return Groups((*edges, n_shards * SHARD))


def _lives(people: PeopleSpec, number: int) -> int:
    """Return how many lives the first people make, when newcomers come evenly over the run."""
    # Newcomer k of n is there for a share 1 - k/n of the run; the first c of them make c -
    # c²/2n lives.
    come = min(max(number - people.already_here, 0), people.newcomers)
    return (
        min(number, people.already_here) + come - come * come // (2 * max(people.newcomers, 1))
    )
