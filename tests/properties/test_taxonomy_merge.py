"""Merging only inserts, whatever is merged into whatever: nothing goes, all means something, twice is once."""

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from footfall.compiler import compile_scenario
from footfall.scenario import load, shipped
from footfall.tracking_plan.merge import merged
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.to_scenario import scenario_text
from tests.properties.test_taxonomy_round_trip import plans
from tests.thoroughness import n_examples

SLOW = settings(
    max_examples=n_examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
SHIPPED = Path(str(files("footfall").joinpath("scenarios")))


def is_within(old: str, new: str) -> bool:
    """Tell whether a text is another one with insertions."""
    left = iter(new)
    return all(character in left for character in old)


def check(plan: Plan, path: Path) -> None:
    before = path.read_bytes().decode()
    names = {event.name for event in load(path).events}
    result = merged(plan, path)
    assert is_within(before, result.text)
    comments = [line.strip() for line in before.splitlines() if line.strip().startswith("#")]
    assert [
        line.strip() for line in result.text.splitlines() if line.strip().startswith("#")
    ] == comments
    path.write_bytes(result.content)
    scenario = load(path)
    compile_scenario(scenario)
    assert {event.name for event in scenario.events} == names | set(
        result.added.get("events", ())
    )
    again = merged(plan, path)
    assert again.text == result.text


@SLOW
@given(first=plans(), second=plans())
def test_any_plan_into_the_scenario_of_any_other(first, second, tmp_path_factory):
    """A scenario that was made of one plan takes another."""
    path = tmp_path_factory.mktemp("merges") / "shop.yaml"
    path.write_text(scenario_text(first), encoding="utf-8")
    check(second, path)


@SLOW
@given(plan=plans())
def test_any_plan_into_a_shipped_scenario(plan, tmp_path_factory):
    """A scenario that people wrote takes any plan."""
    path = tmp_path_factory.mktemp("merges") / "starter.yaml"
    path.write_bytes((SHIPPED / "starter.yaml").read_bytes())
    check(plan, path)


@pytest.mark.parametrize("name", shipped())
def test_a_plan_into_its_own_scenario(name, tmp_path):
    """A scenario has all that its own plan has, so not a byte changes."""
    from footfall.tracking_plan.from_scenario import plan_of

    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / f"{name}.yaml"
    result = merged(plan_of(load(path)), path)
    assert result.text == path.read_text(encoding="utf-8")
    assert (result.added, result.changed, result.differs, result.left_out) == ({}, [], [], [])
