"""Who types what the tutorial shows has the files that its commands run."""

import re

import pytest

from tests.docs.examples import ROOT

PAGE = ROOT / "docs" / "tutorial.md"
STEPS = [*(f"step{n}" for n in range(1, 7)), "food_delivery"]


def parts(yaml: str) -> dict[str, str]:
    """Return the parts of a scenario as the tutorial speaks of them: what stands under a heading, by both names."""
    found: dict[str, list[str]] = {}
    top = part = ""
    for line in yaml.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        heading = re.match(r"(  )?(\w[\w ]*):", line)
        if heading and not heading[1]:
            top = part = heading[2]
        elif heading:
            part = f"{top}/{heading[2]}"
        found.setdefault(part, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def shown(step: int) -> str:
    """Return what the page shows as YAML under the heading of a step."""
    section = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[step]
    return "\n".join(re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("step", range(1, len(STEPS) + 1), ids=STEPS)
def test_steps(step):
    """Each step's file is the one before it, with the parts that the page shows put in place or added."""
    before = (ROOT / f"docs/tutorial/{STEPS[step - 2]}.yaml").read_text() if step > 1 else ""
    after = (ROOT / f"docs/tutorial/{STEPS[step - 1]}.yaml").read_text()
    assert parts(before) | parts(shown(step)) == parts(after)


def test_nothing_left():
    """No other file lies in the tutorial's folder."""
    assert {file.name for file in PAGE.with_suffix("").iterdir()} == {
        f"{step}.yaml" for step in STEPS
    }
