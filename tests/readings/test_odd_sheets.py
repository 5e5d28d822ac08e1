"""Sheets as people have them: nothing of them is lost unseen."""

import re
from decimal import Decimal

import pytest

from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.readers.around_tables import MOST_TEXTS
from footfall.tracking_plan.readers.headers import ALL_TITLES
from footfall.tracking_plan.to_scenario import scenario_text
from footfall.tracking_plan.writers.csv_table import render_csv as csv_table
from footfall.tracking_plan.writers.workbook import render_workbook as workbook


@pytest.fixture
def read(tmp_path):
    def of(text, encoding="utf-8"):
        path = tmp_path / "plan.csv"
        path.write_bytes(text.encode(encoding))
        return read_plan(path)

    return of


def names(plan):
    return [event.name for event in plan.events]


def properties(plan, event=None):
    found = [e for e in plan.events if e.name == event] or plan.events
    return {p.name: p for p in found[0].properties}


def users(plan):
    return {p.name: p.type for p in plan.user_properties}


def said(plan, kind=""):
    return [str(r) for r in plan.remarks if not kind or r.kind == kind]


def lost(plan):
    return [str(r).partition(": ")[2] for r in plan.remarks if r.is_loss]


# --- kinds of calls ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Event Name,Event Type,Event Description",
        "Event,Event Type,Description",
        "Event Name,Event,Description",
        "Name,Type,Description",
        "Event Name,Call type,Description",
    ],
)
def test_the_kind_of_call_is_neither_a_name_nor_a_property(read, header):
    """Track and page say what a row is; page and screen are events with a name, whichever column comes first."""
    plan = read(f"{header}\nRoute Planned,Track,Asks for a way\nMap,page,Sees it\n")
    assert [(e.name, e.about, e.properties) for e in plan.events] == [
        ("Route Planned", "Asks for a way", ()),
        ("Map", "Sees it", ()),
    ]
    title, kind, about = header.split(",")
    plan = read(f"{kind},{title},{about}\ntrack,Route Planned,Asks for a way\n")
    assert names(plan) == ["Route Planned"]


def test_the_only_column_of_names_is_one_whatever_it_is_called(read):
    """A column called Event type that holds names is of the events."""
    plan = read("Event type,Description\nRoute Planned,Asks\nRoute Left,Goes\n")
    assert names(plan) == ["Route Planned", "Route Left"]
    assert said(plan) == ["plan.csv, cell A1: column Event type is taken for Event"]


def test_identify_tells_of_people_and_group_of_nobody(read):
    """Traits are properties of people; those of accounts have no place and are named; nameless calls keep theirs."""
    plan = read(
        "Event Name,Rule type,Property name,Property type,Req'd\n"
        "Ride Booked,track,fare,number,TRUE\n"
        ",identify,tier,string,FALSE\n"
        ",,home_zone,string,\n"
        ",screen,screen_name,string,\n"
        ",group,fleet_size,integer,\n"
    )
    assert names(plan) == ["Ride Booked", "screen"]
    assert list(properties(plan, "Ride Booked")) == ["fare"]
    assert properties(plan)["fare"].is_required
    assert users(plan) == {"tier": "text", "home_zone": "text"}
    assert lost(plan) == ["what is said of accounts (group calls) is not read (2 places)"]


def test_rows_may_be_of_properties(read):
    """Exports that say in each row what it is: events, their properties below them, properties of people."""
    plan = read(
        "Entity Type,Entity Name,Description,Data type\n"
        "Event,Ride Booked,Books,\nEvent Property,fare,What it costs,number\n"
        "Event,Ride Left,Leaves,\nProfile Property,tier,Which,string\n"
    )
    assert names(plan) == ["Ride Booked", "Ride Left"]
    assert properties(plan, "Ride Booked")["fare"].about == "What it costs"
    assert users(plan) == {"tier": "text"}
    plan = read(
        "Entity Type,Entity Name,Description\nEvent,A,x\nEvent,B,y\nEvent Property,fare,z\n"
    )
    assert lost(plan) == ["property fare, which no event has, is not read (2 places)"]


# --- columns ----------------------------------------------------------------------------------------------------------


def test_columns_on_any_side_are_named_where_they_carry_something(read):
    """Left, right or between: an unknown title is named once; an empty column and a numbering carry nothing."""
    plan = read(
        "No,Team,Event,Version,Description,Empty,Platform\n1,maps,Route Planned,2,Asks,,iOS\n"
        "2,maps,Route Left,2,Goes,,\n"
    )
    assert lost(plan) == [
        "column Team is not read (2 places)",
        "column Version is not read (2 places)",
        "column Platform is not read",
    ]


def test_a_column_without_a_title_and_texts_elsewhere_are_named(read):
    """Cells beside a table and notes far from it are told with their first place."""
    plan = read("Event,Description,\nRoute Planned,Asks,really?\n,,ask Kim\n")
    assert said(plan) == [
        "plan.csv, cell C1: column C, without a title, is not read",
        'plan.csv, cell C3: "ask Kim" outside of the tables is not read',
    ]


def test_a_text_below_a_table_is_no_cell_of_a_column_that_is_left_out(read):
    """It is named with its place and its words; a numbering that goes on below the last row carries nothing."""
    plan = read(
        "No,Event,Category,Owner\n1,Left,Rides,kim\n2,Came,Rides,\n3,,,\n,,,\nNB: never by night,,,\n"
    )
    assert said(plan) == [
        "plan.csv, cell D1: column Owner is not read",
        'plan.csv, cell A6: "NB: never by night" outside of the tables is not read',
    ]


def test_of_many_texts_outside_the_first_are_named_and_the_others_counted(read):
    """A legend of some lines is told line by line, a page of text is not."""
    lines = "\n".join(f",,,line {number}" for number in range(MOST_TEXTS + 3))
    plan = read(f"Event,Category,,\nLeft,Rides,,\n{lines}\n")
    assert said(plan)[MOST_TEXTS - 1 :] == [
        'plan.csv, cell D12: "line 9" outside of the tables is not read',
        "plan.csv, cell D13: text outside of the tables is not read (3 places)",
    ]


def test_headings_above_the_titles_are_named_unless_they_say_what_is_below(read):
    """`Event info` above titles that need no heading adds nothing to them; `Property` above Name makes them clear."""
    table = "Event,When fired,Property,Type,Owner\nLeft,At once,fare,number,kim\n"
    plan = read(f"Rides\nAll of them\n\nEvent info,,Property info,,Internal\n{table}")
    assert (plan.title, plan.about) == ("Rides", "All of them")
    assert lost(plan) == [
        'heading "Event info" above the titles is not read',
        'heading "Property info" above the titles is not read',
        'heading "Internal" above the titles is not read',
        "column Owner is not read",
    ]
    plan = read("Event,,Property,,Owner\nName,About,Name,Type,\nLeft,Goes,fare,number,kim\n")
    assert lost(plan) == ["column Owner is not read"]


def test_a_heading_without_events_is_named(read):
    """A line with a category alone is a heading: one that nothing follows is told, with its place."""
    plan = read("Category,Event,Description\nRides,,\n,Left,Goes\nNB: never by night,,\n")
    assert [(e.name, e.category) for e in plan.events] == [("Left", "Rides")]
    assert said(plan) == [
        'plan.csv, cell A4: heading "NB: never by night", below which no event stands, is not read'
    ]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("Event,When fired,Type\nLeft,At once,track\n", "column When fired is taken for Description"),
        ("User property,Type,Status\ntier,text,required\n", "column Status is taken for Required"),
        ("Name,Category\nLeft,Rides\n", ""),
    ],
)  # fmt: skip
def test_a_title_that_only_resembles_one_is_told(read, text, remark):
    """Whatever it is taken for, and in every kind of table; but for a column that is called Name."""
    plan = read(
        text if "Event" in text or not remark else f"Event,Category\nLeft,Rides\n\n{text}"
    )
    assert [str(r).partition(": ")[2] for r in plan.remarks if r.kind == "guessed"] == [remark][
        : bool(remark)
    ]


def test_names_listed_in_one_cell(read):
    """Required and optional ones in columns of their own; numbered parameters; a cell that names the required."""
    plan = read(
        'event_name,trigger,required_properties,optional_properties\nroute_planned,Asks,"from, to",via\n'
    )
    assert [(p.name, p.is_required) for p in properties(plan).values()] == [
        ("from", True),
        ("to", True),
        ("via", False),
    ]
    assert plan.events[0].about == "Asks"
    plan = read(
        "event_name,description,param_1,param_2,notes\nroute_planned,Asks,from,to,On maps\n"
    )
    assert list(properties(plan)) == ["from", "to"]
    assert plan.events[0].about == "Asks. notes: On maps"
    plan = read('Event,Properties,Required\nRoute Planned,"from, to, via","from, to"\n')
    assert [p.name for p in properties(plan).values() if p.is_required] == ["from", "to"]
    assert lost(plan) == []


def test_values_and_examples_have_many_titles(read):
    """Property Values are allowed values, Sample Value an example."""
    plan = read(
        'Event Name,Event Properties,Property Values,Sample Value\nMix Played,mood,"calm, loud",calm\n'
    )
    mood = properties(plan)["mood"]
    assert (mood.values, mood.examples) == (("calm", "loud"), ("calm",))


def test_lines_of_a_cell_belong_to_each_other(read):
    """As many types and values as properties: one each; what cannot be shared out is named."""
    plan = read(
        "Event,Properties,Type,Required,Values\n"
        'Mix Played,"mood\nlength","string\ninteger","yes\nno","calm, loud\n1-90"\n'
    )
    mood, length = properties(plan).values()
    assert (mood.type, mood.values, mood.is_required) == ("text", ("calm", "loud"), True)
    assert (length.type, length.is_required) == ("integer", False)
    assert length.constraint == Constraint(Decimal(1), Decimal(90))
    plan = read('Event,Properties,Property description\nMix Played,"mood, length",How long\n')
    assert "nobody knows" in lost(plan)[0]


@pytest.mark.parametrize(
    "title",
    [
        "Required?",
        "Mandatory?",
        "Is required",
        "*Required*",
        "REQUIRED (y/n)",
        "¿Obligatorio?",
        "Req’d",
    ],
)
def test_signs_in_titles_do_not_matter(read, title):
    """A question mark, stars, brackets and capitals around a title are no part of it."""
    plan = read(f"Event,Property,Type,{title}\nMix Bought,price,number,Y\n")
    assert properties(plan)["price"].is_required
    assert plan.remarks == ()


def test_words_that_are_neither_yes_nor_no_are_named(read):
    """A cell of a flag that says something else is not read, and told."""
    plan = read("Event,Property,Type,Required\nMix Bought,price,number,on request\n")
    assert lost(plan) == ['"on request" in column Required is not read']


# --- a column per parameter ------------------------------------------------------------------------------------------


def test_a_column_per_parameter_below_several_lines(read):
    """The header stands in row 5, groups above it; marks, examples, types in cells; what is above is the plan's."""
    plan = read(
        "Measurement plan,,,,,,\nStream: app,,,,,,\n,,,,,,\n"
        ",,Event parameters,,,User properties,\n"
        "event_name,description,mix_id,length,mood,tier,Owner\n"
        "Type,,string,integer,string,string,\n"
        "mix_played,Plays,x,90,x,x,kim\n"
        "mix_saved,Saves,required,,,,ann\n"
    )
    assert (plan.title, plan.about) == ("Measurement plan", "Stream: app")
    played, saved = (properties(plan, name) for name in ("mix_played", "mix_saved"))
    assert [(p.name, p.type, p.examples) for p in played.values()] == [
        ("mix_id", "text", ()),
        ("length", "integer", ("90",)),
        ("mood", "text", ()),
    ]
    assert [(p.name, p.is_required) for p in saved.values()] == [("mix_id", True)]
    assert users(plan) == {"tier": "text"}
    assert lost(plan) == ["column Owner is not read (2 places)"]


def test_parameters_are_told_by_their_names_and_platforms_are_none(read):
    """Without groups: columns called as properties are; ticks below platforms say where, not what."""
    plan = read("Event,iOS,Web,mix_id,mood\nmix_played,x,x,m-1,calm\nmix_saved,x,,m-2,\n")
    assert list(properties(plan)) == ["mix_id", "mood"]
    assert properties(plan)["mood"].examples == ("calm",)
    assert lost(plan) == ["column iOS is not read (2 places)", "column Web is not read"]
    assert "columns are taken for a property each: mix_id, mood" in said(plan)[2]


@pytest.mark.parametrize(
    ("header", "wanted", "people"),
    [
        (
            "Event,About,Event parameters,,User properties,Owner\n,,mix_id (string),length (number),tier,\n",
            {"mix_id": "text", "length": "number"},
            ["tier"],
        ),
        ("Event,About,Parameters,,,\n,,name,source,owner,\n", {"name": "text", "source": "text", "owner": "any"}, []),
        (
            "Event,About,Event parameters,,User properties,\n,,mix_id,length,tier,\n,,string,integer,string,\n",
            {"mix_id": "text", "length": "integer"},
            ["tier"],
        ),
        ("Event,About,Event parameters,,User properties,\n,,mix_id,,tier,\n", {"mix_id": "text"}, ["tier"]),
    ],
)  # fmt: skip
def test_names_of_properties_may_stand_below_the_titles(read, header, wanted, people):
    """A second row of the header names them, below what they are: marks below are no names, titles beside are read."""
    plan = read(f"{header}Mix Played,Plays,required,x,x,kim\nMix Saved,Saves,x,,,\n")
    assert [(e.name, e.about) for e in plan.events] == [
        ("Mix Played", "Plays"),
        ("Mix Saved", "Saves"),
    ]
    played = properties(plan, "Mix Played")
    assert {name: read.type for name, read in played.items()} == wanted
    assert [p.is_required for p in played.values()][:1] == [True]
    assert len(properties(plan, "Mix Saved")) == 1
    assert list(users(plan)) == people
    assert [text for text in lost(plan) if "column" not in text] == []


def test_names_of_events_may_stand_below_a_title(read):
    """A row of properties with marks below the events that have them; their title goes over all of them."""
    plan = read(
        "Property,Type,Events,\n,,Mix Played,Mix Saved\nmix_id,string,x,required\nlength,integer,x,\n"
    )
    assert {e.name: [p.name for p in e.properties] for e in plan.events} == {
        "Mix Played": ["mix_id", "length"],
        "Mix Saved": ["mix_id"],
    }
    assert said(plan) == []


def test_a_row_below_a_header_that_names_nothing_is_data(read):
    """Properties below one title may be listed before any event: that row is named, and the others are read."""
    plan = read("Event,Event parameters\n,mix_id\nMix Played,length\n")
    assert list(properties(plan, "Mix Played")) == ["length"]
    assert lost(plan) == ['the row names no event: "mix_id" is left out']


# --- several events, lines, languages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cell", "example"),
    [
        ("list of text", '"calm, loud"', "[calm, loud]"),
        ("string[]", "calm night; loud", "[calm night, loud]"),
        ("list of text", '"[calm, loud]"', "[calm, loud]"),
        ("list of integer", '"1, 2"', "[1, 2]"),
        ("list of number", '"1,5"', '["1,5"]'),
        ("array", "calm", "[calm]"),
    ],
)
def test_examples_of_lists_are_lists(read, kind, cell, example):
    """What stands in the cell are elements, and those of a scenario are drawn from them."""
    plan = read(f"Event,Property,Type,Example\nMix Played,moods,{kind},{cell}\n")
    assert properties(plan)["moods"].examples == (example,)
    assert said(plan) == []
    drawn = re.search(r"moods_element: \{(.*)\}", scenario_text(plan))[1]
    assert all(word in drawn for word in re.findall("calm|loud", cell)) or "number" in kind
    assert "moods 1" not in drawn


def test_notes_on_cells_name_these(read):
    """Types, allowed values and examples are told with their own cells, not with that of the property."""
    plan = read(
        "Event,Property,Type,Allowed values,Example\n"
        "Mix Played,length,integer,1; long,2; short\n"
        "Mix Played,mood,moody,calm; loud,wild\n"
        "Mix Played,on,time,,24.12.2026\n"
        "Mix Played,mood,,calm; quiet,\n"
    )
    assert [text.partition(": ")[0].rpartition(" ")[2] for text in said(plan)] == [
        "D2",
        "E2",
        "C3",
        "E2",
        "E3",
        "D5",
        "plan.csv",
        "E4",
    ]


def test_objects_without_fields_are_named(read):
    """Nothing tells what they hold: they may be anything; of those with fields nothing is said."""
    plan = read(
        "Event,Property,Type\nMix Played,place,object\nMix Played,place.city,string\n"
        "Mix Played,more,object\nMix Played,tracks,list of objects\n"
    )
    found = {name: (p.type, len(p.fields)) for name, p in properties(plan).items()}
    assert found == {"place": ("record", 1), "more": ("any", 0), "tracks": ("list", 0)}
    assert lost(plan) == ["an object without declared fields is not read (2 places)"]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("Mix Saved / Mix Dropped", ["Mix Saved", "Mix Dropped"]),
        ('"Mix Saved\nMix Dropped"', ["Mix Saved", "Mix Dropped"]),
        ("Mix Saved; Mix Dropped", ["Mix Saved", "Mix Dropped"]),
        ('"mix_saved, mix_dropped"', ["mix_saved", "mix_dropped"]),
        ("Login/Signup", ["Login/Signup"]),
        ('"Yes, please"', ["Yes, please"]),
        ('"""Mix Saved / Mix Dropped"""', ["Mix Saved / Mix Dropped"]),
    ],
)
def test_two_events_in_a_cell(read, cell, wanted):
    """They are two, with all that the row says; one name with a sign in it is one, and so is what stands in quotes."""
    plan = read(f"Event,Description,Property,Type\n{cell},Once,mix_id,string\n")
    assert names(plan) == wanted
    assert all(list(properties(plan, name)) == ["mix_id"] for name in wanted)
    assert len(plan.remarks) == (len(wanted) > 1)


def test_lines_that_begin_with_a_hash_are_comments(read):
    """Those above are what the file says of itself, those below are told; a hash alone is a title."""
    plan = read(
        "# Mix plan, third edition\n# owner: maps\n#,event,description\n"
        "1,Mix Saved,Keeps it\n# old:,x,y\n2,Mix Dropped,\n"
    )
    assert (plan.title, plan.about) == ("Mix plan, third edition", "owner: maps")
    assert [(e.name, e.category) for e in plan.events] == [
        ("Mix Saved", "Events"),
        ("Mix Dropped", "Events"),
    ]
    assert said(plan) == [
        "plan.csv, cell A5: lines that begin with # are comments: 1, the first '# old:'"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_spanish_sheet(read, encoding, sign):
    """Titles, types, yes and ranges in Spanish, in any encoding, between any signs."""
    rows = [
        [
            "Evento",
            "Descripción",
            "Propiedad",
            "Tipo",
            "¿Obligatorio?",
            "Valores permitidos",
            "Ejemplo",
        ],
        ["Canción oída", "Oye, y sigue", "duración", "número", "sí", "de 1 a 900", "1.204,5"],
        ["Canción oída", "", "ánimo", "texto", "no", "calma, fiesta", "calma"],
    ]
    plan = read("\n".join(sign.join(row) for row in rows), encoding)
    duration, mood = properties(plan, "Canción oída").values()
    assert (duration.name, duration.type, duration.is_required) == ("duración", "number", True)
    assert duration.constraint == Constraint(Decimal(1), Decimal(900))
    assert (mood.type, mood.values, mood.is_required) == ("text", ("calma", "fiesta"), False)
    assert lost(plan) == []


# --- types, ranges, numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cell", "constraint"),
    [
        ("integer", "1-5", Constraint(Decimal(1), Decimal(5))),
        ("number", "0.5 - 2.5", Constraint(Decimal("0.5"), Decimal("2.5"))),
        ("integer", "18+", Constraint(Decimal(18))),
        ("number", "< 60", Constraint(maximum=Decimal(60), excludes_maximum=True)),
        ("text", "up to 40 characters", Constraint(most=40)),
        ("text", "3-20 chars", Constraint(least=3, most=20)),
        ("text", "/^[A-Z]{3}$/", Constraint(pattern="^[A-Z]{3}$")),
        (
            "text",
            "length: 2 to 40; format: email",
            Constraint(least=2, most=40, format="email"),
        ),
    ],
)
def test_allowed_values_may_be_a_range(read, kind, cell, constraint):
    """A range, a length or a pattern under allowed values is no list of values."""
    plan = read(f'Event,Property,Type,Values\nMix Rated,stars,{kind},"{cell}"\n')
    found = properties(plan)["stars"]
    assert (found.type, found.values, found.constraint) == (kind, (), constraint)


def test_a_range_says_a_type_and_a_list_of_ranges_is_a_list(read):
    """Without a type a range is a number; several ranges are what a text may be; of a number they are told."""
    plan = read(
        "Event,Property,Type,Values\nMix Rated,stars,,1-5\nMix Rated,age,,18-24; 25-34; 35+\n"
        "Mix Rated,size,string,1-5\nMix Rated,level,integer,1-5; 10-20\n"
    )
    found = properties(plan)
    assert [found[name].type for name in ("stars", "age", "size", "level")] == [
        "integer",
        "text",
        "text",
        "integer",
    ]
    assert (found["age"].values, found["size"].values) == (("18-24", "25-34", "35+"), ("1-5",))
    assert lost(plan) == [
        '"1-5" among allowed values of numbers is not read',
        '"10-20" among allowed values of numbers is not read',
    ]


def test_constraints_in_columns_and_behind_types(read):
    """Min, Max, Length, Pattern and Format have columns; types have lengths, ranges and values in brackets."""
    plan = read(
        "Event,Property,Type,Min,Max,Max length,Regex,Format\n"
        "Mix Rated,stars,integer,1,5,,,\nMix Rated,words,string,,,280,,\n"
        "Mix Rated,code,string,,,,^M-,\nMix Rated,mail,string,,,,,e-mail\nMix Rated,day,string,,,,,weekday\n"
        "Mix Rated,n,integer (1-9),,,,,\nMix Rated,s,varchar(12),,,,,\nMix Rated,m,enum(calm | loud),,,,,\n"
        'Mix Rated,odd,"string (see wiki)",,,,,\n'
    )
    found = properties(plan)
    constraints = {name: p.constraint for name, p in found.items() if p.constraint}
    assert constraints == {
        "stars": Constraint(Decimal(1), Decimal(5)),
        "words": Constraint(most=280),
        "code": Constraint(pattern="^M-"),
        "mail": Constraint(format="email"),
        "n": Constraint(Decimal(1), Decimal(9)),
        "s": Constraint(most=12),
    }
    assert found["m"].values == ("calm", "loud")
    assert found["day"].about == "Format: weekday"
    assert lost(plan) == ['"see wiki" behind a type is not read']


def test_numbers_that_are_none_are_told(read):
    """What stands under a number and is none counts for nothing, and is named; a unit is left out with a word."""
    plan = read(
        "Event,Property,Type,Example\nMix Rated,stars,integer,five\nMix Rated,length,number,90 min\n"
    )
    assert lost(plan) == ['"five" among examples of numbers is not read']
    assert "plan.csv, cell D3: unit min of length is left out of its examples" in said(plan)


@pytest.mark.parametrize(
    "name", ["country", "lang", "ship_country", "Country Code", "marketRegion"]
)
@pytest.mark.parametrize("code", ["NO", "no"])
def test_norway_is_no_boolean(read, name, code):
    """In what has codes, NO is a country and no a language."""
    plan = read(
        f"Event,Property,Example\nMix Rated,{name},{code}\nMix Rated,answered,yes; no\n"
    )
    found = properties(plan)
    assert (found[name].type, found["answered"].type) == ("text", "boolean")


@pytest.mark.parametrize(
    ("seen", "kind"),
    [("on; off", "boolean"), ("Y; N", "boolean"), ("on", "text"), ("n", "text")],
)
def test_on_and_off_are_booleans_together_alone(read, seen, kind):
    """Both of a pair say true and false; one alone is a word."""
    assert properties(read(f"Event,Property,Example\nMix Rated,x,{seen}\n"))["x"].type == kind


@pytest.mark.parametrize(
    ("example", "kind"),
    [
        ("$1,204.50", "money"),
        ("61.250 KWD", "money"),
        ("1.204,50 EUR", "money"),
        ("3e5", "number"),
        ("1,204", "integer"),
        ("1.4.2", "text"),
        ("007", "text"),
    ],
)
def test_types_of_numbers_as_people_write_them(read, example, kind):
    """Without a type, amounts with thousands and currencies are money, versions and codes are texts."""
    assert (
        properties(read(f'Event,Property,Example\nMix Rated,x,"{example}"\n'))["x"].type == kind
    )


# --- what is written is read back -------------------------------------------------------------------------------------

ODD_NAMES = (
    "a, b", "a; b", "a / b", "a|b", "x: number", "x (integer)", "size (EU)", 'say "hi"', "- dash",
    "a - b", "[id]", "{x}",
    "utm.source", "$browser", "Plan Type", "type", "Required", "a=b", "price, old",
    "Цена", "no", "yes", "identify me",
)  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_come_back_as_they_are(read, name):
    """Whatever signs a name has: a plan that is written as CSV and read again has the same events and properties."""
    prop = PlanProperty(name, "text")
    plan = Plan("p", events=(PlanEvent(name, "c", properties=(prop,)), PlanEvent("other", "c")))
    again = read(csv_table(plan).decode("utf-8-sig"))
    assert (names(again), list(properties(again, name))) == ([name, "other"], [name])
    assert lost(again) == []


def test_records_come_back_with_their_fields(read):
    """Fields of lists and of records, also within each other, are those of their list or record."""
    plan = read(
        "Event,Property,Type\nPaid,items,list of records\nPaid,items[].sku,string\nPaid,items[].size,object\n"
        "Paid,items[].size.eu,integer\nPaid,address,object\nPaid,address.city,string\nPaid,utm.source,string\n"
        "Paid,extra,object\n"
    )
    items, address, utm, extra = properties(plan).values()
    assert [(f.name, f.type) for f in items.fields] == [("sku", "text"), ("size", "record")]
    assert [f.name for f in items.fields[1].fields] == ["eu"]
    assert [(f.name, f.type) for f in address.fields] == [("city", "text")]
    assert (utm.name, extra.type, extra.fields) == ("utm.source", "any", ())


# --- rows that look like headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("is_event", [False, True])
def test_names_that_are_titles_are_names_below_a_header(tmp_path, form, is_event):
    """A row that goes on with the table above it is a row, whichever words of titles it holds."""
    words = sorted(ALL_TITLES - {""})
    if is_event:
        events = [
            PlanEvent(w, "Events", properties=(PlanProperty("n", "text"),)) for w in words
        ]
    else:
        several = tuple(PlanProperty(w, "text") for w in words)
        events = [PlanEvent("A", "Events", properties=several)]
    plan = Plan(name="p", title="p", categories=(("Events", ""),), events=tuple(events))
    path = tmp_path / f"p.{form}"
    path.write_bytes(csv_table(plan) if form == "csv" else workbook(plan))
    again = read_plan(path)
    assert [(e.name, [p.name for p in e.properties]) for e in again.events] == [
        (e.name, [p.name for p in e.properties]) for e in events
    ]


def test_a_header_right_below_a_table_is_still_one(read):
    """Sheets repeat the header of a table, and begin the next one without a line between."""
    plan = read("Event,Property,Type\nA,x,string\nEvent,Property,Type\nB,y,string\n")
    assert names(plan) == ["A", "B"]
    plan = read(
        "Event,Property,Type\nA,x,string\nUser property,Type,Description\nage,integer,Years\n"
    )
    assert (names(plan), users(plan)) == (["A"], {"age": "integer"})


# --- what an example, or another row, contradicts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "example", "values"),
    [
        ("new / used", "new", ("new", "used")),
        ("de/en/fr", "de", ("de", "en", "fr")),
        ("home/index", "home/index", ("home/index",)),
        ('["x", "y"]', "x", ("x", "y")),
        ("['x', 'y']", "x", ("x", "y")),
        ("1: low, 2: high", "1", ("1", "2")),
        ("e.g. red, green", "red", ()),
        ("red, green, …", "red", ()),
        ("^[A-Z]{3}$", "ABC", ()),
    ],
)
def test_allowed_values_are_those_that_the_example_is_one_of(read, cell, example, values):
    """A cell of several values, or of a pattern, is not one value that no event has."""
    quoted = '"' + cell.replace('"', '""') + '"'
    plan = read(f"Event,Property,Type,Allowed values,Example\nA,p,string,{quoted},{example}\n")
    assert properties(plan)["p"].values == values
    assert said(plan, "merged") == []


def test_a_pattern_alone_is_one(read):
    """What stands between ^ and $ is the form of a text."""
    plan = read("Event,Property,Type,Allowed values\nA,p,string,^[A-Z]{3}$\n")
    assert properties(plan)["p"].constraint == Constraint(pattern="^[A-Z]{3}$")


@pytest.mark.parametrize(
    "values",
    [("a/b",), ('["x"]',), ("^a$",), ("1: low", "2: high"), ("e.g. red", "x"), ("x", "y…")],
)
def test_values_that_look_like_several_come_back(tmp_path, values):
    """What footfall writes of allowed values it reads back, whatever they look like."""
    planned = PlanProperty("p", "text", values=values, examples=("a", "1"))
    plan = Plan(
        name="p",
        title="p",
        categories=(("E", ""),),
        events=(PlanEvent("A", "E", properties=(planned,)),),
    )
    path = tmp_path / "p.csv"
    path.write_bytes(csv_table(plan))
    assert properties(read_plan(path))["p"].values == values


def test_an_example_that_is_not_allowed_is_named(read):
    """One of the two is wrong: nobody should find out from the events."""
    plan = read('Event,Property,Type,Allowed values,Example\nA,p,string,"red, green",blue\n')
    assert "not among its allowed values" in said(plan, "merged")[0]


def test_a_range_is_of_whole_numbers_unless_an_example_is_none(read):
    """`> 0` says where numbers begin, not that they are whole."""
    plan = read("Event,Property,Type,Range,Example\nA,p,,> 0,12.5\nA,n,,> 0,12\n")
    assert [p.type for p in properties(plan).values()] == ["number", "integer"]


@pytest.mark.parametrize(
    ("text", "kind", "constraint"),
    [
        ("número entero", "integer", Constraint()),
        ("número inteiro", "integer", Constraint()),
        ("nombre entier", "integer", Constraint()),
        ("string (uuid)", "text", Constraint(format="uuid")),
        ("string (email)", "text", Constraint(format="email")),
        ("float >= 0", "number", Constraint(minimum=Decimal(0))),
        ("int 1..5", "integer", Constraint(Decimal(1), Decimal(5))),
    ],
)
def test_what_stands_behind_a_type_is_read(read, text, kind, constraint):
    """A word that makes a number whole, a form of text, a range."""
    found = properties(read(f"Event,Property,Type\nA,p,{text}\n"))["p"]
    assert (found.type, found.constraint) == (kind, constraint)


@pytest.mark.parametrize(
    "rows",
    [
        "A,p,string,yes,\nA,p,string,no,\n",
        "A,p,,,> 0\nA,p,string,,\n",
        "A,p,integer,,1-5\nA,p,string,,\n",
    ],
)
def test_rows_of_one_event_that_contradict_each_other_are_named(read, rows):
    """Which of two rows holds is the plan's to say."""
    plan = read(f"Event,Property,Type,Required,Range\n{rows}")
    assert len(said(plan, "merged")) == 1


def test_what_is_said_of_a_property_that_no_row_names_is_named(read):
    """Type, values and the like of a row without a property are not lost in silence; `no` and `-` say nothing."""
    plan = read(
        "Event,Property,Type,Allowed values,Required\n"
        "Paid,amount,number,,\nShown,,text,a;b,yes\nSeen,,text,-,no\n"
    )
    assert lost(plan) == [
        "column Type in rows without a property is not read (2 places)",
        "column Required in rows without a property is not read",
        "column Allowed values in rows without a property is not read",
    ]
