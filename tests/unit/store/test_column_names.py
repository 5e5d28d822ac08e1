"""Columns of properties whose names differ in case alone."""

from dataclasses import replace

from footfall.data.schema import Field, StreamSchema
from footfall.store.column_names import column_of, renamed_fields, with_columns
from tests.chunks import NAMES, ODD_NAMES, SCHOOL


def texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


def columns(*names: str) -> list[str]:
    schema = with_columns(replace(SCHOOL, event_properties=texts(*names)))
    return [column_of(field) for field in schema.event_properties]


def test_a_schema_without_such_names_stays_what_it_is():
    """Nothing is made anew, and nothing told, where all names are different."""
    assert with_columns(SCHOOL) is SCHOOL
    assert renamed_fields(SCHOOL) == []


def test_the_first_keeps_its_name_and_the_others_are_numbered():
    """In the order of the scenario; a number that another name has already is passed over."""
    assert columns("price", "Price") == ["price", "Price_2"]
    assert columns("Price", "price", "PRICE") == ["Price", "price_2", "PRICE_3"]
    assert columns("a", "A", "a_2", "A_2") == ["a", "A_3", "a_2", "A_2_2"]
    assert columns("Цена", "цена") == ["Цена", "цена_2"]


def test_all_columns_differ_without_case():
    """Whatever the names, no two columns are one in a database."""
    for fields in (NAMES.event_properties, NAMES.user_properties):
        found = [
            column_of(field).lower()
            for field in with_columns(replace(NAMES, event_properties=fields)).event_properties
        ]
        assert len(set(found)) == len(found)
    told = {one.path: one.becomes for one in renamed_fields(NAMES)}
    assert {path[1] for path in told if len(path) == 2} == {"цена", "Price", "PRICE"}
    assert set(ODD_NAMES) >= {"цена", "Price", "PRICE"}


def test_fields_of_records_are_told_with_their_property():
    """The sentence says whose the name is, what it becomes, and why."""
    line = Field("Cart", "list", None, texts("id", "Id"))
    schema: StreamSchema = replace(SCHOOL, user_properties=(line,))
    (told,) = map(str, renamed_fields(schema))
    assert told == (
        'field "Id" of user property "Cart" is called "Id_2", '
        "since names that differ only in case are one there"
    )
