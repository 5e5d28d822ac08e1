"""Values of columns that databases have given."""

from decimal import Decimal

import pyarrow as pa
import pytest

from footfall.store.runs import python_values


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        (pa.decimal128(38, 0), [Decimal(10) ** 20, None], [10**20, None]),
        (pa.decimal128(38, 2), [Decimal("1.50"), None], [Decimal("1.50"), None]),
        (pa.decimal128(18, 0), [Decimal(7)], [Decimal(7)]),
        (pa.int64(), [3, None], [3, None]),
    ],
)
def test_sums_of_integers_are_integers(kind, values, wanted):
    """Databases give them as decimals of 38 digits; those alone become int, and null stays null."""
    found = python_values(pa.chunked_array([pa.array(values, kind)]))
    assert found == wanted
    assert [type(value) for value in found] == [type(value) for value in wanted]
