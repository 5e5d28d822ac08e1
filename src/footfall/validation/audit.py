"""The audit that checks share: the events, what is expected, the findings, and the way to a first example."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from footfall.foreign.event_source import EventSource
from footfall.text import cut
from footfall.units import nearest_hint
from footfall.validation.expectations import Expectations
from footfall.validation.findings import Finding, Place

MOST_EXAMPLES = 200
"""Findings that get an example: each takes a scan, and nobody reads thousands."""
LONGEST_EXAMPLE = 80


@dataclass
class Audit:
    """One validation on its way.

    Args:
        source: The events.
        expected: What they are checked against.
        findings: What was found so far.
        skipped: Checks that cannot be made, and why.
    """

    source: EventSource
    expected: Expectations
    findings: list[Finding] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @cached_property
    def count(self) -> int:
        """The number of events."""
        return int(self.source.rows("SELECT count(*) FILTER (NOT is_nameless) FROM e")[0][0])

    @cached_property
    def no_events(self) -> int:
        """The number of lines that are no events: unreadable, or without an event type."""
        return self.source.unread + self.source.nameless

    def share(self, count: int) -> float:
        """Return the share that some are of all lines that could be read."""
        return count / max(self.count + self.source.nameless, 1)

    def add(
        self, check: str, subject: str, count: int, detail: str, where: str, value: str = "NULL"
    ) -> None:
        """Note a finding, with the first event of its kind.

        Args:
            check: A key of `CHECKS`.
            subject: What it concerns.
            count: How many events; nothing is noted for 0.
            detail: What is wrong with it.
            where: SQL that holds for these events.
            value: SQL for the value to show.
        """
        if count:
            example, at = (
                self._first(where, value) if len(self.findings) < MOST_EXAMPLES else ("", None)
            )
            self.findings.append(
                Finding(check, subject, count, self.share(count), detail, example, at)
            )

    def _first(self, where: str, value: str) -> tuple[str, Place | None]:
        # The first by the order of what was read, so that the same events show the same example
        # each time.
        is_lines = self.source.form == "lines"
        order = {"lines": "n", "parquet": "file, line", "store": "time_ms, insert_id"}[
            self.source.form
        ]
        part = "part" if is_lines else "file"
        found = self.source.rows(
            f"SELECT CAST(({value}) AS VARCHAR), insert_id, {part}, line FROM e "
            f"WHERE {where} ORDER BY {order} LIMIT 1"
        )
        if not found:
            return "", None
        text, insert_id, file, line = found[0]
        return shortened(text), Place(
            insert_id, self.source.parts[file] if is_lines else str(file), line
        )


def shortened(value: Any) -> str:
    """Return a value as it is shown: one line, not too long."""
    return "" if value is None else cut(" ".join(str(value).split()), LONGEST_EXAMPLE)


def nearest(name: str, declared: list[str]) -> str:
    """Return a sentence with the declared name that is nearest, or nothing."""
    return nearest_hint(name, declared) or ""
