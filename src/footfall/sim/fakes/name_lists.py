"""Names of people by language, from the lists in `names.txt`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from footfall.model.values import Array
from footfall.sim.fakes.fake_draws import frequent_first

FEMALE, MALE = 0, 1
_FAMILY_FIRST = ("ja", "zh", "ko")
"""Languages in which the family's name comes first."""
_PLAIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
        "ё": "e",
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "ı": "i",
        "æ": "ae",
    }
)
"""Letters that Unicode does not take apart, in those of addresses."""
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True, eq=False)
class NameList:
    """Names of all languages one after another, those of women and those of men.

    Args:
        names: Shape (N,) each, bytes.
        plain: Shape (N,) each: in the letters a to z alone.
        starts, counts: Shape (L,) each, int64: which of them are a language's.
    """

    names: tuple[Array, Array]
    plain: tuple[Array, Array]
    starts: tuple[Array, Array]
    counts: tuple[Array, Array]

    def pick(self, random: Array, languages: Array, genders: Array, *, is_plain: bool) -> Array:
        """Return a name of each one's language and gender, frequent ones more often: shape (n,)."""
        lists = self.plain if is_plain else self.names
        found = [
            lists[g].take(
                self.starts[g].take(languages)
                + frequent_first(random, self.counts[g].take(languages))
            )
            for g in (FEMALE, MALE)
        ]
        return np.where(np.equal(genders, FEMALE), found[FEMALE], found[MALE])


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The names of people.

    Args:
        languages: Word for a language, or country in capitals → its number.
        is_family_first: Shape (L,), bool.
    """

    languages: dict[str, int]
    is_family_first: Array
    given: NameList
    family: NameList

    def language(self, country: str, language: str) -> int:
        """Return whose names people of a country and language have; English ones where nothing is known of either."""
        # In India English is spoken by people with names of India.
        by_country = self.languages.get(country.upper())
        if country.upper() == "IN" and by_country is not None:
            return by_country
        words = language.lower().replace("-", " ").replace("_", " ").split()
        by_language = self.languages.get(words[0]) if words else None
        return next((n for n in (by_language, by_country) if n is not None), 0)


@cache
def names() -> Names:
    """Read the lists."""
    text = files("footfall.sim.fakes").joinpath("names.txt").read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in text.split("\n[")[1:]]
    heads = [head.replace("]", "").split() for head, *_ in blocks]
    codes = [words[0] for words in heads]
    languages = {word: number for number, words in enumerate(heads) for word in words}
    lists = {
        kind: [
            line[2:].split()
            for block in blocks
            for line in block
            if line.startswith(kind + " ")
        ]
        for kind in ("f", "m", "l")
    }
    forms = [[name.partition("/") for name in block] for block in lists["l"]]
    women = [[female or male for male, _, female in block] for block in forms]
    men = [[male for male, _, _ in block] for block in forms]
    return Names(
        languages,
        np.array([code in _FAMILY_FIRST for code in codes]),
        _name_list(codes, lists["f"], lists["m"]),
        _name_list(codes, women, men),
    )


def _name_list(codes: Sequence[str], *lists: Sequence[Sequence[str]]) -> NameList:
    """Return the lists of women and of men, one per language each, as arrays."""
    counts = [np.array([len(block) for block in blocks]) for blocks in lists]
    of_women, of_men = (_joined(zip(codes, blocks, strict=True)) for blocks in lists)
    return NameList(
        names=(of_women[0], of_men[0]),
        plain=(of_women[1], of_men[1]),
        starts=(np.cumsum(counts[0]) - counts[0], np.cumsum(counts[1]) - counts[1]),
        counts=(counts[0], counts[1]),
    )


def _joined(blocks: Iterable[tuple[str, Sequence[str]]]) -> tuple[Array, Array]:
    """Return the names of all languages one after another, as they are and plain."""
    pairs = [(name, plain(name, code)) for code, block in blocks for name in block]
    whole, plain_ones = zip(*pairs, strict=True)
    return np.array([n.encode() for n in whole]), np.array([n.encode() for n in plain_ones])


def plain(name: str, language: str = "") -> str:
    """Return a name in the letters a to z, as people of a language write it in addresses.

    Examples:
        >>> plain("Müller", "de"), plain("Łukasz"), plain("Щукина")
        ('mueller', 'lukasz', 'shchukina')
    """
    lower = name.lower().translate(_GERMAN if language == "de" else {}).translate(_PLAIN)
    taken_apart = unicodedata.normalize("NFKD", lower)
    return "".join(letter for letter in taken_apart if "a" <= letter <= "z")
