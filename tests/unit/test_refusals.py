"""What the system refuses, in a user's words, however it was handed on."""

import errno
import sqlite3

import duckdb
import pyarrow as pa
import pytest

from footfall.refusals import refusal

KEPT = "all is kept"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left", "a.csv"), "a.csv: the disk is full\n  all is kept\n  hint: free"),
        (OSError(errno.EFBIG, "File too large", "a.csv"), "a.csv: a file may not grow so large here"),
        (OSError(errno.EROFS, "Read-only"), "the file system is read-only"),
        (MemoryError(), "memory ran out\n  all is kept\n  hint: take fewer --workers"),
        (pa.ArrowMemoryError("malloc of size 8 failed"), "memory ran out"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "memory ran out"),
        (
            duckdb.IOException('IO Error: Could not write file "d/x.tmp": No space left on device'),
            "d/x.tmp: the disk is full",
        ),
        (pa.ArrowException("Failed to open 'd/x': Too many open files"), "d/x: too many files are open"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (RuntimeError("can't start new thread"), "no more processes or threads can be started"),
        (ImportError("x.so: failed to map segment from shared object"), "memory ran out"),
    ],
)  # fmt: skip
def test_it_is_known_by_whatever_raised_it(error, says):
    """Python's own errors, and those in which a library hands on the system's words, are told alike."""
    assert str(refusal(error, kept=KEPT)).startswith(says)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("No space left on device"),
        KeyError("Permission denied"),
        OSError(errno.EINVAL, "Invalid argument"),
        duckdb.BinderException("Binder Error: no such column"),
    ],
)
def test_a_fault_is_none(error):
    """What may be a fault of ours is no refusal, whatever its text says."""
    assert refusal(error) is None


def test_where_comes_first(tmp_path):
    """A place that is named goes before the one that the error names; memory has none."""
    error = OSError(errno.ENOSPC, "No space left on device", "x.scratch/7")
    assert str(refusal(error, tmp_path / "x")).startswith(f"{tmp_path}/x: the disk is full")
    assert str(refusal(MemoryError(), tmp_path / "x")).startswith("memory ran out")


def test_a_file_in_the_way(tmp_path):
    """Where a file stands in the place of a folder, it says so, and not that something is there already."""
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "a.csv"
    with pytest.raises(FileExistsError) as raised:
        target.parent.mkdir(parents=True, exist_ok=True)
    assert "a file stands where a folder should be" in str(refusal(raised.value, target))


def test_a_name_that_is_not_text():
    """A name whose bytes are not UTF-8 is shown so that it can be printed."""
    with pytest.raises(UnicodeEncodeError) as raised:
        "a\udcff".encode()
    assert str(refusal(raised.value, "a\udcff")) == (
        '"a\\udcff": the name is not UTF-8\n  hint: choose another one'
    )


def test_a_folder_that_is_gone(tmp_path, monkeypatch):
    """Where the current folder is gone, that is the reason, not the file that cannot be found."""
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "a.csv")
    assert str(refusal(error)).startswith("the current folder is not there any more")
