"""The outcome of a delivery in words: sinks that have failed, events that were refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from footfall.errors import FootfallError
from footfall.refusals import refusal

if TYPE_CHECKING:
    from footfall.execution.result import Balance
    from footfall.execution.sink_status import SinkStatus


def is_left(balance: Balance | SinkStatus) -> bool:
    """Return whether a sink has failed only because the reader of standard output has left.

    `footfall run … --to - | head` ends so; whoever read has seen enough, and nothing is
    reported.
    """
    return balance.problem is not None and isinstance(
        balance.problem.__context__, BrokenPipeError
    )


def tell_problems(balances: Sequence[Balance], reported: Collection[str] = ()) -> None:
    """Report on standard error, sink by sink, failures and refused events.

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
        # Of this call, or of an earlier one and not accepted since.
        refused = max(balance.rejected, balance.dead_letters)
        if refused:
            click.echo(f"error: {balance.name}: {_refused(refused)}", err=True)


def _refused(n_events: int) -> str:
    """Return the text on refused events: where they lie, as long as they do."""
    from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

    if not _are_there():
        return (
            f"{n_events:,} events were refused, and are not in {DEAD_LETTERS}/ any more\n"
            f"  hint: put its files back from a copy, or have all events sent again with --fresh"
        )
    return (
        f"{n_events:,} events were refused: they are in {DEAD_LETTERS}/, each with the reason\n"
        f"  hint: once the other side is mended, `footfall send {DEAD_LETTERS} --to …` tries them again"
    )


def _are_there() -> bool:
    from footfall.execution.resend import holds_dead_letters
    from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

    return holds_dead_letters(DEAD_LETTERS)


def complete_before(balance: Balance) -> str:
    """Return the text on a sink that had all parts before, with the events it had refused."""
    if not balance.dead_letters:
        return "complete before"
    from footfall.sinks.delivery.delivery_log import DEAD_LETTERS

    is_one = balance.dead_letters == 1
    where = f"{'lies' if is_one else 'lie'} in" if _are_there() else "not any more in"
    events = "event" if is_one else "events"
    return f"complete before; {balance.dead_letters:,} refused {events} {where} {DEAD_LETTERS}/"


def rest_of(balance: Balance) -> str:
    """Return the rest of a balance, behind its accepted events: rejected, pending, failed."""
    counts = f", {balance.rejected:,} rejected, {balance.pending:,} pending"
    return (counts if balance.rejected or balance.pending else "") + (
        ", failed" if balance.problem else ""
    )


def problem_text(name: str, problem: BaseException) -> str:
    """Return the message about a sink that has failed; it begins with the sink's name."""
    told = problem if isinstance(problem, FootfallError) else refusal(problem)
    if told is not None:
        text, (kind, _, place) = str(told), name.partition(":")
        # Sinks begin most of their messages with their name already, or with their path.
        if place and re.match(rf"{re.escape(place)}[: ]", text):
            return f"{kind}:{text}"
        return text if text.startswith(name) else f"{name}: {text}"
    kind = type(problem).__name__
    return (
        f"{name}: this should not have happened: {kind}: {problem}\n"
        "  it is a fault in footfall, not in what you did; what was committed is kept"
    )
