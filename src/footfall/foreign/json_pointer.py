"""JSON pointers, which lead to a member whatever its name holds (RFC 6901)."""

from __future__ import annotations


def pointer(key: str) -> str:
    """Return the JSON pointer of a key: `a/b` is `/a~1b`."""
    return "/" + escaped(key)


def escaped(key: str) -> str:
    """Return a key as a part of a pointer."""
    # `~` first: else that of `~1` would be escaped once more.
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """Return the key that a part of a pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")
