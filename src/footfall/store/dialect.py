"""Dialects, where databases differ: types, quoting, and the functions that views need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa

from footfall.data.schema import Field


class Typing(Protocol):
    """The types of a database: enough of a dialect to make tables."""

    def column_type(self, kind: pa.DataType) -> str:
        """Return the SQL type of an Arrow type; dictionaries are stored as their values."""


class Dialect(Typing, Protocol):
    """The dialect of a database: all that tables and views need.

    Attributes:
        name: Of the database.
        json_type: The type in which properties stand that have no type of their own.
        has_structs: Properties are structs, typed, else JSON.
        ignores_case: Names of properties that differ in case alone are one.
    """

    name: str
    json_type: str
    has_structs: bool
    ignores_case: bool

    def rows(self, scenario: str, table: str) -> str:
        """Return the table that holds the rows of all runs of a scenario, qualified."""

    def json(self, struct: str) -> str:
        """Return a struct as JSON; members without a value are left out."""

    def latest(self, value: str, order: str, condition: str) -> str:
        """Return the aggregate: `value` where `order` is greatest, under a condition."""

    def text_of_json(self, text: str) -> str:
        """Return the text that a JSON text holds; null for the JSON null."""

    def member_text(self, text: str, name: str) -> str:
        """Return a member of the object that a JSON text holds, as text; null for none."""

    def value_of_json(self, text: str, field: Field, minor_digits: int) -> str:
        """Return the typed value of a JSON text; null for the JSON null."""

    def member(self, struct: str, name: str) -> str:
        """Return a field of a struct."""

    def pack(self, members: dict[str, str]) -> str:
        """Return a struct of named expressions."""

    def position(self, items: str, item: str) -> str:
        """Return the place of an item in a list, from 1."""


def quote(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Return texts as SQL literals between commas, as `IN` takes them."""
    return ", ".join(map(literal, texts))


def one_of(expression: str, texts: Iterable[str]) -> str:
    """Return SQL for whether an expression is one of some texts; not every DuckDB takes an empty list."""
    listed = literals(texts)
    return f"{expression} IN ({listed})" if listed else "false"


def create_table(dialect: Typing, name: str, schema: pa.Schema) -> str:
    """Return the statement that creates a table if it is not there.

    Args:
        dialect: The database.
        name: Name of the table, quoted and qualified.
        schema: Its columns.
    """
    columns = [
        f"{quote(field.name)} {dialect.column_type(field.type)}{'' if field.nullable else ' NOT NULL'}"
        for field in schema
    ]
    return f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)})"
