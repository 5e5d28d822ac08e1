"""The producer of a live run: a thread that simulates windows ahead of time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.data.part import Part
from footfall.data.tallies import Tallies
from footfall.execution.live.population import LivePopulation
from footfall.sinks.protocol import Prepared, Sink
from footfall.units import HOUR_MS

MOST_EVENTS = 50_000
"""Events of a window while catching up; else a window is `--speed` times 0.2 seconds long."""
DEPTH = 2
"""Windows ahead of the owner; then the producer waits, so that memory stays bounded."""
_LOOK_UP_S = 0.1


@dataclass(frozen=True, slots=True)
class ProducedWindow:
    """A window of everybody, simulated and encoded.

    Args:
        part: Its span.
        tallies: Of this window alone.
        times_ms: Shape (n,), int64: times of the events, rising, ms since the epoch.
        prepared: Place of a sink that lacks it → the prepared part, or None where the sink's
            own thread is to encode it.
        chunk: The chunk, where a sink needs it still.
    """

    part: Part
    tallies: Tallies
    times_ms: npt.NDArray[np.int64]
    prepared: dict[int, Prepared | None]
    chunk: Chunk | None


class LiveProducer:
    """The producer: makes windows until told to stop, or up to an end.

    Args:
        population: Everybody; only the producer's thread touches them.
        encoders: Per sink: a copy that encodes, or None where the sink itself does.
        positions: Per sink: time up to which it has everybody; windows do not reach over one.
        is_wanted: Returns, by place, whether a sink still takes something.
        width_ms: Simulated length of a window.
        now_ms: Returns simulated time: windows become wider when they come too late.
        until_ms: The end, or None.
        after: Called when a window is made.
    """

    def __init__(
        self,
        population: LivePopulation,
        encoders: Sequence[Sink | None],
        positions: Sequence[int],
        *,
        is_wanted: Callable[[int], bool],
        width_ms: int,
        now_ms: Callable[[], int],
        until_ms: int | None,
        after: Callable[[LivePopulation], None],
    ) -> None:
        self._population, self._encoders, self._positions, self._is_wanted = (
            population,
            encoders,
            positions,
            is_wanted,
        )
        self._width_ms, self._now_ms, self._until_ms, self._after = (
            width_ms,
            now_ms,
            until_ms,
            after,
        )
        self._made: queue.Queue[ProducedWindow | Exception | None] = queue.Queue(DEPTH)
        # Each is written by one thread alone, so their difference needs no lock.
        self._n_made = self._n_taken = 0
        self._stop = threading.Event()
        self._most_ms = float(HOUR_MS)
        self._thread = threading.Thread(target=self._work, name="footfall-ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        # It does not wait for a full queue: `_put` looks at `_stop` between its attempts.
        self._thread.join()

    @property
    def queued(self) -> int:
        """Events that are simulated and not taken."""
        return self._n_made - self._n_taken

    def windows(self, stop: threading.Event) -> Iterator[ProducedWindow]:
        """Yield windows in order until the end, or until `stop` is set."""
        while not stop.is_set():
            try:
                made = self._made.get(timeout=_LOOK_UP_S)
            except queue.Empty:
                continue
            if made is None:
                return
            if isinstance(made, Exception):
                raise made
            self._n_taken += len(made.times_ms)
            yield made

    def _work(self) -> None:
        try:
            while not self._stop.is_set() and (
                self._until_ms is None or self._population.at_ms < self._until_ms
            ):
                self._put(self._make(self._next_ms()))
                # In this thread, the only one that touches people: checkpoints fall between
                # windows.
                self._after(self._population)
            self._put(None)
        except Exception as problem:  # noqa: BLE001 - it is the owner's to raise
            self._put(problem)

    def _put(self, made: ProducedWindow | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                return self._made.put(made, timeout=_LOOK_UP_S)
            except queue.Full:
                continue
        return None

    def _next_ms(self) -> int:
        """Return the end of the next window.

        A width on; or now, if that is later, as while catching up. At most `_most_ms` then,
        which follows the rate of events, so that one window is never a whole backlog in
        memory.
        """
        at_ms = self._population.at_ms
        ends = [max(at_ms + self._width_ms, min(self._now_ms(), at_ms + int(self._most_ms)))]
        # Cut at every sink's cursor: a sink lacks a window whole or not at all.
        ends += [position for position in self._positions if position > at_ms]
        return min(ends if self._until_ms is None else [*ends, self._until_ms])

    def _make(self, until_ms: int) -> ProducedWindow:
        chunk = self._population.advance(until_ms)
        part, n_events = chunk.part, chunk.events.num_rows
        span_ms = part.until_ms - part.from_ms
        # At most doubled: a quiet hour says little of the next one.
        self._most_ms = min(
            max(MOST_EVENTS * span_ms / max(n_events, 1), self._width_ms), 2 * self._most_ms
        )
        lacking = [
            p
            for p, position in enumerate(self._positions)
            if position <= part.from_ms and self._is_wanted(p)
        ]
        encoders = {place: self._encoders[place] for place in lacking}
        prepared = {
            p: None if encoder is None else encoder.prepare(chunk)
            for p, encoder in encoders.items()
        }
        times_ms = chunk.events["time"].cast(pa.int64()).to_numpy()
        self._n_made += n_events
        return ProducedWindow(
            part,
            chunk.tallies,
            times_ms,
            prepared,
            chunk if None in prepared.values() else None,
        )
