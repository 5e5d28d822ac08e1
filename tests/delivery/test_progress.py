"""What sinks over a network tell of a part that is on its way: in flight, accepted, refused, sent once more."""

import threading
import time

import footfall
from footfall.execution.pipeline import Pipeline, QueuedPart
from footfall.execution.schedule import make_schedule
from footfall.execution.setup import RunParameters, set_up
from footfall.execution.task import Job, live_through
from footfall.sinks import parse
from footfall.sinks.protocol import Progress, ReportsProgress
from tests.endpoints import endpoint


def part_for(spec, ready):
    """Return the first part of a run, prepared for a sink that is open."""
    plan = make_schedule(ready.engine, ready.run.until_ms, ({},))
    return next(live_through(Job(ready.engine, ready.run.id, plan, (parse(spec),))))


def until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_webhook_tells(tmp_path, monkeypatch):
    """While requests hang their events are in flight; what goes once more is counted; then all is accepted."""
    monkeypatch.chdir(tmp_path)
    asked = []

    def first_not(events):
        asked.append(len(events))
        if len(asked) == 1:
            return 503
        other.go_on.wait(20)
        return 200

    with endpoint(first_not) as other:
        spec, ready = (
            f"{other.url}#batch=20&concurrency=2",
            set_up("ecommerce", RunParameters(people=150, days=5)),
        )
        sink = parse(spec)
        assert isinstance(sink, ReportsProgress)
        assert sink.progress() == Progress()
        sink.open(ready.run, fresh=False)
        outcome = part_for(spec, ready)
        thread = threading.Thread(target=sink.commit, args=(outcome.prepared[0],))
        thread.start()
        until(lambda: len(asked) == 3 and sink.progress().in_flight == 40)
        assert (sink.progress().accepted, sink.progress().rejected) == (0, 0)
        other.go_on.set()
        thread.join(20)
        assert sink.progress() == Progress(retries=1)
        sink.close(complete=True)
    assert len(other.ids) == outcome.n_events


def test_others_have_all_of_a_part_in_flight(tmp_path, monkeypatch):
    """A sink that tells nothing is shown with the whole part in flight while it commits, and with none after."""
    monkeypatch.chdir(tmp_path)
    sink = parse("duckdb:a.duckdb")
    ready = set_up("ecommerce", RunParameters(people=150, days=5))
    pipeline, seen = Pipeline(sink, stop=threading.Event(), spill_bytes=0), []
    commit = sink.commit
    sink.commit = lambda prepared: (
        seen.append(pipeline.status.in_flight),
        commit(prepared),
    )[1]
    pipeline.open(ready.run, fresh=False)
    outcome = part_for("duckdb:a.duckdb", ready)
    pipeline.put(QueuedPart(0, outcome.n_events, outcome.prepared[0]))
    pipeline.end(has_all=True)
    pipeline.join(20)
    assert seen == [outcome.n_events]
    assert pipeline.status.in_flight == 0
    assert footfall.report("a.duckdb").info.events == outcome.n_events
