"""Cells about properties: names, types and values as sheets write them, several in one cell too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from footfall.data.patterns import FORMATS, matches
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.cells import (
    DASHES,
    is_no,
    is_yes,
    one_quoted,
    split,
    split_list,
    split_names,
    type_of,
    word_set,
)
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.readers.constraint_cells import (
    constraint_of,
    joined_constraints,
    length_of,
)
from footfall.tracking_plan.readers.format_words import FORMAT_TYPES, format_of
from footfall.tracking_plan.readers.listed_values import SLASHED_WORD, values_in
from footfall.tracking_plan.same_as import LESS, SameAsCell, same_as
from footfall.tracking_plan.value_words import NO_PROPERTY
from footfall.tracking_plan.written_numbers import (
    certain_range,
    currencies_in,
    is_currency,
    range_of,
    written_number,
)

_NAME = r"[^\s:=(){}\[\]]+(?: [^\s:=(){}\[\]]+){0,4}?(?: ?\[\])?"
_LISTED = re.compile(
    rf"[-•*·]?\s*({_NAME})\s*(?:[:=]\s*(.*)|\s[-–—]\s*(.*)|\((.*)\))?", re.DOTALL
)
_OPTIONS = re.compile(rf"(?:[-•*·]\s*)?({_NAME})\s*[:=]\s*([^|:=(),;\n]+(?:\|[^|:=(),;\n]+)+)")
_BOUND = re.compile(
    r"(?:[-•*·]\s*)?([^\s:=<>≥≤(){}\[\]]+(?: [^\s:=<>≥≤(){}\[\]]+){0,4}?)\s*([<>≥≤]=?\s*-?\d.*)",
    re.DOTALL,
)
_ELEMENTS = re.compile(r"elements\s*:\s*([^;]+);?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d][\w.$%/-]*(?:, [^\W\d][\w.$%/-]*)+")
_ASIDE = re.compile(r"([^(\[{:,]+)[(\[{:,]\s*(.*?)\s*[)\]}]?", re.DOTALL)
_BOUNDED = re.compile(r"(\w+)\s+(\S.*)")
_OR_NULL = re.compile(
    r"(.+?)\s*(?:\||,|\bor\b)\s*(?:null|none|nil)|(?:null|none|nil)\s*(?:\||,|\bor\b)\s*(.+)",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"(?:one|any) of\s*:?\s+", re.IGNORECASE)
_FILLERS = word_set(
    "utc iso iso8601 8601 true false unix ms s epoch seconds milliseconds optional required nullable null "
    "local gmt of yyyy mm dd hh ss utf utf8 a an the free"
)


# --- names ------------------------------------------------------------------------------------------------------------


def properties_in(cell: str) -> list[tuple[PlanProperty, str]]:
    """Return the properties that a cell names, and their types: `price: number; sku (string); n: 3; colour - what`."""
    whole = one_quoted(cell)
    if whole is not None:
        return [(PlanProperty(whole), "")]
    inner = cell[1:-1] if cell[:1] in "{[" and cell[-1:] in "}]" and len(cell) > 1 else cell
    if inner.strip().casefold() in (*NO_PROPERTY, *DASHES):
        return []
    found = [
        (SameAsCell(part), "")
        if _refers(part)
        else _with_options(part) or _bounded_name(part) or _one_of_several(part)
        for part in ([inner] if _leaves_out(inner) else _names_in(inner))
    ]
    # `size (EU)` is a name: what stands behind it is taken for more only where it is a type.
    if len(found) == 1 and not found[0][1] and (found[0][0].examples or found[0][0].about):
        return [(PlanProperty(cell), "")]
    return found


def _refers(text: str) -> bool:
    """Return whether a part of a cell refers to another event: `like count: 1..5` says more of itself than that."""
    found = same_as(text)
    return found is not None and (found.is_sure or not re.search(r"[:=|<>(]", text))


def _bounded_name(text: str) -> tuple[PlanProperty, str] | None:
    """Return a property with the bound behind its name: `score >= 0.5`."""
    found = _BOUND.fullmatch(text)
    ranged = _ranged(PlanProperty(found[1]), found[2]) if found else None
    return (ranged, "") if ranged else None


def _leaves_out(text: str) -> bool:
    """Return whether a cell as a whole refers to an event but for some names: `same as Order Paid, without a and b`."""
    return same_as(text) is not None and LESS.fullmatch(text) is not None


def _names_in(text: str) -> Iterator[str]:
    """Yield what names a property each; bars between the values of one do not separate."""
    if "|" not in text or '"' in text:
        yield from split_names(text)
        return
    for part in split_names(text, has_bars=False):
        yield from (part,) if _with_options(part) else split_names(part)


def _with_options(text: str) -> tuple[PlanProperty, str] | None:
    """Return a property with its allowed values: `reason = a | b`; None where types stand between the bars."""
    options = _OPTIONS.fullmatch(text)
    if not options or _OR_NULL.fullmatch(options[2]):
        return None
    values = split_list(options[2])
    return None if all(map(type_of, values)) else (PlanProperty(options[1], values=values), "")


def _one_of_several(text: str) -> tuple[PlanProperty, str]:
    match = _LISTED.fullmatch(text)
    if not match:
        return PlanProperty(text), ""
    name, about = match[1].strip("'\"").replace(" []", "[]"), (match[3] or "").strip()
    # `id*` must be there, `name?` may be.
    mark, name = (
        name[-1:] if len(name) > 1 else "",
        name[:-1] if name[1:].endswith(("*", "?")) else name,
    )
    read = PlanProperty(name, is_required=mark == "*")
    value = (match[2] or match[4] or "").strip()
    words = [word.strip() for word in re.split(r"[,;]", value)]
    flags = [word for word in words if is_yes(word) or (word and is_no(word))]
    read = replace(read, is_required=read.is_required or any(map(is_yes, flags)))
    kind = ", ".join(word for word in words if word not in flags)
    if match[4] and is_currency(kind):
        return read, f"money ({kind})"
    if value and (not kind or type_of(kind)):
        return read, kind
    found = _bracketed(read, match[4] or "") or _ranged(read, match[2] or "")
    return found or replace(read, examples=(value,) if value else (), about=about), ""


def _bracketed(read: PlanProperty, text: str) -> PlanProperty | None:
    """Return a property with the values or the range in the brackets behind it: `size (S/M/L)`, `n (1-5)`."""
    words = [word.strip() for word in re.split(r"[|/]", text)]
    if len(words) > 1 and all(map(SLASHED_WORD.fullmatch, words)):
        return replace(read, values=tuple(words))
    constraint = constraint_of(text, "number") if range_of(text) else None
    return replace(read, constraint=constraint) if constraint else None


def _ranged(read: PlanProperty, text: str) -> PlanProperty | None:
    """Return a property with the range of numbers that a text says, as `1..5`."""
    constraint = certain_range(text)
    return replace(read, constraint=constraint) if constraint else None


# --- types ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TypedProperty:
    """A property with the type that a text names.

    Args:
        is_typed: Whether it names one; a list of values is none.
        unread: Texts of the cell that mean nothing.
        currency: Of money, where the text names one.
    """

    found: PlanProperty
    is_typed: bool
    unread: tuple[str, ...] = ()
    currency: str = ""


def typed(found: PlanProperty, text: str) -> TypedProperty:
    """Return a property with what the cell of its type says.

    Args:
        text: Such as `string`, `list of integer`, `varchar(40)`, `integer (1-5)`, `enum(a, b)`.
    """
    if found.name.endswith("[]"):
        found, text = replace(found, name=found.name[:-2]), text or "list"
    text = "" if text in DASHES else text
    or_null = _OR_NULL.fullmatch(text)
    if or_null and type_of(or_null[1] or or_null[2]):
        found, text = replace(found, is_required=False), or_null[1] or or_null[2]
    aside = _ASIDE.fullmatch(text)
    # `object` and `json` say a map, of which a sheet names the fields in rows of their own.
    named = type_of(text) or (type_of(aside[1]) if aside else None)
    values = split_list(text)
    if named and not (len(values) > 1 and type_of(values[1]) is None and not aside):
        found = replace(found, type=named[0], item=named[1])
        found = _of_format(found, text.split("(")[0].strip().casefold())
        bounded = _bounded(found, aside[1].strip() if aside else text)
        if not aside or (named[0] == "list" and (not aside[2] or type_of(aside[2]))):
            return bounded
        read = _with_aside(bounded.found, aside[2])
        return replace(read, unread=(*bounded.unread, *read.unread))
    if len(values) > 1 and not found.values:
        return TypedProperty(replace(found, values=values), False)
    return TypedProperty(found, False, (text,) if text else ())


def _bounded(found: PlanProperty, text: str) -> TypedProperty:
    """Return a property with the bounds that stand behind the word of its type: `int 1..5`."""
    behind = _BOUNDED.fullmatch(text)
    if not behind or type_of(behind[1]) is None or found.type == "list":
        return TypedProperty(found, True)
    money = _money(found, behind[2])
    if money:
        return money
    bounds = constraint_of(behind[2], found.type)
    if bounds:
        return TypedProperty(_constrained(found, bounds), True)
    is_said = _is_filler(behind[2]) or not any(map(str.isdigit, behind[2]))
    return TypedProperty(found, True, () if is_said else (behind[2],))


_IN_CURRENCY = re.compile(r"(?:(?:in|en)\s+|[-–—:,]\s*)?([^\s\d]+)", re.IGNORECASE)


def _money(found: PlanProperty, text: str) -> TypedProperty | None:
    """Return a number as money where a currency stands behind its type: `(EUR)`, `in EUR`, `- €`."""
    named = _IN_CURRENCY.fullmatch(text.strip())
    if (
        not named
        or found.type not in ("number", "integer", "money")
        or not is_currency(named[1])
    ):
        return None
    (code,) = currencies_in(named[1]) or {""}
    unread = () if code else (named[1],)
    return TypedProperty(replace(found, type="money"), True, unread, code)


def _is_filler(text: str) -> bool:
    """Return whether a text behind a type says no more than the type does."""
    return all(
        word in _FILLERS or type_of(word) for word in re.findall(r"[^\W_]+", text.casefold())
    )


def _of_format(found: PlanProperty, word: str) -> PlanProperty:
    """Return a property of a type such as `email` or `date` as a text of this format, where its examples agree."""
    name = FORMAT_TYPES.get(word, "")
    seen = (*found.examples, *found.values)
    agrees = name and all(matches(FORMATS[name], seen) or ())
    if not agrees:
        return found
    return replace(found, type="text", constraint=replace(found.constraint, format=name))


def _with_aside(found: PlanProperty, aside: str) -> TypedProperty:
    """Return a property with what stands in brackets, or behind a comma, after its type."""
    words = re.findall(r"[^\W_]+", aside.casefold())
    if any(word == "required" for word in words):
        found = replace(found, is_required=True)
    if found.type == "text":
        found = _of_format(found, aside.strip().casefold())
    money = _money(found, aside)
    if money:
        return money
    aside = _ONE_OF.sub("", aside)
    if _is_filler(aside) and not range_of(aside):
        return TypedProperty(found, True)
    if aside.isdecimal() and found.type == "text":
        return TypedProperty(_constrained(found, Constraint(most=int(aside))), True)
    constraint = constraint_of(aside, found.type)
    if constraint:
        return TypedProperty(_constrained(found, constraint), True)
    values = (
        split_list(aside) if len(split_list(aside)) > 1 else tuple(re.split(r"\s*/\s*", aside))
    )
    # `decimal(10,2)` says how many digits are stored, and no value; an object has fields.
    is_size = found.type == "number" and all(map(str.isdecimal, values))
    if len(values) > 1 and not (found.values or is_size or found.type == "record"):
        return TypedProperty(replace(found, values=values), True)
    name = format_of(aside)
    if name and found.type == "text":
        return TypedProperty(_constrained(found, Constraint(format=name)), True)
    return TypedProperty(found, True, (aside,))


# --- constraints and values ------------------------------------------------------------------------------------------


def _constrained(found: PlanProperty, more: Constraint) -> PlanProperty:
    return replace(found, constraint=joined_constraints(found.constraint, more))


def with_allowed(read: PlanProperty, text: str, *, is_typed: bool) -> PlanProperty:
    """Return a property with the allowed values of a cell, or the constraint that it says instead."""
    text, length = _without_elements(text)
    kind = (
        (read.item if read.type == "list" and read.item else read.type) if is_typed else "any"
    )
    constraint = constraint_of(text, kind) or FREE
    values, some = ((), ()) if constraint else values_in(text, read)
    return replace(
        read,
        values=values or read.values,
        examples=tuple(dict.fromkeys((*read.examples, *some))),
        constraint=joined_constraints(read.constraint, constraint),
        length=length or read.length,
    )


def not_allowed(read: PlanProperty) -> Iterator[str]:
    """Yield the examples of a property that its allowed values leave out."""
    if read.type in ("list", "record", "boolean", "time"):
        return
    values = {_as_compared(value) for value in read.values}
    yield from (text for text in read.examples if values and _as_compared(text) not in values)


def _as_compared(text: str) -> str:
    number = written_number(text)
    return f"{number.value.normalize():f}" if number else text.strip("\"'").casefold()


def _without_elements(text: str) -> tuple[str, Constraint]:
    """Return a cell without the clause on how many elements a list has, and that."""
    found = _ELEMENTS.search(text)
    length = length_of(found[1], is_most=False) if found else None
    if not found or not length:
        return text, FREE
    return text.replace(found[0], "").strip("; "), length


def examples_in(cell: str) -> Iterator[str]:
    """Yield the examples of a cell, without `e.g.` before them."""
    plain = re.sub(
        r"^(?:e\.?\s?g\.?|i\.e\.|ej\.|p\. ?ej\.|z\. ?B\.|например|ex\.)[:,]?\s+",
        "",
        cell,
        flags=re.IGNORECASE,
    )
    # Words between commas are several; a text with a comma in it stands in quotes, or has spaces.
    yield from plain.split(", ") if _WORDS.fullmatch(plain) else split(plain)
