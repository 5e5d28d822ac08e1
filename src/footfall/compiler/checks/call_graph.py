"""The graph of journeys that run others: without a circle or an orphan, each run in one way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from footfall.errors import Problems, SourceLocation
from footfall.scenario.leaf_records import Text
from footfall.scenario.records import Journey
from footfall.scenario.step_traits import traits, walk
from footfall.units import nearest_hint

MOST_PATH = 200
"""Journeys that run each other, one within the other; far beyond what is compiled."""


@dataclass(frozen=True, slots=True)
class JourneyCall:
    """A step that runs a journey, by `later` or by `do`.

    Args:
        is_at_once: Of `later`: no time passes before it starts.
    """

    caller: str
    target: str
    is_later: bool
    is_at_once: bool
    at: SourceLocation


@dataclass(slots=True)
class CallGraph:
    """The journeys and who runs them.

    Attributes:
        all: Every step that runs a journey, in order of the file.
        circular: Places of `do` steps that close a circle; they are not compiled.
    """

    journeys: Mapping[str, Journey]
    problems: Problems
    all: list[JourneyCall] = field(init=False)
    circular: set[SourceLocation] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.all = [call for journey in self.journeys.values() for call in _calls(journey)]

    def started(self) -> set[str]:
        """Return the names of journeys that some step starts by `later`."""
        return {call.target for call in self.all if call.is_later} & set(self.journeys)

    def of(self, caller: str) -> list[JourneyCall]:
        """Return what a journey runs."""
        return [call for call in self.all if call.caller == caller]

    def roots(self, main: Text) -> list[str]:
        """Return the journeys that everybody lives.

        The main one; where none has its name, those that nobody runs, so that checks go on.
        """
        if main.text in self.journeys:
            return [main.text]
        known = list(self.journeys)
        message = f'main: no journey "{main.text}"'
        self.problems.add(
            main.at, message, "journeys: " + ", ".join(known), nearest_hint(main.text, known)
        )
        targets = {call.target for call in self.all}
        return [name for name in self.journeys if name not in targets] or known[:1]

    def check(self, roots: list[str]) -> None:
        """Note what is wrong with who runs whom."""
        for call in self.all:
            if call.target not in self.journeys:
                self.unknown(call.target, call.at)
        self._check_circles()
        self._check_reached(roots)
        self._check_ways(roots)

    def unknown(self, name: str, at: SourceLocation) -> None:
        """Note a journey that is not declared."""
        known = list(self.journeys)
        self.problems.add(
            at,
            f'no journey "{name}"',
            "journeys: " + ", ".join(known),
            nearest_hint(name, known),
        )

    # --- circles -----------------------------------------------------------------------------------------------------

    def _check_circles(self) -> None:
        """Note every `do` that leads back to a journey on its way; each is walked once."""
        done: set[str] = set()
        for name in self.journeys:
            self._descend(name, (), done)

    def _descend(self, name: str, path: tuple[str, ...], done: set[str]) -> None:
        if name in done or len(path) > MOST_PATH:
            return
        path = (*path, name)
        for call in self.of(name):
            # A later journey is compiled once, apart from those that start it: a circle through
            # `later` makes no endless program.
            if call.is_later or call.target not in self.journeys:
                continue
            if call.target in path:
                self._note_circle(call, path[path.index(call.target) :])
            else:
                self._descend(call.target, path, done)
        done.add(name)

    def _note_circle(self, call: JourneyCall, path: tuple[str, ...]) -> None:
        self.circular.add(call.at)
        way = " → ".join((*path, call.target))
        self.problems.add(
            call.at,
            f"a journey runs itself: {way}",
            "journeys that end",
            "use repeat, or later",
        )

    # --- how they are run --------------------------------------------------------------------------------------------

    def _check_reached(self, roots: list[str]) -> None:
        reached, waiting = set(), list(roots)
        while waiting:
            name = waiting.pop()
            if name in self.journeys and name not in reached:
                reached.add(name)
                waiting += [call.target for call in self.of(name)]
        for name, journey in self.journeys.items():
            if name not in reached:
                accepted = f"do: {name}, or later: {name}, in a journey that is run"
                self.problems.add(
                    journey.at,
                    f'no step runs the journey "{name}"',
                    accepted,
                    "else take it out",
                )

    def _check_ways(self, roots: list[str]) -> None:
        for name, journey in self.journeys.items():
            done = [call for call in self.all if call.target == name and not call.is_later]
            later = [call for call in self.all if call.target == name and call.is_later]
            if later:
                self._check_later(name, done, later, name in roots)
            else:
                self._check_keys_of_later(journey)

    def _check_later(
        self, name: str, done: list[JourneyCall], later: list[JourneyCall], is_main: bool
    ) -> None:
        accepted = "a journey is run either by do or by later"
        hint = "give the steps they share to a third journey that both do"
        if is_main:
            self.problems.add(
                later[0].at,
                f'later: "{name}" is the journey that everybody lives',
                accepted,
                hint,
            )
        for call in done:
            message = f'do: "{name}" is started by later in line {later[0].at.line}'
            self.problems.add(call.at, message, accepted, hint)

    def _check_keys_of_later(self, journey: Journey) -> None:
        for key, is_written in (
            ("session: none", not journey.has_session),
            ("slots", journey.slots != 1),
        ):
            if is_written:
                message = f'journey "{journey.name}" has {key}, but no step starts it by later'
                self.problems.add(
                    journey.at,
                    message,
                    f"{key} of a journey that is started by later",
                    f"remove {key}",
                )

    # --- circles of later --------------------------------------------------------------------------------------------

    def restarts(self, call: JourneyCall) -> bool:
        """Tell whether a step starts a journey that leads back to this step."""
        seen, waiting = set(), [call.target]
        while waiting:
            name = waiting.pop()
            if name == call.caller:
                return True
            if name not in seen:
                seen.add(name)
                waiting += [other.target for other in self.of(name)]
        return False


def _calls(journey: Journey) -> Iterator[JourneyCall]:
    for step in walk(journey.steps):
        run = traits(step).runs
        if run is not None:
            yield JourneyCall(journey.name, run.name, run.is_later, run.is_at_once, step.at)
