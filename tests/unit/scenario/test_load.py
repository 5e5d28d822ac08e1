"""A file becomes records: typed, with units parsed, in order, with places."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, replace
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from footfall.errors import ScenarioError, UsageError
from footfall.scenario import load, load_shipped, loads, shipped
from footfall.scenario.leaf_records import ListType
from tests.small_scenarios import scenario_text, small

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def everything():
    return load(HERE / "everything.yaml", name="everything.yaml")


def test_the_smallest_scenario_has_every_default():
    """What a scenario leaves out has the documented default."""
    scenario = small()
    assert (scenario.title, scenario.about, scenario.currency, scenario.time_zone) == (
        "",
        "",
        "USD",
        "UTC",
    )
    assert (scenario.main.text, scenario.goal, scenario.devices, scenario.effects) == (
        "life",
        None,
        None,
        (),
    )
    assert scenario.calendar.week == ((Decimal(1),) * 24,) * 7
    assert (scenario.people.growth_per_day, scenario.people.already_here_share) == (0, 0)
    assert scenario.catalogues[0].weights is None
    assert (scenario.journeys[0].has_session, scenario.journeys[0].slots) == (True, 1)


def test_the_top_level(everything):
    """Names, texts and choices of the top level are read as written."""
    assert (everything.source, everything.name, everything.title) == (
        "everything.yaml",
        "everything",
        "Everything",
    )
    assert (everything.currency, everything.time_zone) == ("EUR", "Europe/Paris")
    assert (everything.goal.text, everything.main.text) == ("fan", "life")


def test_the_calendar(everything):
    """Weeks written out, holidays of all and of a country, and campaigns are read with their units."""
    calendar = everything.calendar
    assert (calendar.start, calendar.length_days) == ((2026, 1, 31), 84)
    assert len(calendar.week) == 7
    assert calendar.week[0] == calendar.week[6]
    assert calendar.week[0][15] == 10
    assert calendar.holidays == (
        ("", (2026, 2, 14), Decimal("1.5")),
        ("", (None, 12, 25), Decimal("0.3")),
        ("FR", (None, 7, 14), Decimal("0.6")),
    )
    opening, fair = calendar.campaigns
    assert (opening.start.day, opening.until.day, opening.until.minute_of_day) == (3, 5, 720)
    assert (fair.start.local, fair.until.local) == ((2026, 3, 1, 0, 0), (2026, 3, 4, 18, 30))
    assert (opening.activity, fair.activity) == (Decimal("1.5"), Decimal("0.5"))


def test_a_rhythm_of_hours_and_days():
    """`hours` with `days` multiply; a day that is missing has 1."""
    hours = ", ".join(str(hour) for hour in range(24))
    scenario = small(
        calendar=f"{{start: 2026-01-01, length: 1 day, rhythm: {{hours: [{hours}], days: {{sun: 2}}}}}}"
    )
    assert scenario.calendar.week[0][3] == 3
    assert scenario.calendar.week[6][3] == 6


def test_people(everything):
    """Quantities of people are exact, growth is per day."""
    people = everything.people
    assert (people.count, people.home.text) == (10_000, "cities")
    assert (people.already_here_share, people.already_here_days) == (Decimal("0.25"), 60)
    assert people.households == ((1, 60), (2, 40))
    assert people.growth_per_day == Decimal("0.002531693501940591734455620194")


def test_properties_of_people(everything):
    """A property begins with a constant, a draw, an expression, an empty list, or null."""
    of = {item.name: item for item in everything.people.properties}
    assert of["age"].draw.kind == "normal"
    assert (of["age"].draw.a, of["age"].draw.b, of["age"].draw.between) == (33, 9, (18, 70))
    assert [(value.text, weight) for value, weight in of["gender"].draw.choices] == [
        ("female", 58),
        ("male", 42),
    ]
    assert [value.is_null for value, _ in of["colour"].draw.choices] == [False, False, True]
    assert (of["income"].type, of["height"].draw.kind) == ("money", "uniform")
    assert of["is_senior"].derived.text == "age >= 60"
    assert of["status"].start.is_null
    assert of["status"].values == ("new", "old")
    assert of["tags"].is_empty_list
    assert of["tags"].list_type == ListType(5, "text")
    assert of["cart"].list_type == ListType(
        10,
        None,
        (("bean", "bean"), ("quantity", "integer"), ("note", "text")),
        (("note", "Gift Note"),),
    )
    assert of["nothing"].start.is_null
    assert str(of["age"].at) == "everything.yaml:27:5"


def test_devices_and_sessions(everything):
    """Devices are weights and a catalogue; percent weights are shares."""
    assert everything.devices.per_person == ((1, 55), (2, 45))
    assert everything.devices.kinds.columns == ("platform", "os_name")
    assert everything.session_properties[0].draw.choices[0][1] == Decimal("0.6")


def test_stages_and_events(everything):
    """Stages keep their order; events their category; properties every way they can be written."""
    assert [stage.name for stage in everything.stages] == ["visitor", "buyer", "fan"]
    assert [event.text for event in everything.stages[2].on] == ["Paid", "Seen"]
    assert [(event.category, event.name) for event in everything.events] == [
        ("Browsing", "Seen"),
        ("Browsing", "Left"),
        ("Browsing", "Back"),
        ("Buying", "Paid"),
    ]
    seen, left, back, paid = everything.events
    assert [event.sign for event in everything.events] == ["", "out", "new", "in"]
    assert [
        (item.name, item.value and item.value.text, item.required) for item in seen.properties
    ] == [
        ("total", None, None),
        ("kind", "bean.name", None),
        ("strength", "bean.strength", False),
    ]
    assert left.properties == back.properties == ()
    assert (paid.identifies, paid.revenue.text, seen.about) == (True, "total", "Looks")
    assert [(item.name, item.type, item.required) for item in everything.properties] == [
        ("total", "money", True),
        ("kind", None, None),
    ]


def test_journeys(everything):
    """A journey keeps its variables in both forms."""
    life, shop, refund = everything.journeys
    assert [(item.name, item.type, item.start.is_null) for item in life.carries] == [
        ("total", "money", True),
        ("bean", "bean", True),
        ("line", None, True),
        ("note", "text", True),
    ]
    assert shop.when.text == "known"
    assert (refund.has_session, refund.slots) == (False, 3)


def test_effects(everything):
    """An effect has one factor, or factors by the values of a property."""
    cities, slow, dear, more, outage = everything.effects
    assert (cities.by.text, [(value.text, factor) for value, factor in cities.factors]) == (
        "city",
        [("Paris", Decimal("1.3")), ("Oslo", Decimal("0.8"))],
    )
    assert (
        slow.what,
        slow.factor,
        slow.when.text,
        slow.start.day,
        slow.until.minute_of_day,
    ) == (
        "duration",
        2,
        "age > 40",
        2,
        540,
    )
    assert (dear.what, dear.factor, dear.where.text) == (
        "value",
        Decimal("1.1"),
        "life/*/total",
    )
    assert (more.what, more.factor) == ("times", Decimal("1.12"))
    assert (outage.what, [factor for _, factor in outage.factors]) == (
        "chance",
        [Decimal("0.02"), Decimal("0.5")],
    )


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_loads(name):
    """What footfall brings can be loaded, by its name with - or _."""
    assert load_shipped(name.replace("_", "-")).name
    assert load_shipped(name) == load_shipped(name.replace("_", "-"))


def test_an_unknown_shipped_name_is_told_the_nearest():
    """A name that is not shipped is refused with those that are."""
    with pytest.raises(
        UsageError,
        match=r'no shipped scenario "e-comerce"\n  shipped: .*\n  hint: did you mean ecommerce',
    ):
        load_shipped("e-comerce")


def test_a_missing_file_is_a_usage_error(tmp_path):
    """A file that is not there is no scenario's fault."""
    with pytest.raises(UsageError, match=r'shop\.yaml" cannot be read: there is no such file'):
        load(tmp_path / "shop.yaml")
    with pytest.raises(UsageError, match="cannot be read"):
        load("a\0b")


@pytest.mark.parametrize(
    ("missing", "meant"),
    [
        ("shop.yml", "shop.yaml"),
        ("shp", "shop.yaml"),
        ("ecomerce.yaml", "ecommerce"),
        ("shops/a.yaml", None),
    ],
)
def test_a_missing_file_is_told_the_nearest(tmp_path, missing, meant):
    """The nearest file beside it is named, else the nearest shipped scenario; files of other kinds are not."""
    for name in ("shop.yaml", "shp.csv", "gym.yml"):
        (tmp_path / name).touch()
    hint = (
        ""
        if meant is None
        else f"\n  hint: did you mean {meant if 'ecom' in meant else tmp_path / meant}?"
    )
    with pytest.raises(UsageError) as caught:
        load(tmp_path / missing)
    assert str(caught.value).partition("starter")[2] == hint


def test_only_regular_files_are_read(tmp_path):
    """A folder, a pipe and a device are refused at once, without reading from them."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ScenarioError, match="not a regular file"):
            load(path)


def test_a_large_file_is_refused_without_reading_all_of_it(tmp_path):
    """A sparse file of 1 GiB is refused by its size."""
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(2**30)
    begun = time.process_time()
    with pytest.raises(ScenarioError, match="larger than 10 MiB"):
        load(tmp_path / "big.yaml")
    assert time.process_time() - begun < 2


def test_bom_and_crlf_change_nothing(tmp_path):
    """A file saved by another editor is the same scenario."""
    text = scenario_text()
    (tmp_path / "a.yaml").write_bytes(text.encode())
    (tmp_path / "b.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(tmp_path / "a.yaml", name="x") == load(tmp_path / "b.yaml", name="x")


def test_problems_of_different_parts_are_told_together():
    """One mistake does not hide another: all are in one error, in the order of the file."""
    text = scenario_text(
        calendar="{start: someday, length: 30}",
        people="{count: many, home: cities, properties: {Age: {start: 1}, age: {start: 2}}}",
        events="{A: {Seen: {}, Paid: {}}, B: {Seen: {revenu: 3}}}",
        effects="[{named: x, where: y, odds: 3}]",
    )
    with pytest.raises(ScenarioError, match="someday") as caught:
        loads(text)
    assert [problem.at.line for problem in caught.value.problems] == [3, 3, 4, 4, 7, 7, 9]


def test_a_hopeless_file_is_given_up_early():
    """200 problems are told, with a last one that there may be more; a file of nothing else is done with quickly."""
    begun = time.process_time()
    with pytest.raises(
        ScenarioError,
        match="there may be more problems than these 200\n  hint: mend these first",
    ) as caught:
        loads(scenario_text() + "".join(f"sead{i}: 1\n" for i in range(100_000)))
    assert len(caught.value.problems) == 201
    assert time.process_time() - begun < 10


def test_the_callers_decimal_context_changes_nothing():
    """Whatever decimals a program works with, a scenario is the same to the digit."""
    expected = repr(astuple(load(HERE / "everything.yaml")))
    with localcontext() as context:
        context.prec = 3
        assert repr(astuple(load(HERE / "everything.yaml"))) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Zahlung bestätigt",
        "支払い完了",
        "خرید می‌شود",
        "👩‍💻 opened",
        "=cmd|calc'!A1",
        "'; drop table x; --",
    ],
)
def test_names_of_events_are_in_any_script(name):
    """An event may be called anything printable; it is quoted wherever it goes."""
    quoted = "'" + name.replace("'", "''") + "'"
    scenario = small(events=f"{{Buying: {{Seen: {{}}, Paid: {{}}, {quoted}: {{}}}}}}")
    assert scenario.events[2].name == name


def test_names_that_look_the_same_are_refused():
    """é written as one character and as two is one name to every reader."""
    with pytest.raises(
        ScenarioError, match="looks like another, written with other characters"
    ):
        small(events="{Buying: {Seen: {}, Paid: {}, caf\u00e9: {}, cafe\u0301: {}}}")


def test_twice_the_lines_are_twice_the_work():
    """The work of loading grows with the length of a scenario and no faster, counted in calls of functions."""
    short, long = (_calls(loads, _of_journeys(n)) for n in (60, 120))
    assert short > 10_000
    assert long < 2.1 * short


def _of_journeys(n: int) -> str:
    journeys = "".join(
        f"  part_{i}:\n    when: orders > {i}\n    carries: {{total: money}}\n    steps:\n"
        f"      - Seen: {{after: about 10 s, set: {{total: {i}}}}}\n      - go on: 80%\n        named: stays\n"
        f"      - maybe: 25%\n        named: more\n        steps: [Paid, {{wait: 5 s to 20 s}}]\n"
        for i in range(n)
    )
    return scenario_text(journeys="  life: {steps: [Seen, Paid]}\n" + journeys)


def _calls(function: Callable[[str], object], text: str) -> int:
    """Return how many functions are called, those in C included."""
    events: Counter[str] = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _arg: events.update((event,)))
    try:
        function(text)
    finally:
        sys.setprofile(before)
    return events["call"] + events["c_call"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"8 bytes!DUCK\0\xdb", "a DuckDB file"),
        (b"PAR1\0\x15", "a Parquet file"),
        (b"PK\x03\x04\0\0", "a workbook or a zip"),
    ],
)
def test_a_store_in_place_of_a_scenario(tmp_path, content, kind):
    """What people take for one another is told by its kind, not by its first byte that is no text."""
    file = tmp_path / "shop.duckdb"
    file.write_bytes(content)
    with pytest.raises(
        ScenarioError, match=rf"this is {kind}, and no text\n  give a text; stores are read by"
    ):
        load(file)


def test_a_text_may_begin_like_another_kind_of_file(tmp_path):
    """The signs of a DuckDB file or a zip in a comment are no reason to refuse a text."""
    file = tmp_path / "shop.yaml"
    file.write_text("# 34567 DUCK\n" + scenario_text())
    assert file.read_bytes()[8:12] == b"DUCK"
    assert load(file).stages


def test_a_scenario_says_little_of_itself():
    """Its text is a line of what there is; a notebook shows its title and critical path, escaped."""
    scenario = replace(small(), title="<b>Small</b>", about="A & B")
    assert repr(scenario) == "<Scenario shop: 100 people, 30 days, 1 journey, 2 events>"
    html = scenario._repr_html_()
    assert "<h2>&lt;b&gt;Small&lt;/b&gt;</h2><p>A &amp; B</p>" in html
    assert "<p>100 people, 30 days, 1 journey, 2 events</p>" in html


@pytest.mark.parametrize("by", ["", "[Age]", "{a: 1}"])
def test_a_pick_by_nothing_is_told(by):
    """What `by` should name is told at `by`, beside lines that are right."""
    people = f"{{count: 9, home: cities, properties: {{pays: {{by: {by}, pick: {{free: {{card: 1}}}}}}}}}}"
    with pytest.raises(ScenarioError, match="by"):
        loads(scenario_text(people=people))
