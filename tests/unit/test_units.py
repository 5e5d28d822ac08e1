"""Text becomes exact quantities, and what is none is refused with its value, what is accepted and an example."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall import units
from footfall.errors import UnitError


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("250 ms", 250),
        ("5 s", 5_000),
        ("5s", 5_000),
        ("30 min", 1_800_000),
        ("1.5 h", 5_400_000),
        ("1 day", 86_400_000),
        ("3 days", 259_200_000),
        ("1 week", 604_800_000),
        ("0.001 s", 1),
        ("0 s", 0),
        ("1_000 ms", 1_000),
        ("36525 days", 36_525 * 86_400_000),
    ],
)
def test_durations_are_whole_milliseconds(text, ms):
    """Every unit is exact, with or without a space."""
    assert units.parse_duration(text) == ms


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("soon", '"soon" is not a duration'),
        ("30", '"30" has no unit'),
        ("30 minutes", "did you mean 30 min"),
        ("2 Days", "did you mean 2 days"),
        ("3 months", 'unknown unit "months"'),
        ("-3 s", "outside 0 s..100 years"),
        ("0.0001 s", "not a whole number of milliseconds"),
        ("36526 days", "outside 0 s..100 years"),
        ("1e400 s", "too large"),
        ("٣ s", "not a duration"),
        ("", "not a duration"),
    ],
)
def test_what_is_no_duration_is_refused(text, says):
    """The message names the value, and the unit that was probably meant."""
    with pytest.raises(UnitError, match=says):
        units.parse_duration(text)


def test_an_error_shows_an_example():
    """An error is one text of three parts: the value, what is accepted with an example, and a hint."""
    with pytest.raises(
        UnitError,
        match=r"has no unit\n  write a number with ms, .* such as 30 min\n  hint: did you mean",
    ):
        units.parse_duration("30")


@given(st.integers(0, 36_525 * 86_400_000))
def test_milliseconds_survive_a_round_trip(ms):
    """Any duration written in milliseconds or seconds is read as the same whole milliseconds."""
    assert units.parse_duration(f"{ms} ms") == ms
    assert units.parse_duration(f"{Decimal(ms) / 1000} s") == ms


@pytest.mark.parametrize(
    ("text", "days"), [("90 days", 90), ("12 weeks", 84), ("1 day", 1), ("48 h", 2)]
)
def test_lengths_are_whole_days(text, days):
    """A length may be written in any unit as long as it makes whole days."""
    assert units.parse_days(text) == days


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("90", "did you mean 90 days"),
        ("36 h", "not a whole number of days"),
        ("0 days", "at least 1"),
    ],
)
def test_what_is_no_length_is_refused(text, says):
    """A length without a unit, or of half a day, is refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_days(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("10 s", units.WaitParts("exact", 10_000, 10_000, Decimal(0))),
        ("0 s", units.WaitParts("exact", 0, 0, Decimal(0))),
        ("about 10 s", units.WaitParts("about", 10_000, 10_000, Decimal("0.8"))),
        ("5 s to 20 s", units.WaitParts("uniform", 5_000, 20_000, Decimal(0))),
        ("500 ms to 1 min", units.WaitParts("uniform", 500, 60_000, Decimal(0))),
    ],
)
def test_waits_have_three_forms(text, parts):
    """A wait is exact, about a median, or between two ends."""
    assert units.parse_wait(text) == parts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("about 10 s +- 0.5", "unknown unit"),
        ("about 0 s", "a median of 0"),
        ("20 s to 5 s", "ends before it begins"),
        ("5 s to 5 s", "ends before it begins"),
        ("soon", "is not a wait"),
        ("5 to 20 s", "has no unit"),
    ],
)
def test_what_is_no_wait_is_refused(text, says):
    """A wait without unit, or that ends before it begins, is refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_wait(text)


@pytest.mark.parametrize(
    ("text", "chance"),
    [
        ("25%", "0.25"),
        ("25 %", "0.25"),
        ("0.25", "0.25"),
        ("0", "0"),
        ("100%", "1"),
        ("0.1%", "0.001"),
    ],
)
def test_chances_are_exact(text, chance):
    """A chance is the decimal as written; percent is divided exactly."""
    assert units.parse_chance(text) == Decimal(chance)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("85", "did you mean 85%"),
        ("120%", "outside 0..1"),
        ("-1%", "outside 0..1"),
        ("1.01", "outside 0..1"),
        ("often", '"often" is not a chance'),
        ("nan", "is not a chance"),
        ("12,5%", "with a point"),
    ],
)
def test_what_is_no_chance_is_refused(text, says):
    """A chance outside 0..1 is refused; a percentage without its sign is recognised."""
    with pytest.raises(UnitError, match=says):
        units.parse_chance(text)


@given(st.decimals(0, 1, places=6))
def test_percent_and_share_mean_the_same(share):
    """`12.5%` and `0.125` are the same chance, whatever the caller's decimal context is."""
    percent = format(share.scaleb(2), "f")
    with localcontext() as context:
        context.prec = 3
        assert units.parse_chance(f"{percent}%") == units.parse_chance(f"{share:f}") == share


def test_is_constant_chance_tells_numbers_from_expressions():
    """A number, with or without %, is a constant; everything else is an expression."""
    assert [
        text
        for text in ("5%", "0.5", "85", "-1", "age / 100", "x", "5 % 3")
        if units.is_constant_chance(text)
    ] == [
        "5%",
        "0.5",
        "85",
        "-1",
    ]


def test_rates_compound():
    """8 %/month grows by 8 % over 30.4375 days, to 25 digits."""
    daily = units.parse_rate("8 %/month")
    with localcontext() as context:
        context.prec = 60
        month = (1 + daily) ** Decimal("30.4375")
    assert abs(month - Decimal("1.08")) < Decimal("1e-25")


@pytest.mark.parametrize("text", ["0%/month", "0 % per year", "0/day"])
def test_no_growth_is_exactly_none(text):
    """A rate of 0 is 0, not almost 0."""
    assert units.parse_rate(text) == 0


def test_rates_per_day_are_exact():
    """A rate per day needs no root; it may be negative."""
    assert units.parse_rate("2 %/day") == Decimal("0.02")
    assert units.parse_rate("-50 % per day") == Decimal("-0.5")


def test_rates_do_not_depend_on_the_callers_decimal_context():
    """The same text gives the same digits under any decimal context."""
    expected = units.parse_rate("8 %/month")
    with localcontext() as context:
        context.prec = 5
        assert units.parse_rate("8 %/month").compare_total(expected) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("8%", "write 8%/month"),
        ("8 %/fortnight", "not a period"),
        ("8 %/mounth", "did you mean month"),
        ("-100 %/month", "outside -100%"),
        ("fast", "is not a rate"),
    ],
)
def test_what_is_no_rate_is_refused(text, says):
    """A rate needs a known period, and cannot lose everything."""
    with pytest.raises(UnitError, match=says):
        units.parse_rate(text)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "EUR", "12.50"),
        ("12.5 EUR", "EUR", "12.50"),
        ("1_200", "JPY", "1200"),
        ("0.125", "KWD", "0.125"),
        ("-3", "USD", "-3"),
    ],
)
def test_money_is_exact_in_minor_units(text, currency, amount):
    """An amount has as many digits after the point as its currency."""
    parsed = units.parse_money(text, currency)
    assert parsed == Decimal(amount)
    assert -parsed.as_tuple().exponent == units.minor_digits(currency)


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("12.505", "USD", "finer than USD can be paid"),
        ("1.5", "JPY", "JPY has no minor unit"),
        ("3 EUR", "USD", "is not in USD"),
        ("free", "USD", "not an amount of money"),
        ("1e12", "USD", "too much money"),
        ("$3", "USD", "not an amount of money"),
    ],
)
def test_what_is_no_money_is_refused(text, currency, says):
    """An amount that cannot be paid, or in another currency, is refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_money(text, currency)


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("VND", 0),
        ("CLP", 0),
        ("ISK", 0),
        ("BHD", 3),
        ("KWD", 3),
    ],
)
def test_minor_digits_of_currencies(code, digits):
    """ISO 4217 says how many digits after the point a currency has."""
    assert units.minor_digits(code) == digits


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("eur", "did you mean EUR"),
        ("EURO", "did you mean EUR"),
        ("ABC", "not a currency"),
        ("XAU", "not a currency"),
    ],
)
def test_an_unknown_currency_is_refused(code, says):
    """Codes in small letters, metals and inventions are refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_currency(code)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("10_000", 10_000), ("1e6", 1_000_000), ("-3", -3), ("2.0", 2), (" 7 ", 7)],
)
def test_integers(text, number):
    """A whole number may have underscores or an exponent."""
    assert units.parse_integer(text) == number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1.5", "not a whole number"),
        ("10,000", "write 10000, without separators"),
        ("10 000", "write 10000"),
        ("1" * 5000, "too large"),
        ("1e999", "too large"),
        ("inf", "not a whole number"),
        ("0x10", "not a whole number"),
        ("１０", "not a whole number"),
        ("1__0", "not a whole number"),
        ("", "not a whole number"),
    ],
)
def test_what_is_no_integer_is_refused(text, says):
    """Fractions, separators, infinities, other digits and endless digits are refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_integer(text)


def test_limits_are_named():
    """A number outside its limits is told the limits."""
    with pytest.raises(UnitError, match="too small\n  write a number from 1 to 8"):
        units.parse_integer("0", 1, 8)
    with pytest.raises(UnitError, match="too large\n  write a number of 3 or less"):
        units.parse_number("3.5", high=3)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=9
    )
)
def test_numbers_survive_a_round_trip(number):
    """A number is read exactly as it was written."""
    assert units.parse_number(f"{number:f}") == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("day 60", units.MomentParts(day=60)),
        ("day 40 09:30", units.MomentParts(day=40, minute_of_day=570)),
        ("2026-01-31", units.MomentParts(local=(2026, 1, 31, 0, 0))),
        ("2026-1-3 9:05", units.MomentParts(local=(2026, 1, 3, 9, 5))),
        ("2026-01-31T23:59", units.MomentParts(local=(2026, 1, 31, 23, 59))),
    ],
)
def test_moments(text, parts):
    """A moment is a day since the start or a date, each with a time of day if wanted."""
    assert units.parse_moment(text) == parts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("day 0", "outside day 1"),
        ("day 99999", "outside day 1"),
        ("day 3 24:00", "no such time of day"),
        ("2026-02-29", "not in the calendar"),
        ("1969-12-31", "outside 1970..2199"),
        ("2262-04-12", "outside 1970..2199"),
        ("tomorrow", '"tomorrow" is not a time'),
        ("2026-01-01 09:30:00", "is not a time"),
    ],
)
def test_what_is_no_moment_is_refused(text, says):
    """Days that do not exist and times that clocks do not show are refused."""
    with pytest.raises(UnitError, match=says):
        units.parse_moment(text)


def test_dates_and_holidays():
    """A date has a year; a holiday may be every year, also on 29 February."""
    assert units.parse_date("2026-01-31") == (2026, 1, 31)
    assert units.parse_holiday("02-29") == (None, 2, 29)
    assert units.parse_holiday("2026-12-24") == (2026, 12, 24)
    with pytest.raises(UnitError, match="not in the calendar"):
        units.parse_holiday("13-01")
    with pytest.raises(UnitError, match="is not a date"):
        units.parse_date("2026-01-31 09:00")


def test_time_zones_come_from_the_tzdata_package(monkeypatch):
    """Zones are known without the system's; the nearest name is told."""
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    assert units.parse_time_zone("Europe/Paris") == "Europe/Paris"
    with pytest.raises(UnitError, match="did you mean Europe/Paris"):
        units.parse_time_zone("Europe/Pariss")
    with pytest.raises(UnitError, match="is not a time zone"):
        units.parse_time_zone("../../etc/passwd")


PARSERS = [
    getattr(units, name)
    for name in units.__all__
    if name.startswith("parse_") and name != "parse_money"
]
PARSERS.append(lambda text: units.parse_money(text, "EUR"))


@given(st.text(max_size=40))
def test_no_text_breaks_a_parser(text):
    """Whatever is written, a parser gives a quantity or a `UnitError`."""
    for parse in PARSERS:
        try:
            said = str(parse(text))
        except UnitError as error:
            said = error.message
        assert said


@pytest.mark.parametrize(
    ("parse", "text", "says"),
    [
        (units.parse_factor, "+50%", "hint: did you mean 150%?"),
        (units.parse_factor, "+100%", "hint: did you mean 200%?"),
        (units.parse_factor, "-20%", "hint: did you mean 80%?"),
        (units.parse_factor, "-120%", '"-120%" is a change, not a factor'),
        (units.parse_factor, "2 times", "hint: write 2"),
        (units.parse_chance, "80 percent", "hint: write 80%"),
        (units.parse_days, "1 month", "hint: months differ in length; write 30 days"),
        (units.parse_days, "2 years", "hint: years differ in length; write 730 days"),
        (units.parse_integer, "10k", "hint: write 10000"),
        (units.parse_integer, "2M", "hint: write 2000000"),
        (units.parse_currency, "€", "hint: did you mean EUR?"),
        (units.parse_date, "31.1.2026", "hint: did you mean 2026-01-31?"),
        (units.parse_date, "2026/1/31", "hint: did you mean 2026-01-31?"),
        (units.parse_moment, "2026/01/31", "hint: did you mean 2026-01-31?"),
        (units.parse_range, "18-70", "hint: write 18 to 70"),
        (units.parse_range, "0..1", "hint: write 0 to 1"),
        (units.parse_range, "18+", "hint: write at least 18"),
        (units.parse_range, ">= 10", "hint: write at least 10"),
        (units.parse_range, "< 0.5", "hint: write below 0.5"),
    ],
)
def test_what_is_meant_is_told_as_it_is_written_here(parse, text, says):
    """Amounts as people write them elsewhere are refused with the same amount as the language has it."""
    with pytest.raises(UnitError) as caught:
        parse(text)
    assert says in str(caught.value)
    if "hint" in says:
        assert parse(text_of(caught.value))


def text_of(error: UnitError) -> str:
    """Return the amount that a hint proposes."""
    return error.hint.removeprefix("did you mean ").partition("?")[0].rpartition("write ")[2]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 to 10", units.RangeParts(Decimal(1), Decimal(10))),
        ("-5 to -1", units.RangeParts(Decimal(-5), Decimal(-1))),
        ("0.5", units.RangeParts(Decimal("0.5"), Decimal("0.5"))),
        ("at least 18", units.RangeParts(Decimal(18))),
        ("below 1", units.RangeParts(None, Decimal(1), excludes_high=True)),
        ("above 0 and at most 1", units.RangeParts(Decimal(0), Decimal(1), True)),
    ],
)
def test_ranges_are_read_as_they_are_written(text, parts):
    """A range has one or two ends, which belong to it unless it says above or below."""
    assert units.parse_range(text) == parts


@pytest.mark.parametrize(
    "text",
    ["10 to 1", "above 1 and below 1", "", "at least", "at least 1 and above 2", "x to y"],
)
def test_what_holds_no_number_is_no_range(text):
    """A range that is empty, or none at all, is refused with what is accepted."""
    with pytest.raises(UnitError, match="write 1 to 10"):
        units.parse_range(text)


@pytest.mark.parametrize(
    ("text", "counts"),
    [("3", (3, 3)), ("2 to 40", (2, 40)), ("at least 1", (1, None)), ("at most 5", (None, 5))],
)
def test_counts_are_whole_numbers_from_zero_on(text, counts):
    """A count is written like a range, of whole numbers."""
    assert units.parse_count(text) == counts
    for wrong in ("1.5", "-1 to 3", "above 2", "few"):
        with pytest.raises(UnitError, match="write 3, 2 to 40"):
            units.parse_count(wrong)
