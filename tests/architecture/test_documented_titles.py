"""The documented titles of sheets are those that are read."""

from pathlib import Path

import pytest

from footfall.tracking_plan import columns_of_others, sheet_columns

PAGE = (Path(__file__).parents[2] / "docs" / "taxonomy.md").read_text()
COLUMNS = (
    *sheet_columns.EVENT_COLUMNS,
    *columns_of_others.MORE_EVENT_COLUMNS,
    *sheet_columns.PATH_COLUMNS,
    *sheet_columns.USER_COLUMNS,
)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.title)
def test_a_column_is_documented(column):
    """The page has a row with all that a column is called, and says what is only taken for it."""
    assert f"| `{column.title}` | {column.about} | {', '.join(column.aliases)} |" in PAGE
    guesses = f"{', '.join(column.guesses)} for `{column.title}`"
    assert not column.guesses or column not in sheet_columns.EVENT_COLUMNS or guesses in PAGE
