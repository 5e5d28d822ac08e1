"""Every exception of footfall. A class exists only where a caller would act differently."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

SHOWN_CHARACTERS = 60
MOST_PROBLEMS = 200


MASK = "•••"
"""What stands in the place of a secret."""

_QUOTED = r"""'[^']*'|"[^"]*\""""
# To the last @ of a word, since passwords have @ and / in them. A path has lost one of the slashes.
_USER = re.compile(r"([a-z][a-z0-9+.-]*:/{1,2}[^\s:/@]*:)[^\s]*(?=@)", re.IGNORECASE)
_TOKEN = re.compile(r"((?:webhook\+)?https?:/{1,2})[^\s:/@]+(?=@)", re.IGNORECASE)
_PATH = re.compile(r"(webhook\+https?:/{1,2}[^\s/]+/)[^\s#\"']+", re.IGNORECASE)
# Rather one value too many masked than one too few; `$…` is a hint of ours.
_KEYED = re.compile(
    rf"""([\w.%-]*(?:pass|pwd|secret|token|api[_.-]?key)[\w.%-]*\s*=\s*)(?!"?\$)(?:{_QUOTED}|[^\s&#;,'"]+)""",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text without the secrets of addresses and options that stand in it.

    Examples:
        >>> masked("no store at postgresql://me:pw@host/shop?sslmode=require")
        'no store at postgresql://me:•••@host/shop?sslmode=require'
        >>> masked("host=db user=me password='a b'"), masked("webhook+https://hooks.example/T0/B1")
        ('host=db user=me password=•••', 'webhook+https://hooks.example/•••')
    """
    # Nearly every text has neither of the two signs.
    if ":/" in text:
        text = _TOKEN.sub(rf"\1{MASK}", _USER.sub(rf"\1{MASK}", text))
        text = _PATH.sub(rf"\1{MASK}", text)
    return _KEYED.sub(rf"\1{MASK}", text) if "=" in text else text


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return a user's text fit for a message: in double quotes, cut, without secrets, hidden characters escaped."""
    text = masked(text)  # before it is cut: half of an address is no longer known as one
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return '"' + "".join(_visible(character) for character in cut) + '"'


def _visible(character: str) -> str:
    is_hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return f"\\u{ord(character):04x}" if is_hidden else character


class FootfallError(Exception):
    """Root of all errors that footfall raises on purpose; the message is fit for a user to read."""


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A place in a source file.

    Args:
        file: Name of the file as the user gave it.
        line: First line is 1.
        column: First column is 1.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, what is accepted, and what to do."""

    at: SourceLocation
    message: str
    accepted: str = ""
    hint: str = ""

    def __str__(self) -> str:
        lines = [f"{self.at}: {self.message}"]
        if self.accepted:
            lines.append(f"  {self.accepted}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class ScenarioError(FootfallError):
    """A scenario cannot be used; `problems` holds everything that was found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.at.file, p.at.line, p.at.column))
        super().__init__("\n".join(str(p) for p in self.problems))


class UnitError(FootfallError, ValueError):
    """A text is not the quantity it should be; three parts, so that a `Problem` can be made of it."""

    def __init__(self, message: str, accepted: str = "", hint: str = "") -> None:
        self.message, self.accepted, self.hint = message, accepted, hint
        super().__init__(
            "\n".join(
                filter(
                    None, (message, accepted and f"  {accepted}", hint and f"  hint: {hint}")
                )
            )
        )


class UsageError(FootfallError):
    """An argument (of a command or of a function) cannot be used; the user can mend it."""


class MissingExtraError(FootfallError):
    """A feature needs a package that is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}\n  install it with: pip install 'footfall[{extra}]'"
        )


class StoreError(FootfallError):
    """A store cannot be read or written; the message says what is left where and how to go on."""


class DamagedError(StoreError):
    """A ledger or a database is damaged; `--fresh` makes a new one."""


class InUseError(StoreError):
    """A database is open elsewhere, so that nobody else can look into it."""


class SinkError(FootfallError):
    """A sink did not accept data."""


class TransientSinkError(SinkError):
    """The same data may be accepted later."""


class PermanentSinkError(SinkError):
    """The same data will never be accepted."""


@dataclass
class Problems:
    """Collects problems, so that all of a file are reported at once."""

    found: list[Problem] = field(default_factory=list)
    _known: set[Problem] = field(default_factory=set, repr=False)

    def add(self, at: SourceLocation, message: str, accepted: str = "", hint: str = "") -> None:
        """Note a problem; the same one at the same place is noted once.

        Raises:
            ScenarioError: There are more problems than anybody reads; the last one says so.
        """
        problem = Problem(at, message, accepted, hint)
        if problem in self._known:
            return
        self._known.add(problem)
        self.found.append(problem)
        if len(self.found) >= MOST_PROBLEMS:
            more = Problem(
                at,
                f"there may be more problems than these {MOST_PROBLEMS}",
                hint="mend these first",
            )
            raise ScenarioError([*self.found, more])

    def raise_if_any(self) -> None:
        """Raise `ScenarioError` with all that was found, if anything was."""
        if self.found:
            raise ScenarioError(self.found)
