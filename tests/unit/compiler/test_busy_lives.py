"""Warnings of journeys that go round and hardly wait."""

import pytest

from footfall.compiler import compile_scenario
from tests.small_scenarios import small


def warnings_of(journeys):
    found: list[str] = []
    compile_scenario(small(journeys=journeys), warnings=found)
    return found


def life(steps):
    return f"\n  life:\n    steps: [{steps}]"


EITHER = "{either: {named: e, options: [{named: x, weight: 1, steps: [Seen, Seen]}, {weight: 2, event: Seen}]}}"


def within(steps, at_most):
    inner = f"{{repeat: {{steps: [{steps}], at_most: {at_most}}}, named: inner}}"
    return (
        f"{{repeat: {{steps: [{inner}, Paid], leave: 1%, come back after: 4 h}}, named: outer}}"
    )


BUSY = {
    "{repeat: {steps: [Seen, Paid], leave: 0.001%, come back after: 1 s}}": 172_800,
    "{repeat: {steps: [Seen, Paid], leave: 0.01%, come back after: 1 ms}}": 20_000,
    "{repeat: {steps: [Seen, Paid: {after: 2 s}], leave: 0%}}": 86_400,
    "{repeat: {steps: [Seen, {wait: 1 s to 3 s}, Paid], at_most: 12000}}": 24_000,
    within("Seen, {wait: 1 s}", 50_000): 50_000,
    within("Seen", 9000): 54_006,
    f"Paid, {{repeat: {{steps: [{EITHER}], leave: 0%, come back after: 2 s}}}}": 43_200,
}
QUIET = [
    "Paid, {repeat: {steps: [Seen], leave: 5%, come back after: 1 ms}}",
    "Paid, {repeat: {steps: [Seen], leave: 0%, come back after: about 1 day}}",
    "Paid, {repeat: {steps: [Seen], leave: 0%, come back after: 9 s}}",
    "Paid, {repeat: {steps: [{maybe: 1%, steps: [Seen]}], leave: 0%, come back after: 1 s}}",
    "Paid, {repeat: {steps: [{Seen: {when: person == 3}}], leave: 0%, come back after: 1 s}}",
    "Paid, {repeat: {steps: [{go on: 0.1%}, Seen], leave: 0%, come back after: 1 s}}",
    "Paid, {repeat: {steps: [Seen], until: person > 3, come back after: 1 s}}",
]


@pytest.mark.parametrize(("steps", "per_day"), BUSY.items())
def test_a_life_that_hardly_waits(steps, per_day):
    """The line of the innermost repeat, and how many events a person has of it in a day, counted by hand."""
    (warning,) = warnings_of(life(steps))
    assert warning.startswith("shop.yaml:10:")
    assert f"about {per_day:,} events per person and day" in warning
    assert "up to 10,000" in warning


@pytest.mark.parametrize("steps", QUIET)
def test_a_life_that_waits_or_may_have_few_events(steps):
    """Nothing is said where chance, a condition or the end may keep events few."""
    assert warnings_of(life(steps)) == []


@pytest.mark.parametrize(("after", "count"), [("1 ms", 1), ("1 h", 0)])
def test_a_later_journey_that_starts_itself_again(after, count):
    """It goes round as a repeat does."""
    found = warnings_of(
        f"\n  life: {{steps: [Paid, {{later: loop, after: 1 day}}]}}\n"
        f"  loop: {{session: none, steps: [Seen, {{later: loop, after: {after}}}]}}"
    )
    assert len(found) == count
    assert all("about 86,400,000 events" in one and "shop.yaml:10:" in one for one in found)


def test_a_warning_of_a_journey_that_is_run_twice_is_told_once():
    """Visits wait while a journey of `later` waits; whoever runs it twice reads so once."""
    found = warnings_of(
        "  life: {steps: [Seen, {later: remind, after: 1 day}]}\n"
        "  remind: {session: none, steps: [{do: pause}, {do: pause}]}\n"
        "  pause: {steps: [{wait: 2 days}, Paid]}\n"
    )
    assert ["visits wait too" in str(one) for one in found] == [True]
