"""Findings of a validation: one record per kind of mistake and thing it concerns, with its first example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CHECKS: Mapping[str, str] = {
    "line_invalid": "line that cannot be read",
    "event_unknown": "unknown event type",
    "event_missing": "no event type",
    "category_wrong": "category is another",
    "property_unknown": "unknown property",
    "property_type": "wrong type",
    "property_missing": "required property missing",
    "value_undeclared": "value outside the declared",
    "value_range": "number out of its range",
    "text_length": "text too short or too long",
    "text_pattern": "text without its pattern",
    "text_format": "text of another format",
    "list_length": "list too short or too long",
    "list_is_text": "text where a list is declared",
    "list_repeats": "list with repeated elements",
    "key_spaces": "key with outer spaces",
    "time_missing": "time missing",
    "time_seconds": "time in seconds",
    "time_unit": "time not in milliseconds",
    "time_digits": "time as text of digits",
    "time_unreadable": "time cannot be read",
    "time_backwards": "time runs back",
    "insert_id_missing": "insert_id missing",
    "insert_id_repeats": "insert_id used twice",
    "insert_id_dropped": "insert_id twice on one device",
    "event_id_missing": "event_id missing",
    "id_missing": "neither user_id nor device_id",
    "id_type": "id is no text",
    "id_short": "id too short",
    "id_banned": "id that stands for nobody",
    "stage_order": "step out of order",
    "stage_back": "stage goes back",
    "value_changes": "value changes within a process",
    "city_unknown": "city outside the declared",
    "country_wrong": "country is not the city's",
    "city_changes": "one person in two cities",
    "country_changes": "one person in two countries",
    "device_shared": "device shared by several users",
    "session_shared": "session shared by several users",
    "session_far": "session_id far from time",
    "session_type": "session_id is no whole number",
    "revenue_missing": "revenue missing",
    "currency_missing": "revenue without currency",
}
"""Name of each check, as `--format json` and `--ignore` have it → what it says."""

REMARKS: Mapping[str, str] = {
    "nobody_leaves": "everybody goes on",
    "one_hour": "most events in one hour of the day",
    "full_hours": "many events exactly on the hour",
    "never_changes": "user property never changes",
    "never_linked": "anonymous people never get an account",
    "never_seen": "declared, but not seen",
}
"""Name of each remark → what it says: real people would not do it, or it is not there.

It is no finding.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an event.

    Args:
        insert_id: Its id, if it has one.
        file: The file, or the member of a zip; empty for a table.
        line: Line or row in it, from 1; None for a table.
    """

    insert_id: str | None
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: one thing that is wrong.

    Args:
        check: A key of `CHECKS`.
        subject: What it concerns: an event type, `event.property`, `user property name`, a
            column.
        count: How many events.
        share: Of all events, 0..1.
        detail: What was found, and what is accepted.
        example: The first value, as text, or empty.
        at: Where the first one is.
    """

    check: str
    subject: str
    count: int
    share: float
    detail: str = ""
    example: str = ""
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on one thing that looks odd: a key of `REMARKS`, what it concerns, and what was seen."""

    check: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Validation:
    """The outcome of a validation.

    Args:
        events: What was checked, as the user called it.
        against: Name of the scenario or plan.
        count: Events.
        findings: By check, in the order of `CHECKS`, the most frequent first.
        remarks: What looks odd.
        skipped: Check → why it could not be made, or was not asked for.
        taken: What was taken for what in events of others; empty where names are ours.
        no_events: Lines that are none: unreadable, or without an event type.
    """

    events: str
    against: str
    count: int
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    taken: str = ""
    no_events: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong; remarks do not count."""
        return not self.findings
