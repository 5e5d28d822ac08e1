"""Options that several commands share: those of the stream, and those of the delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from footfall.cli import arguments
from footfall.errors import UsageError, shown

if TYPE_CHECKING:
    from footfall.execution.setup import RunParameters
    from footfall.foreign.roles import Named
    from footfall.sinks import Sink

Command = TypeVar("Command", bound=Callable[..., Any])

STREAM = (
    click.option(
        "--people",
        type=arguments.PEOPLE,
        help="How many people come in the scenario's whole length, instead of its count; in fewer --days fewer come.",
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


COLUMNS = (
    click.option(
        "--user", metavar="COLUMN", default="", help="Of a log: the column that says who."
    ),
    click.option(
        "--time", metavar="COLUMN", default="", help="Of a log: the column that says when."
    ),
    click.option(
        "--type", metavar="COLUMN", default="", help="Of a log: the column that says what."
    ),
    click.option(
        "--session", metavar="COLUMN", default="", help="Of a log: the column of the visit."
    ),
    click.option(
        "--id", metavar="COLUMN", default="", help="Of a log: the column of the event's own id."
    ),
    click.option(
        "--zone",
        metavar="ZONE",
        default="",
        help="Of a log: the time zone of times that name none.  [default: UTC]",
    ),
)


def columns(command: Command) -> Command:
    """Give a command the options that name the columns of a log; `named_columns` reads them."""
    for option in reversed(COLUMNS):
        command = option(command)
    return command


def named_columns(given: dict[str, Any]) -> Named:
    """Take the options of `columns` out of `given`; return them as a record."""
    from footfall.foreign.roles import Named

    return Named(**{one.name: given.pop(one.name) for one in fields(Named)})


def delivery(command: Command) -> Command:
    """Give a command the options that say how to deliver; `read_sinks` applies them."""
    # Decorators are applied from the last to the first; so the help keeps the tuple's order.
    for option in reversed(DELIVERY):
        command = option(command)
    return command


def read_sinks(
    to: Sequence[str], *, region: str | None, dry_run: bool, by_day: bool = False
) -> list[Sink]:
    """Return the sinks that are written after `--to`, made as the options of `delivery` say.

    Args:
        to: As `parse` takes them; `amplitude` alone leaves the region to the options.
        region: Of Amplitude.
        dry_run: Deliver nothing.
        by_day: Keep each day's events apart, in the sinks that can.

    Raises:
        UsageError: A sink is none, or an option is not for these sinks, or contradicts them.
    """
    from footfall.sinks import parse, parse_all
    from footfall.sinks.protocol import capabilities_of

    if region is not None and not any(_is_amplitude(spec) for spec in to):
        raise UsageError(f"--region {region} is for amplitude\n  hint: add --to amplitude")
    specs = [_amplitude(spec, region) if _is_amplitude(spec) else spec for spec in to]
    sinks = [parse(spec, partition="day" if by_day else "none") for spec in specs]
    other = next((sink for sink in sinks if not capabilities_of(sink).can_dry_run), None)
    if dry_run and other is not None:
        raise UsageError(
            f"--dry-run: {other.name} cannot be tried without writing\n"
            "  accepted with --dry-run: amplitude\n  hint: --people 100 makes a small run, for a first look"
        )
    if by_day and not any(capabilities_of(sink).can_partition for sink in sinks):
        raise UsageError(
            "--partition day is for parquet and postgresql\n  hint: add --to parquet:DIR"
        )
    return parse_all([parse(_dry(spec)) for spec in specs] if dry_run else sinks)


def takes_stdout(sinks: Sequence[Sink]) -> bool:
    """Return whether events go to standard output, so that all else goes to standard error."""
    from footfall.sinks.protocol import capabilities_of

    return any(capabilities_of(sink).writes_stdout for sink in sinks)


def _dry(spec: str) -> str:
    """Return a sink as it is written, with the option to deliver nothing."""
    return f"{spec}{'&' if '#' in spec else '#'}dry-run"


def _is_amplitude(spec: str) -> bool:
    return spec.partition(":")[0].partition("#")[0] == "amplitude"


def _amplitude(spec: str, region: str | None) -> str:
    written, mark, fragment = spec.removeprefix("amplitude").removeprefix(":").partition("#")
    if region is not None and written not in ("", region):
        raise UsageError(
            f"--region {region} contradicts --to amplitude:{shown(written)}\n  hint: leave one of them out"
        )
    return f"amplitude:{region or written or 'us'}{mark if fragment else ''}{fragment}"


def stream(command: Command) -> Command:
    """Give a command the options that decide who comes and what they do."""
    # From the last to the first, as in `delivery`.
    for option in reversed(STREAM):
        command = option(command)
    return command


def run_parameters(given: dict[str, Any]) -> RunParameters:
    """Take the options of `stream`, and of workers, out of `given`; return them as a record."""
    from footfall.execution.setup import RunParameters

    names = [field.name for field in fields(RunParameters) if field.name in given]
    taken = {name: given.pop(name) for name in names}
    return RunParameters(**{**taken, "settings": arguments.read_settings(taken["settings"])})
