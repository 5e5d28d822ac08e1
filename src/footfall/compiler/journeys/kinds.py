"""What compiles each kind of step."""

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
from footfall.compiler.journeys.later_steps import lower_later
from footfall.compiler.journeys.loop_steps import lower_repeat
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.pick_steps import lower_pick
from footfall.compiler.journeys.state_changes import lower_change
from footfall.compiler.journeys.step_context import Here
from footfall.scenario import step_records
from footfall.scenario.step_records import Step

LOWER: Mapping[type[Step], Callable[[Lowering, Any, Here, int], int]] = {
    step_records.EmitStep: lower_emit,
    step_records.DoStep: lower_do,
    step_records.MaybeStep: lower_maybe,
    step_records.EitherStep: lower_either,
    step_records.RepeatStep: lower_repeat,
    step_records.GoOnStep: lower_go_on,
    step_records.LeaveStep: lower_leave,
    step_records.WaitStep: lower_wait,
    step_records.ChangeStep: lower_change,
    step_records.PickStep: lower_pick,
    step_records.RetryStep: lower_retry,
    step_records.LaterStep: lower_later,
    step_records.WhenStep: lower_guard,
}
"""Kind of step → a function of the lowering, the step, where it stands and what follows; gives its first node."""
