"""A journey as an indented outline: what may happen, in which order, with which chances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import singledispatch

from footfall.scenario.leaf_records import Chance, Expression, Ramp, Rest, Text
from footfall.scenario.records import Journey
from footfall.scenario.step_records import (
    Assignment,
    ChangeStep,
    DoStep,
    EitherOption,
    EitherStep,
    EmitStep,
    GoOnStep,
    LaterStep,
    LeaveStep,
    MaybeStep,
    PickOne,
    PickStep,
    RepeatStep,
    RetryStep,
    Step,
    WaitStep,
    WhenStep,
)
from footfall.scenario.waits import wait_text

INDENT = "  "


def outline(journey: Journey) -> Iterator[str]:
    """Yield the lines of a journey's outline."""
    condition = f", when {journey.when.text}" if journey.when else ""
    about = f": {journey.about}" if journey.about else ""
    yield f"{journey.name}{condition}{about}"
    yield from _indented(lines(journey.steps))


def lines(steps: Iterable[Step]) -> Iterator[str]:
    """Yield the lines of some steps."""
    for step in steps:
        first, *rest = _step(step)
        if step.when and not isinstance(step, WhenStep):
            colon = ":" * first.endswith(":")
            first = f"{first.removesuffix(':')}, when {step.when.text}{colon}"
        yield first
        yield from rest


def chance_text(chance: Chance | None) -> str:
    """Return a chance as in the file."""
    if isinstance(chance, Decimal):
        return f"{(chance * 100).normalize():f}%"
    if isinstance(chance, Ramp):
        return f"{chance_text(chance.start)} to {chance_text(chance.end)} over {chance.over} of {chance.of.text}"
    return (
        chance.text
        if isinstance(chance, Expression)
        else "the rest"
        if isinstance(chance, Rest)
        else ""
    )


def _indented(inner: Iterable[str]) -> Iterator[str]:
    return (INDENT + line for line in inner)


def _named(step: Step) -> str:
    return f' "{step.named}"' if step.named else ""


def _changes(changes: Iterable[Assignment]) -> str:
    texts = [_change(change) for change in changes]
    return " {" + ", ".join(texts) + "}" if texts else ""


def _change(change: Assignment) -> str:
    value = change.value
    if not isinstance(value, Text):
        return (
            f"{change.name} drawn" if change.verb == "set" else f"{change.verb} {change.name}"
        )
    signs = {
        "set": f"{change.name} = {value.text or 'null'}",
        "add": f"{change.name} + {value.text}",
    }
    return signs.get(change.verb, f"{change.verb} {change.name} {value.text}")


def _picked(pick: PickOne) -> str:
    source = "" if pick.variable == pick.source else f" from {pick.source}"
    where = " and ".join(f"{column} is {value.text}" for column, value in pick.where)
    return f"{pick.variable}{source}" + (f" where {where}" if where else "")


@singledispatch
def _step(step: Step) -> Iterator[str]:
    yield type(step).__name__.lower()


@_step.register
def _(step: EmitStep) -> Iterator[str]:
    yield (
        step.event
        + (f", after {wait_text(step.after)}" if step.after else "")
        + _changes(step.changes)
    )


@_step.register
def _(step: DoStep) -> Iterator[str]:
    yield f"do {step.journey}"


@_step.register
def _(step: MaybeStep) -> Iterator[str]:
    yield f"maybe{_named(step)} {chance_text(step.chance)}:"
    yield from _indented(lines(step.steps))
    yield from _otherwise(step.otherwise)


@_step.register
def _(step: EitherStep) -> Iterator[str]:
    yield f"either{_named(step)}:"
    for option in step.options:
        yield from _indented(_option(option))


@_step.register
def _(step: RepeatStep) -> Iterator[str]:
    how = [
        f"leave {chance_text(step.leave)}" if step.leave is not None else "",
        f"until {step.until.text}" if step.until else "",
        f"at most {step.at_most}" if step.at_most else "",
        f"come back after {wait_text(step.come_back_after)}" if step.come_back_after else "",
    ]
    yield f"repeat{_named(step)} ({'; '.join(filter(None, how))}):"
    yield from _indented(lines(step.steps))


@_step.register
def _(step: GoOnStep) -> Iterator[str]:
    yield f"go on{_named(step)} {chance_text(step.chance)}, else the visit ends"


@_step.register
def _(step: LeaveStep) -> Iterator[str]:
    yield f"leave {step.what}"


@_step.register
def _(step: WaitStep) -> Iterator[str]:
    yield f"{'come back after' if step.ends_session else 'wait'} {wait_text(step.wait)}"


@_step.register
def _(step: ChangeStep) -> Iterator[str]:
    yield _changes(step.changes).strip()


@_step.register
def _(step: PickStep) -> Iterator[str]:
    yield "pick " + ", ".join(map(_picked, step.picks))


@_step.register
def _(step: RetryStep) -> Iterator[str]:
    yield f"retry {step.target}, at most {step.at_most}" + (
        f", after {wait_text(step.after)}" if step.after else ""
    )


@_step.register
def _(step: LaterStep) -> Iterator[str]:
    when = (
        f"after {wait_text(step.wait)}"
        if step.wait
        else f"at {step.moment.text}"
        if step.moment
        else ""
    )
    yield f"later {step.journey}, {when}"


@_step.register
def _(step: WhenStep) -> Iterator[str]:
    yield f"when {step.when.text if step.when else ''}:"
    yield from _indented(lines(step.steps))
    yield from _otherwise(step.otherwise)


def _otherwise(steps: tuple[Step, ...]) -> Iterator[str]:
    if steps:
        yield "else:"
        yield from _indented(lines(steps))


def _option(option: EitherOption) -> Iterator[str]:
    weight = (
        option.weight.text
        if isinstance(option.weight, Expression)
        else f"weight {option.weight}"
    )
    share = weight if option.weight is not None else chance_text(option.chance)
    inner = list(lines(option.steps))
    name = option.named or (inner[0].removeprefix("do ") if inner else "nothing")
    condition = f", when {option.when.text}" if option.when else ""
    yield f"{name}, {share}{condition}" + (":" if inner and option.named else "")
    yield from _indented(inner if option.named else inner[1:])
