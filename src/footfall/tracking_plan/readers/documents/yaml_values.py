"""Values of YAML files: as JSON has them, read by the parser of the language with its bounds.

Words stay words: `NO` is a country, `1.10` in quotes a version, `2026-01-01` a text.
"""

from __future__ import annotations

import re
from typing import Any, Self

from footfall.errors import ScenarioError
from footfall.scenario.leaf_records import Text
from footfall.scenario.tree import SECOND_DOCUMENT, ListNode, Node, parse_tree
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.grid import refusal

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
)
_HINTS = {
    SECOND_DOCUMENT: "write each document into a file of its own, and give the folder of these"
}
_TRUTHS = {"true": True, "false": False}


class WrittenFraction(float):
    """A number with a fraction, and how it is written: `1.10` may be a version."""

    written: str

    def __new__(cls, written: str) -> Self:
        """Return the number of a text."""
        found = super().__new__(cls, written)
        found.written = written
        return found


def yaml_value(text: str, file: str) -> Any:
    """Return what a YAML file holds.

    Raises:
        UsageError: It is no YAML, or uses more of it than data need; names line and column.
    """
    if not text.strip():
        raise refusal(Origin(file), "the file is empty", "a tracking plan in YAML")
    try:
        return _value(parse_tree(text, file))
    except ScenarioError as error:
        problem = error.problems[0]
        at = Origin(file, place=f"line {problem.at.line}")
        hint = problem.hint or _HINTS.get(problem.message, "")
        raise refusal(at, problem.message, hint and f"hint: {hint}") from None


def _value(node: Node) -> Any:
    if isinstance(node, Text):
        return node.text if node.is_quoted else _scalar(node)
    if isinstance(node, ListNode):
        return [_value(item) for item in node.items]
    return {key.text: _value(member) for key, member in node.entries}


def _scalar(written: Text) -> Any:
    text = written.text
    if written.is_null:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return WrittenFraction(text)
    return _TRUTHS.get(text.casefold(), text)
