"""`--set key=value` replaces one value before the scenario is read."""

from decimal import Decimal

import pytest

from footfall.errors import ScenarioError, UsageError
from footfall.scenario import loads
from tests.small_scenarios import scenario_text

TEXT = scenario_text(
    events="{Buying: {Seen: {}, Paid: {}, v1.2: {}}}",
    journeys="""
  life:
    steps:
      - Seen
      - go on: 80%
        named: stays
      - maybe: 5%
        named: more
        steps: [Paid: {after: 3 s}]
      - either: {named: bank, options: [{named: paid, weight: 3}, {do: other, weight: 1}]}
      - Seen
      - v1.2: {after: 1 s}
  other: {steps: [Seen]}
""",
    effects="""
  - {named: spring, where: life/stays, odds: 2}
  - {named: city, where: life/more, by: city, odds: {Paris: 2}}
""",
)


def with_settings(*settings):
    return loads(TEXT, settings=settings)


def test_values_of_maps():
    """A path names keys between points."""
    scenario = with_settings("people.count=500", "title=A shop", "calendar.length=2 weeks")
    assert (scenario.people.count, scenario.title, scenario.calendar.length_days) == (
        500,
        "A shop",
        14,
    )


def test_a_key_that_the_language_has_may_be_added():
    """The last part of a path may be missing in the file."""
    assert with_settings("people.growth=2 %/day").people.growth_per_day == Decimal("0.02")
    assert with_settings("currency=JPY").currency == "JPY"
    assert with_settings("effects.spring.until=day 3").effects[0].until.day == 3
    assert with_settings("journeys.life.steps.more.else=[Seen]").journeys[0].steps[2].otherwise


def test_items_by_their_name():
    """Effects, options, stages and steps are found by `named`, or by the name they have without."""
    scenario = with_settings(
        "effects.spring.odds=3",
        "effects.city.odds.Paris=150%",
        "journeys.life.steps.stays.go on=85%",
        "journeys.life.steps.more.steps.Paid.after=9 s",
        "journeys.life.steps.bank.either.options.paid.weight=7",
        "journeys.life.steps.bank.either.options.other.weight=9",
        "stages.buyer.when=known",
    )
    steps = scenario.journeys[0].steps
    assert scenario.effects[0].factor == 3
    assert scenario.effects[1].factors[0][1] == Decimal("1.5")
    assert steps[1].chance == Decimal("0.85")
    assert steps[2].steps[0].after.low_ms == 9_000
    assert [option.weight for option in steps[3].options] == [7, 9]
    assert scenario.stages[1].when.text == "known"


def test_items_by_their_number():
    """Numbers count from 1."""
    assert (
        with_settings("effects.1.odds=5", "journeys.life.steps.5=Paid").effects[0].factor == 5
    )
    assert with_settings("journeys.life.steps.5=Paid").journeys[0].steps[4].event == "Paid"


def test_names_with_points():
    """A name that holds a point is found whole."""
    assert (
        with_settings("journeys.life.steps.v1.2.after=8 s").journeys[0].steps[5].after.low_ms
        == 8_000
    )


def test_values_are_yaml():
    """A value is written as in the file, also a map."""
    scenario = with_settings(
        "people.already_here={share: 10%, over: 5 days}",
        "effects.city.odds={Paris: 3, Rome: 2}",
    )
    assert (scenario.people.already_here_days, len(scenario.effects[1].factors)) == (5, 2)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("people", "is no setting\n  write key=value"),
        ("=3", "is no setting"),
        (
            "people.coutn=3",
            'no "coutn" there\n  known there: count, .*\n  hint: did you mean count',
        ),
        ("poeple.count=3", "hint: did you mean people"),
        ("effects.sprin.odds=3", "hint: did you mean spring"),
        ("effects.9.odds=3", 'no "9" there'),
        ("journeys.life.steps.Seen=Paid", '"Seen" stands 2 times\n  write its number: 1, 5'),
        ("people.count.x=3", 'no "x" there\n  known there: "100" has no parts'),
        ("people.already_here.share=3%", 'no "already_here" there'),
        ("journeys.new.steps=[Seen]", 'no "new" there'),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(setting, says):
    """The nearest name that is there is told."""
    with pytest.raises(UsageError, match=says):
        with_settings(setting)


def test_a_bad_value_is_told_with_its_setting():
    """A value that its place refuses names the setting as its place."""
    with pytest.raises(
        ScenarioError,
        match=r'^--set people\.count:1:1: `count` of people: "many" is not a whole number',
    ):
        with_settings("people.count=many")
    with pytest.raises(ScenarioError, match=r"--set people\.count:2:1: this is not YAML"):
        with_settings("people.count=[3")


def test_an_alias_is_changed_in_one_place_only():
    """Where an alias gives two places one value, a setting changes the place that it names."""
    first = "  - {named: a, where: life/x, by: city, odds: &odds {Paris: 2}}\n"
    second = "  - {named: b, where: life/x, by: city, odds: *odds}\n"
    effects = loads(
        scenario_text(effects=first + second), settings=["effects.b.odds.Paris=5"]
    ).effects
    assert [effect.factors[0][1] for effect in effects] == [2, 5]


def test_an_empty_value_is_null():
    """`key=` sets null, which most places refuse."""
    with pytest.raises(ScenarioError, match="`count` of people is empty"):
        with_settings("people.count=")


def test_what_has_an_alias_is_found_by_it():
    """A path may say the name that is written: of a property, whatever points it has, and of an event."""
    parts = {
        "people": "{count: 9, home: cities, properties: {plan: {pick: [a], as: utm.plan}}}",
        "events": "{Buying: {Seen: {as: seen/1}, Paid: {}}}",
    }
    changed = loads(
        scenario_text(**parts),
        settings=["people.properties.utm.plan.pick=[b]", "events.Buying.seen/1.about=x"],
    )
    assert changed.people.properties[0].draw.choices[0][0].text == "b"
    assert changed.events[0].about == "x"
