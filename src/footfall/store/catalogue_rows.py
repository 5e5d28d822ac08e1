"""Rows of the table of catalogues."""

from __future__ import annotations

from footfall.data.stream import Run
from footfall.store.runs import Row


def catalogue_rows(run: Run) -> list[Row]:
    """Return the rows of a run's catalogues, columns as in the table."""
    return [
        {"run": run.id, "catalogue": name, "position": position, "content": content}
        for name, rows in run.catalogues.items()
        for position, content in enumerate(rows, 1)
    ]
