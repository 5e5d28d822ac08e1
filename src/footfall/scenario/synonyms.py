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

_COUNTED = "count(LIST) counts elements"
_MEANT = "write sum(LIST) / count(LIST)"
_WHOLE = "texts are compared as they are: name == 'Ann', name in ('Ann', 'Bob')"
_DATED = "dates are compared: now >= date('2026-03-01'); day, hour and weekday are numbers"
_DRAWN = "chance stands in steps (maybe: 25%) and in draws (set: {x: {uniform: [0, 1]}})"
_EARLIER = "before(x) in an event's properties"
_JOINED = "+ puts texts, integers and ids together, in the properties of an event"
_SINCE = "since('Order Completed') / 1 day"
FUNCTIONS: Mapping[str, str] = {
    **dict.fromkeys(("len", "size", "length"), _COUNTED),
    **dict.fromkeys(("avg", "mean", "average"), _MEANT),
    **dict.fromkeys(("lower", "upper", "startswith", "endswith", "strip"), _WHOLE),
    **dict.fromkeys(("str", "concat", "join", "format"), _JOINED),
    **dict.fromkeys(("ago", "elapsed", "timesince", "time_since", "days_since"), _SINCE),
    "mod": "a % b is the rest of a division",
    **dict.fromkeys(("year", "month", "datetime", "timestamp", "strptime"), _DATED),
    **dict.fromkeys(("random", "rand"), _DRAWN),
    **dict.fromkeys(("previous", "old", "prior", "lag"), _EARLIER),
    **dict.fromkeys(("contains", "has", "includes"), "write x in LIST"),
    **dict.fromkeys(("ifnull", "nvl"), "write coalesce(x, y)"),
    **dict.fromkeys(("if", "iif"), "write A if C else B"),
    "int": "round() or floor() makes an integer",
    "uuid": "id('order') makes a new id in a set step",
}
"""A function of elsewhere → how to do without it."""


def hint(word: str, known: Iterable[str], synonyms: Mapping[str, str]) -> str:
    """Return `did you mean …?` for an unknown word, by meaning or else letters, or nothing."""
    names = list(known)
    meant = synonyms.get(word.lower().replace("_", " "), synonyms.get(word.lower(), ""))
    return f"did you mean {meant}?" if meant in names else nearest_hint(word, names)
