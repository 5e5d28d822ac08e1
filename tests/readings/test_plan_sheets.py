import datetime as dt
import json
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.comments import Comment

from footfall.errors import UsageError
from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.property_keys import losses
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.to_scenario import scenario_text
from tests.sheets import workbook

HEADER = [
    "Category",
    "Event",
    "Description",
    "Property",
    "Type",
    "Required",
    "Example",
    "Property description",
]


def read(tmp_path, rows, name="Events", **others):
    return read_plan(workbook(tmp_path / "plan.xlsx", {name: rows, **others}))


def names(plan):
    return [event.name for event in plan.events]


def properties(plan, event):
    return {p.name: p for e in plan.events if e.name == event for p in e.properties}


def test_rows_of_an_event_are_one_event(tmp_path):
    """One row per property; category and event may be written once, above the rows they hold for."""
    rows = [
        HEADER,
        ["Shop", "Viewed", "Looks", "sku", "string", "yes", "A-1", "The article"],
        ["", "", "", "price", "number", "", "9.90", ""],
        ["", "Bought", "Pays", "", "", "", "", ""],
    ]
    plan = read(tmp_path, rows)
    assert [(e.category, e.name, e.about) for e in plan.events] == [
        ("Shop", "Viewed", "Looks"),
        ("Shop", "Bought", "Pays"),
    ]
    sku, price = plan.events[0].properties
    assert (sku.name, sku.type, sku.is_required, sku.examples, sku.about) == (
        "sku",
        "text",
        True,
        ("A-1",),
        "The article",
    )
    assert (price.type, price.is_required) == ("number", False)
    assert plan.remarks == ()


@pytest.mark.parametrize(
    ("words", "kind", "item"),
    [
        ("string", "text", None),
        ("строка", "text", None),
        ("целое число", "integer", None),
        ("Число", "number", None),
        ("дата и время", "time", None),
        ("Boolean (true/false)", "boolean", None),
        ("list of integers", "list", "integer"),
        ("список строк", "list", "text"),
        ("string[]", "list", "text"),
        ("Array<object>", "list", None),
    ],
)
def test_types_are_read_in_words(tmp_path, words, kind, item):
    """Types are known by what people call them, also in other languages."""
    plan = read(tmp_path, [HEADER, ["Shop", "Viewed", "", "x", words, "", "", ""]])
    found = plan.events[0].properties[0]
    assert (found.type, found.item) == (kind, item)


def test_a_russian_sheet(tmp_path):
    """Titles, types and yes are understood in Russian; texts and names stay as they are."""
    rows = [
        [
            "Категория",
            "Событие",
            "Описание",
            "Свойство",
            "Тип данных",
            "Обязательное",
            "Примеры",
        ],
        [
            "Регистрация",
            "Вход",
            "Пользователь вошёл",
            "способ",
            "строка",
            "да",
            "телефон; почта",
        ],
    ]
    plan = read(tmp_path, rows, name="События")
    found = plan.events[0]
    assert (found.category, found.name, found.about) == (
        "Регистрация",
        "Вход",
        "Пользователь вошёл",
    )
    assert found.properties[0].examples == ("телефон", "почта")
    assert found.properties[0].is_required


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    """A merged category or event is that of every row that it spans."""
    rows = [
        HEADER,
        ["Shop", "Viewed", "Looks", "sku", "string"],
        [None, None, None, "price", "number"],
        [None, "Bought", "Pays", "total", "number"],
    ]
    path = workbook(
        tmp_path / "plan.xlsx", {"Events": rows}, {"Events": ["A2:A4", "B2:B3", "C2:C3"]}
    )
    plan = read_plan(path)
    assert [(e.category, e.name, len(e.properties)) for e in plan.events] == [
        ("Shop", "Viewed", 2),
        ("Shop", "Bought", 1),
    ]


def test_two_header_rows_below_a_title(tmp_path):
    """A table may begin anywhere, below titles and empty rows, with groups above its columns."""
    rows = [
        [],
        [None, "Tracking plan, version 3"],
        [],
        [None, "Category", "Event", None, "Property", None, None],
        [None, None, "Name", "Description", "Name", "Type", "Description"],
        [None, "Shop", "Viewed", "Looks", "sku", "string", "The article"],
        [],
        [None, "Shop", "Bought ", "Pays", "total", "number", "What is paid"],
    ]
    plan = read(tmp_path, rows)
    assert names(plan) == ["Viewed", "Bought"]
    assert properties(plan, "Viewed")["sku"].about == "The article"
    assert plan.events[0].about == "Looks"
    assert {e.category for e in plan.events} == {"Shop"}


def test_a_sheet_per_category(tmp_path):
    """Without a column for it, a sheet's name is the category, and headings across the columns are."""
    plan = read(
        tmp_path,
        [["Event", "Description"], ["Viewed", "Looks"]],
        name="Browsing",
        Paying=[["Event", "Description"], ["Paid", "Pays"]],
    )
    assert [(e.category, e.name) for e in plan.events] == [
        ("Browsing", "Viewed"),
        ("Paying", "Paid"),
    ]


def test_headings_between_the_rows(tmp_path):
    """A line merged across the columns is the category of the events below it."""
    rows = [
        ["Event", "Description"],
        ["Support", None],
        ["Asked", "Asks"],
        ["Sales"],
        ["Paid", "Pays"],
    ]
    plan = read_plan(
        workbook(tmp_path / "plan.xlsx", {"Sheet1": rows}, {"Sheet1": ["A2:B2", "A4:B4"]})
    )
    assert [(e.category, e.name) for e in plan.events] == [
        ("Support", "Asked"),
        ("Sales", "Paid"),
    ]


def test_the_critical_path_and_user_properties_stand_beside_each_other(tmp_path):
    """Two tables of one sheet are told apart by what their titles explain."""
    path = [
        ["Critical path", None, None, None, "User properties"],
        [
            "Stage",
            "Event",
            "Example user_id",
            None,
            "User property",
            "Type",
            "Description",
            "Example",
        ],
        ["visitor", "", "", None, "age", "integer", "Years", "29"],
        ["buyer", "bought ", "u-1", None, "status", "", "Where they stand", "new; old"],
    ]
    plan = read(
        tmp_path, [["Event", "Description"], ["Bought", "Pays"]], **{"Critical path": path}
    )
    assert [(s.name, s.events) for s in plan.stages] == [
        ("visitor", ()),
        ("buyer", ("Bought",)),
    ]
    assert [(p.name, p.type, p.examples) for p in plan.user_properties] == [
        ("age", "integer", ("29",)),
        ("status", "text", ("new", "old")),
    ]
    assert [(s.user_id, s.event, s.stage) for s in plan.example] == [("u-1", "Bought", "buyer")]


def test_a_stage_that_nobody_reached_has_no_example(tmp_path):
    """One person's name stands for the rows below that give an example, and for no others."""
    path = [
        ["Stage", "Event", "Example user_id", "Example time", "Example properties"],
        ["visitor", "Seen", "u-1", "2026-03-01", ""],
        ["guest", "Asked", "", "2026-03-02", "topic = price"],
        ["buyer", "Bought", "", "", ""],
    ]
    events = [["Event", "Description"], ["Seen", ""], ["Asked", ""], ["Bought", "Pays"]]
    plan = read(tmp_path, events, **{"Critical path": path})
    assert [(s.user_id, s.event) for s in plan.example] == [("u-1", "Seen"), ("u-1", "Asked")]


def test_properties_in_one_cell(tmp_path):
    """One cell may name several properties, with types or examples behind them."""
    rows = [
        ["Event", "Properties"],
        ["Viewed", "sku (string), price: number\ncolour – what it looks like"],
        ["Left", "reason"],
    ]
    found = properties(read(tmp_path, rows), "Viewed")
    assert {name: p.type for name, p in found.items()} == {
        "sku": "text",
        "price": "number",
        "colour": "any",
    }


def test_fields_of_records(tmp_path):
    """`products[].sku` is a field of the records in the list `products`."""
    rows = [
        HEADER,
        ["Shop", "Bought", "", "products", "list of records"],
        ["", "", "", "products[].sku", "string"],
    ]
    found = properties(read(tmp_path, rows), "Bought")["products"]
    assert (found.type, found.item, [f.name for f in found.fields]) == ("list", None, ["sku"])


def test_types_are_told_from_examples(tmp_path):
    """Where no type is named, values tell it, then the name, then the description; what was guessed is said."""
    rows = [
        ["Event", "Property", "Example", "Property description", "Allowed values"],
        ["Viewed", "n", "3; 12", "", ""],
        ["Viewed", "share", "0.25", "", ""],
        ["Viewed", "price", "9.90", "", ""],
        ["Viewed", "code", "017", "", ""],
        ["Viewed", "seen_at", "2026-01-02 10:00", "", ""],
        ["Viewed", "tags", "[a, b]", "", ""],
        ["Viewed", "flag", "true", "", ""],
        ["Viewed", "is_new", "", "", ""],
        ["Viewed", "pieces", "", "How many were taken", ""],
        ["Viewed", "plan", "", "", "free, paid"],
        ["Viewed", "mystery", "", "", ""],
    ]
    plan = read(tmp_path, rows)
    found = {name: p.type for name, p in properties(plan, "Viewed").items()}
    assert found == {
        "n": "integer", "share": "number", "price": "money", "code": "text", "seen_at": "time", "tags": "list",
        "flag": "boolean", "is_new": "boolean", "pieces": "integer", "plan": "text", "mystery": "any",
    }  # fmt: skip
    said = "\n".join(map(str, plan.remarks))
    assert "plan.xlsx: type money, guessed from examples: price" in said
    assert "type boolean, guessed from the name: is_new" in said
    assert "type any, as nothing says what it is: mystery" in said


def test_numbers_dates_and_truth_values_are_read_as_people_type_them(tmp_path):
    """Whole numbers have no point, dates are ISO 8601, truth values small."""
    values = [
        7,
        7.5,
        True,
        dt.date(2026, 1, 2),
        dt.datetime.fromisoformat("2026-01-02T03:04:05"),
        dt.time(9, 30),
    ]
    rows = [
        ["Event", "Property", "Example"],
        *(["Viewed", f"p{n}", value] for n, value in enumerate(values)),
    ]
    found = properties(read(tmp_path, rows), "Viewed").values()
    assert [p.examples[0] for p in found] == [
        "7",
        "7.5",
        "true",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "09:30:00",
    ]


def test_duplicates_are_merged_and_contradictions_told(tmp_path):
    """What stands twice alike is one; where it contradicts, the first is kept, and both cells are named."""
    rows = [
        HEADER,
        ["Shop", "Viewed", "Looks", "sku", "string"],
        ["Shop", "Viewed", "Looks", "sku", "string"],
        ["Shop", "Viewed ", "Looks at it", "sku", "number"],
        ["Other", "Viewed", "", "price", "number"],
    ]
    plan = read(tmp_path, rows)
    assert len(plan.events) == 1
    assert list(properties(plan, "Viewed")) == ["sku", "price"]
    assert properties(plan, "Viewed")["sku"].type == "text"
    said = "\n".join(map(str, plan.remarks))
    assert (
        'sheet Events, cell C4: event "Viewed" has another description than in Events C2; "Looks" is kept'
        in said
    )
    assert (
        'sheet Events, cell E4: property "sku" of event "Viewed" has other type than in Events E2; "text" is kept'
        in said
    )
    assert (
        'sheet Events, cell A5: event "Viewed" has another category than in Events A2; "Shop" is kept'
        in said
    )


def test_a_table_of_event_properties_fills_in(tmp_path):
    """A dictionary of the events' properties says what the events' table leaves out."""
    plan = read(
        tmp_path,
        [["Event", "Property"], ["Viewed", "sku"], ["Bought", "sku"]],
        **{
            "Event properties": [
                ["Property", "Type", "Description"],
                ["sku", "string", "The article"],
            ]
        },
    )
    assert [(p.type, p.about) for e in plan.events for p in e.properties] == [
        ("text", "The article")
    ] * 2


def test_a_dash_is_an_empty_cell(tmp_path):
    """Dashes fill cells that say nothing."""
    plan = read(tmp_path, [HEADER, ["Shop", "Viewed", "—", "-", "-", "-", "-", "-"]])
    assert plan.events[0].properties == ()
    assert plan.events[0].about == ""


def test_what_a_description_says_beside_the_text(tmp_path):
    """Without columns for them, changes of state in curly braces and "(optional)" are found in the description."""
    rows = [
        ["Event", "Description"],
        ["Paid", "Pays {status: new → buyer}"],
        ["Promo", "A code (optional)"],
        ["Left", "{sic}"],
    ]
    found = read(tmp_path, rows).events
    assert [event.changes for event in found] == [("status: new → buyer",), (), ()]
    assert [event.is_optional for event in found] == [False, True, False]


def test_columns_that_nobody_knows_are_told(tmp_path):
    """A title between others that is not known is named, so that nothing is lost unseen."""
    plan = read(tmp_path, [["Category", "Owner", "Event"], ["Shop", "Ann", "Viewed"]])
    assert [str(remark) for remark in plan.remarks] == [
        "plan.xlsx, sheet Events, cell B1: column Owner is not read",
    ]


def test_comments_on_cells_are_named(tmp_path):
    """Those of a thread too, without the sentence before it; those that our own workbooks have in headers are not."""
    path = tmp_path / "plan.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Rides"
    for row in (["Event", "Property", "Type"], ["Ride Booked", "fare", "number"]):
        book.active.append(row)
    comments = {
        "A1": ("The name of it", "footfall"),
        "B2": ("never below 0", "Kim"),
        "C2": ("[Threaded comment]\n\nYour version knows none.\n\nComment:\n    in cents?", "tc={1}"),
    }  # fmt: skip
    for cell, (text, author) in comments.items():
        book.active[cell].comment = Comment(text, author)
    book.save(path)
    assert [str(remark) for remark in read_plan(path).remarks] == [
        'plan.xlsx, sheet Rides, cell B2: comment "never below 0" is not read',
        'plan.xlsx, sheet Rides, cell C2: comment "in cents?" is not read',
    ]


def test_hidden_and_foreign_sheets_are_told(tmp_path):
    """Sheets that are hidden, or without known titles, are not read, and that is said."""
    import openpyxl

    path = workbook(
        tmp_path / "plan.xlsx",
        {"Events": [HEADER, ["a", "b"]], "Old": [HEADER, ["c", "d"]], "Notes": [["hello"]]},
    )
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.save(path)
    plan = read_plan(path)
    assert names(plan) == ["b"]
    assert [str(remark) for remark in plan.remarks] == [
        "plan.xlsx: sheet Old, as it is hidden, is not read",
        "plan.xlsx: sheet Notes, which has no title that is known, is not read",
    ]


def test_ten_thousand_rows(tmp_path):
    """A sheet of 10,000 rows is read whole."""
    rows = [
        HEADER,
        *(
            [f"c{n % 20}", f"event {n % 2500}", "", f"p{n // 2500}", "string"]
            for n in range(10_000)
        ),
    ]
    plan = read(tmp_path, rows)
    assert len(plan.events) == 2500
    assert sum(len(e.properties) for e in plan.events) == 10_000


# --- CSV -------------------------------------------------------------------------------------------------------------

TABLE = 'Категория{0}Событие{0}Описание\nОплата{0}Заказ оплачен{0}"Деньги{0} пришли"\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_csv_in_any_encoding_and_with_any_delimiter(tmp_path, encoding, delimiter):
    """The sign between cells and the encoding are found out."""
    path = tmp_path / "plan.csv"
    path.write_bytes(TABLE.format(delimiter).encode(encoding))
    plan = read_plan(path)
    assert [(e.category, e.name, e.about) for e in plan.events] == [
        ("Оплата", "Заказ оплачен", f"Деньги{delimiter} пришли")
    ]
    assert bool(plan.remarks) == (encoding == "cp1251")


def test_western_text_is_not_taken_for_cyrillic(tmp_path):
    """Accents that stand alone in a word are Western."""
    path = tmp_path / "plan.csv"
    path.write_bytes("Event,Description\nDéjà vu,Événement créé\n".encode("cp1252"))
    assert read_plan(path).events[0].name == "Déjà vu"


def test_amplitude_csv(tmp_path):
    """Rows of properties follow that of their event; what Amplitude is to remove is left out."""
    header = "Action,Object type,Object name,Object description,Event category,Property type,Event property name,"
    header += (
        "Property description,Property value type,Property required,Property is "
        "array,Enum values,Number is integer"
    )
    lines = [
        header,
        ",Event,Bought,Pays,Shop,,,,,,,,",
        ',,,,,Event Property,plan,Which,enum,True,False,"free,paid",',
        ",,,,,Event Property,n,,number,False,False,,True",
        ",,,,,Event Property,tags,,string,False,True,,",
        "Remove,Event,Gone,,Shop,,,,,,,,",
    ]
    path = tmp_path / "amplitude.csv"
    path.write_text("\n".join(lines) + "\n")
    plan = read_plan(path)
    assert names(plan) == ["Bought"]
    found = properties(plan, "Bought")
    assert (found["plan"].values, found["plan"].is_required) == (("free", "paid"), True)
    assert (found["n"].type, found["tags"].type, found["tags"].item) == (
        "integer",
        "list",
        "text",
    )


# --- JSON Schemas ----------------------------------------------------------------------------------------------------

SCHEMA = {
    "title": "Bought",
    "description": "Pays",
    "type": "object",
    "required": ["total"],
    "properties": {
        "total": {"type": "number", "description": "Paid"},
        "plan": {"enum": ["free", "paid"]},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "lines": {"type": "array", "items": {"$ref": "#/definitions/line"}},
        "far": {"$ref": "https://example.com/x.json"},
    },
    "definitions": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}},
}


def test_a_folder_of_schemas(tmp_path):
    """One schema per event; references lead within the file, and are not followed out of it."""
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "bought.json").write_text(json.dumps(SCHEMA))
    plan = read_plan(folder)
    found = properties(plan, "Bought")
    assert {name: p.type for name, p in found.items()} == {
        "total": "number", "plan": "text", "at": "time", "lines": "list", "far": "any",
    }  # fmt: skip
    assert found["total"].is_required
    assert [f.name for f in found["lines"].fields] == ["sku"]
    assert any("leads out of the file" in str(remark) for remark in plan.remarks)


@pytest.mark.parametrize(
    "bundle",
    [
        {
            "rules": [
                {
                    "key": "Bought",
                    "type": "TRACK",
                    "jsonSchema": {"properties": {"properties": SCHEMA}},
                }
            ]
        },
        {"events": {"Bought": SCHEMA}},
        [{"name": "Bought", "schema": SCHEMA}],
        {
            "$defs": {
                "event:Bought": {
                    "properties": {
                        "event_type": {"enum": ["Bought"]},
                        "event_properties": SCHEMA,
                    }
                }
            }
        },
        {"self": {"name": "Bought", "vendor": "x"}, **SCHEMA, "title": "Something"},
    ],
)
def test_one_file_with_all_schemas(tmp_path, bundle):
    """Segment's rules, bundles by name, Iglu's self-describing schemas and our own are known."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(bundle))
    plan = read_plan(path)
    assert names(plan) == ["Bought"]
    assert properties(plan, "Bought")["plan"].values == ("free", "paid")


def test_what_is_no_plan_is_refused(tmp_path):
    """A sheet without a table of events is refused, with what it says and what is accepted."""
    with pytest.raises(
        UsageError,
        match=r"plan.xlsx: no table of events was found; the first row of sheet Notes says: hello\n  accepted: a",
    ):
        read(tmp_path, [["hello"]], name="Notes")
    with pytest.raises(UsageError, match=r"does not exist\n  accepted: a workbook"):
        read_plan(tmp_path / "none.xlsx")
    (tmp_path / "plan.pdf").write_bytes(b"x")
    with pytest.raises(UsageError, match="no plan that can be read"):
        read_plan(tmp_path / "plan.pdf")


def test_the_columns_of_other_tools(tmp_path):
    """What a tracking plan of Segment's calls its columns is known."""
    path = tmp_path / "segment.csv"
    path.write_text(
        "Event Name,Event Description,Property Name,Property Description,Property Data Type,Property Status,"
        "Permitted Values\n"
        "Signed Up,Opens an account,plan,Which,string,required,free | paid\n"
        ",,seats,How many,integer,optional,\n"
    )
    plan = read_plan(path)
    assert [(p.name, p.type, p.is_required, p.values) for p in plan.events[0].properties] == [
        ("plan", "text", True, ("free", "paid")),
        ("seats", "integer", False, ()),
    ]
    assert plan.remarks == ()


def test_events_keep_types_of_their_own(tmp_path):
    """Where two events give a property different types, each is checked by its own, and a scenario names it."""
    path = tmp_path / "mixed.csv"
    path.write_text("Event,Property,Type,Range\nSeen,size,integer,1 to 9\nPaid,size,text,\n")
    plan = read_plan(path)
    assert not plan.remarks
    expected = of_plan(plan).events
    assert expected["Seen"].properties["size"].constraint == Constraint(Decimal(1), Decimal(9))
    assert expected["Paid"].properties["size"].type == "text"
    (lost,) = losses(plan)
    text = scenario_text(plan, "mixed.csv")
    assert f"# not kept: {lost}" in text
    assert "will have findings:\n# footfall validate EVENTS --against mixed.csv\n" in text


@pytest.mark.parametrize("required", ["yes", ""])
def test_a_field_that_no_scenario_has_gives_findings_where_it_must_be_there(tmp_path, required):
    """A list within the records of a list is left out: the head says what comes of it, if the plan requires it."""
    path = tmp_path / "lists.csv"
    path.write_text(
        "Event,Property,Type,Required\nPaid,lines,list of records,\nPaid,lines[].sku,text,\n"
        f"Paid,lines[].tags,list of text,{required}\n"
    )
    assert ("will have findings" in scenario_text(read_plan(path))) == bool(required)


@pytest.mark.parametrize(
    ("example", "kind"),
    [
        ("03.02.2027", "text"),
        ("14:30", "text"),
        ("2027-02-03T10:00:00Z", "time"),
        ("1767607200000", "time"),
        ("", "time"),
    ],
)
def test_a_time_with_examples_in_another_form_is_text(example, kind, tmp_path):
    """The plan's own examples keep to its types; what is taken as text for it is named with its example."""
    plan = read(
        tmp_path,
        [["Event", "Property", "Type", "Example"], ["Booked", "arrival", "timestamp", example]],
    )
    assert [each.type for each in properties(plan, "Booked").values()] == [kind]
    assert any(example in str(r) and "as text" in str(r) for r in plan.remarks) == (
        kind == "text"
    )
