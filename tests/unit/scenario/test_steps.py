"""Every step of the language becomes its record."""

from decimal import Decimal

import pytest

from footfall.errors import ScenarioError
from footfall.scenario.leaf_records import Rest
from footfall.scenario.step_records import ChangeStep, EmitStep, WhenStep
from tests.small_scenarios import steps_of


def step(text):
    """Return the only step of a list."""
    (only,) = steps_of("- " + text)
    return only


def test_an_event_alone():
    """A text is an event without a wait."""
    seen = step("Seen")
    assert isinstance(seen, EmitStep)
    assert (seen.event, seen.after, seen.changes, seen.when, seen.named) == (
        "Seen",
        None,
        (),
        None,
        None,
    )


def test_an_event_with_keys_inside_or_beside():
    """`when` and `named` may stand in the event's map or beside it; nothing is an empty map."""
    inside = step("Seen: {when: known, named: x}")
    beside = step("Seen:\n  when: known\n  named: x".replace("\n  ", "\n    "))
    flat = step("{Seen: , when: known, named: x}")
    for seen in (inside, beside, flat):
        assert (seen.event, seen.when.text, seen.named) == ("Seen", "known", "x")


def test_an_events_changes_keep_their_order():
    """Changes in an event are done in written order."""
    paid = step(
        "Paid: {add: {n: 1}, set: {a: 2, b: null}, remove: {list: all}, append: {list: {x: 1}}}"
    )
    assert [(change.verb, change.name) for change in paid.changes] == [
        ("add", "n"),
        ("set", "a"),
        ("set", "b"),
        ("remove", "list"),
        ("append", "list"),
    ]
    assert paid.changes[2].value.is_null
    assert paid.changes[4].fields[0][1].text == "1"


def test_changes_as_a_step():
    """`set`, `add`, `append` and `remove` may stand in one step; a draw is a value."""
    change = step(
        "{set: {a: {pick: {x: 1, y: 3}}, b: {normal: {mean: 1, sd: 2}, between: [0, 5]}}, add: {c: 1}, named: n}"
    )
    assert isinstance(change, ChangeStep)
    a, b, c = change.changes
    assert [weight for _, weight in a.value.choices] == [1, 3]
    assert (b.value.kind, b.value.a, b.value.b, b.value.between) == ("normal", 1, 2, (0, 5))
    assert (c.verb, c.value.text, change.named) == ("add", "1", "n")


@pytest.mark.parametrize(
    ("written", "chance"),
    [
        ("25%", Decimal("0.25")),
        ("0.25", Decimal("0.25")),
        ("1", Decimal(1)),
        ("25 %", Decimal("0.25")),
    ],
)
def test_constant_chances(written, chance):
    """A number, with or without %, is a constant chance."""
    assert step(f"go on: {written}").chance == chance


def test_chances_of_other_kinds():
    """Everything else is an expression, and a map is a ramp."""
    assert step("go on: age / 100").chance.text == "age / 100"
    ramp = step("go on: {from: 9%, to: 2%, over: 10, of: lessons}").chance
    assert (ramp.start, ramp.end, ramp.over, ramp.of.text) == (
        Decimal("0.09"),
        Decimal("0.02"),
        10,
        "lessons",
    )


def test_maybe_and_guards():
    """`maybe` has a chance, a guard a condition; both may have an `else`."""
    maybe = step("{maybe: 5%, steps: [Seen], else: [Paid, Seen], when: known}")
    assert (maybe.when.text, [s.event for s in maybe.steps], len(maybe.otherwise)) == (
        "known",
        ["Seen"],
        2,
    )
    guard = step("{when: known, steps: [Seen], else: [Paid], named: g}")
    assert isinstance(guard, WhenStep)
    assert (guard.when.text, guard.named, guard.otherwise[0].event) == ("known", "g", "Paid")


def test_options():
    """Options have steps, or `do` or `event` for short, or nothing."""
    either = step(
        "either: {named: e, options: [{chance: 10%, do: life}, {chance: 20%, event: Paid}, {chance: rest, named: x}]}"
    )
    do, paid, nothing = either.options
    assert (either.named, do.steps[0].journey, paid.steps[0].event) == ("e", "life", "Paid")
    assert (nothing.steps, nothing.named, type(nothing.chance)) == ((), "x", Rest)


def test_weights_of_options():
    """A weight is a number or an expression."""
    either = step("either: {options: [{weight: 3, named: a}, {weight: age + 1, named: b}]}")
    assert either.options[0].weight == 3
    assert either.options[1].weight.text == "age + 1"


def test_constant_chances_may_miss_one_by_a_billionth():
    """Chances add up to 1 within 1e-9, so a third may be written as 0.3333333333."""
    third = "{named: %s, chance: 0.3333333333}"
    assert step(f"either: {{options: [{third % 'a'}, {third % 'b'}, {third % 'c'}]}}")
    third = "{named: %s, chance: 0.33333333}"
    with pytest.raises(ScenarioError, match=r"add up to 99\.999999%"):
        step(f"either: {{options: [{third % 'a'}, {third % 'b'}, {third % 'c'}]}}")


def test_repeat():
    """A round has steps, and four ways to end or go on."""
    repeat = step(
        "repeat: {named: r, steps: [Seen], leave: 9%, until: x > 3, at_most: 10, come back after: about 2 days}"
    )
    assert (repeat.named, repeat.leave, repeat.until.text, repeat.at_most) == (
        "r",
        Decimal("0.09"),
        "x > 3",
        10,
    )
    assert (repeat.come_back_after.kind, repeat.come_back_after.low_ms) == (
        "about",
        172_800_000,
    )


def test_waits():
    """`wait` stays in the session, `come back after` ends it."""
    inside, outside = steps_of("- wait: 5 s to 20 s\n- come back after: 1 week")
    assert (inside.ends_session, inside.wait.kind, inside.wait.high_ms) == (
        False,
        "uniform",
        20_000,
    )
    assert (outside.ends_session, outside.wait.kind, outside.wait.low_ms) == (
        True,
        "exact",
        604_800_000,
    )


def test_leave_and_do():
    """The visit ends, or the person; a journey is done."""
    assert [s.what for s in steps_of("- leave: visit\n- leave: for good")] == [
        "visit",
        "for good",
    ]
    assert step("do: life").journey == "life"


def test_picks():
    """A pick names catalogues, or variables with where they come from."""
    assert [(p.variable, p.source) for p in step("pick: [a, b]").picks] == [
        ("a", "a"),
        ("b", "b"),
    ]
    (line,) = step("pick: {line: {from: cart, where: {x: a + 1}}}").picks
    assert (line.variable, line.source, line.where[0][0], line.where[0][1].text) == (
        "line",
        "cart",
        "x",
        "a + 1",
    )
    assert [p.variable for p in step("pick: [a, {line: {from: cart}}]").picks] == ["a", "line"]


def test_retry():
    """Back to a step, so many times, after a wait."""
    retry = step("{retry: Seen, at_most: 2, after: 3 s}")
    assert (retry.target, retry.at_most, retry.after.low_ms) == ("Seen", 2, 3_000)


def test_later():
    """Later is after a wait, after activity time, or at a time."""
    wait, activity, moment = steps_of(
        "- {later: life, after: about 6 days, with: {a: b}}\n"
        "- {later: life, come back after: 1 day}\n"
        "- {later: life, at: x}"
    )
    assert (wait.wait.kind, wait.is_activity, wait.values[0][1].text) == ("about", False, "b")
    assert (activity.wait.low_ms, activity.is_activity) == (86_400_000, True)
    assert (moment.wait, moment.moment.text) == (None, "x")


def test_a_step_stands_where_it_is_written():
    """The place of a step is its own, not that of its list."""
    seen, paid = steps_of("- Seen\n- Paid: {after: 3 s}")
    assert [(s.at.line, s.at.column) for s in (seen, paid)] == [(11, 9), (12, 9)]
