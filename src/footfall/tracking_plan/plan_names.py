"""Names of a plan's parts in a scenario: identifiers, with the plan's own names as aliases where they are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from footfall.errors import UnitError
from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.names import (
    BUILT_IN,
    MOST_IDENTIFIER,
    MOST_LABEL,
    MOST_SCENARIO,
    composed,
    folded,
    parse_identifier,
    parse_title,
    parse_variable,
    parse_written,
)
from footfall.tracking_plan.plan import Plan
from footfall.tracking_plan.readers.grid import clean

ALWAYS_THERE = ("city", "country", "language", "time_zone", "platform", "os_name")
"""User properties that every scenario has without declaring them."""
TOLD_BY_STAGES = "stage"
"""A user property that no scenario can declare: changes tell under this name where a person stands."""
RESERVED_JOURNEYS = ("life", "visit")
_CYRILLIC: dict[str, str] = dict(
    re.findall(
        "(.)=([a-z]*)",
        "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p "
        "р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
        "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g",
    )
)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def latin(text: str) -> str:
    """Return a text in ASCII letters as far as there are some for it: `Цена` → `Tsena`, `é` → `e`."""
    # Composed first, so that й is one letter and found in the table; what is no Cyrillic loses
    # its accents afterwards.
    spelled = "".join(_letter(character) for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _letter(character: str) -> str:
    found = _CYRILLIC.get(character.lower())
    if found is None:
        return character
    return found.capitalize() if character.isupper() else found


def identifier(text: str, otherwise: str = "property") -> str:
    """Return the name nearest to a text that is an identifier."""
    # Underscores at the ends stay where they are the plan's own: names that nothing changes are
    # the same in both.
    name = re.sub(r"[^A-Za-z0-9_]+", "_", latin(text))
    name = name if name == latin(text) else name.strip("_")
    name = f"{otherwise}_{name}".rstrip("_") if not name or name[0].isdigit() else name
    return _legal(name[:MOST_IDENTIFIER], parse_identifier)


def variable(text: str, otherwise: str = "property") -> str:
    """Return the name nearest to a text that expressions can use."""
    name = _legal(identifier(text, otherwise), parse_variable)
    return f"its_{name}"[:MOST_IDENTIFIER] if folded(name) in map(folded, BUILT_IN) else name


def _legal(name: str, parse: Callable[[str], str]) -> str:
    try:
        return parse(name)
    except UnitError:
        return f"{name[: MOST_IDENTIFIER - 1]}_"


def title(text: str) -> str:
    """Return the name nearest to a text that a category or a stage can have."""
    shown = "".join(
        c for c in clean(text) if unicodedata.category(c) not in _HIDDEN or c == "\n"
    )
    name = " ".join(shown.split()) if "\n" in shown else shown.strip()
    name = name[:MOST_LABEL].strip() or "unnamed"
    try:
        return parse_title(name)
    except UnitError:
        return "unnamed"


def event_label(text: str) -> str:
    """Return the name nearest to a text by which steps can name an event: without a slash, and no word of theirs."""
    name = title(text.replace("/", "-"))
    return f"{name} event" if name in STEP_WORDS else name


def alias(written: str, used: str) -> str:
    """Return the alias of what a scenario calls otherwise than the plan; "" where none is needed, or none can be.

    Args:
        written: The plan's name.
        used: The scenario's name for it.
    """
    if written == used:
        return ""
    try:
        parse_written(written)
    except UnitError:
        return ""
    # What no scenario's text may hold, no alias can.
    inner = f".{written}."
    return written if clean(inner) == inner.replace("\u00a0", " ") else ""


def scenario_name(text: str) -> str:
    """Return the name nearest to a text that a scenario can have."""
    name = re.sub(r"[^a-z0-9_]+", "_", latin(text).lower()).strip("_")
    return (name if name[:1].isalpha() else f"plan_{name}".rstrip("_"))[:MOST_SCENARIO]


def unique(
    texts: Iterable[str],
    make: Callable[[str], str],
    most: int,
    in_use: Iterable[str] = (),
    joint: str = "_",
    alike: Callable[[str], str] = folded,
    known: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return text → name, each name once.

    Args:
        texts: In order; the first of several that are alike keeps its name, the next ones are
            numbered.
        make: Gives the name.
        most: Characters of a name.
        in_use: Names that nothing may have.
        joint: Between a name and its number.
        alike: Gives what two names share that cannot stand side by side: by default those that
            differ in case alone.
        known: Names that some texts have already.
    """
    given = known or {}
    used = {alike(name) for name in (*in_use, *given.values())}
    found: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        if text in given:
            found[text] = given[text]
            continue
        made = name = make(text)
        number = 2
        while alike(name) in used:
            ending = f"{joint}{number}"
            name, number = made[: most - len(ending)] + ending, number + 1
        used.add(alike(name))
        found[text] = name
    return found


@dataclass(frozen=True, slots=True)
class PlanNames:
    """Plan's name → scenario's name, of everything in a plan.

    Args:
        journeys: Category → journey.
    """

    events: dict[str, str]
    categories: dict[str, str]
    stages: dict[str, str]
    properties: dict[str, str]
    users: dict[str, str]
    journeys: dict[str, str]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names in a scenario that there is: the plan's name, or what is written → the name there."""

    events: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


def names_of(plan: Plan, known: KnownNames | None = None) -> PlanNames:
    """Return the names of a plan's parts in a scenario.

    Args:
        plan: The plan.
        known: Those that a scenario has already.
    """
    there = known or KnownNames()
    asked = dict.fromkeys(p.name for event in plan.events for p in event.properties)
    declared = [
        p.name
        for p in plan.user_properties
        if folded(p.name) not in ALWAYS_THERE and p.name != TOLD_BY_STAGES
    ]
    return PlanNames(
        events=unique(
            (event.name for event in plan.events),
            event_label,
            MOST_LABEL,
            joint=" ",
            alike=composed,
            known=there.events,
        ),
        categories=unique(
            (name for name, _ in plan.categories), title, MOST_LABEL, joint=" ", alike=composed
        ),
        stages=unique(
            (stage.name for stage in plan.stages), title, MOST_LABEL, joint=" ", alike=composed
        ),
        properties=unique(asked, identifier, MOST_IDENTIFIER, known=there.properties),
        users=unique(declared, variable, MOST_IDENTIFIER, known=there.users),
        journeys=unique(
            (name for name, _ in plan.categories),
            _journey,
            MOST_IDENTIFIER,
            in_use=RESERVED_JOURNEYS,
        ),
    )


def _journey(text: str) -> str:
    return variable(latin(text).lower(), "journey")
