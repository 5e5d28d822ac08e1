"""Catalogues: rows inline or from a file, typed by column, weighted."""

import os
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import ScenarioError
from footfall.scenario.catalogues import zipf
from tests.small_scenarios import PARTS, small

CITIES = PARTS["catalogues"][1:-1]


def catalogue(text, folder=None):
    """Return a catalogue called `c`."""
    return small(catalogues=f"{{{CITIES}, c: {text}}}", folder=folder).catalogues[1]


def from_csv(folder, content, more=""):
    (folder / "c.csv").write_bytes(content.encode())
    return catalogue(f"{{file: c.csv{more}}}", folder)


@pytest.mark.parametrize(
    ("values", "type_", "rows"),
    [
        ("[1, -2, 30]", "integer", (1, -2, 30)),
        ("[1, 2.50]", "number", (1, Decimal("2.50"))),
        ("[1, x]", "text", ("1", "x")),
        ("[017, 18]", "text", ("017", "18")),
        ('["17", 18]', "text", ("17", "18")),
        ("[1_000]", "text", ("1_000",)),
        ("[true, NO]", "text", ("true", "NO")),
        ("[2026-01-01]", "text", ("2026-01-01",)),
        ("[null, 3]", "integer", (None, 3)),
        ("[null, ~]", "text", (None, None)),
        ('[1, ""]', "text", ("1", "")),
        ("[12345678901234567890]", "text", ("12345678901234567890",)),
        ("[1e3]", "text", ("1e3",)),
    ],
)
def test_a_columns_type_is_what_its_values_are(values, type_, rows):
    """Plain numbers are numbers; whatever could be a code is text; a bare null is null."""
    made = catalogue(f"{{rows: {values}}}")
    assert (made.types, tuple(row[0] for row in made.rows)) == ((type_,), rows)


def test_a_list_of_scalars_is_one_column_named_like_the_catalogue():
    """It is marked, so that the catalogue's name alone means its value."""
    made = catalogue("{rows: [a, b]}")
    assert (made.columns, made.is_scalar, made.weights) == (("c",), True, None)
    assert not catalogue("{columns: [x], rows: [a, b]}").is_scalar


def test_declared_types_win():
    """A type stands beside a column's name, in a list or in a map."""
    made = catalogue("{columns: [a: text, {b: money}, c, d: number], rows: [[1, 2, 3, 4]]}")
    assert made.types == ("text", "money", "integer", "number")
    assert made.rows == (("1", Decimal("2.00"), 3, Decimal(4)),)


def test_columns_of_a_file(tmp_path):
    """A file has a header; a quoted cell may hold commas and line breaks; an empty cell is null."""
    made = from_csv(
        tmp_path,
        'name,size,price\r\n"a, ""b""\nc",1,2.5\r\nd,,\r\n',
        ", columns: {price: money}, weights: [1, 2]",
    )
    assert made.columns == ("name", "size", "price")
    assert made.types == ("text", "integer", "money")
    assert made.rows == (('a, "b"\nc', 1, Decimal("2.50")), ("d", None, None))
    assert made.weights == (1, 2)


def test_a_weight_column_stays_a_column(tmp_path):
    """`weight: population` weighs the rows and keeps the column."""
    made = from_csv(tmp_path, "a,population\nx,3\ny,0.5\n", ", weight: population")
    assert (made.weights, made.columns) == ((3, Decimal("0.5")), ("a", "population"))


def test_lines_of_a_file_are_told_where_rows_span_several(tmp_path):
    """A problem names the line on which its row begins."""
    with pytest.raises(ScenarioError, match=r'c.csv:4:1: column b: "y" is not a whole number'):
        from_csv(tmp_path, 'a,b\n"x\nz",1\n"q ""r""",y\n', ", columns: {b: integer}")


def test_many_bad_cells_are_told_up_to_twenty(tmp_path):
    """A column of the wrong type does not drown the other problems."""
    with pytest.raises(ScenarioError) as caught:
        from_csv(tmp_path, "a\n" + "x\n" * 1000, ", columns: {a: integer}")
    assert len(caught.value.problems) == 20


def test_a_file_that_a_link_leads_out_to_is_refused(tmp_path):
    """A symbolic link may lead within the scenario's folder, not out of it, and not in a circle."""
    folder = tmp_path / "scenario"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (folder / "real.csv").write_text("a\n1\n")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "in.csv").symlink_to(folder / "real.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    assert catalogue("{file: in.csv}", folder).rows == ((1,),)
    with pytest.raises(ScenarioError, match="outside of the scenario's folder"):
        catalogue("{file: out.csv}", folder)
    with pytest.raises(ScenarioError, match=r"loop.csv\" (lies outside|cannot be read)"):
        catalogue("{file: loop.csv}", folder)


def test_a_pipe_and_a_large_file_are_refused(tmp_path):
    """A pipe is not waited for, and more than 20 MiB are not read."""
    os.mkfifo(tmp_path / "pipe.csv")
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(ScenarioError, match="not a regular file"):
        catalogue("{file: pipe.csv}", tmp_path)
    with pytest.raises(ScenarioError, match="larger than 20 MiB"):
        catalogue("{file: big.csv}", tmp_path)


def test_a_text_has_no_files():
    """A scenario without a folder cannot read files."""
    with pytest.raises(ScenarioError, match="a text without a folder"):
        catalogue("{file: c.csv}")


@given(st.binary(max_size=200))
def test_no_csv_breaks_the_loader(tmp_path_factory, content):
    """Whatever a CSV file holds, it is a catalogue or an error that names a file."""
    folder = tmp_path_factory.mktemp("csv")
    (folder / "c.csv").write_bytes(content)
    try:
        said = str(catalogue("{file: c.csv}", folder))
    except ScenarioError as error:
        said = str(error)
    assert said.startswith("Catalogue(name='c'") or "c.csv" in said


def test_weights_in_percent_add_up():
    """Who writes percent means shares."""
    assert catalogue("{rows: [a, b], weights: [30%, 70%]}").weights == (
        Decimal("0.3"),
        Decimal("0.7"),
    )
    with pytest.raises(ScenarioError, match='the weights of catalogue "c" add up to 90%'):
        catalogue("{rows: [a, b], weights: [30%, 60%]}")


def test_zipf_weights_are_exact():
    """Row k has weight 1/k^S, to 28 digits: exact for whole S, and the product of its factors' for others."""
    assert zipf(4, Decimal(1)) == (
        1,
        Decimal("0.5"),
        Decimal("0.3333333333333333333333333333"),
        Decimal("0.25"),
    )
    assert zipf(3, Decimal(0)) == (1, 1, 1)
    weights = zipf(1000, Decimal("0.8"))
    assert abs(weights[999] - Decimal(1000) ** Decimal("-0.8")) < Decimal("1e-27")
    assert all(low > high for low, high in pairwise(weights))
    assert zipf(10, Decimal("0.8")) == weights[:10]
