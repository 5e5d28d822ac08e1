"""Runs by the beginning of their id."""

from types import SimpleNamespace

import pytest

from footfall.errors import UsageError
from footfall.store.runs import named


def run(name):
    stream = SimpleNamespace(seed=7)
    return SimpleNamespace(
        id=name, scenario="shop", state="complete", run=SimpleNamespace(stream=stream)
    )


RUNS = [run("ab12"), run("ab34"), run("cd56")]


@pytest.mark.parametrize(
    ("written", "wanted"), [("c", "cd56"), ("ab3", "ab34"), ("ab12", "ab12")]
)
def test_as_much_of_an_id_as_tells_a_run_from_the_others(written, wanted):
    """One letter is enough where no other id begins with it; a whole id always is."""
    assert named(RUNS, written).id == wanted


@pytest.mark.parametrize("written", ["ab", "x", ""])
def test_what_several_runs_or_none_begin_with_is_refused(written):
    """All runs are listed then."""
    with pytest.raises(UsageError, match="ab12  shop, seed 7, complete") as caught:
        named(RUNS, written)
    assert "cd56" in str(caught.value)
