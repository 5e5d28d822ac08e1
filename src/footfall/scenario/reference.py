"""Prints the table of the language into a page.

`python -m footfall.scenario.reference docs/scenario.md`
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from footfall.errors import UsageError, shown
from footfall.scenario.forms import (
    ByShape,
    Form,
    Key,
    ListOf,
    MapKind,
    MapOf,
    Ref,
    Scalar,
    StepForm,
)
from footfall.scenario.language import KINDS
from footfall.scenario.language_steps import STEP_KINDS
from footfall.scenario.vocabulary import NAMED, WHEN

STEPS = "steps"
HEADER = ("key", "type", "default", "meaning", "example")
_BLOCK = re.compile(r"(<!-- keys of (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def updated(page: str) -> str:
    """Return the reference page with its tables printed anew.

    They stand between `<!-- keys of KIND -->` and `<!-- end -->`.

    Raises:
        UsageError: A marker names no kind.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}{_block(found[2])}{found[3]}", page)


def kinds_shown(page: str) -> set[str]:
    """Return the names of the kinds whose tables stand in a page."""
    names = {found[2] for found in _BLOCK.finditer(page)}
    return names | ({kind.name for kind in STEP_KINDS} if STEPS in names else set())


def _block(name: str) -> str:
    if name == STEPS:
        return _steps()
    if name not in KINDS:
        raise UsageError(
            f"the marker names {shown(name)}\n  kinds: {', '.join(KINDS)}, {STEPS}"
        )
    kind = KINDS[name]
    return _table(HEADER, (_row(key) for key in kind.keys)) + _groups(kind)


def _steps() -> str:
    return _table(HEADER, [row for kind in STEP_KINDS for row in _step_rows(kind)])


def _step_rows(kind: MapKind) -> list[Sequence[str]]:
    own = [key for key in kind.keys if key not in (WHEN, NAMED)]
    groups = _groups(kind).strip()
    title = (f"**{kind.name}**", "", "", f"{kind.about} {groups}".strip(), "")
    return [title, *(_row(key) for key in own)]


def _row(key: Key) -> Sequence[str]:
    default = "**required**" if key.is_required else key.default or "–"
    kind = _described(key.form) + (f" ({key.unit})" if key.unit else "")
    return f"`{key.name}`", kind, default, key.about, f"`{key.example}`"


def _groups(kind: MapKind) -> str:
    said = [f"Exactly one of {_listed(group)}." for group in kind.one_of]
    said += [f"At most one of {_listed(group)}." for group in kind.at_most_one_of]
    return "\n" + " ".join(said) + "\n" if said else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _described(form: Form) -> str:
    match form:
        case Scalar():
            return form.name
        case ListOf():
            return _described_list(form)
        case MapOf():
            return f"map {form.noun} → {_grouped(form.value)}"
        case ByShape():
            shapes = [
                _described(shape) for shape in (form.scalar, form.list, form.map) if shape
            ]
            return " or ".join(dict.fromkeys(shapes))
        case Ref():
            return f"*{form.kind}*"
        case StepForm():
            return "step"


def _described_list(form: ListOf) -> str:
    if isinstance(form.item, StepForm):
        return "steps"
    is_fixed = form.most is not None and form.least == form.most
    return (
        f"{form.most} {_described(form.item)}s"
        if is_fixed
        else f"list of {_grouped(form.item)}"
    )


def _grouped(form: Form) -> str:
    described = _described(form)
    return f"({described})" if " or " in described else described


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def main(arguments: Sequence[str]) -> int:
    """Rewrite the pages that are named; return the exit code."""
    for argument in arguments:
        path = Path(argument)
        path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
