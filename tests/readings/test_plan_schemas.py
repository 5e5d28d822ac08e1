"""JSON Schemas beyond flat properties: what holds together, what leads elsewhere, and what is said of values."""

import json
from decimal import Decimal

import pytest

from footfall.errors import UsageError
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.property_keys import losses
from footfall.tracking_plan.readers import json_schema, read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers import FORMATS
from footfall.validation import validate

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def read(tmp_path, schema):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(schema))
    return read_plan(path)


def event(**properties):
    return {"title": "Paid", "type": "object", "properties": properties}


def found(plan):
    (event,) = plan.events
    return {p.name: p for p in event.properties}


def left_out(plan):
    return [str(remark) for remark in plan.remarks if remark.kind == "not read"]


# --- several schemas of one thing -------------------------------------------------------------------------------------

PART = {"properties": {"fare": NUMBER}, "required": ["fare"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"title": "Paid", "allOf": [PART]},
        {"title": "Paid", "allOf": [{"allOf": [PART]}, {"type": "object"}]},
        {"title": "Paid", "$ref": "#/$defs/part", "$defs": {"part": PART}},
        {
            "title": "Paid", "allOf": [{"$ref": "#/definitions/a"}],
            "definitions": {"a": {"$ref": "#/definitions/b"}, "b": PART},
        },
        {"title": "Paid", "properties": {"fare": {}}, "allOf": [PART]},
        {"title": "Paid", "anyOf": [PART, {"properties": {"fare": INTEGER}, "required": ["fare"]}]},
        {"title": "Paid", "oneOf": [{"$ref": "#part"}, {"type": "null"}], "$defs": {"x": {"$anchor": "part", **PART}}},
        {"$defs": {"base": PART, "event:Paid": {"allOf": [{"$ref": "#/$defs/base"}]}}},
        {"$defs": {"base": PART, "Paid": {"allOf": [{"$ref": "#/$defs/base"}]}}},
        {"oneOf": [{"allOf": [PART], "properties": {"event": {"const": "Paid"}}}]},
    ],
)  # fmt: skip
def test_what_holds_together_is_joined(tmp_path, schema):
    """Parts, references and alternatives are one schema: with their properties, and what is required of all."""
    plan = read(tmp_path, schema)
    assert [e.name for e in plan.events] == ["Paid"]
    assert [(p.name, p.type, p.is_required) for p in found(plan).values()] == [
        ("fare", "number", True)
    ]
    assert left_out(plan) == []


def test_of_all_the_narrowest_counts_of_any_the_widest(tmp_path):
    """What must hold together leaves the smaller range, what may hold the larger one."""
    low, high = (
        {"minimum": 1, "maximum": 9, "enum": [1, 5]},
        {"minimum": 3, "maximum": 20, "enum": [5, 9]},
    )
    plan = read(
        tmp_path,
        event(both={"allOf": [low, high]}, either={"type": "integer", "anyOf": [low, high]}),
    )
    both, either = found(plan).values()
    assert (both.constraint.minimum, both.constraint.maximum, both.values) == (3, 9, ("5",))
    assert (either.constraint.minimum, either.constraint.maximum) == (1, 20)
    assert either.values == ("1", "5", "9")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"anyOf": [TEXT, {"type": "null"}]},
        {"oneOf": [TEXT, {"const": None}]},
        {"type": "string", "nullable": True},
        {"type": "string", "enum": ["a", None]},
    ],
)
def test_what_can_be_null_is_not_required(tmp_path, schema):
    """Null beside a type says that the property may be left out, however it is written."""
    plan = read(tmp_path, {**event(x=schema), "required": ["x"]})
    assert (found(plan)["x"].type, found(plan)["x"].is_required) == ("text", False)
    assert left_out(plan) == []


def test_alternatives_of_several_kinds_are_named(tmp_path):
    """A choice of types, and of properties that come together, has no place in a plan, and is named."""
    shapes = [{"properties": {"a": TEXT}}, {"properties": {"b": TEXT}}]
    plan = read(tmp_path, event(x={"type": ["string", "integer"]}, y={"oneOf": shapes}))
    assert found(plan)["x"].type == "any"
    assert [f.name for f in found(plan)["y"].fields] == ["a", "b"]
    assert left_out(plan) == [
        "plan.json, Paid.x: a choice of several types is not read",
        "plan.json, Paid: which properties of alternatives (anyOf, oneOf) come together is not read",
    ]


# --- references -------------------------------------------------------------------------------------------------------


def test_references_between_files_of_a_folder(tmp_path):
    """A reference leads to a file beside, by its path or by its `$id`; such a file is no event itself."""
    files = {
        "events/paid.json": event(
            home={"$ref": "../common/address.json"},
            fare={"$ref": "https://tram.example/common/money.json#/definitions/fare"},
            line={"$ref": "../common/money.json#line"},
        ),
        "common/address.json": {"title": "Address", "type": "object", "properties": {"city": TEXT}},
        "common/money.json": {
            "$id": "https://tram.example/common/money.json",
            "definitions": {"fare": {"type": "number", "minimum": 0}, "l": {"$id": "#line", **TEXT}},
        },
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / "plans" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plans" / name).write_text(json.dumps(content))
    plan = read_plan(tmp_path / "plans")
    home, fare, line = found(plan).values()
    assert [f.name for f in home.fields] == ["city"]
    assert (fare.type, fare.constraint.minimum, line.type) == ("number", 0, "text")
    assert left_out(plan) == []


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.json",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://example.com/x.json",
        "%2e%2e/secret.json",
        "#/nowhere",
    ],
)
def test_references_lead_nowhere_else(tmp_path, reference):
    """Nothing is fetched, and no file outside of the folder is opened: the reference is named."""
    (tmp_path / "secret.json").write_text(json.dumps(TEXT))
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "paid.json").write_text(
        json.dumps(event(x={"$ref": reference}, y=TEXT))
    )
    plan = read_plan(tmp_path / "plans")
    assert found(plan)["x"].type == "any"
    (remark,) = left_out(plan)
    assert "leads out of the file to nothing that was given" in remark


def test_a_record_that_holds_itself(tmp_path):
    """A tree is read as far as it does not repeat itself; what a circle of references is, is named."""
    node = {
        "type": "object",
        "properties": {
            "v": TEXT,
            "kids": {"type": "array", "items": {"$ref": "#/definitions/node"}},
        },
    }
    plan = read(
        tmp_path, {**event(tree={"$ref": "#/definitions/node"}), "definitions": {"node": node}}
    )
    assert [f.name for f in found(plan)["tree"].fields] == ["v", "kids"]
    assert left_out(plan) == [
        "plan.json, Paid.tree.kids[].kids[]: what a record holds that holds itself is not read"
    ]
    circle = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
    plan = read(tmp_path, {**event(x={"$ref": "#/definitions/a"}), "definitions": circle})
    assert any("leads in a circle" in remark for remark in left_out(plan))


def test_schemas_that_stand_for_billions_are_refused(tmp_path, monkeypatch):
    """A few lines that refer to each other again and again end in a refusal, and soon."""
    monkeypatch.setattr(json_schema, "MOST_PROPERTIES", 10_000)
    definitions = {"a0": {"type": "object", "properties": {"x": TEXT}}}
    for n in range(1, 40):
        inner = {"$ref": f"#/definitions/a{n - 1}"}
        definitions[f"a{n}"] = {"type": "object", "properties": {"x": inner, "y": inner}}
    with pytest.raises(UsageError, match=r"hold more than 10,000 properties"):
        read(tmp_path, {**event(x={"$ref": "#/definitions/a19"}), "definitions": definitions})


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "kind", "constraint"),
    [
        ({"type": "integer", "minimum": 18, "maximum": 99}, "integer", Constraint(Decimal(18), Decimal(99))),
        ({"minimum": 0, "exclusiveMaximum": 1}, "number", Constraint(Decimal(0), Decimal(1), excludes_maximum=True)),
        ({"minimum": 0, "exclusiveMinimum": True}, "number", Constraint(Decimal(0), excludes_minimum=True)),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": False}, "number", Constraint(Decimal(0))),
        ({"type": "number", "minimum": 5, "exclusiveMinimum": 3}, "number", Constraint(Decimal(5))),
        ({"type": "number", "multipleOf": 1}, "integer", Constraint()),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "text", Constraint(least=3, most=3)),
        ({"pattern": "^[A-Z]{3}$"}, "text", Constraint(pattern="^[A-Z]{3}$")),
        ({"type": "string", "format": "uuid"}, "text", Constraint(format="uuid")),
        ({"type": "string", "format": "date"}, "text", Constraint(format="date")),
        ({"type": "string", "format": "date-time"}, "time", Constraint()),
    ],
)  # fmt: skip
def test_constraints_are_kept(tmp_path, schema, kind, constraint):
    """Ranges, lengths, patterns and forms are read as they are meant, in the words of each draft."""
    plan = read(tmp_path, event(x=schema))
    assert (found(plan)["x"].type, found(plan)["x"].constraint) == (kind, constraint)
    assert left_out(plan) == []


def test_constraints_of_lists(tmp_path):
    """A list has a length, its elements have a type and a range of their own."""
    marks = {
        "type": "array",
        "minItems": 1,
        "maxItems": 3,
        "items": {"type": "integer", "minimum": 1},
    }
    x = found(read(tmp_path, event(x=marks)))["x"]
    assert (x.type, x.item, x.constraint.minimum) == ("list", "integer", 1)
    assert (x.length.least, x.length.most) == (1, 3)


def test_examples_of_elements_are_those_of_their_list(tmp_path):
    """They stand with the elements or as lists; a comma within one separates nothing."""
    elements = {"type": "string", "examples": ["calm", "loud, wild"]}
    plan = read(
        tmp_path,
        event(
            moods={"type": "array", "items": elements},
            keys={"type": "array", "items": INTEGER, "examples": [[1, 2]]},
        ),
    )
    assert [p.examples for p in found(plan).values()] == [
        ('[calm, "loud, wild"]',),
        ("[1, 2]",),
    ]


def test_a_time_that_is_a_string_is_no_number(tmp_path):
    """Where a schema says `string` a number is a finding, in lists and records too; where it says none, no."""
    moment = {"type": "string", "format": "date-time"}
    times = {"type": ["array"], "items": moment}
    plan = read(
        tmp_path,
        event(
            due=moment,
            maybe={"type": ["string", "null"], "format": "date-time"},
            seen=times,
            trip={"type": "object", "properties": {"left": moment}},
            plain={"format": "date-time"},
            at={"type": "time"},
        ),
    )
    assert {p.type for p in found(plan).values()} == {"time", "list", "record"}
    log = tmp_path / "log.ndjson"
    values = [1_767_607_200_000, "2026-01-05T10:00:00Z"]
    told = [
        {"due": v, "maybe": v, "seen": [v], "trip": {"left": v}, "plain": v, "at": v}
        for v in values
    ]
    lines = [
        {
            "event_type": "Paid",
            "user_id": "user-1",
            "insert_id": f"i-{n}",
            "time": values[0] + n,
            "event_properties": each,
        }
        for n, each in enumerate(told)
    ]
    log.write_text("\n".join(map(json.dumps, lines)))
    assert {(f.check, f.subject, f.count) for f in validate(log, of_plan(plan)).findings} == {
        ("property_type", f"Paid.{name}", 1) for name in ("due", "maybe", "seen[]", "trip.left")
    }


def test_records_to_any_depth(tmp_path):
    """Objects within objects are records, and so are the elements of lists."""
    inner = {
        "type": "object",
        "properties": {"city": TEXT, "cost": NUMBER},
        "required": ["city"],
    }
    schema = event(
        ship=inner,
        legs={"type": "array", "items": {"type": "object", "properties": {"to": inner}}},
    )
    ship, legs = found(read(tmp_path, schema)).values()
    assert (ship.type, [(f.name, f.is_required) for f in ship.fields]) == (
        "record", [("city", True), ("cost", False)],
    )  # fmt: skip
    (to,) = legs.fields
    assert (to.type, [f.name for f in to.fields]) == ("record", ["city", "cost"])


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "additionalProperties": TEXT}, "keyword additionalProperties"),
        ({"type": "object"}, "an object without declared fields"),
        ({"type": "object", "properties": {"a": TEXT}, "patternProperties": {"^b": TEXT}}, "keyword patternProperties"),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, "what lists within lists hold"),
        ({"type": "array", "items": [TEXT, NUMBER]}, "keyword items of one schema per place"),
        ({"type": "array", "items": TEXT, "uniqueItems": True}, "keyword uniqueItems"),
        ({"type": "integer", "not": {"const": 5}}, "keyword not"),
        ({"type": "number", "multipleOf": 0.5}, "keyword multipleOf"),
        ({"type": "string", "contentEncoding": "base64"}, "keyword contentEncoding"),
        ({"type": "string", "deprecated": True}, "keyword deprecated"),
        ({"type": "string", "format": "color"}, 'format "color"'),
        ({"type": "integer", "minimum": 5, "maximum": 2}, "a range that holds no number"),
        ({"type": "string", "minLength": 5, "maxLength": 2}, "a length that nothing has"),
        ({"type": "string", "minimum": 5}, "keyword minimum"),
    ],
)  # fmt: skip
def test_a_keyword_that_is_not_read_is_named(tmp_path, schema, said):
    """What a plan has no place for is named, with the first place where it stands, and how often."""
    plan = read(tmp_path, event(x=schema, y=schema))
    assert f"plan.json, Paid.x: {said} is not read (2 places)" in left_out(plan)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "null"}, "type null"),
        ({"type": ["null"]}, "type null"),
        ({"type": "colour"}, 'type "colour"'),
        ({"enum": ["a", 1]}, "of which types the values of an enum are"),
        ({"enum": [{"a": 1}, None]}, "of which types the values of an enum are"),
    ],
)
def test_a_type_that_no_plan_has_is_named(tmp_path, schema, said):
    """A property that is nothing, or of several types, may be anything; what its schema says besides is named."""
    plan = read(tmp_path, event(x=schema))
    assert found(plan)["x"].type == "any"
    assert left_out(plan) == [f"plan.json, Paid.x: {said} is not read"]


def test_what_is_required_and_not_declared_is_a_property(tmp_path):
    """Of an event and of a record: it may be anything, and is always there."""
    record = {"type": "object", "properties": {"a": TEXT}, "required": ["ghost", 5, "ghost"]}
    plan = read(tmp_path, {**event(x=record), "required": ["zzz", "x", "zzz"]})
    x, zzz = found(plan)["x"], found(plan)["zzz"]
    assert (zzz.type, zzz.is_required, left_out(plan)) == ("any", True, [])
    assert [(f.name, f.type, f.is_required) for f in x.fields] == [
        ("a", "text", False),
        ("ghost", "any", True),
    ]
    named = {
        "properties": {"event": {"const": "Paid"}, "fare": NUMBER},
        "required": ["event", "userId"],
    }
    assert list(found(read(tmp_path, {"oneOf": [named]}))) == ["fare"]


LENT, BACK = {"properties": {"shelf": TEXT}}, {"properties": {"days": INTEGER}}
SORTS = {"lent": LENT, "back": BACK}
EACH = [{"$ref": f"#/$defs/{key}"} for key in SORTS]


def asking(key, said):
    """Return definitions whose member says by its only value which event each is of."""
    return {
        name: {
            "properties": {key: said(f"book_{name}"), **schema["properties"]},
            "required": [key],
        }
        for name, schema in SORTS.items()
    }


@pytest.mark.parametrize("key", ["event", "event_name", "event_type", "name", "type"])
@pytest.mark.parametrize("said", [lambda n: {"const": n}, lambda n: {"enum": [n]}])
@pytest.mark.parametrize("form", ["referred", "loose", "inline", "of a base"])
def test_a_constant_names_the_event(tmp_path, key, said, form):
    """The only value of a member names alternatives, rather than the key of their definition; that is said once."""
    events = asking(key, said)
    base = {"properties": {key: TEXT}, "required": [key]}
    schema = {
        "referred": {"$defs": events, "oneOf": EACH},
        "loose": {"$defs": events},
        "inline": {"oneOf": list(events.values())},
        "of a base": {"$defs": events, "oneOf": EACH, **base},
    }[form]
    plan = read(tmp_path, schema)
    assert {e.name: [p.name for p in e.properties] for e in plan.events} == {
        "book_lent": ["shelf"],
        "book_back": ["days"],
    }
    note = f"plan.json: events are called by the only value of their member {key}"
    is_sure = form == "inline" and key.startswith("event")
    assert [str(remark) for remark in plan.remarks] == ([] if is_sure else [note])


@pytest.mark.parametrize(
    "more", [{"type": {"const": "track"}}, {"type": TEXT}, {"name": {"enum": ["a", "b"]}}, {}]
)
def test_a_constant_of_all_is_no_name(tmp_path, more):
    """What does not tell alternatives apart is a property as others; they are called as their definitions."""
    events = {
        key: {"properties": {**more, **each["properties"]}} for key, each in SORTS.items()
    }
    plan = read(tmp_path, {"$defs": events, "oneOf": EACH})
    assert {e.name: [p.name for p in e.properties] for e in plan.events} == {
        "lent": [*more, "shelf"],
        "back": [*more, "days"],
    }
    assert plan.remarks == ()


def test_what_holds_beside_alternatives(tmp_path):
    """Properties beside the list of alternatives are of each of them."""
    shared = {"properties": {"branch": TEXT}, "required": ["branch"]}
    plan = read(tmp_path, {"$defs": SORTS, "oneOf": EACH, **shared})
    assert [(e.name, [(p.name, p.is_required) for p in e.properties]) for e in plan.events] == [
        ("lent", [("shelf", False), ("branch", True)]),
        ("back", [("days", False), ("branch", True)]),
    ]


def test_keywords_of_an_event_are_named(tmp_path):
    """What a schema says of the event as a whole, beside its properties, is named too."""
    rest = {
        "if": {"required": ["x"]},
        "then": {"required": ["y"]},
        "dependentRequired": {"x": ["y"]},
    }
    plan = read(tmp_path, {**event(x=TEXT, y=TEXT), **rest, "additionalProperties": False})
    assert left_out(plan) == [
        f"plan.json, Paid: keyword {key} is not read"
        for key in ("if", "then", "dependentRequired")
    ]


@pytest.mark.parametrize("others", [True, {}, TEXT])
@pytest.mark.parametrize("key", ["additionalProperties", "unevaluatedProperties"])
def test_leave_for_properties_that_are_not_declared(tmp_path, key, others):
    """Of an event or of a record: others are welcome; of which type they must be is named as not read."""
    record = {"type": "object", "properties": {"a": TEXT}, key: others}
    for schema in ({**event(x=TEXT), key: others}, event(x=record, y={**record, key: False})):
        plan = read(tmp_path, schema)
        (found,) = plan.events
        opened = [found.is_open, *(p.is_open for p in found.properties)]
        assert opened == ([True, False] if len(found.properties) == 1 else [False, True, False])
        said = f"what {key} asks of properties that are not declared is not read"
        assert [remark.endswith(said) for remark in left_out(plan)] == [True] * (others == TEXT)
    assert not read(tmp_path, {**event(x=TEXT), key: False}).events[0].is_open


def test_leave_comes_back_in_a_schema(tmp_path):
    """A schema that is written of the plan says so too; other forms, and a scenario, name it."""
    record = {"type": "object", "properties": {"a": TEXT}, "additionalProperties": True}
    plan = read(tmp_path, {**event(x=record), "additionalProperties": True})
    written = json.loads(FORMATS["json-schema"].render(plan, ()))
    again = read(tmp_path, written)
    assert (again.events[0].is_open, again.events[0].properties[0].is_open) == (True, True)
    said = [
        "Paid: properties that are not declared are welcome",
        "x: fields that are not declared are welcome",
    ]
    assert list(losses(plan)) == list(FORMATS["xlsx"].not_in(plan)) == said
    assert list(FORMATS["csv"].not_in(plan)) == said
    for text in said:
        assert f"# not kept: {text}" in scenario_text(plan)


def test_what_is_sent_around_the_properties(tmp_path):
    """Of a schema of all that is sent the properties count, people's apart; what else stands there is named."""
    schema = event(
        event={"const": "Paid"},
        userId=TEXT,
        context={"type": "object", "properties": {"app": TEXT}},
        user_properties={"type": "object", "properties": {"plan": TEXT}},
        properties={"type": "object", "properties": {"fare": NUMBER}},
    )
    plan = read(tmp_path, schema)
    assert list(found(plan)) == ["fare"]
    assert [p.name for p in plan.user_properties] == ["plan"]
    assert left_out(plan) == [
        "plan.json, Paid: property context.app beside those of a call is not read"
    ]


def test_the_member_that_names_the_event_is_no_property(tmp_path):
    """A flat schema asks for the event's name too, which is not one of its properties."""
    plan = read(
        tmp_path,
        {"type": "object", "properties": {"event_name": {"const": "Paid"}, "fare": NUMBER}},
    )
    assert [(e.name, [p.name for p in e.properties]) for e in plan.events] == [
        ("Paid", ["fare"])
    ]
