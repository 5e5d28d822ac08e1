"""Hypothesis strategies for tracking plans with difficult names, and the forms of file that they come in."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.scenario.names import BUILT_IN, BUILT_IN_TYPES
from footfall.tracking_plan.plan import Plan, PlanEvent, PlanProperty
from footfall.tracking_plan.writers import FORMATS
from footfall.tracking_plan.writers.json_schema import event_schema, user_schema

WORDS = (
    *sorted(STEP_WORDS), *BUILT_IN, *BUILT_IN_TYPES, "list", "record", "any", "null", "true", "and", "or", "not", "in",
    "event", "events", "properties", "value", "values", "type", "of", "at_most", "event_type", "user_id", "insert_id",
    "session_id", "revenue", "currency", "cities", "devices", "life",
)  # fmt: skip
"""Names that mean something in the language, in its types, or in what is sent."""
ODD = (
    "Plan Type", "$browser", "utm.source", "Product ID", "item_id", "order_id", "Order Id", "1st", "2", "#tag", "a-b",
    "a/b", "Цена", "价格", "prix élevé", "O'Neil", "100%", "x" * 60, "_", "__id", "@type", "&amp", "*", "=1+1", "-",
    "no", "On", "y",
)  # fmt: skip
"""Names that no identifier has: spaces, signs, digits, other scripts, words of YAML and of sheets."""
NAMES = st.sampled_from((*WORDS, *ODD, "plan", "Plan", "PLAN", "purchase", "Purchase"))
PATTERNS = ("^[A-Z]{3}$", "^SKU-[0-9]{4}$", "^[a-f]+-[0-9]{1,3}$", "^(red|green)$", "[0-9]")
SHAPES = ("email", "uri", "uuid", "date", "ipv4", "hostname")


@st.composite
def _ranges(draw):
    low = draw(st.integers(-50, 1000))
    high = low + draw(st.integers(1, 500))
    ends = draw(st.sampled_from(("both", "low", "high")))
    return Constraint(
        None if ends == "high" else Decimal(low), None if ends == "low" else Decimal(high)
    )


@st.composite
def _constraints(draw, kind):
    """A constraint that some value keeps to."""
    if kind in ("integer", "number"):
        return draw(_ranges())
    if kind != "text":
        return FREE
    least = draw(st.integers(1, 30))
    return draw(st.sampled_from((
        Constraint(least=least, most=least + draw(st.integers(0, 10))),
        Constraint(pattern=draw(st.sampled_from(PATTERNS))),
        Constraint(format=draw(st.sampled_from(SHAPES))),
    )))  # fmt: skip


TEXTS = st.sampled_from(("free", "NO", "1-5", "true", "null", "it's", "a b", "€"))
VALUES = {
    "text": st.lists(TEXTS, max_size=3, unique=True),
    "integer": st.lists(st.integers(-5, 500).map(str), max_size=3, unique=True),
    "number": st.lists(st.sampled_from(("0.5", "2", "-1.25")), max_size=2, unique=True),
    "boolean": st.lists(st.sampled_from(("true", "false")), max_size=2, unique=True),
}


@st.composite
def _scalars(draw, names=NAMES):
    kind = draw(
        st.sampled_from(("text", "text", "integer", "number", "boolean", "time", "any"))
    )
    values = tuple(draw(VALUES.get(kind, st.just([]))))
    constraint = FREE if values or draw(st.booleans()) else draw(_constraints(kind))
    return PlanProperty(
        draw(names), kind, values=values, is_required=draw(st.booleans()), constraint=constraint
    )  # fmt: skip


def _named(properties, most):
    return st.lists(properties, max_size=most, unique_by=lambda p: p.name).map(tuple)


@st.composite
def _lists(draw):
    of_records = draw(st.booleans())
    fields = draw(_named(_scalars(), 3)) if of_records else ()
    item = None if fields else draw(st.sampled_from(("text", "integer", "number")))
    values = tuple(draw(VALUES[item])) if item else ()
    least = draw(st.integers(0, 2))
    length = draw(st.sampled_from((FREE, Constraint(least=least, most=least + 2))))
    return PlanProperty(
        draw(NAMES), "list", item, fields, values=values, is_required=draw(st.booleans()), length=length
    )  # fmt: skip


@st.composite
def _records(draw, depth=2):
    inner = _scalars() | _lists() | (_records(depth - 1) if depth else _scalars())
    fields = draw(_named(inner, 3).filter(bool))
    is_required, is_open = draw(st.booleans()), draw(st.booleans())
    return PlanProperty(
        draw(NAMES), "record", fields=fields, is_required=is_required, is_open=is_open
    )


PROPERTIES = _named(_scalars() | _lists() | _records(), 4)


@st.composite
def plans(draw):
    """A plan whose names are words of the language, signs and other scripts, or differ only in case."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    categories = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    events = [
        PlanEvent(
            name,
            draw(st.sampled_from(categories)),
            properties=draw(PROPERTIES),
            is_open=draw(st.booleans()),
        )
        for name in names
    ]
    used = list(dict.fromkeys(event.category for event in events))
    ordered = tuple(e for category in used for e in events if e.category == category)
    users = draw(_named(_scalars(), 2))
    return Plan(
        "a_plan", categories=tuple((c, "") for c in used), events=ordered, user_properties=users
    )


# --- forms ------------------------------------------------------------------------------------------------------------


def _sent(event):
    """The schema of an event's properties, as calls send them."""
    return {
        "type": "object",
        "properties": {"properties": event_schema(event)["properties"]["event_properties"]},
    }


def _segment(plan):
    rules = [
        {"key": e.name, "type": "TRACK", "version": 1, "jsonSchema": _sent(e)}
        for e in plan.events
    ]
    traits = {"properties": {"traits": user_schema(plan)}}
    return json.dumps([*rules, {"type": "IDENTIFY", "jsonSchema": traits}]).encode()


def _rudderstack(plan):
    events = [
        {"name": e.name, "eventType": "track", "description": e.about, "rules": _sent(e)}
        for e in plan.events
    ]
    traits = {"type": "object", "properties": {"traits": user_schema(plan)}}
    known = {"name": "", "eventType": "identify", "identitySection": "traits", "rules": traits}
    return json.dumps(
        {"name": "a_plan", "version": 3, "rules": {"events": [*events, known]}}
    ).encode()


WRITERS = {
    "xlsx": ("xlsx", lambda plan: FORMATS["xlsx"].render(plan, ())),
    "csv": ("csv", lambda plan: FORMATS["csv"].render(plan, ())),
    "amplitude": ("csv", lambda plan: FORMATS["amplitude"].render(plan, ())),
    "json-schema": ("json", lambda plan: FORMATS["json-schema"].render(plan, ())),
    "segment": ("json", _segment),
    "rudderstack": ("json", _rudderstack),
}
"""Form → (ending, what writes a plan in it)."""


def written(plan: Plan, form: str, folder: Path) -> Path:
    """Write a plan in a form, and return the file."""
    ending, render = WRITERS[form]
    path = folder / f"plan.{ending}"
    path.write_bytes(render(plan))
    return path
