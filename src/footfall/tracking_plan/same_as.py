"""Cells that stand for the properties of another event: `same as Order Paid`, `see above`, `wie oben plus coupon`."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from footfall.tracking_plan.plan import PlanProperty

MOST_CHARACTERS = 200
_SURE = re.compile(
    r"(?:(?:all\s+)?(?:the\s+)?same(?:\s+\w+)?\s+as|identical\s+to|see|siehe|s\.|vgl\.|identisch\s+mit|gleich\s+wie|"
    r"(?:all\s+)?(?:the\s+)?(?:other\s+)?(?:properties|parameters|props|params)\s+(?:of|from)|inherits(?:\s+from)?|extends|"
    r"(?:os?\s+|as?\s+|los?\s+|las?\s+)?m(?:e|i)sm[oa]s?\s+(?:que|de)|igual\s+que|lo\s+mismo\s+que|véase|voir|vedi|uguale\s+a|igual\s+a|то\s+же,?\s+что(?:\s+и)?(?:\s+[ув])?|см\.?)"
    r"\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)
_LIKELY = re.compile(
    r"(?:(?:as|like|wie|como|comme|come|как)(?:\s+(?:in|for|bei|en|pour|per|у|в))?)\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)
_COMMON = re.compile(
    r"(?:\+\s*)?(?:all\s+)?(?:common|global|default|standard|base|shared)\s+(?:event\s+)?"
    r"(?:properties|parameters|props|params)",
    re.IGNORECASE,
)
_BUT = "except(?:\\s+for)?|without|minus|ohne|außer|menos|excepto|sin|sem|sauf|sans|senza|кроме|без"
_EXCEPT = re.compile(rf"(?:{_BUT})\s.+", re.IGNORECASE)
_ALONE = re.compile(r"(?:same|ditto|dito|idem|то\s+же|s\.\s?o\.|\"|''|〃|″)", re.IGNORECASE)
ABOVE = re.compile(
    r"(?:the\s+)?(?:event\s+|row\s+|one\s+|line\s+)?(?:above|previous(?:\s+(?:event|row|one|line))?|oben|arriba|anterior|"
    r"ci-dessus|sopra|acima|выше)",
    re.IGNORECASE,
)
MORE = re.compile(
    r"(.+?)\s*(?:\+|&|\b(?:plus|and|und|y|et|e|и)\b)\s*(.+)", re.IGNORECASE | re.DOTALL
)

LESS = re.compile(rf"(.+?)\s*,?\s+(?:{_BUT})\s+(.+)", re.IGNORECASE | re.DOTALL)
LISTED = re.compile(r"\s*(?:[,;+&]|\b(?:and|und|y|et|e|и)\b)\s*", re.IGNORECASE)
"""What stands between names behind such a cell."""


@dataclass(frozen=True, slots=True)
class SameAs:
    """A cell that stands for the properties of another event.

    Args:
        text: What it says of that: its name, or that it is the one above.
        is_sure: It can be no name of a property.
    """

    text: str
    is_sure: bool


class SameAsCell(PlanProperty):
    """A cell in place of a property: its name says whose properties are meant."""

    __slots__ = ()


def as_property(cell: PlanProperty) -> PlanProperty:
    """Return a cell that refers to nothing as the property that it is then."""
    return PlanProperty(**{one.name: getattr(cell, one.name) for one in fields(PlanProperty)})


def same_as(text: str) -> SameAs | None:
    """Return what a cell refers to; None where it names something itself."""
    plain = text.strip()
    if len(plain) > MOST_CHARACTERS:
        return None
    if _ALONE.fullmatch(plain):
        return SameAs("above", True)
    if _COMMON.fullmatch(plain) or _EXCEPT.fullmatch(plain):
        return SameAs(plain, True)
    for pattern, is_sure in ((_SURE, True), (_LIKELY, False)):
        found = pattern.fullmatch(plain)
        if found:
            head = MORE.fullmatch(found[1])
            is_above = ABOVE.fullmatch(head[1] if head else found[1])
            return SameAs(found[1], is_sure or bool(is_above))
    return None
