"""People's user properties: the state after all updates that were received."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from footfall.receiver.intake import Json, Update, dumped
from footfall.receiver.user_properties import OPERATIONS


class PeopleProperties:
    """User properties by person, and properties of groups.

    People are known by their user id, or, before that, by their device.

    A device whose events first carry no user id and later one becomes that user's: its properties become the user's,
    where the user has none of that name yet. So does any other id that is said to be the same person's.

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
        for owner in self._owners(update):
            self._change(owner, update)

    def _change(self, owner: str, update: Update) -> None:
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
        """Return the properties of `u/USER`, `d/DEVICE` or `g/TYPE/KEY`."""
        return self._profiles.get(owner, {})

    def _owners(self, update: Update) -> list[str]:
        if update.groups:
            return [f"g/{group}" for group in update.groups]
        user, device = update.user_id, update.device_id
        if user:
            user = self._merged(user, update) if update.others else self._settled(user)
            if device:
                self._link(device, user, "d")
            return [f"u/{user}"]
        if device:
            linked = self._links.get(device)
            return [f"u/{linked}" if linked else f"d/{device}"]
        return []

    def _merged(self, user: str, update: Update) -> str:
        """Make the others this user's, and return the id by which the user is known."""
        ids = [self._settled(one) for one in (user, *update.others)]
        if update.is_mutual and f"u/{ids[0]}" not in self._profiles:
            ids.sort(key=lambda one: f"u/{one}" not in self._profiles)
        for other in ids[1:]:
            self._link(other, ids[0], "du")
        return ids[0]

    def _settled(self, user: str) -> str:
        """Return the user whose id another one was said to be; an id with properties of its own is its own."""
        linked = self._links.get(user)
        return user if linked is None or f"u/{user}" in self._profiles else linked

    def _link(self, other: str, user: str, kinds: str) -> None:
        if self._links.get(other) == user or (other == user and kinds != "d"):
            return
        self._links[other] = user
        self._new_links.add(other)
        # The user's own values win: the other's were true before anybody was known.
        for kind in kinds:
            self._move(f"{kind}/{other}", f"u/{user}")

    def _move(self, before: str, after: str) -> None:
        profile = self._profiles.pop(before, None)
        if profile is not None:
            self._dirty |= {before, after}
            self._profiles[after] = profile | self._profiles.get(after, {})
