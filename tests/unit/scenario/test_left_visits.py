"""What ends where a visit is left: told for each step by the way its journey is done."""

from footfall.cli.outline import outline
from footfall.scenario.left_visits import left_visits
from tests.small_scenarios import small

JOURNEYS = """
  life:
    steps:
      - go on: 90%
      - Seen
      - do: both
      - repeat:
          named: visits
          come back after: about 2 days
          leave: 10%
          steps:
            - do: both
            - repeat: {named: rounds, at_most: 3, steps: [Seen, {leave: visit, when: day > 3}]}
      - {later: refund, after: 1 day}
      - Paid
  both: {steps: [do: inner]}
  inner: {steps: [go on: 50%, Paid]}
  refund: {session: none, steps: [go on: 40%, Paid]}
"""


def test_the_outline_says_what_ends_with_a_visit():
    """In a round that is a visit the visit alone; elsewhere the life, the later journey, or what the way there says."""
    scenario = small(journeys=JOURNEYS)
    ends = left_visits(scenario)
    lines = [line.strip() for journey in scenario.journeys for line in outline(journey, ends)]
    assert [line for line in lines if line.startswith(("go on", "leave"))] == [
        "go on 90%, else the visit ends, and with it the life",
        "leave visit, when day > 3",
        "go on 50%, else the visit ends, and with it all where no repeat comes back",
        "go on 40%, else the visit ends, and with it this journey",
    ]
