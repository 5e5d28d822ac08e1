"""What compiles each kind of step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from footfall.compiler.journeys.changes import lower_change
from footfall.compiler.journeys.context import Here
from footfall.compiler.journeys.decisions import lower_either, lower_maybe
from footfall.compiler.journeys.flow import (
    lower_do,
    lower_emit,
    lower_go_on,
    lower_guard,
    lower_leave,
    lower_retry,
    lower_wait,
)
from footfall.compiler.journeys.later import lower_later
from footfall.compiler.journeys.loops import lower_repeat
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.journeys.picks import lower_pick
from footfall.scenario import records
from footfall.scenario.records import Step

LOWER: Mapping[type[Step], Callable[[Lowering, Any, Here, int], int]] = {
    records.Emit: lower_emit,
    records.Do: lower_do,
    records.Maybe: lower_maybe,
    records.Either: lower_either,
    records.Repeat: lower_repeat,
    records.GoOn: lower_go_on,
    records.Leave: lower_leave,
    records.Pause: lower_wait,
    records.Change: lower_change,
    records.Pick: lower_pick,
    records.Retry: lower_retry,
    records.Later: lower_later,
    records.Guard: lower_guard,
}
"""Kind of step → a function of the lowering, the step, where it stands and what follows; gives its first node."""
