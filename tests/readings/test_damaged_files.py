"""Files of others that are cut off or damaged: told as that, whatever form and packing they have."""

import errno
import gzip
import os
import random
import zipfile
from functools import cache

import pytest

from footfall.errors import StoreError, UsageError
from footfall.foreign.log_paths import is_log
from footfall.foreign.open_events import open_events

N = 20_000


@cache
def packed_csv(encoding):
    draws = random.Random(1)
    rows = (f"u{draws.randrange(10**6)},v,{1_767_607_200 + n}\n" for n in range(N))
    return gzip.compress(f"user_id,event,ts\n{''.join(rows)}".encode(encoding), mtime=0)


@cache
def packed_lines():
    draws = random.Random(1)
    lines = "".join(
        f'{{"user_id": "u{draws.randrange(10**6)}", "event": "v", "ts": {1_767_607_200 + n}}}\n'
        for n in range(N)
    )
    return gzip.compress(lines.encode(), mtime=0)


def cut(packed):
    return packed[: len(packed) // 2]


def without_end(packed):
    return packed[:-9]


def of_another_sum(packed):
    return packed[:-8] + b"\0\0\0\0" + packed[-4:]


def with_a_hole(packed):
    half = len(packed) // 2
    return packed[:half] + b"\xff" * 64 + packed[half + 64 :]


def a_few_bytes(packed):
    return packed[:15]


HARMS = [cut, without_end, of_another_sum, with_a_hole, a_few_bytes]


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["x.csv.gz", "x.gz"])
def test_csv_in_gzip(tmp_path, harm, encoding, name):
    """A damaged gzip of CSV is told, and nothing of it is read as if it were whole."""
    path = tmp_path / name
    path.write_bytes(harm(packed_csv(encoding)))
    with pytest.raises(UsageError, match="cannot be read to its end"):
        open_events(path)


def test_whether_a_damaged_file_is_a_log(tmp_path):
    """Whether a damaged CSV is a log or a plan cannot be said: it is told as damaged."""
    path = tmp_path / "x.csv.gz"
    path.write_bytes(packed_csv("utf-8")[:50])
    with pytest.raises(UsageError, match="cannot be read to its end"):
        is_log(path)


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("packing", ["gzip", "zip", "folder"])
def test_lines(tmp_path, harm, packing):
    """Lines in a damaged gzip are told too, wherever they stand."""
    damaged = harm(packed_lines())
    path = tmp_path / "x"
    if packing == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.json.gz", damaged)
    elif packing == "folder":
        path.mkdir()
        (path / "a.ndjson.gz").write_bytes(damaged)
    else:
        path.write_bytes(damaged)
    with pytest.raises(UsageError, match="cannot be read to its end"):
        open_events(path)


def test_no_space_for_a_copy(tmp_path, monkeypatch):
    """CSV in UTF-16 is copied: where the temporary folder is full, that is said, and not that the file is damaged."""
    path = tmp_path / "x.csv"
    path.write_bytes("user_id,event,ts\nu,v,1767607200\n".encode("utf-16"))

    def refused(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/a.csv")

    monkeypatch.setattr("footfall.foreign.csv_source.as_utf8", refused)
    with pytest.raises(
        StoreError, match=r"/tmp/a.csv: the disk is full\n  hint: free some space"
    ):
        open_events(path)
