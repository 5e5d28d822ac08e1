"""Where runs are kept: tables and views, defined once, and the reading side."""

from footfall.store.open import Store, open_store
from footfall.store.runs import RunInfo

__all__ = ["RunInfo", "Store", "open_store"]
