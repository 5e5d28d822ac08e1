"""Values as `footfall user` tells them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from footfall.cli.wording import ValueFormatter
from footfall.data.schema import Field
from footfall.execution.life import read

FIELDS = {
    "total": Field("total", "money"),
    "tips": Field("tips", "list", "money"),
    "cart": Field(
        "cart",
        "list",
        None,
        (Field("name", "text"), Field("price", "money"), Field("gift", "boolean")),
    ),
    "next": Field("next", "time"),
    "weight": Field("weight", "number"),
}
WORDS = ValueFormatter(FIELDS, "EUR", ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("is_member", False, "false"),
        ("is_member", True, "true"),
        ("city", None, "null"),
        ("orders", 3, "3"),
        ("weight", 45634.0, "45634.0"),
        ("total", Decimal("45634.00"), "45634.00 EUR"),
        ("total", None, "null"),
        ("tips", [Decimal("1.50"), None], "[1.50 EUR, null]"),
        (
            "cart",
            [{"name": "Tea, green", "price": Decimal("4.20"), "gift": True}],
            "[{name: Tea, green, price: 4.20 EUR, gift: true}]",
        ),
        ("cart", [], "[]"),
        (
            "next",
            dt.datetime(2026, 1, 5, 17, 30, tzinfo=dt.UTC),
            "Mon 2026-01-05 18:30:00 +01:00",
        ),
        (
            "next",
            dt.datetime(2026, 7, 5, 17, 30, tzinfo=dt.UTC),
            "Sun 2026-07-05 19:30:00 +02:00",
        ),
        ("city", "Par\x1bis", "Par\N{REPLACEMENT CHARACTER}is"),
    ],
)
def test_values_are_told_as_scenarios_write_them(name, value, told):
    """true, false and null; money with its digits and currency, also within lists; times by the person's clock."""
    assert WORDS.value(name, value) == told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("total", "45634.00", "45634.00 EUR"),
        (
            "cart",
            '[{"name":"Tea","price":4.20,"gift":false}]',
            "[{name: Tea, price: 4.20 EUR, gift: false}]",
        ),
        ("next", '"2026-01-05T17:30:00.000Z"', "Mon 2026-01-05 18:30:00 +01:00"),
        ("next", "null", "null"),
        ("stage", '"customer"', "customer"),
    ],
)
def test_what_was_changed_is_told_as_what_is(name, text, told):
    """Old and new values are kept as JSON; read, they are told like those of the events."""
    assert WORDS.value(name, read(text, FIELDS.get(name))) == told
