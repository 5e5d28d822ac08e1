"""Effects: where they hold."""

from footfall.compiler import compile_scenario
from tests.small_scenarios import small

JOURNEYS = """
  life:
    steps:
      - repeat: {named: visits, come back after: about 2 days, leave: 10%, steps: [do: visit]}
  visit:
    carries: {items: integer, price: number}
    steps:
      - Seen: {after: about 10 s}
      - set: {items: 2, price: 10}
      - maybe: 30%
        steps: [Paid: {after: 5 s to 20 s}]
"""
EFFECTS = """
  - {named: slow, where: visit/*, duration: 2}
  - {named: rare, where: "*/visits", duration: 3}
  - {named: dear, where: visit/*, value: 1.5}
  - {named: keen, where: visit/Paid, odds: 2}
"""


def test_where_effects_hold():
    """Compiling tells for every kind of effect which addresses it matches, each once and sorted."""
    found: dict[str, list[str]] = {}
    compile_scenario(small(journeys=JOURNEYS, effects=EFFECTS), effects=found)
    assert found == {
        "slow": ["visit/Paid", "visit/Seen"],
        "rare": ["life/visits"],
        "dear": ["visit/items", "visit/price"],
        "keen": ["visit/Paid"],
    }
