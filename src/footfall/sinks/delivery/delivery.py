"""The frame of a delivery: events on their way, and what answers have said of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from footfall.errors import FootfallError, TransientSinkError
from footfall.sinks.delivery.dead_letters import DeadLetter
from footfall.sinks.protocol import Progress


@dataclass(slots=True)
class Answers:
    """Answers about some events of a delivery that are not noted yet.

    Args:
        accepted: Rows of events.
        dead_letters: Events that were refused.
        person_states: Person → what the vendor has to keep of them now; None where nothing is.
    """

    accepted: list[int] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    person_states: dict[int, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.accepted or self.dead_letters)


class Delivery(ABC):
    """The events of one part, or dead letters, on their way.

    Answers are noted as they come (`note`), so that what a destination has accepted is not sent again, however
    this process ends.

    Attributes:
        accepted: Events.
        retries: Requests that were sent once more.
        size_bytes: Bytes that were sent.
        dead_letters: Events that were refused, with the reasons.
        problem: Why nothing more is sent; None while all is well.
        is_permanent: Whether it will fail again unless something is mended.
        note: Called with what was answered since it was called last.
    """

    def __init__(self) -> None:
        self.accepted = self.retries = self.size_bytes = 0
        self.dead_letters: list[DeadLetter] = []
        self.problem: FootfallError | None = None
        self.is_permanent = False
        self.note: Callable[[Answers], None] = lambda _: None
        self._answers = Answers()

    @property
    @abstractmethod
    def is_done(self) -> bool:
        """Whether every event is accepted or refused."""

    @property
    @abstractmethod
    def progress(self) -> Progress:
        """The progress of the events so far."""

    def take_accepted(self, rows: Sequence[int]) -> None:
        """Take in that events are accepted."""
        self.accepted += len(rows)
        self._answers.accepted += rows

    def take_state(self, person: int, state: Any) -> None:
        """Take in what the vendor has to keep of a person from here on."""
        self._answers.person_states[person] = state

    def take_refused(self, dead_letters: Iterable[DeadLetter]) -> None:
        """Take in that events will never be accepted."""
        dead_letters = list(dead_letters)
        self.dead_letters += dead_letters
        self._answers.dead_letters += dead_letters

    def note_answers(self) -> None:
        """Note what was answered since this was called last; where that fails, send no more."""
        answers, self._answers = self._answers, Answers()
        try:
            if answers:
                self.note(answers)
        except FootfallError as error:
            self.fail(error)

    def fail(self, problem: FootfallError) -> None:
        """Send no more."""
        self.problem = self.problem or problem
        self.is_permanent |= not isinstance(problem, TransientSinkError)
