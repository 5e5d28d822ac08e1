"""Python objects through a pipe: pickled, with large buffers beside the pickle.

With buffers outside the pickle (protocol 5), Arrow data is copied once, into the pipe, and read
into memory that Arrow then uses as it is. Both ends are this program; nothing is ever stored.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct("<Q")


def write_frame(pipe: IO[bytes], value: object) -> None:
    """Write an object as a frame: number of pieces, their lengths, the pickle, its buffers."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    pieces = [memoryview(pickled), *(buffer.raw() for buffer in buffers)]
    # All lengths come first, so the reader allocates each buffer once, in its final size.
    header = b"".join(
        _LENGTH.pack(n) for n in (len(pieces), *(piece.nbytes for piece in pieces))
    )
    for piece in (memoryview(header), *pieces):
        _write(pipe, piece)
    # The other end waits for this frame: nothing of it may stay in a buffer of ours.
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:
    """Read an object.

    Raises:
        EOFError: The other end has closed the pipe, or died.
    """
    (n_pieces,) = _LENGTH.unpack(_read(pipe, _LENGTH.size))
    lengths = struct.unpack(f"<{n_pieces}Q", _read(pipe, n_pieces * _LENGTH.size))
    pickled, *buffers = [_read(pipe, length) for length in lengths]
    return pickle.loads(pickled, buffers=buffers)  # noqa: S301 - from our own process


def _write(pipe: IO[bytes], data: memoryview) -> None:
    done = 0
    while done < data.nbytes:  # an unbuffered pipe takes as much as fits, and says how much
        done += pipe.write(data[done:])


def _read(pipe: IO[bytes], length: int) -> bytearray:
    data = bytearray(length)
    view, done = memoryview(data), 0
    while done < length:
        got = pipe.readinto(view[done:])  # type: ignore[attr-defined]  # every binary pipe has it
        if not got:
            raise EOFError("the other end of the pipe is gone")
        done += got
    return data
