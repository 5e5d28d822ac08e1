"""Files that a user has named."""

import errno
import os
from types import SimpleNamespace

import pytest

from footfall.errors import StoreError
from footfall.store import durable
from footfall.store.output_files import write_all


@pytest.fixture
def few_inodes(tmp_path, monkeypatch):
    """A disk with bytes, and inodes for one file and two folders."""

    def n_used():
        return sum(1 for _ in tmp_path.rglob("*"))

    def sync(_):
        if n_used() > 3:  # the last one has no inode, so it is not there
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(
        os, "statvfs", lambda _: SimpleNamespace(f_files=3, f_favail=3 - n_used())
    )
    monkeypatch.setattr(durable, "sync", sync)


@pytest.mark.usefixtures("few_inodes")
def test_no_room_for_another_file(tmp_path):
    """It is told as that also where what was made before is removed again, and gives room back."""
    folder = tmp_path / "made" / "plan"
    with pytest.raises(StoreError, match=r"plan/b: .* no room for another file") as told:
        write_all({folder / "a": b"a", folder / "b": b"b"})
    assert "free some space" not in str(told.value)
    assert list(tmp_path.iterdir()) == []
