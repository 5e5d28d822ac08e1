"""Schemas for tests and benchmarks: a shop, a school, and a small one full of awkward names."""

from __future__ import annotations

from dataclasses import replace

from footfall.data.schema import Field, StreamSchema


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


def _of(kind: str, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind) for name in names)  # type: ignore[arg-type]


LINE = (
    Field("product_id", "text"),
    Field("name", "text"),
    Field("category", "text"),
    Field("price", "money"),
    Field("quantity", "integer"),
)

SHOP = StreamSchema(
    scenario="shop",
    event_properties=(
        *_texts(
            "product_id",
            "name",
            "product_category",
            "brand",
            "variant",
            "coupon",
            "query",
            "list_id",
            "source",
        ),
        *_texts(
            "campaign",
            "medium",
            "payment_method",
            "shipping_method",
            "reason",
            "affiliation",
            "step_name",
            "page",
        ),
        *_texts("referrer", "wishlist_name", "sort_by", "filter", "denied_because"),
        *_of("integer", "quantity", "position", "step", "results", "attempt"),
        *_of("money", "price", "total", "discount", "shipping", "tax", "value"),
        *_of("id", "order_id", "cart_id"),
        Field("products", "list", None, LINE),
    ),
    user_properties=(
        *_texts("segment", "loyalty", "gender", "source", "variant"),
        *_of("integer", "age", "orders"),
        Field("spent", "money"),
    ),
    currency="INR",
    minor_digits=2,
    stages=(
        "visitor",
        "browsing",
        "interest",
        "cart",
        "checkout",
        "customer",
        "repeat customer",
    ),
    goal=5,
)

SCHOOL = StreamSchema(
    scenario="school",
    event_properties=(
        *_texts("direction", "promocode", "teacher"),
        Field("count", "integer"),
        Field("total_cost", "money"),
    ),
    user_properties=(
        *_texts("gender", "status"),
        Field("age", "integer"),
        Field("directions", "list", "text"),
    ),
    currency="USD",
    minor_digits=2,
    stages=("visitor", "registered", "trial", "student", "graduate"),
    goal=3,
)

AWKWARD = StreamSchema(
    scenario="awkward",
    event_properties=(
        Field("text", "text"),
        Field("select", "id"),
        Field('quote"d', "text"),
        Field("it's", "integer"),
        Field("with space", "number"),
        Field("naïve ключ", "boolean"),
        Field("amount", "money"),
        Field("when", "time"),
        Field("tags", "list", "text"),
        Field("numbers", "list", "number"),
        Field(
            "lines",
            "list",
            None,
            (Field("id", "id"), Field("at", "time"), Field("ok", "boolean")),
        ),
        Field(
            "shipping to",
            "record",
            None,
            (
                Field("city's", "text"),
                Field("cost", "money"),
                Field(
                    "geo",
                    "record",
                    None,
                    (Field("lat", "number"), Field("tags", "list", "text"), Field("of", "id")),
                ),
            ),
        ),
    ),
    user_properties=(
        Field("order", "text"),
        Field("score", "number"),
        Field("member", "boolean"),
        Field("since", "time"),
        Field("paid", "money"),
        Field("tags", "list", "text"),
        Field("seen", "list", None, (Field("id", "id"), Field("price", "money"))),
    ),
    currency="JPY",
    minor_digits=0,
    stages=("a", "b's", 'c "quoted"'),
    goal=2,
    home=(
        Field("region", "text"),
        Field("select", "integer"),
        Field("it's", "number"),
        Field("rent", "money"),
    ),
)

ODD_NAMES = (
    *(
        "Plan Type",
        "$browser",
        "utm.source",
        "item-id",
        "2fa",
        "Цена",
        "цена",
        "price",
        "Price",
    ),
    *("PRICE", "price_2", "a/b", "~0", "~1", "it's", 'say "so"', "back\\slash", "100 %", "{0}"),
    *(
        "[Amplitude] X",
        "event_properties",
        "time",
        "null",
        "true",
        "a.b",
        "a",
        "*",
        "?",
        "#",
        "@",
    ),
    *("emoji \N{ROCKET}", "名前", "اسم", " spaces ", ",", ";", "=1+1", "<b>", "x" * 255),
)
"""Names as users and vendors have them: dots, signs, quotes, other scripts, case alone, 255 characters."""

NAMES = StreamSchema(
    scenario="names",
    event_properties=(
        *_texts(*ODD_NAMES),
        Field("Lines.1", "list", None, (*_of("id", "Id", "id"), Field("a/b ~ 'c'", "integer"))),
        # Its path is that of a member above, if points in names are taken for those between.
        Field("Lines", "list", "text"),
    ),
    user_properties=(
        *_of("integer", *ODD_NAMES),
        Field("Seen/1", "list", None, (*_of("money", "Price", "price"), *_texts('say "so" ~'))),
    ),
    currency="EUR",
    minor_digits=2,
    stages=("visitor", "a/b", "Buyer", "buyer"),
    goal=2,
)
"""Properties called whatever a scenario's aliases can say."""

BARE = StreamSchema(
    scenario="bare",
    event_properties=(),
    user_properties=(),
    currency="EUR",
    minor_digits=2,
    stages=("visitor", "customer"),
    goal=1,
)

WIDER = replace(
    SCHOOL,
    event_properties=(
        *SCHOOL.event_properties,
        Field("channel", "text"),
        Field("place", "record", None, (Field("city", "text"),)),
        Field("items", "list", None, (Field("id", "id"), Field("price", "money"))),
    ),
    user_properties=(*SCHOOL.user_properties, Field("score", "number")),
)
"""A later version of the school: with properties of all kinds more."""

WIDEST = replace(
    WIDER,
    event_properties=(
        *WIDER.event_properties[:-2],
        Field("place", "record", None, (Field("city", "text"), Field("cost", "money"))),
        Field(
            "items",
            "list",
            None,
            (Field("id", "id"), Field("price", "money"), Field("count", "integer")),
        ),
    ),
)
"""A later one still: records, and those of a list, have a field more."""
