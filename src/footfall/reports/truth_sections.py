"""The section on the truth: decisions, effects, and what was declared but could not happen."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.reports.asked_and_got import Amount, Case, Tally
from footfall.reports.estimates import (
    amount,
    effect_texts,
    factor,
    factor_interval,
    percent_interval,
)
from footfall.reports.reporting import Report
from footfall.reports.section import (
    Cell,
    ReportSection,
    RowLimits,
    TableColumn,
    TableRow,
    Tone,
    name_cell,
)
from footfall.reports.truth import ChanceEffect, Factor, Truth
from footfall.text import NONE, count, percent

_TALLY_COLUMNS = (
    TableColumn("Reached"),
    TableColumn("Asked\n%", "the mean chance it had then, after all effects"),
    TableColumn("Got\n%", "the share that was taken"),
    TableColumn("95 %\ninterval"),
)
_AMOUNT_COLUMNS = (
    TableColumn("Reached"),
    TableColumn("Asked"),
    TableColumn("Got"),
    TableColumn("Factor\nasked"),
    TableColumn("Factor\ngot"),
    TableColumn("95 %\ninterval"),
)
_EFFECT_COLUMNS = (
    TableColumn(
        "Effect\nasked",
        "as declared: a factor on the odds, “times” one on the chance, or the chance in %",
    ),
    TableColumn("Effect\ngot", "what came out in its place, given all other effects"),
    TableColumn("95 %\ninterval"),
)
_OTHERS = Cell("all others", "faint")


def truth_section(report: Report, limits: RowLimits) -> ReportSection | None:  # noqa: ARG001
    """Tell what was asked and what came out.

    Decisions first, then effects, then what was skipped.
    """
    truth = report.truth
    if truth is None or truth.is_empty:
        return None
    parts = (_effects(truth), _factors(truth), _skipped(truth))
    has_decisions = bool(truth.decisions)
    outside = f"{truth.outside} of {truth.reached} options lie outside their 95 % interval (!)"
    return ReportSection(
        "Truth",
        "what was asked, and what came out",
        (TableColumn("Decision"), *_TALLY_COLUMNS) if has_decisions else (),
        # Without the `no` of a chance, which says the same as its `yes` once more.
        tuple(TableRow((name_cell(d.name), *_tally(d.tally))) for d in truth.distinct),
        (f"{outside}; by chance about 1 in 20 does.",) if has_decisions else (),
        tuple(part for part in parts if part.rows),
    )


def _flag(is_as_asked: bool | None) -> tuple[Tone, str]:
    """Return how a number is marked that lies outside.

    None, of what never came up, is no flaw.
    """
    return ("wrong", "!") if is_as_asked is False else ("", "")


def _tally(tally: Tally) -> tuple[Cell, ...]:
    return (
        Cell(count(tally.reached)),
        Cell(percent(tally.asked)),
        Cell(percent(tally.got), *_flag(tally.is_as_asked)),
        Cell(percent_interval(tally.interval), "faint"),
    )


def _effects(truth: Truth) -> ReportSection:
    return ReportSection(
        "Effects on chances",
        "those they hold for, and all others",
        (TableColumn("Effect, on"), *_TALLY_COLUMNS, *_EFFECT_COLUMNS),
        tuple(row for effect in truth.effects for row in _effect_rows(effect)),
    )


def _effect_rows(effect: ChanceEffect) -> Iterator[TableRow]:
    several = [case for case in effect.by_value if case.value]
    only = effect.by_value[0] if len(effect.by_value) == 1 else None
    factors = _effect(only) if only and not several else (Cell(NONE),) * 3
    yield TableRow((name_cell(effect.name), *_tally(effect.affected), *factors))
    for case in several:
        yield TableRow((name_cell(case.name), *_tally(case.held), *_effect(case)), is_part=True)
    yield TableRow((_OTHERS, *_tally(effect.others), *(Cell(NONE),) * 3), is_part=True)


def _effect(case: Case[Tally]) -> tuple[Cell, ...]:
    declared, got, interval = effect_texts(case)
    return Cell(declared), Cell(got), Cell(interval, "faint")


def _factors(truth: Truth) -> ReportSection:
    return ReportSection(
        "Effects on waits and values",
        "those they hold for, and all others",
        (TableColumn("Effect, on"), *_AMOUNT_COLUMNS),
        tuple(row for factor in truth.factors for row in _factor_rows(factor)),
        (
            "Asked and got are means; a factor says how many times what it would be without the effect.",
        ),
    )


def _factor_rows(effect: Factor) -> Iterator[TableRow]:
    yield TableRow((name_cell(effect.name), *_amount(effect.affected, effect.kind)))
    for case in effect.several:
        yield TableRow((name_cell(case.name), *_amount(case.held, effect.kind)), is_part=True)
    yield TableRow((_OTHERS, *_amount(effect.others, effect.kind)), is_part=True)


def _amount(of: Amount, kind: str) -> tuple[Cell, ...]:
    return (
        Cell(count(of.reached)),
        Cell(amount(of.asked, kind)),
        Cell(amount(of.got, kind)),
        Cell(factor(of.asked_factor)),
        Cell(factor(of.got_factor), *_flag(of.is_as_asked)),
        Cell(factor_interval(of.interval), "faint"),
    )


def _skipped(truth: Truth) -> ReportSection:
    return ReportSection(
        "Skipped",
        "declared, but could not happen",
        (TableColumn("What"), TableColumn("Times")),
        tuple(
            TableRow((name_cell(f"{s.what}: {s.address}"), Cell(count(s.times))))
            for s in truth.skipped
        ),
    )
