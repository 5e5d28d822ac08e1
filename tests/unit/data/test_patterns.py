"""Patterns of JSON Schema, looked for by RE2."""

import time

import pytest

from footfall.data.patterns import FORMATS, is_checkable, matches


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("^[A-Z]{3}$", "EUR", True),
        ("^[A-Z]{3}$", "EURO", False),
        ("^[A-Z]{3}$", "EUR\n", False),
        ("b", "abc", True),
        (r"^\u00e9$", "é", True),
        (r"^\u{1F600}$", "\U0001f600", True),
        (r"^(?<year>\d{4})$", "2026", True),
        (r"^\p{Script=Greek}+$", "αβγ", True),
        (r"^a\/b$", "a/b", True),
        ("^.$", "é", True),
    ],
)
def test_patterns_mean_what_json_schema_means(pattern, text, is_found):
    """A pattern is looked for anywhere in the text, its signs are those of ECMA 262."""
    assert matches(pattern, [text]) == [is_found]


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "a{1,5000}", "(?<!x)y"])
def test_what_re2_cannot_do_is_told(pattern):
    """Looking ahead, references back and what is no pattern cannot be checked, and nothing is claimed."""
    assert matches(pattern, ["a"]) is None
    assert not is_checkable(pattern)


def test_a_pattern_made_to_take_years_takes_no_time():
    """A pattern at which a backtracking engine would go on for years ends at once."""
    begun = time.process_time()
    assert matches("^(a+)+$", ["a" * 5000 + "!"]) == [False]
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("email", ["a@b.org", "a.b+c@d"], ["a", "a@", "a b@c", "@c"]),
        ("uri", ["https://a.org/x?y", "urn:isbn:1"], ["a.org", "://x", "http://a b"]),
        ("url", ["https://a.org"], ["urn:isbn:1"]),
        (
            "uuid",
            ["123e4567-e89b-12d3-a456-426614174000"],
            ["123e4567e89b12d3a456426614174000", "x"],
        ),
        (
            "date",
            ["2026-01-31", "2024-02-29"],
            ["2026-02-30", "31.01.2026", "2026-13-01", "soon"],
        ),
        (
            "date-time",
            ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00"],
            ["2026-01-31", "2026-01-31T25:00:00Z"],
        ),
        ("time", ["12:00:00Z", "23:59:60"], ["24:00:00", "12"]),
        ("ipv4", ["127.0.0.1"], ["256.0.0.1", "1.2.3"]),
        (
            "ipv6",
            ["::1", "2001:db8::8a2e:370:7334", "::", "::ffff:1.2.3.4"],
            ["1.2.3.4", "2001:db8", ":::1"],
        ),
        ("hostname", ["a", "shop.example.org"], ["-a", "a..b", "a_b"]),
    ],
)
def test_formats_know_right_from_wrong(name, right, wrong):
    """Each format takes texts of its form, and no others."""
    assert matches(FORMATS[name], right) == [True] * len(right)
    assert matches(FORMATS[name], wrong) == [False] * len(wrong)
