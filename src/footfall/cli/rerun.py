"""A command as a line to type again, without secrets: it may end up in a log."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from footfall.errors import UsageError, masked
from footfall.sinks import Sink, parse
from footfall.sinks.protocol import capabilities_of

LEFT_OUT = "  # put back first what is left out of this line: passwords, and paths of URLs"
"""The end of a line that cannot be run as it is printed: a comment of the shell."""


def again(arguments: Sequence[str]) -> str:
    """Return a command that was understood before, without the secrets of its addresses.

    Args:
        arguments: Behind `footfall`.
    """
    told = [_without_secrets(argument) for argument in arguments]
    return shlex.join(["footfall", *told]) + (LEFT_OUT if told != list(arguments) else "")


def to_continue(sinks: Sequence[Sink], *, is_dated: bool = True) -> str:
    """Return the line that says how this command goes on; none if it would write everything again.

    Args:
        sinks: Of the command.
        is_dated: Its first day is the same on every day.
    """
    # A pipe cannot be asked what it has got.
    if all(sink.guarantee == "best effort" for sink in sinks):
        return ""
    kept = [argument for argument in sys.argv[1:] if argument != "--fresh"]
    when = "" if is_dated else " (today: its first day depends on the day)"
    return f"  to continue{when}: {again(kept)}"


def _without_secrets(argument: str) -> str:
    # click takes `--to SPEC` and `--to=SPEC`; in the former SPEC is an argument by itself.
    option, spec = ("--to=", argument[5:]) if argument.startswith("--to=") else ("", argument)
    try:
        # Parsed, not searched by patterns: only the sink knows what is secret in its address.
        sink = parse(spec)
    except UsageError:
        return masked(argument)  # it names no sink
    # Names leave the options behind `#` out, which the command needs again.
    _, mark, options = spec.partition("#")
    return (
        f"{option}{sink.name}{mark}{options}" if capabilities_of(sink).is_masked else argument
    )
