"""Options that several commands share: those that decide the stream, and those that say how to deliver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from footfall.cli import arguments
from footfall.errors import UsageError, shown

Command = TypeVar("Command", bound=Callable[..., Any])

STREAM = (
    click.option(
        "--people",
        type=arguments.PEOPLE,
        help="How many people, instead of the scenario's count.",
    ),
    click.option(
        "--days",
        type=arguments.DAYS,
        help="How long, instead of the scenario's length: cuts or extends.",
    ),
    click.option(
        "--start", metavar="DATE", help="First day: a date, or now-30d (also now-4w, today)."
    ),
    click.option(
        "--seed",
        type=arguments.SEED,
        default=1,
        show_default=True,
        help="Another seed, other people.",
    ),
    click.option(
        "--set",
        "settings",
        metavar="KEY=VALUE",
        multiple=True,
        help="Change a value of the scenario.",
    ),
)


DELIVERY = (
    click.option(
        "--region",
        type=click.Choice(["us", "eu"]),
        help="Of the project in Amplitude.  [default: us]",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Amplitude: check everything, need no key, send nothing.",
    ),
)
SPILL = click.option(
    "--spill",
    type=arguments.SIZE,
    default="256MB",
    show_default=True,
    help="How much may wait in files for a slow sink before the others wait too.",
)


def delivery(command: Command) -> Command:
    """Give a command the options that say how to deliver; `read_sinks` applies them."""
    for option in reversed(DELIVERY):
        command = option(command)
    return command


def read_sinks(to: Sequence[str], *, region: str | None, dry_run: bool) -> list[str]:
    """Return what is written after `--to` with the options of `delivery` in it, as `parse` takes it.

    Raises:
        UsageError: An option is not for these sinks, or contradicts what is written.
    """
    is_any = any(_is_amplitude(spec) for spec in to)
    other = next((spec for spec in to if not _is_amplitude(spec)), None)
    if region is not None and not is_any:
        raise UsageError(f"--region {region} is for amplitude\n  hint: add --to amplitude")
    if dry_run and other is not None:
        from footfall.sinks import parse

        raise UsageError(
            f"--dry-run: {parse(other).name} cannot be tried without writing\n"
            "  accepted with --dry-run: amplitude\n  hint: --people 100 makes a small run, for a first look"
        )
    return [_amplitude(spec, region, dry_run) if _is_amplitude(spec) else spec for spec in to]


def _is_amplitude(spec: str) -> bool:
    return spec.partition(":")[0].partition("#")[0] == "amplitude"


def _amplitude(spec: str, region: str | None, dry_run: bool) -> str:
    written, _, fragment = spec.removeprefix("amplitude").removeprefix(":").partition("#")
    if region is not None and written not in ("", region):
        raise UsageError(
            f"--region {region} contradicts --to amplitude:{shown(written)}\n  hint: leave one of them out"
        )
    given = "&".join(filter(None, [fragment, "dry-run" if dry_run else ""]))
    return f"amplitude:{region or written or 'us'}{'#' if given else ''}{given}"


def stream(command: Command) -> Command:
    """Give a command the options that decide who comes and what they do."""
    for option in reversed(STREAM):
        command = option(command)
    return command


def stream_arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of `stream` as arguments of the Python API."""
    return {**given, "settings": arguments.read_settings(given["settings"])}
