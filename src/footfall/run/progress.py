"""How far a run is, for somebody who watches: a bar on standard error, or nothing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from footfall.run.plan import Plan, Step

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Watcher(Protocol):
    """Somebody who is told how far a run is."""

    def __enter__(self) -> Self:
        """Begin to watch."""

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""

    def committed(self, step: Step, n_events: int) -> None:
        """Note that a step is done in all its sinks."""


class Nobody:
    """Watches nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def committed(self, step: Step, n_events: int) -> None:
        """Do nothing."""


class Bar:
    """A progress bar on standard error: share done, people, events, events per second, time left.

    What is done is measured in steps of the plan, which are known beforehand; events are not.
    """

    def __init__(self, plan: Plan, n_people: int) -> None:
        self._n_steps, self._n_people = plan.n_steps, n_people
        self._n_events = 0
        self._groups: dict[int, int] = {}
        self._began = time.perf_counter()

    def __enter__(self) -> Self:
        self._bar, self._task = _make_bar(self._n_steps)
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def committed(self, step: Step, n_events: int) -> None:
        """Move the bar."""
        self._n_events += n_events
        self._groups[step.part.first_person] = step.part.end_person - step.part.first_person
        n_people = min(sum(self._groups.values()), self._n_people)
        rate = self._n_events / max(time.perf_counter() - self._began, 1e-3)
        said = f"{n_people:,} people · {self._n_events:,} events · {rate:,.0f} events/s"
        self._bar.update(self._task, completed=step.number + 1, said=said)


def watcher_for(plan: Plan, n_people: int, *, is_wanted: bool) -> Watcher:
    """Return a bar where somebody can see it, else nobody."""
    return Bar(plan, n_people) if is_wanted and sys.stderr.isatty() else Nobody()


def _make_bar(total: int) -> tuple[RichProgress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("simulating"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    return bar, bar.add_task("run", total=total, said="starting")
