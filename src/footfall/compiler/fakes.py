"""Fakes: made-up attributes as operations on what they have to fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from footfall.compiler.expressions.typed_values import load, null
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.symbols import Scope, Symbol, TypeOf, Variable
from footfall.errors import SourceLocation
from footfall.model import builtins
from footfall.model.operations import Op
from footfall.model.values import Kind
from footfall.scenario.leaf_records import Expression
from footfall.scenario.records import Property

_VISITS = Op("load", "integer", value=builtins.VISITS)
_COORDINATES = {"latitude": ("latitude", "lat"), "longitude": ("longitude", "lon", "lng")}
"""Columns of the home catalogue in which the places of cities are looked for."""


@dataclass(frozen=True, slots=True)
class Fake:
    """A kind of made-up attributes.

    Args:
        owners: Whose it can be: `people`, `sessions`.
        size: Of texts: the most bytes that one has.
        kind: Kind of its values.
        is_nullable: Some have none.
    """

    owners: tuple[str, ...]
    size: int
    kind: Kind = "composed"
    is_nullable: bool = False


PEOPLE, SESSIONS = ("people",), ("sessions",)
FAKES: Mapping[str, Fake] = {
    "first name": Fake(PEOPLE, 40),
    "last name": Fake(PEOPLE, 40),
    "full name": Fake(PEOPLE, 81),
    "email": Fake(PEOPLE, 96),
    "phone": Fake(PEOPLE, 16, is_nullable=True),
    "latitude": Fake(PEOPLE, 0, "number", is_nullable=True),
    "longitude": Fake(PEOPLE, 0, "number", is_nullable=True),
    "ip address": Fake((*PEOPLE, *SESSIONS), 40),
    "user agent": Fake(SESSIONS, 160),
    "landing page": Fake(SESSIONS, 96),
    "referrer": Fake(SESSIONS, 96, is_nullable=True),
}
"""What the language calls them (`scenario/vocabulary.py`) → what they are; `sim/fakes` makes them."""


@dataclass(frozen=True, slots=True)
class FakePlace:
    """A property that is made up.

    Args:
        owner: `people` or `sessions`.
        names: The other properties of the owner.
    """

    declared: Property
    owner: str
    names: Mapping[str, Symbol]

    @property
    def at(self) -> SourceLocation:
        """The place of the declaration."""
        return self.declared.at


def is_right(typer: Typer, place: FakePlace) -> bool:
    """Tell whether an owner can have a fake, of the type that is declared; noted if not."""
    declared, fake = place.declared, FAKES[place.declared.fake]
    if place.owner not in fake.owners:
        others = ", ".join(name for name, one in FAKES.items() if place.owner in one.owners)
        message = f'"{declared.name}": {declared.fake} is one of {fake.owners[0]}, not of {place.owner}'
        typer.problems.add(place.at, message, f"of {place.owner}: {others}")
        return False
    wanted = "text" if fake.kind == "composed" else fake.kind
    if declared.type not in (None, wanted):
        typer.problems.add(
            place.at,
            f'"{declared.name}" is made up, and not of the type {declared.type}',
            wanted,
        )
        return False
    return True


def fake_value(typer: Typer, place: FakePlace) -> Op | None:
    """Return a fake as an operation on what it has to fit; None, and noted, where that is not there."""
    name = place.declared.fake
    fake, args = FAKES[name], _NEEDS.get(name, _nothing)(typer, place)
    if args is None:
        return None
    return Op("fake", fake.kind, args, is_nullable=fake.is_nullable, of=name)


_Needs = Callable[[Typer, FakePlace], tuple[Op, ...] | None]


def _nothing(_typer: Typer, _place: FakePlace) -> tuple[Op, ...]:
    return ()


def _gender(_typer: Typer, place: FakePlace) -> tuple[Op, ...]:
    return (_text_of(place, "gender"),)


def _visits(_typer: Typer, place: FakePlace) -> tuple[Op, ...]:
    return () if place.owner == "people" else (_VISITS,)


def _source(_typer: Typer, place: FakePlace) -> tuple[Op, ...]:
    return (_VISITS, _text_of(place, "source")) if "source" in place.names else (_VISITS,)


def _text_of(place: FakePlace, name: str) -> Op:
    """Return a text property of a name that fakes know; null where there is none."""
    symbol = place.names.get(name)
    if isinstance(symbol, Variable) and symbol.type.kind == "text":
        return load(symbol)
    return null("text")


def _device(typer: Typer, place: FakePlace) -> tuple[Op, ...] | None:
    return _compiled(typer, place, ("os_name", "platform"), None)


def _city(typer: Typer, place: FakePlace) -> tuple[Op, ...] | None:
    columns = typer.tables[typer.home].columns
    found = [next((c for c in names if c in columns), None) for names in _COORDINATES.values()]
    there = tuple(column for column in found if column is not None)
    if len(there) < len(found):
        accepted = " and ".join(" or ".join(names) for names in _COORDINATES.values())
        message = f'"{place.declared.name}": the cities of "{typer.home}" have no {place.declared.fake}'
        typer.problems.add(place.at, message, f"columns {accepted}")
        return None
    return _compiled(typer, place, there, TypeOf("number"))


def _compiled(
    typer: Typer, place: FakePlace, names: tuple[str, ...], wanted: TypeOf | None
) -> tuple[Op, ...] | None:
    ops = [typer.compile(Expression(name, place.at), Scope(()), wanted) for name in names]
    return tuple(op for op in ops if op is not None) if None not in ops else None


_NEEDS: Mapping[str, _Needs] = {
    "first name": _gender,
    "last name": _gender,
    "full name": _gender,
    "email": _gender,
    "latitude": _city,
    "longitude": _city,
    "ip address": _visits,
    "user agent": _device,
    "landing page": _visits,
    "referrer": _source,
}
"""Fake → its function for what it depends on."""
