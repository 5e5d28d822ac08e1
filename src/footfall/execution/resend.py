"""`footfall.send_dead_letters`: what a destination has refused is sent again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from footfall.data.schema import StreamSchema
from footfall.data.stream import Run, Stream
from footfall.errors import TransientSinkError, UsageError, shown
from footfall.execution.result import Balance
from footfall.sinks import Sink, parse_all
from footfall.sinks.delivery.dead_letters import AcceptsDeadLetters, id_of
from footfall.sinks.protocol import Stoppable
from footfall.store.files.layout import file_ledger_path, folder_ledger_path

# Dead letters per call of `retry`, between which Ctrl-C is looked at.
AT_ONCE = 5_000
# Bytes: a file that is something else may be one line of any length.
LONGEST_LINE = 16_000_000
_ENDINGS = (".ndjson", ".jsonl")
_KEYS = {"run", "sink", "reason", "event"}


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """One line of a file of dead letters.

    Args:
        run: Id of the run.
        sink: Name of the sink that has refused it.
        name: Identity of the event.
        event: The event as JSON, as it was sent.
    """

    run: str
    sink: str
    name: str
    event: str


@dataclass(slots=True)
class DeadLettersResult:
    """The result of sending dead letters again.

    Args:
        dead_letters: Events in the files.
        torn: Last lines of files that are cut off, as `FILE:LINE`: they were not sent.
        before: Per sink: number of them that it had accepted since, by an earlier call.
        sinks: One balance per sink, of this call.
        seconds: Duration of the call.
        is_finished: All were tried in all sinks.
    """

    dead_letters: int = 0
    torn: tuple[str, ...] = ()
    before: dict[str, int] = field(default_factory=dict)
    sinks: list[Balance] = field(default_factory=list)
    seconds: float = 0.0
    is_finished: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether every event is accepted."""
        return (
            self.is_finished
            and not self.torn
            and all(sink.rejected == sink.pending == 0 for sink in self.sinks)
        )


def holds_dead_letters(where: str | Path) -> bool:
    """Return whether a text names a file of dead letters, or a folder of such."""
    path = Path(str(where).removeprefix("ndjson:"))
    if path.is_dir():
        return not folder_ledger_path(path).exists() and any(
            map(_begins_with_letter, _files(path))
        )
    return (
        path.suffix in _ENDINGS
        and path.is_file()
        and not file_ledger_path(path).exists()
        and _begins_with_letter(path)
    )


def send_dead_letters(
    where: str | Path,
    *,
    to: str | Sink | Sequence[str | Sink],
    stop: threading.Event | None = None,
    check: bool = True,
) -> DeadLettersResult:
    """Send dead letters again.

    What is accepted is noted in the sink's ledger, and does not go again; what is refused again
    stays among the dead letters, with the reason of today.

    Example:
        >>> url = "webhook+https://example.org/events"
        >>> footfall.send_dead_letters("dead-letters", to=url).is_clean  # doctest: +SKIP
        True

    Args:
        where: A file of dead letters, or a folder of such.
        to: Where to, as for `run`; or several.
        stop: When set, what is in flight is finished; the same again continues.
        check: Raise what has gone wrong in a sink, once the others have got everything; else
            it stands in the result.

    Raises:
        UsageError: They are no dead letters, or a sink cannot take them.
        StoreError, SinkError: A sink does not take them now; what it has accepted is noted.
    """
    path, begun = Path(str(where).removeprefix("ndjson:")), time.perf_counter()
    sinks = parse_all(to)
    files = _files(path) if path.is_dir() else [path]
    read = {file: read_dead_letters(file) for file in files}
    # Each event once, though several files may hold it.
    dead_letters = list(
        {(one.run, one.name): one for found, _ in read.values() for one in found}.values()
    )
    # All sinks are looked at before the first event is sent.
    takers = [_checked(sink, dead_letters, path) for sink in sinks]
    torn = tuple(f"{file}:{line}" for file, (_, line) in read.items() if line is not None)
    result = DeadLettersResult(len(dead_letters), torn)
    stopped = stop or threading.Event()
    for sink, taker in zip(sinks, takers, strict=True):
        balance = Balance.of(sink)
        balance.generated = len(dead_letters)
        result.sinks.append(balance)
        result.before[sink.name] = _retry(sink, taker, dead_letters, balance, stopped)
    result.is_finished = all(balance.is_complete for balance in result.sinks)
    result.seconds = time.perf_counter() - begun
    problem = next(
        (balance.problem for balance in result.sinks if balance.problem is not None), None
    )
    if check and problem is not None:
        raise problem
    return result


def read_dead_letters(file: Path) -> tuple[list[StoredDeadLetter], int | None]:
    """Return the events of a file of dead letters, and the number of its last line if that is cut off.

    Updates of user properties are left out.

    Raises:
        UsageError: A line is none.
    """
    found: list[StoredDeadLetter] = []
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_LINE):
            number += 1
            dead_letter = _dead_letter(line)
            if dead_letter is None:
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    return found, number  # being written, or cut off by a crash
                raise UsageError(
                    f"{file}:{number}: this is no dead letter\n"
                    '  accepted: {"run": …, "sink": …, "reason": …, "status": …, "response": …, "event": {…}}'
                )
            if "event_type" in dead_letter["event"]:
                found.append(
                    StoredDeadLetter(
                        dead_letter["run"],
                        dead_letter["sink"],
                        id_of(dead_letter["event"]),
                        _text_of(line, dead_letter["event"]),
                    )
                )
    return found, None


def _dead_letter(line: bytes) -> dict[str, Any] | None:
    try:
        dead_letter = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(dead_letter, dict) or not dead_letter.keys() >= _KEYS:
        return None
    is_right = isinstance(dead_letter["event"], dict) and all(
        isinstance(dead_letter[key], str) for key in ("run", "sink")
    )
    return dead_letter if is_right else None


def _text_of(line: bytes, event: dict[str, Any]) -> str:
    """Return an event as it stands in its line, digit by digit; it is the last member."""
    # Written anew, 8.50 would become 8.5. So the text is cut out of its line, and the result is
    # compared with what was parsed.
    text = line.decode().rpartition("}")[0].partition('"event":')[2].strip()
    try:
        is_same = json.loads(text) == event
    except ValueError:
        is_same = False
    return text if is_same else json.dumps(event, ensure_ascii=False)


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in _ENDINGS and not file_ledger_path(path).exists()
    )


def _begins_with_letter(file: Path) -> bool:
    with file.open("rb") as lines:
        return _dead_letter(lines.readline(LONGEST_LINE)) is not None


def _checked(
    sink: Sink, dead_letters: Sequence[StoredDeadLetter], path: Path
) -> AcceptsDeadLetters:
    """Return a sink as one that takes dead letters.

    Raises:
        UsageError: It takes none, or none of these.
    """
    if not isinstance(sink, AcceptsDeadLetters):
        raise UsageError(
            f"{sink.name} takes no dead letters\n"
            "  accepted: a sink over a network, such as --to webhook+https://…, kafka://… or amplitude:…"
        )
    other = next(
        (
            dead_letter
            for dead_letter in dead_letters
            if not dead_letter.sink.startswith(sink.takes_dead_letters_of)
        ),
        None,
    )
    if other is not None:
        raise UsageError(
            f"{path}: run {other.run} was refused by {shown(other.sink)}, and {sink.name} takes other events\n"
            f"  accepted by it: those of {', '.join(f'{name}…' for name in sink.takes_dead_letters_of)}"
        )
    return sink


def _retry(
    sink: Sink,
    taker: AcceptsDeadLetters,
    dead_letters: Sequence[StoredDeadLetter],
    balance: Balance,
    stop: threading.Event,
) -> int:
    """Send all dead letters, run by run; return how many were accepted before."""
    before = 0
    if isinstance(sink, Stoppable):
        sink.stop_on(stop)
    try:
        # A sink is opened for one run at a time, whose ledger and dead letters it then has.
        for run, group in groupby(
            sorted(dead_letters, key=lambda one: one.run), key=lambda one: one.run
        ):
            sink.open(_run(run), fresh=False)
            try:
                before += _retry_run(taker, list(group), balance, stop)
            finally:
                # Whether the run itself is complete is not known here.
                sink.close(complete=False)
        balance.is_complete = not stop.is_set()
    except Exception as problem:  # noqa: BLE001 - told at the end, when the other sinks have had their turn
        balance.problem = (
            None if isinstance(problem, TransientSinkError) and stop.is_set() else problem
        )
    return before


def _retry_run(
    taker: AcceptsDeadLetters,
    dead_letters: Sequence[StoredDeadLetter],
    balance: Balance,
    stop: threading.Event,
) -> int:
    before = 0
    for first in range(0, len(dead_letters), AT_ONCE):
        if stop.is_set():
            raise TransientSinkError("stopped before all was sent")
        several = dead_letters[first : first + AT_ONCE]
        done = taker.retry({dead_letter.name: dead_letter.event for dead_letter in several})
        before += len(several) - done.sent
        balance.generated -= len(several) - done.sent
        balance.accepted += done.accepted
        balance.rejected += done.sent - done.accepted
        balance.size_bytes += done.size_bytes
    return before


def _run(run: str) -> Run:
    """Return a stand-in for a run of which only the id is known: it has no span."""
    schema = StreamSchema("letters", (), (), "EUR", 2, ("visitor",), 0)
    return Run(run, Stream(run, 0, 0, schema, ""), 0, 0, "", {}, "", {})
