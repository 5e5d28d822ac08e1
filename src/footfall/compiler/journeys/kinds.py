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
from footfall.scenario import records
from footfall.scenario.records import Step

LOWER: Mapping[type[Step], Callable[[Lowering, Any, Here, int], int]] = {
    records.EmitStep: lower_emit,
    records.DoStep: lower_do,
    records.MaybeStep: lower_maybe,
    records.EitherStep: lower_either,
    records.RepeatStep: lower_repeat,
    records.GoOnStep: lower_go_on,
    records.LeaveStep: lower_leave,
    records.WaitStep: lower_wait,
    records.ChangeStep: lower_change,
    records.PickStep: lower_pick,
    records.RetryStep: lower_retry,
    records.LaterStep: lower_later,
    records.WhenStep: lower_guard,
}
"""Kind of step → a function of the lowering, the step, where it stands and what follows; gives its first node."""
