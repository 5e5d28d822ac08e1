"""Texts that nothing can ever be: what steps put into a variable is followed to where it is compared."""

import pytest

from footfall.compiler import compile_scenario
from footfall.errors import ScenarioError
from tests.small_scenarios import small

PEOPLE = """
  count: 100
  home: cities
  properties:
    mood: {pick: [good, bad, null]}
    late: {derived: "'owl' if mood == 'bad' else null"}
    tags: {of: text, at_most: 3, start: []}
"""
JOURNEYS = """
  life:
    carries: {kind: text, lines: {of: {what: text, n: integer}, at_most: 3}}
    steps:
      - append: {tags: "'x'"}
      - append: {lines: {what: "coalesce(late, 'lark')", n: 1}}
      - pick: {one: {from: lines}}
      - set: {kind: one.what}
      - later: after
        after: 1 day
        with: {given: kind}
      - Seen: {when: "CONDITION"}
      - Paid
  after:
    carries: {given: text}
    steps: [Seen: {when: "LATER"}]
"""


def check(condition="true", later="true"):
    journeys = JOURNEYS.replace("CONDITION", condition).replace("LATER", later)
    compile_scenario(small(people=PEOPLE, journeys=journeys))


@pytest.mark.parametrize(
    "condition",
    [
        "mood == 'bad'",
        "late == 'owl'",
        "'x' in tags",
        "kind in ('owl', 'lark')",
        "any(lines.what == 'lark')",
        "stage == 'buyer' or platform == 'web'",
        "mood == null",
    ],
)
def test_what_can_occur_is_let_through(condition):
    """Drawn, derived, appended, picked from a list, set from it, always there."""
    check(condition)


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("mood == 'sad'", "good, bad"),
        ("late != 'lark'", "owl"),
        ("'y' in tags", "x"),
        ("kind in ('owl', 'wren')", "lark, owl"),
        ("any(lines.what == 'wren')", "lark, owl"),
        ("os_name == 'web'", "nothing but null"),
    ],
)
def test_what_can_never_occur_is_refused_with_what_can(condition, known):
    """The message names all that can occur there, whatever way it takes."""
    with pytest.raises(ScenarioError, match="nothing here is ever '") as caught:
        check(condition)
    accepted = caught.value.problems[0].accepted
    assert sorted(accepted.removeprefix("values: ").split(", ")) == sorted(known.split(", "))


def test_what_later_hands_over_is_followed():
    """The variable of a later journey is what `with` fills it with."""
    check(later="given == 'owl'")
    with pytest.raises(ScenarioError, match="nothing here is ever 'x'"):
        check(later="given == 'x'")


def test_what_is_removed_from_a_list_can_be_in_it():
    """A text that nothing ever appends is a slip there too."""
    journeys = """
  life: {steps: [{append: {tags: "'x'"}}, {remove: {tags: "'NAME'"}}, Seen, Paid]}
"""
    compile_scenario(small(people=PEOPLE, journeys=journeys.replace("NAME", "x")))
    with pytest.raises(ScenarioError, match="nothing here is ever 'y'"):
        compile_scenario(small(people=PEOPLE, journeys=journeys.replace("NAME", "y")))


def test_what_occurs_in_one_root_of_a_journey_occurs():
    """A journey that two later journeys do is compiled for each; only what neither can be is refused."""
    journeys = """
  life: {steps: [{later: a, after: 1 h}, {later: b, after: 1 h}, Seen, Paid]}
  a: {carries: {who: text}, steps: [{set: {who: "'a'"}}, {do: both}]}
  b: {carries: {who: text}, steps: [{set: {who: "'b'"}}, {do: both}]}
  both: {steps: [Seen: {when: "who == 'NAME'"}]}
"""
    compile_scenario(small(journeys=journeys.replace("NAME", "b")))
    with pytest.raises(ScenarioError, match="nothing here is ever 'c'"):
        compile_scenario(small(journeys=journeys.replace("NAME", "c")))
