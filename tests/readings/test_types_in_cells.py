"""Types, currencies, versions and lists as cells and keys write them, and what has no place together."""

import json

import pytest

from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers import FORMATS
from tests.sheets import workbook


def read(tmp_path, text, name="plan.csv"):
    path = tmp_path / name
    path.write_text(text)
    return read_plan(path)


def only(plan):
    (found,) = plan.events[0].properties
    return found


@pytest.mark.parametrize("cell", ["number (EUR)", "decimal (€)", "integer, EUR", "float [EUR]"])
def test_currencies_behind_types(tmp_path, cell):
    """A number with a currency behind its type is money, and the plan's currency is that one."""
    plan = read(tmp_path, f'Event,Property,Type\nPaid,fee,"{cell}"\n')
    assert (only(plan).type, plan.currency) == ("money", "EUR")
    assert plan.remarks == ()


def test_a_second_currency(tmp_path):
    """A plan has one currency: another one is named with its cell."""
    plan = read(tmp_path, "Event,Property,Type\nPaid,fee,number (EUR)\nPaid,tip,number (USD)\n")
    assert [str(one) for one in plan.remarks] == [
        'plan.csv, cell C3: "USD" behind a type, beside EUR, is not read'
    ]


def test_a_currency_behind_a_name(tmp_path):
    """Behind a name it is no example."""
    plan = read(tmp_path, 'Event,Properties\nPaid,"fee (EUR), shelf"\n')
    fee, _ = plan.events[0].properties
    assert (fee.name, fee.type, fee.examples, plan.currency) == ("fee", "money", (), "EUR")


@pytest.mark.parametrize("cell", ["tags[] (list)", "tags []", "tags [] (array)", "tags[]"])
def test_lists_in_names(tmp_path, cell):
    """Brackets behind a name say that it is a list, whatever stands behind them."""
    found = only(read(tmp_path, f"Event,Property\nLent,{cell}\n"))
    assert (found.name, found.type) == ("tags", "list")
    events = {"Lent": {"properties": {cell: "string"}}}
    found = only(read(tmp_path, json.dumps({"events": events}), "plan.json"))
    assert (found.name, found.type, found.item) == ("tags", "list", "text")


def test_names_of_user_properties(tmp_path):
    """What stands behind the name of a user property is its type, or a mark, as with events."""
    sheets = {
        "Events": [["Event", "Property"], ["Lent", "n"]],
        "User properties": [
            ["User property", "Description"],
            ["tier (string)", "x"],
            ["vip?", "y"],
        ],
    }
    plan = read_plan(workbook(tmp_path / "plan.xlsx", sheets))
    assert [(p.name, p.about) for p in plan.user_properties] == [("tier", "x"), ("vip", "y")]
    assert plan.user_properties[0].type == "text"


def test_several_in_one_cell(tmp_path):
    """Types of several user properties, and of several properties in a column of their own, are theirs."""
    cells = 'Lent,"a, b","text, integer","tier (string); vip (boolean)"'
    plan = read(tmp_path, f"Event,Properties,Property types,User properties\n{cells}\n")
    assert [(p.name, p.type) for p in plan.events[0].properties] == [
        ("a", "text"),
        ("b", "integer"),
    ]
    assert [(p.name, p.type) for p in plan.user_properties] == [
        ("tier", "text"),
        ("vip", "boolean"),
    ]


def test_versions(tmp_path):
    """1.10 under the name of a version is a text as it is written, in sheets, in YAML and in allowed values."""
    plan = read(tmp_path, "Event,Property,Example\nLent,app_version,1.10\n")
    assert (only(plan).type, only(plan).examples) == ("text", ("1.10",))
    plan = read(
        tmp_path,
        "events:\n  Lent:\n    properties:\n      minVersion: {enum: [1.9, 1.10]}\n",
        "p.yaml",
    )
    assert (only(plan).type, only(plan).values) == ("text", ("1.9", "1.10"))
    plan = read(tmp_path, "Event,Property,Example\nLent,conversion,1.10\n")
    assert only(plan).type == "number"


@pytest.mark.parametrize("cell", ["list of lists", "integer[][]", "array<array<int>>"])
def test_lists_of_lists(tmp_path, cell):
    """What lists within lists hold is named, in what is printed and in the scenario."""
    plan = read(tmp_path, f"Event,Property,Type\nLent,grid,{cell}\n")
    assert (only(plan).type, only(plan).item) == ("list", "any")
    said = "plan.csv, cell C2: what lists within lists hold is not read"
    assert [str(one) for one in plan.remarks] == [said]
    assert f"# note: {said}" in scenario_text(plan, "plan.csv")


@pytest.mark.parametrize("form", ["xlsx", "csv", "markdown"])
@pytest.mark.parametrize(
    ("titles", "cells", "lost"),
    [
        (
            "Allowed values,Length,Pattern",
            "ab; cd,2,^[a-d]+$",
            "length: at most 2; pattern: ^[a-d]+$",
        ),
        ("Allowed values,Pattern", "ab; cd,^[a-d]+$", "pattern: ^[a-d]+$"),
        ("Length,Pattern", "2,^[a-d]+$", ""),
    ],
)
def test_several_constraints(tmp_path, form, titles, cells, lost):
    """Allowed values, length and pattern of one property are each in what is written, or named as not in it."""
    plan = read(tmp_path, f"Event,Property,Type,{titles}\nLent,code,text,{cells}\n")
    expected = [f"code: {lost}, beside allowed values"] if lost else []
    assert list(FORMATS[form].not_in(plan)) == expected
    if form == "csv":
        path = tmp_path / "again.csv"
        path.write_bytes(FORMATS[form].render(plan, ()))
        again, found = only(read_plan(path)), only(plan)
        kept = found.values if lost else found.constraint
        assert (again.values if lost else again.constraint) == kept


def test_lists_within_lists_without_end(tmp_path):
    """However many brackets stand behind a type, it is a list of lists."""
    plan = read(tmp_path, f"Event,Property,Type\nPaid,grid,text{'[]' * 1500}\n")
    assert (only(plan).type, only(plan).item) == ("list", "any")
    (remark,) = plan.remarks
    assert str(remark) == "plan.csv, cell C2: what lists within lists hold is not read"


def test_required_lists(tmp_path):
    """A list of required names may call a list as the properties do, with brackets."""
    event = {"name": "Paid", "properties": {"items[]": "string", "fee": "number"}}
    text = json.dumps({"events": [{**event, "required": ["items[]"]}]})
    plan = read(tmp_path, text, "plan.json")
    assert [(p.name, p.is_required) for p in plan.events[0].properties] == [
        ("items", True),
        ("fee", False),
    ]
    assert plan.remarks == ()


@pytest.mark.parametrize(
    ("cell", "kind", "ends"),
    [
        ("stars: 1..5", "integer", (1, 5)),
        ("stars: 1-5", "integer", (1, 5)),
        ("stars = 1 to 5", "integer", (1, 5)),
        ("stars: >= 1", "integer", (1, None)),
        ("stars: 18+", "integer", (18, None)),
        ("stars: 0.5..1.5", "number", (0.5, 1.5)),
        ("stars: 8am-10pm", "text", (None, None)),
        ("stars: 1.2-3", "text", (None, None)),
        ("stars: 2026-03-01", "time", (None, None)),
    ],
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_ranges_behind_names(tmp_path, cell, kind, ends, form):
    """A range behind the name of a parameter is one, in sheets as in JSON; what may be one example is that."""
    if form == "json":
        name, _, value = cell.replace(" =", ":").partition(": ")
        text = json.dumps(
            {"events": {"Rated": {"properties": {name: value, "note": "string"}}}}
        )
    else:
        text = f'Event,Parameters\nRated,"{cell}\nnote: string"\n'
    found = read(tmp_path, text, f"plan.{form}").events[0].properties[0]
    assert (found.name, found.type) == ("stars", kind)
    assert (found.constraint.minimum, found.constraint.maximum) == ends


@pytest.mark.parametrize("cell", ["score >= 2", "- score > 1.5", "score≥2", "score < 9"])
def test_bounds_behind_names(tmp_path, cell):
    """A bound right behind a parameter's name is no part of the name."""
    plan = read(tmp_path, f'Event,Parameters\nRated,"{cell}\nnote: string"\n')
    found = plan.events[0].properties[0]
    assert (found.name, found.type in ("integer", "number")) == ("score", True)
    assert (found.constraint.minimum or found.constraint.maximum) is not None


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("boolean; true if late", ("boolean", None)),
        ("array of objects:\n- sku: string\n- price: number", ("list", None)),
        ("list of strings", ("list", "text")),
        ("string[]: all shelves", ("list", "text")),
        ("number (EUR), must be > 0", ("money", None)),
        ("integer", ("integer", None)),
        ("one of: late, lost, other", ("text", None)),
    ],
)
@pytest.mark.parametrize("said", ["see notes", "siehe Notizen", ""])
def test_types_in_notes(tmp_path, note, kind, said):
    """A note that begins with a type is the type, where the cell of the type leads there or is empty; it is said."""
    rows = [["Event", "Property", "Type", "Notes"], ["Lent", "lines", said, note]]
    plan = read_plan(workbook(tmp_path / "plan.xlsx", {"Plan": rows}))
    found = only(plan)
    assert (found.type, found.item, found.about) == (*kind, note)
    assert found.values == (("late", "lost", "other") if note.startswith("one") else ())
    told = "types are taken from column Notes, where none is named otherwise"
    assert [told in str(remark) for remark in plan.remarks].count(True) == 1
    assert not any("no type that is known" in str(remark) for remark in plan.remarks)


@pytest.mark.parametrize(
    "note", ["Number of copies", "Date of the loan", "Text on the button", "List price"]
)
def test_notes_that_begin_no_type(tmp_path, note):
    """A sentence on what a property says names no type, whatever its first word."""
    plan = read(tmp_path, f"Event,Property,Type,Notes\nLent,thing,,{note}\n")
    assert not any("types are taken" in str(remark) for remark in plan.remarks)


@pytest.mark.parametrize("about", ["An array of what it costs with its price", "List of fees"])
def test_lists_of_money_are_lists(tmp_path, about):
    """A description that begins with a list is that of a list, whatever it is a list of."""
    plan = read(tmp_path, f"Event,Property,Property description\nLent,lines,{about}\n")
    assert only(plan).type == "list"
