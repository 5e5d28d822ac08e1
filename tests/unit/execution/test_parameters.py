"""Numbers as programs give them, and what the objects of a run say of themselves."""

import numpy as np
import pytest

from footfall.errors import UsageError
from footfall.execution.result import Balance, RunResult
from footfall.execution.setup import RunParameters
from tests.chunks import SHOP, make_chunks, make_run


@pytest.mark.parametrize(
    ("written", "number"), [(1_000, 1_000), ("1k", 1_000), ("1e3", 1_000), (np.int64(7), 7)]
)
def test_counts_may_be_texts(written, number):
    """People, days, seeds and workers are whole numbers, written as on the command line or as any integer of Python."""
    parameters = RunParameters.of(people=written, seed=written)
    assert (parameters.people, parameters.seed) == (number, number)
    assert type(parameters.people) is int


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("people", 0),
        ("people", "ten"),
        ("people", 1.5),
        ("people", True),
        ("days", 36_526),
        ("seed", -1),
        ("seed", 2**63),
        ("workers", 0),
    ],
)
def test_other_numbers_are_refused(name, written):
    """The message names the argument, what was written and what is accepted, before anything is loaded."""
    with pytest.raises(
        UsageError, match=rf'^{name}: "{written}" is not a whole number from \d to'
    ):
        RunParameters.of(**{name: written})


def test_objects_of_a_run_say_little():
    """The text that stands for a result, a run, a chunk or its tallies is a line, however much there is of it."""
    run = make_run(SHOP)
    result = RunResult(run, "UTC", [Balance("parquet:<b>", "at least once", "new", 50, 48)])
    result.events = 1_234
    (chunk, *_) = make_chunks(run)
    for one in (result, run, run.stream, chunk, chunk.tallies, result.sinks[0]):
        assert len(repr(one)) < 400
        assert "\n" not in repr(one)
    assert repr(result) == (
        f"<RunResult: run {run.id} of {run.stream.schema.scenario}, 1,234 events in 0.0 s, not finished; "
        "parquet:<b>: 48 accepted>"
    )


def test_a_notebook_shows_the_balance_of_every_sink():
    """As a table, in which names are escaped."""
    result = RunResult(make_run(SHOP), "UTC", [Balance("parquet:<b>", "", "new", 50, 47, 1)])
    html = result._repr_html_()
    assert '<th scope="row">parquet:&lt;b&gt;</th>' in html
    assert "<td>50</td><td>47</td><td>1</td><td>2</td>" in html
