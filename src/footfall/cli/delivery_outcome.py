"""What a command that delivers says of sinks that have failed, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from footfall.errors import FootfallError

if TYPE_CHECKING:
    from footfall.execution.result import Balance
    from footfall.execution.sink_status import SinkStatus


def is_left(balance: Balance | SinkStatus) -> bool:
    """Return whether a sink has failed because whoever read standard output has seen enough: that is no complaint."""
    return balance.problem is not None and isinstance(
        balance.problem.__context__, BrokenPipeError
    )


def tell_problems(balances: Sequence[Balance], reported: Collection[str] = ()) -> None:
    """Say on standard error, sink by sink, what has gone wrong.

    Args:
        balances: Of all sinks.
        reported: Names of those whose failure was reported before.
    """
    for balance in balances:
        if (
            balance.problem is not None
            and not is_left(balance)
            and balance.name not in reported
        ):
            click.echo(f"error: {problem_text(balance.name, balance.problem)}", err=True)
        refused = max(balance.rejected, balance.dead_letters)
        if refused:
            from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

            what = f"{refused:,} events were refused: they are in {DEAD_LETTERS}/, each with the reason"
            again = f"hint: once the other side is mended, `footfall send {DEAD_LETTERS} --to …` tries them again"
            click.echo(f"error: {balance.name}: {what}\n  {again}", err=True)


def complete_before(balance: Balance) -> str:
    """Return what is to be said of a sink that had all parts before: also of events that it would not have."""
    if not balance.dead_letters:
        return "complete before"
    from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

    events = "event lies" if balance.dead_letters == 1 else "events lie"
    return f"complete before; {balance.dead_letters:,} refused {events} in {DEAD_LETTERS}/"


def rest_of(balance: Balance) -> str:
    """Return what of a balance is neither accepted nor as it should be, to be put behind what is; else nothing."""
    counts = f", {balance.rejected:,} rejected, {balance.pending:,} pending"
    return (counts if balance.rejected or balance.pending else "") + (
        ", failed" if balance.problem else ""
    )


def problem_text(name: str, problem: BaseException) -> str:
    """Return what is to be said of a sink that has failed."""
    if isinstance(problem, FootfallError):
        text = str(problem)
        return text if text.startswith(name) else f"{name}: {text}"
    kind = type(problem).__name__
    return (
        f"{name}: this should not have happened: {kind}: {problem}\n"
        "  it is a fault in footfall, not in what you did; what was committed is kept"
    )
