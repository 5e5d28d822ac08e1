"""The context of a step: its journey, that journey's state, and the meaning of names there."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.compiler.symbols import ListVariable, Scope, Symbol, columns_of
from footfall.scenario.records import Journey


@dataclass(slots=True)
class Instance:
    """A journey's state within one root (the main journey, or one started by `later`).

    Args:
        names: Its variables.
        clears: Columns that become null at entry.
        lengths: Columns of the lengths of its lists, which become 0.
        tries: Counters of its retries, which become 0.
    """

    journey: Journey
    names: dict[str, Symbol] = field(default_factory=dict)
    clears: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)

    def reset_columns(self) -> None:
        """Note which columns begin anew at entry: those of its variables."""
        for symbol in self.names.values():
            for column in columns_of(symbol):
                is_length = isinstance(symbol, ListVariable) and column == symbol.length
                (self.lengths if is_length else self.clears).append(column)


@dataclass(frozen=True, slots=True)
class Here:
    """The context in which steps are compiled.

    Args:
        journey: Name of the journey they stand in.
        instance: Its state.
        root: Which root it is run by.
        scope: What names mean.
        counter: Column that counts visits.
        leave: Node where a visit that is left goes on.
        in_session: Events have a session.
        labels: Named steps and events of this journey, for `retry`.
    """

    journey: str
    instance: Instance
    root: str
    scope: Scope
    counter: int
    leave: int
    in_session: bool
    labels: dict[str, int]
