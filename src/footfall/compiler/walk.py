"""Steps within steps."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.scenario.step_records import EitherStep, MaybeStep, RepeatStep, Step, WhenStep

Steps = tuple[Step, ...]


def walk(steps: Steps) -> Iterator[Step]:
    """Yield every step, those within others included."""
    for step in steps:
        yield step
        for inner in inner_steps(step):
            yield from walk(inner)


def inner_steps(step: Step) -> list[Steps]:
    """Return the lists of steps within a step."""
    if isinstance(step, MaybeStep | WhenStep):
        return [step.steps, step.otherwise]
    if isinstance(step, RepeatStep):
        return [step.steps]
    if isinstance(step, EitherStep):
        return [option.steps for option in step.options]
    return []
