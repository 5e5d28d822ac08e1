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
from footfall.model.compiled_effects import CompiledEffect, TimeSpan
from footfall.model.values import NEVER, NULL_INTEGER, Array
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Effect
from footfall.text import first_names

MOST_ADDRESSES = 40
NEAREST = 3
ACTS_ON = {
    "odds": "chance",
    "times": "chance",
    "chance": "chance",
    "duration": "wait",
    "value": "value",
}
"""What an effect does → the kind of address that it holds at."""


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
        self._moments = moments
        self._addresses: dict[str, dict[str, None]] = {kind: {} for kind in ACTS_ON.values()}
        self.matched: dict[str, list[str]] = {effect.named: [] for effect in declared}

    def at(
        self, kind: str, address: str, scope: Scope | None = None
    ) -> tuple[CompiledEffect, ...]:
        """Return the effects that hold at an address.

        Args:
            kind: `chance`, `wait` or `value`.
            address: Its place; noted as one that an effect may name.
            scope: What is known there; people and sessions where left out.
        """
        self._addresses[kind][address] = None
        found = []
        for number, declared in enumerate(self._declared):
            if ACTS_ON[declared.what] == kind and matches(declared.where.text, address):
                if address not in self.matched[declared.named]:
                    self.matched[declared.named].append(address)
                found.append(self._within(number, scope))
        return tuple(found)

    def _within(self, number: int, scope: Scope | None) -> CompiledEffect:
        if scope is None:
            return self._compiled[number]
        return _compile(number, self._declared[number], self._typer, scope, self._moments)

    def check(self) -> None:
        """Note effects that hold nowhere."""
        addresses = {kind: sorted(known) for kind, known in self._addresses.items()}
        for effect in self._declared:
            if self.matched[effect.named]:
                continue
            kind = ACTS_ON[effect.what]
            self._typer.problems.add(
                effect.where.at,
                f'effect "{effect.named}": no {kind} is called "{effect.where.text}"',
                _accepted(kind, addresses[kind]),
                _hint(effect.where.text, kind, addresses),
            )


def _accepted(kind: str, known: Sequence[str]) -> str:
    return f"{kind}s: {first_names(known, MOST_ADDRESSES) or 'none in this scenario'}"


def _hint(where: str, kind: str, addresses: Mapping[str, Sequence[str]]) -> str:
    for other, known in addresses.items():
        if other != kind and any(matches(where, address) for address in known):
            words = [what for what, acts_on in ACTS_ON.items() if acts_on == other]
            return f'"{where}" is a {other}, for {" or ".join(words)}'
    close = difflib.get_close_matches(where, addresses[kind], NEAREST)
    return f"did you mean {' or '.join(close)}?" if close else ""


def matches(pattern: str, address: str) -> bool:
    """Tell whether a pattern names an address; `*` stands for anything within one part."""
    # A value that is drawn is the last part, slashes and all.
    wanted, parts = pattern.split("/", 2), address.split("/", 2)
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
        what=effect.what,
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
