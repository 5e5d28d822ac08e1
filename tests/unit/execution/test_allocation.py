"""Memory of processes that live for long: what is free goes back to the system."""

import threading

import pyarrow as pa

from footfall.execution import allocation


def test_free_pages_are_given_back(monkeypatch):
    """Now and then, for as long as the context lasts; another C library is left alone."""
    asked = threading.Event()

    class Libc:
        def mallopt(self, *_):
            pass

        def malloc_trim(self, _):
            asked.set()

    monkeypatch.setattr(allocation, "EVERY_S", 0.001)
    for libc in (Libc(), None):
        monkeypatch.setattr(allocation, "_glibc", lambda libc=libc: libc)
        with allocation.keeping_little():
            assert libc is None or asked.wait(60)
    assert "footfall-memory" not in {thread.name for thread in threading.enumerate()}


def test_arrow_takes_the_memory_of_the_c_library():
    """Its own pool keeps what it had at most; afterwards it is the default again."""
    before = pa.default_memory_pool().backend_name
    with allocation.keeping_little():
        assert pa.default_memory_pool().backend_name == "system"
    assert pa.default_memory_pool().backend_name == before
