"""What is said to be always there is never missing; what may be missing is not said to be there."""

import pyarrow.compute as pc
import pytest

from footfall.compiler import compile_scenario
from footfall.compiler.always_present import presence_of
from footfall.execution.chunks import events
from footfall.scenario.loading import loads

FRAME = """\
footfall: 1
scenario: ways
calendar: {start: 2026-03-02, length: 9 days}
people:
  count: 60
  home: cities
  properties:
    taste: {pick: {red: 1, blue: 1}}
    topic: {type: topic}
    left:  {type: text}
sessions: {properties: {source: {pick: {ads: 1, search: 2}}}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}
  topic:  {rows: [music, chess]}
  shirt:  {columns: [shirt, colour, size], rows: [[a, red, L], [b, blue, M], [c, red, S]]}
stages: [visitor, there: {on: Seen}]
events: {All: {Seen: {properties: {p: VALUE}}, Other: {}}}
journeys:
  life:
    carries: {shirt: shirt, note: text, n: integer, share: number}
    steps:
      - Other
STEPS
  after:
    carries: {note: text}
    steps: [AFTER]
"""


def ways(value, *steps, after=""):
    """A scenario whose event Seen carries a value after some steps of `life`.

    Args:
        after: Steps of a journey that starts later; without them there is none.
    """
    lines = "".join(f"      - {step}\n" for step in steps)
    text = FRAME.replace("VALUE", value).replace("STEPS\n", lines).replace("AFTER", after)
    return loads(text if after else text.partition("  after:\n")[0], "ways.yaml")


def either(weight, *steps):
    """A decision between steps, the first with a weight, the others with 2."""
    options = [
        f"{{named: o{n}, weight: {2 if n else weight}, steps: [{step}]}}"
        for n, step in enumerate(steps)
    ]
    return f"{{either: {{named: e, options: [{', '.join(options)}]}}}}"


def is_sure(scenario):
    return "p" in presence_of(compile_scenario(scenario)).of_events.get("Seen", ())


def missing(scenario, **run):
    """(event, property) → how often it is null, of those that are said to be always there."""
    sure = presence_of(compile_scenario(scenario)).of_events
    table = events(scenario, **run)
    types = table["event_type"].cast("string")
    return {
        (event, name): nulls
        for event, names in sure.items()
        for there in [table.filter(pc.equal(types, event))["event_properties"]]
        for name in names
        if (nulls := pc.struct_field(there, name).null_count)
    }


SET = "set: {note: \"'x'\"}"
SEEN = "Seen: {after: 5 min}"
PROVEN = [
    ("source",),
    ("taste",),
    ("note", SET),
    ("shirt.size", "pick: shirt"),
    ("shirt.size", "pick: {shirt: {from: shirt, where: {colour: taste}}}"),
    ("note", "{maybe: 50%, named: m, steps: [{set: {note: \"'x'\"}}], else: [{set: {note: \"'y'\"}}]}"),
    ("note", either(1, "{set: {note: \"'x'\"}}", "{set: {note: \"'y'\"}}")),
    ("topic", "{when: topic == null, steps: [{pick: topic}]}"),
    ("note", "{when: not (note != null), steps: [{set: {note: \"'x'\"}}]}"),
    ("n", "add: {n: 1}"),
]  # fmt: skip
NOT_PROVEN = [
    ("note",),
    ("left",),
    ("topic",),
    ("note", SET, "set: {note: null}"),
    ("shirt.size", "pick: {shirt: {from: shirt, where: {colour: note}}}"),
    ("note", "{maybe: 50%, named: m, steps: [{set: {note: \"'x'\"}}]}"),
    ("note", either(1, "{set: {note: \"'x'\"}}", "Other")),
    ("note", either("n", "{set: {note: \"'x'\"}}")),
    ("note", "{when: n > 5, steps: [{set: {note: \"'x'\"}}]}"),
    ("topic", "{when: topic != null, steps: [Other]}"),
    ("note", SET, "set: {note: left}"),
    ("share", "set: {share: 1 / 3}"),
]  # fmt: skip


@pytest.mark.parametrize("case", PROVEN, ids=str)
def test_proven(case):
    """What every way sets, picks or has guarded is always there; and it is, in the simulation."""
    scenario = ways(*case, SEEN)
    assert is_sure(scenario)
    assert missing(scenario) == {}


@pytest.mark.parametrize("case", NOT_PROVEN, ids=str)
def test_not_proven(case):
    """What some way leaves without a value is not said to be there."""
    assert not is_sure(ways(*case, SEEN))


def test_what_starts_later():
    """A journey that starts later has what it is handed, if that is there each time that it is started."""
    handed = "{later: after, after: 1 day, with: {note: taste}}"
    assert is_sure(ways("note", handed, after="Seen"))
    assert not is_sure(
        ways("note", handed, "{later: after, after: 1 day, named: again}", after="Seen")
    )


def test_journeys_begin_anew():
    """A journey that is run a second time knows nothing of the first."""
    assert not is_sure(
        ways("note", "do: after", "do: after", after="Seen, {set: {note: \"'x'\"}}")
    )


def test_what_later_journeys_take():
    """What a journey that starts later takes from a person may be gone after a wait of the main one."""
    steps = ("set: {left: \"'x'\"}", "{later: after, after: 1 min}", SEEN)
    assert is_sure(ways("left", *steps, after="Other"))
    taken = ways("left", *steps, after="{set: {left: null}}, Other")
    assert not is_sure(taken)
    table = events(taken)
    seen = table.filter(pc.equal(table["event_type"].cast("string"), "Seen"))[
        "event_properties"
    ]
    assert pc.struct_field(seen, "p").null_count == len(seen)
