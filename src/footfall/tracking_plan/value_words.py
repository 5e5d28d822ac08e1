"""Words in cells of values that are no values: any will do, none is known yet, a norm or another cell says them."""

from __future__ import annotations

import re

from footfall.tracking_plan.same_as import same_as

ANYTHING = frozenset(
    ("any", "any value", "anything", "all", "n/a", "любое", "любой", "любая", "любые", "все", "any string", "any text",
     "any number", "any integer", "free text", "freetext", "free form", "freeform", "varies", "various", "dynamic", "*",
     "string", "text", "number", "freitext", "freier text", "beliebig", "texto libre", "texte libre", "testo libero",
     "свободный текст", "произвольный текст")
)  # fmt: skip
"""What says that any value will do."""
NO_PROPERTY = frozenset(("none", "n/a", "na", "no properties", "no parameters", "tbd", "tbc"))
"""Cells of properties that name none."""
_NO_VALUE = re.compile(
    r"tbd|tbc|to be (?:defined|confirmed|decided)|\?+|not null|non-null|not empty|non-empty|not blank|required|semver|"
    r"optional|(?:iso|rfc|bcp|itu)[\s-]?[\d.][\w.:-]*(?:\s.*)?",
    re.IGNORECASE | re.DOTALL,
)


def says_no_value(text: str) -> bool:
    """Return whether a cell of values says something else: what is missing, a norm, or that another cell says it."""
    found = same_as(text)
    return bool(_NO_VALUE.fullmatch(text.strip())) or bool(found and found.is_sure)
