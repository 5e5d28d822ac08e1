"""Plans in JSON and YAML as vendors export them and people write them: read, or refused, or named."""

import json
from decimal import Decimal

import pytest

from footfall.errors import UsageError
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.readers import holds_plan, read_plan


def read(tmp_path, content, name="plan.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_plan(path)


def folder(tmp_path, files):
    root = tmp_path / "plans"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def types(plan):
    return {event.name: {p.name: p.type for p in event.properties} for event in plan.events}


def left_out(plan):
    return [str(remark) for remark in plan.remarks if remark.kind == "not read"]


def users(plan):
    return {p.name: (p.type, p.values) for p in plan.user_properties}


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_plan_may_name_its_own_schema(tmp_path):
    """`$schema` beside a list of events is of the plan, and makes it no JSON Schema of one event."""
    events = [{"name": "Ticket Bought", "properties": {"fare": "number"}}]
    plan = read(tmp_path, {"$schema": "plans/v1", "title": "Trains", "events": events})
    assert types(plan) == {"Ticket Bought": {"fare": "number"}}
    assert (plan.title, left_out(plan)) == ("Trains", [])


def test_required_of_people_is_named(tmp_path):
    """Nothing says from when on a person has a property: that one is required is told, whatever the form."""
    traits = {
        "type": "object",
        "properties": {"email": {"type": "string"}, "age": {"type": "integer"}},
    }
    rules = [
        {"key": "A", "type": "TRACK", "jsonSchema": {"type": "object", "properties": {}}},
        {
            "type": "IDENTIFY",
            "jsonSchema": {"properties": {"traits": {**traits, "required": ["email"]}}},
        },
    ]
    plan = read(tmp_path, {"rules": rules})
    assert left_out(plan) == [
        "plan.json, rules[1].email: required of user property email is not read"
    ]
    sheet = "Event,Category\nA,Rides\n\nUser property,Type,Required\nemail,text,yes\nage,integer,no\n"
    plan = read(tmp_path, sheet, "plan.csv")
    assert left_out(plan) == ["plan.csv, cell C5: required of user property email is not read"]


@pytest.mark.parametrize("key", ["event_name", "eventName", "event", "name", "key", "title"])
@pytest.mark.parametrize(
    "properties",
    [
        [{"name": "fare", "type": "number"}, {"name": "line", "type": "string"}],
        [{"property_name": "fare", "data_type": "float"}, {"key": "line", "dataType": "text"}],
        {"fare": "number", "line": "string"},
        {"fare": {"type": "double"}, "line": {"type": "str"}},
        ["fare: number", "line: string"],
    ],
)
def test_events_by_hand(tmp_path, key, properties):
    """An event is called what stands under any key for names; its properties are a list or a map of any kind."""
    plan = read(tmp_path, {"events": [{key: "Ticket Bought", "properties": properties}]})
    assert types(plan) == {"Ticket Bought": {"fare": "number", "line": "text"}}
    assert left_out(plan) == []


@pytest.mark.parametrize(
    "inner", ["properties", "params", "attributes", "event_properties", "fields"]
)
def test_a_list_of_names_is_one_of_properties(tmp_path, inner):
    """Properties may be no more than names, below any key that means so."""
    plan = read(tmp_path, [{"event": "Ticket Bought", inner: ["fare", "line"]}])
    assert [[p.name for p in event.properties] for event in plan.events] == [["fare", "line"]]


def test_allowed_values_and_ranges_by_hand(tmp_path):
    """A list is what is allowed, two numbers a range, and a text between bars either."""
    lines = """
    events:
      - event: Ticket Bought
        properties:
          method: [card, cash]
          fare: {$range: [5, 90]}
          zone: 1-6
          kind: single | return
          seats: {min: 1, max: 4, type: integer}
          note: string | null
          country: [NO, SE, "on"]
    """
    (event,) = read(tmp_path, lines, "plan.yaml").events
    found = {p.name: p for p in event.properties}
    assert {name: p.values for name, p in found.items() if p.values} == {
        "method": ("card", "cash"),
        "kind": ("single", "return"),
        "country": ("NO", "SE", "on"),
    }
    ranges = {
        name: (p.type, int(p.constraint.minimum), int(p.constraint.maximum))
        for name, p in found.items()
        if p.constraint.minimum is not None
    }
    assert ranges == {
        "fare": ("integer", 5, 90),
        "zone": ("integer", 1, 6),
        "seats": ("integer", 1, 4),
    }
    assert found["note"].type == "text"


@pytest.mark.parametrize(
    ("text", "kind", "constraint"),
    [
        ("string(3)", "text", Constraint(most=3)),
        ("varchar(40)", "text", Constraint(most=40)),
        ("string, max 40 characters", "text", Constraint(most=40)),
        ("string(3) | null", "text", Constraint(most=3)),
        ("email", "text", Constraint(format="email")),
        ("string (uuid)", "text", Constraint(format="uuid")),
        ("int 1..5", "integer", Constraint(Decimal(1), Decimal(5))),
        ("integer (1-5)", "integer", Constraint(Decimal(1), Decimal(5))),
        ("int 1..5, required", "integer", Constraint(Decimal(1), Decimal(5))),
        ("float >= 0", "number", Constraint(Decimal(0))),
        ("number > 0", "number", Constraint(Decimal(0), excludes_minimum=True)),
        ("18+", "integer", Constraint(Decimal(18))),
        (">= 18", "integer", Constraint(Decimal(18))),
        ("up to 2.5", "number", Constraint(maximum=Decimal("2.5"))),
        ("between 1 and 5", "integer", Constraint(Decimal(1), Decimal(5))),
    ],
)
@pytest.mark.parametrize("is_key", [False, True])
def test_bounds_in_the_text_of_a_type(tmp_path, is_key, text, kind, constraint):
    """What stands in brackets or behind a type bounds its values, as in a cell of a sheet; `18+` is a range."""
    spec = {"range" if text[0] in "1>ub" else "type": text} if is_key else text
    plan = read(tmp_path, {"events": {"A": {"properties": {"x": spec}}}})
    (x,) = plan.events[0].properties
    assert (x.type, x.constraint, left_out(plan)) == (kind, constraint, [])
    assert x.is_required == ("required" in text)


def test_words_behind_a_type(tmp_path):
    """Whether it is always there, and what is allowed, may stand behind a type; other words are named."""
    properties = {
        "a": "boolean, required", "b": "enum(up, down)", "c": "string, one of up,down", "d": "string, optional",
        "e": "string | null", "f": {"type": "string, null"}, "g": {"type": "boolean, required"},
        "h": {"type": "int 1..5", "maximum": 3}, "i": "list of string, required", "j": "string or null",
    }  # fmt: skip
    plan = read(tmp_path, {"events": {"A": {"properties": properties}}})
    found = {p.name: p for p in plan.events[0].properties}
    assert [name for name, p in found.items() if p.is_required] == ["a", "g", "i"]
    values = {name: p.values for name, p in found.items() if p.values}
    assert values == {"b": ("up", "down"), "c": ("up", "down")}
    assert {found[name].type for name in "bcdefj"} == {"text"}
    assert (found["h"].constraint.maximum, left_out(plan)) == (3, [])
    odd = {
        "x": "number (tons)",
        "y": {"type": "string, by hand"},
        "z": "list of string (at night)",
    }
    assert left_out(read(tmp_path, {"events": {"A": {"properties": odd}}})) == [
        'plan.json, A.x: "tons" behind a type is not read',
        'plan.json, A.y: "by hand" behind a type is not read',
        'plan.json, A.z: "at night" behind a type is not read',
    ]


@pytest.mark.parametrize("text", ["+1-555", "8am-10pm", "2026-01-01", "positive", "1.2.3"])
def test_what_only_looks_like_a_range_is_an_example(tmp_path, text):
    """Telephones, hours, dates, words and versions stay examples."""
    plan = read(tmp_path, {"events": {"A": {"properties": {"x": text}}}})
    (x,) = plan.events[0].properties
    assert (x.examples, x.constraint) == ((text,), Constraint())


def test_a_type_or_null_in_a_sheet(tmp_path):
    """A text that may be null has no allowed values."""
    lines = ["Event,Property,Type", "A,x,string | null", "A,y,null|integer", "A,z,up | down"]
    (event,) = read(tmp_path, "\n".join(lines), "plan.csv").events
    found = [(p.type, p.values, p.is_required) for p in event.properties]
    assert found == [
        ("text", (), False),
        ("integer", (), False),
        ("text", ("up", "down"), False),
    ]


def test_what_is_always_there(tmp_path):
    """Required may be said beside a property, at its name, or in a list of names."""
    events = {
        "A": {"properties": {"x": {"type": "string", "required": True}, "y": "string"}},
        "B": {"properties": {"x!": "string", "y?": "string"}},
        "C": {"properties": [{"name": "x", "type": "string", "required": "yes"}, "y"]},
        "D": {"properties": {"x": "string", "y": "string"}, "required": ["x"]},
        "E": {"properties": [{"name": "x", "optional": False}, {"name": "y", "optional": True}]},
    }  # fmt: skip
    plan = read(tmp_path, {"events": events})
    found = {e.name: [p.name for p in e.properties if p.is_required] for e in plan.events}
    assert found == {key: ["x"] for key in "ABCDE"}


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "string", "city": "string"},
        {"min": "number", "max": "number"},
        {"values": "string[]", "of": "integer"},
    ],
)
def test_fields_may_be_called_like_keywords(tmp_path, fields):
    """A map in which each name has a type is a record, whatever its names mean elsewhere."""
    (event,) = read(tmp_path, {"events": {"A": {"properties": {"x": fields}}}}).events
    (x,) = event.properties
    assert (x.type, [f.name for f in x.fields]) == ("record", list(fields))


def test_lists_and_records_by_hand(tmp_path):
    """A list of one type is a list of it; a map of names to types a record, in a list one of each element."""
    lines = """
    Ticket Bought:
      description: Pays
      properties:
        tags: [string]
        marks: string[]
        stops: [{code: string, minutes: integer}]
        rider: {name: string, home: {city: string}}
    """
    (event,) = read(tmp_path, lines, "plan.yml").events
    tags, marks, stops, rider = event.properties
    assert (event.name, event.about) == ("Ticket Bought", "Pays")
    assert [(p.type, p.item) for p in (tags, marks, stops)] == [
        ("list", "text"),
        ("list", "text"),
        ("list", None),
    ]
    assert [(f.name, f.type) for f in stops.fields] == [
        ("code", "text"),
        ("minutes", "integer"),
    ]
    assert (rider.type, rider.fields[1].type, rider.fields[1].fields[0].name) == (
        "record", "record", "city",
    )  # fmt: skip


@pytest.mark.parametrize("key", ["additionalProperties", "allow_unplanned", "allowUnplanned"])
def test_leave_for_what_is_not_planned(tmp_path, key):
    """Properties that are not declared are welcome in the events that say so, or in all where the plan does."""
    events = [{"name": name, "properties": {"x": "string"}, key: name == "A"} for name in "AB"]
    plan = read(tmp_path, {"events": events})
    assert left_out(plan) == []
    assert [event.is_open for event in plan.events] == [True, False]
    plan = read(tmp_path, {"events": events, key: True})
    assert [event.is_open for event in plan.events] == [True, True]


def test_leave_for_traits_that_are_not_planned(tmp_path):
    """Of people too, whose schema says it."""
    rules = {"properties": {"traits": {"type": "object", "properties": {"plan": {"type": "string"}},
                                       "additionalProperties": True}}}  # fmt: skip
    events = [
        {"key": "Paid", "type": "TRACK", "jsonSchema": {}},
        {"type": "IDENTIFY", "jsonSchema": rules},
    ]
    plan = read(tmp_path, {"data": {"rules": events}})
    assert (plan.has_open_people, plan.events[0].is_open) == (True, False)


def test_keys_that_are_not_read_are_named_once(tmp_path):
    """A key of events or properties that says something is named with its first place and how often it stands."""
    events = [
        {"name": "A", "owner": "Ann", "properties": {"x": {"type": "string", "pii": True}}},
        {"name": "B", "owner": "Ben", "properties": {"x": {"type": "string", "pii": False}}},
    ]
    plan = read(tmp_path, {"events": events, "team": "growth"})
    assert left_out(plan) == [
        "plan.json, A: key owner of an event is not read (2 places)",
        "plan.json: key team of the plan is not read",
        "plan.json, A.x: keyword pii is not read",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([{"name": "Ann", "age": 3}], "a list of 1"),
        (
            {"name": "a-package", "dependencies": {"x": "1"}},
            'a map with "name", "dependencies"',
        ),
        ({"results": [{"name": "Ann"}]}, 'a map with "results"'),
        ({"events": []}, 'a map with "events"'),
        ({"events": [{"weight": 3}]}, 'a map with "events"'),
        ([], "a list of 0"),
        ("3", "a single value"),
        ({"type": "string"}, 'a map with "type"'),
    ],
)
def test_what_can_be_no_event_is_refused(tmp_path, content, said):
    """JSON in which nothing has the name of an event with properties never passes for a plan."""
    with pytest.raises(
        UsageError,
        match=f"^plan.json: nothing in it can be an event: it is {said}\n  accepted: ",
    ):
        read(tmp_path, content)


# --- vendors ----------------------------------------------------------------------------------------------------------

SENT = {
    "properties": {"properties": {"type": "object", "properties": {"fare": {"type": "number"}}}}
}
TRAITS = {
    "properties": {
        "traits": {"properties": {"plan": {"type": "string", "enum": ["free", "pro"]}}}
    }
}
SEATS = {"properties": {"traits": {"properties": {"seats": {"type": "integer"}}}}}


@pytest.mark.parametrize(
    "content",
    [
        [
            {"type": "TRACK", "key": "Paid", "version": 1, "jsonSchema": SENT},
            {"type": "IDENTIFY", "jsonSchema": TRAITS},
            {"type": "GROUP", "jsonSchema": SEATS},
        ],
        {"data": {"rules": [
            {"type": "TRACK", "key": "Paid", "jsonSchema": SENT},
            {"type": "IDENTIFY", "jsonSchema": TRAITS},
            {"type": "GROUP", "jsonSchema": SEATS},
        ], "pagination": {"current": "MA=="}}},
        {"events": [{"name": "Paid", "rules": SENT}], "identify": TRAITS, "group": SEATS},
        {"display_name": "P", "rules": {
            "events": [{"name": "Paid", "rules": SENT}], "identify": TRAITS, "group": SEATS,
        }},
        {"name": "P", "rules": {"events": [
            {"name": "Paid", "eventType": "track", "rules": SENT},
            {"name": "", "eventType": "identify", "identitySection": "context.traits",
             "rules": {"properties": {"context": TRAITS}}},
            {"name": "", "eventType": "group", "identitySection": "traits", "rules": SEATS},
        ]}},
        {"results": [
            {"entityType": "event", "name": "Paid", "schemaJson": SENT["properties"]["properties"]},
            {"entityType": "profile", "name": "$user", "schemaJson": json.dumps(TRAITS["properties"]["traits"])},
            {"entityType": "group", "name": "firm", "schemaJson": SEATS["properties"]["traits"]},
        ], "status": "ok"},
    ],
    ids=["segment rules", "segment api", "segment v1", "segment config", "rudderstack", "mixpanel"],
)  # fmt: skip
def test_kinds_of_calls(tmp_path, content):
    """Track is an event, identify tells of people, and what is said of groups is named."""
    plan = read(tmp_path, content)
    assert types(plan) == {"Paid": {"fare": "number"}}
    assert users(plan) == {"plan": ("text", ("free", "pro"))}
    (remark,) = left_out(plan)
    assert "group property seats is not read" in remark


def test_pages_and_screens_are_events(tmp_path):
    """A page or screen is an event by its name, or called as receivers of such calls call it; alias is named."""
    rules = [
        {"eventType": "page", "name": "", "rules": SENT},
        {"eventType": "screen", "name": "Map", "rules": SENT},
        {"eventType": "alias", "name": "", "rules": {}},
    ]
    plan = read(tmp_path, {"rules": {"events": rules}})
    assert types(plan) == {"page": {"fare": "number"}, "Map": {"fare": "number"}}
    assert [str(remark) for remark in plan.remarks] == [
        "plan.json, rules.events[2]: the call alias is not read",
        'plan.json, rules.events[0]: calls of kind page are taken as events called "page"',
    ]


def test_what_holds_for_all_events_is_read_for_each(tmp_path):
    """Segment's common rules are part of every event."""
    common = {"properties": {"properties": {"properties": {"version": {"type": "string"}}}}}
    rules = [
        {"type": "TRACK", "key": "Paid", "jsonSchema": SENT},
        {"type": "COMMON", "jsonSchema": common},
    ]
    assert types(read(tmp_path, {"rules": rules})) == {
        "Paid": {"fare": "number", "version": "text"}
    }


def test_avo(tmp_path):
    """Avo's export names categories by their ids; sources and tags are named as not read."""
    inner = {**SENT["properties"]["properties"], "required": ["fare"]}
    rules = {"type": "object", "properties": {"name": {"const": "Paid"}, "properties": inner}}
    event = {
        "id": "a",
        "name": "Paid",
        "categories": ["c1"],
        "tags": ["T"],
        "triggers": [],
        "rules": rules,
    }
    content = {"name": "main", "events": [event], "categories": [{"id": "c1", "name": "Sales"}]}
    plan = read(tmp_path, content)
    assert [(e.name, e.category, e.properties[0].is_required) for e in plan.events] == [
        ("Paid", "Sales", True)
    ]
    assert left_out(plan) == ["plan.json, Paid: key tags of an event is not read"]


def test_the_answers_of_amplitude(tmp_path):
    """Amplitude's taxonomy API answers with events, and with properties one by one."""
    files = {
        "events.json": {"success": True, "data": [
            {"event_type": "Paid", "category": {"name": "Sales"}, "description": "Pays"},
        ]},
        "properties.json": {"success": True, "data": [
            {"event_property": "fare", "event_type": "Paid", "type": "number", "is_required": True},
            {"event_property": "stops", "event_type": "Paid", "type": "string", "is_array_type": True},
            {"event_property": "loose", "event_type": None, "type": "string"},
        ]},
        "users.json": {"data": [{"user_property": "plan", "type": "string", "enum_values": "free,pro"}]},
    }  # fmt: skip
    plan = read_plan(folder(tmp_path, files))
    (event,) = plan.events
    assert (event.name, event.category, event.about) == ("Paid", "Sales", "Pays")
    assert [(p.name, p.type, p.item, p.is_required) for p in event.properties] == [
        ("fare", "number", None, True),
        ("stops", "list", "text", False),
    ]
    assert users(plan) == {"plan": ("text", ("free", "pro"))}
    assert left_out(plan) == ["properties.json, [2]: property loose of no event is not read"]


def _iglu(version, **properties):
    return {
        "self": {"vendor": "org.tram", "name": "ticket_bought", "format": "jsonschema", "version": version},
        "type": "object",
        "properties": properties,
    }  # fmt: skip


def test_who_made_a_schema_and_its_version_are_named(tmp_path):
    """Of Snowplow's `self` only the name is read; a version that says that nothing was changed is none."""
    first = _iglu("1-0-0", fare={"type": "string"})
    files = {"a.json": first, "b.json": _iglu("2-0-0", fare={"type": "string"})}
    del first["self"]["vendor"]
    files["c.json"] = [
        {"type": "TRACK", "key": "Paid", "version": 3, "jsonSchema": SENT},
        {"type": "TRACK", "key": "Left", "version": 1, "jsonSchema": SENT},
    ]
    assert left_out(read_plan(folder(tmp_path, files))) == [
        "b.json, ticket_bought: key vendor of self is not read",
        "b.json, ticket_bought: key version of self is not read",
        "c.json, Paid: key version of an event is not read",
    ]


def test_a_registry_of_schemas(tmp_path):
    """Files of a registry have no ending; of several versions of a schema the latest counts, as numbers."""
    where = "org.tram/ticket_bought/jsonschema"
    files = {
        f"{where}/1-0-2": _iglu("1-0-2", fare={"type": "string"}),
        f"{where}/1-0-10": _iglu("1-0-10", fare={"type": "number"}),
        "org.tram/seen/jsonschema/1-0-0": {"type": "object", "properties": {"x": {"type": "string"}}},
        "README.md": "# Schemas",
    }  # fmt: skip
    root = folder(tmp_path, files)
    plan = read_plan(root)
    assert types(plan) == {"ticket_bought": {"fare": "number"}, "seen": {"x": "text"}}
    remarks = [str(remark) for remark in plan.remarks]
    assert f"{where}/1-0-2: 1-0-10 is newer, and is read instead" in remarks
    assert any("README.md" in remark for remark in remarks)
    alone = root / where / "1-0-10"
    assert holds_plan(alone)
    assert types(read_plan(alone)) == {"ticket_bought": {"fare": "number"}}


def test_data_structures_of_snowplow(tmp_path):
    """A data structure in YAML is its schema; one of an entity is no event."""
    text = json.dumps(_iglu("1-0-0", fare={"type": "number"}))
    files = {
        "ticket.yaml": f"resourceType: data-structure\nmeta: {{schemaType: event}}\ndata: {text}",
        "rider.yaml": f"resourceType: data-structure\nmeta: {{schemaType: entity}}\ndata: {text}",
    }
    plan = read_plan(folder(tmp_path, files))
    assert types(plan) == {"ticket_bought": {"fare": "number"}}
    assert left_out(plan) == [
        "rider.yaml: entity ticket_bought is not read",
        "ticket.yaml, ticket_bought: key vendor of self is not read",
    ]


NEW = {
    "events.yaml": """
version: rudder/v1
kind: events
spec:
  events:
    - {id: bought, name: Ticket Bought, event_type: track, description: Pays, category: "#category:sales"}
    - {id: known, event_type: identify}
""",
    "categories.yaml": "{version: rudder/v1, kind: categories, spec: {categories: [{id: sales, name: Sales}]}}",
    "properties.yaml": """
version: rudder/v1
kind: properties
spec:
  properties:
    - {id: fare, name: Fare Paid, type: number, config: {minimum: 0}}
    - {id: line, name: line, types: [string, "null"]}
    - {id: mail, name: mail, type: "#custom-type:mail"}
    - {id: stops, name: stops, type: array, item_types: ["#custom-type:stop"]}
    - {id: rider, name: rider, type: object}
""",
    "types.yaml": """
version: rudder/v1
kind: custom-types
spec:
  types:
    - {id: mail, name: Mail, type: string, config: {format: email, max_length: 99}}
    - {id: stop, name: Stop, type: object, properties: [{property: "#property:line", required: true}]}
""",
    "plan.yaml": """
version: rudder/v1
kind: tracking-plan
spec:
  display_name: Trams
  rules:
    - event: "#event:bought"
      properties:
        - {property: "#property:fare", required: true}
        - {property: "#property:mail"}
        - {property: "#property:stops"}
        - {property: "#property:rider", properties: [{property: "#property:line"}]}
        - {property: "#property:gone"}
    - {event: "#event:known", identity_section: traits, properties: [{property: "#property:mail"}]}
""",
}


def test_a_catalogue_of_rudderstack(tmp_path):
    """A plan refers to events, properties and types in other files, which may nest; what is in none is named."""
    plan = read_plan(folder(tmp_path, NEW))
    (event,) = plan.events
    assert (plan.title, event.name, event.category, event.about) == (
        "Trams", "Ticket Bought", "Sales", "Pays",
    )  # fmt: skip
    fare, mail, stops, rider = event.properties
    assert (fare.name, fare.is_required, fare.constraint.minimum) == ("Fare Paid", True, 0)
    assert (mail.constraint.format, mail.constraint.most) == ("email", 99)
    assert [(f.name, f.is_required) for f in stops.fields] == [("line", False)]
    assert (rider.type, [f.name for f in rider.fields]) == ("record", ["line"])
    assert list(users(plan)) == ["mail"]
    assert left_out(plan) == [
        "plan.yaml, rules[0]: what #property:gone refers to, which is in none of the files, is not read"
    ]


def test_notes_on_a_catalogue_name_the_file_of_the_entry(tmp_path):
    """What is not read of a property or a type stands in their file, and not in that of the plan."""
    properties = NEW["properties.yaml"].replace("{minimum: 0}", "{multipleOf: 5}")
    types = NEW["types.yaml"].replace("#property:line", "#property:lost")
    files = {**NEW, "properties.yaml": properties, "types.yaml": types}
    found = left_out(read_plan(folder(tmp_path, files)))
    assert [text for text in found if not text.startswith("plan.yaml")] == [
        "types.yaml, stop: what #property:lost refers to, which is in none of the files, is not read",
        "properties.yaml, Ticket Bought.Fare Paid: keyword multipleOf is not read",
        "properties.yaml, Ticket Bought.stops: an object without declared fields is not read",
    ]


def test_an_older_catalogue_of_rudderstack(tmp_path):
    """References with paths, and keys in camel case, are those of older files."""
    files = {
        "events.yaml": """
{version: rudder/0.1, kind: events, spec: {events: [{id: b, name: Bought, event_type: track}]}}""",
        "properties.yaml": """
version: rudder/v0.1
kind: properties
spec:
  properties:
    - {id: kind, name: kind, type: string, propConfig: {enum: [single, return], maxLength: 9}}
    - {id: marks, name: marks, type: array, propConfig: {itemTypes: [integer]}}
""",
        "plan.yaml": """
version: rudder/0.1
kind: tp
spec:
  rules:
    - event: {$ref: "#/events/web/b", allow_unplanned: false}
      properties:
        - {$ref: "#/properties/web/kind", required: true}
        - {$ref: "#/properties/web/marks"}
""",
    }
    root = folder(tmp_path, files)
    (event,) = read_plan(root).events
    kind, marks = event.properties
    assert (kind.values, kind.is_required, kind.constraint.most) == (
        ("single", "return"),
        True,
        9,
    )
    assert (marks.type, marks.item) == ("list", "integer")
    with pytest.raises(UsageError, match="in other files: give their folder"):
        read_plan(root / "plan.yaml")


@pytest.mark.parametrize(
    "rule",
    [
        '{event: "#event:bought", allow_unplanned: true}',
        '{event: "#event:bought", additionalProperties: true}',
        '{event: {$ref: "#/events/web/bought", allow_unplanned: true}}',
    ],
)
def test_leave_for_what_is_not_planned_in_a_catalogue(tmp_path, rule):
    """A rule of a catalogue may allow more than it declares."""
    plan = f"{{version: rudder/v1, kind: tp, spec: {{rules: [{rule}]}}}}"
    found = read_plan(folder(tmp_path, {**NEW, "plan.yaml": plan}))
    unread = [text.partition(": ")[2] for text in left_out(found)]
    assert "property Fare Paid, to which nothing refers, is not read" in unread
    assert all("to which nothing refers" in text for text in unread)
    assert [event.is_open for event in found.events] == [True]


def test_places_of_notes_on_a_catalogue(tmp_path):
    """A note names the file in which it stands: of a rule the plan's, of an entry its own."""
    files = {
        "events.yaml": NEW["events.yaml"].replace("description: Pays", "owner: Ann"),
        "properties.yaml": NEW["properties.yaml"],
        "types.yaml": NEW["types.yaml"].replace("max_length: 99", "sort: x"),
        "categories.yaml": NEW["categories.yaml"],
        "plan.yaml": """
version: rudder/v1
kind: tracking-plan
spec:
  rules:
    - {event: "#event:bought", squad: Tickets, properties: [{property: "#property:line", since: 3}]}
    - {event: "#event:known", properties: [{property: "#property:mail", required: true}]}
""",
    }
    told = left_out(read_plan(folder(tmp_path, files)))
    assert [text for text in told if "nothing refers" not in text] == [
        "plan.yaml, rules[0].line: key since of a property's place is not read",
        "plan.yaml, rules[0]: key squad of a rule is not read",
        "events.yaml, bought: key owner of an event is not read",
        "properties.yaml, rules[1].mail: keyword sort is not read",
        "plan.yaml, rules[1].mail: required of user property mail is not read",
    ]
    assert (
        "properties.yaml, fare: property Fare Paid, to which nothing refers, is not read"
        in told
    )


# --- files ------------------------------------------------------------------------------------------------------------


def test_yaml_of_a_scenario_is_no_plan(tmp_path):
    """What a file of YAML is, it says itself: a scenario has a version, a plan has events, even where it is broken."""
    texts = {
        "a.yaml": ("footfall: 1\nevents: {A: [x]}\n", False),
        "b.yaml": ("scenario: a\nevents: {A: [x]}\n", False),
        "c.yaml": ("events: {A: [x]}\n", True),
        "d.yaml": ("events: [\n", True),
        "e.yaml": ("", False),
        "f.json": ("{}", False),
    }
    for name, (text, _) in texts.items():
        (tmp_path / name).write_text(text)
    assert {name: holds_plan(tmp_path / name) for name in texts} == {
        name: is_plan for name, (_, is_plan) in texts.items()
    }
    with pytest.raises(UsageError, match=r"a.yaml: this is a scenario, not a plan"):
        read_plan(tmp_path / "a.yaml")
    for name in ("b.yaml", "d.yaml", "e.yaml", "f.json"):
        (tmp_path / name).unlink()
    plan = read_plan(tmp_path)
    assert ([e.name for e in plan.events], left_out(plan)) == (
        ["A"],
        ["a.yaml: a scenario is not read"],
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events: [a\n", "line 2: this is not YAML"),
        ("a: &x [1]\nb: {x: *y}\n", "line 2: "),
        ("x: !!python/object:os.system {}\n", "line 1: the tag"),
        ("a: 1\na: 2\n", "line 2: `a` is set twice"),
        ("&a [*a]\n", "contains itself"),
        ("  \n", "the file is empty"),
        ("events: [A]\n---\nevents: [B]\n", "line 2: a second document.*\n  hint: .* a file of its own"),
    ],
)  # fmt: skip
def test_yaml_that_cannot_be_read_is_refused(tmp_path, text, said):
    """YAML that means harm, or nothing, is refused with its line."""
    with pytest.raises(UsageError, match=said):
        read(tmp_path, text, "plan.yaml")


def test_aliases_that_stand_for_billions_are_refused(tmp_path):
    """Lines of aliases to lines of aliases are counted before they are followed."""
    lines = ["a0: &a0 {x: string}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(UsageError, match="aliases expand to more than"):
        read(tmp_path, "\n".join(lines), "plan.yaml")


def test_deep_json_is_refused(tmp_path):
    """Lists within lists, deeper than any plan, are refused."""
    with pytest.raises(UsageError, match="nested too deep"):
        read(tmp_path, '{"events": ' + "[" * 200 + "]" * 200 + "}")


def test_a_key_that_stands_twice_is_named(tmp_path):
    """Of two members of one name the last counts, and a remark says so."""
    text = '{"events": [{"name": "A", "properties": {"x": "string", "x": "integer"}}]}'
    plan = read(tmp_path, text)
    assert types(plan) == {"A": {"x": "integer"}}
    (remark,) = left_out(plan)
    assert 'written twice ("x")' in remark
