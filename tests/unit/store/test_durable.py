"""Locks of files."""

import os
import stat
import sys

import pytest

from footfall.errors import StoreError
from footfall.store.durable import Lock, open_here


def test_a_lock_leaves_nothing(tmp_path):
    """While it is held its file names the process; a file that a killed process has left is taken over."""
    path = tmp_path / "a.lock"
    path.write_text("4194305")
    with Lock(path, tmp_path / "a"):
        assert path.read_text() == str(os.getpid())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_lock_stays(tmp_path, kind):
    """A file of somebody else, a folder, or what a link leads to is neither emptied nor removed."""
    path, theirs = tmp_path / "a.lock", tmp_path / "theirs"
    theirs.write_text("theirs")
    {
        "file": lambda: path.write_text("theirs"),
        "folder": path.mkdir,
        "link": lambda: path.symlink_to(theirs),
    }[kind]()
    with pytest.raises(StoreError, match=r"a.lock is in the way: .*\n  hint: move it away"):
        Lock(path, tmp_path / "a").acquire()
    assert theirs.read_text() == "theirs"
    assert path.is_dir() if kind == "folder" else path.read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_a_file_is_made_to_be_read_and_written(tmp_path):
    """By whom, the user's mask decides; nobody can run it."""
    before = os.umask(0)
    try:
        os.close(open_here(tmp_path / "a", os.O_WRONLY))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666
