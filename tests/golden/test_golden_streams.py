import pytest

from footfall.compiler.stream_id import OUTPUT_VERSION
from tests.golden import streams


@pytest.mark.parametrize("case", streams.CASES, ids=lambda case: case.name)
def test_a_stream_is_what_was_recorded(case):
    """Events, changes, arrivals, tallies and identity of a shipped scenario's stream are as recorded."""
    changed = streams.differences([case])
    if changed:
        pytest.fail(streams.advice(changed), pytrace=False)


def test_digests_are_of_this_output_version():
    """The file of digests is of the output version that is written into every stream's identity."""
    assert streams.recorded()["output_version"] == OUTPUT_VERSION
    assert {case.name for case in streams.CASES} == set(streams.recorded()["streams"])
