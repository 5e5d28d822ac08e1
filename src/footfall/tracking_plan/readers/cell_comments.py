"""Comments on the cells of workbooks, as notes and as the threads of newer versions.

Source: ECMA-376 part 1, 18.7 (comments). A thread has a note too, whose text begins with a sentence
for versions that know no threads.
"""

from __future__ import annotations

import re

from footfall.tracking_plan.readers.grid import MOST_CHARACTERS, clean
from footfall.tracking_plan.readers.zip_package import unescaped

OWN_AUTHOR = "footfall"
"""Whose comments say what a column of our own workbooks means."""
_THREAD = re.compile(
    r"\[Threaded comment\].*?(?:Comment|Kommentar|Commentaire|Comentario):\s*", re.DOTALL
)


class CellComments:
    """Takes the comments of a sheet: reference of a cell → text, but for those of our own workbooks."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._authors: list[str] = []
        self._reference = ""
        self._is_own = self._is_text = False
        self._pieces: list[str] = []
        self._n_characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element's start."""
        self._is_text = tag in ("author", "t")
        if tag in ("author", "comment"):
            self._pieces, self._n_characters = [], 0
        if tag == "comment":
            self._reference = attributes.get("ref", "")
            author = attributes.get("authorId", "")
            of = dict(enumerate(self._authors)).get(int(author) if author.isdecimal() else -1)
            self._is_own = of == OWN_AUTHOR

    def text(self, piece: str) -> None:
        """Take a piece of text; a comment that goes on for longer than a cell can is cut."""
        if self._is_text and self._n_characters <= MOST_CHARACTERS:
            self._pieces.append(piece)
            self._n_characters += len(piece)

    def end(self, tag: str) -> None:
        """Take an element's end."""
        self._is_text = False
        if tag == "author":
            self._authors.append("".join(self._pieces))
        elif tag == "comment" and not self._is_own:
            text = clean(unescaped("".join(self._pieces)))
            self.found[self._reference] = _THREAD.sub("", text, count=1)
