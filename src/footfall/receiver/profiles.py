"""People's user properties: the state after all updates that were received; the last ones in memory, all in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from footfall.receiver.intake import Json, Update, dumped
from footfall.receiver.people_file import PeopleFile
from footfall.receiver.user_properties import OPERATIONS

MOST_CACHED = 10_000
"""People, and links, whose state stays in memory: those who came last, some 2 kB each."""


class PeopleProperties:
    """User properties by person, and properties of groups.

    People are known by their user id, or, before that, by their device.

    A device whose events first carry no user id and later one becomes that user's: its properties become the user's,
    where the user has none of that name yet. So does any other id that is said to be the same person's.

    updates are applied → `changed`, which are to be stored → `keep`, or `undo` where they could not be → ...

    Args:
        rows: (id, properties as JSON) as they were stored.
        links: (device, user) as they were stored.
        folder: Of the file that holds those who are not in memory.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str]] = (),
        links: Iterable[tuple[str, str]] = (),
        folder: Path | None = None,
    ) -> None:
        self._file = PeopleFile(folder)
        self._file.put("people", rows)
        self._file.put("links", links)
        self._file.keep()
        self._forget()

    def _forget(self) -> None:
        self._profiles: dict[str, Json | None] = {}
        # A hash of the text, not the text: 8 bytes per person, and by chance the same for one change in 2**64.
        self._stored: dict[str, int] = {}
        self._links: dict[str, str | None] = {}
        self._dirty: set[str] = set()
        self._new_links: set[str] = set()

    def apply(self, update: Update) -> None:
        """Take in an update."""
        for owner in self._owners(update):
            self._change(owner, update)

    def _change(self, owner: str, update: Update) -> None:
        profile = self._profile(owner)
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
        dirty = sorted(self._dirty)
        kept = {i: profile for i in dirty if (profile := self._profiles[i]) is not None}
        people: dict[str, str | None] = dict.fromkeys(i for i in dirty if i not in kept)
        people |= zip(kept, dumped(list(kept.values())), strict=True)
        # Many senders say all properties with every event: what is the same as before is not stored again.
        people = {
            i: properties
            for i, properties in people.items()
            if self._stored.get(i) != hash(properties)
        }
        self._stored |= {i: hash(properties) for i, properties in people.items()}
        links = {
            device: user for device in sorted(self._new_links) if (user := self._links[device])
        }
        self._file.put("people", people.items())
        self._file.put("links", links.items())
        self._dirty, self._new_links = set(), set()
        return people, links

    def keep(self) -> None:
        """Take what `changed` has returned as stored, and hold no more people in memory than is good."""
        self._file.keep()
        for owner in _oldest(self._profiles):
            del self._profiles[owner]
            self._stored.pop(owner, None)
        for device in _oldest(self._links):
            del self._links[device]

    def undo(self) -> None:
        """Be again as at the last `keep`."""
        self._file.undo()
        self._forget()

    def of(self, owner: str) -> dict[str, Any]:
        """Return the properties of `u/USER`, `d/DEVICE` or `g/TYPE/KEY`."""
        if owner in self._profiles:
            return self._profiles[owner] or {}
        text = self._file.get("people", owner)
        return {} if text is None else msgspec.json.decode(text)

    def _profile(self, owner: str) -> Json | None:
        """Return the properties of somebody, to be changed; None where there is nobody."""
        if owner not in self._profiles:
            text = self._file.get("people", owner)
            self._profiles[owner] = None if text is None else msgspec.json.decode(text)
            if text is not None:
                self._stored[owner] = hash(text)
        return self._profiles[owner]

    def _user_of(self, other: str) -> str | None:
        """Return the user to whom a device, or another id, is linked."""
        if other not in self._links:
            self._links[other] = self._file.get("links", other)
        return self._links[other]

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
            linked = self._user_of(device)
            return [f"u/{linked}" if linked else f"d/{device}"]
        return []

    def _merged(self, user: str, update: Update) -> str:
        """Make the others this user's, and return the id by which the user is known."""
        ids = [self._settled(one) for one in (user, *update.others)]
        if update.is_mutual and self._profile(f"u/{ids[0]}") is None:
            ids.sort(key=lambda one: self._profile(f"u/{one}") is None)
        for other in ids[1:]:
            self._link(other, ids[0], "du")
        return ids[0]

    def _settled(self, user: str) -> str:
        """Return the user whose id another one was said to be; an id with properties of its own is its own."""
        linked = self._user_of(user)
        return user if linked is None or self._profile(f"u/{user}") is not None else linked

    def _link(self, other: str, user: str, kinds: str) -> None:
        if self._user_of(other) == user or (other == user and kinds != "d"):
            return
        self._links[other] = user
        self._new_links.add(other)
        # The user's own values win: the other's were true before anybody was known.
        for kind in kinds:
            self._move(f"{kind}/{other}", f"u/{user}")

    def _move(self, before: str, after: str) -> None:
        profile = self._profile(before)
        if profile is not None:
            self._dirty |= {before, after}
            self._profiles[after] = profile | (self._profile(after) or {})
            self._profiles[before] = None


def _oldest(cached: Mapping[str, object]) -> list[str]:
    """Return the first keys of a mapping that has too many."""
    return list(islice(cached, max(len(cached) - MOST_CACHED, 0)))
