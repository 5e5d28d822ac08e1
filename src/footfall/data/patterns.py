"""Patterns of texts, as JSON Schema writes them, in the time of one pass whatever they say.

Patterns come from plans of others. Python's own `re` can be made to work for years on a short text,
so RE2 is asked, which reads each text once; Arrow and DuckDB both have it. What it cannot do
(looking ahead, references back) is no pattern here: whoever asks says that it is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|[12]\d))"
)
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
_ZONE = r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_HEX4 = "[0-9A-Fa-f]{1,4}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
FORMATS: Mapping[str, str] = {
    "email": r"^[^\s@]+@[^\s@]+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$",
    "url": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$",
    "uuid": r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "date": rf"^\d{{4}}-{_DAY}$",
    "date-time": rf"^\d{{4}}-{_DAY}[Tt ]{_CLOCK}{_ZONE}$",
    "time": rf"^{_CLOCK}{_ZONE}?$",
    "ipv4": rf"^{_IPV4}$",
    "ipv6": (
        rf"^(?:(?:{_HEX4}:){{7}}{_HEX4}|(?:{_HEX4}:){{1,7}}:|:(?::{_HEX4}){{1,7}}|::"
        rf"|(?:{_HEX4}:){{1,6}}(?::{_HEX4}){{1,6}}"
        rf"|(?:(?:{_HEX4}:){{6}}|::(?:{_HEX4}:){{0,5}}|(?:{_HEX4}:){{1,5}}:){_IPV4})$"
    ),
    "hostname": rf"^{_LABEL}(?:\.{_LABEL})*$",
}
"""Forms of text by their names in JSON Schema (and `url`, which plans write) → pattern."""

_ECMA = re.compile(
    r"\\u\{([0-9A-Fa-f]+)\}|\\u([0-9A-Fa-f]{4})|\(\?<(?=[A-Za-z_])"
    r"|\\([pP])\{(?:Script|sc|General_Category|gc)=(\w+)\}|\\.",
    re.DOTALL,
)


def re2_of(pattern: str) -> str:
    """Return a pattern of JSON Schema (ECMA 262) in the words of RE2."""
    return _ECMA.sub(_translated, pattern)


def _translated(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return f"\\x{{{found[1] or found[2]}}}"
    if found[3]:
        return f"\\{found[3]}{{{found[4]}}}"
    return "(?P<" if found[0] == "(?<" else found[0]


@cache
def is_checkable(pattern: str) -> bool:
    """Return whether texts can be held against a pattern."""
    return matches(pattern, [""]) is not None


def matches(pattern: str, texts: Sequence[str]) -> list[bool] | None:
    """Return of each text whether a pattern is found in it; None where RE2 cannot tell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        found = pc.match_substring_regex(pa.array(texts, pa.string()), pattern=re2_of(pattern))
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    return [bool(each) for each in found.to_pylist()]
