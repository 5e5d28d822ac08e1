"""Temporary folders of this process and of those that are gone."""

import os
import tempfile
from pathlib import Path

import pytest

from footfall.store import temporary_folders
from footfall.store.temporary_folders import new_folder, temporary_folder

GONE = 2**22 + 1
"""More than the number of any process."""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The system's temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    temporary_folders._made.cache_clear()
    yield tmp_path
    temporary_folders._made.cache_clear()


def test_a_process_has_one(place):
    """It is made once, and nobody else can look into it."""
    folder = temporary_folder()
    assert temporary_folder() == folder
    assert (list(place.iterdir()), folder.stat().st_mode & 0o777) == ([folder], 0o700)
    assert not new_folder().exists()


def test_those_of_killed_processes_are_removed(place):
    """With all that is in them; what is called otherwise, is a link or belongs to a living process stays."""
    token = "0" * 16
    (place / f"footfall-{GONE}-{token}" / "deep").mkdir(parents=True)
    target = place / "theirs"
    target.mkdir()
    (place / f"footfall-{GONE}-{'1' * 16}").symlink_to(target)
    stay = [
        f"footfall-{os.getpid()}-{token}",
        f"footfall-{GONE}-mine",
        f"footfall-{GONE}",
        "theirs",
    ]
    for name in stay:
        (place / name).mkdir(exist_ok=True)
    (place / f"footfall-{GONE}-{'2' * 16}").touch()
    before = set(place.iterdir())
    new_folder()
    assert before - set(place.iterdir()) == {place / f"footfall-{GONE}-{token}"}
    assert all((place / name).is_dir() for name in stay)


def test_those_of_others_stay(place, monkeypatch):
    """A folder of another user is not removed, not even by one who could."""
    folder = place / f"footfall-{GONE}-{'0' * 16}"
    folder.mkdir()
    owner = folder.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    new_folder()
    assert folder.exists()


def test_its_end(place):
    """It ends with the process that has made it, and not with a fork of that."""
    folder = temporary_folder()
    (folder / "a").touch()
    temporary_folders._remove(GONE, folder)
    assert folder.exists()
    temporary_folders._remove(os.getpid(), folder)
    assert list(Path(place).iterdir()) == []
