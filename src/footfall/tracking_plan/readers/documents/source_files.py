"""Files of plans in JSON and YAML: which of a folder are read, and what they hold.

Nothing is fetched, and no link is followed: what is read lies in the path that was given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footfall.errors import shown
from footfall.text import first_names
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.csv_text import read_text
from footfall.tracking_plan.readers.documents.yaml_values import yaml_value
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.grid import refusal

MOST_FILES = 20_000
MOST_BYTES = 256 << 20
MOST_DEPTH = 100
"""Of lists and maps within each other: readers go down along them."""
MOST_NAMED = 5
YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (".json", *YAML_ENDINGS)
_VERSION = re.compile(r"(\d+)-(\d+)-(\d+)(?:\.json)?")
"""Name of a schema's file in a registry (Iglu's SchemaVer): `1-0-0`, below `vendor/name/jsonschema`."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file of a plan.

    Args:
        file: As messages name it: its path within the folder.
        stem: What an event is called that nothing else names.
        root: What it holds.
        entity: It is what events of Snowplow's have in common, no event.
    """

    file: str
    stem: str
    root: Any
    entity: bool = False


def read_documents(path: Path, draft: Draft) -> list[PlanFile]:
    """Return what the JSON and YAML files of a path hold, in order of their names.

    Raises:
        UsageError: There is too much to read, or a file is neither; names it.
    """
    files = _files(path, draft)
    n_bytes = sum(file.stat().st_size for file in files)
    if len(files) > MOST_FILES or n_bytes > MOST_BYTES:
        message = f"{len(files):,} files of {n_bytes >> 20:,} MiB in all"
        accepted = f"at most {MOST_FILES:,} files, {MOST_BYTES >> 20} MiB"
        raise refusal(Origin(path.name), message, accepted)
    return [_document(file, path, draft) for file in files]


def is_registry_file(path: Path) -> bool:
    """Return whether a path is that of a schema in a registry: `vendor/name/jsonschema/1-0-0`."""
    return path.parent.name == "jsonschema" and bool(_VERSION.fullmatch(path.name))


def _files(path: Path, draft: Draft) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.rglob("*")
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    links = [file.name for file in found if file.is_symlink()]
    plain = [file for file in found if file.is_file() and not file.is_symlink()]
    wanted = [
        file for file in plain if file.suffix.lower() in ENDINGS or is_registry_file(file)
    ]
    others = [file.name for file in plain if file not in set(wanted)]
    for what, names in (("links", links), ("files of other kinds", others)):
        if names:
            draft.leave_out(f"{what}: {first_names(names, MOST_NAMED)}: what they hold")
    return list(_latest(wanted, draft, path))


def _latest(files: Sequence[Path], draft: Draft, folder: Path) -> Iterator[Path]:
    """Yield files, of a schema that stands in a registry in several versions the latest."""
    latest: dict[Path, Path] = {}
    for file in filter(is_registry_file, files):
        before = latest.setdefault(file.parent, file)
        latest[file.parent] = max(before, file, key=_version)
    for file in files:
        newest = latest.get(file.parent, file) if is_registry_file(file) else file
        if newest == file:
            yield file
        else:
            shown_path = file.relative_to(folder).as_posix()
            draft.remark(f"{shown_path}: {newest.name} is newer, and is read instead")


def _version(file: Path) -> tuple[int, ...]:
    found = _VERSION.fullmatch(file.name)
    return tuple(map(int, found.groups())) if found else ()


def _document(file: Path, path: Path, draft: Draft) -> PlanFile:
    name = file.relative_to(path).as_posix() if path.is_dir() else file.name
    stem = file.parent.parent.name if is_registry_file(file) else file.stem
    try:
        text, _ = read_text(file)
    except OSError as problem:
        raise refusal(
            Origin(name), f"it cannot be read: {problem.strerror or problem}"
        ) from None
    if file.suffix.lower() in YAML_ENDINGS:
        return PlanFile(name, stem, yaml_value(text, name))
    return PlanFile(name, stem, _json_value(text, name, draft))


def _json_value(text: str, name: str, draft: Draft) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            draft.leave_out(
                f"what stands first under a key that is written twice ({shown(twice)})",
                Origin(name),
            )
        return found

    try:
        value = json.loads(text, object_pairs_hook=members)
    except RecursionError:
        raise refusal(Origin(name), "the JSON is nested too deep") from None
    except ValueError as error:
        raise refusal(
            Origin(name), f"this is no JSON: {error}", "a tracking plan in JSON"
        ) from None
    if _is_deep(value):
        raise refusal(
            Origin(name), "the JSON is nested too deep", f"at most {MOST_DEPTH} levels"
        )
    return value


def _is_deep(value: Any) -> bool:
    """Return whether a value is nested deeper than readers go."""
    waiting = [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        if depth > MOST_DEPTH:
            return True
        if isinstance(inner, dict | list):
            members = inner.values() if isinstance(inner, dict) else inner
            waiting += [(member, depth + 1) for member in members]
    return False
