"""The forms of files that plans are written in, and the endings that say them."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from footfall.errors import UsageError, shown

SCENARIO = "scenario"
FORMAT_NAMES = (
    "xlsx",
    "csv",
    "amplitude",
    "amplitude-users",
    "json-schema",
    "markdown",
    "html",
    SCENARIO,
)
ENDINGS = {
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".json": "json-schema",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".yaml": SCENARIO,
    ".yml": SCENARIO,
}
PLAN_ENDINGS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".json")

REFUSED_ENDINGS = (
    ".md", ".markdown", ".html", ".htm", ".xls", ".xlsb", ".ods", ".numbers", ".docx", ".pdf"
)  # fmt: skip
"""Of plans in forms that are not read: what is called so is no scenario either."""


def form_of(target: str, form: str | None) -> str:
    """Return the form that was asked for, else the one that a file's ending says.

    Raises:
        UsageError: There is no such form.
    """
    if form is not None and form not in FORMAT_NAMES:
        raise UsageError(
            f"{shown(form)} is no form of a plan\n  accepted: {', '.join(FORMAT_NAMES)}"
        )
    if form is not None:
        return form
    return _form_of_ending(target)


def _form_of_ending(target: str) -> str:
    ending = Path(target).suffix
    form = ENDINGS.get(ending.lower())
    if form:
        return form
    problem = (
        f"its ending {shown(ending)} is no format"
        if ending
        else "it has no ending that says the format"
    )
    near = get_close_matches(ending, ENDINGS, n=1, cutoff=0.6)
    hint = (
        f"did you mean {near[0]}?" if near else f"or say it: --format {', '.join(FORMAT_NAMES)}"
    )
    raise UsageError(
        f"--to {shown(target)}: {problem}\n  accepted: {', '.join(ENDINGS)}\n  hint: {hint}"
    )


def is_plan(source: str) -> bool:
    """Return whether a path is a plan's: by its ending, as a folder, or in YAML by what it holds."""
    path = Path(source)
    if path.suffix.lower() in (*PLAN_ENDINGS, *REFUSED_ENDINGS) or path.is_dir():
        return True
    from footfall.tracking_plan.readers import holds_plan

    return path.is_file() and holds_plan(path)
