"""Sign-in: by which account people are known, and on which of their devices."""

from __future__ import annotations

import numpy as np

from footfall.model import builtins
from footfall.model.model import MOST_ACCOUNTS, Model
from footfall.model.values import Array
from footfall.sim.event_flags import device_of, with_account
from footfall.sim.state import State


def sign_in(model: Model, state: State, rows: Array, *, opens: bool) -> None:
    """Let people be known from here on.

    Args:
        opens: By an account that they open now; else by their latest, or their first.
    """
    before = state.accounts.take(rows)
    accounts = np.minimum(before + 1, MOST_ACCOUNTS) if opens else np.maximum(before, 1)
    state.accounts[rows] = accounts
    state.columns[builtins.KNOWN][rows] = 1
    flags = with_account(state.event_flags.take(rows), accounts)
    state.event_flags[rows] = flags
    if model.devices.has_own_sign_in:
        state.signed_in[rows] |= 1 << device_of(flags)
    # Who gets to know them anew knows nothing of them yet.
    state.is_silent[rows] |= np.not_equal(before, accounts) & np.greater(before, 0)


def sign_out(model: Model, state: State, rows: Array) -> None:
    """Let people be unknown from here on: on the device that they use, or on all of them."""
    flags = state.event_flags.take(rows)
    state.columns[builtins.KNOWN][rows] = 0
    state.event_flags[rows] = with_account(flags, 0)
    if model.devices.has_own_sign_in:
        state.signed_in[rows] &= ~(1 << device_of(flags))


def accounts_on(model: Model, state: State, rows: Array, devices: Array) -> Array:
    """Return by which accounts people are known who begin to use devices: shape (n,), int64, 0 for none.

    On a device that several people use nobody stays signed in.
    """
    if model.devices.has_own_sign_in:
        is_shared = state.are_shared(rows, devices)
        signed_in = state.signed_in[rows] & ~(is_shared.astype(np.int64) << devices)
        state.signed_in[rows] = signed_in
        state.columns[builtins.KNOWN][rows] = signed_in >> devices & 1
    return state.accounts[rows] * state.columns[builtins.KNOWN][rows]
