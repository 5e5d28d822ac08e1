"""Headers of tables: which kind of table a row begins, and which column says what.

Titles are known by what we and others call them. What is called so beyond doubt comes first;
then what may be meant so (`Screen` for Category) fills the gaps.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from footfall.tracking_plan.columns_of_others import (
    MORE_EVENT_COLUMNS,
    MORE_PROPERTY_COLUMNS,
    MORE_USER_COLUMNS,
)
from footfall.tracking_plan.sheet_columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    PATH_COLUMNS,
    PLAN_COLUMNS,
    USER_COLUMNS,
    SheetColumn,
)

MOST_TITLES = 64
"""Of a header row: each place to cut it in two is tried, so the time grows with the square."""
MOST_CHARACTERS = 100
"""Of a title."""
KIND_OF_CALL = "Kind of call"
Titles = Sequence[tuple[int, tuple[str, ...]]]
"""Columns of a header row, and what each may be called."""
Shown = Mapping[int, str]
"""Columns whose titles mean several things → the title that their cells show, "" for none."""
_SPACES = re.compile(r"[\s_\-–—]+")
_ASIDE = re.compile(r"\s*[(\[].*?[)\]]\s*")
_DIGITS = re.compile(r"(?<![a-z])[0-9]{1,3}(?![a-z])")
_SUBJECTS = (
    "property",
    "properties",
    "parameter",
    "parameters",
    "param",
    "attribute",
    "field",
    "variable",
    "key",
)
_ASPECTS = {
    "name": "Property", "key": "Property", "id": "Property", "data type": "Type", "type": "Type", "format": "Format",
    "description": "Property description", "definition": "Property description", "meaning": "Property description",
    "value": "Allowed values", "values": "Allowed values", "options": "Allowed values", "enum": "Allowed values",
    "enum values": "Allowed values",
    "allowed values": "Allowed values", "possible values": "Allowed values", "value type": "Type",
    "example": "Example", "examples": "Example", "sample": "Example", "example value": "Example",
    "required": "Required", "mandatory": "Required", "presence": "Required", "status": "Required", "range": "Range",
}  # fmt: skip
"""Behind a word for a property: which column that is."""
SLOTS = {"Property": False, "Required properties": True, "Optional properties": False}
"""Titles of columns that name properties, and whether these are required."""
OF_A_PROPERTY = ("Type", "Required", "Allowed values", "Example", "Property description")
_SIGNS = " *:.,;!?¿¡#№'\"’`"


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table.

    Args:
        keys: Titles, one of which its header must have; the first is its own, others are only
            believed in sheets that are about it.
        about: Words of captions, and names of sheets, that say so.
        second: Title → that which the same words mean behind the third title.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    keys: tuple[str, ...]
    about: re.Pattern[str] | None = None
    second: tuple[tuple[str, str, str], ...] = ()


def _named(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


EVENTS = TableKind(
    "events",
    (*EVENT_COLUMNS, *MORE_EVENT_COLUMNS),
    ("Event",),
    _named("event|событи|ereignis|événement|evento"),
    (("Event", "Property", "Event"), ("Description", "Property description", "Property")),
)
USERS = TableKind(
    "users",
    (*USER_COLUMNS, *MORE_USER_COLUMNS),
    ("User property",),
    _named("user|people|person|profile|customer|пользовател|nutzer|utilisateur|usuari"),
)
DICTIONARY = TableKind("dictionary", (*USER_COLUMNS, *MORE_USER_COLUMNS), ("User property",))
PATH = TableKind(
    "path",
    PATH_COLUMNS,
    ("Stage", "Events"),
    _named("path|funnel|stage|journey|cjm|путь|воронк|этап"),
)
NESTED = TableKind("nested", (*USER_COLUMNS, *MORE_USER_COLUMNS), ("User property",))
"""Events and their properties, below each other in one column of names."""
CROSSED = TableKind("crossed", (*USER_COLUMNS, *MORE_USER_COLUMNS), ("User property",))
"""Properties, with a column for each event that has them."""
_PEOPLE = re.compile(
    r"user|people|person|profile|customer|trait|пользовател|nutzer|utilisateur|usuari|event prop"
)
PLAN = TableKind("plan", PLAN_COLUMNS, ("About this plan",))
CATEGORIES = TableKind("categories", CATEGORY_COLUMNS, ("Event category",))
KINDS = (EVENTS, USERS, PATH, PLAN, CATEGORIES)


@dataclass(slots=True)
class Match:
    """A part of a row, taken as the header of one kind of table.

    Args:
        is_about: The sheet's name or a caption says that it is about this.
        columns: Title → column.
        more: Further columns of properties, each with those that follow it and speak of it.
        notes: Further columns of descriptions.
        guessed: Columns that are called otherwise → the title that they are taken for.
    """

    kind: TableKind
    is_about: bool
    columns: dict[str, int] = field(default_factory=dict)
    more: dict[int, dict[str, int]] = field(default_factory=dict)
    notes: list[int] = field(default_factory=list)
    guessed: dict[int, str] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """Return how many titles it explains, 0 when it is no header of this kind."""
        keys = self.kind.keys if self.is_about else self.kind.keys[:1]
        is_one = len(self.columns) > 1 and any(key in self.columns for key in keys)
        return len(self.columns) if is_one else 0

    @property
    def rank(self) -> tuple[int, int]:
        """Return by what kinds are compared.

        `Name, Type, Description` is of properties where no caption says more.
        """
        is_of_properties = "Type" in self.columns and "Property" not in self.columns
        # A caption, or the sheet's name, that says so is worth two titles.
        likely = {"users": 1, "events": 0 if is_of_properties else 2}.get(self.kind.name, 0)
        return self.score + 2 * (self.is_about and self.score > 0), likely


def match_headers(titles: Titles, about: str, shown: Shown) -> list[Match]:
    """Return the tables that a header row begins: cut where two tables explain more titles than one.

    Args:
        titles: Of the row.
        about: Name of the sheet, and the caption.
        shown: Columns of which the cells below show what they are.
    """
    best = [_best(titles, about, shown)]
    for cut in range(1, len(titles)):
        left, right = (_best(part, about, shown) for part in (titles[:cut], titles[cut:]))
        explained = left.score + right.score
        is_more = explained > sum(match.score for match in best)
        # `Screen, Action, Event, Property`: what could be the name of events is none beside it.
        is_more = is_more and not (
            left.kind is right.kind and (has_guess(left) or has_guess(right))
        )
        # `Property, Type, Property, Type` are further properties of the events on the left.
        are_people = right.kind not in (USERS, DICTIONARY) or says_people(titles[cut:])
        if left.score and right.score and is_more and (are_people or left.kind is not EVENTS):
            best = [left, right]
    return [match for match in best if match.score]


def properties_alone(titles: Titles) -> list[Match]:
    """Return titles as those of a table of events' properties: one names these, as `Field`, and another says more."""
    match = _match(titles, EVENTS, "", {})
    if len(match.columns) < 2 or "Event" in match.columns or "Property" not in match.columns:
        return []
    meaning = {"Property": "User property", "Property description": "Description"}
    columns = {meaning.get(title, title): column for title, column in match.columns.items()}
    guessed = {column: meaning.get(title, title) for column, title in match.guessed.items()}
    return [replace(match, kind=DICTIONARY, columns=columns, guessed=guessed)]


def has_guess(match: Match) -> bool:
    """Return whether the title that a table must have is only taken for it."""
    return any(title in match.kind.keys for title in match.guessed.values())


def _best(titles: Titles, about: str, shown: Shown) -> Match:
    found = (_match(titles, kind, about, shown) for kind in KINDS)
    best = max(found, key=lambda match: match.rank)
    if best.kind is USERS and _is_dictionary(titles, about):
        return replace(best, kind=DICTIONARY)
    return best


def says_people(titles: Titles) -> bool:
    """Return whether a title says that what stands below is of people, or of all events."""
    words = " ".join(name for _, names in titles for name in names)
    return bool(_PEOPLE.search(words))


def _is_dictionary(titles: Titles, about: str) -> bool:
    """Return whether a table is of the events' properties rather than of people's, as both may have one header."""
    words = " ".join((about, *(name for _, names in titles for name in names)))
    people, events = USERS.about, EVENTS.about
    assert people is not None
    assert events is not None
    return not people.search(words) and bool(events.search(words))


def says_kind(kind: TableKind, text: str) -> bool:
    """Return whether a line above titles says that their table is of people, or of all events."""
    words = {"users": _PEOPLE, "dictionary": EVENTS.about, "crossed": EVENTS.about}
    about = words.get(kind.name)
    return bool(about and about.search(text))


def _match(titles: Titles, kind: TableKind, about: str, shown: Shown) -> Match:
    match = Match(kind, bool(kind.about and kind.about.search(about)))
    rest: list[tuple[int, str]] = []
    explicit = {title_of(kind, name) for _, names in titles for name in names}
    for column, names in titles:
        if kind is EVENTS and column in shown and shown[column] not in match.columns:
            if shown[column]:
                match.columns[shown[column]] = column
            continue
        title = next(filter(None, (title_of(kind, name) for name in names)), None)
        if title is not None:
            _assign(match, title, column, explicit)
        else:
            rest += [(column, name) for name in names[-1:]]
    for column, name in rest:
        _guess(match, column, name, explicit)
    # What names the calls alone names the events: `page` and `track` are what they are called.
    if kind is EVENTS and "Event" not in match.columns and KIND_OF_CALL in match.columns:
        others = {column: title for column, title in shown.items() if title != KIND_OF_CALL}
        return _match(titles, kind, about, others)
    if kind is EVENTS and match.columns.keys().isdisjoint(SLOTS):
        # Without properties in rows, `length` and `format` are what columns of properties are called.
        match.columns = {t: c for t, c in match.columns.items() if t not in _OF_PROPERTIES}
    return match


def title_of(kind: TableKind, name: str) -> str | None:
    """Return which of a kind's titles a name is.

    `property 2` is a property like `property`, and `parameter key` one like `property name`.
    """
    titles = _TITLES[kind.name]
    if name in titles or kind is not EVENTS:
        return titles.get(name)
    plain = _SPACES.sub(" ", _DIGITS.sub(" ", name)).strip()
    if plain != name and titles.get(plain) in ("Property", *OF_A_PROPERTY):
        return titles[plain]
    subject, _, aspect = plain.partition(" ")
    return _ASPECTS.get(aspect) if subject in _SUBJECTS else None


def _assign(match: Match, title: str, column: int, explicit: Collection[str | None]) -> None:
    """Give a title to a column; `explicit` are those that some column of the row is called by."""
    for words, meaning, behind in match.kind.second:
        is_behind = match.columns.get(behind, column) < column
        is_free = meaning not in match.columns and (meaning == words or meaning not in explicit)
        if title == words and is_behind and is_free:
            title = meaning
    if title not in match.columns:
        if title in SLOTS and not match.columns.keys().isdisjoint(SLOTS):
            match.more[column] = {}
        match.columns[title] = column
    elif title == "Property":
        match.more[column] = {}
    elif match.more and title in OF_A_PROPERTY and column > max(match.more):
        match.more[max(match.more)].setdefault(title, column)


def _guess(match: Match, column: int, name: str, explicit: Collection[str | None]) -> None:
    title = _GUESSES[match.kind.name].get(name)
    if title is None:
        return
    if title == "Description" and title in match.columns:
        match.notes.append(column)
        return
    n_before = len(match.columns)
    _assign(match, title, column, explicit)
    if len(match.columns) > n_before and name not in _NAMES:
        match.guessed[column] = next(t for t, c in match.columns.items() if c == column)


_OF_PROPERTIES = frozenset(column.title for column in MORE_PROPERTY_COLUMNS)
_NAMES = ("name", "nombre", "nom", "nome", "название")


def is_title(names: Iterable[str]) -> bool:
    """Return whether any table has a column that is called so."""
    return any(name in ALL_TITLES for name in names)


@lru_cache(maxsize=10_000)
def normal(title: str) -> str:
    """Return a title as titles are compared.

    Small, in single spaces, without accents, signs around it, and what brackets hold.
    """
    if len(title) > MOST_CHARACTERS:
        return ""  # no title, and long texts cost time
    plain = unicodedata.normalize("NFKD", title.casefold())
    small = "".join(c for c in plain if not unicodedata.combining(c))
    small = re.sub("['’`]", "", small)
    text = _SPACES.sub(" ", _ASIDE.sub(" ", small)).strip(_SIGNS)
    return text or _SPACES.sub(" ", small).strip()


def _known_titles(columns: Iterable[SheetColumn]) -> dict[str, str]:
    """Return what columns may be called, as compared, → the title."""
    known = [column for column in columns if column.title != KIND_OF_CALL]
    aliases = ((alias, column) for column in known for alias in column.aliases)
    exact = {normal(column.title): column.title for column in known}
    # What we call a column ourselves counts more than what others may mean by the same word.
    return {normal(alias): column.title for alias, column in aliases} | exact


def _guessed_titles(columns: Iterable[SheetColumn]) -> Mapping[str, str]:
    return {normal(name): column.title for column in columns for name in column.guesses}


_ALL_KINDS = (*KINDS, DICTIONARY, NESTED, CROSSED)
_TITLES = {kind.name: _known_titles(kind.columns) for kind in _ALL_KINDS}
_GUESSES = {kind.name: _guessed_titles(kind.columns) for kind in _ALL_KINDS}
RANGE_TITLES = frozenset(("bereich",))
"""Titles of columns that mean ranges only where ranges stand below: else a part of the product."""
CALL_TITLES = frozenset(
    normal(name)
    for column in MORE_EVENT_COLUMNS
    if column.title == KIND_OF_CALL
    for name in (column.title, *column.aliases)
)
ALL_TITLES = frozenset(
    name for names in (*_TITLES.values(), *_GUESSES.values()) for name in names
)
ALL_KEYS = frozenset(
    name
    for kind in KINDS
    for name, title in (*_TITLES[kind.name].items(), *_GUESSES[kind.name].items())
    if title in kind.keys
)
EVENT_KEYS = frozenset(name for name, title in _TITLES["events"].items() if title == "Event")
PROPERTY_KEYS = frozenset(
    name for name, title in _TITLES["users"].items() if title == "User property"
)
OF_ONE_PROPERTY = frozenset(
    ("name", "type", "data type", "description", "definition", "required", "mandatory", "example", "examples",
     "values", "allowed values", "possible values", "notes", "nombre", "tipo", "descripcion", "ejemplo",
     "название", "тип", "описание", "пример")
)  # fmt: skip
"""What a table of properties calls its columns below a line that says `Properties`."""
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_HALVES = re.compile(r"\s*[/|\n]\s*|\s+[-–—]\s+")


@lru_cache(maxsize=10_000)
def title_in(text: str) -> str:
    """Return a title as titles are compared; of one in two languages, `Ereignis / Event`, a half that is known.

    Halves that mean two things, as `Event / Property`, are none.
    """
    whole = normal(text)
    halves = _HALVES.split(text)
    # `Owner (event)` is of events, `事件 (Event)` is one.
    halves += [] if whole.isascii() else _IN_BRACKETS.findall(text)
    known = [half for half in map(normal, halves) if half in ALL_TITLES]
    meant = {tuple(_meaning(kind, half) for kind in (EVENTS, USERS)) for half in known}
    return known[0] if whole not in ALL_TITLES and len(meant) == 1 else whole


def _meaning(kind: TableKind, name: str) -> str | None:
    return title_of(kind, name) or _GUESSES[kind.name].get(name)


PARAMETER_GROUPS = frozenset(
    name
    for name, title in _TITLES["events"].items()
    if title in ("Property", "Required properties", "Optional properties")
)
USER_GROUPS = frozenset(
    name for name, title in _TITLES["events"].items() if title == "User properties"
)
