"""Cuts an expression into names, numbers, texts and signs; refuses what the language lacks."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from footfall.errors import shown

MAX_CHARACTERS = 1000
# Whole numbers are int64: eighteen nines fit, nineteen do not.
MAX_DIGITS = 18

WORDS = frozenset(("and", "or", "not", "in", "if", "else"))
CONSTANTS = {
    "true": "true",
    "false": "false",
    "null": "null",
    "True": "true",
    "False": "false",
    "None": "null",
}
FUNCTIONS = (
    "round", "floor", "min", "max", "abs", "count", "sum", "any", "coalesce", "reached", "ramp", "local", "date", "id",
    "before", "since", "streak", "next", "today",
)  # fmt: skip
ACCEPTED = (
    "names, numbers, 'texts', durations, + - * / // %, comparisons, in, and or not, A if C else B, and calls of "
    + ", ".join(FUNCTIONS)
)

# Python's other keywords. Expressions look like Python, so `lambda` or `is` get a message of
# their own, and not that of an unknown name.
_FOREIGN = frozenset(keyword.kwlist) - WORDS - frozenset(CONSTANTS)
# ASCII alone: `\d` would match the digits of every script, and `int` would read them.
_NUMBER = re.compile(r"(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# As ISO 8601 writes it: to read 2026-12-10 as 2,004 would help nobody.
_DATE = re.compile(r"[12]\d{3}-\d\d-\d\d(?:[ T]\d\d:\d\d)?(?![\w.])", re.ASCII)
_SPACES = " \t"
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
# Longer signs before those that they begin with: the first that fits is taken.
_SIGNS = (
    "==",
    "!=",
    "<=",
    ">=",
    "//",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "%",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
)
# Tried before the signs, longer ones first: `**` would else be read as two products.
_REFUSED = (
    ("**", "there are no powers"),
    (":=", "set: names a value"),
    ("<>", "write != for unequal"),
    ("<<", ""),
    (">>", ""),
    ("...", ""),
    ("&&", "write and"),
    ("||", "write or"),
    ("&", "write and"),
    ("|", "write or"),
    ("=>", "write >= for at least"),
    ("=<", "write <= for at most"),
    ("=", "write == to compare"),
    ("!", "write not"),
    ("{", "write A if C else B to choose"),
)


class ExpressionProblem(Exception):  # noqa: N818 - it becomes a Problem, which is what errors are made of
    """A mistake in an expression.

    Args:
        offset: Characters before the place, within the expression.
    """

    def __init__(
        self, message: str, offset: int = 0, accepted: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.accepted = accepted
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression.

    Args:
        kind: `sign` for operators, brackets and the words between them; `end` after the last.
        text: As written; of a text what stands between its quotes.
        offset: Characters before it.
    """

    kind: Literal["name", "number", "text", "sign", "end"]
    text: str
    offset: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else shown(self.text)


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of an expression, and the end.

    Raises:
        ExpressionProblem: It is too long, or holds what the language does not have.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionProblem(
            f"the expression has {len(text)} characters", 0, f"at most {MAX_CHARACTERS}"
        )
    # A block of YAML (`|`, `>`) ends with a line break. One within the expression is refused.
    at, end = 0, len(text.rstrip(_SPACES + "\r\n"))
    while at < end:
        if text[at] in _SPACES:
            at += 1
            continue
        token, at = _token(text, at)
        yield token
    yield Token("end", "", end)


def _token(text: str, at: int) -> tuple[Token, int]:
    """Return the word that begins at a place, and where it ends."""
    character = text[at]
    if character in "'\"":
        return _text(text, at)
    date = _DATE.match(text, at)
    if date:
        written = date.group()
        raise ExpressionProblem(f"{written} is no number", at, f"a date: date('{written}')")
    number = _NUMBER.match(text, at)
    if number:
        return _number(text, number)
    name = _NAME.match(text, at)
    if name:
        return _name(text, name)
    for sign, hint in _REFUSED:
        # `==` and `!=` begin with the refused `=` and `!`.
        if text.startswith(sign, at) and not text.startswith(_SIGNS[:2], at):
            raise ExpressionProblem(f"{sign} does not exist in expressions", at, ACCEPTED, hint)
    for sign in _SIGNS:
        if text.startswith(sign, at):
            return Token("sign", sign, at), at + len(sign)
    raise ExpressionProblem(
        f"{_described(character)} does not exist in expressions", at, ACCEPTED
    )


def _described(character: str) -> str:
    """Name a character; one that only looks like a letter by its own name."""
    if character in "\r\n":
        return "a line break"
    if character.isascii() and character.isprintable():
        return character
    return f"{shown(character)} ({unicodedata.name(character, 'a control character')})"


def _text(text: str, at: int) -> tuple[Token, int]:
    end = text.find(text[at], at + 1)
    if end < 0:
        raise ExpressionProblem(
            f"the text {shown(text[at:])} has no end", at, f"a second {text[at]}"
        )
    inner = text[at + 1 : end]
    for offset, character in enumerate(inner, at + 1):
        # There are no escapes: `\n` would be two characters, which nobody means who writes it.
        if character == "\\" or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            what = "a backslash" if character == "\\" else _described(character)
            raise ExpressionProblem(
                f"the text {shown(inner)} holds {what}", offset, "plain text in one line"
            )
    return Token("text", inner, at), end + 1


def _number(text: str, found: re.Match[str]) -> tuple[Token, int]:
    written, at, end = found.group(), found.start(), found.end()
    if text[end : end + 1] and (text[end].isalnum() or text[end] in "_."):
        rest = re.compile(r"[\w.]*").match(text, end)
        whole = written + (rest.group() if rest else "")
        raise ExpressionProblem(
            f"the number {shown(whole)} runs into a name", at, "a number such as 4, 0.5 or 1e6"
        )
    # Both are bounded: 0.1234567890123456789 has too many digits, 1e30 too large a value.
    digits = re.sub(r"[eE].*|[._]", "", written)
    if len(digits) > MAX_DIGITS or Decimal(written) >= 10**MAX_DIGITS:
        raise ExpressionProblem(
            f"{shown(written)} has too many digits", at, f"at most {MAX_DIGITS} digits"
        )
    # 007 is a code, whose zeros a number would lose.
    if len(written) > 1 and written[0] == "0" and written[1].isdigit():
        raise ExpressionProblem(
            f"{shown(written)} begins with 0",
            at,
            "a number without leading zeros",
            f"a text has quotes: '{written}'",
        )
    return Token("number", written, at), end


def _foreign_hint(name: str, text: str) -> str:
    """Return how to do without a word of Python.

    One that stands alone, or before a point, was meant as a name.
    """
    if name == "is":
        return "write == null or != null"
    rest = text.strip().removeprefix(name)
    return (
        f"a word of Python is no name; call it otherwise, such as my_{name}"
        if rest[:1] in ("", ".")
        else ""
    )


def _name(text: str, found: re.Match[str]) -> tuple[Token, int]:
    name, at, end = found.group(), found.start(), found.end()
    # The prefixes of Python's strings: f'…', r'…', b'…'.
    if text[end : end + 1] in ("'", '"'):
        raise ExpressionProblem(
            f"{name}{text[end]}…{text[end]} does not exist in expressions",
            at,
            "a text in quotes, no letters before it",
        )
    if name in _FOREIGN:
        raise ExpressionProblem(
            f"{name} does not exist in expressions", at, ACCEPTED, _foreign_hint(name, text)
        )
    return Token("sign" if name in WORDS else "name", name, at), end
