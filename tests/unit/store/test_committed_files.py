"""Files of which parts were committed: found right, or named with what has become of them."""

import os

import pytest

from footfall.errors import StoreError
from footfall.store.committed_files import Piece, check_committed


@pytest.fixture
def pieces(tmp_path):
    """A file of two pieces, with some bytes behind them that nobody has committed."""
    path = tmp_path / "events"
    path.write_bytes(b"first second rest")
    return [Piece.written(path, 0, 6), Piece.written(path, 6, 12)]


def change(path, content):
    """Write a file, with another time of its last change whatever the clock's steps are."""
    path.write_bytes(content)
    os.utime(path, ns=(0, 1))


def test_what_is_as_it_was(pieces, monkeypatch):
    """Nothing is read of a file that nobody has touched; bytes behind the pieces are no fault of theirs."""
    monkeypatch.setattr(Piece, "has_changed", None)
    check_committed(pieces, has_rest=True)
    with pytest.raises(StoreError, match="it has 17 bytes, and had 12 when it was written"):
        check_committed(pieces)


def test_a_touched_file_is_read(pieces):
    """A copy has another time and is as good; other bytes of the same number are not."""
    path = pieces[0].path
    change(path, path.read_bytes())
    check_committed(pieces, has_rest=True)
    change(path, b"first" + bytes(7) + b" rest")
    with pytest.raises(StoreError, match=r"events is damaged: its bytes 0 to 6 are not those"):
        check_committed(pieces, has_rest=True)
    change(path, b"first " + bytes(6) + b" rest")
    with pytest.raises(StoreError, match=r"its bytes 6 to 12 are(.|\n)*hint: .* --fresh"):
        check_committed(pieces, has_rest=True)


def test_all_is_read_where_that_is_asked_for(pieces):
    """A disk that loses bytes tells no time: then only reading finds it."""
    before = pieces[0].path.stat()
    change(pieces[0].path, bytes(17))
    os.utime(pieces[0].path, ns=(before.st_atime_ns, before.st_mtime_ns))
    check_committed(pieces, has_rest=True)
    with pytest.raises(StoreError, match="bytes 0 to 6"):
        check_committed(pieces, has_rest=True, is_read=True)


def test_what_nobody_has_noted(pieces):
    """Of pieces that an earlier version has written only the size is known."""
    path = pieces[0].path
    change(path, bytes(17))
    check_committed([Piece(path, 0, 17)], is_read=True)
    with pytest.raises(StoreError, match="it has 17 bytes, and had 18"):
        check_committed([Piece(path, 0, 18)])


@pytest.mark.parametrize(
    ("instead", "what"), [(None, "is gone"), ("folder", "is gone: something else is in its")]
)
def test_a_file_that_is_gone(pieces, instead, what):
    """Also where a folder has taken its place."""
    pieces[0].path.unlink()
    if instead:
        pieces[0].path.mkdir()
    with pytest.raises(StoreError, match=rf"events {what}"):
        check_committed(pieces)
