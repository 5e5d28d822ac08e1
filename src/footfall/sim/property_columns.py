"""Properties as columns: values at some places of a table, null elsewhere."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

import numpy as np
import pyarrow as pa

from footfall.data.schema import Field, arrow_type
from footfall.model.emitted_values import EmittedValue, RecordValue
from footfall.model.model import Model
from footfall.model.operations import Op
from footfall.model.values import Array
from footfall.sim import arrow_columns
from footfall.sim.arrow_columns import RowPlaces
from footfall.sim.evaluate import evaluate
from footfall.sim.evaluation_context import EvaluationContext


def evaluated(value: EmittedValue, context: EvaluationContext) -> list[Array]:
    """Return a property's values.

    Returns:
        Shape (n,); of a list the lengths, then one (n, K) array per field of its elements; of a
        record those of its fields, one after another.
    """
    if isinstance(value, Op):
        return [np.broadcast_to(evaluate(value, context), context.rows.shape)]
    if isinstance(value, RecordValue):
        return [array for field in value.fields for array in evaluated(field, context)]
    return [context.load(value.length), *(evaluate(item, context) for item in value.items)]


def property_column(
    model: Model, places: RowPlaces, arrays: Sequence[Array], value: EmittedValue, field: Field
) -> pa.Array:
    """Return a property as a column, null but at some places.

    Args:
        arrays: As `evaluated` gives them.
        value: What they were evaluated from.
    """
    words = arrow_columns.TextTable(model.texts, model.stream.schema.minor_digits)
    if isinstance(value, Op):
        return arrow_columns.scattered(places, arrays[0], value.kind, words, value.of)
    if isinstance(value, RecordValue):
        return _record(model, places, arrays, value, field)
    order = places.order
    lengths = arrays[0][order]
    flat = [arrow_columns.elements(lengths, cells[order]) for cells in arrays[1:]]
    items = [
        arrow_columns.dense(f, item.kind, words, item.of)
        for f, item in zip(flat, value.items, strict=True)
    ]
    return arrow_columns.listed(
        field, RowPlaces(places.n, places.at[order]), lengths, items, words
    )


def _record(
    model: Model, places: RowPlaces, arrays: Sequence[Array], value: RecordValue, field: Field
) -> pa.Array:
    """Return a record as a struct, null where all of its fields are."""
    children, taken = [], 0
    for inner, part in zip(field.fields, value.fields, strict=True):
        own = arrays[taken : taken + _n_arrays(part)]
        taken += len(own)
        children.append(property_column(model, places, own, part, inner))
    nulls = (child.is_null().to_numpy(zero_copy_only=False) for child in children)
    is_null = reduce(operator.and_, nulls)
    kind = arrow_type(field, model.stream.schema.minor_digits)
    return pa.StructArray.from_arrays(
        children, fields=list(kind), mask=arrow_columns.plain_booleans(is_null)
    )


def _n_arrays(value: EmittedValue) -> int:
    """Return how many arrays a value takes."""
    if isinstance(value, RecordValue):
        return sum(map(_n_arrays, value.fields))
    return 1 if isinstance(value, Op) else 1 + len(value.items)
