"""Which run, which parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from footfall.errors import StoreError, UsageError
from footfall.execution.batch import run
from footfall.reports import closing, report
from footfall.reports.reporting import chosen
from tests.stores import Rows, make_run, store_of_rows
from tests.unit.reports.examples import info


def _runs(*ids):
    return [replace(info(), run=replace(make_run(), id=name)) for name in ids]


def test_the_latest_run_unless_named():
    """Runs are listed oldest first; an id may be cut short."""
    runs = _runs("aa11", "bb22", "bb33")
    assert chosen(runs, None).id == "bb33"
    assert chosen(runs, "aa").id == "aa11"
    assert chosen(runs, "bb22").id == "bb22"


def test_a_run_that_is_not_there():
    """The error lists those that are."""
    with pytest.raises(
        UsageError, match=r'there is no run "cc"\n  aa11  tiny, seed 1, complete'
    ):
        chosen(_runs("aa11"), "cc")


def test_a_beginning_that_several_have():
    """The error lists them."""
    with pytest.raises(UsageError, match='several runs begin with "bb"'):
        chosen(_runs("bb22", "bb33"), "bb")


def test_no_runs_at_all():
    """The error says how to get one."""
    with pytest.raises(UsageError, match=r"no runs\n  hint: `footfall run"):
        chosen([], None)


def test_only_what_was_asked_for():
    """Parts that were not asked for are None; a property to compare by asks for stages."""
    with store_of_rows(make_run(), Rows()) as store:
        made = report(store, stages=False, cities=False)
        assert (made.stages, made.cities, made.truth, made.curves) == (None, None, None, None)
        assert report(store, stages=False, by="plan").stages is not None
        with pytest.raises(UsageError, match="cannot be ranked"):
            report(store, rank_by="size")


def test_what_is_empty_is_no_property_and_no_rule():
    """An option that is given and names nothing is told, and not passed over."""
    with store_of_rows(make_run(), Rows()) as store:
        with pytest.raises(UsageError, match='has no property ""'):
            report(store, by="")
        with pytest.raises(UsageError, match='retention by ""'):
            report(store, retention="")


def test_a_path_that_is_not_there():
    """A store is opened by its path, or the error says which one."""
    with pytest.raises(StoreError, match=r"nowhere\.duckdb does not exist"):
        report(Path("nowhere.duckdb"))


def test_a_store_of_counts_alone(tmp_path):
    """Beside a single file only counts are kept: they give the closing tables, and no comparison."""
    path = f"ndjson:{tmp_path / 'events.ndjson'}"
    done = run("ecommerce", to=path, people=200, days=3, workers=1)
    made = report(path, truth=True, curves=True)
    counted = closing(done.tallies, done.run.stream.schema, truth=True)
    assert (made.stages, made.cities, made.truth) == (
        counted.stages,
        counted.cities,
        counted.truth,
    )
    assert [factor.effect for factor in made.truth.factors] == [
        "big_city_pace",
        "city_pace",
        "habit",
    ]
    assert made.info.id == done.run.id
    assert made.curves is None
    assert report(path, stages=False).stages is None
    with pytest.raises(
        UsageError, match=r'cannot be compared by "plan"\n  accepted: a DuckDB file'
    ):
        report(path, by="plan")


def test_a_report_says_little_of_itself():
    """Its text names the run and the parts that it has."""
    with store_of_rows(make_run(), Rows()) as store:
        made = report(store, truth=True, cities=False)
    assert repr(made) == "<Report on run 00000000000000aa of tiny: stages, truth>"
    assert repr(replace(made, info=None, truth=None)) == "<Report: stages>"
