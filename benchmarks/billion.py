"""Who comes when a billion people do: how long it takes to count all days, and to give one group its people.

    python benchmarks/billion.py

Processor time of one process, medians of nine; the calendar's grid, which any run has, is made before.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable

from footfall.compiler import compile_scenario
from footfall.scenario.loading import load_shipped
from footfall.sim.arrivals import Arrivals
from footfall.sim.calendar import ActivityCalendar
from footfall.units import DAY_MS

PEOPLE, GROUP, REPEATS = 10**9, 49_152, 9


def timed(work: Callable[[], object]) -> float:
    """Return the median processor time of some calls, in seconds."""
    spent = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def main() -> None:
    """Print a line per shipped scenario."""
    for name in ("ecommerce", "online-school"):
        model = compile_scenario(load_shipped(name), people=PEOPLE)
        end_ms = model.start_ms + model.length_days * DAY_MS
        calendar = ActivityCalendar(model.calendar, end_ms + DAY_MS)
        counting = timed(lambda m=model, c=calendar, e=end_ms: Arrivals(m, c, e))
        arrivals = Arrivals(model, calendar, end_ms)
        numbers = arrivals.numbers_until(end_ms)
        first = numbers // 2
        giving = timed(lambda a=arrivals, f=first, e=end_ms: a.of(f, f + GROUP, e))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name}: {numbers:,} numbers, days counted in {counting:.3f} s, "
            f"a group of {GROUP:,} in {giving:.3f} s, {memory:.0f} MB at most so far"
        )


if __name__ == "__main__":
    main()
