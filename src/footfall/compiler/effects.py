"""Effects: which of them hold at an address."""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np

from footfall.compiler.moments import Moments
from footfall.compiler.symbols import Scope, TypeOf
from footfall.compiler.typing import Typer
from footfall.model.program import Effect, Span
from footfall.model.values import NEVER, NULL_INTEGER, Array
from footfall.scenario import records
from footfall.scenario.records import Expression


class Effects:
    """The declared effects, compiled, asked for by address.

    Args:
        declared: As written.
        typer: Compiles `when` and `by`.
        scope: People and sessions.
    """

    def __init__(self, declared: tuple[records.Effect, ...], typer: Typer, scope: Scope, moments: Moments) -> None:
        self._declared = declared
        self._typer = typer
        self._compiled = [_compile(number, effect, typer, scope, moments) for number, effect in enumerate(declared)]
        self.matched: dict[str, list[str]] = {effect.named: [] for effect in declared}

    def at(self, what: str, address: str) -> tuple[Effect, ...]:
        """Return the effects of a kind (`odds`, `duration`, `value`) that hold at an address."""
        found = []
        for declared, compiled in zip(self._declared, self._compiled, strict=True):
            if declared.what == what and matches(declared.where.text, address):
                if address not in self.matched[declared.named]:
                    self.matched[declared.named].append(address)
                found.append(compiled)
        return tuple(found)

    def check(self, addresses: dict[str, list[str]]) -> None:
        """Note effects that hold nowhere.

        Args:
            addresses: What there is, by kind.
        """
        from footfall.compiler.typing import nearest_hint

        for effect in self._declared:
            if not self.matched[effect.named]:
                known = addresses[effect.what]
                self._typer.problems.add(
                    effect.where.at,
                    f'effect "{effect.named}": nothing is called "{effect.where.text}" that has {effect.what}',
                    f"{effect.what} holds at: " + ", ".join(known[:40]),
                    nearest_hint(effect.where.text, known),
                )


def matches(pattern: str, address: str) -> bool:
    """Tell whether a pattern names an address; `*` stands for anything within one part."""
    wanted, parts = pattern.split("/"), address.split("/")
    return len(wanted) == len(parts) and all(fnmatchcase(p, w) for w, p in zip(wanted, parts, strict=True))


def _compile(number: int, effect: records.Effect, typer: Typer, scope: Scope, moments: Moments) -> Effect:
    by = None
    if effect.by is not None:
        by = typer.compile(Expression(effect.by.text, effect.by.at), scope, TypeOf("text"))
    return Effect(
        number=number,
        span=_span(effect, moments),
        when=typer.condition(effect.when, scope),
        factor=float(effect.factor) if effect.factor is not None else 1.0,
        by=by,
        factors=None if by is None else _factors(effect, typer),
    )


def _span(effect: records.Effect, moments: Moments) -> Span | None:
    if effect.start is None and effect.until is None:
        return None
    start = moments.ms(effect.start) if effect.start is not None else NULL_INTEGER
    return Span(start, moments.ms(effect.until) if effect.until is not None else NEVER)


def _factors(effect: records.Effect, typer: Typer) -> Array:
    codes = [(typer.texts.code(text.text), float(factor)) for text, factor in effect.factors]
    factors = np.full(max((code for code, _ in codes), default=0) + 2, np.nan)
    for code, factor in codes:
        factors[code] = factor
    return factors
