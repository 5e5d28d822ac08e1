"""Moments between which `footfall send` takes events."""

import pytest

from footfall.cli.send import _ms
from footfall.errors import UsageError


@pytest.mark.parametrize(
    "written", ["0001-01-01", "9999-12-31T23:59:59", "1969-12-31", "2300-01-01"]
)
def test_moments_out_of_range(written):
    """A moment at which no run can have events is refused with the range."""
    with pytest.raises(UsageError, match=r"--from .* lies outside 1970..2299"):
        _ms("--from", written)


def test_moments():
    """A moment without a zone is one of UTC."""
    assert (
        _ms("--from", "1970-01-01T00:01") == _ms("--from", "1970-01-01T01:01+01:00") == 60_000
    )
