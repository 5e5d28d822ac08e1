"""Effects: which of them hold at an address."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from footfall.compiler.expressions.typer import Typer
from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Scope, TypeOf
from footfall.model.program import CompiledEffect, TimeSpan
from footfall.model.values import NEVER, NULL_INTEGER, Array
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Effect

MOST_ADDRESSES = 40
NEAREST = 3


class Effects:
    """The declared effects, compiled, asked for by address.

    Args:
        declared: As written.
        typer: Compiles `when` and `by`.
        scope: People and sessions.
        moments: Resolves `from` and `until`.
    """

    def __init__(
        self, declared: tuple[Effect, ...], typer: Typer, scope: Scope, moments: Moments
    ) -> None:
        self._declared = declared
        self._typer = typer
        self._compiled = [
            _compile(number, effect, typer, scope, moments)
            for number, effect in enumerate(declared)
        ]
        self.matched: dict[str, list[str]] = {effect.named: [] for effect in declared}

    def at(self, what: str, address: str) -> tuple[CompiledEffect, ...]:
        """Return the effects of a kind (`odds`, `duration`, `value`) that hold at an address."""
        found = []
        for declared, compiled in zip(self._declared, self._compiled, strict=True):
            if declared.what == what and matches(declared.where.text, address):
                if address not in self.matched[declared.named]:
                    self.matched[declared.named].append(address)
                found.append(compiled)
        return tuple(found)

    def check(self, addresses: Mapping[str, Sequence[str]]) -> None:
        """Note effects that hold nowhere.

        Args:
            addresses: What there is, by kind.
        """
        for effect in self._declared:
            if self.matched[effect.named]:
                continue
            known = addresses[effect.what]
            self._typer.problems.add(
                effect.where.at,
                f'effect "{effect.named}": nothing is called "{effect.where.text}" that has {effect.what}',
                _accepted(effect.what, known),
                _hint(effect, addresses),
            )


def _accepted(what: str, known: Sequence[str]) -> str:
    more = f", and {len(known) - MOST_ADDRESSES} more" if len(known) > MOST_ADDRESSES else ""
    return (
        f"{what} holds at: "
        + (", ".join(known[:MOST_ADDRESSES]) or "nothing in this scenario")
        + more
    )


def _hint(effect: Effect, addresses: Mapping[str, Sequence[str]]) -> str:
    where = effect.where.text
    for what, known in addresses.items():
        if what != effect.what and any(matches(where, address) for address in known):
            return f'"{where}" has {what}'
    close = difflib.get_close_matches(where, addresses[effect.what], NEAREST)
    return f"did you mean {' or '.join(close)}?" if close else ""


def matches(pattern: str, address: str) -> bool:
    """Tell whether a pattern names an address; `*` stands for anything within one part."""
    wanted, parts = pattern.split("/"), address.split("/")
    return len(wanted) == len(parts) and all(
        fnmatchcase(p, _literal(w)) for w, p in zip(wanted, parts, strict=True)
    )


def _literal(part: str) -> str:
    """Return a part of a pattern in which only `*` has a meaning."""
    return part.replace("[", "[[]").replace("?", "[?]")


def _compile(
    number: int, effect: Effect, typer: Typer, scope: Scope, moments: Moments
) -> CompiledEffect:
    compiled = CompiledEffect(
        number=number,
        span=_span(effect, moments),
        when=typer.condition(effect.when, scope),
        factor=float(effect.factor) if effect.factor is not None else 1.0,
    )
    if effect.by is None:
        return compiled
    by = typer.compile(Expression(effect.by.text, effect.by.at), scope, TypeOf("text"))
    return replace(
        compiled,
        by=by,
        values=tuple(value.text for value, _ in effect.factors),
        factors=np.array([np.nan, *(float(factor) for _, factor in effect.factors)]),
        case_of_code=_case_of_code(effect, typer),
    )


def _span(effect: Effect, moments: Moments) -> TimeSpan | None:
    if effect.start is None and effect.until is None:
        return None
    start = moments.ms(effect.start) if effect.start is not None else NULL_INTEGER
    return TimeSpan(start, moments.ms(effect.until) if effect.until is not None else NEVER)


def _case_of_code(effect: Effect, typer: Typer) -> Array:
    codes = [typer.texts.code(value.text) for value, _ in effect.factors]
    cases = np.zeros(max(codes, default=0) + 2, np.int32)
    cases[codes] = np.arange(1, len(codes) + 1)
    return cases
