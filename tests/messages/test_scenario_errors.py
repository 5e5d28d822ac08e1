"""What a user reads when a scenario is wrong, or odd: the whole text, kept in `snapshots/`.

`FOOTFALL_REWRITE_SNAPSHOTS=1 pytest tests/messages` writes them anew; read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

from footfall.compiler import compile_scenario
from footfall.errors import FootfallError
from footfall.scenario import load

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
ODD = sorted((HERE / "odd").glob("*.yaml"))
REWRITES = bool(os.environ.get("FOOTFALL_REWRITE_SNAPSHOTS"))


def message_of(path: Path) -> str:
    with pytest.raises(FootfallError) as caught:
        compile_scenario(load(path, name=path.name))
    return f"{caught.value}\n"


def check(path: Path, message: str) -> None:
    snapshot = HERE / "snapshots" / f"{path.stem}.txt"
    if REWRITES:
        snapshot.write_text(message, encoding="utf-8")
    assert message == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_scenario_says_everything_that_is_wrong_with_it(path):
    """Every bad file is refused when it is loaded or compiled, with the text in its snapshot: all problems at once."""
    check(path, message_of(path))


@pytest.mark.parametrize("path", ODD, ids=lambda path: path.stem)
def test_an_odd_scenario_is_compiled_with_warnings(path):
    """Every odd file is compiled, with the warnings in its snapshot."""
    warnings: list[str] = []
    compile_scenario(load(path, name=path.name), warnings=warnings)
    assert warnings
    check(path, "".join(f"{warning}\n" for warning in warnings))


def test_no_snapshot_is_left_over():
    """Every snapshot belongs to a bad or odd file."""
    assert {path.stem for path in (HERE / "snapshots").glob("*.txt")} == {
        path.stem for path in (*BAD, *ODD)
    }
