"""The delivery log of a sink whose destination keeps no cursors: lock, ledger, cursors, dead letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from footfall.data.part import Part
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import PermanentSinkError, SinkError, StoreError, TransientSinkError
from footfall.net.clock import Clock
from footfall.sinks.delivery.answered_rows import AnsweredRows
from footfall.sinks.delivery.dead_letters import DeadLetter, DeadLetterFile, check_no_link
from footfall.sinks.delivery.delivery import Answers
from footfall.sinks.delivery.delivery_ledger import FOLDER, DeliveryLedger
from footfall.sinks.protocol import CursorBook, Prepared, Receipt
from footfall.store.committed_files import remove_file
from footfall.store.durable import Lock

DEAD_LETTERS = Path("dead-letters")


class DeliveryLog:
    """The delivery log of one run and one destination, which one process at a time has.

    For each part: `begin` → it is sent, and `note` is called answer by answer → `settle`. After a crash anywhere what
    was not answered goes again, and no event is in the dead letters twice.

    Args:
        name: The sink, for people.
        key: What tells this destination from others, fit for a file name; no secret.
        run: The run.
        fresh: Forget what is noted of it.
        clock: Tells when.
        folder: Where the ledger is; None is `.footfall-ledger` here.
        check: Called with the ledger before anything is noted; may raise.

    Raises:
        StoreError: Another process has the ledger, it cannot be opened, or has the run from another time on.
    """

    def __init__(
        self,
        name: str,
        key: str,
        run: Run,
        *,
        fresh: bool,
        clock: Clock,
        folder: Path | None = None,
        check: Callable[[DeliveryLedger], None] = lambda _: None,
    ) -> None:
        self.name, self.run, self._clock = name, run, clock
        self._n_refused = 0
        folder = folder or FOLDER
        path = folder / f"{key}.sqlite"
        self._lock = Lock(path.with_suffix(".lock"), path)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire()
        except OSError as error:
            raise StoreError(
                f"{path}: {error.strerror or error}\n  what is delivered is noted there, so nothing was sent\n"
                "  hint: run the command in a folder that can be written to"
            ) from None
        self._dead_letters = folder.parent / DEAD_LETTERS / f"{key}-{run.id[:8]}.ndjson"
        with ExitStack() as resources:
            resources.callback(self._lock.release)
            ledger = DeliveryLedger.anew(path) if fresh else DeliveryLedger(path)
            self.ledger = resources.enter_context(closing(ledger))
            check(self.ledger)
            self._begin(fresh=fresh)
            self._resources = resources.pop_all()

    def _begin(self, *, fresh: bool) -> None:
        check_no_link(self._dead_letters)
        if fresh:
            self.ledger.forget(self.run.id)
            remove_file(self._dead_letters)
        # A ledger that somebody has deleted knows of no dead letters: those that are there are kept then.
        have = self._dead_letters.stat().st_size if self._dead_letters.exists() else 0
        cursors = self.ledger.begin(
            self.run, self.name, self._clock.wall_ms(), dead_letters=have
        )
        self.book = CursorBook(self.run, cursors)
        self._counted = self.ledger.counted(self.run.id)
        self.dead_letters = DeadLetterFile(
            self._dead_letters, self.ledger.dead_letters_bytes(self.run.id)
        )

    @property
    def tallies(self) -> Tallies | None:
        """Tallies of all parts that are delivered; None where some came without."""
        return self._counted.tallies if self._counted.is_all else None

    def begin(self, prepared: Prepared) -> AnsweredRows | Receipt:
        """Note that a part is about to be sent; return what of it was answered, or its receipt if all of it was.

        Raises:
            StoreError: The part does not follow its group's cursor.
        """
        if self.book.has(prepared):
            return Receipt(prepared.part, prepared.events, was_there_already=True)
        self.ledger.send(self.run.id, prepared.part, self._clock.wall_ms())
        answered = self.ledger.answered(self.run.id, prepared.part, prepared.events)
        self._n_refused = answered.n_refused
        return answered

    def note(self, part: Part, answers: Answers) -> None:
        """Note what was answered about some events of a part, and keep what was refused."""
        # First the file, then the ledger with its length: see `DeadLetterFile`.
        valid = self.dead_letters.write(answers.dead_letters, self.run.id, self.name)
        self.ledger.note_answers(self.run.id, part, answers, dead_letters=valid)
        self._n_refused += sum(dead_letter.is_event for dead_letter in answers.dead_letters)

    def settle(
        self,
        prepared: Prepared,
        size_bytes: int,
        person_states: Mapping[int, Any] | None = None,
    ) -> Receipt:
        """Note that a part is delivered, all of whose answers are noted."""
        rejected = self._n_refused
        accepted = prepared.events - rejected
        until_ms = prepared.part.until_ms
        is_farthest = all(cursor_ms <= until_ms for cursor_ms in self.book.cursors.values())
        counted = self._counted.after(prepared, is_farthest=is_farthest)
        self.ledger.settle(
            self.run.id,
            prepared.part,
            (prepared.events, accepted, rejected),
            counted=counted,
            now_ms=self._clock.wall_ms(),
            person_states=person_states,
        )
        self._counted = counted
        self.book.move(prepared.part)
        return Receipt(prepared.part, accepted, rejected=rejected, size_bytes=size_bytes)

    @property
    def refused(self) -> int:
        """Events of the run that were refused, and not accepted since."""
        return self.ledger.refused(self.run.id)

    def close(self, *, complete: bool) -> None:
        """Note whether the run is delivered to its end, and let the ledger go."""
        with self._resources:
            if complete:
                self.ledger.end(self.run.id, self._clock.wall_ms())

    def begin_retry(self, events: Mapping[str, str]) -> dict[str, str]:
        """Note that dead letters are about to be sent again; return those that have not been accepted since.

        Args:
            events: Id → event as JSON.
        """
        return self.ledger.begin_retry(self.run.id, events, self._clock.wall_ms())

    def note_retry(self, ids: Sequence[str], answers: Answers) -> None:
        """Note which dead letters are accepted now, and keep those that are refused, with the reason of today.

        Args:
            ids: Of all that are sent again, in their order.
        """
        accepted = [ids[row] for row in answers.accepted]
        refused = [ids[letter.row] for letter in answers.dead_letters if letter.is_event]
        valid = self.dead_letters.write(answers.dead_letters, self.run.id, self.name)
        self.ledger.note_retry(
            self.run.id, accepted, refused, dead_letters=valid, now_ms=self._clock.wall_ms()
        )

    def settle_person_states(
        self, dead_letters: Sequence[DeadLetter], states: Mapping[int, Any]
    ) -> None:
        """Note what is to be kept of people, apart from any part, and keep what was refused."""
        valid = self.dead_letters.write(dead_letters, self.run.id, self.name)
        self.ledger.settle_person_states(self.run.id, states, dead_letters=valid)

    def undelivered(
        self, why: str, n_events: int, accepted: int, *, is_permanent: bool = False
    ) -> SinkError:
        """Return the error of a part that is not delivered to its end; what was answered is noted.

        Args:
            why: May end with a hint on what to mend; then that is the error's hint.
            n_events: Events of the part.
            accepted: How many of them were accepted.
            is_permanent: Whether it will fail again unless something is mended.
        """
        reason, _, mend = why.partition("\n  hint: ")
        counts = (
            f"  of the {n_events:,} events being sent, {accepted:,} were accepted; "
            f"{n_events - accepted:,} are pending, and nothing is lost\n"
        )
        if is_permanent:
            mend = f"{mend}; once that is mended" if mend else "once that is mended"
            return PermanentSinkError(
                f"{self.name}: {reason}\n{counts}  hint: {mend}, the same command continues"
            )
        return TransientSinkError(
            f"{self.name}: {reason}\n{counts}"
            "  hint: the same command again continues with what is pending"
        )
