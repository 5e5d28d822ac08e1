"""User properties that go with events to Amplitude, where one person has several profiles."""

from footfall.compiler import compile_scenario
from footfall.sinks.amplitude.encode import changed_properties
from tests.simulated import chunks
from tests.small_scenarios import small

SCENARIO = small(
    people="{count: 40, home: cities, properties: {plan: {start: free, values: [free, pro]}}}",
    events="{Site: {In: {identifies: true}, Up: {}, Again: {new_account: true}, Seen: {}}}",
    stages="[visitor, member: {on: Up}]",
    journeys="""
  life:
    steps:
      - In
      - Up: {set: {plan: pro}, after: about 1 min}
      - Again: {after: about 1 min}
      - Seen: {after: about 1 min}
""",
)


def test_a_further_account_takes_all_properties_along():
    """Amplitude has a profile per user id: the event that opens an account tells it all, in one part or in many."""
    model = compile_scenario(SCENARIO)
    n_opened = 0
    for chunk in chunks(model, 30, cuts=(1, 2, 3.7)):
        rows = changed_properties(chunk)["rows"]
        types = chunk.events["event_type"].to_pylist()
        for row, kind in enumerate(types):
            told = rows.get(str(row), {})
            if kind == "Again":
                n_opened += 1
                assert told == {"plan": "pro", "stage": "member"}
            if kind == "Seen":
                assert told == {}
    assert n_opened > 30
