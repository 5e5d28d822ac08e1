"""Constraints held against events: of values, of elements, of fields, in JSON and in typed columns."""

import json
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from footfall import validate
from footfall.scenario.leaf_records import Constraint
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty

BOUNDS = Constraint(minimum=Decimal(18), maximum=Decimal(99))
OPEN = Constraint(Decimal(0), Decimal(1), excludes_minimum=True, excludes_maximum=True)


def of(name, kind="text", **rest):
    return ExpectedProperty(name, kind, **rest)


def expected(*properties, people=()):
    event = ExpectedEvent("Paid", "", {p.name: p for p in properties})
    return Expectations("plan", {"Paid": event}, {p.name: p for p in people})


def held(path, expectations):
    """Return (check, subject, example) of what is found in a file, its people's remarks left out."""
    found = validate(path, expectations).findings
    return [(f.check, f.subject, f.example) for f in found if not f.check.startswith("id")]


def lines(tmp_path, *properties, users=()):
    """Return a file of lines with one event each."""
    rows = [
        {
            "event_type": "Paid", "time": 1767607200000 + n, "user_id": f"user-{n:05}", "insert_id": f"i{n}",
            "event_properties": of, "user_properties": users[n] if users else {},
        }
        for n, of in enumerate(properties)
    ]  # fmt: skip
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return path


def parquet(path):
    """Return lines as a Parquet file with typed columns."""
    typed = path.with_suffix(".parquet")
    duckdb.execute(f"COPY (FROM read_json('{path}')) TO '{typed}'")
    return typed


SCALARS = [
    (of("age", "integer", constraint=BOUNDS), 18, 17, "value_range"),
    (of("age", "integer", constraint=BOUNDS), 99, 100, "value_range"),
    (of("age", "money", constraint=BOUNDS), 18.5, 99.01, "value_range"),
    (of("share", "number", constraint=OPEN), 0.5, 0, "value_range"),
    (of("share", "number", constraint=OPEN), 0.001, 1, "value_range"),
    (of("code", constraint=Constraint(least=3, most=3)), "EUR", "EURO", "text_length"),
    (of("code", constraint=Constraint(least=2)), "éa", "é", "text_length"),
    (of("sku", constraint=Constraint(pattern="^SKU-[0-9]{4}$")), "SKU-0042", "x", "text_pattern"),
    (of("stars", "integer", numbers=(Decimal(1), Decimal(5))), 5, 3, "value_undeclared"),
    (of("share", "number", numbers=(Decimal("0.5"),)), 0.5, 0.25, "value_undeclared"),
    (of("sure", "boolean", truth=True), True, False, "value_undeclared"),
    (of("mail", constraint=Constraint(format="email")), "a@b.org", "soon", "text_format"),
    (of("key", constraint=Constraint(format="uuid")), "123e4567-e89b-12d3-a456-426614174000", "x", "text_format"),
    (of("tags", "list", item="text", length=Constraint(least=2)), ["a", "b"], ["a"], "list_length"),
    (of("tags", "list", item="text", length=Constraint(most=1)), ["a"], ["a", "b"], "list_length"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "right", "wrong", "check"), SCALARS)
@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_a_value_that_breaks_a_clause_is_found(declared, right, wrong, check, column, tmp_path):
    """What lies outside, of another length or form, is told with its clause; what is right is not, in either form."""
    name = declared.name
    path = lines(tmp_path, {name: right}, {name: wrong}, {name: None}, {})
    path = path if column == "lines" else parquet(path)
    found = held(path, expected(declared))
    assert [(check, f"Paid.{name}")] == [each[:2] for each in found]


@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_user_properties_have_constraints_too(column, tmp_path):
    """A property of people is held against its own constraint, whatever the event."""
    path = lines(tmp_path, {}, {}, users=[{"age": 17}, {"age": 18}])
    path = path if column == "lines" else parquet(path)
    age = of("age", "integer", constraint=BOUNDS)
    assert held(path, expected(people=[age])) == [("value_range", "user property age", "17")]


@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_elements_have_types_and_constraints(column, tmp_path):
    """An element of another type, out of range or null is told as what it is, and none of them as repeated."""
    grades = of(
        "grades",
        "list",
        item="integer",
        constraint=Constraint(maximum=Decimal(5)),
        is_filled=True,
    )
    path = lines(tmp_path, {"grades": [1, 5]}, {"grades": [1, 6]}, {"grades": [2, None]})
    path = path if column == "lines" else parquet(path)
    assert held(path, expected(grades)) == [
        ("property_type", "Paid.grades[]", "null"),
        ("value_range", "Paid.grades[]", "6"),
    ]


@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_an_element_outside_the_allowed_texts_is_one_finding(column, tmp_path):
    """A list with an element that is not allowed is told once, at its elements, of events and of people."""
    sizes = of("sizes", "list", item="text", values=("S", "M"))
    path = lines(
        tmp_path, {"sizes": ["S"]}, {"sizes": ["M", "XL"]}, users=[{}, {"sizes": ["L"]}]
    )
    path = path if column == "lines" else parquet(path)
    assert held(path, expected(sizes, people=[sizes])) == [
        ("value_undeclared", "Paid.sizes[]", '"XL"'),
        ("value_undeclared", "user property sizes[]", '"L"'),
    ]


def test_elements_of_another_type_are_told(tmp_path):
    """Lists of one type hold no elements of another; a null is none where it may be one."""
    path = lines(tmp_path, {"tags": ["a", 1]}, {"tags": [None, "b"]}, {"tags": ["a", {}]})
    assert held(path, expected(of("tags", "list", item="text"))) == [
        ("property_type", "Paid.tags[]", "1")
    ]


def test_elements_of_typed_lists_have_types_as_well(tmp_path):
    """A list of texts in a Parquet file is no list of whole numbers."""
    path = parquet(lines(tmp_path, {"grades": ["a", "b"]}, {"grades": None}))
    found = held(path, expected(of("grades", "list", item="integer")))
    assert found == [("property_type", "Paid.grades[]", '"a"')]


SHIPPING = of(
    "shipping",
    "record",
    fields={
        "city": of("city", is_required=True, values=("Paris", "Lyon")),
        "cost": of("cost", "number", constraint=Constraint(minimum=Decimal(0))),
        "geo": of(
            "geo",
            "record",
            fields={
                "lat": of("lat", "number", constraint=Constraint(maximum=Decimal(90))),
                "tags": of("tags", "list", item="text", constraint=Constraint(most=3)),
            },
        ),
    },
)


def test_a_record_is_an_object(tmp_path):
    """A text or a number where a record is declared is of a wrong type."""
    path = lines(
        tmp_path, {"shipping": "a text"}, {"shipping": 7}, {"shipping": {"city": "Paris"}}
    )
    assert held(path, expected(SHIPPING)) == [
        ("property_type", "Paid.shipping", "7"),
        ("property_type", "Paid.shipping", '"a text"'),
    ]


@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_fields_of_records_are_checked_at_any_depth(column, tmp_path):
    """Missing, unknown, wrong and outside: each with the path to the field."""
    path = lines(
        tmp_path,
        {"shipping": {"city": "Paris", "cost": 1.5, "geo": {"lat": 48.8, "tags": ["abc"]}}},
        {"shipping": {"cost": 2.5}},
        {"shipping": {"city": "Rome", "cost": -1, "geo": {"lat": 91, "tags": ["abcd"]}}},
        {"shipping": {"city": "Lyon", "geo": {"lat": 1, "long": 2}}},
        {"shipping": None},
    )
    path = path if column == "lines" else parquet(path)
    found = held(path, expected(SHIPPING))
    assert {each[:2] for each in found} == {
        ("property_missing", "Paid.shipping.city"),
        ("value_undeclared", "Paid.shipping.city"),
        ("value_range", "Paid.shipping.cost"),
        ("value_range", "Paid.shipping.geo.lat"),
        ("text_length", "Paid.shipping.geo.tags[]"),
        ("property_unknown", "Paid.shipping.geo.long"),
    }


@pytest.mark.parametrize("column", ["lines", "parquet"])
def test_a_required_record_without_anything_lacks_its_required_fields(column, tmp_path):
    """Where a record must be there itself, one of nothing but nulls is none."""
    fields = {"city": of("city", is_required=True), "street": of("street")}
    home = of("home", "record", is_required=True, fields=fields)
    path = lines(tmp_path, {"home": {"city": "Oslo", "street": "Elm"}}, {"home": {}})
    path = path if column == "lines" else parquet(path)
    found = held(path, expected(home))
    assert [each[:2] for each in found] == [("property_missing", "Paid.home.city")]


def test_an_object_without_members_lacks_the_required_fields_wherever_it_stands(tmp_path):
    """A record of nulls, as exports write one that is not there, lacks nothing; one without members does."""
    fields = {"city": of("city", is_required=True), "street": of("street")}
    places = of("places", "list", fields=fields)
    empty = {"city": None, "street": None}
    path = lines(tmp_path, {"places": [empty]}, {"places": [{}]})
    assert validate(path, expected(places)).findings[0].count == 1
    assert held(path, expected(places))[0][:2] == ("property_missing", "Paid.places[].city")
    home = of("home", "record", fields=fields)
    path = lines(tmp_path, {"home": empty}, {"home": {}})
    assert validate(path, expected(home)).findings[0].count == 1


def test_lists_of_records_within_records(tmp_path):
    """The fields of records in a list within a record are found, and a name may hold what SQL or a path means."""
    line = of(
        "lines{}", "list", fields={"a'b": of("a'b", "integer", is_required=True), "c": of("c")}
    )
    order = of("order", "record", fields={"lines{}": line})
    path = lines(
        tmp_path,
        {"order": {"lines{}": [{"a'b": 1, "c": "x"}, {"c": "y"}]}},
        {"order": {"lines{}": [{"a'b": "1"}]}},
        {"order": {"lines{}": "none"}},
    )
    assert {each[:2] for each in held(path, expected(order))} == {
        ("property_missing", "Paid.order.lines{}[].a'b"),
        ("property_type", "Paid.order.lines{}[].a'b"),
        ("property_type", "Paid.order.lines{}"),
    }


def test_what_nothing_is_held_against_is_named(tmp_path):
    """A pattern that RE2 cannot read, and a format that no check knows, are named as not checked, with their place."""
    path = lines(tmp_path, {"sku": "x", "colour": "y"})
    expectations = expected(
        of("sku", constraint=Constraint(pattern="(?=S)x")),
        of("colour", constraint=Constraint(format="color")),
    )
    found = validate(path, expectations)
    assert found.is_clean
    assert found.skipped == {
        "text_pattern": "(?=S)x of Paid.sku",
        "text_format": "color of Paid.colour",
    }


# --- one name with several types --------------------------------------------------------------------------------------


def events_of(**declared):
    """Return expectations of events that give properties of one name what they are each."""
    events = {
        name: ExpectedEvent(name, "", {p.name: p for p in of_event})
        for name, of_event in declared.items()
    }
    return Expectations("plan", events, tells_of_people=False)


def told(tmp_path, *events):
    """Return a file of (event type, value of x) as lines."""
    rows = [
        {
            "event_type": event, "time": 1767607200000 + n, "user_id": f"user-{n:05}", "insert_id": f"i{n}",
            "event_properties": {"x": value},
        }
        for n, (event, value) in enumerate(events)
    ]  # fmt: skip
    path = tmp_path / "told.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return path


@pytest.mark.parametrize(
    ("one", "other", "right", "wrong"),
    [
        (of("x", "integer"), of("x"), (7, "7"), ("7", 7)),
        (of("x", "time"), of("x", "id"), ("2026-01-05", "2026-01-05"), ("soon", 5)),
        (of("x", "number"), of("x", "time"), (1.5, "2026-01-05"), ("2026-01-05", "1.5")),
        (of("x", "list", item="text"), of("x", values=("a",)), (["a", "b"], "a"), ("a", ["a", "a"])),
        (of("x", "list", item="text"), of("x", "any"), (["a"], ["a", "a"]), ([1], ["a", "a"])),
        (of("x", "record", fields={"y": of("y", "integer")}), of("x", "list", fields={"y": of("y")}),
         ({"y": 1}, [{"y": "1"}, {"y": "1"}]), ({"y": "1"}, [{"y": 1}])),
        (of("x", values=("a",)), of("x", "list", item="text", values=("b",)), ("a", ["b"]), ("b", ["a"])),
    ],
)  # fmt: skip
def test_events_may_give_a_name_types_of_their_own(one, other, right, wrong, tmp_path):
    """A value is held against what its own event declares, whatever the name means in another."""
    expectations = events_of(Seen=(one,), Paid=(other,))
    assert held(told(tmp_path, ("Seen", right[0]), ("Paid", right[1])), expectations) == []
    found = held(told(tmp_path, ("Seen", wrong[0]), ("Paid", wrong[1])), expectations)
    kinds = {subject.partition(".")[0].partition("[")[0] for _, subject, _ in found}
    assert kinds == {"Seen"} if other.type == "any" else kinds == {"Seen", "Paid"}


def test_a_typed_column_of_digits_is_text_where_text_is_declared(tmp_path):
    """In a column of texts the event that declares a number is at fault, and the other one is not."""
    path = parquet(told(tmp_path, ("Seen", "12"), ("Paid", "12")))
    expectations = events_of(Seen=(of("x", "integer"),), Paid=(of("x"),))
    assert held(path, expectations) == [("property_type", "Seen.x", "12")]


def test_what_is_not_declared_may_be_welcome(tmp_path):
    """In an event, a record or a list of records that is open, and among people's properties; nowhere else."""
    fields = {"a": of("a")}
    box, lines = of("box", "record", fields=fields), of("lines", "list", fields=fields)
    value = {"box": {"a": "1", "b": 2}, "lines": [{"a": "1", "c": 3}], "more": True}
    path = lines_of(tmp_path, value)
    shut = ExpectedEvent("Paid", "", {"box": box, "lines": lines})
    plan = Expectations("plan", {"Paid": shut}, {"age": of("age", "integer")})
    assert {found[1] for found in held(path, plan)} == {
        "Paid.box.b",
        "Paid.lines[].c",
        "Paid.more",
        "user property level",
    }
    properties = {"box": replace(box, is_open=True), "lines": replace(lines, is_open=True)}
    wide = replace(shut, properties=properties, is_open=True)
    assert held(path, replace(plan, events={"Paid": wide}, has_open_people=True)) == []


def lines_of(tmp_path, properties):
    """Return a file of one event, by a person with a level."""
    return lines(tmp_path, properties, users=[{"level": 3}])
