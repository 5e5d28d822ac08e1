"""A plan comes back from a sheet as it went in, a scenario's taxonomy too, and no text of a sheet becomes structure."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.scenario import load_shipped, loads
from footfall.tracking_plan.cells import DASHES, joined, split, split_list
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty, PlanStage
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.readers.grid import clean
from footfall.tracking_plan.readers.infer import no_times
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers import FORMATS
from tests.thoroughness import n_examples

SLOW = settings(
    max_examples=n_examples(45), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
SCALARS = ("text", "integer", "number", "boolean", "money", "time")
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]
)
TEXTS = st.text(CHARACTERS | st.sampled_from("ab ;,|\"'[]{}()=+-@:#&*!?\n"), max_size=20).map(
    clean
)
LINES = TEXTS.map(lambda text: " ".join(text.split())).filter(lambda text: text not in DASHES)
FILLED = LINES.filter(lambda text: text and not text.isdigit())
IDENTIFIERS = st.from_regex(r"[a-z][a-z_]{0,12}[a-z]", fullmatch=True)
LISTS = st.lists(TEXTS, max_size=3, unique=True).map(tuple)


def _scalars(**more):
    return st.builds(
        PlanProperty,
        name=IDENTIFIERS,
        type=st.sampled_from((*SCALARS, "any")),
        about=LINES,
        values=LISTS,
        examples=LISTS,
        is_required=st.booleans(),
        **more,
    ).map(_agreeing)


def _agreeing(planned):
    """Return a property without examples that contradict its type: such a time is read as text, and named."""
    odd = no_times(planned.examples) if planned.type == "time" else ()
    return replace(planned, examples=tuple(e for e in planned.examples if e.strip() not in odd))


def _named(properties):
    return st.lists(properties, max_size=3, unique_by=lambda p: p.name).map(tuple)


LISTED = st.builds(
    PlanProperty,
    name=IDENTIFIERS,
    type=st.just("list"),
    item=st.sampled_from(SCALARS),
    about=LINES,
)
RECORDS = st.builds(
    PlanProperty,
    name=IDENTIFIERS,
    type=st.just("list"),
    about=LINES,
    fields=_named(_scalars()),
    examples=st.just(()),
)
PROPERTIES = _named(_scalars() | LISTED | RECORDS)
USERS = _named(
    _scalars(changes=st.booleans(), start=FILLED | st.sampled_from(("null", ""))).map(
        lambda p: replace(p, is_required=False)
    )
)


@st.composite
def plans(draw):
    categories = draw(st.lists(FILLED, min_size=1, max_size=3, unique=True))
    names = draw(
        st.lists(FILLED, min_size=1, max_size=5, unique_by=lambda name: name.casefold())
    )
    changes = st.lists(
        st.from_regex(r"[a-z]{1,5} = [a-z0-9]{1,5}", fullmatch=True), max_size=2, unique=True
    )
    events = [
        PlanEvent(
            name,
            draw(st.sampled_from(categories)),
            draw(LINES),
            draw(PROPERTIES),
            draw(st.booleans()),
            tuple(draw(changes)),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for name in names
    ]
    used = list(dict.fromkeys(event.category for event in events))
    ordered = tuple(
        event for category in used for event in events if event.category == category
    )
    stages = draw(st.lists(FILLED, max_size=3, unique=True))
    return Plan(
        name="a_plan",
        title=draw(LINES),
        about=draw(LINES),
        currency=draw(st.sampled_from(("", "EUR", "JPY"))),
        categories=tuple((category, draw(LINES)) for category in used),
        events=ordered,
        user_properties=draw(USERS),
        stages=tuple(
            PlanStage(
                stage,
                tuple(draw(st.lists(st.sampled_from(names), max_size=2, unique=True))),
                draw(LINES),
                draw(st.booleans()),
            )
            for stage in stages
        ),
        goal=draw(st.sampled_from(stages)) if stages else "",
    )


@SLOW
@given(plan=plans())
def test_a_plan_comes_back_from_a_workbook(plan, tmp_path_factory):
    """What a plan says is in its workbook, and nothing else is read from it."""
    path = tmp_path_factory.mktemp("plans") / "plan.xlsx"
    path.write_bytes(FORMATS["xlsx"].render(plan, ()))
    assert read_plan(path) == plan


@SLOW
@given(plan=plans())
def test_the_events_come_back_from_csv(plan, tmp_path_factory):
    """A CSV file holds the events, and only these."""
    path = tmp_path_factory.mktemp("plans") / "a_plan.csv"
    path.write_bytes(FORMATS["csv"].render(plan, ()))
    assert read_plan(path).events == plan.events


@settings(max_examples=n_examples(500))
@given(values=st.lists(st.text(st.sampled_from('ab ;,|"[]{}()\n')), max_size=5))
def test_values_share_a_cell(values):
    """Values that are joined in a cell are split into the same ones, also where commas may separate them."""
    assert split(joined(values)) == tuple(values)
    assert not values or split_list(joined(values)) == tuple(values)


@SLOW
@given(plan=plans())
def test_any_plan_makes_a_scenario_that_loads(plan):
    """Whatever a plan says, a scenario of it loads, means something, and says the same of every event."""
    scenario = loads(scenario_text(plan))
    assert len(scenario.events) == len(plan.events)
    assert sorted(e.about for e in scenario.events) == sorted(e.about for e in plan.events)
    assert scenario.title == plan.title


@SLOW
@given(
    text=st.text(
        st.characters(codec="utf-8")
        | st.sampled_from("\n\r\t:#{}[],&*!|>'\"%@`-?\u2028\x85\ufeff "),
        min_size=1,
    )
)
def test_no_text_becomes_structure(text):
    """Any text in any place of a plan is that text in the scenario; control characters go, line breaks are plain."""
    kept = clean(text)
    known = PlanProperty(
        "size", "text", about=text, values=(text,) if kept else (), examples=(text,)
    )
    user = PlanProperty("mood", "text", about=text, values=(text,) if kept else ())
    event = PlanEvent(text, text, text, (known,), changes=(text,))
    plan = Plan(
        "hostile",
        text,
        text,
        text,
        ((text, text),),
        (event,),
        (user,),
        (PlanStage(text, (text,), text),),
        text,
    )
    scenario = loads(scenario_text(plan, text))
    (found,) = scenario.events
    assert (scenario.title, scenario.about, found.about) == (kept, kept, kept)
    assert scenario.people.properties[0].about == scenario.properties[0].about == kept
    assert scenario.properties[0].values == ((kept,) if kept else ())
    assert len(scenario.journeys) == 3
    assert {p.name for p in scenario.people.properties} == {"mood"}


def _said(known):
    return replace(known, examples=(), fields=tuple(map(_said, known.fields)))


def _events(plan):
    return [
        replace(e, properties=tuple(map(_said, e.properties)), changes=()) for e in plan.events
    ]


@pytest.mark.parametrize("name", ["ecommerce", "online-school"])
def test_a_shipped_scenario_keeps_its_taxonomy(name, tmp_path):
    """Scenario → workbook → scenario: the same events with the same properties, people, stages and goal."""
    plan = plan_of(load_shipped(name))
    path = tmp_path / "plan.xlsx"
    path.write_bytes(FORMATS["xlsx"].render(plan, ()))
    read = read_plan(path)
    assert read == plan
    again = plan_of(loads(scenario_text(read)))
    assert [_without_open_values(e, again) for e in _events(plan)] == [
        _without_open_values(e, again) for e in _events(again)
    ]
    assert list(map(_said, again.user_properties)) == list(map(_said, plan.user_properties))
    assert (again.name, again.title, again.about, again.currency) == (
        plan.name,
        plan.title,
        plan.about,
        plan.currency,
    )
    # Which stages people pass over follows from journeys, which no sheet holds.
    stages = tuple(replace(stage, is_optional=False) for stage in plan.stages)
    kept = tuple(replace(stage, is_optional=False) for stage in again.stages)
    assert (again.categories, kept, again.goal) == (plan.categories, stages, plan.goal)


def _without_open_values(event, again):
    """Leave out the values of properties that are one of the person's now, whose values are known."""
    people = {p.name for p in again.user_properties if p.values}
    return replace(
        event,
        properties=tuple(
            replace(p, values=() if p.name in people else p.values) for p in event.properties
        ),
    )
