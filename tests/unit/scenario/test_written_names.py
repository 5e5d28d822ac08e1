"""Aliases: the names under which events, properties and fields are written."""

import re

import pytest

from footfall.errors import ScenarioError
from tests.small_scenarios import small


def people(properties: str) -> str:
    return f"{{count: 9, home: cities, properties: {properties}}}"


def test_a_name_without_an_alias_is_written_as_it_is():
    """Whatever has no `as` is written under its name."""
    scenario = small(people=people("{age: {start: 1}}"))
    assert scenario.people.properties[0].written == "age"
    assert scenario.event_types == {"Seen": "Seen", "Paid": "Paid"}


@pytest.mark.parametrize(
    "alias",
    [
        "Plan Type",
        "$browser",
        "utm.source",
        "2fa",
        "Цена",
        "a/b",
        "it's",
        'say "so"',
        "~0",
        "x" * 255,
        "null",
        "true",
        "1e3",
        " a ",
        "名前",
        "👩\u200d🚀",
    ],
)
def test_any_printable_text_is_an_alias(alias):
    """Spaces, signs, other scripts, words of YAML and 255 characters are aliases, letter by letter."""
    quoted = "'" + alias.replace("'", "''") + "'"
    scenario = small(
        people=people("{plan: {type: text, as: ALIAS}}".replace("ALIAS", quoted)),
        properties="{browser: {value: \"'x'\", as: ALIAS}}".replace("ALIAS", quoted),
        events="{Buying: {Seen: {as: ALIAS, properties: [browser]}, Paid: {}}}".replace(
            "ALIAS", quoted
        ),
    )
    assert scenario.people.properties[0].alias == alias
    assert scenario.properties[0].alias == alias
    assert scenario.events[0].written == alias
    assert scenario.events[0].name == "Seen"


@pytest.mark.parametrize(
    ("alias", "why"),
    [
        ("''", "0 characters"),
        ("' '", "1 characters"),
        ("x" * 256, "256 characters"),
        ('"a\\u202eb"', "hidden"),
        ('"a\\u0007"', "hidden"),
    ],
)
def test_an_alias_is_visible_and_not_too_long(alias, why):
    """Empty, longer than 255 characters, or with hidden characters is no alias."""
    with pytest.raises(ScenarioError, match=why):
        small(people=people("{plan: {type: text, as: ALIAS}}".replace("ALIAS", alias)))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"people": people("{a: {type: text, as: X}, b: {type: text, as: X}}")},
            'two user properties are written as "X": "a" (line ',
        ),
        (
            {"people": people("{a: {type: text}, b: {type: text, as: a}}")},
            'two user properties are written as "a"',
        ),
        (
            {"events": "{Buying: {Seen: {as: Paid}, Paid: {}}}"},
            'two events are written as "Paid": "Seen" (line ',
        ),
        (
            {
                "properties": "{a: {value: person, as: X}}",
                "events": "{B: {Seen: {properties: [a, {b: {value: person, as: X}}]}, Paid: }}",
            },
            'two properties of event "Seen" are written as "X": "a" (line ',
        ),
        ({"people": people("{a: {type: text, as: stage}}")}, 'cannot be written as "stage"'),
        ({"sessions": "{properties: {a: {pick: [x], as: X}}}"}, "is not written itself"),
    ],
)
def test_two_things_are_not_written_alike(parts, message):
    """Within one event, or among events or properties of people, each is written under a name of its own."""
    with pytest.raises(ScenarioError, match=re.escape(message)):
        small(**parts)


def test_names_that_differ_in_case_are_two():
    """Aliases that differ in case alone stand side by side, and so do names that two of them swap."""
    scenario = small(
        people=people("{a: {type: text, as: Price}, b: {type: text, as: price}}"),
        events="{Buying: {Seen: {as: paid}, Paid: {as: Seen}}}",
    )
    assert [p.written for p in scenario.people.properties] == ["Price", "price"]
    assert scenario.event_types == {"Seen": "paid", "Paid": "Seen"}


def test_fields_of_records_have_aliases():
    """A field of a list's records is a type, or a type with an alias."""
    cart = "{of: {sku: {type: text, as: item-id}, n: integer}, at_most: 3}"
    (found,) = small(people=people(f"{{cart: {cart}}}")).people.properties
    assert found.list_type.fields == (("sku", "text"), ("n", "integer"))
    assert found.list_type.aliases == (("sku", "item-id"),)


@pytest.mark.parametrize("name", ["Web/App", "a/b/c"])
def test_categories_and_stages_may_have_slashes(name):
    """They stand in no address."""
    scenario = small(
        stages="[visitor, 'NAME': {on: Paid}]".replace("NAME", name),
        events="{'NAME': {Seen: {}, Paid: {}}}".replace("NAME", name),
    )
    assert scenario.stages[1].name == name
    assert {event.category for event in scenario.events} == {name}


def test_a_name_that_is_no_identifier_is_told_of_aliases():
    """Whoever writes a property's name as it is hears how it can be written so."""
    with pytest.raises(
        ScenarioError, match=re.escape('Plan_Type: {as: "Plan Type"} is written as it is')
    ):
        small(properties="{Plan Type: person}")
