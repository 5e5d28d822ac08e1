"""footfall: simulates the people who use a product and writes the analytics events they leave behind.

    import footfall

    footfall.run("ecommerce", to="parquet:shop", people=50_000)        # as `footfall run`
    footfall.live("ecommerce", to="duckdb:shop.duckdb", for_s=60)      # as `footfall live`
    footfall.send("parquet:shop", to="ndjson:shop.ndjson")             # as `footfall send`
    footfall.send_letters("dead-letters", to="webhook+https://…")      # as `footfall send dead-letters`
    footfall.resume("parquet:shop")                                    # as `footfall resume`
    footfall.report("parquet:shop")                                    # as `footfall report`
    footfall.validate("events.ndjson", "shop.yaml").findings           # as `footfall validate`
    events = footfall.events("ecommerce", people=1_000)                # one Arrow table
    for chunk in footfall.simulate("shop.yaml", seed=7):               # Arrow tables, in bounded memory
        print(chunk.events.num_rows)

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from footfall.report import report
    from footfall.run.chunks import events, simulate
    from footfall.run.letters import send_letters
    from footfall.run.live import live
    from footfall.run.resume import resume
    from footfall.run.run import run
    from footfall.run.send import send
    from footfall.run.setup import load_scenario as load
    from footfall.validation import validate

__all__ = ["events", "live", "load", "report", "resume", "run", "send", "send_letters", "simulate", "validate"]

_PLACES = {
    "events": ("footfall.run.chunks", "events"),
    "live": ("footfall.run.live", "live"),
    "load": ("footfall.run.setup", "load_scenario"),
    "report": ("footfall.report", "report"),
    "resume": ("footfall.run.resume", "resume"),
    "run": ("footfall.run.run", "run"),
    "send": ("footfall.run.send", "send"),
    "send_letters": ("footfall.run.letters", "send_letters"),
    "simulate": ("footfall.run.chunks", "simulate"),
    "validate": ("footfall.validation", "validate"),
}


def __getattr__(name: str) -> Any:
    """Import a function when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'footfall' has no attribute {name!r}; it has {', '.join(__all__)}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps `footfall.run`, `footfall.events` and `footfall.report` the functions, though folders are called so too.

    Python sets a folder's module as an attribute of its parent when it is imported; for these names it must not.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
