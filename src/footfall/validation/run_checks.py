"""The run of a validation: opens events, makes the checks, sorts their findings."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from footfall.errors import UsageError
from footfall.foreign.open_events import open_events
from footfall.foreign.roles import Named
from footfall.scenario.records import Scenario
from footfall.units import nearest_hint
from footfall.validation.audit import Audit
from footfall.validation.constraint_checks import check_constraints
from footfall.validation.expectations import Expectations, of_scenario
from footfall.validation.findings import CHECKS, REMARKS, Validation
from footfall.validation.inner_checks import check_inner
from footfall.validation.people_checks import check_people
from footfall.validation.property_checks import check_properties
from footfall.validation.remarks import remarks_on
from footfall.validation.row_checks import check_rows
from footfall.validation.shared_values import check_shared


def validate(
    events: str | Path,
    against: str | Path | Scenario | Expectations,
    *,
    run: str | None = None,
    ignore: Collection[str] = (),
    named: Named | None = None,
) -> Validation:
    """Check events against what a scenario, or a plan, declares.

    Example:
        >>> footfall.validate("parquet:shop", "ecommerce").is_clean
        True

    Args:
        events: A DuckDB store, Parquet folder or PostgreSQL address of ours, Parquet files,
            NDJSON, a folder of it, or Amplitude's export.
        against: A scenario by name, path or as loaded; or expectations made otherwise.
        run: Id of the run or its beginning, in a store of ours; else the latest of the
            scenario, or of any.
        ignore: Names of checks that are not to count.
        named: Which column says who, when and what, where the events are a log with columns
            of its own; None to recognise them.

    Raises:
        UsageError: The events or the scenario are not there, or a check has no such name.
        ScenarioError: The scenario cannot be used.
        StoreError: The events cannot be read.
    """
    _check_names(ignore)
    expected = against if isinstance(against, Expectations) else of_scenario(_loaded(against))
    with open_events(events, run, expected.name, named) as source:
        audit = Audit(source, expected)
        # In this order: people's checks ask whether rows had a finding, remarks read the table
        # that these make.
        for check in (
            check_rows,
            check_properties,
            check_constraints,
            check_inner,
            check_people,
            check_shared,
        ):
            check(audit)
        remarks = remarks_on(audit)
        audit.skipped |= dict.fromkeys(ignore, "not asked for")
        order = list(CHECKS)
        kept = [found for found in audit.findings if found.check not in ignore]
        kept.sort(key=lambda found: (order.index(found.check), -found.count, found.subject))
        wanted = tuple(remark for remark in remarks if remark.check not in ignore)
        return Validation(
            source.name,
            expected.name,
            audit.count,
            tuple(kept),
            wanted,
            audit.skipped,
            source.taken,
            audit.no_events,
        )


def _check_names(names: Collection[str]) -> None:
    accepted = [*CHECKS, *REMARKS]
    for name in names:
        if name not in accepted:
            hint = nearest_hint(name, accepted)
            raise UsageError(
                f"there is no check {name!r}\n  accepted: {', '.join(accepted)}"
                + (f"\n  hint: {hint}" if hint else "")
            )


def _loaded(against: str | Path | Scenario) -> Scenario:
    from footfall.scenario.loading import load, load_shipped, shipped

    if not isinstance(against, str | Path):
        return against
    name = str(against).replace("-", "_")
    return load_shipped(name) if name in shipped() else load(against)
