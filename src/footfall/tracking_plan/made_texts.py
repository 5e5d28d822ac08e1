"""Made texts: for properties of which a plan shows none, of the form, length and pattern that it asks for."""

from __future__ import annotations

import hashlib
import importlib
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from footfall.scenario.constraints import broken
from footfall.scenario.leaf_records import FREE, Constraint

MOST_TRIES = 60
MOST_CHARACTERS = 1000
"""Of a made text: a pattern may ask for more, and gets none."""
_LETTERS = string.ascii_lowercase + string.digits + string.ascii_uppercase


def made_texts(name: str, constraint: Constraint, count: int) -> tuple[str, ...]:
    """Return different texts that keep to a constraint, the same on every machine; none if there are no such.

    Args:
        name: Of the property.
        constraint: On the texts.
        count: How many are wanted; there may be fewer.
    """
    found: dict[str, None] = {}
    for number in range(MOST_TRIES + count):
        for text in _tried(name, constraint, number):
            if len(found) < count and text and not broken(constraint, text):
                found[text] = None
    return tuple(found)


def _tried(name: str, constraint: Constraint, number: int) -> Iterator[str]:
    """Yield texts that may keep to a constraint."""
    if constraint.pattern:
        yield _Made(f"{name} {number}").of_pattern(constraint.pattern)
        return
    if constraint.format in _OF_FORMATS:
        yield _OF_FORMATS[constraint.format](name, number)
        # Where there is little room.
        yield _OF_FORMATS[constraint.format]("a", number)
        return
    yield _of_length(f"{name} {number + 1}", number, constraint)


def _of_length(text: str, number: int, constraint: Constraint) -> str:
    if constraint == FREE:
        return text
    least, most = constraint.least or 0, constraint.most
    if most is not None and len(text) > most:
        digits = hashlib.sha256(text.encode()).hexdigest()
        made = "".join(string.ascii_lowercase[int(d, 16)] for d in digits)
        # The number alone where there is no room for more, so that short codes differ too.
        return made[:most] if most > 1 else _LETTERS[number % len(_LETTERS)]
    return text if len(text) >= least else (text + "." * least)[: min(least, MOST_CHARACTERS)]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "value"


def _uuid(name: str, number: int) -> str:
    d = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
    return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-8{d[17:20]}-{d[20:32]}"


_OF_FORMATS: Mapping[str, Callable[[str, int], str]] = {
    "email": lambda name, n: f"{_slug(name)}{n + 1}@example.org",
    "uri": lambda name, n: f"https://example.org/{_slug(name)}/{n + 1}",
    "url": lambda name, n: f"https://example.org/{_slug(name)}/{n + 1}",
    "uuid": _uuid,
    "date": lambda _, n: f"2026-{1 + n // 28 % 12:02}-{1 + n % 28:02}",
    "date-time": lambda _, n: f"2026-01-{1 + n % 28:02}T{n % 24:02}:00:00Z",
    "time": lambda _, n: f"{8 + n % 12:02}:{7 * n % 60:02}:00Z",
    "ipv4": lambda _, n: f"192.0.2.{1 + n % 254}",
    "ipv6": lambda _, n: f"2001:db8::{1 + n:x}",
    "hostname": lambda name, n: f"{_slug(name)}{n + 1}.example.org",
}
"""Names and addresses that are reserved for examples (RFC 2606, 5737, 3849)."""


# --- patterns --------------------------------------------------------------------------------------------------------

Tree = Sequence[tuple[Any, Any]]


class _Made:
    """A text made for a pattern: choices are digits of a hash of its name.

    Python's parser reads the pattern; nothing is matched here, so that no pattern takes long.
    """

    def __init__(self, name: str) -> None:
        self._digest = int.from_bytes(hashlib.sha512(name.encode()).digest(), "big")
        self._groups: dict[int, str] = {}

    def of_pattern(self, pattern: str) -> str:
        """Return a text for a pattern, "" for one that is beyond this."""
        # A module of the standard library without a public name: what it may not have, no text
        # is made for.
        parser = importlib.import_module("re._parser")
        try:
            return self._text(parser.parse(_in_words_of_python(pattern)))
        except (re.error, RecursionError, OverflowError, LookupError, ValueError):
            return ""

    def _pick(self, choices: int) -> int:
        self._digest, picked = divmod(self._digest, choices)
        return picked

    def _text(self, tree: Tree) -> str:
        made = ""
        for code, argument in tree:
            made += self._node(str(code), argument)
            if len(made) > MOST_CHARACTERS:
                raise OverflowError
        return made

    def _node(self, code: str, of: Any) -> str:
        match code:
            case "LITERAL":
                return chr(of)
            case "NOT_LITERAL":
                return self._one_of([c for c in _LETTERS if c != chr(of)])
            case "ANY":
                return self._one_of(_LETTERS)
            case "IN":
                return self._one_of(list(_characters(of)))
            case "BRANCH":
                return self._text(of[1][self._pick(len(of[1]))])
            case "SUBPATTERN":
                self._groups[of[0]] = self._text(of[3])
                return self._groups[of[0]]
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*of)
            case "GROUPREF":
                return self._groups[of]
            case "AT":
                return ""
        raise LookupError(code)

    def _repeated(self, least: int, most: int, tree: Tree) -> str:
        # A few more than the least, or up to a length that is asked for elsewhere.
        more = min(int(most) - least, (0, 1, 2, 4, 8, 16)[self._pick(6)])
        if least > MOST_CHARACTERS:
            raise OverflowError
        return "".join(self._text(tree) for _ in range(least + more))

    def _one_of(self, characters: Sequence[str]) -> str:
        return characters[self._pick(len(characters))]


def _characters(of: Tree) -> Iterator[str]:
    """Yield some characters of a class such as `[a-z_]`, or `[^"]`."""
    codes = [(str(code), argument) for code, argument in of]
    listed = [c for code, argument in codes for c in _members(code, argument)]
    yield from (
        [c for c in _LETTERS + "-_ " if c not in listed] if codes[0][0] == "NEGATE" else listed
    )


def _members(code: str, of: Any) -> str:
    match code:
        case "LITERAL":
            return chr(of)
        case "RANGE":
            # Of a range as wide as a script the first ones are enough.
            return "".join(map(chr, range(of[0], min(of[1], of[0] + 127) + 1)))
        case "CATEGORY":
            return _CATEGORIES[str(of)]
    return ""


_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": _LETTERS + "_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": string.ascii_letters,
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": _LETTERS,
}
_CLASSES = {
    "L": "a-zA-Z",
    "Letter": "a-zA-Z",
    "Lu": "A-Z",
    "Ll": "a-z",
    "N": "0-9",
    "Nd": "0-9",
}


def _in_words_of_python(pattern: str) -> str:
    """Return a pattern of JSON Schema as Python's parser reads it; classes of letters are Latin ones."""
    named = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    named = re.sub(r"\\u\{([0-9A-Fa-f]{1,8})\}", lambda m: f"\\U{m[1]:0>8}", named)
    return re.sub(r"\[?\\p\{(\w+)\}\]?", _latin_class, named)


def _latin_class(found: re.Match[str]) -> str:
    inner = _CLASSES[found[1]]
    is_alone = found[0].startswith("[") == found[0].endswith("]")
    return f"[{inner}]" if is_alone else found[0].replace(f"\\p{{{found[1]}}}", inner)
