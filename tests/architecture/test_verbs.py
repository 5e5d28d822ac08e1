"""A verb of the language is known everywhere, and named only where it does something of its own.

`CONTRIBUTING.md`, "Adding a verb", lists the files. Whoever leaves one out fails here.
"""

import ast
import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from footfall.compiler.journeys.kinds import LOWER
from footfall.diagrams.graph_builder import _DRAWINGS
from footfall.model.program import JumpNode, Node
from footfall.scenario import step_records
from footfall.scenario.language_steps import GUARD, STEP_KINDS, STEP_VERBS
from footfall.scenario.loading import load
from footfall.scenario.step_records import Assignment, PickOne, Step
from footfall.scenario.step_traits import TRAITS, traits, walk
from footfall.scenario.steps import MAKERS
from footfall.sim.nodes import RUN

ROOT = Path(__file__).parents[2]
EVERYTHING = ROOT / "tests" / "unit" / "scenario" / "everything.yaml"
CLASSES = {
    known
    for known in vars(step_records).values()
    if isinstance(known, type) and issubclass(known, Step) and known is not Step
}
OWN_PARTS = {
    "scenario/step_records.py",
    "scenario/step_traits.py",
    "scenario/steps.py",
    "scenario/either_options.py",
    "diagrams/graph_builder.py",
}
"""Where classes of steps may be named, besides `compiler/journeys/`."""


def used_steps() -> list[Step]:
    """The steps of the scenario that uses every word of the language."""
    return [step for journey in load(EVERYTHING).journeys for step in walk(journey.steps)]


def within(value: object, wanted: type) -> Iterator[object]:
    """What a record holds of a class, not entering the steps within it."""
    if isinstance(value, wanted):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from within(item, wanted)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from within(getattr(value, field.name), wanted)


def parts(step: Step, wanted: type) -> list[object]:
    fields = (getattr(step, field.name) for field in dataclasses.fields(step))
    return [found for value in fields for found in within(value, wanted)]


def differences(place: str, known: Iterable[Any], wanted: Iterable[Any]) -> list[str]:
    """What a place lacks, and what it has too much, in words."""
    there, declared = set(map(_name, known)), set(map(_name, wanted))
    return [
        *(f"{place} lacks {name}" for name in sorted(declared - there)),
        *(f"{place} has {name}, which nothing declares" for name in sorted(there - declared)),
    ]


def _name(one: Any) -> str:
    return one.__name__ if isinstance(one, type) else str(one)


@pytest.mark.parametrize(
    ("place", "registry"),
    [
        ("scenario/step_traits.py: TRAITS", TRAITS),
        ("compiler/journeys/kinds.py: LOWER", LOWER),
        ("diagrams/graph_builder.py: _DRAWINGS", _DRAWINGS),
    ],
    ids=["traits", "nodes", "boxes"],
)
def test_every_step_is_registered(place, registry):
    """Each class of steps is described, compiled to nodes and drawn; none is left from a verb that is gone."""
    assert differences(place, registry, CLASSES) == []


def test_every_verb_is_read():
    """Each kind of step in the table of the language has what builds its record, and stands in the reference."""
    kinds = {kind.name for kind in (*STEP_VERBS.values(), GUARD)}
    assert differences("scenario/steps.py: MAKERS", MAKERS, kinds) == []
    shown = {kind.name for kind in STEP_KINDS}
    assert differences("scenario/language_steps.py: STEP_KINDS", shown & kinds, kinds) == []


def test_every_step_is_used_in_everything():
    """The scenario that uses every word has a step of each class, so that the tests below see all of them."""
    assert differences(EVERYTHING.name, map(type, used_steps()), CLASSES) == []


def test_traits_tell_all_that_a_step_holds():
    """What a record holds (steps, changes, picks, a journey, an event) is told by its traits."""
    for step in used_steps():
        known = traits(step)
        inner = [inside for branch in known.branches for inside in branch.steps]
        assert parts(step, Step) == inner, known.verb
        assert parts(step, Assignment) == list(known.changes), known.verb
        assert parts(step, PickOne) == list(known.picks), known.verb
        for field, told in (
            ("journey", known.runs and known.runs.name),
            ("event", known.emits),
        ):
            assert getattr(step, field, None) == told, (
                f"{type(step).__name__}.{field}: what the step runs or emits is told by its traits; "
                "what it only refers to is called otherwise (`target`)"
            )
        assert known.line


def test_verbs_are_those_of_the_language():
    """Messages call a step by a word that can be looked up in the reference."""
    words = {*STEP_VERBS, "event", "when"}
    assert {traits(step).verb for step in used_steps()} <= words


def test_classes_of_steps_are_named_only_in_their_own_parts():
    """Analyses ask for traits: none has a list of its own of what steps there are."""
    names = {step.__name__ for step in CLASSES}
    package = ROOT / "src" / "footfall"
    for path in sorted(package.rglob("*.py")):
        place = str(path.relative_to(package))
        if place in OWN_PARTS or place.startswith("compiler/journeys/"):
            continue
        tree = ast.parse(path.read_text())
        found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert found & names == set(), place


def test_every_node_is_run():
    """The simulation knows each kind of node; jumps are taken out before."""
    assert differences("sim/nodes.py: RUN", RUN, set(get_args(Node)) - {JumpNode}) == []


def test_steps_have_one_module():
    """Classes of steps stand in one module, so that the tests above have seen all."""
    assert {step.__module__ for step in Step.__subclasses__()} == {step_records.__name__}
