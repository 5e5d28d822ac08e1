"""footfall: simulates the people who use a product and writes the analytics events they leave behind.

    import footfall

    footfall.run("ecommerce", to="parquet:shop", people=50_000)        # as `footfall run`
    footfall.live("ecommerce", to="duckdb:shop.duckdb", for_s=60)      # as `footfall live`
    footfall.send("parquet:shop", to="ndjson:shop.ndjson")             # as `footfall send`
    footfall.send_dead_letters("dead-letters", to="webhook+https://…") # as `footfall send dead-letters`
    footfall.resume("parquet:shop")                                    # as `footfall resume`
    footfall.report("parquet:shop")                                    # as `footfall report`
    footfall.validate("events.ndjson", "shop.yaml").findings           # as `footfall validate`
    footfall.user("ecommerce", 17).events                              # as `footfall user`
    footfall.diagram("ecommerce", to="journeys.svg")                   # as `footfall diagram`
    footfall.taxonomy("ecommerce", to="plan.xlsx")                     # as `footfall taxonomy`
    footfall.runs("parquet:shop")                                      # as `footfall runs`; `delete` too
    footfall.new("shop.yaml")                                          # as `footfall new`
    events = footfall.events("ecommerce", people=1_000)                # one Arrow table
    for chunk in footfall.simulate("shop.yaml", seed=7):               # Arrow tables, in bounded memory
        print(chunk.events.num_rows)

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from footfall.diagrams.drawn_scenario import diagram
    from footfall.execution.batch import run
    from footfall.execution.chunks import events, simulate
    from footfall.execution.life import user
    from footfall.execution.live.live_run import live
    from footfall.execution.resend import send_dead_letters
    from footfall.execution.resume import resume
    from footfall.execution.send import send
    from footfall.execution.setup import load_scenario as load
    from footfall.execution.starter import new
    from footfall.reports.reporting import report
    from footfall.store.open import delete, runs
    from footfall.tracking_plan.plan_files import taxonomy
    from footfall.validation import validate

    __version__: str

__all__ = [
    "delete",
    "diagram",
    "events",
    "live",
    "load",
    "new",
    "report",
    "resume",
    "run",
    "runs",
    "send",
    "send_dead_letters",
    "simulate",
    "taxonomy",
    "user",
    "validate",
]

_PLACES = {
    "delete": ("footfall.store.open", "delete"),
    "diagram": ("footfall.diagrams.drawn_scenario", "diagram"),
    "events": ("footfall.execution.chunks", "events"),
    "live": ("footfall.execution.live.live_run", "live"),
    "load": ("footfall.execution.setup", "load_scenario"),
    "new": ("footfall.execution.starter", "new"),
    "report": ("footfall.reports", "report"),
    "resume": ("footfall.execution.resume", "resume"),
    "run": ("footfall.execution.batch", "run"),
    "runs": ("footfall.store.open", "runs"),
    "send": ("footfall.execution.send", "send"),
    "send_dead_letters": ("footfall.execution.resend", "send_dead_letters"),
    "simulate": ("footfall.execution.chunks", "simulate"),
    "taxonomy": ("footfall.tracking_plan.plan_files", "taxonomy"),
    "user": ("footfall.execution.life", "user"),
    "validate": ("footfall.validation", "validate"),
}


def __getattr__(name: str) -> Any:
    """Import a function when it is first asked for."""
    if name == "__version__":
        return import_module("importlib.metadata").version("footfall")
    if name not in _PLACES:
        raise AttributeError(
            f"module 'footfall' has no attribute {name!r}; it has {', '.join(__all__)}"
        )
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
