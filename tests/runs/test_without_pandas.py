"""What a process of ours does not load."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

AFTER_A_RUN = """
import sys
from footfall.cli.main import main
try:
    main(["run", "ecommerce", "--people", "20", "--quiet", "--to", "duckdb:" + sys.argv[1]])
except SystemExit as end:
    assert end.code == 0, end.code
print("pandas" in sys.modules)
"""
CONVERSIONS = """
import sys
from footfall.execution.without_pandas import leave_pandas_out
leave_pandas_out()
import pyarrow as pa
table = pa.table({"a": [1, 2]})
assert "pandas" not in sys.modules
print(table.to_pandas()["a"].sum())
"""


def printed(code: str, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.fixture(autouse=True)
def _installed() -> None:
    assert find_spec("pandas") is not None, "without pandas there is nothing to leave out"


def test_a_run_does_not_import_pandas(tmp_path: Path) -> None:
    assert printed(AFTER_A_RUN, str(tmp_path / "a.duckdb")) == "False"


def test_conversions_to_pandas_still_find_it() -> None:
    assert printed(CONVERSIONS) == "3"
