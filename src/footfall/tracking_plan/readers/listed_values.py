"""Lists of values as cells write them: separated by signs or words, in brackets, with codes, or only as examples."""

from __future__ import annotations

import json
import re

from footfall.tracking_plan.cells import OR, allowed, split_list
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers.infer import are_truths

SLASHED_WORD = re.compile(r"[^\W\d][\w-]*(?: [\w-]+)*")
"""A value between slashes."""
_BRACKETED = re.compile(r"\[.*\]", re.DOTALL)
_CODED = re.compile(r"([+-]?\d{1,9})\s*[:=]\s*[^\W\d].*", re.DOTALL)
_SOME = re.compile(
    r"(?:e\.?\s?g\.?|such as|for example|например|z\. ?B\.|p\. ?ej\.)[:,]?\s+", re.IGNORECASE
)
_AND_SO_ON = ("…", "...", " etc", " etc.", "and so on")
MOST_OF_WORD = 30
"""Characters of a word between slashes: `new / used` is a list, what is longer a text."""


def values_in(text: str, read: PlanProperty) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the allowed values of a cell, and those that it only gives as examples.

    Args:
        text: Such as `red; green`, `["red", "green"]`, `1: low, 2: high`, `e.g. red, green`.
        read: The property: an example that is a part of the cell says that it holds several.
    """
    some = _SOME.match(text)
    plain = text.rstrip()
    end = next((word for word in _AND_SO_ON if plain.lower().endswith(word)), "")
    if some or end:
        stem = plain[some.end() if some else 0 : len(plain) - len(end)].rstrip(" ,;|/\n")
        listed = split_list(stem)
        # One text that ends in dots is cut short, rather than the first of several.
        if some or len(listed) > 1:
            return (), listed
    if read.type != "list" and _BRACKETED.fullmatch(text.strip()):
        elements = _elements_of(text.strip())
        if elements and not any(map(_BRACKETED.fullmatch, read.examples)):
            return elements, ()
    values = _alternatives(text) or allowed(text)
    plain_values = () if '"' in text else values
    codes = [match[1] for match in map(_CODED.fullmatch, plain_values) if match]
    if len(codes) == len(values) > 1 and (
        read.type in ("integer", "any") or not set(codes).isdisjoint(read.examples)
    ):
        return tuple(codes), ()
    words = [word.strip() for word in text.split("/")]
    is_short = all(0 < len(word) <= MOST_OF_WORD for word in words)
    is_seen = not set(words).isdisjoint(read.examples)
    # `km/h` is one value; of three words, or two with spaces around the slash, none is.
    if len(values) == 1 and are_truths(words):
        return tuple(words), ()
    is_list = len(words) > 2 or " / " in text
    is_list = is_list and not read.examples and all(map(SLASHED_WORD.fullmatch, words))
    if len(values) == 1 < len(words) and is_short and (is_seen or is_list):
        return tuple(words), ()
    return values, ()


_ALTERNATIVE = re.compile(r"\"[^\"]+\"|'[^']+'|[\w.$%-]+")
_OR = re.compile(rf"\s*,?\s+(?:{OR})\s+", re.IGNORECASE)
# A short word, or one that joins, counts before the last value of a list alone: `a, b y c`.
_LAST = re.compile(
    rf"\s*,?\s+(?:{OR}|o|u|and|und|y|et|e|и)\s+(?=[^\s,]+$)|{_OR.pattern}", re.IGNORECASE
)


def _alternatives(text: str) -> tuple[str, ...]:
    """Return the values that `or` or braces list, none of another text: `a, b or c`, `{a, b}`."""
    plain = text.strip()
    if plain[:1] == "{" and plain[-1:] == "}" and not {*":{}"} & set(plain[1:-1]):
        return split_list(plain[1:-1])
    joining = _LAST if "," in plain else _OR
    if ";" in plain or not joining.search(plain):
        return ()
    parts = re.split(rf"{joining.pattern}|\s*,\s*", plain, flags=re.IGNORECASE)
    is_listed = all(map(_ALTERNATIVE.fullmatch, parts))
    return tuple(part.strip("'\"") for part in parts) if is_listed else ()


def _elements_of(text: str) -> tuple[str, ...]:
    """Return the texts and numbers of a list in JSON or Python, none of another text."""
    parts = split_list(text[1:-1])
    if all(re.fullmatch(r"'[^']*'", part) for part in parts):
        return tuple(part[1:-1] for part in parts)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    is_plain = all(isinstance(e, str) or type(e) in (int, float) for e in found)
    return tuple(map(str, found)) if is_plain else ()
