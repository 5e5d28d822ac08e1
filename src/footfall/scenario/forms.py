"""The forms in which `language.py` describes what can stand in a place, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from footfall.scenario.leaf_records import Text


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value.

    Args:
        name: What to call it in the reference: `duration`.
        read: Gives the value of a text; raises `UnitError`.
        accepts: One sentence for messages: what is accepted, with an example.
        json: JSON Schema of what an editor sees after YAML has typed it.
        takes_null: An unquoted `null` is read too, not refused.
    """

    name: str
    read: Callable[[Text], Any]
    accepts: str
    json: Mapping[str, Any]
    takes_null: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of `least` to `most` items of one form. Read as a list of what was read.

    Args:
        keeps_rest: An item that cannot be read is left out, so that what is wrong with the others is found too.
    """

    item: Form
    least: int = 0
    most: int | None = None
    keeps_rest: bool = False


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with free keys. Read as a list of `MapEntry`.

    Args:
        noun: What a key is: `event`.
        is_folded: Keys that differ only in case are refused.
        keeps_rest: As in a list.
    """

    key: Scalar
    value: Form
    noun: str
    least: int = 0
    is_folded: bool = False
    keeps_rest: bool = False


@dataclass(frozen=True, slots=True)
class ByShape:
    """A form each for a single value, a list and a map; None where that shape is refused."""

    scalar: Form | None = None
    list: Form | None = None
    map: Form | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A map of the kind of this name. Read as what that kind's builder makes of it.

    Args:
        takes_null: Nothing (`Product Viewed:`) is read as an empty map.
    """

    kind: str
    takes_null: bool = False


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: an event's name, or a map with one verb."""


Form = Scalar | ListOf | MapOf | ByShape | Ref | StepForm


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a kind.

    Args:
        about: Its meaning, one sentence without an end.
        example: As it would be written after the colon.
        default: What holds when it is missing, as shown to people.
        unit: Unit of the value, where it has one.
        is_required: Its absence is a problem.
    """

    name: str
    form: Form
    about: str
    example: str
    default: str = ""
    unit: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class MapKind:
    """A map with known keys.

    Args:
        name: How messages call it: `campaign`.
        keys: In the order of the reference.
        about: One sentence for the reference.
        one_of: Groups of keys of which exactly one must stand.
        at_most_one_of: Groups of keys of which not more than one may stand.
        named_by: Key whose value names it in messages, where it is no key of a map.
    """

    name: str
    about: str
    keys: tuple[Key, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    at_most_one_of: tuple[tuple[str, ...], ...] = ()
    named_by: str = ""
    by_name: Mapping[str, Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A key of a `MapOf` as read, its text and place, and its value as read."""

    name: Any
    key: Text
    value: Any
