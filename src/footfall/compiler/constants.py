"""Written constants: what kind a text is of, and what it is worth."""

from __future__ import annotations

from footfall import units
from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.checks.broken_constraints import check_constant
from footfall.compiler.expressions.typed_values import MOST_MINOR_UNITS
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.symbols import TypeOf, Variable
from footfall.errors import UnitError
from footfall.model.values import NULLS, Kind
from footfall.scenario.allowed_values import written_value
from footfall.scenario.leaf_records import Draw, Text

SCALARS: tuple[Kind, ...] = ("text", "integer", "number", "boolean", "money", "time", "id")
"""Kinds that a `type:` may name; besides them the catalogues, whose rows it then means."""

_ACCEPTED: dict[Kind, str] = {
    "integer": "a whole number, such as 4",
    "number": "a number, such as 0.5",
    "boolean": "true or false",
    "money": "an amount, such as 12.50",
    "time": "a moment, such as 2026-03-01, 2026-03-01 09:30 or day 60",
    "id": "null, or id('order') in a set step",
}


def kind_of_text(text: Text) -> Kind:
    """Return the kind that a written constant is of."""
    if text.is_quoted:
        return "text"
    if text.text in ("true", "false"):
        return "boolean"
    digits = text.text.replace("_", "").lstrip("-")
    if digits.isdigit():
        return "integer"
    return "number" if digits.replace(".", "", 1).isdigit() else "text"


def kind_of_draw(draw: Draw) -> Kind:
    """Return the kind that a draw is of."""
    if draw.kind != "pick":
        return "number"
    kinds = {kind_of_text(text) for text, _ in draw.choices if not text.is_null}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "text"


def constant(text: Text, variable: Variable, typer: Typer) -> int | float | None:
    """Return a written constant as a variable's value; noted and None when it is none."""
    if text.is_null:
        return NULLS[variable.type.kind]
    written = written_value(text.text, variable.type.kind)
    if variable.values and written is not None and written not in variable.values:
        not_allowed(text, variable, typer)
        return None
    value = _parse(text.text, variable.type, typer)
    if value is None:
        accepted = _ACCEPTED.get(variable.type.kind) or _rows(
            typer.tables.get(variable.type.of)
        )
        message = f'"{text.text}" is no {_noun(variable.type)} for "{variable.name}"'
        typer.problems.add(text.at, message, accepted)
    else:
        kind = variable.type.kind
        check_constant(typer, variable.name, text.at, text.text, kind, variable.constraint)
    return value


def _noun(of: TypeOf) -> str:
    return f"row of {of.of}" if of.kind == "row" else of.kind


def not_allowed(text: Text, variable: Variable, typer: Typer) -> None:
    """Note a text that is not among a variable's values."""
    hint = units.nearest_hint(text.text.strip("'\""), variable.values)
    message = f'"{text.text}" is not among the values of "{variable.name}"'
    typer.problems.add(text.at, message, "values: " + ", ".join(variable.values), hint)


def _parse(text: str, of: TypeOf, typer: Typer) -> int | float | None:
    try:
        match of.kind:
            case "text":
                return typer.texts.code(text)
            case "boolean":
                return {"true": 1, "false": 0}.get(text)
            case "integer":
                return units.parse_integer(text)
            case "number":
                return float(units.parse_number(text))
            case "time":
                return typer.moments.parsed_ms(text)
            case "money":
                return _minor(text, typer.minor_digits)
    except UnitError:
        return None
    return _row(text, typer.tables.get(of.of))


def _minor(text: str, digits: int) -> int | None:
    minor = int(units.parse_number(text) * 10**digits)
    return minor if abs(minor) < MOST_MINOR_UNITS else None


def _firsts(table: CatalogueTable) -> list[str]:
    return [str(row[0]) for row in table.source.rows]


def _row(text: str, table: CatalogueTable | None) -> int | None:
    firsts = [] if table is None else _firsts(table)
    return firsts.index(text) if text in firsts else None


def _rows(table: CatalogueTable | None) -> str:
    return (
        ""
        if table is None
        else f"first column of {table.source.name}: " + ", ".join(_firsts(table)[:20])
    )
