"""What is on its way from workers to the owner."""

import errno
import os
import pickle

import pyarrow as pa
import pytest

from footfall.errors import StoreError
from footfall.sinks import scratch
from footfall.sinks.scratch import INLINE_BYTES, Scratch, place_payload, read_arrow


@pytest.mark.parametrize("size", [0, 1, INLINE_BYTES, INLINE_BYTES + 1, 3 * INLINE_BYTES])
def test_what_is_small_stays_in_memory(tmp_path, size):
    """Up to the limit no file is made; in both cases the bytes arrive, however they were written."""
    data = os.urandom(size)
    pieces = [data[i : i + 1000] for i in range(0, size, 1000)]
    payload = Scratch(tmp_path / "s").write("x", 7, lambda file: file.writelines(pieces))
    assert (payload.rows, payload.size_bytes, payload.file is None) == (
        7,
        size,
        size <= INLINE_BYTES,
    )
    target = tmp_path / "target"
    target.write_bytes(b"0123456789")
    with target.open("r+b") as file:
        place_payload(pickle.loads(pickle.dumps(payload)), file, 4)
        assert file.tell() == 4 + size
    assert target.read_bytes()[: 4 + size] == b"0123" + data


def test_where_the_kernel_cannot_copy(tmp_path, monkeypatch):
    """Copying by hand goes on where the kernel stopped."""
    data = os.urandom(3 * INLINE_BYTES)
    payload = Scratch(tmp_path / "s").write("x", 1, lambda file: file.write(data))
    original, calls = scratch.os.copy_file_range, []

    def stopping(source, into, count, at, begin):
        if calls:
            raise OSError(errno.EXDEV, "another file system")
        calls.append(count)
        return original(source, into, 1000, at, begin)

    monkeypatch.setattr(scratch.os, "copy_file_range", stopping)
    with (tmp_path / "target").open("w+b") as file:
        place_payload(payload, file, 2)
    assert (tmp_path / "target").read_bytes() == b"\0\0" + data


@pytest.mark.parametrize("rows", [3, 100_000])
def test_tables(tmp_path, rows):
    """Arrow tables arrive as they were, in batches of the size asked for."""
    table = pa.table(
        {
            "a": pa.array(range(rows)),
            "b": pa.array([str(i % 5) for i in range(rows)]).dictionary_encode(),
        }
    )
    payload = Scratch(tmp_path / "s").write_arrow("x", table, 20_000)
    found = read_arrow(payload)
    assert found.equals(table)
    assert max(batch.num_rows for batch in found.to_batches()) <= 20_000


def test_what_others_have_there_stays(tmp_path):
    """Only what footfall has written is removed, and the folder once it is empty."""
    data = bytes(2 * INLINE_BYTES)
    folder = tmp_path / "a.ndjson.scratch"
    (folder / "photos").mkdir(parents=True)
    theirs = [folder / "notes", folder / "events.spool", folder / "photos" / "events-0.spool"]
    for file in theirs:
        file.write_bytes(b"theirs")
    for _ in range(2):
        Scratch(folder).write("events", 1, lambda file: file.write(data))
    assert len(list(folder.iterdir())) == 5
    Scratch(folder).clear()
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(theirs)
    empty = Scratch(tmp_path / "b.scratch")
    empty.write("events", 1, lambda file: file.write(data))
    empty.clear()
    empty.clear()
    assert not empty.folder.exists()


def test_a_full_disk_leaves_no_file(tmp_path):
    """The error names the file, and the file is gone."""

    def failing(file):
        file.write(bytes(2 * INLINE_BYTES))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(
        StoreError,
        match="the disk is full\n  every part committed before is kept\n  hint: free some",
    ):
        Scratch(tmp_path / "s").write("x", 1, failing)
    assert list((tmp_path / "s").iterdir()) == []
