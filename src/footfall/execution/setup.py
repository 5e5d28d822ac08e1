"""The setup of a run: its parameters, and the scenario, loaded and compiled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from footfall.data.stream import Run
from footfall.errors import UnitError, UsageError
from footfall.execution.catalogue_texts import catalogue_texts
from footfall.execution.engine import LiveEngine, compile_engine
from footfall.execution.start import resolve_start
from footfall.scenario.records import Scenario
from footfall.units import DAY_MS, whole_numbers, zones
from footfall.units.whole_numbers import WholeNumbers

Settings = Mapping[str, object]
WholeNumber = int | str
"""A whole number, or a text as people write large ones: `"10k"`, `"1e6"`."""
AnyScenario = str | Path | Scenario
"""A scenario as users give it: name of a shipped one, path of a YAML file, or loaded."""


@dataclass(frozen=True, slots=True)
class RunParameters:
    """Parameters that everything takes which simulates a scenario.

    All but the last decide who comes and what they do. `days` cuts or extends the same stream.

    Args:
        people: Scales the number of people; None keeps the scenario's.
        days: Length of the run; None keeps the scenario's.
        start: First day: a date, its text, or `now-30d`; None keeps the scenario's.
        seed: From 0 to 2**63 - 1; another seed, other people.
        settings: Values to replace in the scenario: path of the key → value.
        workers: Processes that simulate, no part of the stream; None takes what suits machine
            and run.
    """

    people: int | None = None
    days: int | None = None
    start: str | dt.date | None = None
    seed: int = 1
    settings: Settings | None = None
    workers: int | None = None

    @classmethod
    def of(
        cls,
        *,
        people: WholeNumber | None = None,
        days: WholeNumber | None = None,
        start: str | dt.date | None = None,
        seed: WholeNumber = 1,
        settings: Settings | None = None,
        workers: WholeNumber | None = None,
    ) -> RunParameters:
        """Return parameters as programs give them.

        Raises:
            UsageError: A number is none, or is out of its range.
        """
        return cls(
            _optional("people", people, whole_numbers.PEOPLE),
            _optional("days", days, whole_numbers.DAYS),
            start,
            _number("seed", seed, whole_numbers.SEED),
            settings,
            _optional("workers", workers, whole_numbers.WORKERS),
        )

    @property
    def chosen(self) -> dict[str, object]:
        """Values in place of the scenario's own, as they are stored with the run."""
        own = {"people": self.people, "days": self.days, "start": self.start}
        values = {**own, **(self.settings or {})}
        return {key: value for key, value in values.items() if value is not None}


def _optional(name: str, written: WholeNumber | None, accepted: WholeNumbers) -> int | None:
    return None if written is None else _number(name, written, accepted)


def _number(name: str, written: WholeNumber, accepted: WholeNumbers) -> int:
    try:
        return accepted.parse(written)
    except UnitError as problem:
        raise UsageError(f"{name}: {problem.message}") from None


@dataclass(frozen=True, slots=True)
class Setup:
    """A run that is ready to begin.

    Args:
        scenario: As loaded.
        engine: The compiled stream.
        run: What is to be run.
        warnings: What can be run, and is probably not meant.
    """

    scenario: Scenario
    engine: LiveEngine
    run: Run
    warnings: tuple[str, ...] = ()


def load_scenario(scenario: AnyScenario, settings: Settings | None = None) -> Scenario:
    """Load a scenario by its name or path.

    Example:
        >>> scenario = footfall.load("ecommerce", {"people.count": 500})
        >>> scenario.name, scenario.people.count
        ('ecommerce', 500)

    Args:
        scenario: Name of a shipped one (`ecommerce`, `online-school`), or path of a YAML file;
            one that is loaded already is returned as it is.
        settings: Values to replace: path of the key → value as it would stand in the file.

    Raises:
        UsageError: There is none of that name, or a setting names nothing.
        ScenarioError: The file is no scenario; it holds everything that is wrong.
    """
    from footfall.scenario.loading import load, load_shipped, shipped

    if not isinstance(scenario, str | Path):
        return scenario
    pairs = [f"{key}={value}" for key, value in (settings or {}).items()]
    # People type `online-school`; the file is `online_school.yaml`.
    name = str(scenario).replace("-", "_")
    return (
        load_shipped(name, settings=pairs)
        if name in shipped()
        else load(scenario, settings=pairs)
    )


def set_up(scenario: AnyScenario, parameters: RunParameters | None = None) -> Setup:
    """Load and compile a scenario and describe its run.

    Args:
        scenario: Name, path, or a loaded scenario.
        parameters: None keeps all that the scenario says, with seed 1.

    Raises:
        UsageError: One of the parameters cannot be used.
        ScenarioError: The scenario cannot be used.
    """
    asked = parameters or RunParameters()
    loaded = load_scenario(scenario, asked.settings)
    # `now-30d` becomes a date here, once: the run is stored with it, and the same command another day is another run.
    first_day = resolve_start(asked.start, loaded.time_zone)
    asked = replace(asked, start=first_day)
    warnings: list[str] = []
    engine = compile_engine(
        loaded, people=asked.people, start=first_day, seed=asked.seed, warnings=warnings
    )
    until_ms = engine.stream.start_ms + (asked.days or engine.length_days) * DAY_MS
    run = Run(
        # The length is no part of it: a longer run goes on where a shorter one ended.
        id=engine.stream.id,
        stream=engine.stream,
        until_ms=until_ms,
        people=engine.people_until(until_ms),
        title=loaded.title,
        settings={key: str(value) for key, value in asked.chosen.items()},
        scenario_text=_text_of(loaded),
        versions=_versions(),
        catalogues=catalogue_texts(loaded),
    )
    return Setup(loaded, engine, run, tuple(warnings))


def _text_of(scenario: Scenario) -> str:
    """Return the source of a scenario, if it is a file still."""
    shipped = Path(str(files("footfall").joinpath("scenarios", scenario.source)))
    found = next((path for path in (Path(scenario.source), shipped) if path.is_file()), None)
    return found.read_text(encoding="utf-8") if found else ""


def _versions() -> dict[str, str]:
    from footfall.compiler.stream_id import OUTPUT_VERSION
    from footfall.store.tables import STORE_FORMAT

    return {
        "footfall": version("footfall"),
        "output": str(OUTPUT_VERSION),
        "tzdata": zones.version(),
        "store": str(STORE_FORMAT),
    }
