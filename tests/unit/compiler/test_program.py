"""The program: what is left after the last passes."""

import numpy as np
import pytest

from footfall.compiler import compile_scenario
from footfall.compiler.optimise import joined, optimise, successors
from footfall.errors import ScenarioError
from footfall.model.program import (
    ActNode,
    Assign,
    DecisionOption,
    DrawKey,
    EmitNode,
    EndNode,
    EnterNode,
    JumpNode,
    PickRow,
    Timer,
    WaitNode,
)
from footfall.model.program import ConditionNode as Guard
from footfall.model.program import DecisionNode as Decision
from footfall.model.tables import Categorical
from footfall.scenario import load_shipped, loads
from tests.small_scenarios import small


def test_jumps_and_what_nobody_reaches_are_taken_out():
    """Chains of jumps disappear, unreachable nodes too; entry, end and timers point at the same nodes as before."""
    nodes = [
        EndNode(),
        EmitNode(5, 2),
        JumpNode(3),
        JumpNode(0),
        EmitNode(9, 1),
        JumpNode(1),
        EndNode(is_later=True),
    ]
    program, entry, end, timers = optimise(nodes, 5, 0, [Timer("later", 6, 1, (), False)])
    assert len(program) == 3
    assert program[entry] == EmitNode(5, end)
    assert program[end] == EndNode()
    assert program[timers[0].entry] == EndNode(is_later=True)


def test_ways_back_stay():
    """A loop through jumps is a loop without them."""
    nodes = [EndNode(), JumpNode(3), Guard(None, 1, 0), EmitNode(1, 2)]
    program, entry, end, _ = optimise(nodes, 1, 0, [])
    assert program[entry] == EmitNode(
        1, next(n for n, node in enumerate(program) if isinstance(node, Guard))
    )
    assert program[program[entry].next] == Guard(None, entry, end)


@pytest.mark.parametrize("name", ["ecommerce", "online_school", "starter"])
def test_programs_are_whole_and_in_order(name):
    """Every node leads to nodes of the program; but for ways back, every node comes before those it leads to."""
    model = compile_scenario(load_shipped(name))
    ways = [(n, to) for n, node in enumerate(model.nodes) for to in successors(node)]
    assert all(0 <= to < len(model.nodes) for _, to in ways)
    assert not any(isinstance(node, JumpNode) for node in model.nodes)
    reached, waiting = set(), [model.entry, model.end, *(timer.entry for timer in model.timers)]
    while waiting:
        n = waiting.pop()
        if n not in reached:
            reached.add(n)
            waiting += successors(model.nodes[n])
    assert reached == set(range(len(model.nodes)))
    assert sum(to <= n for n, to in ways) < len(ways) / 5


PEOPLE = """
  count: 100
  home: cities
  properties:
    n: {start: 0}
    lost: {start: 0}
    late: {type: integer}
    copy: {start: 1}
    deep: {start: 1}
    shaky: {start: 0.5}
    mood: {pick: [good, null]}
    kind: {pick: [a, b]}
    known_as: {derived: kind}
"""
JOURNEYS = """
  life:
    carries: {mine: integer}
    steps:
      - set: {lost: null, copy: late, deep: copy, n: n + 1, shaky: shaky * 2}
      - add: {late: 1}
      - set: {mine: n}
      - when: >-
          n < 3 and lost < 3 and copy < 3 and deep < 3 and mine < 3 and late < 3 and shaky < 3
          and mood == kind and known_as == city
        steps: [Paid]
      - Seen
"""


def test_only_what_can_be_null_is_masked():
    """A column is never null if it begins with a value and is only set to such; null spreads through what is copied."""
    model = compile_scenario(small(people=PEOPLE, journeys=JOURNEYS))
    test = next(node for node in model.nodes if isinstance(node, Guard))
    loads_ = {
        model.columns[op.value].name: op.is_nullable
        for op in test.condition.walk()
        if op.op == "load"
    }
    assert loads_ == {
        "n": False,
        "lost": True,
        "copy": True,
        "deep": True,
        "life.mine": False,
        "late": True,
        "shaky": True,
        "mood": True,
        "kind": False,
        "known_as": False,
        "home": False,
    }
    fields = [op.is_nullable for op in test.condition.walk() if op.op == "field"]
    assert fields == [False]  # every city has a name


def test_a_wait_in_a_session_is_cut_and_others_are_not():
    """29 minutes in a session; no limit for coming back, and none in a journey without a session."""
    journeys = """
  life: {steps: [Seen: {after: 1 h}, come back after: 2 h, Paid, {later: x, after: 2 h}]}
  x: {session: none, steps: [Paid: {after: 2 h, named: b}]}
"""
    pauses = [
        n for n in compile_scenario(small(journeys=journeys)).nodes if isinstance(n, WaitNode)
    ]
    assert sorted((p.limit_ms, p.ends_session) for p in pauses) == [
        (29 * 60_000, False),
        (2**62, False),
        (2**62, True),
    ]


def test_journeys_forget_their_variables_at_entry():
    """Entering a journey clears its variables, empties its lists and begins its retries anew.

    What is set before it is read need not be cleared.
    """
    journeys = """
  life:
    carries: {cart: {of: integer, at_most: 2}, n: integer, set_first: integer, set_by_some: integer}
    steps:
      - Seen
      - append: {cart: 1}
      - retry: Seen
        at_most: 2
      - set: {set_first: 1}
      - maybe: 50%
        named: m
        steps: [set: {set_by_some: 2}]
      - when: n != 1 and set_first > 0 and set_by_some != 3
        steps: [Paid: {set: {n: 1}}]
"""
    model = compile_scenario(small(journeys=journeys))
    enters = [n for n in model.nodes if isinstance(n, EnterNode)]
    name = lambda columns: {model.columns[c].name for c in columns}  # noqa: E731 - names of columns
    assert [name(e.clears) for e in enters if e.clears] == [
        {"life.cart.", "life.n", "life.set_by_some"}
    ]
    zeroes = set().union(*(name(e.zeroes) for e in enters))
    assert {z.split(" line")[0] for z in zeroes} == {"life.cart.count", "tries of >life/Seen"}


def test_chances_that_are_alike_for_all_are_thresholds():
    """A written chance without effects is decided by integers; one with an expression or an effect per person."""
    steps = "Seen, {maybe: 25%, steps: [Paid]}, {maybe: hour / 24, named: m, steps: [Seen: {named: x}]}"
    journeys = f"{{life: {{steps: [{steps}]}}}}"
    first, second = (
        n for n in compile_scenario(small(journeys=journeys)).nodes if isinstance(n, Decision)
    )
    assert first.thresholds.tolist() == [2**30, 2**32]
    assert second.thresholds is None
    assert isinstance(first.options[0], DecisionOption)


def test_the_rest_is_what_others_leave():
    """`rest` is exactly what written chances leave, in decimals."""
    journeys = """
  life:
    steps:
      - Seen
      - either:
          named: e
          options: [{chance: 10%, event: Paid}, {named: b, chance: 20%}, {named: c, chance: rest}]
"""
    decision = next(
        n for n in compile_scenario(small(journeys=journeys)).nodes if isinstance(n, Decision)
    )
    assert [option.weight for option in decision.options] == [0.1, 0.2, 0.7]


def test_values_of_a_set_are_of_the_variables_kind():
    """`set` converts: a whole number into money or a number."""
    people = (
        "\n  count: 9\n  home: cities\n  properties: {m: {type: money}, x: {type: number}}\n"
    )
    model = compile_scenario(
        small(people=people, journeys="{life: {steps: [Seen: {set: {m: 3, x: 3}}, Paid]}}")
    )
    actions = next(n for n in model.nodes if isinstance(n, ActNode)).actions
    assert all(isinstance(a, Assign) for a in actions)
    assert [(a.kind, a.value.value) for a in actions] == [("money", 300), ("number", 3.0)]


def test_journeys_that_fan_out_too_far_are_refused():
    """A journey run from many places is compiled for each; beyond 20,000 nodes that is said, without long thought."""
    journeys = "".join(
        f"  j{n}: {{steps: [do: j{n + 1}, do: j{n + 1}, do: j{n + 1}]}}\n" for n in range(15)
    )
    text = f"  life: {{steps: [do: j0, Paid]}}\n{journeys}  j15: {{steps: [Seen]}}\n"
    with pytest.raises(ScenarioError, match="more than 20000 nodes"):
        compile_scenario(small(journeys=text))


@pytest.mark.parametrize("n", [60, 150, 900])
def test_journeys_within_journeys_are_compiled_or_refused(n):
    """A long chain of journeys is compiled, or refused in a sentence: never a stack that overflows."""
    chain = "".join(f"  j{k}: {{steps: [do: j{k + 1}]}}\n" for k in range(n))
    scenario = small(
        journeys=f"  life: {{steps: [do: j0, Paid]}}\n{chain}  j{n}: {{steps: [Seen]}}\n"
    )
    if n < 100:
        assert compile_scenario(scenario).nodes
    else:
        with pytest.raises(ScenarioError, match="100 levels deep"):
            compile_scenario(scenario)


def test_all_problems_are_found_in_one_run():
    """A home, a main journey and an expression that are wrong are all told at once."""
    scenario = loads(
        """\
footfall: 1
scenario: shop
calendar: {start: 2026-01-01, length: 30 days}
people: {count: 100, home: towns}
catalogues: {cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}}
stages: [visitor, buyer: {on: Payed}]
main: lif
events: {Buying: {Seen: {}, Paid: {}}}
journeys: {life: {steps: [Seen, {when: 1 +, steps: [Paid]}]}}
""",
        "x.yaml",
    )
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(scenario)
    said = str(caught.value)
    assert all(
        part in said
        for part in (
            "no catalogue",
            "no event",
            "no journey",
            "a value is expected before the end",
        )
    )


def test_neighbours_that_change_state_are_joined():
    """Also where several lead to the second of them; not where that would change their order or their time."""
    first, second = (
        PickRow(1, DrawKey(0, 0), Categorical(np.array([2**62]))),
        PickRow(2, DrawKey(0, 0), None),
    )
    nodes = [
        ActNode((first,), 2),
        ActNode((second,), 2, joins_next=True),
        ActNode((second,), 3),
        EnterNode((5,), 4, (6,), (7,)),
        EnterNode((8,), 5, (), (5,)),
        EnterNode((7,), 6),
        EnterNode((), 0),
    ]
    assert joined(nodes) == [
        ActNode((first, second), 3),
        nodes[1],
        nodes[2],
        nodes[3],
        EnterNode((8, 7), 0, (), (5,)),
        EnterNode((7,), 0),
        JumpNode(0),
    ]
