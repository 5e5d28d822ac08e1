"""Reports of random runs: store, tallies and plain counting agree."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footfall
from footfall.data.tallies import PASSED_OVER, Tallies
from footfall.errors import UsageError
from footfall.execution.setup import RunParameters, set_up
from footfall.reports import closing, report
from footfall.reports.stages import FunnelStep
from footfall.units import DAY_MS
from tests.chunks import AWKWARD, BARE, NAMES, SCHOOL, SHOP, make_chunks, make_run
from tests.stores import START_MS, TINY, Rows, store_of_chunks, store_of_rows
from tests.stores import make_run as make_tiny
from tests.thoroughness import n_examples

STAGES = ("visitor", "it's", 'a "cart"', "customer", "fan")
SCHEMA = replace(TINY, stages=STAGES, goal=3)
UNTIL = 3 * DAY_MS
CITIES = (("Ulm", "DE"), ("Санкт-Петербург", "RU"), ("O'Fallon", "US"))


@dataclass(frozen=True)
class Person:
    """Somebody's life: times are ms since the start of the run.

    Args:
        moves: (time, index of the stage entered), both rising.
        events: (time, is it a session's first, cents or None), times rising.
    """

    city: int
    arrived: int
    moves: tuple[tuple[int, int], ...]
    events: tuple[tuple[int, bool, int | None], ...]


@st.composite
def people(draw):
    """Draw somebody; a third were here before the start."""
    arrived = draw(st.integers(-UNTIL // 2, UNTIL - 1))
    entered = sorted(draw(st.sets(st.integers(0, len(STAGES) - 1), min_size=1)))
    entered = entered if arrived < 0 else [0, *(s for s in entered if s)]
    times = sorted(
        draw(
            st.sets(
                st.integers(max(arrived, 0) + 1, UNTIL + 60), min_size=len(entered), max_size=9
            )
        )
    )
    moves = ((arrived, entered[0]), *zip(times, entered[1:], strict=False))
    events = [
        (at, draw(st.booleans()), draw(st.none() | st.integers(-999, 99_999)))
        for at in times
        if at < UNTIL
    ]
    return Person(
        draw(st.integers(0, 2)), arrived, tuple(m for m in moves if m[0] < UNTIL), tuple(events)
    )


worlds = st.lists(people(), max_size=12)


def _rows(world):
    arrivals, changes, events = [], [], []
    for number, person in enumerate(world):
        city, country = CITIES[person.city]
        home = (city, country, "Europe/Berlin")
        arrivals.append(
            (
                number,
                person.arrived,
                *home,
                STAGES[person.moves[0][1]],
                {"plan": "abc"[number % 3]},
            )
        )
        for (_, old), (at, new) in pairwise(person.moves):
            changes.append((number, "stage", _json(STAGES[old]), _json(STAGES[new]), at))
        for at, is_first, cents in person.events:
            events.append((number, at, at if is_first else at - 1, city, country, "web", cents))
    return Rows(arrivals, changes, events)


def _json(text):
    return '"' + text.replace('"', '\\"') + '"'


def _tallies(world):
    """Count one person after the other, as an engine would, into tallies that are then added up."""
    total = Tallies.empty()
    for person in world:
        total.add(_tallies_of(person))
    return total


def _tallies_of(person):
    city = CITIES[person.city][0]
    furthest = person.moves[-1][1]
    sessions = sum(is_first for _, is_first, _ in person.events)
    revenue = sum(cents or 0 for _, _, cents in person.events)
    cities = {
        "people": 1,
        "active": int(bool(person.events)),
        "returned": int(sessions >= 2),
        "sessions": sessions,
        "events": len(person.events),
        "events_squared": len(person.events) ** 2,
        "events_cubed": len(person.events) ** 3,
        "converted": int(furthest >= SCHEMA.goal),
        "revenue": revenue,
        "buyers": int(revenue != 0),
        "revenue_squared": revenue**2,
        "revenue_cubed": revenue**3,
    }
    for (_, old), (_, new) in pairwise(person.moves):
        cities |= {f"{PASSED_OVER}{STAGES[stage]}": 1 for stage in range(old + 1, new)}
    stages = {(STAGES[stage], city): 1 for stage in range(furthest + 1)}
    return Tallies(
        {},
        {},
        {},
        stages,
        {(city, measure): count for measure, count in cities.items() if count},
    )


def _steps(world):
    """Count the steps person by person."""
    times = [[] for _ in STAGES]
    waiting = [[] for _ in STAGES]
    for person in world:
        for i, (at, stage) in enumerate(person.moves):
            if at >= 0:
                after = person.moves[i + 1 : i + 2]
                (times if after else waiting)[stage].append(
                    after[0][0] - at if after else UNTIL - at
                )
    return [
        _step(sorted(taken), left) for taken, left in zip(times[:-1], waiting[:-1], strict=True)
    ]


def _step(taken, left):
    n = len(taken)
    median, most = (taken[-(-n * tenths // 10) - 1] if n else None for tenths in (5, 9))
    is_open = sum(most is None or rest < most for rest in left)
    return FunnelStep(n + len(left), n, median, most, is_open)


@settings(max_examples=n_examples(75), deadline=None)
@given(worlds)
def test_store_tallies_and_plain_counting_agree(world):
    """Shares, standing and cities are the same from SQL and from tallies; steps are what a loop over people finds."""
    run = make_tiny(SCHEMA, until_ms=UNTIL)
    with store_of_rows(run, _rows(world)) as store:
        stored = report(store, by="plan", curves=True)
    counted = closing(_tallies(world), SCHEMA)
    assert [replace(s, step=None) for s in stored.stages.stages] == list(counted.stages.stages)
    assert stored.stages.people == counted.stages.people == len(world)
    assert stored.cities == counted.cities
    assert [s.step for s in stored.stages.stages[:-1]] == _steps(world)
    assert stored.stages.already_here == sum(person.arrived < 0 for person in world)
    assert [counts[-1] for counts in stored.curves.days.reached] == [
        s.reached for s in stored.stages.stages
    ]


@settings(max_examples=n_examples(30), deadline=None)
@given(
    worlds,
    st.sampled_from(
        ["plan", "age", "city", "country", "time_zone", "language", "platform", "os_name"]
    ),
)
def test_groups_add_up(world, name):
    """However people are grouped, everybody is in one group."""
    with store_of_rows(make_tiny(SCHEMA, until_ms=UNTIL), _rows(world)) as store:
        stages = report(store, by=name, cities=False).stages
    for i, stage in enumerate(stages.stages[:-1]):
        steps = [group.steps[i] for group in stages.comparison.groups]
        for count in ("entered", "converted", "still_open"):
            assert sum(getattr(step, count) for step in steps) == getattr(stage.step, count)


@pytest.mark.parametrize(
    "schema", [SHOP, SCHOOL, AWKWARD, NAMES, BARE], ids=lambda schema: schema.scenario
)
def test_every_property_can_be_compared_by(schema):
    """Whatever a property is called and holds, steps can be compared by it, or it has too many values."""
    run = make_run(schema, people=200)
    with store_of_chunks(run, make_chunks(run, rows=50)) as store:
        for struct, field in (
            *(("user_properties", field) for field in schema.user_properties),
            *(("home", field) for field in schema.home),
            *(
                ("event_properties", f)
                for f in schema.event_properties
                if f.type not in ("list", "record")
            ),
        ):
            try:
                stages = report(store, by=f"{struct}.{field.name}", cities=False).stages
            except UsageError as error:
                assert "more than 1,000 values" in str(error)  # noqa: PT017 - either of the two is right
                continue
            first = [group.steps[0].entered for group in stages.comparison.groups]
            assert sum(first) == stages.stages[0].step.entered


@pytest.mark.parametrize("schema", [SHOP, SCHOOL, AWKWARD], ids=lambda schema: schema.scenario)
def test_property_as_it_was(schema):
    """The value a person counts with is that of their latest change up to the step, else that at arrival."""
    run = make_run(schema, people=100)
    chunks = list(make_chunks(run, rows=30))
    name = schema.user_properties[0].name
    with store_of_chunks(run, chunks) as store:
        groups = report(store, by=name, cities=False).stages.comparison.groups
    assert {
        g.value: g.steps[1].entered for g in groups if g.steps[1].entered
    } == _entered_second(chunks, schema, name)


def _entered_second(chunks, schema, name):
    """Count who entered the second stage by the value of a text property then."""
    values = {}
    for chunk in chunks:
        for row in chunk.arrivals.to_pylist():
            values[row["person"]] = [row["properties"][name]]
    rows = [row for chunk in chunks for row in chunk.changes.to_pylist()]
    found = Counter()
    for row in sorted(
        rows,
        key=lambda row: (
            row["person"],
            row["time"],
            row["property"] == "stage",
            row["sequence"],
        ),
    ):
        if row["property"] == name:
            values[row["person"]].append(json.loads(row["new"]))
        elif row["property"] == "stage" and json.loads(row["new"]) == schema.stages[1]:
            found[values[row["person"]][-1]] += 1
    return dict(found)


@pytest.mark.parametrize("by", ["source", "event_properties.source"])
def test_property_of_the_visit(by):
    """Properties of sessions and events count with the visit of the entry: its first event that has one says which."""
    parameters = RunParameters(people=400, days=20)
    chunks = list(footfall.simulate("starter", people=400, days=20))
    run = set_up("starter", parameters).run
    with store_of_chunks(run, chunks) as store:
        comparison = report(store, by=by, cities=False).stages.comparison
    assert comparison.is_of_visit
    found = {g.value: g.steps[1].entered for g in comparison.groups if g.steps[1].entered}
    assert found == _entered_second_by_visit(chunks, run.stream.schema.stages[1])
    assert len(found) > 2


def _entered_second_by_visit(chunks, stage):
    """Count who entered the second stage by what the first event of that visit says that says a source."""
    events = sorted(
        (row for chunk in chunks for row in chunk.events.to_pylist()),
        key=lambda row: row["time"],
    )
    sources, visits = {}, {}
    for event in events:
        visit = event["person"], event["session_id"]
        visits[event["person"], event["time"]] = visit
        source = event["event_properties"]["source"]
        if event["session_id"] is not None and source is not None:
            sources.setdefault(visit, source)
    return dict(
        Counter(
            sources.get(visits.get((row["person"], row["time"])))
            for chunk in chunks
            for row in chunk.changes.to_pylist()
            if row["property"] == "stage" and json.loads(row["new"]) == stage
        )
    )


def test_start_is_shared():
    """The two makers of runs agree on when runs start."""
    assert make_tiny().stream.start_ms == make_run(BARE).stream.start_ms == START_MS
