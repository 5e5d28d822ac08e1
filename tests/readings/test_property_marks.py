"""Cells and titles as others write them: marks behind a name, values and ranges in brackets, and words for none."""

import pytest

from footfall.tracking_plan.cells import type_of
from footfall.tracking_plan.readers import read_plan


def properties(tmp_path, cell, title="Properties"):
    path = tmp_path / "plan.csv"
    path.write_text(f'Event,{title},Description\nPaid,"{cell}",Pays\n')
    return {one.name: one for one in read_plan(path).events[0].properties}


@pytest.mark.parametrize("cell", ["sku*, coupon?", "sku* ; coupon? (string)", "sku*\ncoupon?"])
def test_marks_of_names(tmp_path, cell):
    """A star says that a property must be there, a question mark that it may be; neither is part of its name."""
    found = properties(tmp_path, cell)
    assert {name: one.is_required for name, one in found.items()} == {
        "sku": True,
        "coupon": False,
    }


def test_a_mark_of_one_name(tmp_path):
    """The mark of a property that stands alone in its cell counts too."""
    assert properties(tmp_path, "sku*")["sku"].is_required


def test_values_and_ranges_in_brackets(tmp_path):
    """Brackets behind a name give the allowed values, or the range."""
    found = properties(tmp_path, "tier (basic|gold), fit (slim/wide), stars (1-5), note")
    assert found["tier"].values == ("basic", "gold")
    assert found["fit"].values == ("slim", "wide")
    assert (found["stars"].constraint.minimum, found["stars"].constraint.maximum) == (1, 5)
    assert list(found) == ["tier", "fit", "stars", "note"]


@pytest.mark.parametrize("more", ["", ", n: integer", "\nn: integer"])
def test_values_of_one_property(tmp_path, more):
    """What bars separate behind a name and a sign of equality are the values of one property."""
    found = properties(tmp_path, f"why = price | quality | other{more}")
    assert {name: one.values for name, one in found.items() if name != "n"} == {
        "why": ("price", "quality", "other")
    }


@pytest.mark.parametrize("cell", ["None", "N/A", "-", "no properties", "TBD"])
def test_words_for_none(tmp_path, cell):
    """A word for none names no property."""
    assert properties(tmp_path, cell) == {}


@pytest.mark.parametrize("word", ["array", "list", "Liste"])
def test_lists_of_anything(word):
    """A list whose elements nobody names is one of anything."""
    assert type_of(word) == ("list", "any")


def test_titles_of_amplitude_in_capitals(tmp_path):
    """Titles of Amplitude Data's file are known whatever their capitals."""
    titles = "Object Type,Object Name,Property Type,Event Property Name,Property Value Type,Property Regex"
    path = tmp_path / "plan.csv"
    path.write_text(
        f"{titles}\nEvent,Paid,,,,\nEvent,Paid,Event Property,sku,string,^[A-Z]+$\n"
    )
    plan = read_plan(path)
    assert [(e.name, [p.name for p in e.properties]) for e in plan.events] == [
        ("Paid", ["sku"])
    ]
    assert not [one for one in plan.remarks if "is not read" in str(one)]
