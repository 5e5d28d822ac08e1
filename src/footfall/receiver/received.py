"""The writer of received events, with group commit: waiting requests share a transaction.

A request is answered with 2xx only after the transaction that holds all of its events is committed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from footfall.errors import StoreError
from footfall.net.clock import Clock
from footfall.receiver.event_store import EventsRefused, EventStore, Overview
from footfall.receiver.intake import BatchOutcome, ReceivedBatch, Row
from footfall.receiver.profiles import PeopleProperties
from footfall.sinks.amplitude.limits import DEDUPLICATION_DAYS
from footfall.units import DAY_MS, HOUR_MS

MOST_AT_ONCE = 64
"""Requests per transaction: a commit costs some milliseconds, whatever it holds."""
ENOUGH = 8
PATIENCE_S = 0.01
"""A transaction is put off until as many requests have come as there were at once the last time, or `ENOUGH`, and for
so long at most for each: clients that wait for an answer before they send again all come at about the same moment."""
REST_S = 1.0
"""Seconds for which a store that has failed is left alone; requests are refused meanwhile."""
PROBE_BYTES = 4096
"""Bytes that are written, and taken away again, to see whether something can be stored. After a failure it is as much
as was to be stored then: a full disk often takes a little."""
CALM = 9
"""An overview is shown so many times as long as it took: a tenth of the time goes to pages."""

Waiting = tuple[ReceivedBatch, Future[BatchOutcome]]


class EventWriter:
    """A writer of received events into an event store.

    well → in trouble, after a failure: what is in memory is forgotten, the store is opened anew before the next
    transaction, and as much as could not be stored is written on trial → well, once that has worked.

    Args:
        event_store: Where it goes.
        clock: Tells when something was received.
        tell: Is told, in a line, when trouble begins and ends.

    Attributes:
        trouble: Why nothing can be stored, in a user's words; None while all is well.

    Raises:
        StoreError: The store is in use or cannot be opened.
    """

    def __init__(
        self,
        event_store: EventStore,
        clock: Clock,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.event_store, self._clock, self._tell = event_store, clock, tell
        self.trouble: StoreError | None = None
        self._rested_at = self._expired_ms = 0.0
        self._failed_bytes = 0
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._looking = threading.Lock()
        self._seen: Overview | StoreError | None = None
        self._look_again_at = 0.0
        self._open()
        self._writer = threading.Thread(target=self._write, name="received", daemon=True)
        self._writer.start()

    def submit(self, intake: ReceivedBatch) -> Future[BatchOutcome]:
        """Store a request's events, all or none.

        Returns:
            A future that ends when they are committed, or with `EventsRefused` or another `StoreError`. Without
            events it tells whether something could be stored: it tries.
        """
        future: Future[BatchOutcome] = Future()
        self._waiting.put((intake, future))
        return future

    def overview(self) -> Overview:
        """Return what the page shows, as of now or a little earlier.

        Raises:
            StoreError: The store cannot be read.
        """
        # One asks; the others wait here, and then find the answer.
        with self._looking:
            begun = self._clock.monotonic()
            if self._seen is None or begun >= self._look_again_at:
                try:
                    self._seen = self.event_store.overview()
                except Exception as error:  # noqa: BLE001 - of any driver
                    self._seen = self.event_store.explained(error)
                ended = self._clock.monotonic()
                self._look_again_at = ended + CALM * (ended - begun)
            if isinstance(self._seen, StoreError):
                raise self._seen
            return self._seen

    def close(self) -> None:
        """Store what waits, then let the store go."""
        self._waiting.put(None)
        self._writer.join()
        self.event_store.close()

    def _open(self) -> None:
        self.event_store.open()
        self.profiles = PeopleProperties(*self.event_store.people(), self.event_store.folder)

    def _write(self) -> None:
        """Store what comes until told to stop; the thread's whole life."""
        is_last, at_once = False, 1
        while not is_last:
            together = self._gather(at_once)
            is_last = together[-1] is None
            # From here on nobody can cancel; a request that was cancelled before is told nothing, and not stored.
            waiting = [
                w for w in together if w is not None and w[1].set_running_or_notify_cancel()
            ]
            for group in self._stored(waiting):
                # Counted before anybody is answered: afterwards clients begin to send anew.
                at_once = min(len(together) + self._waiting.qsize(), ENOUGH)
                self._answer(*group)

    def _gather(self, n_expected: int) -> list[Waiting | None]:
        """Return what waits, and what comes soon where more is expected; a None at the end: stop."""
        together = [self._waiting.get()]
        while together[-1] is not None and len(together) < MOST_AT_ONCE:
            try:
                together.append(
                    self._waiting.get(timeout=PATIENCE_S if len(together) < n_expected else 0)
                )
            except queue.Empty:
                break
        return together

    def _stored(
        self, together: Sequence[Waiting]
    ) -> Iterator[tuple[Sequence[Waiting], Sequence[BatchOutcome] | StoreError]]:
        """Store together; one by one where one request's events are at fault."""
        if not together:
            return
        results = self._attempt([intake for intake, _ in together])
        if isinstance(results, EventsRefused) and len(together) > 1:
            for waiting in together:
                yield [waiting], self._attempt([waiting[0]])
        else:
            yield together, results

    def _answer(
        self, together: Sequence[Waiting], results: Sequence[BatchOutcome] | StoreError
    ) -> None:
        for place, (_, future) in enumerate(together):
            if isinstance(results, StoreError):
                future.set_exception(results)
            else:
                future.set_result(results[place])

    def _attempt(self, intakes: Sequence[ReceivedBatch]) -> Sequence[BatchOutcome] | StoreError:
        """Store, or return why not."""
        if self.trouble is not None and self._clock.monotonic() < self._rested_at:
            return self.trouble
        try:
            if self.trouble is not None:
                self._open()
            # Before trouble is called over, and where nobody brings events but somebody asks.
            if self.trouble is not None or not any(intake.rows for intake in intakes):
                self.event_store.probe(max(self._failed_bytes, PROBE_BYTES))
            results = self._store(intakes)
        except Exception as error:  # noqa: BLE001 - whoever waits is told; the thread must live on
            return self._failed(error, intakes)
        if self.trouble is not None:
            self.trouble, self._failed_bytes = None, 0
            self._tell("events are stored again")
        return results

    def _failed(self, error: Exception, intakes: Sequence[ReceivedBatch]) -> StoreError:
        """Return why; what is known of people must be what is stored: the events are undone, or all is read again."""
        problem = self.event_store.explained(error)
        if isinstance(problem, EventsRefused):
            self.profiles.undo()
            return problem
        if self.trouble is None:
            self._tell(f"events are refused with 503: {problem}")
        self.trouble = problem
        self._failed_bytes = max(self._failed_bytes, _bytes_of(intakes))
        self._rested_at = self._clock.monotonic() + REST_S
        return problem

    def _store(self, intakes: Sequence[ReceivedBatch]) -> list[BatchOutcome]:
        now_ms = self._clock.wall_ms()
        with self.event_store.transaction():
            self._expire(now_ms)
            keys = _keys(intakes)
            fresh = self.event_store.add_keys(keys, now_ms)
            old = [
                key for key, digest in keys.items() if digest is not None and key not in fresh
            ]
            digests = self.event_store.digests(old) if old else {}
            results = [self._keep(intake, fresh, digests) for intake in intakes]
            # What is left of `fresh` no row has used: events of a message that is refused. They must not
            # count as seen, or they would be dropped when they come again in a right one.
            if fresh:
                self.event_store.remove_keys(list(fresh))
            rows = [row for _, kept in results for row in kept]
            if rows:
                self.event_store.insert(rows, now_ms)
            self.event_store.save(*self.profiles.changed())
        self.profiles.keep()
        return [stored for stored, _ in results]

    def _keep(
        self, intake: ReceivedBatch, fresh: set[str], digests: dict[str, str]
    ) -> tuple[BatchOutcome, list[Row]]:
        """Return what becomes of an intake, and its new rows.

        Each key is taken out of `fresh` by its first event.
        """
        if intake.message is not None:
            key, digest = intake.message
            if key not in fresh:
                is_same = digests[key] == digest
                return BatchOutcome(
                    0, len(intake.rows) * is_same, is_replay=is_same, is_conflict=not is_same
                ), []
            fresh.discard(key)
            digests[key] = digest
        rows = []
        for row, update in zip(intake.rows, intake.updates, strict=True):
            if row.key is not None:
                if row.key not in fresh:
                    continue
                fresh.discard(row.key)
            rows.append(row)
            if update is not None:
                self.profiles.apply(update)
        return BatchOutcome(len(rows), len(intake.rows) - len(rows)), rows

    def _expire(self, now_ms: int) -> None:
        """Forget, once an hour, the keys after which an event counts as new again.

        Source: http-v2, "Event deduplication": 7 days.
        """
        if now_ms - self._expired_ms >= HOUR_MS:
            self._expired_ms = now_ms
            self.event_store.expire(now_ms - DEDUPLICATION_DAYS * DAY_MS)


def _bytes_of(intakes: Sequence[ReceivedBatch]) -> int:
    """Return about how many bytes are written for some requests: events, and as much again for columns and people."""
    return sum(2 * len(row.event) for intake in intakes for row in intake.rows)


def _keys(intakes: Sequence[ReceivedBatch]) -> dict[str, str | None]:
    """Return all keys, each once, with the digests of those that are messages'."""
    keys: dict[str, str | None] = {}
    for intake in intakes:
        if intake.message is not None:
            keys.setdefault(*intake.message)
        for row in intake.rows:
            if row.key is not None:
                keys.setdefault(row.key, None)
    return keys
