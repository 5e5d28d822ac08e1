"""Addresses and keys: what names a draw, and where effects hold."""

import pytest

from footfall.compiler import compile_scenario
from footfall.compiler.addresses import key
from footfall.compiler.effects import matches
from footfall.errors import ScenarioError
from footfall.model.program import DecisionNode, WaitNode
from footfall.scenario.step_traits import default_name
from tests.small_scenarios import small, steps_of

STEPS = """
      - Seen: {after: 10 s}
      - go on: 80%
      - Paid
      - maybe: 20%
        steps: [wait: 5 s, Seen: {named: again}]
      - either: {named: bank, options: [{chance: 30%, event: Seen}, {named: other, chance: rest}]}
      - repeat: {leave: 5%, come back after: 1 day, steps: [do: visit]}
"""


def compiled(steps=STEPS, **parts):
    return compile_scenario(
        small(
            journeys=f"  life:\n    steps:{steps}  visit: {{steps: [Paid: {{named: there}}]}}\n",
            **parts,
        )
    )


def test_keys_are_hashes_of_seed_and_address():
    """A key depends on the seed and on every part of the address, and the parts cannot run into each other."""
    assert key(1, "wait", "life", "Seen") == key(1, "wait", "life", "Seen")
    found = {
        key(1, "a", "bc"),
        key(1, "ab", "c"),
        key(2, "a", "bc"),
        key(1, "a", "b", "c"),
        key(1, "abc"),
    }
    assert len(found) == 5
    assert all(0 <= k < 2**64 for k in found)


def test_decisions_are_called_after_what_follows():
    """`go on` and `maybe` take the name of the next event, an option its event's, a repeat its journey's."""
    addresses = {decision.address: decision.options for decision in compiled().decisions}
    assert addresses == {
        "life/Paid": ("yes", "no"),
        "life/Seen": ("yes", "no"),
        "life/bank": ("Seen", "other"),
        "life/visit/leave": ("yes", "no"),
    }


def test_names_are_asked_for_where_they_would_repeat():
    """Two chances with one name in a journey are refused, with the line of the first and what to do."""
    steps = "\n      - maybe: 20%\n        steps: [Paid]\n      - maybe: 30%\n        steps: [Paid]\n"
    with pytest.raises(
        ScenarioError, match=r'another chance named "Paid" \(line \d+\)\n.*\n  hint: add named:'
    ):
        compiled(steps)


def test_inserting_a_step_changes_no_other_key():
    """Draws are named, not numbered: what is inserted leaves every other key as it was."""
    one = compiled(
        "\n      - Seen: {after: 10 s}\n      - maybe: 20%\n        steps: [Paid]\n      - do: visit\n"
    )
    two = compiled(
        "\n      - Seen: {after: 10 s}\n"
        "      - maybe: 50%\n        named: new\n        steps: [Seen: {named: x, after: 1 s}]\n"
        "      - maybe: 20%\n        steps: [Paid]\n      - do: visit\n"
    )
    keys = [
        {n.key.name for n in m.nodes if isinstance(n, DecisionNode | WaitNode)}
        for m in (one, two)
    ]
    assert keys[0] < keys[1]


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ("- Seen", "Seen"),
        ("- Seen: {named: first}", "Seen"),
        ("- wait: 5 s\n- Paid", "Paid"),
        ("- do: pay", "pay"),
        ("- maybe: 5%\n  steps: [Paid]", "Paid"),
        ("- wait: 5 s", None),
        ("- wait: 5 s\n  named: rest\n- Paid", "rest"),
        ("- repeat: {at_most: 2, steps: [Paid]}", "Paid"),
        ("- leave: visit", None),
        ("- either: {named: e, options: [{named: a, weight: 1}]}", "e"),
    ],
)
def test_a_part_is_called_after_its_first_event(steps, name):
    """A part without a name takes that of its first event, journey or named step."""
    assert default_name(steps_of(steps)) == name


@pytest.mark.parametrize(
    ("pattern", "address", "is_meant"),
    [
        ("life/buys", "life/buys", True),
        ("life/*", "life/buys", True),
        ("*/buys", "life/buys", True),
        ("*/*", "life/buys", True),
        ("life/*", "life/bank/paid", False),
        ("*", "life/buys", False),
        ("life/b*s", "life/buys", True),
        ("life/B*", "life/buys", False),
        ("life/bank/*", "life/bank/paid", True),
        ("*/*/paid", "life/bank/paid", True),
        ("life/buy?", "life/buys", False),
        ("life/buy?", "life/buy?", True),
        ("life/[b]uys", "life/buys", False),
        ("life/[b]uys", "life/[b]uys", True),
        ("life/buy", "life/buys", False),
    ],
)
def test_a_star_stands_for_anything_within_one_part(pattern, address, is_meant):
    """Only `*` has a meaning, only within one part, and case counts."""
    assert matches(pattern, address) is is_meant


def test_campaigns_with_the_same_hash_are_refused():
    """Their people would have the same identities: told at the second, with the other's line and a way out."""
    campaigns = [
        f"{{named: sale {n}, from: day 1, until: day 2, activity: 120%}}" for n in (63, 69)
    ]
    calendar = "{{start: 2026-01-01, length: 30 days, campaigns: [{}]}}"
    with pytest.raises(
        ScenarioError, match='campaign "sale 69" would bring the same people as "sale 63"'
    ):
        compiled(calendar=calendar.format(", ".join(campaigns)))
    compiled(calendar=calendar.format(campaigns[0]))
