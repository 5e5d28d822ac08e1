"""The result of a run: totals, and a balance per sink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.execution.schedule import State
from footfall.html import element, table
from footfall.sinks.protocol import Capabilities, Receipt, Sink, capabilities_of


@dataclass(slots=True)
class Balance:
    """The balance of one sink: generated = accepted + rejected + pending.

    Args:
        name: As after `--to`.
        guarantee: The sink's.
        before: Its state before: it had nothing of the run, some or all.
        generated: Events that were made for it.
        accepted: Events it has taken for good.
        rejected: Events it will never take; they are in the dead letters.
        dead_letters: Events of the run that it has refused, in this call or an earlier one,
            and not accepted since.
        size_bytes: Bytes written or sent.
        is_complete: It has all parts of the run.
        problem: Reason why not, where it has failed; None also where the run was only stopped.
        tallies: Of all parts it has, of earlier calls too; None where it keeps none, or is a
            store.
        capabilities: The sink's.
    """

    name: str
    guarantee: str
    before: State
    generated: int = 0
    accepted: int = 0
    rejected: int = 0
    dead_letters: int = 0
    size_bytes: int = 0
    is_complete: bool = False
    problem: BaseException | None = None
    tallies: Tallies | None = field(default=None, repr=False)
    capabilities: Capabilities = field(default_factory=Capabilities, repr=False)

    @classmethod
    def of(cls, sink: Sink) -> Balance:
        """Return the balance of a sink that has done nothing yet."""
        return cls(sink.name, sink.guarantee, "new", capabilities=capabilities_of(sink))

    @property
    def pending(self) -> int:
        """Events that were made and are neither taken nor refused yet."""
        return self.generated - self.accepted - self.rejected

    def add(self, n_events: int, receipt: Receipt) -> None:
        """Add a part that was made, and what became of it."""
        self.generated += n_events
        self.settle(receipt)

    def settle(self, receipt: Receipt) -> None:
        """Add what became of a part."""
        self.accepted += receipt.accepted
        self.rejected += receipt.rejected
        self.size_bytes += receipt.size_bytes


def raise_first(balances: Sequence[Balance]) -> None:
    """Raise the problem of the first sink that has failed, with those of others as notes."""
    problems = [balance.problem for balance in balances if balance.problem is not None]
    for other in problems[1:]:
        problems[0].add_note(f"another sink failed too: {other}")
    if problems:
        raise problems[0]


@dataclass(slots=True, repr=False)
class RunResult:
    """The result of a run.

    Args:
        run: As it was asked for.
        time_zone: The scenario's, in which its days are counted.
        sinks: One balance per sink, of this call.
        n_workers: Processes that simulated; 1 is this one.
        events: Events simulated by this call.
        parts: Parts committed by this call.
        tallies: Of the parts of this call; of the whole run if nothing was there before.
        seconds: Duration of the call.
        is_simulated: The simulation reached the end; it did not if the user stopped it or all
            sinks failed before.
        is_finished: All parts are in all sinks.
    """

    run: Run
    time_zone: str
    sinks: list[Balance]
    n_workers: int = 1
    events: int = 0
    parts: int = 0
    tallies: Tallies = field(default_factory=Tallies.empty)
    seconds: float = 0.0
    is_simulated: bool = False
    is_finished: bool = False

    def __repr__(self) -> str:
        sinks = "; ".join(f"{s.name}: {s.accepted:,} accepted" for s in self.sinks)
        return f"<RunResult: {self._outcome}; {sinks}>"

    def _repr_html_(self) -> str:
        rows = [
            (s.name, *(f"{n:,}" for n in (s.generated, s.accepted, s.rejected, s.pending)))
            for s in self.sinks
        ]
        headers = ("sink", "generated", "accepted", "rejected", "pending")
        return element("div", element("p", self._outcome), table(headers, rows))

    @property
    def _outcome(self) -> str:
        run = f"run {self.run.id} of {self.run.stream.schema.scenario}"
        state = "finished" if self.is_finished else "not finished"
        return f"{run}, {self.events:,} events in {self.seconds:.1f} s, {state}"

    @property
    def is_whole(self) -> bool:
        """Whether the tallies are the whole run's: a sink was empty, so no part was skipped."""
        return self.is_simulated and any(sink.before == "new" for sink in self.sinks)

    @property
    def was_complete(self) -> bool:
        """Whether there was nothing to do."""
        return all(sink.before == "complete" for sink in self.sinks)

    @property
    def is_clean(self) -> bool:
        """Whether everything is delivered, what earlier calls could not deliver included."""
        return self.is_finished and all(
            s.rejected == s.pending == s.dead_letters == 0 for s in self.sinks
        )

    def checked(self) -> RunResult:
        """Return this, if no sink has failed.

        Raises:
            StoreError, SinkError: See `raise_first`.
        """
        raise_first(self.sinks)
        return self

    @property
    def sessions(self) -> int:
        """Sessions that were seen first in this call: those that began, or were open at the start."""
        return self.measure("sessions")

    def measure(self, name: str) -> int:
        """Return the sum of a measure over all cities (see `Tallies`)."""
        return sum(
            count for (_, measure), count in self.tallies.cities.items() if measure == name
        )
