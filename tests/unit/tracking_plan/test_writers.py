"""What all writers promise, and what CSV, Amplitude's files, JSON Schema and Markdown look like."""

import csv
import io
import json
import sys
from dataclasses import replace

import pytest

from footfall.errors import MissingExtraError
from footfall.tracking_plan.cells import guarded, unguarded
from footfall.tracking_plan.diagrams import sections_of
from footfall.tracking_plan.from_scenario import plan_of
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.sheet_columns import EVENT_COLUMNS
from footfall.tracking_plan.writers import FORMATS, json_schema_files
from footfall.tracking_plan.writers.json_schema import event_schema
from tests.json_schemas import errors
from tests.plans import lessons, plan_saying

NEED_NOTHING = ("csv", "amplitude", "amplitude-users", "json-schema", "markdown")
AMPLITUDE = (
    "Action; Object type; Object name; Object owner; Object description; Event category; Event display name; "
    "Event activity; Event hidden from dropdowns; Event hidden from persona results; Event hidden from pathfinder; "
    "Event hidden from timeline; Event source; Tags; Property type; Property group names; Event property name; "
    "Property description; Property value type; Property required; Property visibility; Property is array; "
    "Enum values; Const value; Property regex; String property value min length; String property value max length; "
    "Number is integer; Number property value min; Number property value max; Array min items; Array max items; "
    "Array unique items"
)


@pytest.fixture(scope="module")
def plan():
    return plan_of(lessons())


def rendered(form, plan, sections=()):
    return FORMATS[form].render(plan, sections)


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("form", FORMATS)
def test_same_plan_same_bytes(form, plan):
    """Nothing but the plan decides about a file: no clock, no order of a set."""
    sections = sections_of(lessons())
    assert rendered(form, plan, sections) == rendered(form, plan, sections)


@pytest.mark.parametrize("form", FORMATS)
def test_plan_that_says_little(form):
    """An event's name is enough: no category, no property, no stage, no person."""
    content = rendered(form, Plan("little", events=(PlanEvent("Seen"),)))
    assert b"Seen" in content or form in ("xlsx", "amplitude-users")


@pytest.mark.parametrize("form", NEED_NOTHING)
def test_formats_that_need_no_extra(form, plan, monkeypatch):
    """Text formats are written without openpyxl and without what draws diagrams."""
    for package in ("openpyxl", "pygraphviz", "vl_convert"):
        monkeypatch.setitem(sys.modules, package, None)
    assert rendered(form, plan, sections_of(lessons()))


@pytest.mark.parametrize(
    ("form", "package", "extra"),
    [
        ("xlsx", "openpyxl", "taxonomy"),
        ("xlsx", "vl_convert", "diagrams"),
        ("html", "pygraphviz", "diagrams"),
    ],
)
def test_missing_extra(form, package, extra, plan, monkeypatch):
    """Where a package is missing, the message says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'footfall\[{extra}\]'"):
        rendered(form, plan, sections_of(lessons()))


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_csv_has_the_columns_of_the_sheet(plan):
    """One row per property, the event repeated; a row for an event without properties; a list's fields after it."""
    rows = rows_of(rendered("csv", plan))
    assert list(rows[0]) == [column.title for column in EVENT_COLUMNS]
    assert [(row["Event"], row["Property"], row["Type"]) for row in rows] == [
        ("Opened", "source", "text"),
        ("Booked", "room", "text"),
        ("Booked", "price", "money"),
        ("Booked", "bookings", "list of records"),
        ("Booked", "bookings[].room", "text"),
        ("Booked", "bookings[].price", "money"),
        ("Booked", "bookings[].hours", "integer"),
        ("Praised", "stars", "integer"),
        ("Praised", "note", "text"),
        ("Never", "", ""),
    ]
    booked = next(row for row in rows if row["Property"] == "room")
    assert (booked["Revenue"], booked["Identifies"], booked["Optional"]) == ("yes", "yes", "")
    assert booked["State changes"] == "{taken + 1} {status = regular} {last = now}"
    assert booked["Allowed values"] == '"A; B"; C'


RISKY = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "'x", "''=x", "＝x", "'"]


@pytest.mark.parametrize("text", RISKY)
@pytest.mark.parametrize("form", ["csv", "amplitude", "amplitude-users"])
def test_no_cell_is_a_formula(form, text):
    """What begins like a formula has a quote before it, and reading takes it off again."""
    table = csv.reader(
        io.StringIO(rendered(form, plan_saying(text)).decode("utf-8-sig"), newline="")
    )
    cells = [cell for row in table for cell in row]
    assert [
        cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    ] == []
    assert text in map(unguarded, cells)


@pytest.mark.parametrize("text", [*RISKY, "plain", "", "it's", "a=b"])
def test_guard_is_undone(text):
    """`unguarded` gives back what `guarded` was given."""
    assert unguarded(guarded(text)) == text


def test_what_others_wrote_stays():
    """A quote that guards nothing is part of the text."""
    assert unguarded("'quoted'") == "'quoted'"


# --- Amplitude -------------------------------------------------------------------------------------------------------


def test_amplitude_columns(plan):
    """All columns that Amplitude documents, letter by letter; properties follow their event."""
    rows = rows_of(rendered("amplitude", plan))
    assert "; ".join(rows[0]) == AMPLITUDE
    assert [
        (r["Object type"], r["Object name"], r["Property type"], r["Event property name"])
        for r in rows[:4]
    ] == [
        ("Event", "Opened", "", ""),
        ("", "", "Event Property", "source"),
        ("Event", "Booked", "", ""),
        ("", "", "Event Property", "room"),
    ]
    assert rows[2]["Event category"] == "Booking"
    assert {row["Action"] for row in rows} == {""}


@pytest.mark.parametrize(
    ("known", "value_type", "is_array", "integer", "enum"),
    [
        (PlanProperty("p", "text"), "string", "False", "", ""),
        (PlanProperty("p", "text", values=("a", "b")), "enum", "False", "", "a,b"),
        (PlanProperty("p", "text", values=("a, b", "c")), "string", "False", "", ""),
        (PlanProperty("p", "integer"), "number", "False", "True", ""),
        (PlanProperty("p", "number"), "number", "False", "", ""),
        (PlanProperty("p", "money"), "number", "False", "", ""),
        (PlanProperty("p", "boolean"), "boolean", "False", "", ""),
        (PlanProperty("p", "time"), "string", "False", "", ""),
        (PlanProperty("p", "any"), "any", "False", "", ""),
        (PlanProperty("p", "list", "integer"), "number", "True", "True", ""),
        (PlanProperty("p", "list", None, (PlanProperty("f", "text"),)), "any", "True", "", ""),
    ],
)
def test_amplitude_types(known, value_type, is_array, integer, enum):
    """Types become those that Amplitude knows; values that its commas would tear become plain strings."""
    made = Plan("p", events=(PlanEvent("e", properties=(known,)),), user_properties=(known,))
    event_row = rows_of(rendered("amplitude", made))[1]
    user_row = rows_of(rendered("amplitude-users", made))[0]
    for row in (event_row, user_row):
        assert row["Property value type"] == value_type
        assert row["Property is array"] == is_array
        assert row["Number is integer"] == integer
        assert row["Enum values"] == enum
    assert event_row["Property required"] == "False"
    assert (user_row["Property type"], user_row["Property name"]) == ("User property", "p")


# --- JSON Schema -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"event_type": "Opened", "event_properties": {"source": "ads", "sauce": "x"}},
            "unknown key 'sauce'",
        ),
        (
            {"event_type": "Opened", "event_properties": {"source": "nowhere"}},
            "'nowhere' is not in",
        ),
        ({"event_type": "Opened", "event_properties": {"source": 5}}, "5 is not"),
        ({"event_type": "Opened", "event_properties": {}}, "lacks {'source'}"),
        (
            {
                "event_type": "Opened",
                "category": "Feedback",
                "event_properties": {"source": "ads"},
            },
            "'Feedback' is not in",
        ),
        ({"event_type": "Praised", "event_properties": {"note": "x"}}, "lacks {'stars'}"),
        ({"event_type": "Praised"}, "lacks {'event_properties'}"),
        (
            {"event_type": "Booked", "event_properties": {"bookings": [{"hours": 0.5}]}},
            "0.5 is not",
        ),
        ({"event_type": "Booked", "event_properties": {"price": "10.50"}}, "'10.50' is not"),
    ],
)
def test_schema_refuses(plan, wrong, said):
    """What was not declared does not match: names, values, types, what is missing."""
    event = next(e for e in plan.events if e.name == wrong["event_type"])
    assert said in " ".join(errors(wrong, event_schema(event), {}))
    bundle = json.loads(rendered("json-schema", plan))
    assert list(errors(wrong, bundle, bundle))


def test_schema_of_each_event_has_a_file_of_its_own():
    """Names that a file system would refuse, or take for one, become names of their own."""
    names = (
        "Sign Up",
        "sign up",
        "SIGN_UP",
        "..",
        "a:b*c?",
        "x" * 100,
        "x" * 99,
        "Регистрация",
    )
    plan = Plan("p", events=tuple(PlanEvent(name) for name in names))
    files = json_schema_files(plan)
    assert list(files) == [
        "user_properties.json",
        "Sign_Up.json",
        "sign_up-1.json",
        "SIGN_UP-2.json",
        "event.json",
        "a_b_c.json",
        "x" * 50 + ".json",
        "x" * 50 + "-1.json",
        "Регистрация.json",
    ]
    assert [json.loads(content).get("title") for content in files.values()] == [
        "User properties",
        *names,
    ]


def test_user_properties_have_a_schema(plan):
    """What an event says of the person is held against the user properties."""
    bundle = json.loads(rendered("json-schema", plan))
    said = {
        "event_type": "Opened",
        "event_properties": {"source": "ads"},
        "user_properties": {"score": 5, "topics": ["music"]},
    }
    assert list(errors(said, bundle, bundle)) == []
    assert list(errors({**said, "user_properties": {"topics": ["golf"]}}, bundle, bundle))


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_has_everything(plan):
    """Critical path, categories with events, properties and diagrams, and user properties."""
    text = rendered("markdown", plan, sections_of(lessons())).decode()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Lessons",
        "## Critical path",
        "## Booking",
        "### Opened",
        "### Booked *(revenue)* *(identifies)*",
        "## Feedback",
        "### Praised *(optional)*",
        "### Never *(optional)*",
        "## User properties",
    ]
    assert (
        "| source | text | yes | search; ads | search; ads | Where the visit came from |"
        in text
    )
    assert "```mermaid\nflowchart TB" in text


@pytest.mark.parametrize(
    "text", ["a | b", "<b>x</b>", "# x", "1. x", "- x", "[a](b)", "`x`", "x\ny", "$x$", "&amp;"]
)
def test_markdown_shows_texts_as_they_are(text):
    """What Markdown would take for its own has a backslash before it; a line break would end a row."""
    made = replace(plan_saying(text), about=text)
    lines = rendered("markdown", made).decode().splitlines()
    table = [line for line in lines if line.startswith("| size")]
    assert len(table) == 1
    assert table[0].replace("\\|", "").count("|") == 7
    shown = lines[2]
    assert "".join(shown.split("\\")) == " ".join(text.split())
    assert not shown.startswith(("#", "-", "1. ", "<", "`"))
