"""A command as a line that can be typed again; what stands in logs then holds no secret."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from footfall.sinks import parse
from footfall.store.postgres.address import Address, is_address

LEFT_OUT = "\n  with what is left out of this line: passwords, and paths of URLs"


def again(arguments: Sequence[str]) -> str:
    """Return a command that was understood before, without passwords of databases and paths of webhooks elsewhere.

    Args:
        arguments: Behind `footfall`.
    """
    told = [_without_secrets(argument) for argument in arguments]
    return shlex.join(["footfall", *told]) + (LEFT_OUT if told != list(arguments) else "")


def _without_secrets(argument: str) -> str:
    option, spec = ("--to=", argument[5:]) if argument.startswith("--to=") else ("", argument)
    if is_address(spec) and Address(spec).written_secrets:
        return option + Address(spec).shown
    if spec.startswith(("webhook+http:", "webhook+https:")):
        url, mark, options = spec.partition("#")
        name = parse(url).name
        return f"{option}{name}{mark}{options}" if "…" in name else argument
    return argument
