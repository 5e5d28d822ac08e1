"""Stores, where runs are kept: tables and views, defined once, and the reading side."""

from footfall.store.open import open_store
from footfall.store.runs import RunInfo
from footfall.store.store import Store

__all__ = ["RunInfo", "Store", "open_store"]
