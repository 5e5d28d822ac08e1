"""Events that have the properties of another one, as a cell in place of these says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from footfall.errors import shown
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers.drafts import Draft, ReferringCell
from footfall.tracking_plan.readers.headers import normal
from footfall.tracking_plan.same_as import ABOVE, LESS, LISTED, MORE, as_property, same_as


@dataclass(frozen=True, slots=True)
class _Reference:
    """A cell of an event that refers to another one.

    Args:
        cell: With the event whose it is.
        is_sure: It can be no name of a property.
        target: The event that it means; "" where none is called so.
        more: The names of properties that it has besides.
        less: The names of those that it has not.
    """

    cell: ReferringCell
    is_sure: bool
    target: str
    more: Sequence[str] = ()
    less: Sequence[str] = ()


def share_properties(draft: Draft) -> None:
    """Give events the properties of those that their cells refer to; what cannot be followed is named."""
    waiting: dict[str, list[_Reference]] = {}
    names = _Names.of(draft)
    for cell in draft.same_as:
        waiting.setdefault(cell.event, []).append(_reference(cell, names))
    while waiting:
        _fill(draft, next(iter(waiting)), waiting)


def _fill(draft: Draft, event: str, waiting: dict[str, list[_Reference]]) -> None:
    """Give an event the properties of others, after these have got theirs; in a circle each gives what it has."""
    path = [waiting.pop(event)]
    while path:
        ahead = next((each.target for each in path[-1] if each.target in waiting), None)
        if ahead is None:
            for reference in path.pop():
                _follow(draft, reference)
        else:
            path.append(waiting.pop(ahead))


def _follow(draft: Draft, reference: _Reference) -> None:
    event, read, is_typed = reference.cell
    if not reference.target and not reference.is_sure:
        draft.take_property(event, as_property(read), is_typed=is_typed)
        return
    _tell_beside(draft, event, read)
    if not reference.target:
        draft.leave_out(
            f"{shown(read.name)}, which leads to no event that is known,", read.origin
        )
        return
    _copy(draft, event, reference.target, read, reference.less)
    for name in reference.more:
        draft.add_property(event, PlanProperty(name, origin=read.origin), is_typed=False)


def _tell_beside(draft: Draft, event: str, read: PlanProperty) -> None:
    """Take the description beside such a cell as the event's, and name what else is said there."""
    of_event = draft.events[event].event
    about = "" if of_event.about else read.about
    draft.events[event].event = replace(of_event, about=of_event.about or about)
    said = {
        "description": not about and read.about,
        "type": read.type != "any",
        "examples": read.examples,
    }
    for what, is_there in (said | {"allowed values": read.values or read.constraint}).items():
        if is_there:
            draft.leave_out(
                f"{what} beside {shown(read.name)}", read.place_of(_KEYS.get(what, what))
            )


_KEYS = {"description": "about", "allowed values": "values"}


def _reference(cell: ReferringCell, names: _Names) -> _Reference:
    found = same_as(cell.read.name)
    assert found is not None
    target = names.called(found.text, cell.event)
    for pattern, what in ((LESS, "less"), (MORE, "more")):
        parts = None if target else pattern.fullmatch(found.text)
        of_part = names.called(parts[1], cell.event) if parts else ""
        if parts and of_part:
            listed = [name for name in LISTED.split(parts[2]) if name]
            return _Reference(cell, found.is_sure, of_part, **{what: listed})
    return _Reference(cell, found.is_sure, target)


@dataclass(frozen=True, slots=True)
class _Names:
    """The events by what cells may call them.

    Args:
        above: Event → the one before it.
        spelled: Names as they are compared → events that are called so.
    """

    above: Mapping[str, str]
    spelled: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return those of a plan."""
        spelled: dict[str, list[str]] = {}
        for name in draft.events:
            spelled.setdefault(normal(name), []).append(name)
        return cls(dict(zip(draft.events, ("", *draft.events), strict=False)), spelled)

    def called(self, text: str, event: str) -> str:
        """Return the event that a cell of another one means, "" where none is called so."""
        if ABOVE.fullmatch(text.strip(" .")):
            return self.above[event]
        wanted = self.spelled.get(normal(text.strip(" .\"'“”«»")), ())
        return next((name for name in wanted if name != event), "")


def _copy(
    draft: Draft, event: str, target: str, read: PlanProperty, less: Sequence[str]
) -> None:
    properties, others = draft.events[event].properties, draft.events[target].properties
    for name in less:
        if name not in others:
            draft.leave_out(
                f"{shown(name)}, which is no property of {shown(target)},", read.origin
            )
    for name, found in others.items():
        if name not in properties and name not in less:
            properties[name] = replace(found, origin=read.origin, places={})
            draft.untyped |= {(event, name)} if (target, name) in draft.untyped else set()
    draft.remark(
        f"event {shown(event)} has the properties of {shown(target)}: {shown(read.name)}",
        read.origin,
    )
