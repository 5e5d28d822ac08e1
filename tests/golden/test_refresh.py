"""What may be recorded, and what may not."""

import json

import pytest

from footfall.compiler import stream_id
from tests.docs import refresh as pages
from tests.golden import refresh, streams

CASE = streams.Case("online_school", 30, 5)
CHANGELOG = """\
# Changelog

## [Unreleased]

### Added
- Much.

### Output changed for the same seed
{now}

## [0.1.0] - 2026-01-01

### Output changed for the same seed
{before}
"""


class Desk:
    """A folder with digests of one stream, a changelog, and what the stream is now."""

    def __init__(self, folder, monkeypatch):
        self.digests, self.changelog = folder / "digests.json", folder / "CHANGELOG.md"
        self.now = {"events": "1 rows, a", "identity": "1"}
        self._patch = monkeypatch
        for name, value in {
            "DIGESTS": self.digests,
            "CHANGELOG": self.changelog,
            "CASES": [CASE],
            "measured": lambda case: dict(self.now),
        }.items():
            monkeypatch.setattr(streams, name, value)
        self.version(4)
        self.tell("- Nothing.")
        self.digests.write_text(
            '{"output_version": 0, "tzdata": "", "told": [], "streams": {}}'
        )
        assert refresh.main() == 0

    def version(self, number):
        self._patch.setattr(stream_id, "OUTPUT_VERSION", number)

    def tell(self, now, before="- The first."):
        self.changelog.write_text(CHANGELOG.format(now=now, before=before))

    def change(self, digest):
        self.now["events"] = f"1 rows, {digest}"

    @property
    def kept(self):
        of = json.loads(self.digests.read_text())
        return of["output_version"], of["streams"].get(CASE.name, {}).get("events")


@pytest.fixture
def delivery_log(tmp_path, monkeypatch):
    return Desk(tmp_path, monkeypatch)


def test_nothing_is_recorded_while_the_output_version_stays(delivery_log, capsys):
    """A changed stream is not recorded under the version it was recorded for, whatever the changelog says."""
    delivery_log.change("b")
    delivery_log.tell("- Waits are longer.")
    assert refresh.main() == 1
    assert delivery_log.kept == (4, "1 rows, a")
    said = capsys.readouterr().err
    assert (
        "Nothing was recorded: OUTPUT_VERSION is still 4, for which they were recorded." in said
    )
    assert "online_school, 30 people, seed 5: events: 1 rows, a -> 1 rows, b" in said


def test_nothing_is_recorded_without_a_line_in_the_changelog(delivery_log, capsys):
    """A raised version alone is not enough, and a line under a release is none."""
    delivery_log.change("b")
    delivery_log.version(5)
    delivery_log.tell("- Nothing.", "- Waits are longer.")
    assert refresh.main() == 1
    assert delivery_log.kept == (4, "1 rows, a")
    assert 'no new line under "Output changed for the same seed"' in capsys.readouterr().err


def test_a_change_that_is_told_is_recorded(delivery_log):
    """With a raised version and a line it is recorded, and then nothing differs."""
    delivery_log.change("b")
    delivery_log.version(5)
    delivery_log.tell("- Waits are longer.")
    assert streams.differences()
    assert refresh.main() == 0
    assert delivery_log.kept == (5, "1 rows, b")
    assert not streams.differences()


def test_between_two_releases_once_raised_is_enough(delivery_log):
    """A second change needs a line of its own, not another version; after the release it needs both again."""
    delivery_log.change("b")
    delivery_log.version(5)
    delivery_log.tell("- Waits are longer.")
    refresh.main()
    delivery_log.change("c")
    assert refresh.main() == 1
    delivery_log.tell("- Waits are longer.\n- Orders are larger.")
    assert refresh.main() == 0
    assert delivery_log.kept == (5, "1 rows, c")
    delivery_log.change("d")
    delivery_log.tell("- Refunds are rarer.", "- Waits are longer.\n- Orders are larger.")
    assert refresh.main() == 1
    delivery_log.version(6)
    assert refresh.main() == 0


def test_a_version_does_not_go_back(delivery_log, capsys):
    """A lower output version than recorded is refused."""
    delivery_log.change("b")
    delivery_log.version(3)
    delivery_log.tell("- Waits are longer.")
    assert refresh.main() == 1
    assert "OUTPUT_VERSION went back" in capsys.readouterr().err


def test_a_new_stream_needs_no_new_version(delivery_log, monkeypatch):
    """A scenario that was not pinned is recorded as it is; the others stay."""
    new = streams.Case("ecommerce", 30, 5)
    monkeypatch.setattr(streams, "CASES", [CASE, new])
    assert refresh.main() == 0
    assert set(streams.recorded()["streams"]) == {CASE.name, new.name}
    assert delivery_log.kept == (4, "1 rows, a")


def test_pages_are_not_written_over_a_change(delivery_log, tmp_path, capsys):
    """The command that writes what is printed into pages refuses while a stream is not what was recorded."""
    page = tmp_path / "page.md"
    page.write_text("```console\n$ footfall --version\nold\n```\n")
    delivery_log.change("b")
    assert pages.main([page]) == 1
    assert "old" in page.read_text()
    said = capsys.readouterr().err
    assert said.startswith(
        "No page was written.\nThe same seed gives another stream than was recorded:"
    )
    delivery_log.change("a")
    assert pages.main([page]) == 0
    assert "old" not in page.read_text()


def test_the_advice_has_three_parts(delivery_log):
    """What changed; what to do if it is meant; what if it is not."""
    delivery_log.change("b")
    assert streams.advice(streams.differences()) == (
        "The same seed gives another stream than was recorded:\n"
        "  online_school, 30 people, seed 5: events: 1 rows, a -> 1 rows, b\n"
        "If that is meant: raise OUTPUT_VERSION in src/footfall/compiler/stream_id.py (4 was recorded, "
        "it is 4; once per release is enough),\n"
        '  write a line in CHANGELOG.md under "Output changed for the same seed" of what is not released yet,\n'
        "  then: python -m tests.golden.refresh\n"
        "If it is not meant: something changed a draw, an order or a value. Find it; do not record it."
    )
