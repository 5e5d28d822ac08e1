"""Properties as columns: values at some places of a table, null elsewhere."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.data.schema import Field
from footfall.model.model import Model
from footfall.model.operations import Op
from footfall.model.program import ListValue
from footfall.model.values import Array
from footfall.sim import arrow_columns
from footfall.sim.arrow_columns import RowPlaces
from footfall.sim.evaluate import evaluate
from footfall.sim.evaluation_context import EvaluationContext


def evaluated(value: Op | ListValue, context: EvaluationContext) -> list[Array]:
    """Return a property's values.

    Returns:
        Shape (n,); of a list the lengths, then one (n, K) array per field of its elements.
    """
    if isinstance(value, Op):
        return [np.broadcast_to(evaluate(value, context), context.rows.shape)]
    return [context.load(value.length), *(evaluate(item, context) for item in value.items)]


def property_column(
    model: Model, places: RowPlaces, arrays: list[Array], value: Op | ListValue, field: Field
) -> pa.Array:
    """Return a property as a column, null but at some places.

    Args:
        arrays: As `evaluated` gives them.
        value: What they were evaluated from.
    """
    words = arrow_columns.TextTable(model.texts, model.stream.schema.minor_digits)
    if isinstance(value, Op):
        return arrow_columns.scattered(places, arrays[0], value.kind, words, value.of)
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
