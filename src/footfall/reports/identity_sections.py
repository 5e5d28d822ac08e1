"""The section on identity: the profiles that vendors would make of a run's ids."""

from __future__ import annotations

from footfall.reports.profile_counts import IdentityCounts, ProfileCounts
from footfall.reports.reporting import Report
from footfall.reports.section import Cell, ReportSection, RowLimits, TableColumn, TableRow
from footfall.text import count, percent, plural

_COLUMNS = (
    TableColumn("Who an event belongs to"),
    TableColumn("Profiles"),
    TableColumn("Of several\npeople", "profiles with events of several people"),
    TableColumn("People in\nseveral", "people whose events are in several profiles"),
    TableColumn(
        "Events with\nothers %", "events in a profile in which somebody else has more of them"
    ),
)
_RULES = {
    "ids": "each id for itself",
    "last": "who was last known on the device",
    "first": "who was first known on the device",
}
_DEFINITIONS = (
    "An event with a user id belongs to that user. One without goes to its device (each id for itself), to the user "
    "who was known on it last (as in Amplitude), or to the first who ever was (as in Mixpanel and PostHog while nobody "
    "resets the device's id). Events from before anybody was known on a device go to the first one."
)


def identity_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell what profiles come of the ids, rule by rule, beside the people that there were."""
    identity = report.identity
    if identity is None:
        return None
    of = (
        plural(identity.users, "user id"),
        plural(identity.devices, "device"),
        plural(identity.people, "person", "people"),
    )
    return ReportSection(
        "Identity",
        f"what a vendor would make of {of[0]} and {of[1]} of {of[2]}",
        _COLUMNS,
        tuple(_row(identity, profiles) for profiles in identity.rules),
        _notes(identity),
    )


def _row(identity: IdentityCounts, profiles: ProfileCounts) -> TableRow:
    return TableRow(
        (
            Cell(_RULES[profiles.rule]),
            Cell(count(profiles.profiles)),
            Cell(count(profiles.of_several)),
            Cell(count(profiles.people_in_several)),
            Cell(percent(identity.misplaced_share(profiles))),
        )
    )


def _notes(identity: IdentityCounts) -> tuple[str, ...]:
    shared = plural(identity.shared_devices, "device was", "devices were")
    return (
        _DEFINITIONS,
        f"{shared} used by several people.",
    )
