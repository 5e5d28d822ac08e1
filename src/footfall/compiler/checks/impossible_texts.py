"""Texts that nothing can ever be: those that values are compared with, against all that they can be.

The texts of a column are followed through the program: what it begins with, what steps put into it, what that can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from footfall.compiler.compilation import Compilation
from footfall.compiler.expressions.typer import ListedTexts
from footfall.errors import SourceLocation
from footfall.model.operations import Op
from footfall.model.program import Append, Assign, LaterNode, PickElement, RandomValue
from footfall.model.program_flow import actions_of, later_start
from footfall.text import first_names
from footfall.units import nearest_hint

MOST_SHOWN = 30

Codes = frozenset[int]
NOTHING: Codes = frozenset()


def check_texts(c: Compilation) -> None:
    """Note texts that values are compared with and never equal."""
    # A wrong step leaves a hole in the program, behind which anything may happen.
    if c.problems.found:
        return
    possible = PossibleTexts(c)
    found: dict[tuple[SourceLocation, int], Codes | None] = {}
    for compared in c.typer.compared:
        # A journey is compiled for each of its roots: what occurs in one of them occurs.
        key = (compared.at, compared.code)
        found[key] = _either(found.get(key, NOTHING), possible.of(compared.value))
    for (at, code), codes in found.items():
        if codes is not None and code not in codes:
            _note(c, at, code, codes)
    for listed in c.typer.listed:
        codes = possible.of(listed.value)
        if codes is None or codes - listed.codes:
            _note_unlisted(c, listed, codes)


def _note_unlisted(c: Compilation, listed: ListedTexts, codes: Codes | None) -> None:
    texts = c.texts.all()
    lacking = "some value" if codes is None else f"'{texts[min(codes - listed.codes)]}'"
    accepted = f"a line for each value: {_shown(c, codes)}" if codes else "else: for all others"
    hint = "else: {…} is the line of all others"
    c.problems.add(listed.at, f"there is no line of weights for {lacking}", accepted, hint)


def _note(c: Compilation, at: SourceLocation, code: int, codes: Codes) -> None:
    texts = c.texts.all()
    known, text = [texts[one] for one in sorted(codes)], texts[code]
    accepted = f"values: {_shown(c, codes)}" if known else "nothing but null"
    c.problems.add(at, f"nothing here is ever '{text}'", accepted, nearest_hint(text, known))


def _shown(c: Compilation, codes: Codes) -> str:
    return first_names([c.texts.all()[one] for one in sorted(codes)], MOST_SHOWN)


def _either(one: Codes | None, other: Codes | None) -> Codes | None:
    return None if one is None or other is None else one | other


class PossibleTexts:
    """The texts that columns and values can be; None for any."""

    def __init__(self, c: Compilation) -> None:
        self._tables = c.table_columns
        self._stages = frozenset(map(c.texts.code, c.typer.stages))
        self._columns: dict[int, Codes | None] = dict(c.typer.allowed)
        sources = [s for s in _sources(c) if c.columns.all()[s[0]].kind == "text"]
        # The least fixed point: a column is what is ever put into it, which may be what another
        # is. Texts only ever come, and there are finitely many.
        is_changed = True
        while is_changed:
            is_changed = False
            for column, value in sources:
                before = self._columns.get(column, NOTHING)
                after = _either(before, self.of(value))
                if after != before:
                    self._columns[column], is_changed = after, True

    def of(self, value: Op | RandomValue) -> Codes | None:
        """Return the codes of the texts that a value can be."""
        if isinstance(value, RandomValue):
            return frozenset(int(code) for code in value.codes if code >= 0)
        match value.op:
            case "const":
                assert isinstance(value.value, int)
                return frozenset((value.value,)) if value.value >= 0 else NOTHING
            case "load":
                assert isinstance(value.value, int)
                return self._columns.get(value.value, NOTHING)
            case "field":
                assert isinstance(value.value, int)
                cells = self._tables[value.value].values[:-1]
                return frozenset(code for code in cells.tolist() if code >= 0)
            case "stage":
                return self._stages
            case "choose":
                return self._any(value.args[1:])
            case "coalesce":
                return self._any(value.args)
        return None

    def _any(self, values: Iterable[Op]) -> Codes | None:
        found: Codes | None = NOTHING
        for value in values:
            found = _either(found, self.of(value))
        return found


def _sources(c: Compilation) -> Iterator[tuple[int, Op | RandomValue]]:
    """Yield what is ever put into columns, with the column."""
    yield from ((each.column, each.value) for each in (*c.initials, *c.session_initials))
    for action in actions_of(c.builder.nodes):
        if isinstance(action, Assign):
            yield action.column, action.value
        elif isinstance(action, Append):
            yield from zip(action.columns, action.values, strict=True)
        elif isinstance(action, PickElement):
            for source, column in zip(action.sources, action.columns, strict=True):
                yield column, Op("load", "text", value=source)
    for node in c.builder.nodes:
        start = later_start(node, c.builder.timers) if isinstance(node, LaterNode) else None
        yield from start.fills if start is not None else ()
