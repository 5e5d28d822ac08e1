"""Files that are whole or not there, and what lies beside them."""

import errno
import os
import stat
import threading

import pytest

from footfall.store import durable
from footfall.store.whole_files import (
    is_temporary,
    made_beside,
    name_new,
    temporary_path,
    write_all_whole,
    write_whole,
)


@pytest.fixture
def failing(monkeypatch):
    """Has the n-th call of an operation of `durable` fail as on a full disk."""

    def fail(name, at=1):
        original, calls = getattr(durable, name), []

        def counted(*args):
            calls.append(args)
            if len(calls) == at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(*args)

        monkeypatch.setattr(durable, name, counted)

    return fail


def listing(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_file(tmp_path):
    """It has the content, the mode that any new file has here, and nothing lies beside it."""
    write_whole(tmp_path / "a", b"new")
    (tmp_path / "b").write_bytes(b"new")
    assert listing(tmp_path) == {"a": b"new", "b": b"new"}
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no modes")
def test_the_mode_stays(tmp_path):
    """Whoever could read the file that is replaced still can, and nobody else."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


def test_a_link_stays_a_link(tmp_path):
    """What it leads to is replaced, also where that is not there yet."""
    (tmp_path / "far").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "far" / "a")
    for content in (b"one", b"two"):
        write_whole(link, content)
        assert link.is_symlink()
        assert listing(tmp_path / "far") == {"a": content}


def test_a_pipe_is_written_as_it_is(tmp_path):
    """Nothing takes the place of a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"through")
    reader.join()
    assert got == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_a_process_has_open_is_written_as_it_is(tmp_path):
    """A file behind /proc/self/fd or /dev/stdout is added to, not replaced under the process's feet."""
    with (tmp_path / "log").open("w+b") as file:
        file.write(b"before ")
        file.flush()
        write_whole(tmp_path.__class__(f"/proc/self/fd/{file.fileno()}"), b"after")
        file.seek(0)
        assert file.read() == b"before after"


@pytest.mark.parametrize("name", ["sync", "replace", "sync_folder"])
def test_a_failure_leaves_what_was_there(tmp_path, failing, name):
    """The old content stays, and the error names the file that was asked for."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    failing(name)
    with pytest.raises(OSError, match="No space left") as told:
        write_whole(path, b"new")
    assert told.value.filename == str(path)
    assert listing(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize(("name", "at"), [("sync", 3), ("replace", 3), ("sync_folder", 1)])
def test_several_files_are_all_written_or_none(tmp_path, failing, name, at):
    """At whichever one it fails: those before are as they were, those that are new are not there."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "c").write_bytes(b"old")
    failing(name, at)
    with pytest.raises(OSError, match="No space left"):
        write_all_whole(dict.fromkeys((tmp_path / "a", tmp_path / "b", tmp_path / "c"), b"new"))
    assert listing(tmp_path) == {"a": b"old", "c": b"old"}


def test_what_is_to_be_new_replaces_nothing(tmp_path):
    """Of several files none is written where one is there already."""
    (tmp_path / "b").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_all_whole({tmp_path / "a": b"", tmp_path / "b": b"ours"}, is_new=True)
    assert listing(tmp_path) == {"b": b"theirs"}


def test_a_file_system_without_links(tmp_path, monkeypatch):
    """A name is given there too, if it is free."""

    def refused(*_):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    write_all_whole({tmp_path / "a": b"ours"}, is_new=True)
    with made_beside(tmp_path / "a") as other:
        other.touch()
        with pytest.raises(FileExistsError):
            name_new(other, tmp_path / "a")
    assert listing(tmp_path) == {"a": b"ours"}


@pytest.mark.parametrize(
    "refused", [lambda path: path.mkdir(), lambda path: path.symlink_to(path)]
)
def test_what_is_no_file_is_refused(tmp_path, refused):
    """A folder, and links that lead in a circle."""
    refused(tmp_path / "a")
    with pytest.raises(OSError, match=r"directory|symbolic"):
        write_whole(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_no_link_beside_it_is_followed(tmp_path, monkeypatch):
    """Were the name of what is being written known, a link that was put there would be refused, not followed."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "0" * 16)
    victim = tmp_path / "victim"
    victim.write_bytes(b"theirs")
    temporary_path(tmp_path).symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"ours")
    assert victim.read_bytes() == b"theirs"


def test_names_of_what_is_being_written(tmp_path):
    """They are known again; what others call like them is not taken for one."""
    assert is_temporary(temporary_path(tmp_path))
    assert temporary_path(tmp_path) != temporary_path(tmp_path)
    for ending in (".wal", "-wal", "-shm", "-journal"):  # of DuckDB and SQLite
        assert is_temporary(tmp_path / f"{temporary_path(tmp_path).name}{ending}")
    for name in (".part.parquet.1234-0a1b2c3d.tmp", ".notes.tmp", ".footfall-mine.tmp"):
        assert not is_temporary(tmp_path / name)


def test_what_a_killed_process_has_left(tmp_path):
    """A file that a process was writing when it ended is removed with the next one; that of a living one stays."""
    left, living = (
        tmp_path / f".footfall-{process}-{'0' * 16}.tmp" for process in (2**22 + 1, 1)
    )
    for path in (left, living, left.with_name(f"{left.name}-wal")):
        path.write_text("half")
    write_whole(tmp_path / "page.html", b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([living, tmp_path / "page.html"])
