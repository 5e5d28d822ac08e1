"""Memory that a process has freed, as the C library sees it: in a process of its own, since all of one share it."""

import ctypes

import pytest

from tests import processes

OWN_PAGES = """
import ctypes
import numpy as np
from contextlib import nullcontext
from footfall.execution.allocation import keeping_little

class Usage(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("a", "b", "c", "d", "own_pages", "e", "f", "g", "h", "i")]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Usage
with {context}():
    larger = np.empty(30 << 20, np.uint8)
    del larger
    before = libc.mallinfo2().own_pages
    array = np.empty(24 << 20, np.uint8)
    print(libc.mallinfo2().own_pages - before >= array.nbytes)
"""


@pytest.mark.parametrize(
    ("context", "has_own_pages"), [("keeping_little", True), ("nullcontext", False)]
)
def test_large_arrays_have_pages_of_their_own(context, has_own_pages, tmp_path):
    """Also once a larger one was freed, upon which glibc by itself puts them among the others."""
    if not hasattr(ctypes.CDLL(None), "mallinfo2"):
        pytest.skip("a C library other than glibc, or one before 2.33")
    code = OWN_PAGES.format(context=context)
    assert processes.run(code=code, cwd=tmp_path).stdout.strip() == str(has_own_pages)
