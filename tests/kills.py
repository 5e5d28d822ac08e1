"""Kills runs at random instants, as often as wanted, and only those that are at work."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tests.processes import Process


def rounds(folder: Path, n_kills: int, strike: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield folders of runs that were killed, each to be brought to its end and checked, until there were enough kills.

    Args:
        folder: Below which each round has an empty folder of its own.
        n_kills: That met a run at work. One that ends before is no kill, and ends its round: else most of many kills
            would meet a run that is complete.
        strike: Begins a run in a folder, or goes on with it, and kills it; returns whether it was at work.
    """
    for number in map(str, count()):
        (folder / number).mkdir()
        while n_kills and strike(folder / number):
            n_kills -= 1
        yield folder / number
        if not n_kills:
            return


def kill(process: Process, after_s: float) -> bool:
    """Kill a process after some time, with its group if it leads one; return whether it was at work."""
    time.sleep(after_s)
    is_at_work = process.poll() is None
    if is_at_work and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()
    return is_at_work
