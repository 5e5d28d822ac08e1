"""Keys of a property in a scenario, as YAML: what a plan says of its values, as far as values can keep to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from footfall.scenario.constraints import clauses, count_text, range_text, unchecked
from footfall.scenario.leaf_records import FREE, Constraint
from footfall.text import first_names
from footfall.tracking_plan.agreed_types import agreed
from footfall.tracking_plan.aliases import aliased
from footfall.tracking_plan.all_properties import open_places
from footfall.tracking_plan.plain_values import plain_values
from footfall.tracking_plan.plan import Plan, PlanProperty
from footfall.tracking_plan.plan_facts import (
    MOST_APPENDED,
    PropertySource,
    element_of,
    n_appended,
)
from footfall.tracking_plan.scenario_types import single_fields, type_of_property
from footfall.tracking_plan.value_sources import choices, kept_constraint
from footfall.tracking_plan.yaml_text import Pairs, always_quoted, listed, mapped, quoted


def described(planned: PlanProperty) -> Pairs:
    """Return what a plan says of a property in words."""
    example = quoted(planned.examples[0]) if planned.examples else ""
    return (("about", quoted(planned.about) if planned.about else ""), ("example", example))


def values_text(planned: PlanProperty) -> str:
    """Return the allowed values as YAML; nothing where one of them is no value of the type, or each may be."""
    kind, item = type_of_property(planned)
    values = plain_values(replace(planned, type=kind, item=item))
    if (item or kind) == "text":
        return choices(values) if values else ""
    is_any = (item or kind) == "boolean" and len(values) > 1
    return listed(values) if values and not is_any else ""


def constraint_pairs(planned: PlanProperty) -> Pairs:
    """Return the constraint of a property, of a list that of its elements and how many there are."""
    kept, length = _kept(planned)
    return (
        ("range", range_text(kept)),
        ("length", count_text(kept)),
        ("pattern", always_quoted(kept.pattern) if kept.pattern else ""),
        ("format", kept.format),
        ("elements", count_text(length)),
    )


def unkept(planned: PlanProperty) -> Iterator[str]:
    """Yield the clauses of a plan that the values of its scenario cannot keep to."""
    kept, length = _kept(planned)
    said = dict(clauses(kept))
    for key, text in clauses(planned.constraint):
        if key not in said:
            yield f"{key}: {text}"
    if planned.length != length:
        yield f"elements: {count_text(planned.length)}"


def _unkept_values(planned: PlanProperty) -> Iterator[str]:
    """Yield the allowed values of which one is no value of the type: nothing is held against them."""
    kind, item = type_of_property(planned)
    is_plain = bool(plain_values(replace(planned, type=kind, item=item)))
    if planned.values and not is_plain:
        yield f"allowed values: {first_names(planned.values, MOST_VALUES)}"


def _kept(planned: PlanProperty) -> tuple[Constraint, Constraint]:
    kind, item = type_of_property(planned)
    if kind == "record" or (kind == "list" and item is None):
        kept = FREE
    else:
        kept = kept_constraint(element_of(planned) if kind == "list" else planned, item or kind)
    is_possible = (planned.length.least or 0) <= MOST_APPENDED
    return kept, planned.length if kind == "list" and is_possible else FREE


def record_keys(source: PropertySource) -> str:
    """Return the fields of a record as YAML: each with its value, and what the plan says of it."""
    return mapped([(name, mapped(_field(name, field))) for name, field in source.fields])


def _field(name: str, source: PropertySource) -> Pairs:
    planned = source.planned
    value = ("fields", record_keys(source)) if source.fields else ("value", source.value)
    return (
        *aliased(planned.name, name),
        value,
        ("values", values_text(planned)),
        *constraint_pairs(planned),
        ("required", "true" if planned.is_required else "false"),
        *described(planned),
    )


def record_type(fields: Iterable[tuple[str, PlanProperty, str]]) -> str:
    """Return what a list of records is a list of, as YAML: each field with its type, and what the plan says of it.

    Args:
        fields: (the scenario's name, the field, its type).
    """
    kinds = []
    for name, planned, kind in fields:
        said: Pairs = (
            *aliased(planned.name, name),
            ("values", values_text(planned)),
            *constraint_pairs(planned),
            # What is appended always has a value; only that it may lack one is to be said.
            ("required", "" if planned.is_required else "false"),
            ("about", dict(described(planned))["about"]),
        )
        is_plain = not any(text for _, text in said)
        kinds.append((name, kind if is_plain else mapped([("type", kind), *said])))
    return mapped(kinds)


def at_most(planned: PlanProperty) -> str:
    """Return the room of a list: for what is appended to it, and for what people collect."""
    return str(max(MOST_ELEMENTS, n_appended(planned)))


MOST_VALUES = 10
"""As many allowed values are named that a scenario does not declare."""
MOST_ELEMENTS = 10
"""Of a list: what a person collects in a life has to have a bound, and plans name none."""


def lost_text(planned: PlanProperty) -> str:
    """Return the note on what a plan says of a property, and its scenario cannot."""
    return "; ".join(_lost(planned))


def _lost(planned: PlanProperty) -> Iterator[str]:
    clauses = ", ".join((*_unkept_values(planned), *unkept(planned)))
    if clauses:
        yield f"in the plan: {clauses}"
    single = single_fields(planned)
    lists = [p.name for p in planned.fields if p not in single]
    if planned.type == "list" and lists:
        yield f"without {', '.join(lists)}, as records of lists hold single values"
    for field in single if planned.type == "list" else planned.fields:
        yield from (f"{field.name}: {text}" for text in _lost(field))


def losses(plan: Plan) -> Iterator[str]:
    """Yield what of a plan its scenario does not hold, or holds without that values keep to it; each once."""
    not_agreed: list[str] = []
    plan = agreed(plan, not_agreed.append)
    of_events = [p for event in plan.events for p in event.properties]
    found: dict[str, None] = dict.fromkeys((*not_agreed, *open_places(plan)))
    for planned in (*of_events, *plan.user_properties):
        found |= {f"{planned.name}: {text}": None for text in _lost(planned)}
        for clause in unchecked(planned.constraint):
            found[f"{planned.name}: {clause}, which nothing is held against"] = None
    for planned in plan.user_properties:
        if planned.type == "record":
            found[f"{planned.name}: left out, as people have no records"] = None
    yield from found
