"""Cells of allowed values and of types in other words: what lists values is split, what names none is said."""

import csv

import pytest

from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.writers import FORMATS


def only(tmp_path, kind, cell, title="Allowed values"):
    """Return the one property of a sheet, and the remarks on it."""
    path = tmp_path / "plan.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [["Event", "Property", "Type", title], ["Lent", "n", kind, cell]]
        )
    plan = read_plan(path)
    (found,) = plan.events[0].properties
    return found, [str(remark) for remark in plan.remarks if remark.kind == "not read"]


@pytest.mark.parametrize(
    ("kind", "cell", "values"),
    [
        ("", "true/false", ("true", "false")),
        ("boolean", "Yes/No", ("Yes", "No")),
        ("integer", "0/1", ("0", "1")),
        ("", "1 = small, 2 = large", ("1", "2")),
        ("text", "{paper, e-book}", ("paper", "e-book")),
        ("text", "'paper' or 'e-book'", ("paper", "e-book")),
        ("text", "paper, tape or disc", ("paper", "tape", "disc")),
        ("text", "paper oder tape", ("paper", "tape")),
        ("text", "papel, cinta o disco", ("papel", "cinta", "disco")),
        ("text", "Papier, Band, oder CD", ("Papier", "Band", "CD")),
        ("text", "livre, bande, ou disque", ("livre", "bande", "disque")),
        ("text", "книга, лента, или диск", ("книга", "лента", "диск")),
        ("text", "paper, tape and disc", ("paper", "tape", "disc")),
        ("text", "salt and pepper, oil", ("salt and pepper", "oil")),
        ("text", "vitamin e", ("vitamin e",)),
        ("text", "in stock or sold out", ("in stock or sold out",)),
        ("text", "free text", ()),
        ("text", "texto libre", ()),
    ],
)
def test_lists(tmp_path, kind, cell, values):
    """Values between slashes, `or` or within braces are each one; a word for anything is none."""
    found, unread = only(tmp_path, kind, cell)
    assert (found.values, unread) == (values, [])


@pytest.mark.parametrize(
    "cell", ["TBD", "not null", "ISO 4217", "see tab Enums", "same as above", "???"]
)
@pytest.mark.parametrize("title", ["Allowed values", "Example"])
def test_what_names_no_value(tmp_path, cell, title):
    """What is still missing, a norm, or another cell is no value, and named."""
    found, unread = only(tmp_path, "text", cell, title)
    assert (found.values, found.examples) == ((), ())
    assert unread == [
        f'plan.csv, cell D2: "{cell}" in column {title}, as it names no value, is not read'
    ]


def test_values_in_a_column_of_ranges(tmp_path):
    """Words in a column of ranges are allowed values, where no other column has these."""
    found, unread = only(tmp_path, "text", "paper / tape", "Wertebereich")
    assert (found.values, unread) == (("paper", "tape"), [])


def test_defaults(tmp_path):
    """A default behind a value is no part of it, and named."""
    found, unread = only(tmp_path, "text", "paper, tape (default paper)")
    assert found.values == ("paper", "tape")
    assert unread == [
        'plan.csv, cell D2: "(default paper)" in column Allowed values is not read'
    ]


@pytest.mark.parametrize("cell", ["[1..5]", "[1-5]", "[1, 5]"])
def test_intervals(tmp_path, cell):
    """An interval within brackets is a range."""
    found, _ = only(tmp_path, "integer", cell)
    assert (found.constraint.minimum, found.constraint.maximum, found.values) == (1, 5, ())


@pytest.mark.parametrize(
    ("kind", "unread"), [("decimal(10,2)", "10,2"), ("object {a, b}", "a, b")]
)
def test_what_stands_behind_types(tmp_path, kind, unread):
    """Digits that are stored and names of fields are no values."""
    found, told = only(tmp_path, kind, "")
    assert found.values == ()
    assert f'plan.csv, cell C2: "{unread}" behind a type is not read' in told


@pytest.mark.parametrize(
    "text",
    [
        "see above",
        "same as n",
        "TBD",
        "ISO 4217",
        "a or b",
        "{a, b}",
        "free text",
        "not null",
        "a (default)",
        "true/false",
    ],
)
def test_such_words_as_values(tmp_path, text):
    """Where a plan has such a word as a name, a value or an example, its sheet gives it back."""
    planned = PlanProperty(text, "text", values=(text,), examples=(text,))
    event = PlanEvent("Lent", "Library", properties=(planned,))
    plan = Plan("library", categories=(("Library", ""),), events=(event,))
    (tmp_path / "plan.csv").write_bytes(FORMATS["csv"].render(plan, ()))
    (found,) = read_plan(tmp_path / "plan.csv").events[0].properties
    assert (found.name, found.values, found.examples) == (text, (text,), (text,))
