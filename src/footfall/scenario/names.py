"""Rules of names: identifiers stand in expressions, labels only in addresses and reports."""

from __future__ import annotations

import keyword
import re
import unicodedata

from footfall.errors import UnitError, shown
from footfall.text import is_hidden

# PostgreSQL cuts longer names of columns.
MOST_IDENTIFIER = 63
MOST_LABEL = 100
MOST_SCENARIO = 40
# As long as the names of columns that a database or a vendor still shows as a whole.
MOST_WRITTEN = 255

IDENTIFIER_PATTERN = r"[A-Za-z_][A-Za-z0-9_]{0,62}"
SCENARIO_PATTERN = r"[a-z][a-z0-9_]{0,39}"

IDENTIFIER_ACCEPTS = (
    "write letters, digits and _, not beginning with a digit, "
    f"at most {MOST_IDENTIFIER}, such as total_cost"
)
LABEL_ACCEPTS = (
    f"write printable text without /, at most {MOST_LABEL} characters, such as Order Completed"
)
WRITTEN_ACCEPTS = (
    f"write printable text, at most {MOST_WRITTEN} characters, such as Plan Type or utm.source"
)
TITLE_ACCEPTS = (
    f"write printable text, at most {MOST_LABEL} characters, such as repeat customer"
)
SCENARIO_ACCEPTS = (
    "write small letters, digits and _, beginning with a letter, "
    f"at most {MOST_SCENARIO}, such as online_school"
)

BUILT_IN = (
    "person", "stage", "known", "now", "day", "hour", "weekday", "days_since_arrival", "visits", "platform", "os_name",
    "city", "country", "language", "time_zone",
)  # fmt: skip
"""Names that expressions always have; nothing that expressions see may be called so."""

BUILT_IN_TYPES = ("text", "integer", "number", "boolean", "money", "time", "id")

CONSTANTS = ("true", "false", "null")
# `all` as in `remove: {cart: all}`. Python's words are no names, since `if`, `in`
# and others stand in expressions.
_RESERVED = frozenset((*keyword.kwlist, "all"))


def parse_identifier(text: str) -> str:
    """Return a name that may stand outside of expressions, such as an event property's.

    Raises:
        UnitError: Not letters, digits and underscores.
    """
    if not re.fullmatch(IDENTIFIER_PATTERN, text):
        close = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
        hint = f"did you mean {close}?" if re.fullmatch(IDENTIFIER_PATTERN, close) else ""
        raise UnitError(f"{shown(text)} is not an identifier", IDENTIFIER_ACCEPTS, hint)
    if text in CONSTANTS:
        raise UnitError(f"{shown(text)} is a value, not a name", IDENTIFIER_ACCEPTS)
    return text


def parse_variable(text: str) -> str:
    """Return a name that may stand in expressions: no word of the expression language.

    Raises:
        UnitError: Not an identifier, or a word with a meaning of its own.
    """
    name = parse_identifier(text)
    if name in _RESERVED:
        raise UnitError(
            f"{shown(name)} is a word of the expression language",
            "write another name",
            f"such as {name}_",
        )
    return name


def parse_aliased(text: str) -> str:
    """Return a name like `parse_identifier`, of something that may be written under another one.

    Raises:
        UnitError: Not letters, digits and underscores; the hint is an alias.
    """
    try:
        return parse_identifier(text)
    except UnitError as problem:
        close = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
        is_alias_of = re.fullmatch(IDENTIFIER_PATTERN, close) and close not in CONSTANTS
        if not is_alias_of:
            raise
        hint = f"did you mean {close}? {close}: {{as: {shown(text)}}} is written as it is"
        raise UnitError(problem.message, problem.accepted, hint) from None


def parse_label(text: str) -> str:
    """Return a name of an event, a decision or an option, as it stands in addresses.

    Raises:
        UnitError: Empty, too long, with a slash, with spaces around it, or with hidden characters.
    """
    if "/" in text:
        raise UnitError(
            f"{shown(text)} has a slash, which separates the parts of an address", LABEL_ACCEPTS
        )
    return parse_title(text, LABEL_ACCEPTS)


def parse_title(text: str, accepts: str = TITLE_ACCEPTS) -> str:
    """Return a name of a category or a stage.

    Raises:
        UnitError: Empty, too long, with spaces around it, or with hidden characters.
    """
    if not text or len(text) > MOST_LABEL:
        raise UnitError(f"{shown(text)} has {len(text)} characters", accepts)
    if text != text.strip() or any(map(is_hidden, text)):
        raise UnitError(f"{shown(text)} has hidden characters or spaces around it", accepts)
    return text


def parse_written(text: str) -> str:
    """Return a name as it is written into events, which expressions never see.

    Raises:
        UnitError: Empty, too long, or with hidden characters.
    """
    if not text.strip() or len(text) > MOST_WRITTEN:
        raise UnitError(f"{shown(text)} has {len(text)} characters", WRITTEN_ACCEPTS)
    if any(map(is_hidden, text)):
        raise UnitError(f"{shown(text)} has hidden characters", WRITTEN_ACCEPTS)
    return text


def parse_scenario_name(text: str) -> str:
    """Return the name of a scenario.

    Raises:
        UnitError: Not small letters, digits and underscores.
    """
    if not re.fullmatch(SCENARIO_PATTERN, text):
        close = re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")[:MOST_SCENARIO]
        hint = f"did you mean {close}?" if re.fullmatch(SCENARIO_PATTERN, close) else ""
        raise UnitError(f"{shown(text)} is not a scenario's name", SCENARIO_ACCEPTS, hint)
    return text


def parse_address(text: str) -> str:
    """Return the address of a decision, option, wait or draw: two or three names between slashes.

    The third may hold slashes itself: it can be a value that is drawn.

    Raises:
        UnitError: A single part, or an empty one.
    """
    parts = text.split("/", 2)
    if len(parts) == 1 or not all(part.strip() for part in parts):
        accepts = (
            "write journey/name, journey/name/option or sessions/name/value; "
            "* stands for anything within one part"
        )
        name = text.strip() if len(parts) == 1 else ""
        hint = (
            f"*/{name} is what is called so in any journey, {name}/* all of a journey"
            if name.strip("*")
            else ""
        )
        raise UnitError(f"{shown(text)} is not an address", accepts, hint)
    return text


def composed(name: str) -> str:
    """Return what two names share that look the same: é is one character or two."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """Return what two names share that people, or databases that ignore case, confuse."""
    return composed(name).casefold()
