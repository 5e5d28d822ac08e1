"""Notes name the cell that they are about, not the property's, and the file in which it stands."""

import pytest

from footfall.tracking_plan.readers import read_plan


def notes(tmp_path, text):
    path = tmp_path / "plan.csv"
    path.write_text(text)
    return [str(one).removeprefix("plan.csv, ") for one in read_plan(path).remarks]


@pytest.mark.parametrize(
    ("title", "first", "second", "what"),
    [
        ("Category", "Shop", "Home", 'event "Lent" has another category than in'),
        (
            "Description",
            "Lends",
            "Reads",
            'event "Lent" has another description than in',
        ),
    ],
)
def test_events(tmp_path, title, first, second, what):
    """Where two rows contradict each other about an event, both cells are those of the column."""
    text = f"Event,{title},Property\nLent,{first},n\nBurnt,{first},n\nLent,{second},n\n"
    assert f'cell B4: {what} B2; "{first}" is kept' in notes(tmp_path, text)


@pytest.mark.parametrize(
    ("title", "first", "second", "what"),
    [
        ("Type", "text", "integer", "type"),
        ("Property description", "One", "Two", "description"),
        ("Length", "2", "3", "constraints"),
        ("Allowed values", "a; b", "c; d", "allowed values"),
    ],
)
def test_properties(tmp_path, title, first, second, what):
    """Where two rows contradict each other about a property, both cells are those of the column."""
    text = f"Event,Property,{title}\nLent,n,{first}\nLent,n,{second}\n"
    wanted = f'cell C3: property "n" of event "Lent" has other {what} than in C2; '
    assert any(note.startswith(wanted) for note in notes(tmp_path, text))


def test_required(tmp_path):
    """So is it where one row requires what another does not."""
    found = notes(tmp_path, "Event,Property,Required\nLent,n,yes\nLent,n,no\n")
    assert any(
        note.startswith('cell C3: property "n" of event "Lent" is required') for note in found
    )


def test_objects(tmp_path):
    """An object without fields is one by its type, and several names in one cell share that type's place."""
    found = notes(tmp_path, "Event,Property,Type\nLent,n,object\n")
    assert "cell C2: an object without declared fields is not read" in found
    found = notes(tmp_path, 'Event,Properties,Type\nLent,"a, b",text (zz9)\n')
    assert any(note.startswith('cell C2: "zz9" behind a type is not read') for note in found)
