"""What was asked and what came out, of every decision and effect: the truth only a simulation knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from footfall.events.chunk import UncountedEffect
from footfall.report.intervals import Interval, wilson

CHANCE_UNIT = 1 << 32


def named(address: str, option: str) -> str:
    """Return what people call an option: a chance is called by its address alone."""
    return address if option == "yes" else f"{address}/{option}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was reached, how likely it was then, and how often it was taken.

    Args:
        reached: Times.
        chances: Sum of the chances after effects, in 2**-32.
        taken: Times.
    """

    reached: int
    chances: int
    taken: int

    @property
    def asked(self) -> float | None:
        """Mean chance after effects, 0..1; None if it was never reached."""
        return self.chances / (CHANCE_UNIT * self.reached) if self.reached else None

    @property
    def got(self) -> float | None:
        """Share that was taken, 0..1; None if it was never reached."""
        return self.taken / self.reached if self.reached else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval of `got`; wide enough, since chances that differ vary less than equal ones of that mean."""
        return wilson(self.taken, self.reached)

    @property
    def is_as_asked(self) -> bool | None:
        """Whether `asked` lies in the interval; false once in 20 or less by chance; None if it was never reached."""
        if self.asked is None or self.interval is None:
            return None
        return self.asked in self.interval


@dataclass(frozen=True, slots=True)
class Decision:
    """An option of a named decision."""

    address: str
    option: str
    tally: Tally

    @property
    def name(self) -> str:
        """What people call it: the address, and the option unless it is `yes`."""
        return named(self.address, self.option)


@dataclass(frozen=True, slots=True)
class Effect:
    """A declared effect on one option: for whom it held, and for all others."""

    effect: str
    address: str
    option: str
    affected: Tally
    others: Tally

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.effect}, {named(self.address, self.option)}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something declared that could not happen: a full list, no free slot."""

    what: str
    address: str
    times: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Asked and got; every list is sorted by the bytes of its texts, but `uncounted`, which is as declared."""

    decisions: tuple[Decision, ...]
    effects: tuple[Effect, ...]
    skipped: tuple[Skipped, ...]
    uncounted: tuple[UncountedEffect, ...] = ()

    @property
    def distinct(self) -> tuple[Decision, ...]:
        """The decisions without every `no` that a `yes` already tells of."""
        told = {d.address for d in self.decisions if d.option == "yes"}
        return tuple(d for d in self.decisions if not (d.option == "no" and d.address in told))

    @property
    def silence(self) -> str:
        """What is said of effects that are not counted; nothing where all are."""
        names = ", ".join(f"{effect.effect} ({effect.what} of {effect.where})" for effect in self.uncounted)
        return f"Effects on waits and values are not counted: {names}." if names else ""

    @property
    def outside(self) -> int:
        """Number of distinct options whose `asked` lies outside the interval of what came out."""
        return sum(d.tally.is_as_asked is False for d in self.distinct)

    @property
    def reached(self) -> int:
        """Number of distinct options that were reached at all."""
        return sum(d.tally.reached > 0 for d in self.distinct)

    def to_arrow(self) -> pa.Table:
        """Return one row per option: address, option, reached, asked, taken, got, low, high, as_asked."""
        return pa.Table.from_pylist(
            [{"address": d.address, "option": d.option, **tally_record(d.tally)} for d in self.decisions],
            schema=pa.schema([("address", pa.string()), ("option", pa.string()), *_TALLY_COLUMNS]),
        )

    def effects_to_arrow(self) -> pa.Table:
        """Return two rows per effect and option: with (`affected`) and without it."""
        rows = [
            {"effect": e.effect, "address": e.address, "option": e.option, "affected": side, **tally_record(tally)}
            for e in self.effects
            for side, tally in ((True, e.affected), (False, e.others))
        ]
        names = [(name, pa.string()) for name in ("effect", "address", "option")]
        return pa.Table.from_pylist(rows, schema=pa.schema([*names, ("affected", pa.bool_()), *_TALLY_COLUMNS]))


_TALLY_COLUMNS = [
    ("reached", pa.int64()),
    ("asked", pa.float64()),
    ("taken", pa.int64()),
    ("got", pa.float64()),
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("as_asked", pa.bool_()),
]


def tally_record(tally: Tally) -> dict[str, int | float | bool | None]:
    """Return the numbers of a tally by name."""
    interval = tally.interval
    return {
        "reached": tally.reached,
        "asked": tally.asked,
        "taken": tally.taken,
        "got": tally.got,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "as_asked": tally.is_as_asked,
    }


def truth_of(
    decisions: Mapping[tuple[str, str], tuple[int, int, int]],
    effects: Mapping[tuple[str, str, str, str], tuple[int, int, int]],
    skipped: Mapping[tuple[str, str], int],
    uncounted: tuple[UncountedEffect, ...] = (),
) -> Truth:
    """Return the truth that the tallies of a run hold (`footfall.events.chunk.Tallies` has their keys)."""
    none = (0, 0, 0)
    names = sorted({key[:3] for key in effects}, key=_bytes)
    return Truth(
        tuple(Decision(*key, Tally(*decisions[key])) for key in sorted(decisions, key=_bytes)),
        tuple(
            Effect(*key, Tally(*effects.get((*key, "with"), none)), Tally(*effects.get((*key, "without"), none)))
            for key in names
        ),
        tuple(Skipped(*key, skipped[key]) for key in sorted(skipped, key=_bytes)),
        uncounted,
    )


def _bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)
