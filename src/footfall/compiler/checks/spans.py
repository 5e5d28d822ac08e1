"""Spans of time: of effects and campaigns, in order and within the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.compiler.moments import Moments
from footfall.errors import Problem, Problems
from footfall.scenario.leaf_records import Moment
from footfall.scenario.records import Scenario
from footfall.units import DAY_MS


@dataclass(frozen=True, slots=True)
class Spans:
    """Checks spans of time.

    Args:
        first_ms: Where the declared time begins, people who are already here included.
        last_ms: Where it ends.
        warnings: Filled with spans that lie outside of it.
    """

    moments: Moments
    first_ms: int
    last_ms: int
    problems: Problems
    warnings: list[Problem] = field(default_factory=list)

    def check(self, what: str, start: Moment | None, until: Moment | None) -> None:
        """Note a span that ends before it begins, and warn of one in which nothing happens."""
        from_ms = self.first_ms if start is None else self.moments.ms(start)
        until_ms = self.last_ms if until is None else self.moments.ms(until)
        at = until or start
        if at is None:
            return
        if start is not None and until is not None and from_ms >= until_ms:
            hint = (
                "a day moves with the start of the run, a date does not"
                if _is_mixed(start, until)
                else ""
            )
            self.problems.add(
                at.at, f"{what} ends before it begins", "until: a moment after from", hint
            )
        elif from_ms >= self.last_ms or until_ms <= self.first_ms:
            when = (
                "begins after the calendar ends"
                if from_ms >= self.last_ms
                else "is over before anybody comes"
            )
            self.warnings.append(
                Problem(at.at, f"{what} {when}: it changes nothing", self._calendar())
            )

    def _calendar(self) -> str:
        days = (self.last_ms - self.moments.start_ms) // DAY_MS
        return f"the run starts on {self.moments.start} and is declared for {days} days"


def _is_mixed(start: Moment, until: Moment) -> bool:
    return (start.local is None) != (until.local is None)


def check_spans(scenario: Scenario, moments: Moments, problems: Problems) -> list[Problem]:
    """Check the spans of effects and campaigns; return the warnings."""
    start_ms = moments.start_ms
    first_ms = start_ms - scenario.people.already_here_days * DAY_MS
    spans = Spans(
        moments, first_ms, start_ms + scenario.calendar.length_days * DAY_MS, problems
    )
    for effect in scenario.effects:
        spans.check(f'effect "{effect.named}"', effect.start, effect.until)
    for campaign in scenario.calendar.campaigns:
        spans.check(f'campaign "{campaign.named}"', campaign.start, campaign.until)
    return spans.warnings
