"""The page on tracking plans names every column and every format, with what the code says of them."""

import pytest

from footfall.tracking_plan.columns_of_others import MORE_EVENT_COLUMNS
from footfall.tracking_plan.plan_formats import ENDINGS, FORMAT_NAMES
from footfall.tracking_plan.sheet_columns import EVENT_COLUMNS, PATH_COLUMNS, USER_COLUMNS
from footfall.tracking_plan.writers import FORMATS
from tests.docs.examples import ROOT

PAGE = (ROOT / "docs" / "taxonomy.md").read_text()


@pytest.mark.parametrize(
    "columns", [EVENT_COLUMNS, MORE_EVENT_COLUMNS, PATH_COLUMNS, USER_COLUMNS]
)
def test_columns_are_documented(columns):
    """Each sheet's table on the page is that of the code, in its order."""
    rows = (f"| `{c.title}` | {c.about} | {', '.join(c.aliases)} |" for c in columns)
    assert "\n".join(rows) in PAGE


def test_what_is_only_taken_for_a_column_is_documented():
    """The page lists for each column of events what may be meant so."""
    guesses = (f"{', '.join(c.guesses)} for `{c.title}`" for c in EVENT_COLUMNS if c.guesses)
    assert "; ".join(guesses) in PAGE


def test_formats_are_documented():
    """Each format has a row, and the command knows it."""
    assert set(FORMATS) <= set(FORMAT_NAMES)
    assert [
        name for name in FORMATS if f"\n| `{name}` | `{FORMATS[name].ending}`" not in PAGE
    ] == []
    assert set(ENDINGS.values()) <= set(FORMAT_NAMES)
