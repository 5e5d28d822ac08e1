"""Runs that sinks hold already: which stream they are of, so that a later command goes on with the same people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.errors import StoreError, UsageError
from footfall.execution.setup import Settings, Setup, load_scenario, set_up
from footfall.sinks.protocol import Sink, capabilities_of
from footfall.store import RunInfo, open_store

if TYPE_CHECKING:
    from footfall.scenario.records import Scenario

OWN = ("people", "days", "start")


def stored_run(
    scenario: str | Path | Scenario,
    sinks: Sequence[Sink],
    *,
    settings: Settings | None = None,
    people: int | None = None,
    seed: int = 1,
) -> Setup | None:
    """Return the stream of a scenario that the first of the sinks with such a run holds, set up as it was then.

    Args:
        scenario: Name, path, or a loaded scenario.
        sinks: Not open.
        settings, people: What is asked for now; None takes what the run had.
        seed: Which stream.

    Raises:
        UsageError: The scenario has changed since.
    """
    name = load_scenario(scenario, settings).name
    for sink in sinks:
        infos = [
            info
            for info in _runs(sink)
            if info.scenario == name and info.run.stream.seed == seed
        ]
        if infos:
            return _again(scenario, sink, infos[-1], settings, people)
    return None


def _runs(sink: Sink) -> list[RunInfo]:
    address = capabilities_of(sink).store
    if address is None:
        return []
    try:
        with open_store(address) as store:
            return store.runs()
    except StoreError:
        return []  # there is none yet; what is really wrong is said when the sink is opened


def again(
    scenario: str | Path | Scenario,
    info: RunInfo,
    settings: Settings | None,
    people: int | None,
) -> Setup:
    """Set up the stream of a run as it was then, whatever it has become since."""
    had = info.run.settings
    chosen = settings or {key: value for key, value in had.items() if key not in OWN}
    count = people if people is not None or "people" not in had else int(had["people"])
    return set_up(
        scenario,
        settings=chosen,
        people=count,
        start=had.get("start"),
        seed=info.run.stream.seed,
    )


def _again(
    scenario: str | Path | Scenario,
    sink: Sink,
    info: RunInfo,
    settings: Settings | None,
    people: int | None,
) -> Setup:
    ready = again(scenario, info, settings, people)
    if ready.run.id != info.id:
        raise UsageError(
            f"{sink.name} holds run {info.id} of {info.scenario}, seed {info.run.stream.seed}, of other people\n"
            "  the scenario, its settings or the number of people have changed since\n"
            "  hint: give --start to begin a run of its own, or another --seed"
        )
    return ready
