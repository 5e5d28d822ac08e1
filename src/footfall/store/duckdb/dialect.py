"""The dialect of DuckDB: properties are structs, which grow with their scenario."""

from __future__ import annotations

import pyarrow as pa

from footfall.data.schema import MONEY_DIGITS, Field, FieldType
from footfall.store.column_names import column_of
from footfall.store.dialect import literal, quote
from footfall.store.tables import ALL


class DuckDB:
    """The dialect of DuckDB 1.5 and 2.0."""

    name = "duckdb"
    json_type = "JSON"
    has_structs = True
    ignores_case = True

    def rows(self, scenario: str, table: str) -> str:
        """Return the table that holds the rows of all runs of a scenario."""
        # In `main`, the one schema whose name no database can have: `x.events` may mean a
        # schema or a database, which may be called anything, and by any file name.
        return f"main.{quote(f'{scenario}_{ALL}{table}')}"

    def json(self, struct: str) -> str:
        """Return a struct as JSON."""
        # A merge patch takes members that are null for such to be removed (RFC 7396).
        return f"json_merge_patch('{{}}', to_json({struct}))"

    def column_type(self, kind: pa.DataType) -> str:
        """Return the SQL type of an Arrow type."""
        if pa.types.is_dictionary(kind):
            return self.column_type(kind.value_type)
        if pa.types.is_decimal(kind):
            return (
                "HUGEINT"
                if kind.precision == 38 and kind.scale == 0
                else f"DECIMAL({kind.precision}, {kind.scale})"
            )
        if pa.types.is_timestamp(kind):
            return "TIMESTAMP WITH TIME ZONE"
        if pa.types.is_list(kind):
            return f"{self.column_type(kind.value_type)}[]"
        if pa.types.is_struct(kind):
            return f"STRUCT({', '.join(f'{quote(f.name)} {self.column_type(f.type)}' for f in kind)})"
        return {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN"}[
            str(kind)
        ]

    def latest(self, value: str, order: str, condition: str) -> str:
        """Return the aggregate for the last value."""
        return f"arg_max({value}, {order}) FILTER (WHERE {condition})"

    def text_of_json(self, text: str) -> str:
        """Return the text that a JSON text holds."""
        return f"json_extract_string({text}, '$')"

    def member_text(self, text: str, name: str) -> str:
        """Return a member of the object that a JSON text holds, as text."""
        return f"json_extract_string({text}, {literal(f'$.{_json_name(name)}')})"

    def value_of_json(self, text: str, field: Field, minor_digits: int) -> str:
        """Return the typed value of a JSON text; money is cast from it, and stays exact."""
        if field.type == "list" and any(inner.column for inner in field.fields):
            # `from_json` finds members without case too, and so one of two that differ in it.
            members = {
                column_of(f): self.value_of_json(_member(f.name), f, minor_digits)
                for f in field.fields
            }
            elements = f"from_json({text}, {literal(_JSON_LIST)})"
            return f"list_transform({elements}, lambda e: {self.pack(members)})"
        if field.type == "list":
            return f"from_json({text}, {literal(self._structure(field, minor_digits))})"
        if field.type in {"text", "id"}:
            return self.text_of_json(text)
        # The JSON null is the text `null` here, and no NULL.
        kind = _scalar(field.type, minor_digits)
        plain = self.text_of_json(text) if field.type == "time" else f"nullif({text}, 'null')"
        return f"CAST({plain} AS {kind})"

    def member(self, struct: str, name: str) -> str:
        """Return a field of a struct."""
        return f"{struct}.{quote(name)}"

    def pack(self, members: dict[str, str]) -> str:
        """Return a struct of named expressions."""
        return f"struct_pack({', '.join(f'{quote(name)} := {value}' for name, value in members.items())})"

    def position(self, items: str, item: str) -> str:
        """Return the place of an item in a list."""
        return f"CAST(list_position({items}, {item}) AS BIGINT)"

    def _structure(self, field: Field, minor_digits: int) -> str:
        """Return the structure of a list for `from_json`: `["BIGINT"]`, `[{"a":"VARCHAR"}]`."""
        if field.item is not None:
            return f'["{_scalar(field.item, minor_digits)}"]'
        members = [
            f'{_json_name(f.name)}:"{_scalar(f.type, minor_digits)}"' for f in field.fields
        ]
        return "[{" + ",".join(members) + "}]"


_JSON_LIST = '["JSON"]'


def _member(name: str) -> str:
    """Return a member of the JSON object `e` as a JSON text: by a pointer, in which any name can stand."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"CAST(json_extract(e, {literal(pointer)}) AS VARCHAR)"


def _json_name(name: str) -> str:
    import json

    return json.dumps(name, ensure_ascii=False)


def _scalar(kind: FieldType, minor_digits: int) -> str:
    types: dict[str, str] = {
        "text": "VARCHAR",
        "id": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "money": f"DECIMAL({MONEY_DIGITS}, {minor_digits})",
        "time": "TIMESTAMP WITH TIME ZONE",
    }
    return types[kind]


DIALECT = DuckDB()
