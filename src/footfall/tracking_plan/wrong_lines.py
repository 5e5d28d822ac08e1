"""Lines of a scenario that are wrong: it is loaded and compiled before it is written anywhere."""

from __future__ import annotations

from pathlib import Path

from footfall.errors import ScenarioError
from footfall.scenario import loads


def wrong_lines(text: str, path: Path | None = None) -> list[str]:
    """Return the lines of a scenario that mean nothing; none where it can be compiled.

    Conditions, changes and values are a plan's, and only the compiler knows whether their types
    fit where they stand.

    Args:
        text: Of the scenario.
        path: Of its file, beside which its catalogues are.
    """
    from footfall.compiler import compile_scenario

    try:
        scenario = loads(text, str(path), path.parent) if path is not None else loads(text)
        compile_scenario(scenario)
    except ScenarioError as error:
        lines = text.splitlines()
        return [lines[problem.at.line - 1] for problem in error.problems]
    return []
