"""Allowed values of every type: what is known of values before any run, and what the plan and checks are told."""

from decimal import Decimal

import pytest

from footfall.compiler import compile_scenario
from footfall.errors import ScenarioError
from footfall.validation.expectations import of_scenario
from tests.small_scenarios import small

CITIES = "cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris]]}"
CATALOGUES = f"{{{CITIES}, course: {{columns: [name, days], rows: [[Short, 7], [Long, 90]]}}}}"


def told(value, **parts):
    """Return what is expected of a property x of an event, which is described so."""
    scenario = small(
        properties=f"{{x: {value}}}",
        events="{Buying: {Seen: {properties: [x]}, Paid: {}}}",
        **parts,
    )
    return of_scenario(scenario).events["Seen"].properties["x"]


def test_allowed_values_are_of_the_type():
    """Of numbers `1` and `1.0` are one, and of truth values both together say nothing."""
    number = told("{value: 1, type: number, values: [1.0, 2.50]}")
    assert (number.numbers, number.values) == ((Decimal(1), Decimal("2.5")), ())
    assert told("{value: 3, values: [3, 1_000]}").numbers == (Decimal(3), Decimal(1000))
    assert told("{value: true, values: [true]}").truth is True
    assert told("{value: true, values: [true, false]}").truth is None
    assert told("{value: city, values: [Paris]}").values == ("Paris",)


def test_what_numbers_are_drawn_from_is_allowed():
    """A property of people that never gets another number has those that it is drawn from, as of texts."""
    people = "{count: 9, home: cities, properties: {n: {pick: [1, 5]}, b: {pick: [true]}}}"
    assert told("{value: n}", people=people).numbers == (1, 5)
    assert told("{value: b}", people=people).truth is True


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{value: 3, values: [1, 2]}", 'can be "3", not among its values'),
        ("{value: 0.5, values: [1.5]}", 'can be "0.5", not among its values'),
        ("{value: true, values: [false]}", 'can be "true", not among its values'),
        ("{value: 3, values: [3, many]}", 'lists "many" among its values, which is no integer'),
        ("{value: 3, values: [3, 0.5]}", 'lists "0.5" among its values, which is no integer'),
        ("{value: true, values: [yes]}", 'lists "yes" among its values, which is no boolean'),
        ("{value: 3, values: [3, 9], range: 1 to 5}", 'lists "9" among its values, which breaks'),
        ("{value: now, values: [soon]}", "is time, which has no `values`"),
    ],
)  # fmt: skip
def test_values_of_events_that_cannot_be_right(value, message):
    """A constant that is none of them, a value of another type or out of range, values of a time."""
    with pytest.raises(ScenarioError, match=message):
        told(value)


def test_numbers_of_a_catalogue_outside_of_the_allowed():
    """The cells of a column are known, so those that are not allowed are refused, with the column."""
    journeys = "{life: {steps: [pick: course, Seen, Paid]}}"
    with pytest.raises(ScenarioError, match=r'"90" \(course.days\), not among its values'):
        told("{value: course.days, values: [7, 30]}", catalogues=CATALOGUES, journeys=journeys)


@pytest.mark.parametrize(
    ("declared", "step", "message"),
    [
        (
            "{start: 3, values: [1, 2], type: integer}",
            "Seen",
            '"3" is not among the values of "n"',
        ),
        ("{pick: [1, 3], values: [1, 2], type: integer}", "Seen", '"3" is not among'),
        ("{start: 1, values: [1.0, 2], type: number}", "set: {n: 2.5}", '"2.5" is not among'),
        (
            "{start: true, values: [true], type: boolean}",
            "set: {n: false}",
            '"false" is not among',
        ),
    ],
)
def test_values_of_people_that_cannot_be_right(declared, step, message):
    """A start, a choice or a constant of a step that is none of the allowed values is refused."""
    parts = {
        "people": f"{{count: 9, home: cities, properties: {{n: {declared}}}}}",
        "journeys": f"{{life: {{steps: [{step}, Seen, Paid]}}}}",
    }
    with pytest.raises(ScenarioError, match=message):
        compile_scenario(small(**parts))


def test_a_number_may_be_written_in_any_way():
    """`2.0` is the allowed 2, in a start, a draw and a step."""
    people = (
        "{count: 9, home: cities, properties: {a: {start: 2.0, values: [2, 3], type: number}, "
        "b: {pick: [2.0, 3], values: [2, 3.0], type: number}}}"
    )
    journeys = "{life: {steps: [set: {a: 3.0}, Seen, Paid]}}"
    compile_scenario(small(people=people, journeys=journeys))
