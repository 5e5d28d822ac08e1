"""The stream, which fixes every event, and the run, a stream up to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from footfall.data.schema import StreamSchema


@dataclass(frozen=True, slots=True)
class Stream:
    """Stream: all that fixes every event, byte for byte.

    Args:
        id: 16 hex digits: hash of scenario (without its end), catalogues, start, seed, output
            version, time zone data.
        seed: Any integer from 0 to 2**63 - 1.
        start_ms: Start of the run, ms since the epoch, UTC.
        schema: Columns of the tables.
        scenario_hash: 16 hex digits: hash of the scenario alone.
    """

    id: str
    seed: int
    start_ms: int
    schema: StreamSchema = field(repr=False)
    scenario_hash: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run: a stream up to an end, and what is worth keeping about it.

    Args:
        id: The stream's id: the same stream into the same store is the same run, and continues
            it.
        until_ms: End of the run, ms since the epoch, UTC, exclusive.
        people: People who arrive before the end.
        settings: What the user chose, for people to read: command-line values that differ from
            the scenario's.
        scenario_text: Source of the scenario.
        versions: footfall, output, tzdata, store format.
        catalogues: Name of a catalogue → its rows in order, as JSON objects, for stores to show.
            A run that was read from a store has them there.
    """

    id: str
    stream: Stream = field(repr=False)
    until_ms: int
    people: int
    title: str
    settings: dict[str, str]
    scenario_text: str = field(repr=False)
    versions: dict[str, str] = field(repr=False)
    catalogues: Mapping[str, Sequence[str]] = field(
        default_factory=dict, compare=False, repr=False
    )
