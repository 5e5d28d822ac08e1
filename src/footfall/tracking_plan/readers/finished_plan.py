"""The plan of a draft: what rows leave open is taken from other rows, or told from names and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from footfall.errors import shown
from footfall.text import first_names
from footfall.tracking_plan.cells import list_text, split_list
from footfall.tracking_plan.plan import Plan, PlanProperty, PlanType
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.folded_names import folded
from footfall.tracking_plan.readers.infer import Inferred, Source, inferred, no_times
from footfall.tracking_plan.readers.shared_properties import share_properties
from footfall.tracking_plan.written_numbers import written_number, written_numbers

MOST_NAMED = 5
UNSORTED = "Events"
"""Category of events of which no plan says one."""
_SOURCES: dict[Source, str] = {
    "values": "guessed from the allowed values",
    "examples": "guessed from examples",
    "name": "guessed from the name",
    "description": "guessed from the description",
    "": "as nothing says what it is",
}


def finished(draft: Draft) -> Plan:
    """Return the plan: types that nobody named inferred, fields of records within their lists, all remarks."""
    # Types from the table of properties first: what is left without one is inferred from all
    # that is known.
    share_properties(draft)
    _look_up(draft)
    _leave_out_required_people(draft)
    _infer(draft)
    for properties in _all_properties(draft):
        for name, found in properties.items():
            read = _with_listed_examples(_with_days_as_text(found, draft))
            properties[name] = read
            _tell_of_numbers(read, draft)
    events = [
        replace(each.event, properties=_whole(each.properties.values(), draft))
        for each in draft.events.values()
    ]
    events = [
        event if event.category else replace(event, category=UNSORTED) for event in events
    ]
    in_use = dict.fromkeys(event.category for event in events)
    order = [*in_use, *(name for name in draft.categories if name not in in_use)]
    return Plan(
        name=draft.name,
        title=draft.title,
        about=draft.about,
        currency=draft.currency,
        categories=tuple((name, draft.categories.get(name, "")) for name in order),
        events=tuple(event for name in order for event in events if event.category == name),
        user_properties=_whole(draft.user_properties.values(), draft),
        stages=tuple(draft.stages.values()),
        goal=draft.goal,
        example=tuple(draft.example),
        has_open_people=draft.has_open_people,
        remarks=tuple(draft.log.remarks()),
    )


def _all_properties(draft: Draft) -> Iterator[dict[str, PlanProperty]]:
    yield draft.user_properties
    yield from (each.properties for each in draft.events.values())


# --- what the table of properties says -------------------------------------------------------------------------------


def _look_up(draft: Draft) -> None:
    """Fill in what a table of the events' properties says of them."""
    for event, each in draft.events.items():
        for name, found in each.properties.items():
            if name in draft.dictionary:
                each.properties[name] = _filled(draft, event, found, draft.dictionary[name])

    used = {name for each in draft.events.values() for name in each.properties}
    for name, entry in draft.dictionary.items():
        if name not in used:
            said = (name, entry.type != "any", entry.about, entry.values, entry.examples)
            n_cells = sum(map(bool, (*said, entry.is_required)))
            draft.leave_out(f"property {name}, which no event has,", entry.origin, n_cells)


def _filled(draft: Draft, event: str, found: PlanProperty, entry: PlanProperty) -> PlanProperty:
    """Return a property of an event with what it leaves out from the dictionary's entry."""
    if (event, found.name) in draft.untyped and entry.type != "any":
        draft.untyped.discard((event, found.name))
        found = replace(found, type=entry.type, item=entry.item)
    return replace(
        found,
        about=found.about or entry.about,
        values=found.values or entry.values,
        examples=found.examples or entry.examples,
        constraint=found.constraint or entry.constraint,
        is_required=found.is_required or entry.is_required,
        places={**entry.places, **found.places},
    )


def _leave_out_required_people(draft: Draft) -> None:
    """Name the user properties that are required: no call says that everybody has one from the start."""
    for name, found in draft.user_properties.items():
        if found.is_required:
            draft.leave_out(f"required of user property {name}", found.place_of("required"))
            draft.user_properties[name] = replace(found, is_required=False)


# --- types that nobody named -----------------------------------------------------------------------------------------


def _infer(draft: Draft) -> None:
    """Give a type to those properties that have none: as in another event, else by what is seen of them."""
    # Properties of one name are inferred together: ten examples say more than one. Those of
    # people stand apart, as the same name may mean something else there.
    alike: dict[tuple[bool, str], dict[str, PlanProperty]] = {}
    for event, properties in (
        ("", draft.user_properties),
        *((e, each.properties) for e, each in draft.events.items()),
    ):
        for name, found in properties.items():
            alike.setdefault((bool(event), name), {})[event] = found
    guessed: dict[tuple[PlanType, Source], list[str]] = {}
    for (_, name), places in alike.items():
        untyped = [event for event in places if (event, name) in draft.untyped]
        typed = [found for event, found in places.items() if event not in untyped]
        if typed:
            _type_as(draft, name, untyped, typed[0].type, typed[0].item)
        else:
            kind, item, source = _inferred(name, places.values())
            _type_as(draft, name, untyped, kind, item)
            guessed.setdefault((kind, source), []).append(name)
    for (kind, source), names in guessed.items():
        draft.remark(
            f"{draft.file}: type {kind}, {_SOURCES[source]}: {first_names(names, MOST_NAMED)}"
        )


def _type_as(
    draft: Draft, name: str, events: Iterable[str], kind: PlanType, item: PlanType | None
) -> None:
    # Of an object the fields are those of another event: without them it may be anything.
    kind = "any" if _is_of_records(kind, item) else kind
    for event in events:
        properties = draft.events[event].properties if event else draft.user_properties
        properties[name] = replace(properties[name], type=kind, item=item)


def _is_of_records(kind: PlanType, item: PlanType | None) -> bool:
    return kind == "record" or (kind == "list" and item is None)


def _inferred(name: str, places: Iterable[PlanProperty]) -> Inferred:
    found = list(places)
    ends = (end for each in found for end in (each.constraint.minimum, each.constraint.maximum))
    # A range says that it is a number, and a whole one unless its ends or an example have decimals.
    values = [f"{end:f}" for end in ends if end is not None]
    examples = [example for each in found for example in each.examples]
    if values:
        numbers = zip(examples, written_numbers(examples), strict=True)
        values += [text for text, number in numbers if number and not number.is_whole]
    values += [value for each in found for value in each.values]
    about = next((each.about for each in found if each.about), "")
    return inferred(name, about, values, examples)


# --- examples --------------------------------------------------------------------------------------------------------


def _with_days_as_text(found: PlanProperty, draft: Draft) -> PlanProperty:
    """Return a time as a text where the plan's own examples would be none, such as `24.12.2026`."""
    odd = no_times(found.examples) if found.type == "time" else []
    if not odd:
        return found
    example = f"{shown(found.name)} is taken as text: its example {shown(odd[0][:40])}"
    draft.remark(f"{example} is no time in ISO 8601", found.place_of("examples"))
    return replace(found, type="text")


def _with_listed_examples(found: PlanProperty) -> PlanProperty:
    """Return a property whose examples are lists where it is one: `a, b` is `[a, b]`; so are fields of records."""
    fields = tuple(map(_with_listed_examples, found.fields))
    if found.type != "list" or found.item is None:
        return replace(found, fields=fields)
    whole = [text for text in found.examples if text.startswith("[")]
    others = (text for text in found.examples if text not in whole)
    elements = dict.fromkeys(element for text in others for element in _elements(text))
    examples = tuple(filter(None, (*whole, list_text(elements))))
    return replace(found, fields=fields, examples=examples)


def _elements(text: str) -> Sequence[str]:
    # `1,5` is one number, and `1, 5` are two.
    return (text,) if written_number(text) else split_list(text)


def _tell_of_numbers(found: PlanProperty, draft: Draft) -> None:
    """Name what stands under a number's values or examples and is none, as it counts for nothing."""
    kind = found.item if found.type == "list" else found.type
    if kind not in ("integer", "number", "money"):
        return
    for what, key, texts in (
        ("allowed values", "values", found.values),
        ("examples", "examples", found.examples),
    ):
        at = found.place_of(key)
        for text in _no_numbers(texts, is_list=found.type == "list"):
            draft.leave_out(f"{shown(text[:40])} among {what} of numbers", at)
        for unit in dict.fromkeys(
            n.unit for n in written_numbers(texts) if n and n.unit not in ("", "%")
        ):
            draft.remark(f"unit {unit} of {found.name} is left out of its {what}", at)


def _no_numbers(texts: Sequence[str], *, is_list: bool) -> Iterator[str]:
    """Yield the texts that are no numbers; those of a list may be written `[1, 2]`."""
    for text, number in zip(texts, written_numbers(texts), strict=True):
        is_empty = text.casefold() in ("null", "none", "any")
        if number is None and not is_empty and not (is_list and text.startswith("[")):
            yield text


# --- objects ---------------------------------------------------------------------------------------------------------


def _whole(properties: Iterable[PlanProperty], draft: Draft) -> tuple[PlanProperty, ...]:
    """Return properties with their fields; an object without any may be anything, and is named."""
    return tuple(_with_fields(read, draft) for read in folded(properties))


def _with_fields(read: PlanProperty, draft: Draft) -> PlanProperty:
    if read.fields:
        return replace(read, fields=tuple(_with_fields(field, draft) for field in read.fields))
    if not _is_of_records(read.type, read.item):
        return read
    draft.leave_out("an object without declared fields", read.place_of("type"))
    return replace(read, type="any") if read.type == "record" else read
