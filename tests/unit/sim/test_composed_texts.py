"""Texts that are put together in the properties of events."""

from footfall.scenario import loads
from tests.simulated import rows, simulated

SCENARIO = """\
footfall: 1
scenario: composed
calendar: {start: 2026-01-05, length: 4 days}
people:
  count: 30
  home: cities
  properties: {n: {start: 0, type: integer}, mark: {pick: [ä, null]}}
catalogues:
  cities: {columns: [city, country, time_zone], rows: [[München, DE, Europe/Berlin]]}
stages: [visitor]
events:
  All:
    Seen:
      properties:
        n: n
        mark: mark
        ref: ref
        url: "'/in/' + city + '?n=' + n"
        by_id: "'order ' + ref"
        marked: "'<' + mark + '>'"
        either: "'no ' + n if mark == null else mark"
        first: "'no 1' + city if n == 1 else null"
        typed: {value: "city + country", type: text}
        record: {fields: {path: "'/' + n"}}
journeys:
  life:
    carries: {ref: id}
    steps: [repeat: {at_most: 3, steps: [{set: {ref: id('o')}}, Seen: {add: {n: 1}}]}]
"""


def test_texts_integers_and_ids_are_put_together():
    """`+` puts them one after the other, null where one of them is; the type of the property is text."""
    result = simulated(loads(SCENARIO))
    seen = [row["event_properties"] for row in rows(result.events)]
    assert {each["mark"] for each in seen} == {"ä", None}
    for each in seen:
        mark, n = each["mark"], each["n"]
        assert each["url"] == f"/in/München?n={n}"
        assert each["by_id"] == f"order {each['ref']}"
        assert each["marked"] == (mark and f"<{mark}>")
        assert each["either"] == (mark or f"no {n}")
        assert each["first"] == ("no 1München" if n == 1 else None)
        assert each["typed"] == "MünchenDE"
        assert each["record"] == {"path": f"/{n}"}
    types = {f.name: f.type for f in result.model.stream.schema.event_properties}
    assert types["url"] == types["typed"] == "text"
