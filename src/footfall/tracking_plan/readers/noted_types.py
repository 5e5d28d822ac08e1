"""Types in notes: what a description begins with, where the cell of the type leads there or is empty."""

from __future__ import annotations

import re

from footfall.tracking_plan.cells import is_type_word, split_list, word_set
from footfall.tracking_plan.readers.listed_values import MOST_OF_WORD
from footfall.tracking_plan.same_as import same_as

_HEAD = re.compile(
    r"([^\W\d_]+(?: +[^\W\d_]+){0,3}(?:\[\]|<[^<>]+>)?)\s*(\([^()]*\))?\s*(?:[,;:.\n–—].*)?",
    re.DOTALL,
)
_ONE_OF = re.compile(r"(?:one|any) of\s*:\s*([^.\n]+)\.?", re.IGNORECASE)
_FIRST = word_set(
    "string boolean bool integer int number float double decimal array list object enum"
)
"""Words that begin no sentence on a property: `Text on the button` and `Date of the loan` do."""


def leads_to_note(cell: str) -> bool:
    """Return whether a cell of types says that another one names the type, as `see notes`, or nothing."""
    found = same_as(cell) if cell else None
    return not cell or (found is not None and found.is_sure)


def type_in_note(note: str) -> str:
    """Return the type that a note begins with, "" where it begins with other words.

    Args:
        note: Such as `boolean; true if wrapped`, `array of objects: sku, qty`, `one of: late, other`; `Number of
            copies` names none.
    """
    one_of = _ONE_OF.fullmatch(note.strip())
    values = split_list(one_of[1]) if one_of else ()
    if one_of and len(values) > 1 and all(len(value) <= MOST_OF_WORD for value in values):
        return one_of[1]
    head = _HEAD.fullmatch(note.strip())
    words = re.findall(r"[^\W\d_]+", head[1].casefold()) if head else []
    if not head or words[0] not in _FIRST or not all(map(is_type_word, words)):
        return ""
    # `List price` is no list.
    if len(words) > 1 and words[1] != "of" and head[1][-1] not in "]>":
        return ""
    return " ".join(filter(None, head.groups()))
