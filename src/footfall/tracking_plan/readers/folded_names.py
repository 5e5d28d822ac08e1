"""Names of properties that stand inside of others: `products[].sku`, `address.city`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from footfall.tracking_plan.plan import PlanProperty, PlanType

_FIELD = re.compile(r"(.+?)(?:\[\d*\]|\.\$)\.(.+)")


def folded(properties: Iterable[PlanProperty]) -> tuple[PlanProperty, ...]:
    """Return properties with those called `list[].field` as fields of their list, `record.field` of their record."""
    found: dict[str, PlanProperty] = {}
    for read in properties:
        name, inner = _field_of(read.name)
        name, inner = (name, inner) if inner else _within(read.name, found)
        if not inner:
            fields = found[name].fields if name in found else read.fields
            found[name] = replace(read, fields=fields)
            continue
        whole = found.get(name) or PlanProperty(name, "list", origin=read.origin)
        kind: PlanType = "record" if whole.type == "record" else "list"
        fields = (*whole.fields, replace(read, name=inner))
        found[name] = replace(whole, type=kind, item=None, fields=fields)
    return tuple(map(_whole, found.values()))


def _within(name: str, found: Mapping[str, PlanProperty]) -> tuple[str, str]:
    """Return record and field of a name such as `address.city`, where there is such a record or list of them."""
    for point in (at for at, sign in enumerate(name) if sign == "."):
        # The record's own name may hold points too.
        stem, inner = name[:point], name[point + 1 :]
        parent = found.get(stem)
        holds = parent is not None and (
            parent.type == "record" or (parent.type == "list" and parent.item is None)
        )
        if inner and holds:
            return stem, inner
    return name, ""


def _whole(read: PlanProperty) -> PlanProperty:
    return replace(read, fields=folded(read.fields)) if read.fields else read


def _field_of(name: str) -> tuple[str, str]:
    """Return list and field of a name such as `products[].sku` or `products.$.sku`.

    No field for other names.
    """
    found = _FIELD.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")
