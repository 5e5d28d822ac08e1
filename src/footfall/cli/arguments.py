"""Types of arguments: counts, sizes, scenarios, stores, settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from footfall.errors import UnitError, UsageError, shown
from footfall.units import whole_numbers
from footfall.units.whole_numbers import WholeNumbers

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(k|M|G|T)?B", re.IGNORECASE | re.ASCII)
_LARGE_SIZE = re.compile(
    r"\s*(?=.*[1-9])([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(M|G|T)B\s*", re.IGNORECASE | re.ASCII
)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Count(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A whole number written as people write large ones: 10000, 10_000, 1e6, 10k.

    Args:
        name: What stands in the help.
        numbers: Those that are accepted.
    """

    def __init__(self, name: str, numbers: WholeNumbers) -> None:
        self.name, self._numbers = name, numbers

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what stands for a value in the help."""
        return self.name.upper()

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number, or fail with what is accepted."""
        try:
            return self._numbers.parse(value)
        except UnitError as problem:
            self.fail(problem.message, param, ctx)


class Size(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """An amount of data: 500MB, 2GB.

    Args:
        accepted: A number of bounded length, and the letter of its unit if there is one.
    """

    name = "size"

    def __init__(self, accepted: re.Pattern[str]) -> None:
        self._accepted = accepted

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return bytes, or fail with what is accepted."""
        found = self._accepted.fullmatch(str(value))
        if found is None:
            self.fail(f"{shown(str(value))} is not a size like 500MB or 2GB", param, ctx)
        return int(float(found[1]) * _TIMES[(found[2] or "").lower()])


YAML_SUFFIXES = (".yaml", ".yml")
PEOPLE = Count("n", whole_numbers.PEOPLE)
DAYS = Count("n", whole_numbers.DAYS)
SEED = Count("n", whole_numbers.SEED)
SIZE, LARGE_SIZE = Size(_SIZE), Size(_LARGE_SIZE)
WORKERS = Count("n", whole_numbers.WORKERS)
PERSON = Count("id", whole_numbers.PERSON)


class ScenarioName(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A shipped scenario's name or the path of a file; completes both."""

    name = "scenario"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the shipped names, and files."""
        from footfall.scenario import shipped_names

        names = [
            CompletionItem(name) for name in shipped_names() if name.startswith(incomplete)
        ]
        return [*names, CompletionItem(incomplete, type="file")]


class StorePath(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A store that a run has written: its path or address, or what was written after `--to`."""

    name = "store"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the store as it was written, if something is there."""
        from footfall.store.open import path_of

        written = str(value)
        path = path_of(written)
        if path.suffix.lower() in YAML_SUFFIXES and path.is_file():
            raise UsageError(
                f"{path} is a scenario, and holds no events\n  accepted: a store that a run has written\n"
                f"  hint: `footfall run {path}` makes {DEFAULT_STORE}"
            )
        if "://" not in written and not path.exists():
            raise UsageError(f"{path} does not exist\n  hint: {_maker(path)}")
        return written

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer files."""
        return [CompletionItem(incomplete, type="file")]


def _maker(path: Path) -> str:
    """Return what makes a store that is not there."""
    from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

    if path.name == DEAD_LETTERS.name:
        return "a run makes it where a destination refuses events; none was refused here"
    return f"`footfall run SCENARIO` makes {DEFAULT_STORE}"


SCENARIO = ScenarioName()
STORE = StorePath()
DEFAULT_STORE = "footfall.duckdb"


def read_settings(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return `--set key=value` options as a mapping; the last of a key wins.

    Raises:
        UsageError: One has no `=`.
    """
    for pair in pairs:
        if not pair.partition("=")[1] or not pair.partition("=")[0].strip():
            raise UsageError(
                f"--set {shown(pair)}\n  accepted: --set key=value, for example --set people.count=5000"
            )
    return {key.strip(): value for key, _, value in (pair.partition("=") for pair in pairs)}


def is_path(written: str) -> bool:
    """Return whether a scenario is meant as a file."""
    return Path(written).suffix.lower() in YAML_SUFFIXES or "/" in written or "\\" in written
