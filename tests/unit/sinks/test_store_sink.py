"""The frame of sinks into stores, on the sink that its docstring shows."""

import doctest

from footfall.sinks import store_sink
from tests.chunks import SCHOOL, make_chunks, make_run


def test_the_example_is_a_sink():
    """What the docstring shows runs, and answers a part that is there already with its receipt."""
    run = make_run(SCHOOL)
    given = {"run": run, "chunks": list(make_chunks(run))}
    done = doctest.testmod(store_sink, extraglobs=given, raise_on_error=False)
    assert (done.attempted > 0, done.failed) == (True, 0)
