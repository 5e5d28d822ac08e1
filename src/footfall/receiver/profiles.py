"""People's user properties: the state after all updates that were received."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from footfall.receiver.intake import Json, Update, dumped
from footfall.receiver.user_properties import OPERATIONS


class PeopleProperties:
    """User properties by person. People are known by their user id, or, before that, by their device.

    A device whose events first carry no user id and later one becomes that user's: its properties become the user's,
    where the user has none of that name yet.

    Args:
        rows: (id, properties as JSON) as they were stored.
        links: (device, user) as they were stored.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str]] = (), links: Iterable[tuple[str, str]] = ()
    ) -> None:
        stored = dict(rows)
        self._profiles: dict[str, Json] = {
            i: msgspec.json.decode(properties) for i, properties in stored.items()
        }
        # A hash of the text, not the text: 8 bytes per person, and by chance the same for one change in 2**64.
        self._stored = {i: hash(properties) for i, properties in stored.items()}
        self._links = dict(links)
        self._dirty: set[str] = set()
        self._new_links: set[str] = set()

    def apply(self, update: Update) -> None:
        """Take in an update."""
        owner = self._owner(update)
        if owner is None:
            return
        profile = self._profiles.get(owner)
        if profile is None:
            profile = self._profiles[owner] = {}
            self._dirty.add(owner)
        for operation, values in update.operations.items():
            act = OPERATIONS.get(operation)
            for name, value in values.items() if act is not None else ():
                act(profile, name, value)  # type: ignore[misc]  # mypy does not carry the condition into the loop
                self._dirty.add(owner)

    def changed(self) -> tuple[dict[str, str | None], dict[str, str]]:
        """Return the changes that are not stored yet, and take them as stored.

        Returns:
            Id → properties as JSON, or None if it is gone; device → user.
        """
        kept = sorted(self._dirty & self._profiles.keys())
        people: dict[str, str | None] = dict.fromkeys(self._dirty - self._profiles.keys())
        people |= zip(kept, dumped([self._profiles[i] for i in kept]), strict=True)
        # Many senders say all properties with every event: what is the same as before is not stored again.
        people = {
            i: properties
            for i, properties in people.items()
            if self._stored.get(i) != hash(properties)
        }
        self._stored |= {i: hash(properties) for i, properties in people.items()}
        links = {device: self._links[device] for device in sorted(self._new_links)}
        self._dirty, self._new_links = set(), set()
        return people, links

    def of(self, owner: str) -> dict[str, Any]:
        """Return the properties of `u/USER` or `d/DEVICE`."""
        return self._profiles.get(owner, {})

    def _owner(self, update: Update) -> str | None:
        user, device = update.user_id, update.device_id
        if user and device:
            self._link(device, user)
        if user:
            return f"u/{user}"
        if device:
            linked = self._links.get(device)
            return f"u/{linked}" if linked else f"d/{device}"
        return None

    def _link(self, device: str, user: str) -> None:
        if self._links.get(device) == user:
            return
        self._links[device] = user
        self._new_links.add(device)
        # The user's own values win: the device's were true before anybody was known.
        before = self._profiles.pop(f"d/{device}", None)
        if before is not None:
            self._dirty |= {f"d/{device}", f"u/{user}"}
            self._profiles[f"u/{user}"] = before | self._profiles.get(f"u/{user}", {})
