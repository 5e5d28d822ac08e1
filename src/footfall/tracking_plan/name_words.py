"""Words of names: `OrderID`, `order-id` and `order_id` are the words order and id; `paid` is one word."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[^\W\d_A-ZА-Я])(?=[A-ZА-Я])|(?<=[A-ZА-Я])(?=[A-ZА-Я][^\W\d_A-ZА-Я])")
_IDENTIFIES = frozenset(("id", "uuid", "guid", "token", "hash"))


def words_of(name: str) -> list[str]:
    """Return the words of a name, small."""
    return [word.lower() for part in _HUMP.split(name) for word in _WORD.findall(part)]


def snake(name: str) -> str:
    """Return the words of a name with `_` between them."""
    return "_".join(words_of(name))


def is_id(name: str) -> bool:
    """Return whether a name's last word says that it tells things apart: `_id`, `Id`, `ID`, `uuid`, `token`."""
    return bool(_IDENTIFIES & set(words_of(name)[-1:]))
