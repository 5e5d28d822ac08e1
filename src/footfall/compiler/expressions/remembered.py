"""Functions of memories of events: `since`, `streak`, and `count` of events."""

from __future__ import annotations

from footfall.compiler.event_memories import MOST_DAYS, VISIT
from footfall.compiler.expressions.calling import Calling
from footfall.model.operations import Op
from footfall.scenario.expressions import Duration, ExpressionProblem, Name, String
from footfall.units import DAY_MS, nearest_hint

_WRITTEN = {
    "since": "since('Order Completed'), or since(visit) for the last event in a visit",
    "streak": "streak('Lesson Finished')",
    "count": "count('Order Completed', 7 days)",
}
"""Function → how it is written."""


def since(c: Calling) -> Op:
    """Return how long ago somebody's last event of a name was, or the last one in a visit."""
    _check_one(c)
    (arg,) = c.node.args
    is_visit = isinstance(arg, Name) and arg.parts == ("visit",)
    last = c.memories.last(VISIT if is_visit else _event(c))
    return Op("subtract", "duration", (Op("now", "time"), last), is_nullable=True)


def streak(c: Calling) -> Op:
    """Return on how many days in a row an event happened."""
    _check_one(c)
    return c.memories.streak(_event(c))


def recent_count(c: Calling) -> Op:
    """Return how often an event happened within some days."""
    return c.memories.recent(_event(c), _days(c))


def _check_one(c: Calling) -> None:
    if len(c.node.args) != 1:
        raise c.problem(f"{c.node.function} takes one event", _WRITTEN[c.node.function])


def _event(c: Calling) -> str:
    """Return the event that the first argument names."""
    arg, function = c.node.args[0], c.node.function
    if not isinstance(arg, String):
        hint = ""
        if isinstance(arg, Name) and arg.parts[0] in c.memories.events:
            hint = f"an event stands in quotes: '{arg.parts[0]}'"
        raise ExpressionProblem(
            f"{function} takes an event in quotes", arg.offset, _WRITTEN[function], hint
        )
    if arg.text not in c.memories.events:
        events = "events: " + ", ".join(c.memories.events)
        hint = nearest_hint(arg.text, c.memories.events)
        raise ExpressionProblem(f'no event "{arg.text}"', arg.offset, events, hint)
    return arg.text


def _days(c: Calling) -> int:
    """Return how many days the second argument is."""
    arg = c.node.args[1]
    ms = arg.ms if isinstance(arg, Duration) else 0
    if ms % DAY_MS or not DAY_MS <= ms <= MOST_DAYS * DAY_MS:
        message = "count takes whole days that are written"
        accepted = f"1 day to {MOST_DAYS} days, such as count('Order Completed', 7 days)"
        raise ExpressionProblem(message, arg.offset, accepted)
    return ms // DAY_MS
