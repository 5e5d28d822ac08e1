"""Cells that say something of several properties at once, and what of it is whose."""

from __future__ import annotations

import re
from collections.abc import Sequence


def share_out(cell: str, names: Sequence[str]) -> list[str] | None:
    """Return what a cell says of each of several properties, None where nobody knows for which.

    A line each, or a part each where these are as many; `size: S, M` names whose it is.
    """
    if not cell:
        return ["" for _ in names]
    for parts in (cell.split("\n"), re.split(r"\s*;\s*", cell), re.split(r"\s*,\s*", cell)):
        filled = [part.strip() for part in parts if part.strip()]
        of_names = [
            re.fullmatch(rf"{re.escape(name)}\s*[:=–-]\s*(.*)", part, re.DOTALL)
            for name, part in zip(names, filled, strict=False)
        ]
        if len(filled) == len(names):
            return [
                found[1] if found else part
                for found, part in zip(of_names, filled, strict=True)
            ]
    named = {
        key.strip(): value.strip()
        for part in re.split(r"[\n;]", cell)
        for key, sign, value in [part.partition(":")]
        if sign
    }
    return (
        [named.get(name, "") for name in names] if named and set(named) <= set(names) else None
    )
