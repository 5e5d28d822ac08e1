"""Addresses: what every decision, option, wait and draw is called, and the keys that follow from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from footfall.errors import Problems, SourceLocation
from footfall.scenario.step_records import (
    ChangeStep,
    DoStep,
    EitherStep,
    EmitStep,
    GoOnStep,
    LeaveStep,
    MaybeStep,
    PickStep,
    RepeatStep,
    Step,
    WaitStep,
    WhenStep,
)


def key(seed: int, *address: str) -> int:
    """Return the 64-bit key of a name: a hash of seed and address."""
    text = "\x1f".join((str(seed), *address))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class JourneyNames:
    """Names that stand in a journey: each once per kind.

    A journey is compiled once per place that runs it; the same step found again is no repetition.
    """

    def __init__(self, problems: Problems) -> None:
        self._taken: dict[tuple[str, str, str], SourceLocation] = {}
        self._problems = problems

    def take(self, kind: str, journey: str, name: str, at: SourceLocation) -> str:
        """Take a name for a chance, wait or draw; note it when another step has it. Return the address."""
        other = self._taken.setdefault((kind, journey, name), at)
        if other != at:
            first, second = sorted((other, at), key=lambda mark: (mark.line, mark.column))
            self._problems.add(
                second,
                f'journey "{journey}" has another {kind} named "{name}" (line {first.line})',
                "a name stands once per kind in a journey",
                "add named: to one of them",
            )
        return f"{journey}/{name}"

    def addresses(self, kind: str) -> list[str]:
        """Return the addresses of a kind, in order of appearance."""
        return [f"{journey}/{name}" for k, journey, name in self._taken if k == kind]


def default_name(steps: Iterable[Step]) -> str | None:
    """Return what a part is called after: its first event, journey or named step."""
    for step in steps:
        name = _own_name(step)
        if name is not None:
            return name
    return None


def _own_name(step: Step) -> str | None:
    if isinstance(step, EmitStep):
        return step.event
    if step.named is not None:
        return step.named
    if isinstance(step, DoStep):
        return step.journey
    if isinstance(step, MaybeStep | RepeatStep | WhenStep):
        return default_name(step.steps)
    if isinstance(step, EitherStep):
        return default_name(step.options[0].steps) if step.options else None
    return None


def kind_of_step(step: Step) -> str:
    """Return what a step is called in messages."""
    names: dict[type[Step], str] = {
        EmitStep: "event",
        DoStep: "do",
        MaybeStep: "maybe",
        EitherStep: "either",
        RepeatStep: "repeat",
        GoOnStep: "go on",
        LeaveStep: "leave",
        WaitStep: "wait",
        ChangeStep: "set",
        PickStep: "pick",
        WhenStep: "when",
    }
    return names.get(type(step), type(step).__name__.lower())
