"""Numbers, names and tables as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from footfall import text
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Café, 東京", "Café, 東京"),
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("a\u202eb\u2028c\nd", "a\ufffdb\ufffdc\ufffdd"),
        ("क\u200dष", "क\u200dष"),
    ],
)
def test_hidden_characters_are_replaced(name, shown):
    """What would move the cursor or turn the line is shown as such; joiners belong to the script."""
    assert text.clean(name) == shown


def test_a_terminal_that_shows_ascii_alone():
    """Signs of ours have a look-alike of the same width; letters are escaped."""
    assert text.ascii_only("a → “é” 1–2 …") == 'a > "\\xe9" 1-2 ~'


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "–"), (0.0, "0.0"), (0.00049, "<0.1"), (0.0005, "0.1"), (0.285, "28.5")],
)
def test_percent(share, shown):
    """Something is never shown as nothing."""
    assert text.percent(share) == shown


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.28, 1, "28%"),
        (0.045, 1, "4.5%"),
        (1, 1, "100%"),
        (0, 2, "0%"),
        (Decimal("0.12345"), 2, "12.34%"),
        (Decimal(1) / 3, 2, "33.33%"),
    ],
)
def test_short_percent(share, digits, shown):
    """A digit after the point stands only where it says something."""
    assert text.short_percent(share, digits) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (999, "999 ms"),
        (17_000, "17 s"),
        (9_949, "9.9 s"),
        (9_950, "10 s"),
        (90 * MINUTE_MS, "1.5 h"),
        (47 * HOUR_MS, "47 h"),
        (2 * DAY_MS, "2.0 days"),
    ],
)
def test_a_measured_duration_is_rounded(ms, shown):
    """Two digits or so, in the unit that fits."""
    assert text.duration(ms) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (0, "0 s"),
        (1, "1 ms"),
        (1_250, "1250 ms"),
        (90 * MINUTE_MS, "1.5 h"),
        (DAY_MS, "1 day"),
        (3 * DAY_MS, "3 days"),
    ],
)
def test_a_declared_duration_is_exact(ms, shown):
    """The unit is the largest that needs no rounding."""
    assert text.exact_duration(ms) == shown


def test_counts_and_amounts():
    """Thousands are separated; one thing has no plural; large amounts lose their cents."""
    assert [text.plural(n, "event") for n in (0, 1, 1_234)] == [
        "0 events",
        "1 event",
        "1,234 events",
    ]
    assert text.plural(2, "property", "properties") == "2 properties"
    assert [text.money(minor, 2) for minor in (1_250, 123_456)] == ["12.50", "1,235"]
    assert [text.mean(value) for value in (1.234, 12.34, 1234.5)] == ["1.23", "12.3", "1,234"]
    assert [text.size(n) for n in (999, 1_500, 2 * 10**15)] == ["999 B", "1.5 kB", "2000.0 TB"]
    assert text.span(0.5, 2_000, (1, 0)) == "0.5–2,000"
    assert [text.cut("abcdef", most) for most in (6, 5)] == ["abcdef", "abcd…"]
    assert [text.days(n) for n in (1, 90)] == ["1 day", "90 days"]


def test_a_plain_table():
    """Numbers stand to the right, texts to the left, by the cells that they take."""
    lines = text.plain_table(
        {"city": ["Ulm", "東京"], "people": [7, 1_000], "ok": [True, False]}
    )
    assert list(lines) == [
        "city  people  ok",
        "Ulm        7  True",
        "東京   1,000  False",
    ]
