"""The identity of a stream: everything that can change an event is in it, and nothing else."""

import dataclasses
import datetime as dt
import random

import pytest
import yaml

from footfall.compiler import compile_scenario
from footfall.compiler.stream_id import _canonical, scenario_hash
from footfall.scenario import load_shipped, loads
from footfall.scenario.leaf_records import ADDED

TEXT = """\
footfall: 1
scenario: shop
title: A shop
about: It sells
calendar: {start: 2026-01-01, length: 30 days, rhythm: evenings}
people:
  count: 100
  home: cities
  properties:
    mood: {pick: {good: 3, bad: 1}, about: How it is, example: good}
    age: {normal: {mean: 30, sd: 9}, between: [18, 70], type: integer}
catalogues:
  cities:
    columns: [city, country, time_zone]
    rows: [[Paris, FR, Europe/Paris], [Lyon, FR, Europe/Paris]]
    weights: [2, 1]
stages: [visitor, buyer: {on: Paid}]
events: {Buying: {Seen: {about: Looks}, Paid: {}}}
journeys:
  life:
    about: Lives
    steps:
      - Seen: {after: 10 s}
      - maybe: 20%
        named: buys
        steps: [Paid]
effects:
  - {named: sale, where: life/buys, from: day 3, until: day 9, odds: 2}
"""


def hash_of(text):
    return scenario_hash(loads(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A shop", "title: Another"),
        ("about: It sells", "about: It gives"),
        ("about: Lives", "about: Goes"),
        ("about: Looks", "about: Sees"),
        ("about: How it is, example: good", "example: bad"),
        ("footfall: 1\n", "footfall: 1\n\n# a comment\n"),
        ("20%", "0.2"),
        ("10 s", "10000 ms"),
        ("weights: [2, 1]", "weights: [2.0, 1.00]"),
        ("count: 100", "count: 1_00"),
        ("{on: Paid}", '{on: "Paid"}'),
    ],
)
def test_texts_for_people_and_ways_of_writing_are_no_part_of_it(old, new):
    """Titles, descriptions, examples, comments, places, quotes and units do not change the hash."""
    assert old in TEXT
    assert hash_of(TEXT.replace(old, new)) == hash_of(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20%", "20.0001%"),
        ("10 s", "11 s"),
        ("{good: 3, bad: 1}", "{good: 3, bad: 2}"),
        ("evenings", "shopping"),
        ("odds: 2", "odds: 2.1"),
        ("until: day 9", "until: day 10"),
        ("weights: [2, 1]", "weights: [1, 2]"),
        ("sd: 9", "sd: 8"),
        ("named: buys", "named: pays"),
        ("Europe/Paris], [Lyon", "Europe/Rome], [Lyon"),
        ("length: 30", "length: 31"),
        ("[18, 70]", "[18, 71]"),
        ("count: 100", "count: 101"),
    ],
)
def test_every_number_and_name_is_part_of_it(old, new):
    """Any chance, wait, weight, law, date, name or place changes the hash."""
    text = TEXT.replace("life/buys", "life/pays") if "pays" in new else TEXT
    assert old in text
    assert hash_of(text.replace(old, new)) != hash_of(TEXT)


def test_the_order_of_keys_without_a_meaning_is_no_part_of_it():
    """Keys of maps with known keys may stand in any order; the language's version stays first."""

    def shuffled(value, path=()):
        if not isinstance(value, dict):
            return [shuffled(v, path) for v in value] if isinstance(value, list) else value
        is_free = path and path[-1] in (
            "properties",
            "events",
            "Buying",
            "journeys",
            "catalogues",
            "pick",
        )
        items = list(value.items())
        if not is_free:
            items = (
                [items[0], *random.Random(5).sample(items[1:], len(items) - 1)]
                if not path
                else items[::-1]
            )
        return {k: shuffled(v, (*path, k)) for k, v in items}

    tree = yaml.load(TEXT, yaml.BaseLoader)
    assert hash_of(yaml.safe_dump(shuffled(tree), sort_keys=False)) == hash_of(
        yaml.safe_dump(tree, sort_keys=False)
    )


def test_seed_people_and_start_make_another_stream():
    """The stream is the scenario, its start and the seed; the declared count too, but not how long a run lasts."""
    scenario = loads(TEXT)
    streams = [
        compile_scenario(scenario, **options).stream
        for options in ({}, {"seed": 2}, {"people": 101}, {"start": dt.date(2026, 1, 2)})
    ]
    assert len({stream.id for stream in streams}) == 4
    again = compile_scenario(scenario, start=dt.date(2026, 1, 1), people=100, seed=1).stream
    assert again == streams[0]


@pytest.mark.parametrize("name", ["ecommerce", "online_school", "starter"])
def test_shipped_scenarios_have_nothing_odd(name):
    """The shipped scenarios are compiled without a warning."""
    warnings: list[str] = []
    compile_scenario(load_shipped(name), warnings=warnings)
    assert warnings == []


@dataclasses.dataclass(frozen=True)
class _Old:
    name: str
    at: int = 0


@dataclasses.dataclass(frozen=True)
class _New:
    name: str
    at: int = 0
    written: str = dataclasses.field(default="", metadata=ADDED)


def _identity(record):
    form = _canonical(record)
    return form[1:]


def test_a_field_that_is_not_used_leaves_the_stream_as_it_was():
    assert _identity(_New("price")) == _identity(_Old("price"))


def test_a_field_that_is_used_makes_another_stream():
    assert _identity(_New("price", written="Price")) != _identity(_New("price"))


def test_a_constraint_makes_no_other_stream():
    """Constraints say which values are right and draw none: a run goes on where one was added."""
    ranged = TEXT.replace("type: integer}", "type: integer, range: 18 to 70}")
    assert ranged != TEXT
    assert scenario_hash(loads(ranged)) == scenario_hash(loads(TEXT))
