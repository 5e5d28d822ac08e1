"""Graphs of journeys: steps become boxes and arrows, chances stand on the arrows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from footfall.compiler.requirements import DeclaredProperties
from footfall.diagrams import labels
from footfall.diagrams.certain_stages import certain_stages
from footfall.diagrams.graph import (
    EdgeKind,
    Graph,
    GraphEdge,
    GraphNode,
    NodeKind,
    Observed,
    seen_text,
)
from footfall.errors import SourceLocation
from footfall.scenario.leaf_records import Chance, Expression
from footfall.scenario.records import Journey, Scenario
from footfall.scenario.step_records import (
    CancelStep,
    ChangeStep,
    DoStep,
    EitherOption,
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
    Steps,
    WaitStep,
    WhenStep,
)
from footfall.scenario.step_traits import default_name, traits, walk, with_name
from footfall.scenario.waits import after_wait, wait_text
from footfall.text import short_percent


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The way in which a kind of step is drawn.

    Args:
        begins_with_box: Its first box is its own; else its arrows begin at the box before it.
        shows_guard: It writes its guard itself, beside what it does; else a diamond stands before it.
    """

    draw: Callable[[_Builder, Any], None]
    begins_with_box: bool = True
    shows_guard: bool = False


@dataclass(frozen=True, slots=True)
class _Tail:
    """A loose end: where the next step's arrow will come from, and what will stand on it."""

    source: int
    label: tuple[str, ...] = ()
    kind: EdgeKind = "plain"
    seen: str = ""
    about: str = ""

    @property
    def is_bare(self) -> bool:
        return not self.label and self.kind == "plain"


def journey_graph(
    scenario: Scenario,
    journey: str,
    *,
    observed: Observed | None = None,
    properties: bool = False,
) -> Graph:
    """Return a journey as a graph.

    Args:
        journey: Its name; it must be one of the scenario.
        observed: What a run has shown of each decision.
        properties: Whether boxes of events list the event's properties.
    """
    found = next(j for j in scenario.journeys if j.name == journey)
    return _Builder(
        scenario, found, observed or {}, certain_stages(scenario), properties
    ).build()


@dataclass(slots=True)
class _Builder:
    scenario: Scenario
    journey: Journey
    observed: Observed
    stage_at: Mapping[SourceLocation, int]
    has_properties: bool
    graph: Graph = field(init=False)
    tails: list[_Tail] = field(init=False)
    targets: frozenset[str] = field(init=False)
    places: dict[str, int] = field(default_factory=dict)
    # Depth of steps that not everybody takes; boxes are dashed while it is above 0.
    optional: int = 0

    def build(self) -> Graph:
        retries = (traits(step).retries for step in walk(self.journey.steps))
        self.targets = frozenset(target for target in retries if target is not None)
        stages = tuple(stage.name for stage in self.scenario.stages)
        self.graph = Graph(self.journey.name, self.journey.about, stages)
        when = self.journey.when
        notes = (f"when {when.text}",) if when else ()
        self.tails = [_Tail(self._add("start", self.journey.name, notes))]
        self.steps(self.journey.steps)
        if self.tails:
            self._put(
                "end",
                "end of the journey"
                if self.journey.name == self.scenario.main.text
                else "done",
            )
        return self.graph

    # --- boxes and arrows --------------------------------------------------------------------------------------------

    def _add(self, kind: NodeKind, title: str, notes: tuple[str, ...] = (), **more: Any) -> int:
        number = len(self.graph.nodes)
        self.graph.nodes.append(
            GraphNode(number, kind, title, notes, is_optional=self.optional > 0, **more)
        )
        return number

    def _put(self, kind: NodeKind, title: str, notes: tuple[str, ...] = (), **more: Any) -> int:
        """Add a box, lead all loose ends to it, and go on from it."""
        number = self._add(kind, title, notes, **more)
        self._join(number)
        self.tails = [_Tail(number)]
        return number

    def _join(self, target: int) -> None:
        for tail in self.tails:
            self.graph.edges.append(
                GraphEdge(tail.source, target, tail.label, tail.kind, tail.seen, tail.about)
            )

    def _anchor(self, title: str = "") -> int:
        """Return one box to branch from; a new one where loose ends are several or labelled."""
        if len(self.tails) == 1 and self.tails[0].is_bare:
            kind = self.graph.nodes[self.tails[0].source].kind
            if not title and kind not in ("start", "loop"):
                return self.tails[0].source
        return self._put("choice", title)

    # --- steps -------------------------------------------------------------------------------------------------------

    def steps(self, steps: Steps) -> None:
        for number, step in enumerate(steps):
            # Behind a `leave` nobody goes on: what stands there has no box.
            if not self.tails:
                return
            self._step(step, steps[number + 1 :])

    def _step(self, step: Step, following: Steps) -> None:
        known, drawing = traits(step), _DRAWINGS[type(step)]
        if known.label is not None and known.label in self.targets:
            # The number of the next box, which this step is about to add.
            self.places.setdefault(known.label, len(self.graph.nodes))
            if not drawing.begins_with_box:
                # An arrow of `retry` leads here, and the step itself has nothing that it can end at.
                self._put("choice", known.label)
        step = with_name(step, following)
        if known.guard is None or drawing.shows_guard:
            drawing.draw(self, step)
        else:
            self._guarded(step, known.guard)

    def _guarded(self, step: Step, when: Expression) -> None:
        anchor = self._put("test", when.text)
        self.tails = [_Tail(anchor, ("yes",))]
        self.optional += 1
        _DRAWINGS[type(step)].draw(self, replace(step, when=None))
        self.optional -= 1
        self.tails.append(_Tail(anchor, ("no",)))

    def emit(self, step: EmitStep) -> None:
        event = next((e for e in self.scenario.events if e.name == step.event), None)
        waits = (after_wait(step.after),) if step.after else ()
        declared = DeclaredProperties(self.scenario.properties)
        carried = event.properties if event and self.has_properties else ()
        names = tuple(map(declared.written, carried))
        stage = self.stage_at[step.at]
        # Stages below the certain one are behind everybody who comes here.
        taken = [
            s.name
            for s in self.scenario.stages[stage:]
            if any(on.text == step.event for on in s.on)
        ]
        more = {"properties": names, "stage": stage, "enters": " / ".join(taken)}
        title, more["about"] = (event.written, event.about) if event else (step.event, "")
        self._put("event", title, (*waits, *labels.changes_text(step.changes)), **more)

    def do(self, step: DoStep) -> None:
        called = next((j for j in self.scenario.journeys if j.name == step.journey), None)
        notes = (f"when {called.when.text}",) if called and called.when else ()
        self.optional += bool(notes)
        self._put(
            "journey",
            step.journey,
            notes,
            stage=self.stage_at[step.at],
            about=called.about if called else "",
        )
        self.optional -= bool(notes)

    def _decided(
        self,
        source: int,
        label: tuple[str, ...],
        name: str,
        option: str,
        kind: EdgeKind = "plain",
        about: str = "",
    ) -> _Tail:
        """Return a loose end that an option leads to, with what a run has shown of it."""
        tally = self.observed.get((f"{self.journey.name}/{name}", option))
        counts = f"{tally.taken:,} of {tally.reached:,} times" if tally else ""
        told = " · ".join(filter(None, (about, counts)))
        repeated = short_percent(tally.asked, 1) if tally and tally.asked is not None else ""
        shown = tuple(line for line in label if line not in ("", repeated))
        return _Tail(source, shown, kind, seen_text(tally) if tally else "", told)

    def _chance(
        self, source: int, shown: str, name: str, chance: Chance, kind: EdgeKind = "plain"
    ) -> _Tail:
        text = labels.chance_text(chance)
        label = ("" if shown == self.graph.nodes[source].title else shown, text)
        return self._decided(source, label, name, "yes", kind, text)

    def _otherwise(
        self, source: int, name: str, chance: Chance, kind: EdgeKind = "plain"
    ) -> _Tail:
        return self._decided(source, (labels.other_chance(chance),), name, "no", kind)

    def maybe(self, step: MaybeStep) -> None:
        name = step.named or default_name(step.steps) or ""
        anchor = self._anchor()
        self.tails = [self._chance(anchor, step.named or "", name, step.chance, "maybe")]
        self.optional += 1
        self.steps(step.steps)
        self.optional -= 1
        yes, self.tails = self.tails, [self._otherwise(anchor, name, step.chance)]
        self.steps(step.otherwise)
        self.tails = yes + self.tails

    def either(self, step: EitherStep) -> None:
        anchor = self._put("choice", step.named or "")
        ends: list[_Tail] = []
        for option, share in zip(step.options, labels.option_shares(step.options), strict=True):
            self.tails = [self._option(anchor, step, option, share)]
            self.optional += 1
            self.steps(option.steps)
            self.optional -= 1
            ends += self.tails
        self.tails = ends

    def _option(
        self,
        anchor: int,
        step: EitherStep,
        option: EitherOption,
        share: str,
    ) -> _Tail:
        name = option.named or default_name(option.steps) or ""
        own = default_name(option.steps[:1])
        guard = f"if {option.when.text}" if option.when else ""
        return self._decided(
            anchor,
            ("" if name == own else name, share, guard),
            step.named or "",
            name,
            about=share,
        )

    def repeat(self, step: RepeatStep) -> None:
        name = step.named or default_name(step.steps) or ""
        limit = (f"at most {step.at_most} ×",) if step.at_most else ()
        # The limit, where there is one; else the words for a loop without.
        head = self._put("loop", name, ("again and again", *limit)[-1:])
        self.steps(step.steps)
        if self.tails:
            self._again(step, name, head)

    def _again(self, step: RepeatStep, name: str, head: int) -> None:
        last = self._anchor()
        leaves = f"{name}/leave"
        back = [
            f"{labels.other_chance(step.leave)} again" if step.leave is not None else "again"
        ]
        if step.come_back_after is not None:
            back.append(f"{after_wait(step.come_back_after)},")
            back.append("as a new session")
        self.tails = [self._decided(last, tuple(back), leaves, "no", "loop")]
        self._join(head)
        out = [f"until {step.until.text}"] if step.until else []
        out += [f"{labels.chance_text(step.leave)} stop"] if step.leave is not None else []
        is_endless = not out and not step.at_most
        out = out or ([f"after {step.at_most} ×"] if step.at_most else [])
        self.tails = [] if is_endless else [self._decided(last, tuple(out), leaves, "yes")]

    def go_on(self, step: GoOnStep) -> None:
        name = step.named or ""
        anchor = self._anchor()
        self.tails = [self._otherwise(anchor, name, step.chance, "drop")]
        self._put("leave", "leaves")
        titles = {e.name for e in self.scenario.events} | {
            j.name for j in self.scenario.journeys
        }
        self.tails = [self._chance(anchor, "" if name in titles else name, name, step.chance)]

    def leave(self, step: LeaveStep) -> None:
        self._put("leave", "leaves" if step.what == "visit" else "leaves for good")
        self.tails = []

    def pause(self, step: WaitStep) -> None:
        if step.ends_session:
            self._put("wait", f"comes back {after_wait(step.wait)}", ("as a new session",))
        else:
            self._put("wait", f"waits {wait_text(step.wait)}")

    def _state(self, step: Step, lines: tuple[str, ...]) -> None:
        """Put changes and picks into one box with those just before."""
        if step.when is not None:
            lines = (f"when {step.when.text}:", *lines)
        last = self.graph.nodes[self.tails[0].source]
        if (
            len(self.tails) == 1
            and self.tails[0].is_bare
            and last.kind == "state"
            and not step.named
        ):
            self.graph.nodes[last.number] = replace(last, notes=(*last.notes, *lines))
        else:
            self._put("state", "", lines)

    def change(self, step: ChangeStep) -> None:
        self._state(step, labels.changes_text(step.changes))

    def pick(self, step: PickStep) -> None:
        self._state(step, tuple(labels.pick_text(pick) for pick in step.picks))

    def retry(self, step: RetryStep) -> None:
        anchor = self._anchor()
        waits = [after_wait(step.after)] if step.after else []
        guard = [f"when {step.when.text}"] if step.when else []
        label = (*guard, f"tries again, at most {step.at_most} ×", *waits)
        target = self.places[step.target]
        self.graph.edges.append(GraphEdge(anchor, target, label, "loop"))
        self.tails = [_Tail(anchor, ("else",))]

    def later(self, step: LaterStep) -> None:
        moment = f"at {step.moment.text}" if step.moment else ""
        when = after_wait(step.wait) if step.wait else moment
        self._put("later", step.journey, (f"later, {when}",), stage=self.stage_at[step.at])

    def cancel(self, step: CancelStep) -> None:
        self._state(step, (traits(step).line,))

    def when(self, step: WhenStep) -> None:
        anchor = self._put("test", step.when.text if step.when else "")
        self.tails = [_Tail(anchor, ("yes",))]
        self.optional += 1
        self.steps(step.steps)
        yes, self.tails = self.tails, [_Tail(anchor, ("no",))]
        self.steps(step.otherwise)
        self.optional -= 1
        self.tails = yes + self.tails


_DRAWINGS: Mapping[type[Step], _Drawing] = {
    EmitStep: _Drawing(_Builder.emit),
    DoStep: _Drawing(_Builder.do),
    MaybeStep: _Drawing(_Builder.maybe, begins_with_box=False),
    EitherStep: _Drawing(_Builder.either),
    RepeatStep: _Drawing(_Builder.repeat),
    GoOnStep: _Drawing(_Builder.go_on, begins_with_box=False),
    LeaveStep: _Drawing(_Builder.leave),
    WaitStep: _Drawing(_Builder.pause),
    ChangeStep: _Drawing(_Builder.change, shows_guard=True),
    PickStep: _Drawing(_Builder.pick, shows_guard=True),
    RetryStep: _Drawing(_Builder.retry, begins_with_box=False, shows_guard=True),
    LaterStep: _Drawing(_Builder.later),
    CancelStep: _Drawing(_Builder.cancel, shows_guard=True),
    WhenStep: _Drawing(_Builder.when),
}
"""Class of a step → how it is drawn."""
