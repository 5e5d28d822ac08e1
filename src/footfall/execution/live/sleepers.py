"""People of a live run to whom nothing happens for a while: their arrays lie in a file without a name."""

from __future__ import annotations

import math
import mmap
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Sleepers(Mapping[str, Array]):
    """The arrays of some people, by name; each is read when it is asked for.

    Args:
        folder: Where there is room for the file; None takes the system's place for such files.

    Raises:
        OSError: No file can be made.
    """

    def __init__(self, folder: Path | None = None) -> None:
        # No `with`: it lives as long as this does, and has no name that somebody could find.
        self._file = tempfile.TemporaryFile(prefix=".footfall-people-", dir=folder)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._last_mapped: Callable[[], Array | None] = lambda: None
        self._places: dict[str, tuple[int, np.dtype[Any], tuple[int, ...]]] = {}

    def put(self, name: str, array: Array) -> None:
        """Write an array behind the others.

        Raises:
            OSError: There is no room for it.
        """
        self._places[name] = (self._file.tell(), array.dtype, array.shape)
        self._file.write(array.tobytes())
        self._file.flush()

    def __getitem__(self, name: str) -> Array:
        start, dtype, shape = self._places[name]
        if not math.prod(shape):
            return np.empty(shape, dtype)  # of a file without a byte there is no mapping
        end = start + dtype.itemsize * math.prod(shape)
        # The bytes are those of the file, not copies: a checkpoint takes all arrays at once.
        return self._mapped()[start:end].view(dtype).reshape(shape)

    def _mapped(self) -> Array:
        """Return the bytes of the file; the mapping lasts as long as an array of it is in use."""
        mapped = self._last_mapped()
        if mapped is None:
            mapping = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
            mapped = np.frombuffer(mapping, np.uint8)
            self._last_mapped = weakref.ref(mapped)
        return mapped

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
