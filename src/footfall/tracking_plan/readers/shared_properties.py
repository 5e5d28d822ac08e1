"""Events that have the properties of another one, as a cell in place of these says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from footfall.errors import shown
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.headers import normal
from footfall.tracking_plan.same_as import ABOVE, MORE, same_as


def share_properties(draft: Draft) -> None:
    """Give events the properties of those that their cells refer to; what cannot be followed is named."""
    waiting = dict.fromkeys(event for event, _ in draft.same_as)
    while waiting:
        _fill(draft, next(iter(waiting)), waiting)


def _fill(draft: Draft, event: str, waiting: dict[str, None]) -> None:
    del waiting[event]
    for read in [read for name, read in draft.same_as if name == event]:
        found = same_as(read.name)
        assert found is not None
        target, more = _target(draft, event, found.text)
        if target in waiting:
            _fill(draft, target, waiting)
        _tell_beside(draft, event, read)
        if target:
            _copy(draft, event, target, read)
            for each in more:
                draft.add_property(event, replace(each, origin=read.origin), is_typed=False)
        elif found.is_sure:
            draft.leave_out(
                f"{shown(read.name)}, which leads to no event that is known,", read.origin
            )
        else:
            named = PlanProperty(read.name, origin=read.origin)
            draft.take_property(event, named, is_typed=False)


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


def _target(draft: Draft, event: str, text: str) -> tuple[str, list[PlanProperty]]:
    """Return the event that a text means, and the properties that it names besides."""
    name = _event_called(draft, event, text)
    more = None if name else MORE.fullmatch(text)
    if not more:
        return name, []
    return _event_called(draft, event, more[1]), [*_named(more[2])]


def _named(text: str) -> Iterator[PlanProperty]:
    yield from (
        PlanProperty(part) for part in re.split(r"\s*(?:[,;+&]|\band\b)\s*", text) if part
    )


def _event_called(draft: Draft, event: str, text: str) -> str:
    order = list(draft.events)
    if ABOVE.fullmatch(text.strip(" .")):
        at = order.index(event)
        return order[at - 1] if at else ""
    wanted = normal(text.strip(" .\"'“”«»"))
    return next((name for name in order if normal(name) == wanted and name != event), "")


def _copy(draft: Draft, event: str, target: str, read: PlanProperty) -> None:
    properties = draft.events[event].properties
    for name, found in draft.events[target].properties.items():
        if name not in properties:
            properties[name] = replace(found, origin=read.origin, places={})
            draft.untyped |= {(event, name)} if (target, name) in draft.untyped else set()
    draft.remark(
        f"event {shown(event)} has the properties of {shown(target)}: {shown(read.name)}",
        read.origin,
    )
