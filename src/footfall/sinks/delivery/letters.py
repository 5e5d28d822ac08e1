"""Dead letters: what a destination will never take, with the reason, one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from footfall.sinks.delivery.exchange import Reply
from footfall.sinks.scratch import explained
from footfall.store.durable import sync, sync_folder


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that was refused.

    Args:
        event: The event as JSON, as it would be stored or sent.
        reason: Why, in a few words.
        status: Of the answer; 0 where it was never sent.
        response: Of the answer, cut.
        is_event: False for what carries user properties only, and is not counted among events.
    """

    event: str
    reason: str
    status: int = 0
    response: str = ""
    is_event: bool = True

    @classmethod
    def of(cls, event: str, reason: str, reply: Reply) -> Letter:
        """Return the letter of an event that an answer refuses."""
        return cls(event, reason, reply.status, reply.excerpt)

    def line(self, run: str, sink: str) -> bytes:
        """Return the line of a file."""
        told = {"run": run, "sink": sink, "reason": self.reason, "status": self.status, "response": self.response}
        return (json.dumps(told, ensure_ascii=False)[:-1] + f', "event": {self.event}}}\n').encode()


class Letters:
    """The file of one run and sink. The ledger knows up to which byte it is valid.

    Args:
        path: Of the file; made with the first letter.
        valid: Bytes that are valid; what lies behind was written by a run that was killed, and is cut off.
    """

    def __init__(self, path: Path, valid: int) -> None:
        self.path, self.valid = path, valid
        if path.exists() and path.stat().st_size > valid:
            with path.open("r+b") as file:
                file.truncate(valid)
        elif valid and not path.exists():
            self.valid = 0  # the user has moved it away: what follows begins anew

    def write(self, letters: Sequence[Letter], run: str, sink: str) -> int:
        """Append letters, for good; return how long the file is valid then.

        Raises:
            StoreError: The disk is full.
        """
        if not letters:
            return self.valid
        data = b"".join(letter.line(run, sink) for letter in letters)
        try:
            self._append(data)
        except OSError as error:
            raise explained(self.path, error) from None
        return self.valid

    def _append(self, data: bytes) -> None:
        is_new = not self.path.exists()
        if is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.open("ab") as file:
            file.truncate(self.valid)
            file.seek(self.valid)
            file.write(data)
            sync(file)
        if is_new:
            self.path.chmod(0o600)
            sync_folder(self.path.parent)
        self.valid += len(data)
