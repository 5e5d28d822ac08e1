"""Profiles that vendors would make of the ids of users and devices, beside the people that there were."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class ProfileCounts:
    """The profiles that a rule makes of the ids of events.

    Args:
        rule: Name of the rule: `ids`, `last` or `first`.
        profiles: How many there are.
        of_several: Of these, those with events of several people.
        people_in_several: People whose events are in several of them.
        misplaced: Events in a profile in which somebody else has more.
    """

    rule: str
    profiles: int
    of_several: int
    people_in_several: int
    misplaced: int


@dataclass(frozen=True, slots=True)
class IdentityCounts:
    """People with events, the ids that they were known by, and what each rule makes of these.

    Args:
        people: With at least one event.
        events: Of theirs.
        users: User ids.
        devices: Device ids.
        shared_devices: Devices with events of several people.
        rules: ProfileCounts by rule.
    """

    people: int
    events: int
    users: int
    devices: int
    shared_devices: int
    rules: tuple[ProfileCounts, ...]

    def misplaced_share(self, profiles: ProfileCounts) -> float:
        """Return the share of events that stand in a profile of somebody else, 0..1."""
        return profiles.misplaced / self.events if self.events else 0.0

    def to_arrow(self) -> pa.Table:
        """Return one row per rule: rule, profiles, of_several, people_in_several, misplaced (all int64)."""
        counts = ("profiles", "of_several", "people_in_several", "misplaced")
        columns = {"rule": pa.array([each.rule for each in self.rules], pa.string())}
        for name in counts:
            columns[name] = pa.array([getattr(each, name) for each in self.rules], pa.int64())
        return pa.table(columns)
