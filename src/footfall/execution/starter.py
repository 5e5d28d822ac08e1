"""A scenario to start from: a copy of a shipped one, with the CSV files that it names."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.store import output_files


def new(file: str | Path, scenario: str = "starter") -> list[Path]:
    """Write a commented scenario to start from; nothing is ever overwritten.

    Example:
        >>> [path.name for path in footfall.new("my-shop.yaml", "ecommerce")]
        ['my-shop.yaml', 'ecommerce_cities.csv', 'products.csv']

    Args:
        file: Where to; it must not exist yet.
        scenario: Name of the shipped one to copy.

    Returns:
        The files that were written: the scenario, and the CSV files that it names beside it.

    Raises:
        UsageError: One of the files exists, or there is no scenario of that name.
    """
    copies = _copies(Path(file), scenario)
    for copy in copies:
        if copy.exists():
            raise UsageError(
                f"{shown(str(copy))} exists already\n  hint: name another file; nothing was written"
            )
    # All or none: half a scenario would be left behind.
    output_files.write_all(copies, is_new=True)
    return list(copies)


def _copies(file: Path, name: str) -> dict[Path, bytes]:
    """Return path → content of the scenario and of the CSV files that it names, beside it."""
    from footfall.scenario.loading import load_shipped, shipped

    found = name.replace("-", "_")
    if found not in shipped():
        load_shipped(name)  # raises, and names the nearest
    folder = files("footfall").joinpath("scenarios")
    text = folder.joinpath(f"{found}.yaml").read_bytes()
    tables = [
        entry
        for entry in folder.iterdir()
        if entry.name.endswith(".csv") and entry.name.encode() in text
    ]
    return {file: text, **{file.with_name(table.name): table.read_bytes() for table in tables}}
