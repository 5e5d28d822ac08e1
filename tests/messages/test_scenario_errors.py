"""What a user reads when a scenario is wrong: the whole text, kept in `snapshots/`.

`FOOTFALL_REWRITE_SNAPSHOTS=1 pytest tests/messages` writes them anew; read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

from footfall.errors import FootfallError
from footfall.scenario import load

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
REWRITES = bool(os.environ.get("FOOTFALL_REWRITE_SNAPSHOTS"))


def message_of(path: Path) -> str:
    with pytest.raises(FootfallError) as caught:
        load(path, name=path.name)
    return f"{caught.value}\n"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_scenario_says_everything_that_is_wrong_with_it(path):
    """Every bad file is refused, with the text in its snapshot: all problems at once."""
    snapshot = HERE / "snapshots" / f"{path.stem}.txt"
    message = message_of(path)
    if REWRITES:
        snapshot.write_text(message, encoding="utf-8")
    assert message == snapshot.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over():
    """Every snapshot belongs to a bad file."""
    assert {path.stem for path in (HERE / "snapshots").glob("*.txt")} == {path.stem for path in BAD}
