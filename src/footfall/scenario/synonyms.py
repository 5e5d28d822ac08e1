"""Words that people bring from elsewhere for the words of the language: for hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from footfall.units import nearest_hint

STEPS: Mapping[str, str] = {
    "if": "when", "unless": "when", "optional": "maybe", "chance": "maybe", "choose": "either", "choice": "either",
    "switch": "either", "one of": "either", "loop": "repeat", "while": "repeat", "for": "repeat", "run": "do",
    "call": "do", "journey": "do", "sleep": "wait", "delay": "wait", "pause": "wait", "return after": "come back after",
    "exit": "leave", "stop": "leave", "end": "leave", "goto": "retry", "go back": "retry", "continue": "go on",
    "proceed": "go on", "increment": "add", "push": "append", "schedule": "later", "select": "pick",
    "abort": "cancel",
}  # fmt: skip
KEYS: Mapping[str, str] = {
    "to": "until", "end": "until", "starts": "from", "begin": "from", "since": "from", "name": "named", "id": "named",
    "if": "when", "condition": "when", "probability": "chance", "prob": "chance", "share": "weight",
    "description": "about", "desc": "about", "comment": "about", "default": "start", "initial": "start",
    "enum": "values", "options": "values", "allowed": "values", "delay": "after", "wait": "after", "csv": "file",
    "path": "file", "data": "rows", "factor": "odds", "max": "at_most", "limit": "at_most", "std": "sd", "sigma": "sd",
    "average": "mean", "mu": "mean", "users": "count", "number": "count", "duration": "length", "timezone": "time_zone",
}  # fmt: skip
"""A word may mean something else elsewhere: it helps only where the word it stands for is accepted."""


def hint(word: str, known: Iterable[str], synonyms: Mapping[str, str]) -> str:
    """Return `did you mean …?` for an unknown word, by meaning or else letters, or nothing."""
    names = list(known)
    meant = synonyms.get(word.lower().replace("_", " "), synonyms.get(word.lower(), ""))
    return f"did you mean {meant}?" if meant in names else nearest_hint(word, names)
