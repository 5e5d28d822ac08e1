"""Types of arguments: counts, sizes, scenarios, stores, settings."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from footfall.errors import UsageError, shown

_WHOLE = re.compile(r"[0-9][0-9_]*", re.ASCII)
# Two digits of exponent: 1e999999999 would become an integer that fills the memory.
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{1,2}", re.ASCII)
_SUFFIXED = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kKmM])", re.ASCII)
_SUFFIXES = {"k": 1_000, "m": 1_000_000}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)(k|M|G|T)?B", re.IGNORECASE | re.ASCII)
_LARGE_SIZE = re.compile(
    r"\s*(?=.*[1-9])([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(M|G|T)B\s*", re.IGNORECASE | re.ASCII
)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Count(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A whole number written as people write large ones: 10000, 10_000, 1e6, 10k.

    Args:
        name: What stands in the help.
        low, high: Accepted range, both included.
    """

    def __init__(self, name: str, low: int, high: int) -> None:
        self.name, self.low, self.high = name, low, high

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what stands for a value in the help."""
        return self.name.upper()

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number, or fail with what is accepted."""
        number = value if isinstance(value, int) else _number(str(value))
        if number is None or not self.low <= number <= self.high:
            accepted = f"a whole number from {self.low} to {self.high:,}, written like 10000, 10_000, 1e6 or 10k"
            self.fail(f"{shown(str(value))} is not {accepted}", param, ctx)
        return number


def _number(text: str) -> int | None:
    if _WHOLE.fullmatch(text):
        # Python refuses more than 4,300 digits with an error of its own.
        return int(text.replace("_", "")) if len(text) < 30 else None
    suffixed = _SUFFIXED.fullmatch(text)
    if suffixed:
        # In decimals, since a product of floats may miss the whole number by its last bit.
        return _whole(Decimal(suffixed[1]) * _SUFFIXES[suffixed[2].lower()])
    return _whole(Decimal(text)) if _SCIENTIFIC.fullmatch(text) else None


def _whole(number: Decimal) -> int | None:
    return int(number) if number == number.to_integral_value() else None


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


PEOPLE = Count("n", 1, 10**9)
DAYS = Count("n", 1, 36_525)
SEED = Count("n", 0, 2**63 - 1)
SIZE, LARGE_SIZE = Size(_SIZE), Size(_LARGE_SIZE)
WORKERS = Count("n", 1, 1024)
PERSON = Count("id", 0, 10**12)
USER_ID = re.compile(r"[0-9a-f]{6}-u-[0-9a-f]{16}", re.ASCII)
"""A `user_id`: the tag of a run, and the identity of a person in it."""


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
        from footfall.scenario import shipped

        names = [CompletionItem(name) for name in shipped() if name.startswith(incomplete)]
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
        if "://" not in written and not path.exists():
            raise UsageError(
                f"{path} does not exist\n  hint: `footfall run SCENARIO` makes {DEFAULT_STORE}"
            )
        return written

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer files."""
        return [CompletionItem(incomplete, type="file")]


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
    return (
        Path(written).suffix.lower() in (".yaml", ".yml") or "/" in written or "\\" in written
    )
