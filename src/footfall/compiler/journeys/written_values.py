"""Values as they are written in steps: one of the declared values, null, or an expression."""

from __future__ import annotations

from footfall.compiler.checks.broken_constraints import check_value
from footfall.compiler.checks.known_values import known_values
from footfall.compiler.constants import not_allowed
from footfall.compiler.expressions.typed_values import is_constant, null
from footfall.compiler.journeys.lowering import Lowering
from footfall.compiler.symbols import Scope, Variable
from footfall.model.operations import Op
from footfall.scenario.allowed_values import written_value
from footfall.scenario.leaf_records import Expression, Text
from footfall.scenario.tokens import CONSTANTS, WORDS


def _is_plain(text: str, known: list[str]) -> bool:
    """Tell whether a text is words alone, none of which means something in an expression."""
    known = [*known, *WORDS, *CONSTANTS]
    return all(word.isidentifier() and word not in known for word in text.split())


def value_of(lowering: Lowering, text: Text, variable: Variable, scope: Scope) -> Op | None:
    """Compile a value of a variable, null, or an expression; None if it is wrong, and noted."""
    typer, kind = lowering.typer, variable.type.kind
    if text.is_null:
        return null(kind, variable.type.of)
    texts = variable.values if kind == "text" else ()
    if text.text in texts:
        return Op("const", "text", value=typer.texts.code(text.text))
    # Words that are no names are a value with a slip, not an expression with unknown names.
    if texts and _is_plain(text.text, typer.lookup.known(scope)):
        not_allowed(text, variable, typer)
        return None
    op = typer.compile(Expression(text.text, text.inside), scope, variable.type)
    if op is not None and variable.values and is_constant(op):
        known = (written_value(str(one), kind) for one in known_values(op, typer))
        if not set(known) <= set(variable.values):
            not_allowed(text, variable, typer)
    if op is not None:
        check_value(typer, f'"{variable.name}"', text.at, op, variable.constraint)
    return op
