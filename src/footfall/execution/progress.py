"""The progress of a run on a terminal or in a notebook: a bar and a line per sink, or nothing."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from footfall.execution.pipeline import Pipeline
from footfall.execution.schedule import PlannedPart, Schedule
from footfall.execution.sink_status import HEADERS, SinkStatus
from footfall.html import element, table

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID
    from rich.table import Table

# Seconds: parts are committed in bursts, so the rate of a single moment would jump.
RATE_OVER_S = 5.0
_LOOKS_PER_S = 4


class ProgressWatcher(Protocol):
    """A watcher of a run's progress."""

    def __enter__(self) -> Self:
        """Begin to watch."""

    def __exit__(self, *_: object) -> None:
        """Stop watching."""

    def made(self, step: PlannedPart, n_events: int) -> None:
        """Note that a step is simulated."""


class NoProgress:
    """Watches nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def made(self, step: PlannedPart, n_events: int) -> None:
        """Do nothing."""


class ProgressLook(NamedTuple):
    """The progress of a run at a moment: steps that all sinks have, counts in words, and the status of each sink."""

    done: float
    said: str
    statuses: list[SinkStatus]


class ProgressBoard:
    """The board on a terminal: how much of the schedule all sinks have, and a line per sink.

    Progress is measured in steps of the schedule, whose number is known beforehand; that of
    events is not. rich's own thread draws, and asks the pipelines for their status some times
    per second: the owner, which puts parts, is never held up by a terminal.
    """

    def __init__(self, plan: Schedule, n_people: int, pipelines: Sequence[Pipeline]) -> None:
        self._n_steps, self._n_people, self._pipelines = plan.n_steps, n_people, pipelines
        self._n_events = self._n_made = 0
        # First person of a group → its people: they count once, however many parts it has.
        self._groups: dict[int, int] = {}
        self._began = time.perf_counter()
        self._rates = [RecentRate() for _ in pipelines]

    def __enter__(self) -> Self:
        self._bar, self._task = _make_bar(self._n_steps)
        self._live = _make_live(self)
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def made(self, step: PlannedPart, n_events: int) -> None:
        """Count a step."""
        self._n_events += n_events
        self._n_made = step.number + 1
        self._groups[step.part.first_person] = step.part.end_person - step.part.first_person

    def __rich__(self) -> Table:
        """Return what is shown."""
        from rich.table import Table

        look = self.look()
        self._bar.update(self._task, completed=look.done, said=look.said)
        grid = Table.grid()
        grid.add_row(self._bar)
        grid.add_row(sink_table(look.statuses))
        return grid

    def look(self) -> ProgressLook:
        """Return how far the run is now."""
        statuses = [
            replace(status, events_per_s=rate.of(status.accepted))
            for rate, status in zip(self._rates, self._statuses(), strict=True)
        ]
        # A step is done once the slowest sink has it; if nothing waits, all made steps are.
        done = min(
            [status.reached for status in statuses if status.reached is not None],
            default=self._n_made,
        )
        # The last group is whole: some of its people arrive after the end of the run.
        n_people = min(sum(self._groups.values()), self._n_people)
        rate = self._n_events / max(time.perf_counter() - self._began, 1e-3)
        said = f"{n_people:,} people · {self._n_events:,} events · {rate:,.0f}/s"
        return ProgressLook(done, said, statuses)

    def _statuses(self) -> list[SinkStatus]:
        return [pipeline.status for pipeline in self._pipelines]


class RecentRate:
    """Events per second over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def of(self, count: int, now_s: float | None = None) -> float:
        """Take in how many there are now, and return how many came per second."""
        now = time.monotonic() if now_s is None else now_s
        self._seen.append((now, count))
        # Two remain however old they are: a rate needs a difference.
        while now - self._seen[0][0] > RATE_OVER_S and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return max(count - before, 0) / max(now - since, 0.1)


def sink_table(statuses: Sequence[SinkStatus]) -> Table:
    """Return a line per sink with its figures; names give way to them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    # Not `no_wrap`, since such columns shrink last: the figures do not shrink, the names are cut.
    table.add_column("sink", max_width=32)
    for name in HEADERS:
        table.add_column(name, justify="right", no_wrap=True)
    for status in statuses:
        label = Text(status.name, no_wrap=True, overflow="ellipsis")
        table.add_row(label, *status.figures)
    return table


class NotebookBoard(ProgressBoard):
    """The same in a notebook, below the cell that runs: a bar and a table, drawn anew by a thread of its own.

    Args:
        display: The module `IPython.display`.
    """

    def __init__(
        self, plan: Schedule, n_people: int, pipelines: Sequence[Pipeline], display: Any
    ) -> None:
        super().__init__(plan, n_people, pipelines)
        self._display, self._ended = display, threading.Event()

    def __enter__(self) -> Self:
        self._handle = self._display.display(self._drawn(), display_id=True)
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._handle.update(self._drawn())

    def _draw(self) -> None:
        while not self._ended.wait(1 / _LOOKS_PER_S):
            self._handle.update(self._drawn())

    def _drawn(self) -> Any:
        look = self.look()
        bar = element("progress", max=str(self._n_steps), value=f"{look.done:.3f}")
        rows = [(status.name, *status.figures) for status in look.statuses]
        shown = element("p", bar, f" {look.said}"), table(("sink", *HEADERS), rows)
        return self._display.HTML(element("div", shown))


def watcher_for(
    plan: Schedule, n_people: int, pipelines: Sequence[Pipeline], *, is_wanted: bool
) -> ProgressWatcher:
    """Return a board where somebody can see it, else nobody."""
    if not is_wanted:
        return NoProgress()
    display = _display_of_notebook()
    if display is not None:
        return NotebookBoard(plan, n_people, pipelines, display)
    # Where nobody looks, as into a pipe or a log file, rich is not even imported.
    return ProgressBoard(plan, n_people, pipelines) if sys.stderr.isatty() else NoProgress()


def _display_of_notebook() -> Any | None:
    """Return the module `IPython.display`; None where no notebook shows what it is given."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    # IPython in a terminal has no kernel.
    return import_module("IPython.display") if hasattr(shell, "kernel") else None


def _make_bar(total: int) -> tuple[RichProgress, TaskID]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    columns = (
        TextColumn("simulating"),
        BarColumn(bar_width=None, table_column=Column(max_width=24)),  # the first to give way
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    # Drawn by the `Live` around it, hence no refreshing of its own.
    bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False)
    return bar, bar.add_task("run", total=total, said="starting")


def _make_live(board: ProgressBoard) -> Live:
    from rich.console import Console
    from rich.live import Live

    # Transient: when the run ends, its summary stands where the board was.
    return Live(
        get_renderable=board.__rich__,
        console=Console(stderr=True),
        refresh_per_second=_LOOKS_PER_S,
        transient=True,
    )
