"""`footfall.simulate` and `footfall.events`: chunks without a sink, for programs."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator

import pyarrow as pa

from footfall.data.chunk import Chunk
from footfall.errors import UnitError, UsageError, shown
from footfall.execution.pool import results_of
from footfall.execution.schedule import make_schedule
from footfall.execution.setup import (
    AnyScenario,
    RunParameters,
    Settings,
    Setup,
    WholeNumber,
    set_up,
)
from footfall.execution.task import Job
from footfall.units import whole_numbers


def simulate(
    scenario: AnyScenario,
    *,
    seed: WholeNumber = 1,
    people: WholeNumber | None = None,
    days: WholeNumber | None = None,
    start: str | dt.date | None = None,
    settings: Settings | None = None,
    workers: WholeNumber = 1,
) -> Iterator[Chunk]:
    """Simulate a scenario, chunk by chunk, in bounded memory.

    A chunk holds what happened to a group of people in a window of time; its rows are in order
    of time.

    Example:
        >>> for chunk in footfall.simulate("ecommerce", people=500, days=7):
        ...     print(chunk.part.first_person, chunk.part.end_person, chunk.events.num_rows)
        0 4096 1511

    Args:
        scenario: Name of a shipped one, path of a YAML file, or a loaded scenario.
        seed: From 0 to 2**63 - 1; another seed, other people.
        people: Scales the number of people, 10_000 or `"10k"`; None keeps the scenario's.
        days: Length; None keeps the scenario's.
        start: First day: a date, or `now-30d`; None keeps the scenario's.
        settings: Values to replace in the scenario: path of the key → value.
        workers: Processes that simulate; 1 is this one.

    Yields:
        Chunks in a fixed order, whatever the number of workers.

    Raises:
        UsageError, ScenarioError: The arguments or the scenario cannot be used.
    """
    parameters = RunParameters.of(
        people=people, days=days, start=start, seed=seed, settings=settings, workers=workers
    )
    # No generator itself, so that a mistake in the arguments is raised by the call, not by the
    # first chunk.
    return _chunks(set_up(scenario, parameters), parameters)


def events(
    scenario: AnyScenario,
    *,
    seed: WholeNumber = 1,
    people: WholeNumber | None = None,
    days: WholeNumber | None = None,
    start: str | dt.date | None = None,
    settings: Settings | None = None,
    workers: WholeNumber = 1,
) -> pa.Table:
    """Simulate a scenario and return all its events in one Arrow table, in order of time.

    Arguments are those of `simulate`. The table is held in memory: about 300 bytes per event.

    Example:
        >>> events = footfall.events("ecommerce", people=500, days=7)
        >>> events.num_rows, events.schema.names[:3]
        (1511, ['insert_id', 'event_type', 'category'])
    """
    from footfall.execution.time_order import merge_tables

    parameters = RunParameters.of(
        people=people, days=days, start=start, seed=seed, settings=settings, workers=workers
    )
    chunks = _chunks(set_up(scenario, parameters), parameters)
    return merge_tables([chunk.events for chunk in chunks], ("time", "person"))


USER_ID = re.compile(r"[0-9a-f]{6}-u-[0-9a-f]{16}", re.ASCII)
"""A `user_id`: the tag of a run, and the identity of a person in it."""


def simulate_person(
    scenario: AnyScenario, person: int | str, parameters: RunParameters | None = None
) -> Chunk:
    """Simulate one person, and nobody else; what happens is what happens in the full run.

    Args:
        scenario: As for `simulate`.
        person: Number, from 0, also as a text; or a `user_id`.
        parameters: Those of the full run.

    Raises:
        UsageError: Nobody of that number or id comes before the end.
    """
    ready = set_up(scenario, parameters)
    engine, run = ready.engine, ready.run
    number = _number(ready, person)
    chunk = engine.simulation(run.id, number, number + 1, run.until_ms).advance(run.until_ms)
    if not chunk.arrivals.num_rows:
        most = engine.numbers_until(run.until_ms) - 1
        raise UsageError(
            f"person {person} does not come before the end of the run\n"
            f"  accepted: 0 to {most:,}, but for those who come later"
        )
    return chunk


def _number(ready: Setup, person: int | str) -> int:
    """Return the number of a person, who may be known by a `user_id`."""
    if isinstance(person, str) and USER_ID.fullmatch(person):
        return _number_of(ready, person)
    try:
        return whole_numbers.PERSON.parse(person)
    except UnitError as problem:
        raise UsageError(f"person: {problem.message}, and no user_id") from None


def _number_of(ready: Setup, user_id: str) -> int:
    tag, _, digits = user_id.split("-")
    if not ready.run.id.startswith(tag):
        raise UsageError(
            f"{shown(user_id)} is somebody of another run: here ids begin with {ready.run.id[:6]}\n"
            "  hint: give the --people, --start, --seed and --set of that run; `footfall runs` lists them"
        )
    number = ready.engine.number_of(int(digits, 16), ready.run.until_ms)
    if number is None:
        raise UsageError(
            f"nobody has the id {shown(user_id)} before the end of the run\n"
            "  hint: give the --days of that run, or take an id from its events"
        )
    return number


def _chunks(ready: Setup, parameters: RunParameters) -> Iterator[Chunk]:
    plan = make_schedule(ready.engine, ready.run.until_ms, ())
    job = Job(ready.engine, ready.run.id, plan, (), keep_chunks=True)
    n_workers = min(parameters.workers or 1, max(plan.n_groups, 1))
    for outcome in results_of(job, n_workers, threading.Event()):
        assert outcome.chunk is not None
        yield outcome.chunk
