"""What is shown of a run while it is going on: a line per sink, from figures that are looked at, on a terminal only."""

import io
import sys
import threading
from types import SimpleNamespace

import pytest
from rich.console import Console

from footfall.execution.pipeline import Pipeline
from footfall.execution.progress import (
    NoProgress,
    ProgressBoard,
    RecentRate,
    sink_table,
    watcher_for,
)
from footfall.execution.schedule import make_schedule
from footfall.execution.sink_status import SinkStatus
from footfall.sinks.protocol import Progress
from tests.engines import FakeEngine
from tests.runs.test_pipeline import RUN, Destination, item, until

STANDINGS = [
    SinkStatus("parquet:p", accepted=1_234_567, events_per_s=98_765.4),
    SinkStatus(
        "webhook+http://127.0.0.1:8888/events", 40_000, 500, 7, 1_500, 3, 2, events_per_s=12.0
    ),
]


def printed(what, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(what)
    return console.file.getvalue().splitlines()


def test_a_line_per_sink():
    """Name, rate, queue, in flight, retries, accepted, rejected: aligned, one line each, whatever the name's length."""
    head, first, second = printed(sink_table(STANDINGS))
    assert head.split() == [
        "sink",
        "per",
        "s",
        "queue",
        "flight",
        "resent",
        "accepted",
        "rejected",
    ]
    assert first.split() == ["parquet:p", "98,765", "0", "0", "0", "1,234,567", "0"]
    assert second.split()[1:] == ["12", "40,000", "500", "7", "1,500", "3"]
    assert len(first) == len(second)


def test_figures_and_heads_are_whole_on_a_narrow_terminal():
    """In 80 columns the name is cut, and nothing else; no line is longer."""
    name = "webhook+https://hooks.example.org/…dedb76"
    large = SinkStatus(
        name, 1_234_567, 64_000, 1_234, 123_456_789, 1_234_567, 2, events_per_s=123_456.0
    )
    lines = printed(sink_table([large]), width=80)
    assert lines[0].split() == [
        "sink",
        "per",
        "s",
        "queue",
        "flight",
        "resent",
        "accepted",
        "rejected",
    ]
    assert lines[1].split()[1:] == [
        "123,456",
        "1,234,567",
        "64,000",
        "1,234",
        "123,456,789",
        "1,234,567",
    ]
    assert lines[1].startswith("webhook+https")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80


def test_a_rate_is_that_of_the_last_seconds():
    """What came long ago does not count; a count that shrinks is no negative rate."""
    rate = RecentRate()
    assert rate.of(0, 0.0) == 0
    assert rate.of(1_000, 1.0) == 1_000
    for second in range(2, 20):
        last = rate.of(1_000, float(second))
    assert last == 0
    assert rate.of(900, 20.0) == 0


def test_the_bar_shows_what_is_done_everywhere():
    """Steps that wait for a sink, or are in it, are not done yet; a sink that has failed holds nothing up."""
    gate = threading.Event()
    sink = Destination(gate=gate, fails_at=1, problem=OSError("no"))
    pipeline = Pipeline(sink, stop=threading.Event(), spill_bytes=10**6)
    pipeline.open(RUN, fresh=False)
    for number in range(3):
        pipeline.put(item(number))
    until(lambda: pipeline.status.in_flight == 4)
    assert (pipeline.status.queued, pipeline.status.reached) == (8, 0)
    gate.set()
    until(lambda: pipeline.balance.problem is not None)
    assert (pipeline.status.accepted, pipeline.status.reached) == (4, None)
    pipeline.end(has_all=True)
    pipeline.join(20)


class Answering(Destination):
    """A sink that tells how far it is."""

    now = Progress(in_flight=4)

    def progress(self):
        return self.now


def test_the_bar_moves_within_a_part():
    """A part of minutes is not one step: what of it is accepted or refused moves the bar, and the count."""
    sink = Answering(gate=threading.Event())
    pipeline = Pipeline(sink, stop=threading.Event(), spill_bytes=10**6)
    pipeline.open(RUN, fresh=False)
    for number in range(2):
        pipeline.put(item(number))
    until(lambda: pipeline.status.in_flight == 4)
    assert (pipeline.status.accepted, pipeline.status.reached) == (0, 0)
    sink.now = Progress(in_flight=1, accepted=2, rejected=1)
    assert (pipeline.status.accepted, pipeline.status.reached) == (2, 0.75)
    sink.now = Progress()
    sink.gate.set()
    pipeline.end(has_all=True)
    pipeline.join(20)
    assert (pipeline.status.accepted, pipeline.status.reached) == (8, None)


def test_a_board_can_be_drawn(monkeypatch):
    """While nothing has come yet, and when some has."""
    engine = FakeEngine()
    plan = make_schedule(engine, engine.run.until_ms, ({},))
    pipeline = Pipeline(Destination(), stop=threading.Event(), spill_bytes=0)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with ProgressBoard(plan, engine.people, [pipeline]) as board:
        assert "memory:a" in "\n".join(printed(board))
        board.made(next(plan.steps()), 50)
        assert "50 events" in "\n".join(printed(board))
        board._n_events = 12_345_678
        (bar, *_) = printed(board, width=80)
        assert "12,345,678 events · " in bar
        assert "…" not in bar


@pytest.mark.parametrize(("is_wanted", "is_terminal"), [(True, False), (False, True)])
def test_only_where_somebody_looks(monkeypatch, is_wanted, is_terminal):
    """No terminal, or `--quiet`: nothing is drawn."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal, raising=False)
    engine = FakeEngine()
    plan = make_schedule(engine, engine.run.until_ms, ({},))
    assert isinstance(watcher_for(plan, 1, [], is_wanted=is_wanted), NoProgress)


class Notebook:
    """IPython in a notebook, as far as it is asked: what is displayed is kept, newest last."""

    kernel = True

    def __init__(self):
        self.shown = []
        self.display = self

    def get_ipython(self):
        return self

    def HTML(self, text):  # noqa: N802  # its name in IPython
        return text

    def __call__(self, what, *, display_id):
        assert display_id
        self.update(what)
        return self

    def update(self, what):
        self.shown.append(what)


def test_a_notebook_gets_a_bar_too(monkeypatch):
    """Below the cell stand a bar, the counts and a row per sink: at the start, and as they are at the end."""
    notebook = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setitem(
        sys.modules,
        "IPython.display",
        SimpleNamespace(display=notebook, HTML=notebook.HTML),
    )
    engine = FakeEngine()
    plan = make_schedule(engine, engine.run.until_ms, ({},))
    pipeline = Pipeline(Destination(), stop=threading.Event(), spill_bytes=0)
    with watcher_for(plan, engine.people, [pipeline], is_wanted=True) as board:
        board.made(next(plan.steps()), 50)
    assert "<progress" in notebook.shown[0]
    assert "0 events" in notebook.shown[0]
    assert "50 events" in notebook.shown[-1]
    assert "memory:a" in notebook.shown[-1]


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch):
    """It has no kernel, and what it shows is its terminal's."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=SimpleNamespace))
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    engine = FakeEngine()
    plan = make_schedule(engine, engine.run.until_ms, ({},))
    assert isinstance(watcher_for(plan, 1, [], is_wanted=True), NoProgress)
