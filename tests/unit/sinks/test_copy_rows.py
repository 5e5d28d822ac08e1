"""The stream for COPY, as far as it can be told without a server; tests/contract reads it back from one."""

import sys

import pyarrow as pa
import pytest

from footfall.errors import MissingExtraError
from footfall.sinks.postgresql.copy_rows import copy_rows

HEAD, TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
ONE_FIELD = b"\0\1"
NULL = b"\xff\xff\xff\xff"


def stream_of(table):
    return b"".join(copy_rows(table))


def test_a_table_without_rows_is_a_head_and_a_tail():
    """Nothing to copy is a stream that the server accepts."""
    assert stream_of(pa.table({"x": pa.array([], pa.string())})) == HEAD + TAIL


def test_dictionaries_may_differ_from_batch_to_batch():
    """Each batch's codes are read in its own dictionary."""
    parts = [
        pa.table({"x": pa.array(texts).dictionary_encode()}) for texts in (["a", None], ["b"])
    ]
    rows = [ONE_FIELD + b"\0\0\0\1a", ONE_FIELD + NULL, ONE_FIELD + b"\0\0\0\1b"]
    assert stream_of(pa.concat_tables(parts)) == HEAD + b"".join(rows) + TAIL


def test_json_begins_with_its_version():
    """A jsonb has a byte 1 in front of its text, whether it comes as members or written already."""
    columns = [pa.array([{"a": 1}]), pa.array(['{"a":1}'], pa.json_())]
    field = b"\0\0\0\x08\x01" + b'{"a":1}'
    row = b"\0\2" + field + field
    assert stream_of(pa.table(columns, names=["x", "y"])) == HEAD + row + TAIL


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """The library is named, and the command that brings it."""
    monkeypatch.setitem(sys.modules, "pgpq", None)
    with pytest.raises(MissingExtraError, match=r"pgpq\n.*pip install 'footfall\[postgres\]'"):
        stream_of(pa.table({"x": ["a"]}))
