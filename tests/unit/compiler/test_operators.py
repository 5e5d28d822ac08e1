"""What expressions are worth: every operator and function, over types, null and zero."""

import re

import pytest

from footfall.units import DAY_MS, HOUR_MS
from tests.evaluated import NOW_MS, World

CART = (
    "cart",
    (
        {"product": "product", "quantity": "integer"},
        [{"product": 0, "quantity": 2}, {"product": 1, "quantity": 3}],
    ),
)
NAMES = {
    "i": ("integer", 7),
    "z": ("integer", 0),
    "j": ("integer", None),
    "x": ("number", 2.5),
    "y": ("number", None),
    "m": ("money", 1250),
    "k": ("money", None),
    "t": ("boolean", 1),
    "f": ("boolean", 0),
    "u": ("boolean", None),
    "s": ("text", "red"),
    "e": ("text", None),
    "w": ("time", NOW_MS + 1),
    "v": ("time", None),
    "p": ("product", 1),
    "q": ("product", None),
    "tags": (["tag"], [1]),
    "none": (["tag"], []),
    "cart": CART[1],
}


@pytest.fixture
def world():
    return World(**NAMES)


VALUES = {
    # whole numbers
    "i + 2": 9,
    "i - 10": -3,
    "i * i": 49,
    "-i": -7,
    "i // 2": 3,
    "-i // 2": -4,
    "i // z": None,
    "z // i": 0,
    "i + j": None,
    "j * z": None,
    "-j": None,
    "j // i": None,
    "2 + 3 * 4": 14,
    "(2 + 3) * 4": 20,
    "10 - 4 - 3": 3,
    "- - i": 7,
    "1_000 + i": 1007,
    # numbers
    "i / 2": 3.5,
    "i / z": None,
    "z / z": None,
    "x / y": None,
    "x + i": 9.5,
    "x * y": None,
    "-x": -2.5,
    "8 / 2 / 2": 2.0,
    "1e3": 1000.0,
    ".5 + 1": 1.5,
    "2 * 3 / 4": 1.5,
    # money in cents: products are rounded half up
    "m + m": 2500,
    "m - 20": -750,
    "m + 0.005": 1251,
    "m * 2": 2500,
    "m * x": 3125,
    "m * 0.1234": 154,
    "m * 0.0004": 1,
    "m * -0.0004": 0,
    "m * -0.1234": -154,
    "m / 3": 417,
    "m / m": 1.0,
    "m / k": None,
    "m / z": None,
    "k * 2": None,
    "m + k": None,
    "-m": -1250,
    "1 * m": 1250,
    "m * 1 / 8": 156,
    # comparisons: with null they are false, but == null and != null ask
    "i > 3": True,
    "i >= 7": True,
    "i < 7": False,
    "i <= x": False,
    "i == 7.0": True,
    "m > 12": True,
    "m == 12.50": True,
    "j > 3": False,
    "j <= 3": False,
    "j == 7": False,
    "j != 7": False,
    "y != y": False,
    "i == null": False,
    "i != null": True,
    "j == null": True,
    "null != j": False,
    "null == null": True,
    "s == 'red'": True,
    "s != 'red'": False,
    "e != 'red'": False,
    "e == null": True,
    "1 < i < 8": True,
    "1 < i < 7": False,
    "8 > i > j": False,
    "w > now": True,
    "v > now": False,
    "s == e": False,
    "q == null": True,
    "p == p": True,
    "q == q": False,
    # logic, where null does not hold
    "t and f": False,
    "t or f": True,
    "u or t": True,
    "u and t": False,
    "not u": True,
    "not t": False,
    "u": False,
    "t and not f or u": True,
    "not f and f": False,
    "not (f and f)": True,
    "t == f": False,
    "u == true": False,
    # choices
    "1 if t else 2": 1,
    "1 if u else 2": 2,
    "i if t else null": 7,
    "null if t else i": None,
    "i if f else x": 2.5,
    "s if t else 'blue'": "red",
    "1 if f else 2 if f else 3": 3,
    "m if f else 1": 100,
    "(1 if t else 2) + 1": 2,
    "s in ('red', 'green')": True,
    "s not in ('red', 'green')": False,
    "e in ('red', 'green')": False,
    "e not in ('red', 'green')": True,
    "i in (1, 7.0)": True,
    "s in ('red')": True,
    "i in [7]": True,
    "j in (1, null)": True,
    "'green' in tags": True,
    "'red' in tags": False,
    "'red' not in tags": True,
    "'red' in none": False,
    "p in cart.product": True,
    # functions
    "round(2.5)": 3,
    "round(-2.5)": -2,
    "round(x + 1)": 4,
    "round(i)": 7,
    "round(m)": 1250,
    "round(y)": None,
    "floor(x)": 2,
    "floor(-2.5)": -3,
    "floor(y)": None,
    "min(i, 3)": 3,
    "max(i, x, 9)": 9.0,
    "min(i, j)": None,
    "min(m, 2)": 200,
    "abs(-3)": 3,
    "abs(x - 5)": 2.5,
    "abs(j)": None,
    "abs(-m)": 1250,
    "count(tags)": 1,
    "count(none)": 0,
    "sum(cart.quantity)": 5,
    "sum(cart.quantity * cart.product.price)": 6200,
    "sum(cart.product.stock)": 3,
    "any(cart.quantity > 2)": True,
    "any(cart.quantity > 3)": False,
    "any(cart.product == p)": True,
    "any(cart.product == q)": False,
    "coalesce(j, 3)": 3,
    "coalesce(i, 3)": 7,
    "coalesce(j, y, 3)": 3.0,
    "coalesce(j, null)": None,
    "coalesce(e, 'none')": "none",
    "coalesce(k, 1.5)": 150,
    "reached('cart')": True,
    "reached('customer')": False,
    "ramp(0, 0.5, 0.1, 10)": 0.5,
    "ramp(10, 0.5, 0.25, 10)": 0.25,
    "ramp(i, 0, 1, 14)": 0.5,
    "ramp(99, 0.5, 0.25, 10)": 0.25,
    "ramp(-5, 0.5, 0.1, 10)": 0.5,
    "ramp(j, 0.5, 0.1, 10)": None,
    # what is always there
    "stage": "cart",
    "known": False,
    "visits": 4,
    "person": 17,
    "city": "Paris",
    "country == 'FR'": True,
    "size": 3,
    "hour": 15,
    "weekday": 2,
    "day": 12,
    "days_since_arrival": 3,
    "now": NOW_MS,
    "platform": "web",
    "os_name": None,
    "local(1, 18)": NOW_MS // DAY_MS * DAY_MS + 42 * HOUR_MS,
    "local(j, 18)": None,
    "local(-1, 0) < now": True,
    # Of Paris, where the scenario's dates are: midnight is 23 h of the day before.
    "date('2026-03-04')": NOW_MS // DAY_MS * DAY_MS - HOUR_MS,
    "date('2026-03-04 16:30') == now": True,
    "date('2026-07-01 02:00') == date('day 123 02:00')": True,
    "now < date('day 5') and w >= date('2026-03-04')": True,
    "v < date('2026-03-05')": False,
    "coalesce(v, date('day 1')) == date('2026-03-01')": True,
    "p.sku": "b",
    "p.stock": None,
    "q.sku": None,
    "q.price": None,
    "p.price * 2": 4000,
}


@pytest.mark.parametrize("text", VALUES)
def test_an_expression_is_worth_what_the_language_says(world, text):
    """Operators and functions follow the documented rules of null, zero, types and rounding."""
    value, expected = world.value(text), VALUES[text]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "wanted", "value"),
    [
        ("i", "number", 7.0),
        ("i", "money", 700),
        ("0.125", "money", 13),
        ("-0.125", "money", -12),
        ("-1.256", "money", -126),
        ("x", "money", 250),
        ("null", "money", None),
        ("null", "text", None),
        ("j", "number", None),
        ("j", "money", None),
        ("y", "money", None),
    ],
)
def test_values_are_converted_where_nothing_is_lost(world, text, wanted, value):
    """Whole numbers become numbers, numbers become money (half up to the cent), null becomes any kind."""
    assert world.value(text, wanted) == value


def test_constants_are_rounded_as_computed_values_are(world):
    """A written amount and the same amount computed give the same money, above and below zero."""
    for cents in ("0.125", "0.375", "1.625", "2.5"):
        for sign in ("", "-"):
            assert world.value(f"{sign}{cents}", "money") == world.value(
                f"{sign}{cents} * (x / x)", "money"
            )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("i + s", "x.yaml:1:5: \\+ with a text"),
        ("s + i", "x.yaml:1:1: \\+ with a text"),
        ("m * m", "money times money"),
        ("i / m", "a number divided by money"),
        ("i // x", "// with an integer and a number"),
        ("i and t", "x.yaml:1:1: an integer is used"),
        ("t and i", "x.yaml:1:7: an integer is used"),
        ("not i", "x.yaml:1:5: an integer"),
        ("s < 'b'", "< with a text"),
        ("i == s", "an integer is compared with a text"),
        ("p == s", "a row of product is compared with a text"),
        ("1 if i else 2", "x.yaml:1:6: an integer is used"),
        ("i if t else s", "an integer or a text"),
        ("sum(i)", "sum of an integer"),
        ("sum(cart.product.price / 2.0 / cart.product.price)", "sum of a list"),
        ("any(t)", "any of true or false"),
        ("count(i)", "lists here: tags, none, cart"),
        ("cart", "is a list of records"),
        ("cart.size", "cart.product, cart.quantity"),
        ("p.prise", "did you mean price"),
        ("i.a", "an integer has no columns"),
        ("p.sku.a", "no column"),
        ("foo", "is not declared here"),
        ("red", "'red' is a text in quotes"),
        ("product.sku", "pick: product"),
        ("reached('buyer')", "x.yaml:1:9: no stage"),
        ("reached(s)", "one text in quotes"),
        ("min(i)", "min with 1 argument"),
        ("abs(s)", "x.yaml:1:5: abs of a text"),
        ("id('a')", "outside of a set step"),
        ("local(1, 24)", "from 0 to 23"),
        ("now >= '2026-03-01'", "a date is written date.'2026-03-01'."),
        (
            "now >= 2026-03-01 09:30",
            "2026-03-01 09:30 is no number\n  a date: date.'2026-03-01 09:30'.",
        ),
        ("day > 2026-12-10", "a date: date.'2026-12-10'."),
        ("now >= 20260301", "a date is written date.'2026-03-01'."),
        ("w + 3", "times are compared"),
        ("date('2026-02-30')", "date: "),
        ("date('yesterday')", "2026-01-31"),
        ("date(2026-03-01)", "x.yaml:1:6: 2026-03-01 is no number"),
        ("date(20260301)", "date takes one text in quotes"),
        ("len(tags) > 1", "there is no function len\n.*\n.*count.LIST. counts"),
        ("s.lower() == 'x'", "texts are compared as they are"),
        ("today() < now", "now >= date"),
        ("random() < 0.5", "maybe: 25%"),
        ("s + 'x'", "texts are not put together"),
        ("t + 1", "write 1 if C else 0"),
        ("i == '7'", "'7' is none"),
        ("'x' in s", "compared as they are"),
        ("i % 2", "a - a // b"),
        ("before(i)", "before.. outside of an event's properties"),
        ("local(99999999, 1)", "as days"),
        ("local(1, x)", "x.yaml:1:10"),
        ("ramp(i, 1, 2, 0)", "over above 0"),
        ("ramp(i, x, 2, 1)", "three written numbers"),
        ("999999999999999999 * 10", "is too large"),
        ("i in s", "x.yaml:1:6: in a text"),
        ("tags in tags", "in a list"),
        ("1 if t else tags", "."),
        ("coalesce(cart.quantity, i)", "a list and a single value"),
        ("-s", "minus before a text"),
        ("coalesce(i, s)", "an integer or a text"),
        ("null < 3", "null is compared"),
        ("m + 99999999999999999", "too much money"),
    ],
)
def test_a_wrong_expression_is_refused_where_it_is_wrong(world, text, said):
    """The message names kinds and values, and the column of what is at fault."""
    assert re.search(said, world.refusal(text))


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("x", "integer", "round"),
        ("s", "money", "a text is put where money"),
        ("p", "text", "product"),
        ("tags", "boolean", "a list"),
        ("i", "boolean", "compare"),
    ],
)
def test_nothing_is_converted_that_would_lose(world, text, wanted, said):
    """Numbers do not become whole by themselves, rows and lists no single value."""
    assert said in world.refusal(text, wanted)
