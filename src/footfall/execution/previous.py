"""Runs that sinks hold already, so that a later command goes on with the same people."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.errors import StoreError, UsageError
from footfall.execution.setup import AnyScenario, RunParameters, Setup, load_scenario, set_up
from footfall.sinks.protocol import Sink, capabilities_of
from footfall.store import RunInfo, open_store

# Stored with a run's settings, but options of the command, not keys of the scenario.
OWN = ("people", "days", "start")


def stored_run(
    scenario: AnyScenario, sinks: Sequence[Sink], parameters: RunParameters
) -> Setup | None:
    """Return the setup of the run that the first sink with one of scenario and seed holds.

    Args:
        scenario: Name, path, or a loaded scenario.
        sinks: Not open.
        parameters: Those asked for now; what is None in them is taken from the run. The seed
            tells which stream.

    Raises:
        UsageError: The scenario has changed since.
    """
    name = load_scenario(scenario, parameters.settings).name
    for sink in sinks:
        infos = [
            info
            for info in _runs(sink)
            if info.scenario == name and info.run.stream.seed == parameters.seed
        ]
        if infos:
            # The run that was asked for last comes last: it is meant.
            return _again(scenario, sink, infos[-1], parameters)
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
    scenario: AnyScenario, info: RunInfo, parameters: RunParameters | None = None
) -> Setup:
    """Set up the stream of a run as it was then, whatever it has become since.

    Args:
        scenario: The run's.
        info: The run.
        parameters: Settings and a number of people that go before those the run had.
    """
    asked, had = parameters or RunParameters(), info.run.settings
    own = {key: value for key, value in had.items() if key not in OWN}
    people = int(had["people"]) if asked.people is None and "people" in had else asked.people
    return set_up(
        scenario,
        RunParameters(
            people=people,
            start=had.get("start"),
            seed=info.run.stream.seed,
            settings=asked.settings or own,
        ),
    )


def _again(
    scenario: AnyScenario, sink: Sink, info: RunInfo, parameters: RunParameters
) -> Setup:
    ready = again(scenario, info, parameters)
    if ready.run.id != info.id:
        raise UsageError(
            f"{sink.name} holds run {info.id} of {info.scenario}, seed {info.run.stream.seed}, of other people\n"
            "  the scenario, its settings or the number of people have changed since\n"
            "  hint: give --start to begin a run of its own, or another --seed"
        )
    return ready
