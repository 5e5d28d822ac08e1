"""References of JSON Schemas: what `$ref` leads to, within a file and among the files that were given.

A name that begins with `https:` is that of a schema among them, by its `$id`: nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urljoin

from footfall.foreign.json_pointer import unescaped
from footfall.tracking_plan.readers.documents.source_files import PlanFile

MOST_STEPS = 20
"""References that are followed one after the other: some lead in a circle."""
_IDS = ("$id", "id")


class References:
    """Finds what references lead to.

    Args:
        documents: All files that were given.
    """

    def __init__(self, documents: Sequence[PlanFile]) -> None:
        self.roots = {document.file: document.root for document in documents}
        self.files: dict[int, str] = {}
        """Identity of a map that refers to something → its file, from which the reference counts."""
        self.named: dict[str, tuple[Any, str]] = {}
        """A schema's `$id`, in full → the schema and its file."""
        self.anchors: dict[tuple[str, str], Any] = {}
        self.bases: dict[str, str] = {}
        for document in documents:
            self._index(document)
        self.used: set[int] = set()
        """Identities of schemas that some reference leads to."""
        self.used_files: set[str] = set()
        """Files that schemas of other files refer to."""
        for document in documents:
            self._note_used(document)

    def _index(self, document: PlanFile) -> None:
        root = document.root
        base = self.bases[document.file] = _id(root)
        for found in _maps(root):
            if isinstance(found.get("$ref"), str):
                self.files[id(found)] = document.file
            name = _id(found)
            if name.startswith("#"):
                self.anchors[document.file, name[1:]] = found
            elif name:
                self.named.setdefault(urljoin(base, name).rstrip("#"), (found, document.file))
            if isinstance(found.get("$anchor"), str):
                self.anchors[document.file, found["$anchor"]] = found

    def _note_used(self, document: PlanFile) -> None:
        for found in _maps(document.root):
            if id(found) in self.files:
                target, file = self._found(found)
                self.used |= {id(target)} if target is not None else set()
                self.used_files |= {file} if file != document.file else set()

    def target(self, schema: Mapping[str, Any]) -> Any:
        """Return what a schema with a `$ref` refers to, None where it leads to nothing that was given."""
        return self._found(schema)[0]

    def _found(self, schema: Mapping[str, Any]) -> tuple[Any, str]:
        """Return what a schema refers to, and the file in which that stands."""
        file = self.files.get(id(schema), "")
        base, _, fragment = schema["$ref"].partition("#")
        root, file = self._file(base, file) if base else (self.roots.get(file), file)
        if root is None or not fragment:
            return root, file
        if fragment.startswith("/"):
            return _at(root, fragment), file
        return self.anchors.get((file, unquote(fragment))), file

    def _file(self, base: str, file: str) -> tuple[Any, str]:
        named = self.named.get(urljoin(self.bases.get(file, ""), base)) or self.named.get(base)
        if named is not None:
            return named
        # Resolved against the names that were read: a path that leads out of the folder is none of them.
        path = normpath(str(PurePosixPath(file).parent / unquote(base)))
        return self.roots.get(path), path


def _at(root: Any, pointer: str) -> Any:
    found = root
    for part in pointer[1:].split("/"):
        key = unescaped(unquote(part))
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _id(value: Any) -> str:
    names = (value.get(key) for key in _IDS) if isinstance(value, Mapping) else ()
    return next((name for name in names if isinstance(name, str)), "")


def _maps(root: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all maps within a value."""
    waiting = [root]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            yield inner
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
