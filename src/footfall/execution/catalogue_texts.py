"""Catalogues as JSON objects, for stores to show."""

from __future__ import annotations

import json
from decimal import Decimal

from footfall.scenario.records import Catalogue, Scenario


def catalogue_texts(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return each catalogue's rows as JSON objects; what a row lacks is left out."""
    return {one.name: tuple(_objects(one)) for one in scenario.catalogues}


def _objects(catalogue: Catalogue) -> list[str]:
    return [
        "{"
        + ", ".join(
            f"{json.dumps(column)}: {_text(cell)}"
            for column, cell in zip(catalogue.columns, row, strict=True)
            if cell is not None
        )
        + "}"
        for row in catalogue.rows
    ]


def _text(cell: object) -> str:
    # A decimal as its digits: as a float it could become another amount.
    return str(cell) if isinstance(cell, Decimal) else json.dumps(cell, ensure_ascii=False)
