"""Fakes of people: names, mail addresses, telephone numbers and places near the city."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from footfall.model import builtins
from footfall.model.model import Model
from footfall.model.values import Array
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.fakes.fake_draws import below, draw, joined, or_null
from footfall.sim.fakes.name_lists import FEMALE, MALE, names
from footfall.sim.fakes.phone_ranges import RANGES
from footfall.sim.identities import DAY_BITS, FIRST_DAY, PLACE_BITS, parts_of

_GENDERS = {
    "female": FEMALE,
    "f": FEMALE,
    "woman": FEMALE,
    "male": MALE,
    "m": MALE,
    "man": MALE,
}
_DOMAINS = np.array([b"@example.com"] * 7 + [b"@example.org"] * 2 + [b"@example.net"])
"""Reserved by RFC 2606: mail to them reaches nobody."""
_KM_PER_DEGREE = 111.2
_SCATTER_KM = 5.2
"""Half of the people live within some 4 km of the point that stands for their city."""


def first_name(context: EvaluationContext, genders: Sequence[Array]) -> Array:
    """Return given names by language and gender: shape (n,), bytes."""
    return _given(context, genders[0])


def last_name(context: EvaluationContext, genders: Sequence[Array]) -> Array:
    """Return family names by language: shape (n,), bytes."""
    return _family(context, genders[0])


def full_name(context: EvaluationContext, genders: Sequence[Array]) -> Array:
    """Return both names, in the order of the language: shape (n,), bytes."""
    given, family = _given(context, genders[0]), _family(context, genders[0])
    space = np.array(b" ")
    is_family_first = names().is_family_first.take(_languages(context))
    return np.where(is_family_first, joined(family, space, given), joined(given, space, family))


def email(context: EvaluationContext, genders: Sequence[Array]) -> Array:
    """Return mail addresses that fit the names; no two people have the same.

    The digits at the end of the first part are the person's identity, and names have no digits.
    """
    given = _given(context, genders[0], is_plain=True)
    family = _family(context, genders[0], is_plain=True)
    style = below(draw(context, "mail style"), 10)
    point = np.where(np.less(style, 5), b".", np.where(np.less(style, 7), b"_", b""))
    first = np.where(np.equal(style, 9), given.astype("S1"), given)
    domain = _DOMAINS.take(below(draw(context, "mail domain"), len(_DOMAINS)))
    return joined(first, point, family, _numbers(context).astype(np.bytes_), domain)


def _numbers(context: EvaluationContext) -> Array:
    """Return a number of each one's identity: its bits in another order, so that few people have small ones."""
    channel, day, place = parts_of(context.state.identities.take(context.rows))
    return ((channel << PLACE_BITS) + place << DAY_BITS) + (day - FIRST_DAY)


def phone(context: EvaluationContext, _needs: Sequence[Array]) -> Array:
    """Return telephone numbers that belong to nobody; null where a country keeps none free."""
    countries = _home_words(context.model)[0].take(_homes(context))
    random, digits = draw(context, "phone"), draw(context, "phone digits")
    found = np.full(len(random), b"", "S16")
    for known, ranges in RANGES.items():
        mine = np.equal(countries, known.encode())
        which = below(random[mine], len(ranges))
        for number, written in enumerate(ranges):
            rows = np.flatnonzero(mine)[np.equal(which, number)]
            found[rows] = _numbers_of(written, digits[rows])
    return or_null(found, np.not_equal(found, b""))


def _numbers_of(written: str, random: Array) -> Array:
    head, n_digits = written.rstrip("#").encode(), written.count("#")
    # A digit more in front, which is cut off again, keeps the zeros.
    number = (below(random, 10**n_digits) + 10**n_digits).astype("S5")
    characters = number.view(np.uint8).reshape(len(number), 5)[:, 1 : 1 + n_digits]
    return joined(np.array(head), np.ascontiguousarray(characters).view(f"S{n_digits}")[:, 0])


def latitude(context: EvaluationContext, cities: Sequence[Array]) -> Array:
    """Return degrees north, near the city's: shape (n,), float64."""
    return _rounded(cities[0] + _scatter_km(context, "north") / _KM_PER_DEGREE)


def longitude(context: EvaluationContext, cities: Sequence[Array]) -> Array:
    """Return degrees east, near the city's: shape (n,), float64."""
    north, east = cities
    # Bhaskara's formula for the cosine of degrees is right within 0.2 %, and made of what all
    # processors compute alike.
    square = north * north
    cosine = (32_400.0 - 4.0 * square) / (32_400.0 + square)
    return _rounded(
        east + _scatter_km(context, "east") / (_KM_PER_DEGREE * np.maximum(cosine, 0.05))
    )


def _scatter_km(context: EvaluationContext, name: str) -> Array:
    """Return how far each one lives from the middle of the city: nearly normal, a sum of four uniform values."""
    random = draw(context, name)
    parts = [
        (random >> np.uint64(16 * k) & np.uint64(0xFFFF)).astype(np.int64) for k in range(4)
    ]
    return ((parts[0] + parts[1] + parts[2] + parts[3]) - 131_070) / 65_536.0 * _SCATTER_KM


def _rounded(degrees: Array) -> Array:
    return np.floor(degrees * 10_000.0 + 0.5) / 10_000.0


# --- who they are ----------------------------------------------------------------------------------------------------


def _given(context: EvaluationContext, genders: Array, *, is_plain: bool = False) -> Array:
    random, language = draw(context, "first name"), _languages(context)
    return names().given.pick(random, language, _genders(context, genders), is_plain=is_plain)


def _family(context: EvaluationContext, genders: Array, *, is_plain: bool = False) -> Array:
    random, language = draw(context, "last name"), _languages(context)
    return names().family.pick(random, language, _genders(context, genders), is_plain=is_plain)


def _genders(context: EvaluationContext, codes: Array) -> Array:
    """Return each one's gender: as the property says, else drawn."""
    texts = context.model.texts
    drawn = below(draw(context, "gender"), 2)
    codes = np.broadcast_to(codes, drawn.shape)
    known, places = np.unique(codes, return_inverse=True)
    genders = [_GENDERS.get(texts[c].lower(), -1) if c >= 0 else -1 for c in known.tolist()]
    said = np.array(genders).take(places.reshape(codes.shape))
    return np.where(np.less(said, 0), drawn, said)


def _homes(context: EvaluationContext) -> Array:
    return context.state.columns[builtins.HOME].take(context.rows)


def _languages(context: EvaluationContext) -> Array:
    return _home_words(context.model)[1].take(_homes(context))


@lru_cache(maxsize=4)
def _home_words(model: Model) -> tuple[Array, Array]:
    """Return each home's country, and whose names people have there: shape (C,) each."""
    _, country, language, _ = model.home
    countries = [_text(model, code) for code in model.tables[country].values[:-1].tolist()]
    languages = [""] * len(countries)
    if language >= 0:
        languages = [_text(model, code) for code in model.tables[language].values[:-1].tolist()]
    known = names()
    return (
        np.array([one.upper().encode() for one in countries]),
        np.array([known.language(*pair) for pair in zip(countries, languages, strict=True)]),
    )


def _text(model: Model, code: int) -> str:
    return model.texts[code] if code >= 0 else ""
