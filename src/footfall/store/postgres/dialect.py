"""The dialect of PostgreSQL: properties are jsonb, so that no scenario ever alters a table."""

from __future__ import annotations

import pyarrow as pa

from footfall.data.schema import Field
from footfall.store.dialect import literal, quote
from footfall.store.tables import ALL

_MEMBERS_AT_ONCE = 50  # a function takes 100 arguments

_TYPES = {"string": "text", "int64": "bigint", "double": "double precision", "bool": "boolean"}


class PostgreSQL:
    """The dialect of PostgreSQL 13 and later; types are named as `format_type` names them."""

    name = "postgresql"
    json_type = "jsonb"
    has_structs = False
    ignores_case = False

    def rows(self, scenario: str, table: str) -> str:
        """Return the table that holds the rows of all runs of a scenario."""
        return f"{quote(scenario)}.{ALL}{table}"

    def json(self, struct: str) -> str:
        """Return a jsonb as it is."""
        return struct

    def column_type(self, kind: pa.DataType) -> str:
        """Return the SQL type of an Arrow type."""
        if pa.types.is_dictionary(kind):
            return self.column_type(kind.value_type)
        if pa.types.is_decimal(kind):
            return "numeric(38,0)" if kind.precision == 38 and kind.scale == 0 else "numeric"
        if pa.types.is_timestamp(kind):
            return "timestamp with time zone"
        if pa.types.is_list(kind):
            return f"{self.column_type(kind.value_type)}[]"
        return "jsonb" if pa.types.is_struct(kind) else _TYPES[str(kind)]

    def latest(self, value: str, order: str, condition: str) -> str:
        """Return the aggregate for the last value."""
        return f"(array_agg({value} ORDER BY {order} DESC) FILTER (WHERE {condition}))[1]"

    def text_of_json(self, text: str) -> str:
        """Return the text that a JSON text holds."""
        return f"(CAST({text} AS jsonb) #>> '{{}}')"

    def member_text(self, text: str, name: str) -> str:
        """Return a member of the object that a JSON text holds, as text."""
        return f"(CAST({text} AS jsonb) ->> {literal(name)})"

    def value_of_json(self, text: str, field: Field, minor_digits: int) -> str:  # noqa: ARG002 - jsonb has its types
        """Return a JSON text as jsonb."""
        return f"CAST({text} AS jsonb)"

    def member(self, struct: str, name: str) -> str:
        """Return a member of a jsonb object."""
        return f"({struct} -> {literal(name)})"

    def pack(self, members: dict[str, str]) -> str:
        """Return a jsonb object of named expressions."""
        pairs = [f"{literal(name)}, {value}" for name, value in members.items()]
        parts = [
            pairs[i : i + _MEMBERS_AT_ONCE] for i in range(0, len(pairs), _MEMBERS_AT_ONCE)
        ]
        return " || ".join(f"jsonb_build_object({', '.join(part)})" for part in parts)

    def position(self, items: str, item: str) -> str:
        """Return the place of an item in a list."""
        return f"CAST(array_position({items}, {item}) AS bigint)"


DIALECT = PostgreSQL()
