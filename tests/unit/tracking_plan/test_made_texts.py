"""Texts and numbers that are made keep to what a plan asks of them."""

from decimal import Decimal

import pytest

from footfall.scenario.constraints import broken
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.tracking_plan.made_texts import made_texts
from footfall.tracking_plan.plan import PlanProperty
from footfall.tracking_plan.ranged_draws import integer_draw, number_draw, whole_ends
from footfall.tracking_plan.value_sources import kept_constraint, value_source_of

MET = [
    Constraint(pattern="^[A-Z]{3}$"),
    Constraint(pattern="^SKU-[0-9]{4}$"),
    Constraint(pattern=r"^\p{L}+$"),
    Constraint(pattern=r"^[\p{Lu}_]{2,}$"),
    Constraint(pattern=r"^\+?\d{7,15}$", least=12),
    Constraint(pattern="^(EUR|USD)$"),
    Constraint(pattern=r"^(?<year>20\d\d)-\u0051[1-4]$"),
    Constraint(pattern=r"^[^@\s]+@example\.org$", format="email"),
    Constraint(pattern="x", least=9, most=9),
    Constraint(least=3, most=3),
    Constraint(most=1),
    Constraint(least=60),
    Constraint(format="email", most=14),
    *(
        Constraint(format=name)
        for name in (
            "email", "uri", "url", "uuid", "date", "date-time", "time", "ipv4", "ipv6", "hostname",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("constraint", [c for c in MET if c.pattern != "x"])
def test_made_texts_keep_to_a_constraint(constraint):
    """Texts of a length, a format or a pattern are made, different ones where there are several, the same each time."""
    made = made_texts("user mail", constraint, 3)
    assert made
    assert not any(broken(constraint, text) for text in made)
    assert made == made_texts("user mail", constraint, 3)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint(pattern="(?=a)b"),
        Constraint(pattern="("),
        Constraint(most=0),
        Constraint(pattern="^(a{1,900}){900}$"),
    ],
)
def test_what_no_text_meets_is_told(constraint):
    """Where none is made there is none, and no pattern takes long."""
    assert made_texts("code", constraint, 3) == ()


RANGES = [
    Constraint(Decimal(18), Decimal(99)),
    Constraint(Decimal(18)),
    Constraint(None, Decimal(5)),
    Constraint(None, Decimal(-5)),
    Constraint(Decimal(0), Decimal(1)),
    Constraint(Decimal(0), Decimal(10), excludes_minimum=True, excludes_maximum=True),
    Constraint(Decimal(10), Decimal(10)),
    Constraint(Decimal("0.5"), Decimal("7.5")),
    Constraint(Decimal(0), Decimal(2**53)),
    Constraint(Decimal(-3)),
]


def drawn_ends(draw):
    """Return the lowest and the highest number of a draw."""
    pairs = dict(draw)
    ends = pairs.get("between") or pairs.get("uniform") or pairs.get("pick")
    if ends is None:
        return Decimal(0), Decimal(10**6)  # a log-normal one
    numbers = [Decimal(text) for text in ends[1:-1].split(", ")]
    return min(numbers), max(numbers)


@pytest.mark.parametrize("constraint", RANGES)
@pytest.mark.parametrize("seen", [(), (3,), (20, 30), (-7, 4), (10**6,)])
def test_numbers_are_drawn_within_their_range(constraint, seen):
    """Whatever the examples, no draw leaves the range."""
    assert whole_ends(constraint)
    of_range = Constraint(constraint.minimum, constraint.maximum)
    for end in drawn_ends(integer_draw(seen, constraint)):
        assert end == int(end)
        assert not broken(constraint, end)
    low, high = drawn_ends(number_draw([Decimal(n) for n in seen], constraint, None))
    if high < 10**6:
        assert not broken(of_range, low)
        assert not broken(of_range, high)


def test_examples_that_fit_are_drawn_others_are_not():
    """Examples outside of the constraint are no values."""
    planned = PlanProperty("code", examples=("EURO", "USD"), constraint=Constraint(most=3))
    assert dict(value_source_of(planned, "text", 2).draw) == {"pick": "[USD]"}
    assert kept_constraint(planned, "text") == planned.constraint


def test_an_id_of_another_form_is_none_of_ours():
    """A property that is called an id has `id('…')`, unless its form is another."""
    assert value_source_of(PlanProperty("order_id"), "text", 2).expression == "id('order')"
    uuid = PlanProperty("order_id", constraint=Constraint(format="uuid"))
    assert not value_source_of(uuid, "text", 2).expression


def test_what_values_cannot_keep_to_is_not_promised():
    """A clause that listed values break, or that no text can meet, is left out; the others stay."""
    listed = PlanProperty(
        "x", values=("EURO",), constraint=Constraint(least=2, most=3, pattern="^E")
    )
    assert kept_constraint(listed, "text") == Constraint(pattern="^E")
    ahead = PlanProperty("x", constraint=Constraint(least=2, pattern="(?=a)b"))
    assert kept_constraint(ahead, "text").least == 2
    none = PlanProperty("n", constraint=Constraint(Decimal("0.2"), Decimal("0.8")))
    assert kept_constraint(none, "integer") == FREE
    assert kept_constraint(none, "number") == none.constraint
