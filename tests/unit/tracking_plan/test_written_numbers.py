from decimal import Decimal

import pytest

from footfall.scenario.leaf_records import Constraint
from footfall.tracking_plan.written_numbers import (
    currencies_in,
    range_of,
    written_number,
    written_numbers,
)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("2,417.50", "2417.50", ""),
        ("2.417,50", "2417.50", ""),
        ("2'417.50", "2417.50", ""),
        ("2 417,50 ₽", "2417.50", "RUB"),
        ("Rs. 3,42,700", "342700", ""),
        ("₹3,42,700", "342700", "INR"),
        ("$2,417.50", "2417.50", "USD"),
        ("61.250 KWD", "61.250", "KWD"),
        ("EUR 2.417", "2417", "EUR"),
        ("R$ 18,90", "18.90", "BRL"),
        ("¥ 800", "800", ""),
        ("7e4", "70000", ""),
        ("3.5E3", "3500", ""),
        ("4e-08", "0.00000004", ""),
        ("−12", "-12", ""),
        ("-£3.20", "-3.20", "GBP"),
        ("4,217", "4217", ""),
        ("0,217", "0.217", ""),
        ("4.217", "4.217", ""),
        ("4.217.300", "4217300", ""),
        ("25 %", "25", ""),
        ("40 min", "40", ""),
    ],
)
def test_numbers_as_people_write_them(text, value, currency):
    """Thousands, decimals, exponents and currencies are understood; a sign that several countries share names none."""
    found = written_number(text)
    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text",
    ["1.4.2", "2027-03-01", "3-8", "12,34,5", "a7", "", "7 / 8", "+-3", "4 m 3", "٣/٤"],
)
def test_a_cell_is_a_number_as_a_whole_or_not_at_all(text):
    """Versions, dates, ranges and broken groups are no numbers, however they begin."""
    assert written_number(text) is None


def test_cells_of_one_column_are_read_alike():
    """Where one cell shows which sign is the decimal one, the others follow it."""
    found = written_numbers(["3.250", "12,75", "1.000.000"])
    assert [each.value for each in found] == [3250, Decimal("12.75"), 1000000]
    found = written_numbers(["3,250", "12.75"])
    assert [each.value for each in found] == [3250, Decimal("12.75")]
    assert written_number("3.250", digits=2).value == 3250


def test_currencies_of_a_text():
    """A code or a sign that only one country has; a yen sign is China's too."""
    assert currencies_in("12 € or 13 US$") == {"EUR", "USD"}
    assert currencies_in("R$ 5, KWD") == {"BRL", "KWD"}
    assert currencies_in("¥ 500, Rs. 20, 5 kr, THE END") == set()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2-9", 2, 9),
        ("2 – 9", 2, 9),
        ("0..60", 0, 60),
        ("0.5-1.5", "0.5", "1.5"),
        ("1990 - 2030", 1990, 2030),
        ("21+", 21, None),
        (">= 12", 12, None),
        ("≤ 12", None, 12),
        ("x ≥ 12", 12, None),
        ("at least 12", 12, None),
        ("12 or more", 12, None),
        ("2 to 9", 2, 9),
        ("between 2 and 9", 2, 9),
        ("de 2 a 9", 2, 9),
        ("entre 2 y 9", 2, 9),
        ("от 2 до 9", 2, 9),
        ("не более 9", None, 9),
        ("von 2 bis 9", 2, 9),
        ("min 2, max 9", 2, 9),
        ("-5 - 5", -5, 5),
        ("0-100 %", 0, 100),
        ("1,000-2,500", 1000, 2500),
        ("non-negative", 0, None),
    ],
)
def test_ranges_in_words_and_signs(text, low, high):
    """Ranges as sheets say them; both ends belong to them."""
    low, high = (None if end is None else Decimal(end) for end in (low, high))
    assert range_of(text) == Constraint(low, high)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("> 0", Constraint(Decimal(0), excludes_minimum=True)),
        ("<60", Constraint(maximum=Decimal(60), excludes_maximum=True)),
        ("0 < x <= 60", Constraint(Decimal(0), Decimal(60), excludes_minimum=True)),
        ("[0, 1)", Constraint(Decimal(0), Decimal(1), excludes_maximum=True)),
        ("above 0 and at most 1", Constraint(Decimal(0), Decimal(1), excludes_minimum=True)),
    ],
)
def test_ends_that_do_not_belong_to_a_range(text, wanted):
    """Strict signs exclude their end."""
    assert range_of(text) == wanted


@pytest.mark.parametrize(
    "text", ["5", "9-2", "2027-03-01", "1-2-3", "a-b", "2-9; 12", "low to high"]
)
def test_other_cells_are_no_range(text):
    """Numbers, dates, lists and words are no ranges."""
    assert range_of(text) is None
