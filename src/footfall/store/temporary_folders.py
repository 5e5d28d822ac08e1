"""Temporary folders among the system's own: only their user reads them, and they end with their process."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

_NAME = re.compile(r"footfall-(\d+)-[0-9a-f]{16}")


def temporary_folder() -> Path:
    """Return the temporary folder of this process, which is made once."""
    return _made(os.getpid())  # a fork makes one of its own


@cache
def _made(process: int) -> Path:
    folder = new_folder()
    folder.mkdir(mode=0o700)
    atexit.register(_remove, process, folder)
    return folder


def new_folder() -> Path:
    """Return a name that no folder has, for whoever makes it; folders of killed processes are removed."""
    _sweep()
    name = f"footfall-{os.getpid()}-{secrets.token_hex(8)}"
    return Path(tempfile.gettempdir()) / name


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob("footfall-*"):
        name = _NAME.fullmatch(folder.name)
        if name and not is_alive(int(name[1])) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Return whether this user has made a folder, and no link to another one."""
    try:
        owner = folder.lstat().st_uid
    except OSError:
        return False
    if sys.platform == "win32":  # its temporary folder is one of this user alone
        return folder.is_dir() and not folder.is_symlink()
    return folder.is_dir() and not folder.is_symlink() and owner == os.geteuid()


def is_alive(process: int) -> bool:
    """Return whether a process of this number is there; where nobody can tell, it is."""
    if sys.platform == "win32":  # there, `os.kill` would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another user's, or no number of a process
        return True
    return True


def _remove(process: int, folder: Path) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
