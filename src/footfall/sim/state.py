"""State arrays of a group of people: one row per person.

An array per attribute, and not a record per person: a wave reads three or four attributes of
some rows, each as one `take` of an array, and no Python object stands for a person.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from footfall.model import builtins
from footfall.model.model import Column, Model
from footfall.model.values import DTYPES, NEVER, NULL_INTEGER, Array
from footfall.sim import keys
from footfall.sim.event_flags import pack_flags

CLOSED = -(2**62)
"""`session_last` of somebody who is in no session."""


class State:
    """State arrays of a group.

    A row is a person's place in the group, not their number (`columns[PERSON]`): groups that
    are merged in live runs leave out people to whom nothing more will happen, and a draw
    depends on the identity alone.

    Attributes:
        identities: What draws and ids follow from (`identities.py`).
        columns: Declared state, by column number: shape (U,), or (U, K) for the elements of a
            list.
        arrived: When each one came, ms, UTC.
        clock: Each one's time, ms, UTC.
        node, time: Where each one waits, and until when; `NEVER` when nothing more will happen.
        event_no, event_last: Number and time of the last event.
        change_no: Number of the last change.
        session_id: Time of the session's first event, or null before it.
        session_last: Time of the session's last event, or `CLOSED`.
        device_kinds: Shape (U, devices), int32: rows of the kinds of devices.
        shares_device: The last of them is the household's.
        accounts: How many accounts each one has opened; they are known by the latest.
        signed_in: Bits of the devices on which each one is known, where devices have a sign-in of their own.
        is_silent: Has emitted nothing yet that was recorded.
        event_flags: Stage, device of the session, and account by which the person is known, as
            events carry them (`pack_flags`): an event reads one array in place of three.
        in_later: 1 + number of the later journey that runs now, or 0.
        main_node, main_time: Where the main journey is parked meanwhile; `main_in_session`:
            whether in a session.
        lasting_cases: Of effects that follow from the home, which never changes: number of
            the effect → shape (U,), int32. Looked up once per group.
        slots: Shape (U, T): times at which pending later journeys start; `slot_min` the
            earliest of each.
        payloads: Variables that pending later journeys take along: per timer, per variable,
            shape (U, slots) or (U, slots, K).
    """

    def __init__(self, model: Model, persons: Array, identities: Array) -> None:
        n = len(persons)
        self.n = n
        self.identities = identities
        self.keys = keys.person_keys(model.person_key, identities)
        self.columns = [_blank(column, n) for column in model.columns]
        self.columns[builtins.PERSON] = persons
        self.arrived = np.zeros(n, np.int64)
        self.clock = np.zeros(n, np.int64)
        self.node = np.full(n, model.entry, np.int32)
        self.time = np.zeros(n, np.int64)
        self.event_no = np.zeros(n, np.int64)
        self.event_last = np.full(n, CLOSED, np.int64)
        self.change_no = np.zeros(n, np.int64)
        self.session_id = np.full(n, NULL_INTEGER, np.int64)
        self.session_last = np.full(n, CLOSED, np.int64)
        self.device_count = np.ones(n, np.int64)
        self.device_kinds = np.zeros((n, model.devices.most), np.int32)
        self.shares_device = np.zeros(n, np.bool_)
        self.accounts = np.zeros(n, np.int64)
        self.signed_in = np.zeros(n, np.int64)
        self.is_silent = np.ones(n, np.bool_)
        self.event_flags = pack_flags(0, np.zeros(n, np.int64), 0)
        self.in_later = np.zeros(n, np.int32)
        self.main_node = np.zeros(n, np.int32)
        self.main_time = np.full(n, NEVER, np.int64)
        self.main_in_session = np.zeros(n, np.bool_)
        self.lasting_cases: dict[int, Array] = {}
        self._add_timers(model, n)

    def _add_timers(self, model: Model, n: int) -> None:
        counts = [timer.slots for timer in model.timers]
        self.slot_edges = np.cumsum([0, *counts])
        self.slot_timer = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        self.slots = np.full((n, int(self.slot_edges[-1])), NEVER, np.int64)
        self.slot_min = np.full(n, NEVER, np.int64)
        self.payloads = []
        for timer in model.timers:
            columns = [self.columns[number] for number in timer.payload]
            self.payloads.append([_pending(column, timer.slots) for column in columns])

    def are_shared(self, rows: Array, devices: Array) -> Array:
        """Return whether devices of people are those of their households: shape (n,), bool."""
        return self.shares_device[rows] & np.equal(devices, self.device_count[rows] - 1)

    def arrays(self) -> dict[str, Array]:
        """Return by name the arrays that change; all else follows from model and numbers."""
        return {name: array for name, array in named("state", vars(self)) if name not in _FIXED}


_FIXED = {f"state.{name}" for name in ("identities", "keys", "slot_edges", "slot_timer")}


def named(name: str, value: object) -> Iterator[tuple[str, Array]]:
    """Yield the arrays in lists and mappings, with names that say where they are."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from named(f"{name}.{number}", one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from named(f"{name}.{key}", one)


def _blank(column: Column, n: int) -> Array:
    dtype = np.dtype(f"S{column.size}") if column.size else DTYPES[column.kind]
    return np.full((n, column.width) if column.width else n, column.start, dtype)


def _pending(column: Array, slots: int) -> Array:
    return np.zeros((len(column), slots, *column.shape[1:]), column.dtype)
