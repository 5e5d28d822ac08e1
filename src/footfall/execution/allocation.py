"""Allocation of memory in a process that lives for long: what is free goes back to the system.

What the C library and Arrow keep of freed memory for later is fastest, and right for a run of minutes. In a live run
it rose for half an hour, and what a burst had taken stayed.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

EVERY_S = 10.0
LARGE_BYTES = 1 << 20
"""From this size on an array has pages of its own, which go when it goes.

glibc begins with 128 kB, where live runs of 20,000 people took 1.7 times the processor time, and raises it to the size
of whatever is freed, up to 32 MB: by then arrays lie among others, and leave holes.
"""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of glibc's `mallopt`."""


@contextmanager
def keeping_little() -> Iterator[None]:
    """Have this process keep little of what it has freed; of that which Arrow had, where the C library is not glibc."""
    pool, libc, end = pa.default_memory_pool(), _glibc(), threading.Event()
    pa.set_memory_pool(pa.system_memory_pool())
    if libc is not None:
        libc.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, LARGE_BYTES)
        # One place for all threads: else each has holes of its own. They take turns anyway, as Python's do.
        libc.mallopt(_ARENA_MAX, 1)
    giver = threading.Thread(
        target=_give_back, args=[libc, end], name="footfall-memory", daemon=True
    )
    giver.start()
    try:
        yield
    finally:
        end.set()
        giver.join()
        pa.set_memory_pool(pool)


def _give_back(libc: ctypes.CDLL | None, end: threading.Event) -> None:
    """Give whole pages that are free back to the system now and then; each time takes a millisecond or two."""
    while libc is not None and not end.wait(EVERY_S):
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows has no such name
        return None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
