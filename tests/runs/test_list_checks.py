"""What stands in lists of records is checked as what stands in events."""

import copy
import json

import duckdb
import pytest

import footfall
from footfall.tracking_plan.expectations_of_plan import of_plan
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.validation import validate
from tests.declared import declared

MISTAKES = {
    "property_type .price": lambda lines: lines[0].update(price="12"),
    "property_type .quantity": lambda lines: lines[0].update(quantity=1.5),
    "property_type ": lambda lines: lines.append("MOB-0001"),
    "property_missing .sku": lambda lines: lines[0].pop("sku"),
    "property_missing .price": lambda lines: lines[0].update(price=None),
    "property_unknown .colour": lambda lines: lines[0].update(colour="red"),
    "key_spaces .price ": lambda lines: lines[0].update({"price ": 12.0}),
    "value_undeclared .category": lambda lines: lines[0].update(category="Cars"),
}


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Events of a run of the shipped shop."""
    path = tmp_path_factory.mktemp("shop") / "shop.ndjson"
    footfall.run("ecommerce", people=600, days=10, to=f"ndjson:{path}")
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(events, name, tmp_path):
    """One record that is wrong is one finding, at its field, in its event."""
    number = next(
        n for n, event in enumerate(events) if event["event_type"] == "Order Completed"
    )
    wrong = list(events)
    wrong[number] = copy.deepcopy(events[number])
    MISTAKES[name](wrong[number]["event_properties"]["products"])
    path = tmp_path / "wrong.ndjson"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in wrong))
    check, _, field = name.partition(" ")
    (found,) = validate(path, declared("ecommerce")).findings
    assert (found.check, found.subject) == (check, f"Order Completed.products[]{field}")
    assert (found.count, found.at.line) == (1, number + 1)


def test_lists_of_a_plan(events, tmp_path):
    """A tracking plan's lists of records are looked into as well."""
    price = PlanProperty("price", "money", is_required=True)
    lines = PlanProperty("products", "list", fields=(price, PlanProperty("note", "text")))
    wrong = copy.deepcopy(
        next(event for event in events if event["event_type"] == "Cart Viewed")
    )
    wrong["event_properties"] = {
        "products": [{"price": "1", "note": "x"}, {"note": "y"}, {"price": 2, "size": 1}]
    }
    path = tmp_path / "wrong.ndjson"
    path.write_text(json.dumps(wrong))
    plan = Plan("p", events=(PlanEvent("Cart Viewed", wrong["category"], properties=(lines,)),))
    assert [(f.check, f.subject) for f in validate(path, of_plan(plan)).findings] == [
        ("property_unknown", "Cart Viewed.products[].size"),
        ("property_type", "Cart Viewed.products[].price"),
        ("property_missing", "Cart Viewed.products[].price"),
    ]


def test_events_are_counted_not_records(events, tmp_path):
    """An event with two wrong records is one."""
    wrong = copy.deepcopy(
        [event for event in events if event["event_type"] == "Checkout Started"][:2]
    )
    for event in wrong:
        event["event_properties"]["products"] = [
            {**event["event_properties"]["products"][0], "price": "1"}
        ] * 2
    path = tmp_path / "wrong.ndjson"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in wrong))
    found = [
        f for f in validate(path, declared("ecommerce")).findings if f.check == "property_type"
    ]
    assert [(f.subject, f.count, f.example) for f in found] == [
        ("Checkout Started.products[].price", 2, '"1"')
    ]


def test_struct_columns(events, tmp_path):
    """In Parquet, with typed records: a column of another type, one that is not declared, gaps, texts outside."""
    order = copy.deepcopy(
        next(event for event in events if event["event_type"] == "Order Completed")
    )
    for line in order["event_properties"]["products"]:
        line |= {"price": f"{line['price']}", "colour": "red", "category": "Cars", "sku": None}
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(order))
    target = tmp_path / "orders.parquet"
    duckdb.connect().execute(
        f"COPY (SELECT * FROM read_json('{rows}', sample_size = -1)) TO '{target}'"
    )
    found = {
        (f.check, f.subject.partition("[]")[2]): f
        for f in validate(target, declared("ecommerce")).findings
        if "[]" in f.subject
    }
    assert set(found) >= {
        ("property_type", ".price"),
        ("property_unknown", ".colour"),
        ("value_undeclared", ".category"),
        ("property_missing", ".sku"),
    }
    assert found["value_undeclared", ".category"].example == '"Cars"'
