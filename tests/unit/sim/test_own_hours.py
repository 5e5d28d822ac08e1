"""Hours of people: rhythms by a property, and days that are later."""

import numpy as np
import pytest

from footfall.errors import ScenarioError
from footfall.scenario import loads
from tests.simulated import rows, same, simulated

NIGHT = "{hours: [9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9]}"
HEAD = """\
footfall: 1
scenario: hours
calendar: {start: 2026-01-05, length: 14 days}
people:
  count: 300
  already_here: {share: 50%, over: 3 days}
  home: cities
  hours: HOURS
  properties:
    kind: {pick: [lark, owl, other]}
    shift: {pick: {0: 1, 5: 1, -4: 1}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[Paris, FR, Europe/Paris], [Bonn, DE, Europe/Berlin]]}
stages: [visitor]
events: {All: {came: {}}}
journeys: {life: {steps: [repeat: {named: v, steps: [came], leave: 5%, come back after: about 8 h}]}}
"""


def run(hours, calendar="", **options):
    text = HEAD.replace("HOURS", hours).replace("14 days", f"14 days{calendar}")
    if hours == "":
        text = text.replace("  hours: \n", "")
    return simulated(loads(text), **options)


def happened(result):
    return [(row["person"], row["time"], row["event_type"]) for row in rows(result.events)]


def returns(result, name):
    """Return the local hours of all visits but each one's first, by the value of a property."""
    values = {row["person"]: row["properties"][name] for row in rows(result.arrivals)}
    arrived = {row["person"]: row["arrived"] for row in rows(result.arrivals)}
    hours = {}
    for row in rows(result.events):
        if row["time"] != arrived[row["person"]]:
            hours.setdefault(values[row["person"]], []).append((row["time"].hour + 1) % 24)
    return {value: np.array(found) for value, found in hours.items()}


def test_a_property_names_the_rhythm_of_each_one():
    """Owls come by night alone, larks in office hours, others by the calendar: there at all hours."""
    by = returns(run(f"{{by: kind, rhythms: {{lark: office hours, owl: {NIGHT}}}}}"), "kind")
    assert set(by["owl"]) <= {21, 22, 23, 0, 1, 2}
    assert np.isin(by["lark"], range(8, 19)).mean() > 0.8
    assert len(set(by["other"])) == 24


def test_a_day_that_is_later_is_the_same_day_at_another_hour():
    """Hours of those who are 5 hours late, and of those who are 4 early, are those of the others moved by so much."""
    by = returns(run("{later: shift}", f", rhythm: {NIGHT}"), "shift")
    base = {21, 22, 23, 0, 1, 2}
    assert set(by[0]) <= base
    assert set(by[5]) <= {(hour + 5) % 24 for hour in base}
    assert set(by[-4]) <= {(hour - 4) % 24 for hour in base}


def test_hours_that_are_those_of_all_change_nothing():
    """With a shift of 0, of null, and a rhythm that is the calendar's, events are those without `hours`."""
    same_hours = "{by: kind, rhythms: {lark: evenings}, later: shift - shift + (null if kind == 'owl' else 0)}"
    assert happened(run(same_hours, ", rhythm: evenings")) == happened(
        run("", ", rhythm: evenings")
    )


def test_windows_and_groups_change_nothing():
    """In one window and group or in many, people with hours of their own do the same."""
    hours = f"{{by: kind, rhythms: {{lark: office hours, owl: {NIGHT}}}, later: shift}}"
    same(run(hours), run(hours, cuts=(0.4, 1, 5.3), group=70))


def test_more_than_twelve_hours_count_as_twelve():
    """A day can be half a day late at most, or early."""
    assert happened(run("{later: 100 - shift}")) == happened(run("{later: 12}"))


def test_rhythms_need_the_property_that_names_them():
    """`by` and `rhythms` belong together; a name that the property never has is refused; so is what is no number."""
    with pytest.raises(ScenarioError, match="`rhythms`, but no `by`"):
        run("{rhythms: {lark: evenings}}")
    with pytest.raises(ScenarioError, match="nothing here is ever 'larks'"):
        run("{by: kind, rhythms: {larks: evenings}}")
    with pytest.raises(ScenarioError, match="a text is put where a number is expected"):
        run("{later: kind}")


def test_a_session_property_is_not_known_between_sessions():
    """What only a session has cannot say when the next one begins."""
    text = HEAD.replace("HOURS", "{later: 'length'}").replace(
        "later: 'length'", "later: visit_length"
    )
    text = text.replace(
        "catalogues:", "sessions: {properties: {visit_length: {start: 1}}}\ncatalogues:"
    )
    with pytest.raises(ScenarioError, match='"visit_length" is not declared here'):
        simulated(loads(text))


def test_too_many_rhythms_are_refused():
    """Rhythms times places have a limit, which is told."""
    many = ", ".join(f"[C{k}, Z{k}, Europe/Paris]" for k in range(700))
    text = HEAD.replace("HOURS", "{by: kind, rhythms: {lark: evenings, owl: always}}")
    text = text.replace("[Paris, FR, Europe/Paris]", many)
    with pytest.raises(ScenarioError, match="in 701 pairs of country and time zone, are 2103"):
        simulated(loads(text))
