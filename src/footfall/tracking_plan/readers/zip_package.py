"""The zip that a workbook is, opened without trust: what is read is bounded before a byte of it is unpacked."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from footfall.errors import UsageError
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.grid import refusal

MOST_FILE_BYTES = 64 << 20
MOST_UNPACKED_BYTES = 256 << 20
MOST_RATIO = 400
"""How much larger than the file its content may be.

Sheets of repeated texts shrink by 10 to 100.
"""
HARMLESS_BYTES = 16 << 20
MOST_MEMBERS = 4_000
MOST_TAGS = 10_000_000
"""Of a part: 0.9 MB may unpack to sixty million empty cells, which took two minutes to read."""
BLOCK_BYTES = 1 << 18
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"

Start = Callable[[str, dict[str, str]], None]
Handlers = tuple[Start, Callable[[str], None], Callable[[str], None]]
"""What takes an element's start (name and attributes), its end, and the text between.

Names without namespaces.
"""


class Package:
    """The members of a workbook, by name.

    Raises:
        UsageError: No zip, a locked one, or one that unpacks to far more than it is.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self._check_file(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise self.refused(
                f"this is no workbook that can be read: {error}", "save it again as .xlsx"
            ) from None
        self._check_members()

    def _check_file(self, path: Path) -> None:
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            raise self.refused(
                f"the file has {size >> 20:,} MiB", f"at most {MOST_FILE_BYTES >> 20} MiB"
            )
        with path.open("rb") as file:
            if file.read(4) == _OLD_OR_LOCKED:
                raise self.refused(
                    "this is an old workbook (.xls), or one with a password",
                    "save it as .xlsx without",
                )

    def _check_members(self) -> None:
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS:
            raise self.refused(
                f"the workbook has {len(members):,} parts", f"at most {MOST_MEMBERS:,}"
            )
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if unpacked > MOST_UNPACKED_BYTES or unpacked > max(
            HARMLESS_BYTES, MOST_RATIO * packed
        ):
            message = f"{packed:,} bytes of this workbook unpack to {unpacked:,}"
            raise self.refused(
                message,
                f"at most {MOST_UNPACKED_BYTES >> 20} MiB, and at most "
                f"{MOST_RATIO} times its size",
            )
        self._names = {member.filename.lower().lstrip("/"): member for member in members}

    def refused(self, message: str, *more: str, part: str = "") -> UsageError:
        """Return the error that names the file, and the part where one is at fault."""
        return refusal(
            Origin(self.file, cell=""), (f"part {part}: " if part else "") + message, *more
        )

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def has(self, name: str) -> bool:
        """Return whether there is a part of this name."""
        return name.lower() in self._names

    def parse(self, name: str, handlers: Handlers) -> None:
        """Run an XML part through handlers, in pieces.

        Raises:
            UsageError: The part is missing, broken, no XML, or declares entities.
        """
        member = self._names.get(name.lower())
        if member is None:
            raise self.refused("it is missing", "save the workbook again as .xlsx", part=name)
        parser = self._parser(name, handlers)
        n_bytes = n_tags = 0
        try:
            with self._zip.open(member) as content:
                while block := content.read(BLOCK_BYTES):
                    n_bytes += len(block)
                    if n_bytes > MOST_UNPACKED_BYTES:  # whatever the zip's directory says
                        raise self.refused("it is larger than the workbook says", part=name)
                    n_tags += block.count(
                        b"<"
                    )  # costs nothing beside the calls that each tag makes
                    if n_tags > MOST_TAGS:
                        raise self.refused(
                            f"it has more than {MOST_TAGS:,} tags",
                            "hint: delete rows and columns that are formatted but empty",
                            part=name,
                        )
                    parser.Parse(block, False)
                parser.Parse(b"", True)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            RuntimeError,
            NotImplementedError,
            OSError,
        ) as error:
            raise self.refused(
                f"it cannot be unpacked: {error}", "save the workbook again", part=name
            ) from None
        except expat.ExpatError as error:
            raise self.refused(
                f"it is no XML: {error}", "save the workbook again", part=name
            ) from None

    def _parser(self, name: str, handlers: Handlers) -> expat.XMLParserType:
        start, end, text = handlers
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(_local(tag), attributes)
        parser.EndElementHandler = lambda tag: end(_local(tag))
        parser.CharacterDataHandler = text

        def refuse(*_: object) -> None:
            raise self.refused(
                "it declares a document type, which no workbook needs", part=name
            )

        parser.StartDoctypeDeclHandler = refuse
        return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def target_of(folder: str, target: str) -> str:
    """Return the name of the part that a relation points to.

    Absolute targets begin at the package's root.
    """
    parts: list[str] = []
    for part in PurePosixPath(
        "/" if target.startswith("/") else f"/{folder}", target.lstrip("/")
    ).parts[1:]:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return "/".join(parts)


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Return a text with the characters that XML cannot hold, which workbooks write as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
