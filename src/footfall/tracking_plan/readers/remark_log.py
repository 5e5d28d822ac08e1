"""The log of what a reader has to say: each thing once, however often it is met, and in bounded numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from footfall.text import plural
from footfall.tracking_plan.plan import Origin, PlanRemark, RemarkKind

MOST_REMARKS = 200
"""Of each kind: a sheet that is misread may have something to say of each of its 100,000 rows."""
_MORE = f"there is more to say than these {MOST_REMARKS} lines"


@dataclass(slots=True)
class _LeftOut:
    """A thing that is not read: where it was met first, and how often."""

    at: Origin
    n_places: int = 0


@dataclass(slots=True)
class RemarkLog:
    """Remarks on one plan, as far as it has been read.

    Args:
        said: Texts by kind, each once.
        left_out: What is not read → where.
    """

    said: dict[RemarkKind, dict[str, None]] = field(default_factory=dict)
    left_out: dict[str, _LeftOut] = field(default_factory=dict)

    def add(self, kind: RemarkKind, text: str) -> None:
        """Note a sentence."""
        texts = self.said.setdefault(kind, {})
        texts[text if len(texts) < MOST_REMARKS else _MORE] = None

    def leave_out(self, what: str, at: Origin, n_places: int) -> None:
        """Note that something was not read: named once, with its first place and the number of them."""
        if what in self.left_out or len(self.left_out) < MOST_REMARKS:
            self.left_out.setdefault(what, _LeftOut(at)).n_places += n_places
        else:
            self.add("not read", _MORE)

    def remarks(self) -> Iterator[PlanRemark]:
        """Yield all remarks, what is lost first."""
        for what, found in self.left_out.items():
            places = f" ({plural(found.n_places, 'place')})" if found.n_places > 1 else ""
            yield PlanRemark("not read", f"{found.at}: {what} is not read{places}")
        kinds: tuple[RemarkKind, ...] = ("not read", "merged", "guessed")
        for kind in kinds:
            yield from (PlanRemark(kind, text) for text in self.said.get(kind, ()))
