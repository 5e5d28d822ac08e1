"""The lowest versions that `pyproject.toml` declares, installed into a new virtual environment where tests are run.

    python -m tests.lowest          # a test or two of each library, from the command to the file
    python -m tests.lowest --all    # all tests of readers, sinks, stores and the receiver: long
    python -m tests.lowest TESTS    # these

The bound of a dependency is a promise, and the usual tests run with the newest of each. Needs nothing but Python.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FEW = [
    "tests/runs/test_end_to_end.py",
    "tests/command_line/test_diagram.py::test_every_format_is_made[ecommerce-svg]",
    "tests/command_line/test_run.py::test_report_as_a_page",
    "tests/command_line/test_taxonomy.py::test_plan_into_another_form",
    "tests/contract/test_kafka.py::test_messages_are_keyed_by_user",
    "tests/contract/test_postgres_copy.py",
    "tests/delivery/test_receiver_vendors.py::test_segment_batch",
    "tests/readings/test_nobody.py",
]
ALL = [
    "tests/unit",
    "tests/command_line",
    "tests/contract",
    "tests/delivery",
    "tests/readings",
    "tests/runs/test_end_to_end.py",
]


def lowest(declared: dict[str, Any]) -> list[str]:
    """Return all that a `pyproject.toml` requires, for extras and for the build too, each as its lower bound alone."""
    project = declared["project"]
    extras = project["optional-dependencies"].values()
    requirements = chain(declared["build-system"]["requires"], project["dependencies"], *extras)
    own = f"{project['name']}["  # an extra that takes in others
    return sorted(
        {each.replace(">=", "==", 1) for each in requirements if not each.startswith(own)}
    )


def main(asked: list[str]) -> int:
    """Run tests with the lowest versions; return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(
            Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        )
        pip = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
        pins = lowest(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
        subprocess.run([*pip, "--only-binary", ":all:", *pins], check=True)
        # Built by the lowest hatchling; what the package asks for is there already.
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", str(ROOT)], check=True)
        tests = ALL if asked == ["--all"] else asked or FEW
        return subprocess.run(
            [python, "-m", "pytest", *tests], cwd=ROOT, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
