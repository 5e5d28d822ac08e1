"""Secrets of the environment, kept apart from text: no message, log, ledger or traceback shows one by accident."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from footfall.errors import MASK, UsageError


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret: a text that is shown by the name of its variable.

    Args:
        name: Where it comes from: the name of an environment variable.
        value: The secret; only ever read where it is put into a request.

    Example:
        >>> key = Secret("API_KEY", "s3cr3t")
        >>> print(f"{key} / {key!r}")
        API_KEY=••• / Secret(name='API_KEY')
    """

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}={MASK}"

    # A sink is pickled into worker processes and would carry it there, through a file or a pipe.
    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError(
            f"the secret {self.name} stays in its process: it is read anew where it is needed"
        )


def secret_from(
    name: str, purpose: str, environment: Mapping[str, str] | None = None
) -> Secret | None:
    """Return the secret of an environment variable, or None where that is not set or empty.

    Args:
        name: The variable.
        purpose: What needs it, for the error.
        environment: Instead of the process's.

    Raises:
        UsageError: It contains what no header and no body may: control characters or blanks at its ends.
    """
    value = (os.environ if environment is None else environment).get(name, "")
    if not value:
        return None
    # A line end inside would begin another header (CRLF injection); blanks at the ends come from `$(cat file)`.
    if not value.isprintable() or value != value.strip():
        raise UsageError(
            f"{name} contains a control character or begins or ends with a blank; {purpose} cannot use it\n"
            f"  hint: set {name} again, without the line end"
        )
    return Secret(name, value)
