"""The table of functions that compile each kind of step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from footfall.compiler.journeys.decision_steps import lower_either, lower_maybe
from footfall.compiler.journeys.flow_steps import (
    lower_do,
    lower_emit,
    lower_go_on,
    lower_guard,
    lower_leave,
    lower_retry,
    lower_wait,
)
from footfall.compiler.journeys.later_steps import lower_cancel, lower_later
from footfall.compiler.journeys.loop_steps import lower_repeat
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.pick_steps import lower_pick
from footfall.compiler.journeys.state_changes import lower_change
from footfall.compiler.journeys.step_context import Here
from footfall.scenario.step_records import (
    CancelStep,
    ChangeStep,
    DoStep,
    EitherStep,
    EmitStep,
    GoOnStep,
    LaterStep,
    LeaveStep,
    MaybeStep,
    PickStep,
    RepeatStep,
    RetryStep,
    Step,
    WaitStep,
    WhenStep,
)

LOWER: Mapping[type[Step], Callable[[Lowering, Any, Here, int], int]] = {
    EmitStep: lower_emit,
    DoStep: lower_do,
    MaybeStep: lower_maybe,
    EitherStep: lower_either,
    RepeatStep: lower_repeat,
    GoOnStep: lower_go_on,
    LeaveStep: lower_leave,
    WaitStep: lower_wait,
    ChangeStep: lower_change,
    PickStep: lower_pick,
    RetryStep: lower_retry,
    LaterStep: lower_later,
    CancelStep: lower_cancel,
    WhenStep: lower_guard,
}
"""Kind of step → a function of the lowering, the step, where it stands and what follows; gives its first node."""
