"""Options that several commands share: those that decide the stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from footfall.cli import arguments

Command = TypeVar("Command", bound=Callable[..., Any])

STREAM = (
    click.option("--people", type=arguments.PEOPLE, help="How many people, instead of the scenario's count."),
    click.option("--days", type=arguments.DAYS, help="How long, instead of the scenario's length: cuts or extends."),
    click.option("--start", metavar="DATE", help="First day: a date, or now-30d (also now-4w, today)."),
    click.option("--seed", type=arguments.SEED, default=1, show_default=True, help="Another seed, other people."),
    click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Change a value of the scenario."),
)


def stream(command: Command) -> Command:
    """Give a command the options that decide who comes and what they do."""
    for option in reversed(STREAM):
        command = option(command)
    return command


def stream_arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of `stream` as arguments of the Python API."""
    return {**given, "settings": arguments.read_settings(given["settings"])}
