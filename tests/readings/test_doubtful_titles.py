"""Titles that could mean several things: in two languages, a word with two meanings, a row of words nobody knows."""

import pytest

from footfall.errors import UsageError
from footfall.tracking_plan.readers import read_plan
from tests.sheets import workbook


def read(tmp_path, text):
    path = tmp_path / "plan.csv"
    path.write_text(text)
    return read_plan(path)


@pytest.mark.parametrize(
    "titles",
    [
        "Ereignis / Event,Eigenschaft/Property,Typ | Type,Beispiel - Example",
        "Event / 事件,属性 / Property,Type / 类型,示例/Example",
        "事件 (Event),属性 [Property],类型 (Type),示例 (Example)",
    ],
)
def test_two_languages(tmp_path, titles):
    """A title in two languages is read if one half is known."""
    plan = read(tmp_path, f"{titles}\nLent,days,integer,14\n")
    (found,) = plan.events[0].properties
    assert (plan.events[0].name, found.name, found.type, found.examples) == (
        "Lent",
        "days",
        "integer",
        ("14",),
    )
    assert plan.remarks == ()


def test_halves_that_mean_two_things(tmp_path):
    """A title whose halves are two columns is neither, and named."""
    plan = read(tmp_path, "Event,Property,Type / Example\nLent,days,integer\n")
    assert "column Type / Example is not read" in str(plan.remarks[0])


def test_brackets_that_say_what_a_title_is_of(tmp_path):
    """`Owner (event)` is no title of events."""
    plan = read(tmp_path, "Event,Owner (event),Property\nLent,Ann,days\n")
    assert "column Owner (event) is not read" in str(plan.remarks[0])


def test_a_title_that_is_merged(tmp_path):
    """An error tells a title once, however many columns it spans."""
    path = workbook(
        tmp_path / "x.xlsx",
        {"Plan": [["Alles", None, None], ["a", "b", "c"]]},
        {"Plan": ["A1:C1"]},
    )
    with pytest.raises(UsageError, match="says: Alles\n"):
        read_plan(path)


@pytest.mark.parametrize(
    ("cell", "category", "least"),
    [("Kasse", "Kasse", None), ("1-5", "Events", 1), ("ab 3", "Events", 3)],
)
def test_bereich(tmp_path, cell, category, least):
    """`Bereich` is a part of the product, or a range: its cells tell which."""
    plan = read(tmp_path, f"Bereich,Ereignis,Eigenschaft,Typ\n{cell},Gekauft,menge,integer\n")
    event = plan.events[0]
    assert (event.category, event.properties[0].constraint.minimum) == (category, least)
    assert plan.remarks == ()


def test_a_guess_beside_what_is_certain(tmp_path):
    """Beside a column of events `Action` names none, and does not cut the table in two."""
    plan = read(
        tmp_path, "Screen,Element,Action,Event,Property,Type\nHome,Card,tap,Lent,days,integer\n"
    )
    assert [(event.category, event.name) for event in plan.events] == [("Home", "Lent")]
    assert "column Action is not read" in "; ".join(map(str, plan.remarks))


def test_a_header_below_unknown_titles(tmp_path):
    """A row of words that nobody knows above what is taken for the titles is said, with the way out."""
    plan = read(tmp_path, "Vorfall,Bit,Sorte\nEvent,Property,Type\nLent,days,integer\n")
    (note,) = [str(one) for one in plan.remarks if one.kind == "guessed"]
    place, _, said = note.partition(": ")
    assert place == "plan.csv, cell A2"
    taken = "row 2 is taken for the titles (Event, Property, Type), and not row 1 (Vorfall, Bit, Sorte)"
    assert said == f"{taken}: if that is it, call its columns Event, Property, Type"


@pytest.mark.parametrize(
    "title",
    ["When it fires", "When is it fired?", "When sent", "Triggered when", "Display Name"],
)
def test_titles_of_descriptions(tmp_path, title):
    """A column that says when an event is sent, or what people call it, is a description; that is said."""
    (tmp_path / "plan.csv").write_text(f"Event,{title},Property\nlent,Book leaves,shelf\n")
    plan = read_plan(tmp_path / "plan.csv")
    assert plan.events[0].about == "Book leaves"
    (remark, _) = map(str, plan.remarks)
    assert remark == f"plan.csv, cell B1: column {title} is taken for Description"


def test_names_of_entities(tmp_path):
    """Beside a description, what an entity is displayed as is a part of it, where that is another name."""
    head = "Entity Type,Entity Name,Display Name,Entity Description"
    rows = "event,lent,Book lent,Leaves\nevent,Back,back,Comes"
    (tmp_path / "plan.csv").write_text(f"{head}\n{rows}\n")
    plan = read_plan(tmp_path / "plan.csv")
    abouts = [(e.name, e.about) for e in plan.events]
    assert abouts == [("lent", "Leaves. Display Name: Book lent"), ("Back", "Comes")]
    assert plan.remarks == ()
