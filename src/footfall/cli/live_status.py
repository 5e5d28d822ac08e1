"""The status of a live run, shown while it goes on."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

import click

from footfall.cli import delivery_outcome
from footfall.execution.sink_status import HEADERS

if TYPE_CHECKING:
    from footfall.execution.live.stats import LiveStatus
    from footfall.execution.sink_status import SinkStatus

_SHORTEST_NAME = 12


class StatusPrinter:
    """Shows the status: on a terminal a table, written over; else lines every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._n_shown, self._n_lines = stream, 0, 0
        self.reported: set[str] = set()

    def leave(self) -> None:
        """Keep the table that is shown: what is written next stands below it."""
        self._n_lines = 0

    def show(self, status: LiveStatus) -> None:
        """Show a status, which comes about once a second."""
        self._n_shown += 1
        for sink in status.sinks:
            self._tell_failure(sink)
        if self._stream.isatty():
            lines = table(status, shutil.get_terminal_size().columns)
            # Up by the last table's lines, then clear the rest: a shorter table leaves nothing
            # behind.
            up = f"\x1b[{self._n_lines}F" if self._n_lines else ""
            click.echo(f"{up}\x1b[J" + "\n".join(lines), file=self._stream)
            self._n_lines = len(lines)
        elif self._n_shown % 10 == 1 and status.replayed >= 1:
            for line in lines_of(status):
                click.echo(line, err=True)

    def _tell_failure(self, sink: SinkStatus) -> None:
        """Report at once that a sink has failed, while the others go on."""
        if (
            sink.problem is not None
            and sink.name not in self.reported
            and not delivery_outcome.is_left(sink)
        ):
            self.reported.add(sink.name)
            click.echo(
                f"error: {delivery_outcome.problem_text(sink.name, sink.problem)}", err=True
            )


class StderrBesideTable:
    """Standard error while a table is shown there.

    A sink's remark moves the cursor below the table; going up by the table's height would then
    write over the remark. So every write is noticed, and the next table begins below it.
    """

    def __init__(self, stream: TextIO, notice: Callable[[], None]) -> None:
        self._stream, self._notice = stream, notice

    def write(self, text: str) -> int:
        """Write, and notify the table."""
        self._notice()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def table(status: LiveStatus, columns: int) -> list[str]:
    """Return the status as lines for a terminal: one per sink, below a line of names.

    Args:
        status: The status.
        columns: Of the terminal; longer lines are cut, since they could not be written over.
    """
    if status.replayed < 1:
        return [f"living through the past: {status.replayed:.0%}"]
    at = dt.datetime.fromtimestamp(status.at_ms / 1000, dt.UTC).strftime("%m-%d %H:%MZ")
    rows = [(at, *HEADERS, "lag", "99 %"), *(_cells(sink) for sink in status.sinks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][1:]
    left = max(columns - 1 - sum(widths) - 2 * len(widths), _SHORTEST_NAME)
    width = min(max(len(row[0]) for row in rows), left)
    return [
        "  ".join(
            [_short(row[0], width), *(c.rjust(w) for c, w in zip(row[1:], widths, strict=True))]
            # One less than fits: some terminals break a line that fills their last column.
        )[: columns - 1]
        for row in rows
    ]


def _short(name: str, width: int) -> str:
    return (name if len(name) <= width else name[: width - 1] + "…").ljust(width)


def lines_of(status: LiveStatus) -> list[str]:
    """Return the status as lines for a log, one per sink."""
    return [f"{_utc(status)}  {sink.name}: {_said(*_cells(sink)[1:])}" for sink in status.sinks]


def _said(
    rate: str,
    queued: str,
    in_flight: str,
    retries: str,
    accepted: str,
    rejected: str,
    *lags: str,
) -> str:
    counts = f"{queued} queued, {in_flight} in flight, {retries} retries, {accepted} accepted, {rejected} rejected"
    return f"{rate} events/s, {counts}, lag {lags[0]}, 99 % within {lags[1]}"


def _cells(sink: SinkStatus) -> tuple[str, ...]:
    none = "failed" if sink.problem is not None else "–"
    lags = (none, "–") if sink.lag_ms is None else (f"{ms:,} ms" for ms in sink.lag_ms)
    return (sink.name, *sink.figures, *lags)


def _utc(status: LiveStatus) -> str:
    return dt.datetime.fromtimestamp(status.at_ms / 1000, dt.UTC).strftime(
        "%Y-%m-%d %H:%M:%S UTC"
    )
