"""The columns that every model has, by index."""

from __future__ import annotations

from footfall.model.model import Column
from footfall.model.values import NULL_CODE

# In the order of BUILTINS. Programs refer to columns by number, and these come first.
HOME, STAGE, KNOWN, VISITS, DEVICE_KIND, PERSON = range(6)

BUILTINS: tuple[Column, ...] = (
    Column("home", "row", start=NULL_CODE),
    Column("stage", "integer"),
    Column("known", "boolean"),
    Column("visits", "integer"),
    Column("device", "row", start=NULL_CODE),
    Column("person", "integer"),
)
