"""Dead letters: events that a destination refuses for good, with the reason, one JSON object per line."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, runtime_checkable

from footfall.errors import StoreError
from footfall.sinks.scratch import explained
from footfall.store.durable import open_here, sync, sync_folder

if TYPE_CHECKING:
    from footfall.net.http_client import Reply


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was refused: a dead letter.

    Args:
        event: The event as JSON, as it would be stored or sent.
        reason: Why, in a few words.
        status: Of the answer; 0 where it was never sent.
        response: Of the answer, cut.
        is_event: False for what carries user properties only, and is not counted among events.
        row: Of the event in its part, or its place among the dead letters that are sent again; -1 for what is no event.
    """

    event: str
    reason: str
    status: int = 0
    response: str = ""
    is_event: bool = True
    row: int = -1

    @classmethod
    def of(cls, event: str, reason: str, reply: Reply, row: int) -> DeadLetter:
        """Return the dead letter of an event that an answer refuses."""
        return cls(event, reason, reply.status, reply.excerpt, row=row)

    def line(self, run: str, sink: str) -> bytes:
        """Return the line of a file."""
        head = {
            "run": run,
            "sink": sink,
            "reason": self.reason,
            "status": self.status,
            "response": self.response,
        }
        # The event goes in as the text that it is: parsed and written anew, 1.10 would become 1.1.
        text = json.dumps(head, ensure_ascii=False)[:-1]
        return f'{text}, "event": {self.event}}}\n'.encode()


@dataclass(frozen=True, slots=True)
class RetryOutcome:
    """The outcome of sending dead letters again.

    Args:
        sent: Events that had not been accepted since.
        accepted: Of these, events that are accepted now.
        size_bytes: Bytes sent.
    """

    sent: int
    accepted: int
    size_bytes: int


@runtime_checkable
class AcceptsDeadLetters(Protocol):
    """A sink that takes single events as they stand in dead letters.

    Attributes:
        takes_dead_letters_of: Beginnings of the names of sinks whose dead letters it can take.
    """

    @property
    def takes_dead_letters_of(self) -> tuple[str, ...]:
        """Beginnings of the names of sinks whose dead letters it can take."""
        ...

    def refused(self) -> int:
        """Return how many events of the open run were refused, and not accepted since."""
        ...

    def retry(self, events: Mapping[str, str]) -> RetryOutcome:
        """Send events again that have not been accepted since; the sink is open for the run that they are of.

        Args:
            events: Id → event as JSON.

        Raises:
            SinkError: Some were neither accepted nor refused.
        """
        ...


def id_of(event: str | Mapping[str, Any]) -> str:
    """Return the id of an event: its insert_id, or, where somebody has taken that away, its hash."""
    value = json.loads(event) if isinstance(event, str) else event
    name = value.get("insert_id") if isinstance(value, Mapping) else None
    if isinstance(name, str):
        return name
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def time_of(event: str) -> int:
    """Return the time of an event, ms since the epoch: 0 where it has none."""
    time = json.loads(event).get("time")
    if isinstance(time, int):
        return time
    try:
        return round(dt.datetime.fromisoformat(str(time)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


class DeadLetterFile:
    """The dead letters of one run and sink. The ledger knows up to which byte the file is valid.

    Order matters: the file is written and synced first, its length is noted with the part, in one transaction. A
    crash in between leaves lines that nobody counts; they are cut off, and written again with the part.

    Args:
        path: Of the file; made with the first dead letter.
        valid: Bytes that are valid; what lies behind was written by a run that was killed, and is cut off.
    """

    def __init__(self, path: Path, valid: int) -> None:
        have = path.stat().st_size if path.exists() else 0
        # Less than is noted, or nothing, where the user has cut it or moved it away: what follows is put behind that.
        self.path, self.valid = path, min(valid, have)
        self._is_cut = 0 < have < valid and not _ends_in_a_line(path)
        if have > valid:
            with self._opened() as file:
                file.truncate(valid)

    def write(self, dead_letters: Sequence[DeadLetter], run: str, sink: str) -> int:
        """Append dead letters, for good; return how long the file is valid then.

        Raises:
            StoreError: The disk is full.
        """
        if not dead_letters:
            return self.valid
        data = b"".join(dead_letter.line(run, sink) for dead_letter in dead_letters)
        try:
            self._append(data)
        except OSError as error:
            raise explained(self.path, error) from None
        return self.valid

    def _append(self, data: bytes) -> None:
        is_new = not self.path.exists()
        if is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._opened() as file:
            file.truncate(self.valid)
            file.seek(self.valid)
            # Half a line stays a line by itself, which is named when all are sent again.
            data = b"\n" * self._is_cut + data
            file.write(data)
            sync(file)
        if is_new:
            sync_folder(self.path.parent)
        self.valid, self._is_cut = self.valid + len(data), False

    def _opened(self) -> IO[bytes]:
        check_no_link(self.path)
        # Events are of people, if only of simulated ones.
        return os.fdopen(open_here(self.path, os.O_WRONLY, 0o600), "wb")


def _ends_in_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def check_no_link(path: Path) -> None:
    """Check that a file of dead letters is none that a link leads to: it would be written, cut, or removed.

    Raises:
        StoreError: A link is in its place.
    """
    if path.is_symlink():
        raise StoreError(
            f"{path} is a link, and dead letters are written to no file that a link leads to\n"
            "  hint: move it away"
        )
